//! How sessions, notices, commands and lengths of time are called in sentences.

use super::words;
use crate::state::State;
use events::prompt::PromptBody;
use events::{Command, CommandId, Seq, SessionId, Span};

/// `@k3f9 (api)`, or the thread's id where it is not known.
pub fn session_name(state: &State, id: &SessionId) -> String {
    state.sessions.get(id).map_or_else(
        || format!("the thread {id}"),
        |session| {
            let name = crate::render::tidy(session.name(), 40);
            format!("@{} ({name})", session.reference)
        },
    )
}

/// `notice 41 (the end of a turn of @k3f9 (api))`, as far as it is known.
pub fn notice_name(state: &State, notice: Seq) -> String {
    let Some((session, topic)) = state.outbox.about(notice) else {
        return format!("notice {notice}");
    };
    let of = session.map_or_else(String::new, |id| format!(", {}", session_name(state, id)));
    format!("notice {notice} ({}{of})", words::topic(topic))
}

/// `prompt 41 (a command of @k3f9 (api))`
pub(super) fn prompt_name(state: &State, prompt: Seq) -> String {
    let open = state.prompts.open.get(&prompt);
    let closed = || {
        state
            .prompts
            .closed
            .iter()
            .rev()
            .find(|past| past.prompt == prompt)
    };
    if let Some(known) = open {
        let of = session_name(state, &known.session);
        return format!("prompt {prompt} ({} of {of})", body_name(&known.body));
    }
    closed().map_or_else(
        || format!("prompt {prompt}"),
        |past| {
            format!(
                "prompt {prompt} (of {})",
                session_name(state, &past.session)
            )
        },
    )
}

pub(super) const fn body_name(body: &PromptBody) -> &'static str {
    match body {
        PromptBody::Command(_) => "a command",
        PromptBody::Patch(_) => "a change of files",
        PromptBody::Permissions(_) => "further permissions",
        PromptBody::Elicitation(_) => "what an MCP server asks for",
        PromptBody::Questions(_) => "questions",
        PromptBody::Plan { .. } => "a plan",
    }
}

/// What a command does and to whom.
pub fn command_name(state: &State, command: &Command) -> String {
    let does = words::does(command);
    match command {
        Command::SendMessage(c) => format!("{does} of {}", notice_name(state, c.notice)),
        Command::TypeInstruction(c) | Command::PressEnter(c) => {
            format!("{does} of {}", session_name(state, &c.instruction.session))
        }
        Command::ChooseOptions(c) => format!("{does} of {}", session_name(state, &c.session)),
        Command::AnswerWithNotes(c) => {
            format!("{does} of {}", session_name(state, &c.choose.session))
        }
        Command::QueueInstruction(c) | Command::ResumeSession(c) => {
            format!("{does} for {}", session_name(state, &c.session))
        }
        Command::AnswerPrompt(c) => {
            format!("{does}: {}", prompt_name(state, c.prompt))
        }
        Command::StartTurn(c) => {
            format!("{does}, in {}", session_name(state, &c.instruction.session))
        }
        Command::SteerTurn(c) => {
            format!("{does}, in {}", session_name(state, &c.instruction.session))
        }
        Command::InterruptTurn(c) => format!("{does} of {}", session_name(state, &c.session)),
        Command::GivePictures(c) => {
            format!("{does}, in {}", session_name(state, &c.instruction.session))
        }
        Command::FetchFiles(c) => format!("{does} of the message {}", c.inbound),
        Command::RemoveFiles(c) => format!("{does} of the message {}", c.inbound),
        Command::Manage(c) => format!("{does} of {}", session_name(state, &c.session)),
        Command::OpenSession(c) => format!("{does}: {}", session_name(state, &c.session)),
        Command::CopyOut(c) => format!("{does} of {}", session_name(state, &c.session)),
        Command::SendFile(c) => format!("{does} of {}", session_name(state, &c.session)),
        Command::Look(c) => format!("{does} of {}", session_name(state, &c.session)),
        Command::StartSession(c) => format!("{does}, {:?} in {}", c.label, c.cwd),
    }
}

/// A length of time as people say it: `41 ms`, `2.5 s`, `3 min 20 s`, `2 h 5 min`, `4 d 3 h`.
pub fn span(span: Span) -> String {
    let (ms, seconds) = (span.0, span.0 / 1000);
    let two = |large: u64, one: &str, small: u64, other: &str| {
        if small == 0 {
            format!("{large} {one}")
        } else {
            format!("{large} {one} {small} {other}")
        }
    };
    match seconds {
        0 => format!("{ms} ms"),
        1..=9 if ms % 1000 >= 100 => format!("{seconds}.{} s", ms % 1000 / 100),
        1..=59 => format!("{seconds} s"),
        60..=3_599 => two(seconds / 60, "min", seconds % 60, "s"),
        3_600..=86_399 => two(seconds / 3_600, "h", seconds % 3_600 / 60, "min"),
        _ => two(seconds / 86_400, "d", seconds % 86_400 / 3_600, "h"),
    }
}

/// A command that is open, in words with its name.
pub(super) fn command_of(state: &State, id: CommandId) -> String {
    let open = state.ledger.open.get(&id);
    open.map_or_else(
        || format!("command {id}"),
        |entry| format!("command {id}, {}", command_name(state, &entry.command)),
    )
}
