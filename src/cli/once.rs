//! `once`: one round of `run`, then the end.

use super::error::Outcome;
use super::run::Watch;
use crate::runtime;

/// Look at every source once, do what is owed, and stop.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(flatten)]
    watch: Watch,
}

/// Carries it out.
pub fn run(args: &Args) -> Outcome {
    let config = super::settings_with_owner(&args.watch.flags())?;
    runtime::once(&config, args.watch.dry_run)
}
