//! `demo`: the whole loop on this machine with a simulated Messages; and the
//! stand-ins that it starts in place of osascript and Codex.

use crate::error::Outcome;
use std::ffi::OsString;
use std::path::PathBuf;

/// Try the whole loop here, with a simulated Messages.
///
/// This terminal plays the phone: what you type is a text to Codex, and its texts
/// appear below. Uses the real tmux and Codex if they are installed, and stand-ins
/// if not. Touches nothing outside a temporary directory.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Play a short conversation and exit
    #[arg(long)]
    script: bool,
    /// Draw that conversation as an SVG picture into this file
    #[arg(long, value_name = "FILE", requires = "script")]
    picture: Option<PathBuf>,
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
    crate::demo::play(args.script, args.picture.as_deref())
}
