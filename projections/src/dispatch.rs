//! Instructions on their way into sessions: one at a time per session, in the
//! order in which the owner wrote them, each by the same order of transports.

use crate::files::Files;
use crate::ring::Ring;
use events::command::{Chosen, FilesFor};
use events::event::{InstructionEnd, InstructionEnded};
use events::outcome::How;
use events::{CallId, Command, CommandId, Guid, SessionId, Text};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, VecDeque};

/// All instructions that are not through.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Dispatches {
    /// Waiting and under way, per session, oldest first.
    pub lanes: BTreeMap<SessionId, VecDeque<Dispatch>>,
    /// Sessions being started, by the message that asked for them.
    pub starting: BTreeMap<Guid, Starting>,
    /// What became of the newest ones.
    pub ended: Ring<Ended, 128>,
    /// Copies of files that are kept, by the command that made them, and the message they are of.
    pub copies: BTreeMap<CommandId, Guid>,
}

/// One instruction.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Dispatch {
    /// The message it comes from.
    pub inbound: Guid,
    /// What goes in.
    pub what: What,
    /// The command that tries it now.
    pub trying: Option<CommandId>,
    /// Transports tried so far, and why each failed.
    pub tried: Vec<Tried>,
    /// The transport by which it left, where Codex itself keeps the order: its queue, or a
    /// running turn. The next instruction may follow the same way.
    pub left: Option<Transport>,
    /// The owner was told that it is not seen yet.
    pub late_told: bool,
    /// The files that go with it.
    pub files: Files,
}

/// What an inbound message becomes for a session.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum What {
    /// Words.
    Words(Text),
    /// Words for the next turn, whatever runs now.
    Queued(Text),
    /// Words for the turn that runs.
    Steer(Text),
    /// Options of a question that is up, and the words that go with them; no words at all
    /// where there is no list of them.
    Options {
        call: CallId,
        choices: Vec<Chosen>,
        notes: Vec<Option<Text>>,
    },
}

/// A transport that failed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tried {
    /// Which.
    pub transport: Transport,
    /// Why not.
    pub failure: events::outcome::Failure,
}

/// One way into a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Transport {
    /// Its verified pane.
    Pane,
    /// `codex queue`.
    Queue,
    /// Its verified pane, while a turn runs.
    Steer,
    /// `codex exec resume`.
    Resume,
    /// The app-server.
    AppServer,
}

impl Transport {
    /// The transport that a command uses. Pressing Enter once more is not one of its own.
    pub const fn of(command: &Command) -> Option<Self> {
        match command {
            Command::TypeInstruction(c) if c.steer => Some(Self::Steer),
            Command::TypeInstruction(_)
            | Command::ChooseOptions(_)
            | Command::AnswerWithNotes(_) => Some(Self::Pane),
            Command::QueueInstruction(_) => Some(Self::Queue),
            Command::ResumeSession(_) => Some(Self::Resume),
            Command::StartTurn(_) | Command::SteerTurn(_) | Command::GivePictures(_) => {
                Some(Self::AppServer)
            }
            Command::PressEnter(_)
            | Command::FetchFiles(_)
            | Command::RemoveFiles(_)
            | Command::SendMessage(_)
            | Command::StartSession(_)
            | Command::AnswerPrompt(_)
            | Command::InterruptTurn(_)
            | Command::Look(_)
            | Command::CopyOut(_)
            | Command::Manage(_)
            | Command::OpenSession(_)
            | Command::SendFile(_) => None,
        }
    }

    /// The transport in which Codex itself keeps the order, however long that takes; `None`
    /// where the next instruction has to wait for proof of this one.
    pub const fn kept_by_codex(how: &How) -> Option<Self> {
        match how {
            How::Queued => Some(Self::Queue),
            How::Steered(_) => Some(Self::Steer),
            How::TurnSteered => Some(Self::AppServer),
            How::Accepted
            | How::Typed(_)
            | How::Chosen(_)
            | How::Pressed(_)
            | How::Resumed
            | How::Replied { .. }
            | How::Answered(_)
            | How::TurnStarted { .. }
            | How::InterruptAsked
            | How::EscapePressed(_)
            | How::Begun => None,
        }
    }
}

/// Session and message of a command that carries an instruction.
pub(crate) fn dispatch_of(command: &Command) -> Option<(SessionId, Guid)> {
    match command {
        Command::TypeInstruction(c) | Command::PressEnter(c) => {
            Some((c.instruction.session.clone(), c.instruction.inbound.clone()))
        }
        Command::QueueInstruction(c) | Command::ResumeSession(c) => {
            Some((c.session.clone(), c.inbound.clone()))
        }
        Command::ChooseOptions(c) => Some((c.session.clone(), c.inbound.clone())),
        Command::AnswerWithNotes(c) => Some((c.choose.session.clone(), c.choose.inbound.clone())),
        Command::StartTurn(c) => {
            Some((c.instruction.session.clone(), c.instruction.inbound.clone()))
        }
        Command::SteerTurn(c) => {
            Some((c.instruction.session.clone(), c.instruction.inbound.clone()))
        }
        Command::GivePictures(c) => {
            Some((c.instruction.session.clone(), c.instruction.inbound.clone()))
        }
        // Fetching what goes with an instruction belongs to it.
        Command::FetchFiles(c) => match &c.purpose {
            FilesFor::Session(session) => Some((session.clone(), c.inbound.clone())),
            FilesFor::Start(_) => None,
        },
        // An answer to a prompt and an interruption are no instructions.
        Command::SendMessage(_)
        | Command::RemoveFiles(_)
        | Command::StartSession(_)
        | Command::AnswerPrompt(_)
        | Command::InterruptTurn(_)
        | Command::Look(_)
        | Command::CopyOut(_)
        | Command::Manage(_)
        | Command::OpenSession(_)
        | Command::SendFile(_) => None,
    }
}

/// A session being started.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Starting {
    /// The command.
    pub command: CommandId,
    /// What the owner calls it.
    pub label: String,
}

/// An instruction that is through.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ended {
    /// The message it came from.
    pub inbound: Guid,
    /// Where it went.
    pub session: Option<SessionId>,
    /// How it ended.
    pub end: InstructionEnd,
}

impl Dispatches {
    /// Takes an instruction in.
    pub fn queue(&mut self, session: &SessionId, inbound: &Guid, what: What, files: Files) {
        let dispatch = Dispatch {
            inbound: inbound.clone(),
            what,
            trying: None,
            tried: Vec::new(),
            left: None,
            late_told: false,
            files,
        };
        self.lanes
            .entry(session.clone())
            .or_default()
            .push_back(dispatch);
    }

    /// The instruction of a message.
    pub fn get_mut(&mut self, session: &SessionId, inbound: &Guid) -> Option<&mut Dispatch> {
        self.lanes
            .get_mut(session)?
            .iter_mut()
            .find(|d| d.inbound == *inbound)
    }

    /// The instruction of a message.
    pub fn get(&self, session: &SessionId, inbound: &Guid) -> Option<&Dispatch> {
        self.lanes
            .get(session)?
            .iter()
            .find(|d| d.inbound == *inbound)
    }

    /// The first instruction that may be tried now: all before it are in Codex's own queue.
    pub fn head(&self, session: &SessionId) -> Option<&Dispatch> {
        self.lanes.get(session)?.iter().find(|d| d.left.is_none())
    }

    /// Where the instructions before this one wait, so that it goes there too:
    /// Codex's queue if any of them does, else the running turn.
    pub fn ahead(&self, session: &SessionId) -> Option<Transport> {
        let lane = self.lanes.get(session)?.iter();
        let mut ahead: Vec<_> = lane.filter_map(|d| d.left).collect();
        ahead.sort_unstable();
        ahead.first().copied()
    }

    /// Lets go of the instruction of a message, which is not to go in as it stands.
    pub fn take_back(&mut self, inbound: &Guid) {
        for lane in self.lanes.values_mut() {
            lane.retain(|d| d.inbound != *inbound);
        }
        self.lanes.retain(|_, lane| !lane.is_empty());
    }

    /// Ends an instruction.
    pub fn end(&mut self, ended: &InstructionEnded) {
        let InstructionEnded {
            inbound,
            session,
            end,
        } = ended.clone();
        if let Some(lane) = session
            .as_ref()
            .and_then(|session| self.lanes.get_mut(session))
        {
            lane.retain(|d| d.inbound != inbound);
        }
        self.lanes.retain(|_, lane| !lane.is_empty());
        self.ended.push(Ended {
            inbound,
            session,
            end,
        });
    }
}
