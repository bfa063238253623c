//! What happened to this program, its sources and its clock.

use crate::id::{CommandId, Guid, Seq, SessionId};
use crate::settings::Recorded;
use serde::{Deserialize, Serialize};

/// See [`super::Event::RuntimeStarted`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RuntimeStarted {
    /// Program version.
    pub version: String,
    /// Process id.
    pub pid: u32,
    /// Effective settings, by name.
    pub settings: Recorded,
}

/// See [`super::Event::RuntimeStopped`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RuntimeStopped {}

/// Where inputs come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Source {
    /// `~/Library/Messages/chat.db`
    ChatDb,
    /// `$CODEX_HOME/sessions`
    Rollouts,
    /// The durable inbox in the state directory.
    Inbox,
    /// The queue file.
    QueueFile,
    /// The disk of the state directory: nothing comes from it, but all goes there.
    Disk,
    /// Codex's app-server.
    AppServer,
    /// The panes of sessions that no app-server has.
    Panes,
    /// What Codex gives to its notify program.
    Notify,
}

/// See [`super::Event::SourceFailed`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SourceFailed {
    /// Which.
    pub source: Source,
    /// What was tried and what the system answered.
    pub fault: String,
}

/// See [`super::Event::SourceRecovered`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SourceRecovered {
    /// Which.
    pub source: Source,
}

/// See [`super::Event::RecordsSkipped`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecordsSkipped {
    /// The session whose rollout has them.
    pub session: SessionId,
    /// Offset behind the last.
    pub offset: u64,
    /// How many.
    pub records: u32,
}

/// See [`super::Event::DeadlinePassed`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeadlinePassed {
    /// Whose.
    pub deadline: Deadline,
}

/// What can become due.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Deadline {
    /// A performed command has waited long enough for its proof.
    Proof(CommandId),
    /// A sent part has waited long enough for the next one to follow.
    Pace(CommandId),
    /// A failed notice part may be tried again.
    Retry(Seq),
    /// The rollout of a notified thread has had its time to appear.
    Rollout(SessionId),
    /// An instruction still not seen: the owner is told.
    Receipt(CommandId),
    /// A further text may be sent without exceeding the owner's limit.
    Allowance,
    /// A notice is too old to be sent.
    Expiry(Seq),
    /// A source has been down for so long that the owner is told.
    #[serde(rename = "Deaf")]
    SourceDown(Source),
    /// The way to the owner is tried out.
    SelfTest,
    /// The notice of a prompt no longer counts.
    Prompt(Seq),
    /// No message has been held back for long enough: the suspected loop is over.
    Loop,
    /// No further turn of a goal has begun: its last turn counts as its end.
    Goal(SessionId),
    /// A message has waited long enough for a row that may belong to it.
    Gather(Guid),
    /// Messages that were not acted on are to be reported.
    Unanswered,
    /// What holds a notice back is over.
    Held(Seq),
    /// A prompt has waited so long for its answer that the owner is reminded.
    Nudge(Seq),
    /// The computer has been awake for long enough to tell that it slept.
    Awake,
    /// Codex's usage limit is used up, and no turn has failed because of it: the owner is told.
    Limits,
    /// A session is to be told to go on.
    Promise(Seq),
    /// The copies that this command made have been kept for long enough.
    Files(CommandId),
    /// Codex's background server has had its time to show again what waited there: what it
    /// has not shown by now is gone.
    ServerPrompts,
    /// A turn's record has not grown for long: the program looks for a sign of life.
    Stall(SessionId),
}

/// See [`super::Event::LogRecovered`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogRecovered {
    /// What was found, and what was done.
    pub story: String,
    /// Where the files are that were found damaged.
    pub kept: String,
}

/// See [`super::Event::ShapeUnknown`]. The first of a kind has an event; later ones have one
/// each time that their number has grown tenfold.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShapeUnknown {
    /// Where it was read.
    pub source: Source,
    /// What it is, in a few words that hold nothing of its content: `record foo`.
    pub kind: String,
    /// Where it was found: a file and an offset, or a row.
    pub place: String,
    /// Which version of which program wrote it, where that is known.
    pub version: String,
    /// What follows from it.
    pub effect: ShapeEffect,
    /// How many were found since the last event of this kind, this one included.
    pub count: u64,
}

/// What follows from a form that is not known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum ShapeEffect {
    /// Nothing: it is counted and passed over.
    Counted,
    /// Something else took the place of what was missing.
    Replaced,
    /// Something that the owner or this program needs is lost.
    #[serde(rename = "Deaf")]
    Lost,
}
