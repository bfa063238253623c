//! `completions`: what a shell needs to complete our command line.

use crate::error::Outcome;
use clap_complete::Shell;

/// Print completions for a shell.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The shell
    shell: Shell,
}

/// Carries it out.
pub fn run(args: &Args, mut definition: clap::Command) -> Outcome {
    let name = definition.get_name().to_owned();
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut definition, name, &mut script);
    super::common::printed(&String::from_utf8_lossy(&script))
}
