//! What the program can do to the world. Plain data: a command carries all its
//! executor may know, because executors never see State or the log.

use crate::digest::Digest;
use crate::id::{CallId, Guid, Pane, Seq, SessionId, TurnId};
use crate::private::Text;
use crate::prompt::AnswerPrompt;
use crate::time::Span;
use serde::{Deserialize, Serialize};

/// Owed work.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Command {
    /// Give one part of a notice to Messages.
    SendMessage(SendMessage),
    /// Put an instruction into a session's pane and submit it.
    TypeInstruction(TypeInstruction),
    /// Press Enter where our own text still stands unsubmitted.
    PressEnter(TypeInstruction),
    /// Choose options of a question that is up in a session's pane.
    ChooseOptions(ChooseOptions),
    /// Hand an instruction to `codex queue`.
    QueueInstruction(Instruction),
    /// Run an instruction with `codex exec resume`.
    ResumeSession(Instruction),
    /// Start Codex in a new tmux window.
    StartSession(StartSession),
    /// Answer a prompt.
    AnswerPrompt(AnswerPrompt),
    /// Give an instruction to the app-server, as a new turn.
    StartTurn(StartTurn),
    /// Give an instruction to the app-server, for the turn that runs.
    SteerTurn(SteerTurn),
    /// Interrupt the turn that runs.
    InterruptTurn(InterruptTurn),
}

/// One iMessage.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SendMessage {
    /// The notice it belongs to: the position of its `NoticeQueued`.
    pub notice: Seq,
    /// Which part, from 0.
    pub part: u16,
    /// The recipient's address.
    pub to: Text,
    /// The whole text.
    pub text: Text,
}

/// An instruction on its way into a session.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Instruction {
    /// The inbound message it comes from.
    pub inbound: Guid,
    /// Where it goes.
    pub session: SessionId,
    /// Directory of the session.
    pub cwd: String,
    /// What the owner wrote for it.
    pub text: Text,
    /// Time the executor may take.
    pub budget: Span,
}

/// An instruction for a pane.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TypeInstruction {
    /// What and where.
    pub instruction: Instruction,
    /// Panes that notify captured from an embedded Codex, newest first: hints, proven before use.
    pub hints: Vec<Pane>,
    /// A running turn may be steered.
    pub steer: bool,
}

/// An answer to a question by its options' numbers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChooseOptions {
    /// The inbound message it comes from.
    pub inbound: Guid,
    /// The session that asks.
    pub session: SessionId,
    /// The question call.
    pub call: CallId,
    /// Directory of the session.
    pub cwd: String,
    /// As in [`TypeInstruction::hints`].
    pub hints: Vec<Pane>,
    /// For each question in order: its text, the number of options, the chosen one from 1.
    pub choices: Vec<Chosen>,
}

/// The choice for one question.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Chosen {
    /// The question, redacted.
    pub question: Text,
    /// Fingerprint of the question as it was asked: by this it is known again on the
    /// screen. `None` in entries of older programs.
    pub digest: Option<Digest>,
    /// How many options were offered.
    pub options: u16,
    /// Which was chosen, from 1.
    pub option: u16,
}

/// A session to be started.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StartSession {
    /// The inbound message it comes from.
    pub inbound: Guid,
    /// What the owner calls it.
    pub label: String,
    /// Where it starts.
    pub cwd: String,
    /// Its first instruction.
    pub text: Text,
}

/// An instruction for the app-server.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StartTurn {
    /// What and where.
    pub instruction: Instruction,
    /// The connection on which the session was seen: on another one nothing is sent.
    pub generation: u64,
}

/// An instruction for the turn that runs in the app-server.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SteerTurn {
    /// What and where.
    pub instruction: Instruction,
    /// As in [`StartTurn::generation`].
    pub generation: u64,
    /// The turn it is meant for: in another one it is refused.
    pub turn: TurnId,
}

/// A turn to be interrupted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct InterruptTurn {
    /// The inbound message it comes from.
    pub inbound: Guid,
    /// The session.
    pub session: SessionId,
    /// Directory of the session.
    pub cwd: String,
    /// The turn, where it is known.
    pub turn: Option<TurnId>,
    /// How.
    pub way: InterruptWay,
}

/// How a turn is interrupted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum InterruptWay {
    /// By the app-server, on this connection.
    AppServer { generation: u64 },
    /// By Escape in its pane; hints as in [`TypeInstruction::hints`].
    Keys { hints: Vec<Pane> },
}

/// What runs one at a time: commands of different lanes never wait for each other.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Lane {
    /// Everything that goes through Messages.
    Messages,
    /// Everything that goes into one session.
    Session(SessionId),
    /// Starting sessions.
    Start,
}

impl Command {
    /// The lane the command runs in.
    pub fn lane(&self) -> Lane {
        match self {
            Self::SendMessage(_) => Lane::Messages,
            Self::TypeInstruction(c) | Self::PressEnter(c) => {
                Lane::Session(c.instruction.session.clone())
            }
            Self::ChooseOptions(c) => Lane::Session(c.session.clone()),
            Self::QueueInstruction(c) | Self::ResumeSession(c) => Lane::Session(c.session.clone()),
            Self::StartSession(_) => Lane::Start,
            Self::AnswerPrompt(c) => Lane::Session(c.session.clone()),
            Self::StartTurn(c) => Lane::Session(c.instruction.session.clone()),
            Self::SteerTurn(c) => Lane::Session(c.instruction.session.clone()),
            Self::InterruptTurn(c) => Lane::Session(c.session.clone()),
        }
    }

    /// The command's name, for people.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::SendMessage(_) => "SendMessage",
            Self::TypeInstruction(_) => "TypeInstruction",
            Self::PressEnter(_) => "PressEnter",
            Self::ChooseOptions(_) => "ChooseOptions",
            Self::QueueInstruction(_) => "QueueInstruction",
            Self::ResumeSession(_) => "ResumeSession",
            Self::StartSession(_) => "StartSession",
            Self::AnswerPrompt(_) => "AnswerPrompt",
            Self::StartTurn(_) => "StartTurn",
            Self::SteerTurn(_) => "SteerTurn",
            Self::InterruptTurn(_) => "InterruptTurn",
        }
    }
}
