//! What was decided: where messages go, and what the owner is sent.

use crate::command::Chosen;
use crate::id::{CallId, Guid, Seq, SessionId, TurnId};
use crate::private::Text;
use crate::time::Span;
use serde::{Deserialize, Serialize};

/// See [`super::Event::RoutingDecided`].
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
    /// It answers prompts: the positions of their `PromptAsked`.
    Answer { prompts: Vec<Seq> },
    /// It interrupts the running turn.
    Interrupt,
    /// Its words go to the next turn.
    Queue { text: Text },
    /// Its words go into the running turn.
    Steer { text: Text },
    /// It takes back an instruction that has not been taken yet.
    TakeBack { inbound: Option<Guid> },
    /// It answers a question that is up in words: see [`crate::command::AnswerWithNotes`].
    Note {
        call: CallId,
        choices: Vec<Chosen>,
        notes: Vec<Option<Text>>,
    },
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
    /// Only one prompt is open, and its notice was there before the message was written.
    OnlyPrompt,
    /// By the numbers of the list of open prompts.
    Listed,
    /// A tapback on a prompt's notice.
    Tapback,
    /// It continues the message written just before it.
    Continued,
}

/// See [`super::Event::InstructionEnded`].
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

/// See [`super::Event::NoticeQueued`].
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
    /// A prompt: the position of its `PromptAsked`.
    Prompt(Seq),
    /// Messages of the owner's that were not acted on.
    Unanswered,
}

/// See [`super::Event::NoticeWithdrawn`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NoticeWithdrawn {
    /// The notice: position of its `NoticeQueued`.
    pub notice: Seq,
    /// Why it no longer matters.
    pub why: String,
}

/// See [`super::Event::NoticeExpired`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NoticeExpired {
    /// The notice: position of its `NoticeQueued`.
    pub notice: Seq,
}

/// See [`super::Event::NoticeDelayed`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NoticeDelayed {
    /// The notice: position of its `NoticeQueued`.
    pub notice: Seq,
    /// How long from now until it may be tried again.
    pub wait: Span,
}

/// See [`super::Event::NoticeGivenUp`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NoticeGivenUp {
    /// The notice: position of its `NoticeQueued`.
    pub notice: Seq,
}

/// See [`super::Event::EndingNotTold`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EndingNotTold {
    /// The session.
    pub session: SessionId,
    /// The turn; `None` when its record does not name it.
    pub turn: Option<TurnId>,
    /// Why.
    pub why: NotTold,
}

/// Why the owner is not told that a turn ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum NotTold {
    /// Nobody asked for anything in it and the model said nothing: a compaction, a command at the desk.
    NothingSaid,
    /// Another turn took its place.
    Replaced,
    /// The session's goal goes on with the next turn. Told after all if none begins.
    GoalGoesOn,
}

/// See [`super::Event::TurnWentOn`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TurnWentOn {
    /// The session.
    pub session: SessionId,
    /// The turn.
    pub turn: TurnId,
    /// What shows it.
    pub sign: SignOfTurn,
}

/// What shows that a turn goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum SignOfTurn {
    /// The user spoke and no other turn began: Codex took the words into this one.
    Words,
    /// The model said something after what notify reported as its last words.
    Reply,
    /// Codex waits for an answer in it.
    Prompt,
}

/// See [`super::Event::SessionLabelled`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SessionLabelled {
    /// The session.
    pub session: SessionId,
    /// What the owner calls it. No other session keeps that label.
    pub label: String,
}

/// See [`super::Event::TextCut`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TextCut {
    /// The session that the text is about.
    pub session: SessionId,
    /// What was cut (redacted). Empty: the owner has got all of it.
    pub rest: Text,
}
