//! `once`: one round of `run`, then the end.

use super::run::Watch;
use crate::error::Outcome;
use crate::runtime;

/// Poll every source once, do the pending work, and exit.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(flatten)]
    watch: Watch,
}

/// Carries it out.
pub fn run(args: &Args) -> Outcome {
    let mut config = super::common::settings_with_owner(&args.watch.flags())?;
    config.trace_form = args.watch.form();
    runtime::once(&config, args.watch.dry_run)
}
