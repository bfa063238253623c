//! `log`: the log as text for people, checked, and made anew from that text.

use super::error::Outcome;
use super::replay::Range;
use crate::runtime;
use std::path::PathBuf;

/// Read the log, check it, make it anew.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, clap::Subcommand)]
enum Action {
    /// Print the log as one JSON object per line, texts and addresses included
    Export {
        #[command(flatten)]
        range: Range,
    },
    /// Read both copies of the log whole; the exit code is 1 when something is damaged
    ///
    /// Nothing is changed, and a running program is not disturbed.
    Verify,
    /// Make the log of what `log export` printed, where there is no entry yet
    Import {
        /// What `log export` printed, from the first entry on
        file: PathBuf,
    },
}

/// Carries it out.
pub fn run(args: &Args) -> Outcome {
    let settings = super::settings(&[])?;
    match &args.action {
        Action::Export { range } => {
            let (from, to) = range.ends();
            runtime::log_export(&settings, from, to)
        }
        Action::Verify => runtime::log_verify(&settings),
        Action::Import { file } => runtime::log_import(&settings, file),
    }
}
