//! `man`: the manual, one page for each command.

use super::error::{CommandError, Outcome};

/// Print the manual page, for `man -l -`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The page of this command instead of the whole program's
    command: Option<String>,
}

/// Carries it out.
pub fn run(args: &Args) -> Outcome {
    let mut definition = super::definition();
    definition.build();
    let page = match &args.command {
        None => definition,
        Some(name) => definition.find_subcommand(name).cloned().ok_or_else(|| {
            CommandError::usage(format!("there is no command {name:?}"))
                .hint("--help lists the commands")
        })?,
    };
    let mut text = Vec::new();
    clap_mangen::Man::new(page)
        .render(&mut text)
        .map_err(|error| CommandError::failure("the page cannot be made").because(error))?;
    super::printed(&String::from_utf8_lossy(&text))
}
