//! `notify`: what Codex runs at the end of a turn.

use super::error::Outcome;
use crate::runtime;
use std::ffi::OsString;
use std::process::ExitCode;

/// Hand over what Codex reports; this is what Codex's `notify` setting runs.
///
/// Without PAYLOAD it is taken from `CODEX_NOTIFY_PAYLOAD`, else from standard input.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The JSON that Codex passes
    payload: Option<OsString>,
    /// Only say what would be done
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
