//! `log`: the log as text for people.

use super::error::Outcome;
use super::replay::Range;
use crate::runtime;

/// Read the log.
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
}

/// Carries it out.
pub fn run(args: &Args) -> Outcome {
    let Action::Export { range } = &args.action;
    let (from, to) = range.ends();
    runtime::log_export(&super::settings(&[])?, from, to)
}
