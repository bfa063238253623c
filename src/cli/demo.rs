//! `demo`: the whole loop on this machine with a simulated Messages; and the
//! stand-ins that it starts in place of osascript and Codex.

use super::error::Outcome;
use std::ffi::OsString;

/// Watch the whole loop here: simulated Messages, real tmux, Codex or a stand-in.
///
/// The terminal is the phone: what you type is an iMessage to Codex, what Codex
/// has to say appears below. Nothing outside a temporary directory is touched.
/// Without tmux the stand-in plays without a screen, and no panes are shown.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Play a short conversation and exit
    #[arg(long)]
    script: bool,
}

/// What a stand-in was started with.
#[derive(Debug, clap::Args)]
#[command(disable_help_flag = true)]
pub struct StandIn {
    /// As the real program would get them
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    pub arguments: Vec<OsString>,
}

/// Carries it out.
pub fn run(args: &Args) -> Outcome {
    crate::demo::play(args.script)
}
