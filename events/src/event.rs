//! What can happen. Facts, decisions and the steps of commands, in the past
//! tense; the log is a sequence of these and nothing else.
//!
//! bincode does not describe itself: within a schema version no field is added,
//! moved or taken away. A change is a new version and an upcaster (`upcast.rs`).

use crate::command::{Chosen, Command};
use crate::digest::Digest;
use crate::id::{CallId, CommandId, Guid, InputKey, Seq, SessionId, SessionRef, TurnId};
use crate::input::{
    ChatDbPlaced, Closing, Origin, Question, QuestionKind, SessionMeta, Source, Target,
};
use crate::outcome::{Outcome, Performed};
use crate::private::Text;
use crate::settings::Settings;
use crate::time::{Span, Wall};
use serde::{Deserialize, Serialize};

/// One event.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Event {
    // Facts: what happened outside.
    /// A process took the log.
    RuntimeStarted(RuntimeStarted),
    /// It let go of the log in good order.
    RuntimeStopped(RuntimeStopped),
    /// Codex ran the notify program.
    NotifyReceived(NotifyReceived),
    /// A session appeared; here it gets its ref.
    SessionSeen(SessionSeen),
    /// A turn began.
    TurnStarted(TurnStarted),
    /// The session's rollout recorded words of the user.
    UserSpoke(UserSpoke),
    /// The model said something.
    AssistantReplied(AssistantReplied),
    /// The model asked.
    QuestionAsked(QuestionAsked),
    /// A question is no longer open.
    QuestionClosed(QuestionClosed),
    /// A turn ended.
    TurnCompleted(TurnCompleted),
    /// chat.db's cursor was placed.
    ChatDbPlaced(ChatDbPlaced),
    /// A row is not whole yet; it is read again.
    InboundHeld(InboundHeld),
    /// The owner wrote.
    InboundReceived(InboundReceived),
    /// A row was not taken as the owner's word.
    InboundIgnored(InboundIgnored),
    /// Our own row appeared in chat.db, or its state changed.
    OutgoingSeen(OutgoingSeen),
    /// A line of the queue file was taken over.
    QueueLineImported(QueueLineImported),
    /// A text for the owner was asked for.
    AttentionRequested(AttentionRequested),
    /// A source stopped working.
    SourceFailed(SourceFailed),
    /// It works again.
    SourceRecovered(SourceRecovered),
    /// Records of a source could not be read and were passed over.
    RecordsSkipped(RecordsSkipped),
    /// A deadline came.
    DeadlinePassed(DeadlinePassed),
    /// The log was damaged and was built anew from its two copies.
    LogRecovered(LogRecovered),

    // Decisions: what we chose, once.
    /// Where an inbound message goes, and why.
    RoutingDecided(RoutingDecided),
    /// A text will be sent to the owner.
    NoticeQueued(NoticeQueued),
    /// It will not, because it no longer matters.
    NoticeWithdrawn(NoticeWithdrawn),
    /// It will not, because it waited too long; the owner is told.
    NoticeExpired(NoticeExpired),
    /// An instruction came to its end.
    InstructionEnded(InstructionEnded),

    // The life of a command.
    /// Work is owed.
    CommandRequested(CommandRequested),
    /// It is about to begin.
    CommandStarted(CommandStarted),
    /// It was carried out; proof is awaited.
    CommandPerformed(CommandPerformed),
    /// It ended.
    CommandSettled(CommandSettled),

    // Messages of the owner: reactions, changes, and rows that belong together.
    /// The owner reacted to a text of ours, or took a reaction back.
    ReactionReceived(ReactionReceived),
    /// The owner edited or unsent a message that had been received.
    InboundChanged(InboundChanged),
    /// A message waits a moment for a further row that may belong to it.
    InboundDeferred(InboundDeferred),
    /// A message is part of another one: its link, or the rest of its words.
    InboundJoined(InboundJoined),
    /// A message of the owner's was not acted on, and the owner is to hear of it.
    InboundUnanswered(InboundUnanswered),
}

/// See [`Event::RuntimeStarted`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RuntimeStarted {
    /// Program version.
    pub version: String,
    /// Process id.
    pub pid: u32,
    /// Effective settings.
    pub settings: Settings,
}

/// See [`Event::RuntimeStopped`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RuntimeStopped {}

/// See [`Event::NotifyReceived`].
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

/// See [`Event::SessionSeen`].
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

/// See [`Event::TurnStarted`].
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

/// See [`Event::UserSpoke`]. The words themselves are not kept: they are the session's.
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
}

/// See [`Event::AssistantReplied`].
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

/// See [`Event::QuestionAsked`].
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
}

/// See [`Event::QuestionClosed`].
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

/// See [`Event::TurnCompleted`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TurnCompleted {
    /// The session.
    pub session: SessionId,
    /// Offset behind the record; `None` when only notify told of it.
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

/// See [`Event::InboundHeld`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct InboundHeld {
    /// The row.
    pub rowid: i64,
    /// Its id.
    pub guid: Guid,
    /// What it lacks.
    pub lacks: String,
}

/// See [`Event::InboundReceived`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct InboundReceived {
    /// The row.
    pub rowid: i64,
    /// Its id.
    pub guid: Guid,
    /// When Messages says it was written.
    pub date: Wall,
    /// What the owner wrote, exactly: it is theirs, and it must reach the session unchanged.
    pub text: Text,
    /// Root of the reply thread it stands in.
    pub reply_to: Option<Guid>,
    /// It has attachments.
    pub attachments: bool,
    /// It came through the owner's chat with themself.
    pub self_chat: bool,
    /// The row is one that this account sent.
    pub from_me: bool,
}

/// See [`Event::InboundIgnored`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct InboundIgnored {
    /// The row.
    pub rowid: i64,
    /// Its id.
    pub guid: Guid,
    /// Why.
    pub reason: IgnoreReason,
    /// The command whose text it is a copy of, where it is one: a reply to the copy is one to the text.
    pub copy_of: Option<CommandId>,
}

/// Why a row of chat.db is not the owner's word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum IgnoreReason {
    /// The sender is not the owner.
    NotOwner,
    /// Sent by the owner to somebody else.
    ToOthers,
    /// Not a chat of two.
    Group,
    /// Not iMessage: SMS and RCS senders can be forged.
    NotIMessage,
    /// A reaction.
    Tapback,
    /// A text that SMS makes of a reaction.
    TapbackText,
    /// A system item (somebody joined, a name changed).
    SystemItem,
    /// An edit of something already there.
    Edited,
    /// The preview of a link, or an app's balloon.
    Balloon,
    /// Older than what is acted on.
    Stale,
    /// Its date lies in the future.
    Future,
    /// Seen before, under this id.
    Duplicate,
    /// The other copy of something already taken.
    Twin,
    /// Our own words come back.
    Echo,
    /// It stayed without a chat.
    NoChat,
    /// It stayed without a body.
    Empty,
    /// Its body is not understood.
    Undecodable,
    /// Too much of the same in a short time: a loop is suspected.
    Loop,
    /// The preview of a link that stands in a message already taken.
    Preview,
    /// It quotes a text of ours.
    Quoted,
    /// It was unsent before it was acted on.
    Unsent,
    /// Of a kind that this program does not know.
    Unknown,
}

/// See [`Event::ReactionReceived`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReactionReceived {
    /// The row.
    pub rowid: i64,
    /// Its id.
    pub guid: Guid,
    /// When Messages says the owner reacted.
    pub date: Wall,
    /// The text of ours that it is about, by the id of its row.
    pub target: Target,
    /// Which reaction.
    pub reaction: Reaction,
    /// It was added; else it was taken back.
    pub added: bool,
}

/// A reaction (Apple: tapback).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Reaction {
    /// The heart.
    Love,
    /// Thumbs up.
    Like,
    /// Thumbs down.
    Dislike,
    /// Ha ha.
    Laugh,
    /// Two exclamation marks.
    Emphasis,
    /// The question mark.
    Question,
    /// Any other emoji; empty where Messages does not say which.
    Emoji(String),
    /// A sticker.
    Sticker,
}

/// See [`Event::InboundChanged`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct InboundChanged {
    /// The row.
    pub rowid: i64,
    /// Its id.
    pub guid: Guid,
    /// The newest words; `None` when it was unsent.
    pub text: Option<Text>,
    /// The change came before anything was done with the message, and counts.
    pub in_time: bool,
}

/// See [`Event::InboundDeferred`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct InboundDeferred {
    /// The message.
    pub inbound: Guid,
    /// How long it waits.
    pub wait: Span,
    /// It is a link without words.
    pub link: bool,
}

/// See [`Event::InboundJoined`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct InboundJoined {
    /// The message.
    pub inbound: Guid,
    /// The message that it is part of.
    pub into: Guid,
}

/// See [`Event::InboundUnanswered`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct InboundUnanswered {
    /// The message.
    pub inbound: Guid,
    /// Why it was not acted on.
    pub reason: IgnoreReason,
    /// When it was written, where that is known.
    pub date: Option<Wall>,
}

/// See [`Event::OutgoingSeen`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OutgoingSeen {
    /// The row.
    pub rowid: i64,
    /// Its id.
    pub guid: Guid,
    /// The command whose text it holds.
    pub command: CommandId,
    /// How it left.
    pub service: String,
    /// Messages' error code, 0 for none.
    pub error: i64,
    /// Accepted by the server.
    pub sent: bool,
    /// Arrived.
    pub delivered: bool,
}

/// See [`Event::QueueLineImported`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct QueueLineImported {
    /// Which file.
    pub file: String,
    /// Offset behind the line.
    pub offset: u64,
    /// Fingerprint of the line's text; `None` when it is unusable.
    pub digest: Option<Digest>,
    /// Why it is not sent, if it is not.
    pub refused: Option<String>,
}

/// See [`Event::AttentionRequested`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AttentionRequested {
    /// Name of the hand-over.
    pub key: InputKey,
    /// Where it comes from.
    pub cwd: String,
    /// What is needed, redacted.
    pub need: Text,
    /// Why it is not sent, if it is not.
    pub refused: Option<String>,
}

/// See [`Event::SourceFailed`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SourceFailed {
    /// Which.
    pub source: Source,
    /// What was tried and what the system answered.
    pub fault: String,
}

/// See [`Event::SourceRecovered`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SourceRecovered {
    /// Which.
    pub source: Source,
}

/// See [`Event::RecordsSkipped`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecordsSkipped {
    /// The session whose rollout has them.
    pub session: SessionId,
    /// Offset behind the last.
    pub offset: u64,
    /// How many.
    pub records: u32,
}

/// See [`Event::DeadlinePassed`].
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
    /// A source has not worked for so long that the owner is told.
    Deaf(Source),
    /// The way to the owner is tried out.
    SelfTest,
    /// A message has waited long enough for a row that may belong to it.
    Gather(Guid),
    /// Messages that were not acted on are to be told of.
    Unanswered,
}

/// See [`Event::LogRecovered`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogRecovered {
    /// What was found, and what was done.
    pub story: String,
    /// Where the files are that were found damaged.
    pub kept: String,
}

/// See [`Event::RoutingDecided`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RoutingDecided {
    /// The inbound message.
    pub inbound: Guid,
    /// The rule that decided.
    pub rule: Rule,
    /// What is done with it.
    pub action: Action,
    /// Where it goes; `None`: nowhere, the owner gets a line.
    pub target: Option<SessionId>,
    /// Who else was considered, and why they lost.
    pub candidates: Vec<Candidate>,
}

/// What is done with an inbound message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Action {
    /// Its words go into the session.
    Instruct { text: Text },
    /// It chooses options of a question that is up.
    Choose { call: CallId, choices: Vec<Chosen> },
    /// It starts a session.
    Start {
        label: String,
        cwd: String,
        text: Text,
    },
    /// This program answers it; no session is touched.
    Reply,
}

/// See [`Event::InstructionEnded`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct InstructionEnded {
    /// The inbound message.
    pub inbound: Guid,
    /// Where it was to go; `None` for a session that never came to be.
    pub session: Option<SessionId>,
    /// How it ended.
    pub end: InstructionEnd,
}

/// How an instruction ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum InstructionEnd {
    /// The session has it.
    Delivered,
    /// It was not put into the session; the owner was told why.
    Refused,
    /// The session may have it; the owner was told.
    Unknown,
}

/// A session that was considered for an inbound message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Candidate {
    /// The session.
    pub session: SessionId,
    /// What spoke for or against it.
    pub evidence: String,
    /// It was chosen.
    pub chosen: bool,
}

/// How a route was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Rule {
    /// The message names the session.
    Named,
    /// It stands in the reply thread of a notice of the session.
    ReplyThread,
    /// Only this session waits for an answer.
    OnlyAsking,
    /// Only this session has finished and not been spoken to since.
    OnlyFinished,
    /// Of several, the one that last asked for something; the settings allow the guess.
    MostRecent,
    /// It asks for a new session.
    NewSession,
    /// There is no session, and the settings allow to start one.
    AutoCreate,
    /// It is for this program itself.
    Control,
    /// It cannot be decided; the owner is asked.
    Ambiguous,
    /// No session fits; the owner is told.
    NoMatch,
    /// It is a near miss of a command; the owner is told how it is written.
    NearMiss,
    /// It continues the message written just before it.
    Continued,
}

/// See [`Event::NoticeQueued`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NoticeQueued {
    /// Session it is about; `None` for this program's own.
    pub session: Option<SessionId>,
    /// Why it is sent.
    pub topic: Topic,
    /// Where it goes.
    pub to: Text,
    /// The texts, each one iMessage, redacted and with their head line.
    pub parts: Vec<Text>,
    /// Notices that it takes the place of: merged with others, or asked for again.
    pub replaces: Vec<Seq>,
}

/// What a notice is about. A topic with an identity is noticed once.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Topic {
    /// A question.
    Question(CallId),
    /// The end of a turn.
    TurnEnd(Option<TurnId>),
    /// Something said along the way.
    Progress,
    /// An answer to an inbound message.
    Answer(Guid),
    /// What became of an instruction.
    Receipt(Guid),
    /// A text that others asked to be sent.
    Request,
    /// The health of this program.
    Health,
    /// Texts that the owner may not have.
    Missing,
    /// Messages of the owner's that were not acted on.
    Unanswered,
}

/// See [`Event::NoticeWithdrawn`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NoticeWithdrawn {
    /// The notice: position of its `NoticeQueued`.
    pub notice: Seq,
    /// Why it no longer matters.
    pub why: String,
}

/// See [`Event::NoticeExpired`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NoticeExpired {
    /// The notice: position of its `NoticeQueued`.
    pub notice: Seq,
}

/// See [`Event::CommandRequested`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CommandRequested {
    /// Its name.
    pub id: CommandId,
    /// Which try this is, from 1.
    pub attempt: u16,
    /// What to do.
    pub command: Command,
}

/// See [`Event::CommandStarted`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CommandStarted {
    /// Its name.
    pub id: CommandId,
    /// Newest row of chat.db that had been read: our own row comes after it.
    pub baseline: Option<i64>,
}

/// See [`Event::CommandPerformed`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CommandPerformed {
    /// Its name.
    pub id: CommandId,
    /// How.
    pub performed: Performed,
}

/// See [`Event::CommandSettled`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CommandSettled {
    /// Its name.
    pub id: CommandId,
    /// How it ended.
    pub outcome: Outcome,
}
