//! What the program can do to the world. Plain data: a command carries all its
//! executor may know, because executors never see State or the log.

use crate::digest::Digest;
use crate::id::{CallId, CommandId, Guid, Pane, Seq, SessionId, TurnId};
use crate::private::Text;
use crate::prompt::AnswerPrompt;
use crate::time::Span;
use serde::{Deserialize, Serialize};

/// Work to be done.
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
    /// Copy the files of a message to where sessions can read them.
    FetchFiles(FetchFiles),
    /// Give an instruction with pictures to the app-server.
    GivePictures(GivePictures),
    /// Delete the copies that a fetch made.
    RemoveFiles(RemoveFiles),
    /// Look at a session for the owner. Nothing is changed by it.
    Look(Look),
    /// Copy a file of a session's directory to where Messages can read it.
    CopyOut(CopyOut),
    /// Give such a copy to Messages, for the owner.
    SendFile(SendFile),
    /// Have the app-server change something about a session.
    Manage(Manage),
    /// Open a session that no Codex has open, in a new tmux window.
    OpenSession(OpenSession),
    /// Answer a question that is up in a session's pane with the owner's own words.
    AnswerWithNotes(AnswerWithNotes),
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

/// An answer to a question in which words go with an option, or stand for one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AnswerWithNotes {
    /// What is chosen. The option behind the last one is Codex's own "None of the above".
    pub choose: ChooseOptions,
    /// For each question in order: the words for its notes field.
    pub notes: Vec<Option<Text>>,
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
    /// Which was chosen, from 1; in an answer in words also the one behind the last.
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

/// Files of a message, to be copied. The copies belong to this command: nothing else is
/// ever written where they are.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FetchFiles {
    /// The inbound message.
    pub inbound: Guid,
    /// Its rows that have files, in their order.
    pub rows: Vec<Guid>,
    /// What they are for.
    pub purpose: FilesFor,
    /// Files that are no pictures are copied as well.
    pub all_kinds: bool,
    /// Largest size of one file, in bytes.
    pub max_bytes: u64,
    /// How long it is waited until all of them are there.
    pub wait: Span,
}

/// What files are fetched for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum FilesFor {
    /// An instruction of this session.
    Session(SessionId),
    /// A session to be started with them.
    Start(StartSession),
}

/// An instruction with pictures, for the app-server.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GivePictures {
    /// What and where; the text may be empty.
    pub instruction: Instruction,
    /// As in [`StartTurn::generation`].
    pub generation: u64,
    /// The running turn it is meant for; `None`: a new one.
    pub turn: Option<TurnId>,
    /// The pictures' files.
    pub pictures: Vec<String>,
}

/// Copies to be deleted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RemoveFiles {
    /// The `FetchFiles` that made them.
    pub fetch: CommandId,
    /// The message that they came with.
    pub inbound: Guid,
}

/// How a turn is interrupted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum InterruptWay {
    /// By the app-server, on this connection.
    AppServer { generation: u64 },
    /// By Escape in its pane; hints as in [`TypeInstruction::hints`].
    Keys { hints: Vec<Pane> },
}

/// A look at a session, which may be taken again: it changes nothing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Look {
    /// The inbound message that asks for it.
    pub inbound: Guid,
    /// The session.
    pub session: SessionId,
    /// Directory of the session.
    pub cwd: String,
    /// The file that its records come from.
    pub rollout: String,
    /// What is looked at.
    pub sight: Sight,
    /// It is taken again, because the program was stopped during the first one.
    pub again: bool,
}

/// What is looked at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Sight {
    /// What its pane shows now; hints as in [`TypeInstruction::hints`].
    Screen { hints: Vec<Pane> },
    /// What was said last: so many messages.
    Last { messages: u16 },
    /// What is changed in its directory, or below this path in it.
    Diff { path: Option<Text> },
    /// What was done in it last: turns, commands, instructions.
    Steps,
}

/// A file that the owner wants to have. To copy it again harms nothing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CopyOut {
    /// The inbound message that asks for it.
    pub inbound: Guid,
    /// The session.
    pub session: SessionId,
    /// Directory of the session: a file outside of it is refused.
    pub cwd: String,
    /// Which file, as the owner wrote it.
    pub path: Text,
    /// Largest size, in bytes.
    pub max_bytes: u64,
    /// It is copied again, because the program was stopped while it was copied first.
    pub again: bool,
}

/// A copied file on its way to the owner.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SendFile {
    /// The `CopyOut` that made the copy.
    pub copy: CommandId,
    /// The inbound message that asks for it.
    pub inbound: Guid,
    /// The session.
    pub session: SessionId,
    /// The recipient's address.
    pub to: Text,
    /// The copy.
    pub file: Text,
    /// What the copy is called: its row in chat.db is known by that.
    pub name: Text,
    /// Its size.
    pub bytes: u64,
}

/// Something about a session that the app-server is to change. Nothing of it changes what
/// Codex may do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manage {
    /// The inbound message that asks for it.
    pub inbound: Guid,
    /// The session.
    pub session: SessionId,
    /// As in [`StartTurn::generation`].
    pub generation: u64,
    /// What.
    pub change: Change,
}

/// What the app-server is to change.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Change {
    /// Its name.
    Rename { name: Text },
    /// What the model remembers of it is summed up.
    Compact,
    /// The model of its next turns: one that the app-server lists.
    Model { model: String },
    /// How hard the model thinks in its next turns.
    Effort { level: String },
}

/// A session to be opened in a window of its own.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OpenSession {
    /// The inbound message that asks for it.
    pub inbound: Guid,
    /// The session.
    pub session: SessionId,
    /// What the window is called after.
    pub label: String,
    /// Directory of the session.
    pub cwd: String,
    /// The file that its records come from.
    pub rollout: String,
    /// As in [`TypeInstruction::hints`].
    pub hints: Vec<Pane>,
    /// The program was stopped while it opened: it is only looked for, and not opened again.
    pub again: bool,
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
    /// The files of one message: nothing else ever waits for them.
    Files(Guid),
    /// A look that the owner's message asks for: it waits for nothing else.
    Look(Guid),
}

impl Command {
    /// The lane the command runs in.
    pub fn lane(&self) -> Lane {
        match self {
            Self::SendMessage(_) | Self::SendFile(_) => Lane::Messages,
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
            Self::FetchFiles(c) => Lane::Files(c.inbound.clone()),
            Self::GivePictures(c) => Lane::Session(c.instruction.session.clone()),
            Self::RemoveFiles(c) => Lane::Files(c.inbound.clone()),
            Self::Look(c) => Lane::Look(c.inbound.clone()),
            Self::CopyOut(c) => Lane::Files(c.inbound.clone()),
            Self::Manage(c) => Lane::Session(c.session.clone()),
            Self::OpenSession(c) => Lane::Session(c.session.clone()),
            Self::AnswerWithNotes(c) => Lane::Session(c.choose.session.clone()),
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
            Self::FetchFiles(_) => "FetchFiles",
            Self::GivePictures(_) => "GivePictures",
            Self::RemoveFiles(_) => "RemoveFiles",
            Self::Look(_) => "Look",
            Self::CopyOut(_) => "CopyOut",
            Self::SendFile(_) => "SendFile",
            Self::Manage(_) => "Manage",
            Self::OpenSession(_) => "OpenSession",
            Self::AnswerWithNotes(_) => "AnswerWithNotes",
        }
    }
}
