//! Instructions handed to the Codex command line: `codex queue` and
//! `codex exec resume`.
//!
//! Neither touches a screen. An exit of 0 is not delivery: a queue may be paused,
//! and only the rollout shows the text. No flag that widens what Codex may do is
//! ever passed, so both run with Codex's own defaults.

use super::child::{Child, Ended};
use super::panes::is_held;
use super::paste::{self, Refusal};
use super::{EffectsConfig, settled};
use crate::ingress::cut::whole_words;
use events::command::Instruction;
use events::outcome::{Doubt, Failure, How, Performed};
use events::{Report, SessionId, Text};
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// What Codex says when it has refused before anything was recorded.
const REFUSALS: [&str; 6] = [
    "unrecognized subcommand",
    "unexpected argument",
    "already has an active writer",
    "no rollout found",
    "Not inside a trusted directory",
    "No active session found",
];

fn is_refusal(err: &[u8]) -> bool {
    let said = String::from_utf8_lossy(err);
    REFUSALS.iter().any(|refusal| said.contains(refusal))
}

/// Puts the instruction into the session's queue.
pub(super) async fn queue(config: &EffectsConfig, instruction: &Instruction) -> Report {
    let text = match text(instruction) {
        Ok(text) => text,
        Err(report) => return report,
    };
    // Joined by `=`, so that neither can be taken for an option.
    let args = vec![
        "queue".into(),
        format!("--thread={}", instruction.session).into(),
        format!("--message={text}").into(),
    ];
    let child = child(config, instruction, args, String::new(), None);
    match child.run().await {
        Ended::Exited { code: 0, .. } => performed(How::Queued, None),
        // Versions without this command take its name for a prompt and its options for an error.
        Ended::Exited { code: 2, .. } => settled(Failure::Unsupported {
            what: "this version of Codex has no `codex queue`; 0.150 and later have it".to_owned(),
        }),
        Ended::Exited { code, err, .. } if is_refusal(&err) => refused("codex queue", code, &err),
        // The text may have been stored before it broke off: the rollout knows.
        Ended::Exited { code, err, .. } => {
            let doubt = Doubt::BrokeOff {
                program: "codex queue".to_owned(),
                code,
                message: complaint(&err),
            };
            performed(How::Queued, Some(doubt))
        }
        ended @ (Ended::Signalled { .. } | Ended::TimedOut | Ended::NotStarted(_)) => {
            broke_off(config, "codex queue", How::Queued, ended)
        }
    }
}

/// Runs the instruction as a turn of a session that nobody has open.
pub(super) async fn resume(config: &EffectsConfig, instruction: &Instruction) -> Report {
    let text = match text(instruction) {
        Ok(text) => text,
        Err(report) => return report,
    };
    let session = instruction.session.as_str();
    // The id stands alone on the command line, where a dash would make it an option.
    if session.starts_with('-') {
        let what = "the session's id begins with a dash, so Codex cannot be given it".to_owned();
        return settled(Failure::Unsupported { what });
    }
    let cwd = PathBuf::from(&instruction.cwd);
    if !cwd.is_dir() {
        return no_directory("codex exec resume", &cwd);
    }
    if let Err(report) = nobody_holds(config, &instruction.session).await {
        return report;
    }
    let args = ["exec", "--skip-git-repo-check", "resume", session, "-"].map(OsString::from);
    let child = child(config, instruction, args.to_vec(), text, Some(cwd));
    match child.run().await {
        Ended::Exited { code: 0, .. } => performed(How::Resumed, None),
        Ended::Exited { code, err, .. } => {
            if code == 2 || is_refusal(&err) {
                return refused("codex exec resume", code, &err);
            }
            // The turn may have begun and failed: the rollout knows.
            let doubt = Doubt::BrokeOff {
                program: "codex exec resume".to_owned(),
                code,
                message: complaint(&err),
            };
            performed(How::Resumed, Some(doubt))
        }
        ended @ (Ended::Signalled { .. } | Ended::TimedOut | Ended::NotStarted(_)) => {
            broke_off(config, "codex exec resume", How::Resumed, ended)
        }
    }
}

/// Up to 0.145 Codex itself lets two processes write one thread.
async fn nobody_holds(config: &EffectsConfig, session: &SessionId) -> Result<(), Report> {
    let message = match is_held(config, session).await {
        Ok(false) => return Ok(()),
        Ok(true) => "another Codex has the session open".to_owned(),
        Err(why) => format!("it is not known whether another Codex has the session open: {why}"),
    };
    Err(settled(Failure::Refused {
        program: "codex exec resume".to_owned(),
        code: 1,
        message: message.into(),
    }))
}

/// The text as a paste would deliver it, so that every way records the same.
fn text(instruction: &Instruction) -> Result<String, Report> {
    framed(instruction.text.reveal()).map(|framed| framed.expected.reveal().clone())
}

/// A text made safe, or the failure that it is.
pub(super) fn framed(text: &str) -> Result<paste::Framed, Report> {
    paste::frame(text).map_err(|refusal| {
        settled(match refusal {
            Refusal::TooLarge { bytes, max } => Failure::TooLarge {
                bytes: bytes as u64,
                max: max as u64,
            },
            Refusal::Empty => Failure::Unsupported {
                what: refusal.to_string(),
            },
        })
    })
}

fn child(
    config: &EffectsConfig,
    instruction: &Instruction,
    args: Vec<OsString>,
    stdin: String,
    cwd: Option<PathBuf>,
) -> Child {
    let mut environment = config.environment.clone();
    environment.push(("CODEX_HOME".into(), config.codex_home.clone().into()));
    Child {
        program: config.codex.clone(),
        args,
        stdin: stdin.into_bytes(),
        cwd,
        environment,
        budget: Duration::from_millis(instruction.budget.0),
    }
}

pub(super) fn no_directory(program: &str, cwd: &Path) -> Report {
    settled(Failure::NotStarted {
        program: program.to_owned(),
        message: format!("its directory {} does not exist", cwd.display()),
    })
}

fn refused(program: &str, code: i32, err: &[u8]) -> Report {
    settled(Failure::Refused {
        program: program.to_owned(),
        code,
        message: complaint(err),
    })
}

/// Codex did not end on its own.
fn broke_off(config: &EffectsConfig, program: &str, how: How, ended: Ended) -> Report {
    let program = program.to_owned();
    match ended {
        Ended::NotStarted(error) => settled(Failure::NotStarted {
            program: config.codex.display().to_string(),
            message: error.to_string(),
        }),
        Ended::TimedOut => performed(how, Some(Doubt::TimedOut { program })),
        Ended::Signalled { signal: code } | Ended::Exited { code, .. } => {
            let message = Text::from("it was ended by a signal");
            performed(
                how,
                Some(Doubt::BrokeOff {
                    program,
                    code,
                    message,
                }),
            )
        }
    }
}

/// The line in which a program says what is wrong.
fn complaint(err: &[u8]) -> Text {
    let said = String::from_utf8_lossy(err);
    let line = said.lines().find(|line| line.starts_with("Error"));
    let line = line.or_else(|| said.lines().rfind(|line| !line.trim().is_empty()));
    Text::from(whole_words(line.unwrap_or_default(), 300))
}

const fn performed(how: How, doubt: Option<Doubt>) -> Report {
    Report::Performed(Performed { how, doubt })
}
