//! The owner wants to see a session. A look is a command like any other: its end is in
//! the log before the owner gets the text, and it may be taken again, as it changes nothing.

use super::draft::{Draft, decide};
use super::{answering, files_out, manage, notices, opening, replies};
use crate::answers;
use crate::heading::Heading;
use crate::look_orders::{LookOrder, Show, Whose};
use crate::routing::{self, Route};
use crate::sessions::Session;
use events::command::{Look, Sight};
use events::event::{Action, InboundReceived, Rule};
use events::outcome::{Doubt, Evidence};
use events::{Command, Guid, Outcome, SessionId, Text};

/// Takes an order; false: the message is something else after all.
pub(super) fn ordered(draft: &mut Draft, event: &InboundReceived, order: &LookOrder) -> bool {
    let Some(route) = route(draft, event, order) else {
        return false;
    };
    if let Some(hint) = order.show.refusal() {
        reply(draft, event, route, None, &Heading::NotUnderstood, hint);
        return true;
    }
    let Some(session) = route.target.clone() else {
        let body = match &order.whose {
            Whose::Named(name) => replies::unknown(draft.state(), &route, name),
            Whose::Perhaps(name) if order.show == Show::Open => {
                replies::unknown(draft.state(), &route, name)
            }
            Whose::Thread | Whose::Perhaps(_) => which(draft, &order.show),
        };
        reply(draft, event, route, None, &Heading::WhichSession, &body);
        return true;
    };
    match &order.show {
        Show::More => more(draft, event, route, &session),
        Show::Change(change) => manage::ask(draft, event, route, &session, change),
        Show::File(path) => files_out::ask(draft, event, route, &session, path),
        Show::Open => opening::ask(draft, event, route, &session),
        Show::Screen
        | Show::Last(_)
        | Show::Diff(_)
        | Show::Log
        | Show::CodexOnly
        | Show::NearMiss(_) => {
            look(draft, event, route, &session, &order.show);
        }
    }
    true
}

/// The session that is meant; `None`: these are words for a session.
fn route(draft: &Draft, event: &InboundReceived, order: &LookOrder) -> Option<Route> {
    let state = draft.state();
    match &order.whose {
        Whose::Named(name) => Some(routing::named(state, name)),
        // `open` names a session by whatever it is called: words that name none are no order.
        Whose::Perhaps(name) if order.show == Show::Open => {
            let route = routing::named(state, name);
            (route.rule != Rule::NoMatch).then_some(route)
        }
        Whose::Perhaps(name) => {
            let known = state.sessions.has_ref(name);
            known.then(|| routing::named(state, name))
        }
        Whose::Thread => {
            let implied = routing::implied(state, event.reply_to.as_ref());
            let asks = implied
                .target
                .as_ref()
                .and_then(|id| state.sessions.get(id));
            // An option of the question that it would answer comes first.
            if asks.is_some_and(|s| answers::is_option(s, event.text.reveal())) {
                return None;
            }
            // Where a question is up, the words are an answer to it, and refused as that.
            if order.show == Show::CodexOnly && asks.is_some_and(|s| s.question().is_some()) {
                return None;
            }
            if event.reply_to.is_some() {
                return implied.target.is_some().then_some(implied);
            }
            alone(draft, &order.show)
        }
    }
}

/// A command without a name that replies to nothing: it means the only session, and `more`
/// the last text that was cut.
fn alone(draft: &Draft, show: &Show) -> Option<Route> {
    let state = draft.state();
    let only = match show {
        Show::More => Some(state.outbox.rests.last()?.session.clone()),
        Show::Change(_)
        | Show::Screen
        | Show::Last(_)
        | Show::Diff(_)
        | Show::Log
        | Show::File(_)
        | Show::Open
        | Show::CodexOnly
        | Show::NearMiss(_) => match state.sessions.owners().as_slice() {
            [(id, _)] => Some((*id).clone()),
            _ => None,
        },
    };
    let mut route = answering::route(Rule::Control, only.clone());
    let why = "it is the only one that can be meant";
    route.candidates = only
        .iter()
        .map(|id| routing::candidate(id, why, true))
        .collect();
    Some(route)
}

fn which(draft: &Draft, show: &Show) -> String {
    let word = show.word();
    let list = replies::list(draft.state());
    format!("Write \"{word} @ref\" with the ref of the session:\n{list}")
}

fn reply(
    draft: &mut Draft,
    event: &InboundReceived,
    route: Route,
    session: Option<&SessionId>,
    kind: &Heading,
    body: &str,
) {
    decide(draft, &event.guid, route, Action::Reply);
    notices::answer(draft, &event.guid, session, kind, body);
}

fn look(
    draft: &mut Draft,
    event: &InboundReceived,
    route: Route,
    session: &SessionId,
    show: &Show,
) {
    let Some(known) = draft.state().sessions.get(session) else {
        return;
    };
    let hints = || known.panes.iter().rev().cloned().collect();
    let sight = match show {
        Show::Screen => Sight::Screen { hints: hints() },
        Show::Last(messages) => Sight::Last {
            messages: *messages,
        },
        Show::Diff(path) => Sight::Diff {
            path: path.as_deref().map(Text::from),
        },
        Show::Log
        | Show::More
        | Show::File(_)
        | Show::Open
        | Show::Change(_)
        | Show::CodexOnly
        | Show::NearMiss(_) => Sight::Steps,
    };
    let look = of(known, &event.guid, session, sight);
    decide(draft, &event.guid, route, Action::Reply);
    draft.request(Command::Look(look), 1);
}

fn of(known: &Session, inbound: &Guid, session: &SessionId, sight: Sight) -> Look {
    Look {
        inbound: inbound.clone(),
        session: session.clone(),
        cwd: known.meta.cwd.clone(),
        rollout: known.meta.path.clone(),
        sight,
        again: false,
    }
}

/// Answers `status`: at once where the session has no record from which its last steps could be read.
pub(super) fn status(draft: &mut Draft, inbound: &Guid, session: &SessionId) {
    let known = draft.state().sessions.get(session);
    if let Some(known) = known.filter(|known| !known.meta.path.is_empty()) {
        let look = of(known, inbound, session, Sight::Status);
        draft.request(Command::Look(look), 1);
    } else {
        let body = replies::status(draft.state(), session);
        notices::answer(draft, inbound, Some(session), &Heading::Status, &body);
    }
}

/// A look ended: the owner gets what it has shown, or why it shows nothing.
pub(super) fn looked(draft: &mut Draft, look: &Look, outcome: &Outcome) {
    let session = &look.session;
    let body = match outcome {
        Outcome::Done(Evidence::Looked { text, left_out }) => {
            let shown = text.reveal();
            let more = match left_out {
                0 => String::new(),
                1 => "\n… 1 more line is left out here.".to_owned(),
                lines => format!("\n… {lines} more lines are left out here."),
            };
            let body = format!("{shown}{more}");
            if look.sight == Sight::Status {
                return tell_status(draft, look, Ok(&body));
            }
            return notices::answer_cut(draft, &look.inbound, session, kind(&look.sight), &body);
        }
        Outcome::Unknown(Doubt::Interrupted) if !look.again => {
            let again = Look {
                again: true,
                ..look.clone()
            };
            draft.request(Command::Look(again), 2);
            return;
        }
        Outcome::Failed(failure) => replies::why(failure),
        Outcome::Unknown(Doubt::TimedOut { program }) => {
            format!("{program} did not answer in time. Nothing was changed; you can ask again.")
        }
        Outcome::Unknown(_) | Outcome::Done(_) => {
            "The program was interrupted. Nothing was changed; you can ask again.".to_owned()
        }
        Outcome::Expired => return,
    };
    let body = match &look.sight {
        Sight::Screen { .. } => {
            let name = replies::reference(draft.state(), session);
            format!("Its screen cannot be shown: {body}\n\"last {name}\" shows what was said.")
        }
        Sight::Last { .. } | Sight::Diff { .. } | Sight::Steps => body,
        Sight::Status => return tell_status(draft, look, Err(&body)),
    };
    notices::answer(
        draft,
        &look.inbound,
        Some(session),
        &Heading::NotShown,
        &body,
    );
}

/// The answer to `status`, with the last steps or why they are not there.
fn tell_status(draft: &mut Draft, look: &Look, steps: Result<&str, &str>) {
    let body = replies::status_with(draft.state(), &look.session, steps);
    let session = Some(&look.session);
    notices::answer(draft, &look.inbound, session, &Heading::Status, &body);
}

const fn kind(sight: &Sight) -> &'static Heading {
    match sight {
        Sight::Screen { .. } => &Heading::Screen,
        Sight::Last { .. } => &Heading::LastMessages,
        Sight::Diff { .. } => &Heading::Changes,
        Sight::Steps => &Heading::LastSteps,
        Sight::Status => &Heading::Status,
    }
}

/// What was cut from the last long text about the session.
fn more(draft: &mut Draft, event: &InboundReceived, route: Route, session: &SessionId) {
    let rests = draft.state().outbox.rests.iter();
    let rest = rests.rev().find(|rest| rest.session == *session);
    let rest = rest.map(|rest| rest.text.clone());
    decide(draft, &event.guid, route, Action::Reply);
    if let Some(rest) = rest {
        return notices::answer_cut(draft, &event.guid, session, &Heading::More, rest.reveal());
    }
    let name = replies::reference(draft.state(), session);
    let body = format!(
        "Nothing was cut from the last text about it. \"last {name}\" shows what was said."
    );
    notices::answer(
        draft,
        &event.guid,
        Some(session),
        &Heading::NothingMore,
        &body,
    );
}
