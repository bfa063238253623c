//! The turn that runs: stopping it, giving it words, queueing words for the next one,
//! taking words back that it has not taken.

use super::draft::{Draft, decide};
use super::{
    answering, dispatches, help, looks, notices, promises, prompt_lists, replies, settle, when,
};
use crate::heading::Heading;
use crate::ledger::{Entry, Stage};
use crate::orders::Order;
use crate::routing::{self, Route};
use events::command::{InterruptTurn, InterruptWay};
use events::event::{Action, InboundReceived, InstructionEnd, InstructionEnded};
use events::outcome::{Evidence, Failure};
use events::{Command, Event, Outcome, SessionId, Text, TurnId};

/// Takes an order; false: the message is something else after all.
pub(super) fn ordered(draft: &mut Draft, event: &InboundReceived, order: &Order) -> bool {
    match order {
        Order::Pending => prompt_lists::pending(draft, event),
        Order::Help(topic) => {
            let route = answering::route(events::event::Rule::Control, None);
            decide(draft, &event.guid, route, Action::Reply);
            notices::answer(
                draft,
                &event.guid,
                None,
                &Heading::Help,
                help::topic(*topic),
            );
        }
        Order::When(order) => return when::ordered(draft, event, order),
        Order::Look(order) => return looks::ordered(draft, event, order),
        Order::Show(name) => return prompt_lists::show(draft, event, name.as_deref()),
        Order::Listed(said) => return prompt_lists::listed(draft, event, said),
        Order::Stop(name) => return with(draft, event, name.as_deref(), stop),
        Order::TakeBack(name) => return with(draft, event, name.as_deref(), take_back),
        Order::Queue(name, words) => {
            let text = Text::from(words.as_str());
            let go = |draft: &mut Draft, event: &InboundReceived, route: Route| {
                instruct(draft, event, route, Action::Queue { text });
            };
            return with(draft, event, name.as_deref(), go);
        }
        Order::Steer(name, words) => {
            let text = Text::from(words.as_str());
            let go = |draft: &mut Draft, event: &InboundReceived, route: Route| {
                instruct(draft, event, route, Action::Steer { text });
            };
            return with(draft, event, name.as_deref(), go);
        }
    }
    true
}

/// Does it to the session that is named, or whose notice is replied to.
fn with(
    draft: &mut Draft,
    event: &InboundReceived,
    name: Option<&str>,
    go: impl FnOnce(&mut Draft, &InboundReceived, Route),
) -> bool {
    let route = match (name, &event.reply_to) {
        (Some(name), _) => routing::named(draft.state(), name),
        (None, Some(reply_to)) => routing::implied(draft.state(), Some(reply_to)),
        (None, None) => return false,
    };
    if route.target.is_some() {
        go(draft, event, route);
        return true;
    }
    let Some(name) = name else { return false };
    let body = replies::unknown(draft.state(), &route, name);
    decide(draft, &event.guid, route, Action::Reply);
    notices::answer(draft, &event.guid, None, &Heading::NoSuchSession, &body);
    true
}

fn instruct(draft: &mut Draft, event: &InboundReceived, route: Route, action: Action) {
    let Some(session) = route.target.clone() else {
        return;
    };
    decide(draft, &event.guid, route, action);
    dispatches::advance(draft, &session);
}

/// Interrupts the running turn. Codex itself is never closed.
fn stop(draft: &mut Draft, event: &InboundReceived, route: Route) {
    let Some(session) = route.target.clone() else {
        return;
    };
    let state = draft.state();
    let known = state.sessions.get(&session);
    let turn = known.and_then(|session| session.turn.clone());
    let served = state.server.has(&session);
    if turn.is_none() && !state.server.is_active(&session) {
        decide(draft, &event.guid, route, Action::Reply);
        return notices::answer(
            draft,
            &event.guid,
            Some(&session),
            &Heading::NothingRuns,
            "No turn is running there, so nothing was stopped.",
        );
    }
    let way = served.map_or_else(
        || InterruptWay::Keys {
            hints: known
                .map(|s| s.panes.iter().rev().cloned().collect())
                .unwrap_or_default(),
        },
        |generation| InterruptWay::AppServer { generation },
    );
    let command = InterruptTurn {
        inbound: event.guid.clone(),
        session: session.clone(),
        cwd: known.map(|s| s.meta.cwd.clone()).unwrap_or_default(),
        turn,
        way,
    };
    decide(draft, &event.guid, route, Action::Interrupt);
    draft.request(Command::InterruptTurn(command), 1);
}

/// A turn ended: whoever wanted to stop it is through.
pub(super) fn ended(draft: &mut Draft, session: &SessionId, turn: Option<&TurnId>) {
    let open = draft.state().ledger.open.iter();
    let mine: Vec<_> = open
        .filter(|(_, entry)| matches!(&entry.command, Command::InterruptTurn(c) if c.session == *session))
        .map(|(id, entry)| (*id, entry.stage.clone()))
        .collect();
    for (id, stage) in mine {
        let outcome = if stage == Stage::Requested {
            Outcome::Failed(Failure::NoTurn)
        } else {
            Outcome::Done(Evidence::TurnEnded {
                session: session.clone(),
                turn: turn.cloned(),
            })
        };
        settle::settle(draft, id, outcome);
    }
}

/// Takes back the newest words that nobody has taken yet, or says that all were taken.
fn take_back(draft: &mut Draft, event: &InboundReceived, route: Route) {
    let Some(session) = route.target.clone() else {
        return;
    };
    let state = draft.state();
    let lane = state.dispatches.lanes.get(&session).into_iter().flatten();
    let begun = |id: &events::CommandId| {
        let entry = state.ledger.open.get(id);
        let fetches = |entry: &Entry| matches!(entry.command, Command::FetchFiles(_));
        entry.is_some_and(|entry| entry.stage != Stage::Requested && !fetches(entry))
    };
    let waiting =
        |d: &&crate::dispatch::Dispatch| d.left.is_none() && !d.trying.as_ref().is_some_and(begun);
    let found = lane
        .rev()
        .find(waiting)
        .map(|d| (d.inbound.clone(), d.trying));
    let inbound = found.as_ref().map(|(inbound, _)| inbound.clone());
    decide(draft, &event.guid, route, Action::TakeBack { inbound });
    let Some((inbound, trying)) = found else {
        if promises::take_back(draft, &session).is_some() {
            let body = "It will not be told to continue.";
            return notices::answer(
                draft,
                &event.guid,
                Some(&session),
                &Heading::Cancelled,
                body,
            );
        }
        let body = "There is nothing to take back: the session has taken, or is just taking, everything you wrote.";
        return notices::answer(
            draft,
            &event.guid,
            Some(&session),
            &Heading::NotTakenBack,
            body,
        );
    };
    draft.record(Event::InstructionEnded(InstructionEnded {
        inbound,
        session: Some(session.clone()),
        end: InstructionEnd::Refused,
    }));
    if let Some(id) = trying {
        settle::settle(draft, id, Outcome::Expired);
    }
    notices::answer(
        draft,
        &event.guid,
        Some(&session),
        &Heading::TakenBack,
        "Your newest message had not gone in yet. It is cancelled.",
    );
    dispatches::advance(draft, &session);
}
