//! What the outside can tell the machine. No input is in the log: the machine
//! distils each into events, and what must not be kept (a stranger's words, a
//! secret) goes no further than here. Two of them are handed from one process to
//! another and are bytes for that long: [`Notify`] and [`Attention`].

use crate::event::{
    ChatDbPlaced, Closing, GoalStatus, LogRecovered, Origin, Question, QuestionKind, SessionMeta,
    ShapeUnknown, Source, Target, TurnWork,
};
use crate::event::{DeskSeen, HostSlept, LifeSeen, ThreadNamed};
use crate::id::{CallId, CommandId, Guid, InputKey, SessionId, TurnId};
use crate::outcome::Report;
use crate::private::Text;
use crate::prompt::{
    AppServerLinkChanged, PromptRaised, PromptResolved, RateLimitsChanged, ThreadStatusChanged,
};
use crate::settings::Settings;
use crate::time::Wall;
use serde::{Deserialize, Serialize};

/// Everything that can wake the machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Input {
    /// A process took the log and is about to work.
    Started(Started),
    /// It is about to let go of the log.
    Stopping,
    /// Codex ran the notify program.
    Notify(Notify),
    /// A rollout grew by a record that matters.
    Rollout(Rollout),
    /// chat.db has a row above the cursor, or a held row changed.
    Message(Box<MessageRow>),
    /// The cursor of chat.db was placed without reading rows.
    ChatDb(ChatDbPlaced),
    /// The queue file has a further line.
    QueueLine(QueueLine),
    /// Somebody asked for a text to be sent to the owner.
    Attention(Attention),
    /// An executor has something to say about its command.
    Report(CommandId, Report),
    /// A source stopped working, or works again.
    Source(Source, SourceState),
    /// The log came back from damage.
    LogRecovered(LogRecovered),
    /// A source shows a prompt.
    Prompt(Box<PromptRaised>),
    /// A source says that a prompt is not up any more.
    PromptResolved(PromptResolved),
    /// The app-server tells what a session does.
    ThreadStatus(ThreadStatusChanged),
    /// Codex tells how much of the account's allowance is used.
    RateLimits(RateLimitsChanged),
    /// The connection to the app-server was made or lost.
    AppServer(AppServerLinkChanged),
    /// Something was read whose form is not known.
    Shape(ShapeUnknown),
    /// Time has passed; due deadlines are looked up by the machine.
    Elapsed,
    /// Local time is so many minutes ahead of UTC.
    LocalTime(i32),
    /// It was looked whether somebody is at the Mac.
    Desk(DeskSeen),
    /// The computer slept.
    Slept(HostSlept),
    /// It was looked for a sign of life of a turn.
    Life(LifeSeen),
    /// Codex's list of names has this one for a thread, as it stands there.
    ThreadNamed(ThreadNamed),
}

/// A process that took the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Started {
    /// Program version.
    pub version: String,
    /// Process id.
    pub pid: u32,
    /// Effective configuration, as far as decisions depend on it.
    pub settings: Settings,
}

/// One run of the notify program.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Notify {
    /// Made by the notify process; a hand-over seen twice is one hand-over.
    pub key: InputKey,
    /// The payload as it came, bytes that are not UTF-8 replaced.
    pub raw: Text,
    /// What the process could see of where it came from.
    pub origin: Origin,
    /// When the process started.
    pub at: Wall,
}

/// A record of a rollout.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rollout {
    /// The thread whose file it is.
    pub session: SessionId,
    /// The file; empty means the one that the session's records came from last.
    pub path: String,
    /// Byte offset in the file just behind the record.
    pub offset: u64,
    /// The record's own timestamp.
    pub at: Wall,
    /// What it says.
    pub fact: RolloutFact,
}

/// What a rollout's record says, as far as anybody here cares.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RolloutFact {
    /// The head of the file.
    Meta(SessionMeta),
    /// A turn began; `goal` if Codex began it without the owner, to go on with a goal.
    TurnStarted {
        turn: TurnId,
        plan_mode: bool,
        goal: bool,
    },
    /// The session's goal was set, or its status changed.
    Goal(GoalStatus),
    /// How much of the account's allowance is used.
    Limits(RateLimitsChanged),
    /// The user's words were recorded: typed, pasted, queued, whoever sent them.
    UserMessage {
        /// The words.
        text: Text,
        /// The name that whoever sent them gave the message, where the record has one.
        client: Option<String>,
    },
    /// The model said something.
    AssistantMessage { turn: Option<TurnId>, text: Text },
    /// The model asks.
    Asked {
        call: CallId,
        turn: Option<TurnId>,
        kind: QuestionKind,
        questions: Vec<Question>,
    },
    /// A tool call got its output. Sent for every call: the machine knows which are questions.
    CallClosed { call: CallId, how: Closing },
    /// The turn that ends with the next record did this.
    Worked {
        turn: Option<TurnId>,
        work: TurnWork,
    },
    /// A turn ended on its own, well or with an error.
    TurnCompleted {
        turn: TurnId,
        last: Option<Text>,
        error: Option<Text>,
    },
    /// A turn was interrupted.
    TurnAborted {
        turn: Option<TurnId>,
        reason: String,
    },
    /// Records that could not be read were passed over.
    Skipped { records: u32 },
}

/// A row of chat.db, with what decides whether it is the owner's word.
/// Columns that the file does not have are `None` or false.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(
    clippy::struct_excessive_bools,
    reason = "each is a column of the table"
)]
pub struct MessageRow {
    /// Position in this file.
    pub rowid: i64,
    /// Messages' own id.
    pub guid: Guid,
    /// What it says.
    pub body: Body,
    /// `message.date` as wall time; `None` when unset.
    pub date: Option<Wall>,
    /// `message.service`: `iMessage`, `SMS`, `RCS` …
    pub service: String,
    /// Sent by a device of this Apple account.
    pub from_me: bool,
    /// `handle.id`: for a received row its sender, else often the other party.
    pub handle: Option<Text>,
    /// `destination_caller_id`: for a received row, which of our addresses it was sent to.
    pub destination: Option<Text>,
    /// The chat it is joined to; `None` while the join row is missing.
    pub chat: Option<Chat>,
    /// `item_type`; 0 is an ordinary message.
    pub item_type: i64,
    /// `associated_message_type`; 0 is none, 2000 and up tapbacks.
    pub associated_type: i64,
    /// The message that a tapback is about, from `associated_message_guid`.
    pub target: Option<Target>,
    /// `associated_message_emoji`: which emoji a tapback of type 2006 or 3006 is.
    pub emoji: Option<String>,
    /// The subject line above the body.
    pub subject: Option<Text>,
    /// Send Later: whether Messages still waits with it.
    pub schedule: Schedule,
    /// `balloon_bundle_id`: link previews and app messages have one.
    pub balloon: Option<String>,
    /// The root of the reply thread it stands in.
    pub reply_to: Option<Guid>,
    /// It has attachments.
    pub attachments: bool,
    /// What its attachments are called, as far as Messages has written that down.
    pub files: Vec<Text>,
    /// Whether it is a voice message, and what was said in it.
    pub voice: Voice,
    /// It was edited or unsent. The body is the newest.
    pub edited: bool,
    /// It was unsent: nothing of it is left.
    pub unsent: bool,
    /// Messages' error code; 0 is none.
    pub error: i64,
    /// Accepted by the server.
    pub sent: bool,
    /// Arrived on a device of the other side.
    pub delivered: bool,
    /// The reader gave up waiting for the row to become whole.
    pub given_up: bool,
}

/// Whether a row is a voice message.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Voice {
    /// It is none.
    #[default]
    No,
    /// It is one of which Messages has no transcript (yet).
    Untold,
    /// It is one with these words, by Apple's transcript.
    Said(Text),
}

impl MessageRow {
    /// A row of which nothing is known but its place and its name.
    pub const fn bare(rowid: i64, guid: Guid) -> Self {
        Self {
            rowid,
            guid,
            body: Body::Empty,
            date: None,
            service: String::new(),
            from_me: false,
            handle: None,
            destination: None,
            chat: None,
            item_type: 0,
            associated_type: 0,
            target: None,
            emoji: None,
            subject: None,
            schedule: Schedule::None,
            balloon: None,
            reply_to: None,
            attachments: false,
            files: Vec::new(),
            voice: Voice::No,
            edited: false,
            unsent: false,
            error: 0,
            sent: false,
            delivered: false,
            given_up: false,
        }
    }
}

/// Whether a message was written with Send Later, and how far that is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Schedule {
    /// It was not.
    None,
    /// Messages waits with it: it can still be changed or taken back.
    Waiting,
    /// It was sent when its time had come.
    Sent,
}

/// A row's body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Body {
    /// Decoded text, as Messages stored it, placeholders for attachments included.
    Text(Text),
    /// Neither text nor attributed body (yet).
    Empty,
    /// An attributed body that is not understood.
    Undecodable,
}

/// A chat, as far as it decides who is in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chat {
    /// `chat.style`: 45 direct, 43 group.
    pub style: Option<i64>,
    /// `chat.chat_identifier`.
    pub identifier: Text,
    /// `handle.id` of everybody in `chat_handle_join`.
    pub participants: Vec<Text>,
}

/// A line of the queue file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QueueLine {
    /// Which file: device and inode.
    pub file: String,
    /// Byte offset just behind the line.
    pub offset: u64,
    /// The line's own time stamp, as it stands: the same line twice is one.
    pub stamp: String,
    /// The line's content, or why it is not one.
    pub line: Result<QueueEntry, String>,
}

/// What a line of the queue file asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QueueEntry {
    /// Recipient; `None` is the owner.
    pub to: Option<Text>,
    /// The text.
    pub text: Text,
}

/// A text for the owner that no session caused.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attention {
    /// As for [`Notify::key`].
    pub key: InputKey,
    /// Where it comes from.
    pub cwd: String,
    /// What is needed.
    pub need: Text,
    /// Recipient; `None` is the owner.
    pub to: Option<Text>,
}

/// How a source is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum SourceState {
    /// It works again.
    Works,
    /// It does not; the sentence says what was tried and what the system answered.
    Failed(String),
}
