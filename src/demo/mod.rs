//! A world small enough to carry in the binary: a simulated Messages, a scripted
//! model, a home that makes the real Codex talk to it, and a stand-in for when
//! Codex is missing. The demo and the end-to-end tests run on it. It never
//! leaves loopback and never touches the owner's own data.

pub mod codex_home;
pub mod messages;
pub mod model;
pub mod stand_in;

use crate::cli::error::{CommandError, Outcome};
use std::ffi::OsString;

/// Plays the loop on this machine.
pub fn play(_script: bool) -> Outcome {
    Err(CommandError::failure("demo is not part of this build"))
}

/// Stands in for osascript.
pub fn osascript(_arguments: Vec<OsString>) -> Outcome {
    Err(CommandError::failure("demo is not part of this build"))
}

/// Stands in for Codex.
pub fn codex(_arguments: Vec<OsString>) -> Outcome {
    Err(CommandError::failure("demo is not part of this build"))
}
