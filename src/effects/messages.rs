//! Sending through Messages, by `osascript` and the bundled script.
//!
//! An exit of 0 only says that Messages accepted the text; whether it went is
//! read from chat.db by others. What matters here is the line between *certainly
//! not sent*, which may be tried again, and *perhaps sent*, which never may: every
//! end that is not known to come before the send counts as perhaps sent. The
//! recipient and the text are arguments of the script, never part of its source.

use super::child::{Child, Ended};
use super::{EffectsConfig, settled};
use events::command::{SendFile, SendMessage};
use events::outcome::{Doubt, Failure, How, Performed};
use events::{Report, Text};
use std::ffi::OsString;

/// Resolves the recipient, says so, sends.
const SCRIPT: &str = include_str!("../../scripts/send-imessage.applescript");
/// The same for a file.
const FILE_SCRIPT: &str = include_str!("../../scripts/send-imessage-file.applescript");
/// What a script says on standard error just before it sends.
const RESOLVED: &str = "control-plane: target resolved";
/// Linux passes no longer argument; macOS would, but no message is this long.
const MAX_BYTES: usize = 120 * 1024;
const PROGRAM: &str = "osascript";

/// Gives one part of a notice to Messages.
pub(super) async fn send(config: &EffectsConfig, message: &SendMessage) -> Report {
    let text = clean(message.text.reveal());
    if text.len() > MAX_BYTES {
        return settled(Failure::TooLarge {
            bytes: text.len() as u64,
            max: MAX_BYTES as u64,
        });
    }
    give(config, SCRIPT, message.to.reveal(), text.into()).await
}

/// Gives a copied file to Messages, if it still is what was copied.
pub(super) async fn send_file(config: &EffectsConfig, file: &SendFile) -> Report {
    let about = std::fs::symlink_metadata(file.file.reveal());
    if !about.is_ok_and(|about| about.is_file() && about.len() == file.bytes) {
        return settled(Failure::Unsupported {
            what: "its copy is gone or was changed.".into(),
        });
    }
    let path = OsString::from(file.file.reveal());
    give(config, FILE_SCRIPT, file.to.reveal(), path).await
}

/// Runs a script with the recipient and what is to be sent.
async fn give(config: &EffectsConfig, script: &str, to: &str, what: OsString) -> Report {
    let child = Child {
        program: config.osascript.clone(),
        args: vec![OsString::from("-"), clean(to).into(), what],
        stdin: script.as_bytes().to_vec(),
        cwd: None,
        environment: config.environment.clone(),
        budget: config.osascript_budget,
    };
    match child.run().await {
        Ended::Exited { code: 0, .. } => performed(None),
        Ended::Exited { code, err, .. } => refused(code, &String::from_utf8_lossy(&err)),
        Ended::Signalled { signal } => performed(Some(Doubt::BrokeOff {
            program: PROGRAM.to_owned(),
            code: 128_i32.saturating_add(signal),
            message: Text::from("it was ended by a signal"),
        })),
        Ended::TimedOut => performed(Some(Doubt::TimedOut {
            program: PROGRAM.to_owned(),
        })),
        Ended::NotStarted(error) => settled(Failure::NotStarted {
            program: config.osascript.display().to_string(),
            message: error.to_string(),
        }),
    }
}

/// NUL ends an argument, so it cannot be passed.
fn clean(text: &str) -> String {
    text.replace('\0', "")
}

/// What an exit that is not 0 means. Standard error may quote the message, so
/// only the error number is taken from it, and the stage that was reached.
fn refused(exit: i32, err: &str) -> Report {
    let number = error_number(err);
    let before = !err.contains(RESOLVED);
    match number {
        Some(code @ (-1743 | -1744 | -10004)) if before => settled(Failure::NotPermitted { code }),
        Some(code) if before && meaning(code).is_some() => settled(Failure::Target {
            code,
            message: meaning(code).unwrap_or_default().to_owned(),
        }),
        Some(_) | None => performed(Some(Doubt::BrokeOff {
            program: PROGRAM.to_owned(),
            code: number.unwrap_or(exit),
            message: Text::from(if before {
                "it failed at a point that is not known"
            } else {
                "it failed while Messages was taking the text"
            }),
        })),
    }
}

/// The errors that can only be raised before a message is sent, unless the
/// script says that it came further.
fn meaning(code: i32) -> Option<&'static str> {
    match code {
        -1728 | -1719 => Some(
            "Messages does not know the recipient, or has no iMessage account signed in; \
             open a chat with this address once in Messages",
        ),
        -600 | -10810 | -10827 => Some(
            "Messages is not running and could not be opened; \
             this works only while the owner is logged in at the screen",
        ),
        -43 => Some("the file that was to be sent is gone"),
        -1708 | -1700 | -2741 | -2753 | -50 => {
            Some("this version of Messages does not understand the bundled script")
        }
        _ => None,
    }
}

/// The last `(-N)` of an error text. The words around it depend on the language.
fn error_number(err: &str) -> Option<i32> {
    err.rsplit('(').find_map(|tail| {
        let (number, _) = tail.split_once(')')?;
        number.parse().ok().filter(|code| *code < 0)
    })
}

fn performed(doubt: Option<Doubt>) -> Report {
    Report::Performed(Performed {
        how: How::Accepted,
        doubt,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use events::Outcome;

    fn failure(err: &str) -> Option<Failure> {
        match refused(1, err) {
            Report::Settled(Outcome::Failed(failure)) => Some(failure),
            Report::Settled(_) | Report::Performed(_) => None,
        }
    }

    #[test]
    fn errors_before_the_send_are_certain() {
        for code in [-1728, -1719, -600, -10810, -2753] {
            let err = format!("execution error: Messages got an error: nope. ({code})");
            assert!(matches!(failure(&err), Some(Failure::Target { code: c, .. }) if c == code));
        }
        for code in [-1743, -1744, -10004] {
            let err = format!("Fehler: nicht erlaubt ({code})\n");
            assert_eq!(failure(&err), Some(Failure::NotPermitted { code }));
        }
    }

    #[test]
    fn everything_else_is_in_doubt() {
        for err in [
            "",
            "boom",
            "timed out (-1712)",
            "connection is invalid (-609)",
            "something new (-4242)",
            "control-plane: target resolved\nCan't get participant. (-1728)",
            "control-plane: target resolved\nnot authorised (-1743)",
        ] {
            assert_eq!(failure(err), None, "{err}");
        }
    }

    #[test]
    fn the_number_is_the_last_one_and_negative() {
        assert_eq!(
            error_number("can't get \"(-1743)\" (2) (-1712)\n"),
            Some(-1712)
        );
        assert_eq!(error_number("12:34: (x) (7)"), None);
    }

    #[test]
    fn the_script_says_what_is_looked_for() {
        for script in [SCRIPT, FILE_SCRIPT] {
            let (before, behind) = script.split_once(RESOLVED).unwrap();
            assert!(!before.contains("\tsend ") && behind.contains("\tsend "));
        }
    }
}
