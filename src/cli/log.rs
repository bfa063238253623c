//! `log`: the log as text for people, checked, and made anew from that text.

use super::replay::Range;
use crate::error::Outcome;
use crate::runtime;
use std::path::PathBuf;

/// Export, verify or import the log.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, clap::Subcommand)]
enum Action {
    /// Print the log as JSON Lines, including texts and addresses
    Export {
        #[command(flatten)]
        range: Range,
    },
    /// Read and check both copies of the log; the exit code is 1 if one is damaged
    ///
    /// Changes nothing, and works beside a running agent.
    Verify,
    /// Create the log from an export; the log must be empty
    Import {
        /// A file written by `log export`, starting at the first entry
        file: PathBuf,
    },
}

/// Carries it out.
pub fn run(args: &Args) -> Outcome {
    let settings = super::common::settings(&[])?;
    match &args.action {
        Action::Export { range } => {
            let (from, to) = range.ends();
            runtime::log_export(&settings, from, to)
        }
        Action::Verify => runtime::log_verify(&settings),
        Action::Import { file } => runtime::log_import(&settings, file),
    }
}
