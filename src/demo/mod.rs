//! A world small enough to carry in the binary: a simulated Messages, a scripted
//! model, a home that makes the real Codex talk to it, and a stand-in for when
//! Codex is missing. The demo and the end-to-end tests run on it. It never
//! leaves loopback and never touches the owner's own data.

pub mod app_server;
pub mod codex_home;
pub mod messages;
pub mod model;
mod phone;
mod picture;
mod place;
mod play;
mod script;
mod stage;
pub mod stand_in;

pub use play::play;

use crate::clock;
use crate::error::{Answer, CommandError, Outcome};
use crate::ui;
use messages::osascript::{World, osascript_main};
use std::ffi::OsString;
use std::io::{self, Read as _};
use std::path::Path;

/// Stands in for osascript: the simulated chat.db, the file of calls and the
/// behaviour come before what osascript gets.
pub fn osascript(arguments: Vec<OsString>) -> Outcome {
    let failed = |error: io::Error| {
        CommandError::failure("the stand-in for osascript failed").because(error)
    };
    let words: Vec<String> = arguments
        .into_iter()
        .map(|word| word.to_string_lossy().into_owned())
        .collect();
    let [db, calls, behaviour, rest @ ..] = words.as_slice() else {
        return Err(CommandError::usage(
            "the stand-in for osascript needs: CHAT_DB CALLS BEHAVIOUR - RECIPIENT TEXT",
        ));
    };
    let mut script = String::new();
    io::stdin().read_to_string(&mut script).map_err(failed)?;
    let world = World {
        db: Path::new(db),
        calls: Path::new(calls),
        behaviour,
        now: clock::wall(),
    };
    match osascript_main(rest, &script, world, &mut io::stderr()).map_err(failed)? {
        0 => Ok(Answer::Yes),
        _ => Ok(Answer::No),
    }
}

/// Stands in for Codex.
pub fn codex(arguments: &[OsString]) -> Outcome {
    let printed = match arguments.first().and_then(|first| first.to_str()) {
        Some("--help") => Some(stand_in::HELP),
        Some("queue") => {
            // As from Codex, a refusal is another exit code than a command it does not know.
            return Ok(stand_in::queue(&arguments[1..]).map_or_else(
                |why| {
                    ui::talk(&format!("Error: {why}"));
                    Answer::No
                },
                |()| Answer::Yes,
            ));
        }
        Some("--version") => Some("codex-cli 0.169.0 (a stand-in)\n"),
        _ => None,
    };
    let ended = match printed {
        Some(text) => ui::data(text).map_err(|error| error.to_string()),
        None => stand_in::main(arguments),
    };
    let stopped = |why| CommandError::failure(format!("the stand-in for Codex stopped: {why}"));
    ended.map(|()| Answer::Yes).map_err(stopped)
}
