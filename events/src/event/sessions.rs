//! What happened in Codex's sessions, as rollouts and notify payloads tell it.

use crate::digest::Digest;
use crate::id::{CallId, InputKey, Pane, SessionId, SessionRef, TurnId};
use crate::private::Text;
use crate::time::Wall;
use serde::{Deserialize, Serialize};

/// See [`super::Event::NotifyReceived`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NotifyReceived {
    /// Name of the hand-over.
    pub key: InputKey,
    /// The payload as received, redacted.
    pub raw: Text,
    /// Where the notify process was started.
    pub origin: Origin,
    /// When it was started.
    pub at: Wall,
    /// The turn it tells of, or what is wrong with the payload.
    pub told: Result<TurnTold, String>,
}

/// Where a notify process was started.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Origin {
    /// Working directory.
    pub cwd: String,
    /// The pane of `TMUX` and `TMUX_PANE`. Only an embedded Codex's is its own.
    pub pane: Option<Pane>,
    /// Name and arguments of the parent process, as far as they could be read.
    pub parent: String,
}

/// What a notify payload says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TurnTold {
    /// Payload type, such as `agent-turn-complete`.
    pub kind: String,
    /// The thread.
    pub session: SessionId,
    /// The turn, where the payload names it.
    pub turn: Option<TurnId>,
    /// The thread's directory, where the payload names it.
    pub cwd: Option<String>,
    /// The last thing the model said, redacted.
    pub last: Option<Text>,
}

/// See [`super::Event::SessionSeen`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SessionSeen {
    /// The thread.
    pub session: SessionId,
    /// What the owner types for it.
    pub reference: SessionRef,
    /// What its rollout's head says.
    pub meta: SessionMeta,
    /// Offset behind the head.
    pub offset: u64,
}

/// The head of a rollout.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SessionMeta {
    /// Working directory of the thread.
    pub cwd: String,
    /// Whose thread it is.
    pub kind: ThreadKind,
    /// Codex version that made it.
    pub version: String,
    /// The file.
    pub path: String,
    /// When the thread was made.
    pub created: Wall,
}

/// Whose thread it is, by `source` and `thread_source` of `session_meta`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum ThreadKind {
    /// The owner's, in a terminal.
    Owner,
    /// The owner's, run by `codex exec`.
    Exec,
    /// Spawned by another thread.
    Subagent,
    /// A review.
    Review,
    /// Any other that says it is not a user's.
    Internal,
}

/// See [`super::Event::TurnStarted`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TurnStarted {
    /// The session.
    pub session: SessionId,
    /// Offset behind the record.
    pub offset: u64,
    /// The turn.
    pub turn: TurnId,
    /// Codex is in plan mode.
    pub plan_mode: bool,
}

/// See [`super::Event::UserSpoke`]. The words themselves are not kept: they are the session's.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UserSpoke {
    /// The session.
    pub session: SessionId,
    /// Offset behind the record.
    pub offset: u64,
    /// Fingerprint of the text.
    pub digest: Digest,
    /// Its length in characters.
    pub chars: u32,
    /// The name that whoever sent it gave the message; ours is the command's.
    pub client: Option<String>,
}

/// See [`super::Event::AssistantReplied`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AssistantReplied {
    /// The session.
    pub session: SessionId,
    /// Offset behind the record.
    pub offset: u64,
    /// The turn.
    pub turn: Option<TurnId>,
    /// The text, redacted.
    pub text: Text,
}

/// See [`super::Event::QuestionAsked`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct QuestionAsked {
    /// The session.
    pub session: SessionId,
    /// Offset behind the record.
    pub offset: u64,
    /// The turn.
    pub turn: Option<TurnId>,
    /// The call.
    pub call: CallId,
    /// How it is put.
    pub kind: QuestionKind,
    /// The questions, redacted.
    pub questions: Vec<Question>,
    /// Fingerprints of the questions as they were asked, in the same order. Empty in
    /// entries of older programs.
    pub digests: Vec<Digest>,
}

/// How a question is put.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum QuestionKind {
    /// A modal holds the turn until it is answered.
    Modal,
    /// The turn goes on; the answer is an ordinary message.
    Async,
}

/// One question with its options.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Question {
    /// The model's name for it.
    pub id: String,
    /// The question.
    pub text: Text,
    /// What may be chosen, in order. Empty means free text.
    pub options: Vec<Choice>,
}

/// One option of a question.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Choice {
    /// What is chosen.
    pub label: Text,
    /// What it means; may be empty.
    pub detail: Text,
}

/// See [`super::Event::QuestionClosed`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct QuestionClosed {
    /// The session.
    pub session: SessionId,
    /// Offset behind the record.
    pub offset: u64,
    /// The call.
    pub call: CallId,
    /// How.
    pub how: Closing,
}

/// How a call ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Closing {
    /// With answers.
    Answered,
    /// Codex would not ask (not in this mode, a hook).
    Refused,
    /// The turn was interrupted.
    Interrupted,
    /// The turn ended without an answer being recorded.
    Overtaken,
}

/// See [`super::Event::TurnCompleted`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TurnCompleted {
    /// The session.
    pub session: SessionId,
    /// Offset behind the record; `None` when only notify reported it.
    pub offset: Option<u64>,
    /// The turn; `None` when the record does not name it.
    pub turn: Option<TurnId>,
    /// How it ended.
    pub ending: Ending,
}

/// How a turn ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Ending {
    /// By itself, with the last thing said (redacted).
    Finished { last: Option<Text> },
    /// With an error (redacted).
    Failed { error: Text },
    /// Somebody interrupted it.
    Interrupted { reason: String },
}

/// See [`super::Event::RolloutFollowed`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RolloutFollowed {
    /// The session.
    pub session: SessionId,
    /// The file whose records follow.
    pub path: String,
    /// How far it was read before them.
    pub offset: u64,
}

/// See [`super::Event::GoalChanged`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GoalChanged {
    /// The session.
    pub session: SessionId,
    /// Offset behind the record.
    pub offset: u64,
    /// What became of the goal.
    pub status: GoalStatus,
}

/// How a session's goal is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum GoalStatus {
    /// Codex begins one turn after another until it is reached.
    Active,
    /// Somebody paused it.
    Paused,
    /// It is reached.
    Complete,
    /// Codex cannot go on without the owner.
    Blocked,
    /// The account's usage is used up.
    UsageLimited,
    /// The goal's budget is used up.
    BudgetLimited,
    /// Another status, as Codex names it.
    Other(String),
}

/// See [`super::Event::ThreadNamed`]. A person gave that name at the desk, or the model did.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ThreadNamed {
    /// The thread.
    pub session: SessionId,
    /// Its name: one line, cut and redacted.
    pub name: Text,
}
