//! `replay`: fold a log again and show what it means. It executes nothing.

use crate::error::Outcome;
use crate::runtime;
use events::Seq;
use std::path::PathBuf;

/// Fold the log again and print the state, its digest and what does not hold.
///
/// Nothing is executed. The exit code is 1 when an invariant does not hold.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// What `log export` wrote; the log itself if not given
    file: Option<PathBuf>,
    #[command(flatten)]
    range: Range,
}

/// Part of a log.
#[derive(Clone, Copy, Debug, clap::Args)]
pub struct Range {
    /// First event to show, by its number
    #[arg(long, value_name = "N")]
    from: Option<u64>,
    /// Last event to read, by its number
    #[arg(long, value_name = "N")]
    to: Option<u64>,
}

impl Range {
    /// First and last event.
    pub fn ends(self) -> (Option<Seq>, Option<Seq>) {
        (self.from.map(Seq), self.to.map(Seq))
    }
}

/// Carries it out.
pub fn run(args: Args) -> Outcome {
    let (from, to) = args.range.ends();
    runtime::replay(&super::common::settings(&[])?, args.file, from, to)
}
