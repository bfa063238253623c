//! `notify`: what Codex runs at the end of a turn.

use super::error::Outcome;
use crate::runtime;
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
    super::ended(run(args))
}

/// Carries it out.
pub fn run(args: Args) -> Outcome {
    runtime::notify(args.payload, args.dry_run)
}
