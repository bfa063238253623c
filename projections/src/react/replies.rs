//! The answers that this program words itself.

use crate::directories::Directory;
use crate::dispatch::{Transport, Tried};
use crate::ending_text;
use crate::holding;
use crate::local_time;
use crate::markdown::plain;
use crate::render::tidy;
use crate::routing::{Route, state_of};
use crate::sessions::Session;
use crate::state::State;
use events::forgotten;
use events::outcome::{Failure, Screen};
use events::{Command, SessionId};

/// Why no session is started or opened.
pub(super) const STARTS_OFF: &str =
    "Starting sessions from the phone is disabled (CODEX_IMESSAGE_ENABLE_NEW_SESSION).";

/// The answer to `help`.
pub(super) const HELP: &str = "\
Reply to a text about a session, and your words go to that session.
@ref what to do: the same, by name
2: picks option 2 of its question (1.2 2.1 for several questions)
list: your sessions
yes, no: answers a request for approval; pending lists them, show @ref shows all of one
stop @ref: interrupts its turn
status @ref: one session
screen, last, diff, log @ref: look at it
new label: what to do, in a new session
retry: resend texts that may not have reached you
quiet 23-7, mute @ref 2h, away, here, resume: when texts come
help approvals, help quiet, help look, help files, help new: more";

/// The answer to `list`.
pub(crate) fn list(state: &State) -> String {
    let owners = state.sessions.owners();
    let mut held = holding::lines(state, state.wall);
    held.extend(crate::promises::lines(state, state.wall));
    if owners.is_empty() {
        let none =
            "No sessions yet. Start Codex in a terminal, or write \"new label: what to do\".";
        let lines = std::iter::once(none.to_owned()).chain(held);
        return lines.collect::<Vec<_>>().join("\n");
    }
    let lines = owners.iter().take(20).map(|(id, session)| {
        let (line, since) = (line(state, id, session), since(state, id, session));
        let muted = holding::mark(state, id, state.wall);
        format!("{line} ({since}, {}){muted}", short_way(state, id))
    });
    let more = owners.len().saturating_sub(20);
    let rest = (more > 0).then(|| format!("… and {more} older sessions"));
    lines.chain(rest).chain(held).collect::<Vec<_>>().join("\n")
}

fn line(state: &State, id: &SessionId, session: &Session) -> String {
    let name = tidy(session.name(), 40);
    format!(
        "@{} {name} {}",
        session.reference,
        doing(state, id, session)
    )
}

/// What it does. Of a prompt its record says nothing.
fn doing(state: &State, id: &SessionId, session: &Session) -> &'static str {
    if session.question().is_some() || state.prompts.of(id).next().is_some() {
        "is waiting for your answer"
    } else {
        state_of(session)
    }
}

/// Since when it does that.
fn since(state: &State, id: &SessionId, session: &Session) -> String {
    let prompt = state.prompts.of(id).next().map(|(_, prompt)| prompt.at);
    let asked = session.question().map(|question| question.asked_at);
    let since = prompt.or(asked).unwrap_or(session.since);
    let since = local_time::at(state.wall, since, state.holds.offset);
    format!("since {since}")
}

/// The way that words take, in a word or two.
fn short_way(state: &State, id: &SessionId) -> &'static str {
    if state.server.has(id).is_some() {
        "background server"
    } else if state.settings.route_via_tmux {
        "pane or queue"
    } else {
        "queue"
    }
}

/// How the owner names a session.
pub(super) fn reference(state: &State, id: &SessionId) -> String {
    let known = state.sessions.get(id);
    known.map_or_else(
        || "@ref".to_owned(),
        |session| format!("@{}", session.reference),
    )
}

/// The answer to `status @ref`.
pub(super) fn status(state: &State, id: &SessionId) -> String {
    let Some(session) = state.sessions.get(id) else {
        return String::new();
    };
    let mut lines = vec![
        format!(
            "It {} ({}).",
            doing(state, id, session),
            since(state, id, session)
        ),
        format!("In {}", tidy(&session.meta.cwd, 120)),
        way(state, id).to_owned(),
    ];
    let worked = session.worked.as_ref();
    let worked = worked.map(|worked| ending_text::details(&worked.work));
    if let Some(worked) = worked.filter(|worked| !worked.is_empty()) {
        lines.push(format!("Its last turn: {worked}"));
    }
    lines.push(format!(
        "\"log @{}\" shows its last steps.",
        session.reference
    ));
    if let Some(question) = session.question() {
        lines.push(crate::render::questions(&question.questions));
    } else if let Some(said) = &session.said {
        lines.push(format!(
            "Last said: {}",
            plain(forgotten::shown(said.reveal())).trim()
        ));
    }
    let waiting = state
        .dispatches
        .lanes
        .get(id)
        .map_or(0, std::collections::VecDeque::len);
    if waiting > 0 {
        lines.push(format!("{waiting} of your messages are waiting to go in."));
    }
    lines.extend(state.inbox.ignored.text(state.wall));
    lines.join("\n")
}

/// The first of the ways that words would take.
fn way(state: &State, id: &SessionId) -> &'static str {
    if state.server.has(id).is_some() {
        "Words go in through Codex's background server."
    } else if state.settings.route_via_tmux {
        "Words go in through its pane, or wait in Codex's queue."
    } else {
        "Words wait in Codex's queue."
    }
}

/// The question back, with the sessions that were considered.
pub(super) fn which(state: &State, route: &Route) -> String {
    let known = route
        .candidates
        .iter()
        .filter_map(|c| Some((&c.session, state.sessions.get(&c.session)?)))
        .map(|(id, session)| line(state, id, session));
    let lines: Vec<_> = known.take(8).collect();
    if lines.is_empty() {
        return "No sessions yet, so nothing was done. Write \"new label: what to do\" to start one.".into();
    }
    format!(
        "Nothing was done. Start your message with the session's ref:\n{}",
        lines.join("\n")
    )
}

/// A name that is nobody's, or several sessions'.
pub(super) fn unknown(state: &State, route: &Route, name: &str) -> String {
    let name = tidy(name, 40);
    if route.candidates.is_empty() {
        return format!("No session is called \"{name}\".\n{}", list(state));
    }
    format!(
        "Several sessions are called \"{name}\". {}",
        which(state, route)
    )
}

/// Why an instruction did not go in: the transports that were tried, each in a line.
pub(super) fn refusal(tried: &[Tried]) -> String {
    let mut lines: Vec<String> = tried
        .iter()
        .map(|t| format!("{}: {}", named(t.transport), why(&t.failure)))
        .collect();
    lines.insert(0, "Not delivered.".into());
    if tried.is_empty() {
        lines.push("The settings allow no way into the session.".into());
    }
    lines.join("\n")
}

const fn named(transport: Transport) -> &'static str {
    match transport {
        Transport::Pane | Transport::Steer => "Pane",
        Transport::Queue => "Codex's queue",
        Transport::Resume => "codex exec resume",
        Transport::AppServer => "Codex's background server",
    }
}

/// A failure as one sentence for the owner.
pub(super) fn why(failure: &Failure) -> String {
    match failure {
        Failure::NoPane { why } | Failure::PromptGone { why } | Failure::NoLink { why } => {
            why.clone()
        }
        Failure::NotReady { screen, .. } => shows(screen),
        Failure::Unsupported { what } => what.clone(),
        Failure::Refused { program, code, .. } => format!("{program} refused (exit code {code})."),
        Failure::TooLarge { bytes, max } => {
            format!("the text has {bytes} bytes; the limit is {max}.")
        }
        Failure::NotStarted { program, message } => {
            format!("cannot start {program}: {message}.")
        }
        Failure::Target { code, .. } => format!("Messages cannot find the recipient ({code})."),
        Failure::NotPermitted { code } => format!("macOS does not allow it ({code})."),
        Failure::Row { code, .. } => format!("Messages reports error {code}."),
        Failure::Rejected { code, .. } => format!("Codex's background server refused it ({code})."),
        Failure::NoTurn => "no turn is running.".into(),
        Failure::TurnRuns => "a turn is running.".into(),
        Failure::PromptUp => "it waits for your answer to something else.".into(),
    }
}

/// What a pane shows, as one sentence.
fn shows(screen: &Screen) -> String {
    match screen {
        Screen::Composer { draft: true } => {
            "the composer contains a draft of yours; it was not changed.".into()
        }
        Screen::Composer { draft: false } => "the composer was not ready.".into(),
        Screen::Working => "a turn is running.".into(),
        Screen::RunningHook => "a hook is running.".into(),
        Screen::Approval { what } => {
            format!(
                "it is waiting for an approval: {}",
                tidy(what.reveal(), 200)
            )
        }
        Screen::Question { text, .. } => {
            format!("it is waiting for an answer: {}", tidy(text.reveal(), 200))
        }
        Screen::PlanPrompt => "it asks whether to implement the plan.".into(),
        Screen::Trust => "it asks whether you trust the folder or its hooks.".into(),
        Screen::Update => "it offers an update.".into(),
        Screen::Login => "Codex is not signed in.".into(),
        Screen::Picker { title } => {
            format!("another view is open: {}", tidy(title.reveal(), 80))
        }
        Screen::Shell => "Codex has exited; the pane shows a shell.".into(),
        Screen::CopyMode => "the pane is in copy mode.".into(),
        Screen::Unknown => "the screen was not recognised, so nothing was typed.".into(),
    }
}

/// Where a new session works.
pub(super) fn runs_in(state: &State, cwd: &str) -> String {
    let shown = crate::directories::shown(cwd, &state.settings.home);
    format!("In {}", tidy(&shown, 120))
}

/// No directory, or several, are what the owner means: those that can be meant.
pub(super) fn directories(state: &State, label: &str, words: &str, found: &Directory) -> String {
    let (label, words) = (tidy(label, 40), tidy(words, 80));
    let (why, paths) = match found {
        Directory::Several(paths) => (format!("\"{words}\" fits several folders."), paths.clone()),
        Directory::One(_) | Directory::Nobody => (
            format!("No session has worked in a folder called \"{words}\"."),
            crate::directories::known(state),
        ),
    };
    let home = &state.settings.home;
    let shown = |path: &String| tidy(&crate::directories::shown(path, home), 120);
    let mut lines: Vec<String> = paths.iter().take(8).map(shown).collect();
    let more = paths.len().saturating_sub(8);
    if more > 0 {
        lines.push(format!("… and {more} more"));
    }
    format!(
        "{why} Nothing was started. Write \"new {label} in\" and one of these, then a colon \
         and what to do:\n{}\nIf \"in\" belongs to the label, put the label in quotes.",
        lines.join("\n")
    )
}

/// A command that failed while a session was being started.
pub(super) fn not_started(command: &Command, failure: &Failure) -> String {
    let label = if let Command::StartSession(start) = command {
        tidy(&start.label, 40)
    } else {
        String::new()
    };
    format!("\"{label}\" was not started: {}", why(failure))
}
