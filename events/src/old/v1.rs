//! Schema 1.

use crate::command::{self, Instruction, SendMessage, StartSession, TypeInstruction};
use crate::digest::Digest;
use crate::event::{self, Candidate, Question, QuestionKind, Rule};
use crate::id::{CallId, CommandId, Guid, Pane, SessionId, TurnId};
use crate::private::Text;
use crate::settings::Recorded;
use crate::time::Span;
use serde::{Deserialize, Serialize};

/// The settings were a struct, so that every new one would have changed the event.
#[derive(Deserialize)]
pub(crate) struct RuntimeStarted {
    version: String,
    pid: u32,
    settings: Settings,
}

#[derive(Serialize, Deserialize)]
#[allow(clippy::struct_excessive_bools, reason = "it is as it was")]
pub(crate) struct Settings {
    owner: Vec<Text>,
    mode: NotifyMode,
    only_needs_input: bool,
    final_status: bool,
    redact: bool,
    max_len: u32,
    route_via_tmux: bool,
    strict_tmux: bool,
    require_ref: bool,
    enable_new: bool,
    auto_create: bool,
    ref_min: u32,
    ack_timeout: Span,
    resume_timeout: Span,
    inbound_retry: Span,
    dedupe_ttl: Span,
    fresh: Span,
    default_cwd: String,
    allow_sms: bool,
    max_per_hour: u32,
    expiry: Span,
    self_test: Span,
}

#[derive(Serialize, Deserialize)]
enum NotifyMode {
    Send,
    StateOnly,
    Route,
}

impl From<RuntimeStarted> for event::RuntimeStarted {
    fn from(old: RuntimeStarted) -> Self {
        Self {
            version: old.version,
            pid: old.pid,
            settings: Recorded::of(&old.settings),
        }
    }
}

/// A question was known again by its redacted words.
#[derive(Deserialize)]
pub(crate) struct QuestionAsked {
    session: SessionId,
    offset: u64,
    turn: Option<TurnId>,
    call: CallId,
    kind: QuestionKind,
    questions: Vec<Question>,
}

impl From<QuestionAsked> for event::QuestionAsked {
    fn from(old: QuestionAsked) -> Self {
        Self {
            session: old.session,
            offset: old.offset,
            turn: old.turn,
            call: old.call,
            kind: old.kind,
            questions: old.questions,
            digests: Vec::new(),
        }
    }
}

#[derive(Deserialize)]
struct Chosen {
    question: Text,
    options: u16,
    option: u16,
}

impl From<Chosen> for command::Chosen {
    fn from(old: Chosen) -> Self {
        Self {
            question: old.question,
            digest: None,
            options: old.options,
            option: old.option,
        }
    }
}

fn choices(old: Vec<Chosen>) -> Vec<command::Chosen> {
    old.into_iter().map(Into::into).collect()
}

#[derive(Deserialize)]
pub(crate) struct RoutingDecided {
    inbound: Guid,
    rule: Rule,
    action: Action,
    target: Option<SessionId>,
    candidates: Vec<Candidate>,
}

#[derive(Deserialize)]
enum Action {
    Instruct {
        text: Text,
    },
    Choose {
        call: CallId,
        choices: Vec<Chosen>,
    },
    Start {
        label: String,
        cwd: String,
        text: Text,
    },
    Reply,
}

impl From<RoutingDecided> for event::RoutingDecided {
    fn from(old: RoutingDecided) -> Self {
        let action = match old.action {
            Action::Instruct { text } => event::Action::Instruct { text },
            Action::Choose { call, choices: old } => event::Action::Choose {
                call,
                choices: choices(old),
            },
            Action::Start { label, cwd, text } => event::Action::Start { label, cwd, text },
            Action::Reply => event::Action::Reply,
        };
        Self {
            inbound: old.inbound,
            rule: old.rule,
            action,
            target: old.target,
            candidates: old.candidates,
        }
    }
}

#[derive(Deserialize)]
pub(crate) struct CommandRequested {
    id: CommandId,
    attempt: u16,
    command: Command,
}

#[derive(Deserialize)]
enum Command {
    SendMessage(SendMessage),
    TypeInstruction(TypeInstruction),
    PressEnter(TypeInstruction),
    ChooseOptions(ChooseOptions),
    QueueInstruction(Instruction),
    ResumeSession(Instruction),
    StartSession(StartSession),
}

#[derive(Deserialize)]
struct ChooseOptions {
    inbound: Guid,
    session: SessionId,
    call: CallId,
    cwd: String,
    hints: Vec<Pane>,
    choices: Vec<Chosen>,
}

impl From<CommandRequested> for event::CommandRequested {
    fn from(old: CommandRequested) -> Self {
        use crate::Command as Today;
        let command = match old.command {
            Command::SendMessage(c) => Today::SendMessage(c),
            Command::TypeInstruction(c) => Today::TypeInstruction(c),
            Command::PressEnter(c) => Today::PressEnter(c),
            Command::ChooseOptions(c) => Today::ChooseOptions(command::ChooseOptions {
                inbound: c.inbound,
                session: c.session,
                call: c.call,
                cwd: c.cwd,
                hints: c.hints,
                choices: choices(c.choices),
            }),
            Command::QueueInstruction(c) => Today::QueueInstruction(c),
            Command::ResumeSession(c) => Today::ResumeSession(c),
            Command::StartSession(c) => Today::StartSession(c),
        };
        Self {
            id: old.id,
            attempt: old.attempt,
            command,
        }
    }
}

/// It was recognised by its words alone.
#[derive(Deserialize)]
pub(crate) struct UserSpoke {
    session: SessionId,
    offset: u64,
    digest: Digest,
    chars: u32,
}

impl From<UserSpoke> for event::UserSpoke {
    fn from(old: UserSpoke) -> Self {
        Self {
            session: old.session,
            offset: old.offset,
            digest: old.digest,
            chars: old.chars,
            client: None,
        }
    }
}

/// When it was written was not kept.
#[derive(Deserialize)]
pub(crate) struct OutgoingSeen {
    rowid: i64,
    guid: Guid,
    command: CommandId,
    service: String,
    error: i64,
    sent: bool,
    delivered: bool,
}

impl From<OutgoingSeen> for event::OutgoingSeen {
    fn from(old: OutgoingSeen) -> Self {
        Self {
            rowid: old.rowid,
            guid: old.guid,
            command: old.command,
            service: old.service,
            error: old.error,
            sent: old.sent,
            delivered: old.delivered,
            date: None,
        }
    }
}
