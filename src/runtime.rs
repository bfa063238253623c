//! What each command asks for, put to work.

use crate::cli::error::{CommandError, Outcome};
use crate::cli::helper::Attention;
use crate::config::Config;
use events::Seq;
use std::ffi::OsString;
use std::path::PathBuf;

fn absent(what: &str) -> Outcome {
    Err(CommandError::failure(format!(
        "{what} is not part of this build"
    )))
}

/// Works until told to stop.
pub fn run(_config: Config, _dry_run: bool) -> Outcome {
    absent("run")
}

/// One round.
pub fn once(_config: Config, _dry_run: bool) -> Outcome {
    absent("once")
}

/// Hands a payload over.
pub fn notify(_payload: Option<OsString>, _dry_run: bool) -> Outcome {
    absent("notify")
}

/// Tells the owner.
pub fn attention(_request: Attention) -> Outcome {
    absent("attention")
}

/// Tells the owner, or hands a payload over.
pub fn route(_request: Attention, _payload: Option<OsString>) -> Outcome {
    absent("route")
}

/// The whole loop with a simulated Messages.
pub fn demo(_script: bool) -> Outcome {
    absent("demo")
}

/// Stands in for osascript.
pub fn demo_osascript(_arguments: Vec<OsString>) -> Outcome {
    absent("demo-osascript")
}

/// Stands in for Codex.
pub fn demo_codex(_arguments: Vec<OsString>) -> Outcome {
    absent("demo-codex")
}

/// Folds a log again.
pub fn replay(
    _config: &Config,
    _file: Option<PathBuf>,
    _from: Option<Seq>,
    _to: Option<Seq>,
) -> Outcome {
    absent("replay")
}

/// Prints the log.
pub fn log_export(_config: &Config, _from: Option<Seq>, _to: Option<Seq>) -> Outcome {
    absent("log export")
}
