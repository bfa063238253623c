//! `completions`: what a shell needs to complete our command line.

use super::error::Outcome;
use clap_complete::Shell;

/// Print completions for a shell.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The shell
    shell: Shell,
}

/// Carries it out.
pub fn run(args: &Args) -> Outcome {
    let mut definition = super::definition();
    let name = definition.get_name().to_owned();
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut definition, name, &mut script);
    super::printed(&String::from_utf8_lossy(&script))
}
