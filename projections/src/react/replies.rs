//! What this program answers by itself.

use crate::dispatch::{Rung, Tried};
use crate::render::tidy;
use crate::routing::{Route, state_of};
use crate::sessions::Session;
use crate::state::State;
use events::outcome::{Failure, Screen};
use events::{Command, SessionId};

/// The answer to `help`.
pub(super) const HELP: &str = "\
@ref what to do: to that session
2: option 2 of its question (1.2 2.1 for several)
list: your sessions
status @ref: how one is doing
retry: texts that you may not have, again
new label: what to do, in a new session
Reply to a notice, and it goes to that notice's session.";

/// The answer to `list`.
pub(super) fn list(state: &State) -> String {
    let owners = state.sessions.owners();
    if owners.is_empty() {
        return "No session is known yet. Start Codex in a terminal, or write \"new label: what to do\".".into();
    }
    let lines = owners.iter().take(20).map(|(_, session)| line(session));
    let more = owners.len().saturating_sub(20);
    let rest = (more > 0).then(|| format!("… and {more} older ones"));
    lines.chain(rest).collect::<Vec<_>>().join("\n")
}

fn line(session: &Session) -> String {
    format!(
        "@{} {} {}",
        session.reference,
        tidy(session.name(), 40),
        state_of(session)
    )
}

/// The answer to `status @ref`.
pub(super) fn status(state: &State, id: &SessionId) -> String {
    let Some(session) = state.sessions.get(id) else {
        return String::new();
    };
    let mut lines = vec![
        format!("It {}.", state_of(session)),
        format!("In {}", tidy(&session.meta.cwd, 120)),
    ];
    if let Some(question) = session.question() {
        lines.push(crate::render::questions(&question.questions));
    } else if let Some(said) = &session.said {
        lines.push(format!("Last said: {}", tidy(said.reveal(), 400)));
    }
    let waiting = state
        .dispatches
        .lanes
        .get(id)
        .map_or(0, std::collections::VecDeque::len);
    if waiting > 0 {
        lines.push(format!(
            "{waiting} of your messages are on their way into it."
        ));
    }
    lines.extend(state.inbox.ignored.told(state.wall));
    lines.join("\n")
}

/// The question back, with the sessions that were considered.
pub(super) fn which(state: &State, route: &Route) -> String {
    let known = route
        .candidates
        .iter()
        .filter_map(|c| state.sessions.get(&c.session))
        .map(line);
    let lines: Vec<_> = known.take(8).collect();
    if lines.is_empty() {
        return "No session is known, so nothing was done. Write \"new label: what to do\" to start one.".into();
    }
    format!(
        "Nothing was done. Begin with the session's ref:\n{}",
        lines.join("\n")
    )
}

/// A name that is nobody's, or several sessions'.
pub(super) fn unknown(state: &State, route: &Route, name: &str) -> String {
    let name = tidy(name, 40);
    if route.candidates.is_empty() {
        return format!(
            "Nothing was done: \"{name}\" is no session's.\n{}",
            list(state)
        );
    }
    format!(
        "Several sessions are called \"{name}\". {}",
        which(state, route)
    )
}

/// Why an instruction did not go in: the rungs that were tried, each in a line.
pub(super) fn refusal(tried: &[Tried]) -> String {
    let mut lines: Vec<String> = tried
        .iter()
        .map(|t| format!("{}: {}", rung(t.rung), why(&t.failure)))
        .collect();
    lines.insert(0, "Your message was not put in.".into());
    if tried.is_empty() {
        lines.push("No way into the session is allowed by the settings.".into());
    }
    lines.join("\n")
}

const fn rung(rung: Rung) -> &'static str {
    match rung {
        Rung::Pane | Rung::Steer => "Typing into its pane",
        Rung::Queue => "Codex's queue",
        Rung::Resume => "Resuming it in the background",
        Rung::AppServer => "By Codex's server",
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
            format!("the text has {bytes} bytes, and {max} is the most.")
        }
        Failure::NotStarted { program, message } => {
            format!("{program} could not be started: {message}.")
        }
        Failure::Target { code, .. } => format!("Messages does not find the recipient ({code})."),
        Failure::NotPermitted { code } => format!("macOS does not allow it ({code})."),
        Failure::Row { code, .. } => format!("Messages reports error {code}."),
        Failure::Rejected { code, .. } => format!("Codex's server refused it ({code})."),
        Failure::NoTurn => "no turn is running.".into(),
    }
}

/// What a pane shows, as one sentence.
fn shows(screen: &Screen) -> String {
    match screen {
        Screen::Composer { draft: true } => {
            "your unsent draft is in the composer; it was left as it is.".into()
        }
        Screen::Composer { draft: false } => "the composer was not ready.".into(),
        Screen::Working => "a turn is running.".into(),
        Screen::RunningHook => "a hook is running.".into(),
        Screen::Approval { what } => {
            format!("it waits for an approval: {}", tidy(what.reveal(), 200))
        }
        Screen::Question { text, .. } => {
            format!("it waits for an answer: {}", tidy(text.reveal(), 200))
        }
        Screen::PlanPrompt => "it asks whether to implement the plan.".into(),
        Screen::Trust => "it asks whether to trust the folder or its hooks.".into(),
        Screen::Update => "it offers an update.".into(),
        Screen::Login => "Codex is not signed in.".into(),
        Screen::Picker { title } => {
            format!(
                "this is open there and takes the keys: {}",
                tidy(title.reveal(), 80)
            )
        }
        Screen::Shell => "Codex has ended, and a shell is there.".into(),
        Screen::CopyMode => "the pane is in tmux's copy mode.".into(),
        Screen::Unknown => "the screen is not recognised, so nothing was typed.".into(),
    }
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
