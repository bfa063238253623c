//! How the process that holds the log is: what it answers when it is asked over
//! the control socket, as JSON in a frame.
//!
//! Only that process knows what macOS allows it; a terminal has permissions of its
//! own. No text of anybody and no address may get in here: people paste it.

use super::frame::{self, Kind};
use super::hand_over_frame::HandOverError;
use events::Wall;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The version of [`Health`]. Fields are only ever added within one.
pub const PROTOCOL: u16 = 1;

/// What may be asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "ask", rename_all = "snake_case")]
pub enum Question {
    /// How are you?
    Health,
}

/// How the agent is. Times are milliseconds since 1970.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Health {
    /// [`PROTOCOL`] of the agent.
    pub protocol: u16,
    /// Its program's version.
    pub version: String,
    /// Its process id.
    pub pid: u32,
    /// When it took the log.
    pub started: Wall,
    /// When it answered.
    pub now: Wall,
    /// The file that it runs.
    pub binary: String,
    /// The launchd job that it runs in, where it does.
    pub job: Option<String>,
    /// Reading chat.db, which needs Full Disk Access.
    pub chat_db: Access,
    /// Sending through Messages, which needs Automation, as osascript last said.
    pub automation: Access,
    /// When the owner was last heard.
    pub last_inbound: Option<Wall>,
    /// When a text for the owner was last begun that is in Messages without an error.
    pub last_outbound: Option<Wall>,
    /// Rows not acted on, by reason.
    pub ignored: BTreeMap<String, Ignored>,
    /// Texts that wait to be sent.
    pub outbox: Outbox,
    /// Deliveries that may or may not have happened, of the newest ones.
    pub unknown: Unknown,
    /// The newest command that was not done.
    pub last_error: Option<Trouble>,
    /// Sources that do not work, and why.
    pub failed_sources: BTreeMap<String, String>,
    /// The log.
    pub log: Log,
    /// Panes in which sessions were seen.
    pub panes: u64,
    /// Sessions known.
    pub sessions: u64,
}

/// Whether something may be used, found out by using it. Not `ok` and no `errno` is
/// in doubt where it was tried.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Access {
    /// It worked.
    pub ok: bool,
    /// How far it came: `directory`, `header`, `open`, `probe`, `read`; `send`.
    pub step: String,
    /// The system's error number, or osascript's (negative).
    pub errno: Option<i32>,
    /// What the system answered; for people.
    pub message: String,
    /// When it was tried; `None`: never.
    pub at: Option<Wall>,
}

/// Rows ignored for one reason.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ignored {
    /// How many, ever.
    pub count: u64,
    /// When the last one was.
    pub last: Wall,
    /// Where it stands in chat.db.
    pub rowid: i64,
    /// The owner wrote it, and to this program.
    pub of_owner: bool,
}

/// Texts that wait to be sent.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outbox {
    /// How many.
    pub depth: u64,
    /// When the oldest was queued.
    pub oldest: Option<Wall>,
}

/// Deliveries of which nobody knows.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unknown {
    /// Texts to the owner, of the newest 512.
    pub notices: u64,
    /// Instructions into sessions, of the newest 128.
    pub instructions: u64,
    /// When the newest doubt arose.
    pub last: Option<Wall>,
}

/// A command that was not done.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Trouble {
    /// Its kind.
    pub command: String,
    /// How it ended, as a sentence.
    pub what: String,
    /// When.
    pub at: Wall,
}

/// The log.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Log {
    /// How many entries it has.
    pub entries: u64,
    /// How large its files are.
    pub bytes: u64,
    /// Entries that did not fit what stood before them.
    pub anomalies: u64,
}

/// Why there is no answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AskError {
    /// Nobody listens.
    #[error("no agent answers at the control socket: {0}")]
    Nobody(String),
    /// Somebody listens and says nothing.
    #[error(
        "the agent took the question and did not answer in time: it hangs, or the machine is very busy"
    )]
    Silent,
    /// The connection ended without an answer.
    #[error("the agent ended the connection without an answer, as an older version does")]
    Closed,
    /// What came is not an answer.
    #[error("what came from the control socket is not an answer: {0}")]
    Strange(String),
    /// The agent speaks another version.
    #[error("the agent speaks version {0} of this question, and this program version {PROTOCOL}")]
    Protocol(u16),
}

/// The frame of a question.
pub fn question(question: Question) -> Result<Vec<u8>, HandOverError> {
    framed(Kind::Question, &question)
}

/// The frame of an answer.
pub fn answer(health: &Health) -> Result<Vec<u8>, HandOverError> {
    framed(Kind::Answer, health)
}

fn framed<T: Serialize>(kind: Kind, value: &T) -> Result<Vec<u8>, HandOverError> {
    let content = serde_json::to_vec(value)
        .map_err(|_| HandOverError::Damaged("it cannot be written as JSON"))?;
    frame::wrap(kind, &content)
}

/// The question in a frame's content.
pub fn asked(content: &[u8]) -> Result<Question, HandOverError> {
    serde_json::from_slice(content)
        .map_err(|_| HandOverError::Damaged("it is a question of another version"))
}

/// The answer in a whole frame.
pub fn answered(frame: &[u8]) -> Result<Health, AskError> {
    #[derive(Deserialize)]
    struct Version {
        protocol: u16,
    }
    let strange = |why: &str| AskError::Strange(why.to_owned());
    let (kind, content) = frame::unwrap(frame).map_err(|e| strange(&e.to_string()))?;
    if kind != Kind::Answer {
        return Err(strange("it is something else"));
    }
    let version: Version =
        serde_json::from_slice(content).map_err(|_| strange("it names no version"))?;
    if version.protocol != PROTOCOL {
        return Err(AskError::Protocol(version.protocol));
    }
    serde_json::from_slice(content).map_err(|_| strange("its fields are not those of its version"))
}
