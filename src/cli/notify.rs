//! `notify`: what Codex runs at the end of a turn.

use super::common;
use crate::error::Outcome;
use crate::hand_over;
use std::ffi::OsString;
use std::process::ExitCode;

/// Record a notification from Codex; Codex's `notify` setting runs this.
///
/// Without PAYLOAD, reads `CODEX_NOTIFY_PAYLOAD`, else stdin.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The JSON payload from Codex
    payload: Option<OsString>,
    /// Print what would be done, and do nothing
    #[arg(long)]
    dry_run: bool,
}

/// The fast path: `arguments` are those after `notify`.
pub fn main(arguments: impl Iterator<Item = OsString>) -> ExitCode {
    let (options, payload): (Vec<_>, Vec<_>) =
        arguments.partition(|argument| argument == "--dry-run");
    let args = Args {
        payload: payload.into_iter().next_back(),
        dry_run: !options.is_empty(),
    };
    common::ended(run(args))
}

/// Carries it out.
pub fn run(args: Args) -> Outcome {
    hand_over::record(args.payload, args.dry_run)
}

/// Run the notifier that was there before ours; `notify` starts this.
#[derive(Debug, clap::Args)]
pub struct Chained {
    /// The JSON that Codex passes
    payload: OsString,
}

/// Carries it out.
pub fn run_chained(args: Chained) -> Outcome {
    hand_over::chained::run(args.payload)
}
