//! `man`: the manual, one page for each command.

use crate::error::{CommandError, Outcome};
use std::path::{Path, PathBuf};

/// Print a manual page (view it with `man -l -`).
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Print the page of this command
    command: Option<String>,
    /// Write the pages of all commands, and of codex-imessage-notify, to this directory
    #[arg(long, value_name = "DIR", conflicts_with = "command")]
    into: Option<PathBuf>,
}

/// Carries it out.
pub fn run(args: &Args, definition: clap::Command) -> Outcome {
    match (&args.into, &args.command) {
        (Some(directory), _) => all(directory, definition),
        (None, command) => one(command.as_deref(), definition),
    }
}

fn one(command: Option<&str>, mut definition: clap::Command) -> Outcome {
    definition.build();
    let page = match command {
        None => definition,
        Some(name) => definition.find_subcommand(name).cloned().ok_or_else(|| {
            CommandError::usage(format!("unknown command {name:?}"))
                .hint("--help lists the commands")
        })?,
    };
    let mut text = Vec::new();
    clap_mangen::Man::new(page)
        .render(&mut text)
        .map_err(|error| CommandError::failure("cannot create the page").because(error))?;
    super::common::printed(&String::from_utf8_lossy(&text))
}

fn all(directory: &Path, definition: clap::Command) -> Outcome {
    for program in [definition, super::helper::definition()] {
        clap_mangen::generate_to(program, directory).map_err(|error| {
            CommandError::failure(format!(
                "cannot write the manual to {}",
                directory.display()
            ))
            .because(error)
            .hint("the directory must exist and be writable")
        })?;
    }
    Ok(crate::error::Answer::Yes)
}
