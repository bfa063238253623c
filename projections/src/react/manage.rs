//! Changes to a session itself: its name, its model, what it remembers. They go through
//! Codex's background server or not at all: typed into a pane they would be words.

use super::draft::{Draft, decide};
use super::{notices, replies};
use crate::heading::Heading;
use crate::routing::Route;
use events::command::{Change, Manage};
use events::event::{Action, InboundReceived, SessionLabelled};
use events::{Command, Event, Guid, Outcome, SessionId};

/// `rename @ref name`, `/compact @ref`, `/model @ref name`, `/effort @ref high`
pub(super) fn ask(
    draft: &mut Draft,
    event: &InboundReceived,
    route: Route,
    session: &SessionId,
    change: &Change,
) {
    let generation = draft.state().server.has(session);
    decide(draft, &event.guid, route, Action::Reply);
    if let Change::Rename { name } = change {
        let label = name.reveal().clone();
        if draft.state().sessions.has_ref(&label) {
            let body = "That is the ref of a session. Choose another name.";
            return answer(draft, &event.guid, session, &Heading::NotRenamed, body);
        }
        let session = session.clone();
        draft.record(Event::SessionLabelled(SessionLabelled { session, label }));
    }
    if let Some(generation) = generation {
        let manage = Manage {
            inbound: event.guid.clone(),
            session: session.clone(),
            generation,
            change: change.clone(),
        };
        draft.request(Command::Manage(manage), 1);
        return;
    }
    if let Change::Rename { .. } = change {
        let body = "It has that name in texts and commands from now on. Codex keeps its own \
                    name for it, because this session is not in Codex's background server.";
        return answer(draft, &event.guid, session, &Heading::Renamed, body);
    }
    let body = "This session is not in Codex's background server, and typed into its terminal \
                the command would be words. Nothing was done; do it at the desk.";
    answer(draft, &event.guid, session, &Heading::NotChanged, body);
}

/// The server did it, or it is known why not.
pub(super) fn managed(draft: &mut Draft, manage: &Manage, outcome: &Outcome) {
    let (kind, body) = match (outcome, &manage.change) {
        (Outcome::Expired, _) => return,
        (Outcome::Done(_), Change::Rename { .. }) => (
            &Heading::Renamed,
            "It has that name from now on, in Codex too.".to_owned(),
        ),
        (Outcome::Done(_), Change::Compact) => {
            (&Heading::Compacting, "Compaction began.".to_owned())
        }
        (Outcome::Done(_), Change::Model { model }) => {
            (&Heading::Model, format!("Its next turns use {model}."))
        }
        (Outcome::Done(_), Change::Effort { level }) => (
            &Heading::Effort,
            format!("Its next turns think with effort {level}."),
        ),
        (Outcome::Failed(failure), Change::Rename { .. }) => (
            &Heading::Renamed,
            format!(
                "It has that name here, but not in Codex: {}",
                replies::why(failure)
            ),
        ),
        (Outcome::Failed(failure), _) => (&Heading::NotChanged, replies::why(failure)),
        (Outcome::Unknown(_), _) => (
            &Heading::NotConfirmed,
            "Codex's background server was asked and did not answer, so it may be changed or not. \
             It is not asked again by itself."
                .to_owned(),
        ),
    };
    answer(draft, &manage.inbound, &manage.session, kind, &body);
}

fn answer(draft: &mut Draft, inbound: &Guid, session: &SessionId, kind: &Heading, body: &str) {
    notices::answer(draft, inbound, Some(session), kind, body);
}
