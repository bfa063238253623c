//! `codex-imessage-notify`, the small program that other tools call when they
//! want the owner's attention. `attention` is a text to the owner; `route` takes
//! a notify payload as well and treats it as `notify` does.

use super::common;
use crate::error::{CommandError, Outcome};
use crate::hand_over::{self, Attention};
use clap::{CommandFactory as _, Parser, Subcommand};
use events::Text;
use projections::handle;
use std::ffi::OsString;
use std::path::PathBuf;
use std::process::ExitCode;

/// Text the owner that something needs their attention.
#[derive(Debug, Parser)]
#[command(name = "codex-imessage-notify", version)]
#[command(disable_help_subcommand = true)]
pub struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Send a short text that says where and what is needed
    Attention {
        #[command(flatten)]
        request: Request,
    },
    /// Same as `attention`; with a payload, do what `notify` does
    Route {
        #[command(flatten)]
        request: Request,
        /// The JSON payload from Codex
        payload: Option<OsString>,
    },
}

#[derive(Debug, clap::Args)]
struct Request {
    /// Directory that the request is about [default: the current directory]
    #[arg(long, value_name = "DIR")]
    cwd: Option<PathBuf>,
    /// What is needed
    #[arg(long, value_name = "TEXT", default_value = "needs your attention")]
    need: String,
    /// Recipient; must be one of the owner's addresses [default: the owner]
    #[arg(long, value_name = "RECIPIENT")]
    to: Option<String>,
    /// Print what would be done, and do nothing
    #[arg(long)]
    dry_run: bool,
}

/// The whole program.
pub fn main(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    match Cli::try_parse_from(arguments) {
        Ok(cli) => common::ended(dispatch(cli.command)),
        Err(error) => common::misread(&error),
    }
}

fn dispatch(command: Command) -> Outcome {
    match command {
        Command::Attention { request } => hand_over::attention(request.understood()?),
        Command::Route { request, payload } => hand_over::route(request.understood()?, payload),
    }
}

impl Request {
    fn understood(self) -> Result<Attention, CommandError> {
        let cwd = std::path::absolute(self.cwd.unwrap_or_else(|| PathBuf::from("."))).map_err(
            |error| CommandError::failure("the current directory no longer exists").because(error),
        )?;
        let to = match self.to {
            None => None,
            Some(to) => Some(
                handle::complete(&to)
                    .map(Text::from)
                    .ok_or_else(|| CommandError::usage(format!("--to is {}", handle::NEITHER)))?,
            ),
        };
        Ok(Attention {
            cwd,
            need: self.need.into(),
            to,
            dry_run: self.dry_run,
        })
    }
}

/// The definition that documentation is made from.
pub fn definition() -> clap::Command {
    Cli::command()
}
