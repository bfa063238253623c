//! `open name`, `resume @ref`: an old session in a new window. It is opened only where no
//! Codex has it open, and at most once: after a crash it is only looked for.

use super::draft::{Draft, decide};
use super::{notices, replies};
use crate::heading::Heading;
use crate::render::tidy;
use crate::routing::Route;
use events::command::OpenSession;
use events::event::{Action, InboundReceived};
use events::outcome::{Doubt, Evidence};
use events::{Command, Outcome, SessionId};

const SERVED: &str = "Codex's background server has it open, so no second window was opened. \
                      What you write for it goes in there.";
const OPENING: &str = "It is being opened already.";

/// The owner wants a session in a window.
pub(super) fn ask(draft: &mut Draft, event: &InboundReceived, route: Route, session: &SessionId) {
    let state = draft.state();
    let Some(known) = state.sessions.get(session) else {
        return;
    };
    let opens =
        |command: &Command| matches!(command, Command::OpenSession(c) if c.session == *session);
    let refused = if !state.settings.enable_new {
        Some(replies::STARTS_OFF)
    } else if state.server.has(session).is_some() {
        Some(SERVED)
    } else if state.ledger.open.values().any(|e| opens(&e.command)) {
        Some(OPENING)
    } else {
        None
    };
    let open = OpenSession {
        inbound: event.guid.clone(),
        session: session.clone(),
        label: known.name().to_owned(),
        cwd: known.meta.cwd.clone(),
        rollout: known.meta.path.clone(),
        hints: known.panes.iter().rev().cloned().collect(),
        again: false,
    };
    decide(draft, &event.guid, route, Action::Reply);
    match refused {
        Some(why) => {
            notices::answer(draft, &event.guid, Some(session), &Heading::NotOpened, why);
        }
        None => {
            draft.request(Command::OpenSession(open), 1);
        }
    }
}

/// It is open, or it is known why not, or nobody knows.
pub(super) fn opened(draft: &mut Draft, open: &OpenSession, outcome: &Outcome) {
    let state = draft.state();
    let (kind, body) = match outcome {
        Outcome::Done(Evidence::Opened { pane, window, .. }) => {
            let place = replies::runs_in(state, &open.cwd);
            let window = tidy(window, 80);
            let body = format!("In the tmux window {window} (pane {}).\n{place}", pane.id);
            (&Heading::Opened, body)
        }
        Outcome::Unknown(Doubt::Interrupted) if !open.again => {
            let again = OpenSession {
                again: true,
                ..open.clone()
            };
            draft.request(Command::OpenSession(again), 2);
            return;
        }
        Outcome::Failed(failure) => (&Heading::NotOpened, replies::why(failure)),
        Outcome::Unknown(_) | Outcome::Done(_) => {
            let name = replies::reference(state, &open.session);
            let body = format!(
                "It may have opened or not. \"screen {name}\" shows it if it did. Nothing is \
                 opened again unless you ask, and then only if no other Codex has it."
            );
            (&Heading::NotConfirmed, body)
        }
        Outcome::Expired => return,
    };
    notices::answer(draft, &open.inbound, Some(&open.session), kind, &body);
}
