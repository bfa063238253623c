//! `resume @ref at reset`: a session is told to go on at a time. That is recorded, listed, can
//! be taken back, and is done once.

use super::draft::{Draft, decide};
use super::{dispatches, notices};
use crate::heading::Heading;
use crate::limits::{reset, used_up};
use crate::local_time;
use crate::promises::{newest_turn, of};
use crate::routing::{self, Route};
use crate::waits;
use events::event::{Action, InboundReceived, PromiseEnd, PromiseEnded, PromiseMade, Rule};
use events::{Event, Guid, Seq, SessionId, Text, Wall};

/// What the session is told then. Codex has kept what it was doing.
const WORDS: &str = "Continue.";

/// The owner wants a session to go on at a time; `None`: when the limit resets.
pub(super) fn made(
    draft: &mut Draft,
    event: &InboundReceived,
    session: &SessionId,
    at: Option<Wall>,
) {
    let now = draft.now().wall;
    let answer = |draft: &mut Draft, kind: &Heading, body: &str| {
        notices::answer(draft, &event.guid, Some(session), kind, body);
    };
    let state = draft.state();
    let by_reset = || {
        let reset = reset(state, now)?;
        Some(Wall(reset.0.saturating_add_unsigned(waits::RESET.0)))
    };
    let Some(at) = at.or_else(by_reset) else {
        let body = "It is not known when Codex's limit resets, so nothing was noted. Write a time: \"resume @ref at 18:00\".";
        return answer(draft, &Heading::NotNoted, body);
    };
    take_back(draft, session);
    draft.record(Event::PromiseMade(PromiseMade {
        inbound: event.guid.clone(),
        session: session.clone(),
        at,
    }));
    let state = draft.state();
    let time = local_time::at(now, at, state.holds.offset);
    let reference = state.sessions.get(session).map(|s| s.reference.to_string());
    let reference = reference.unwrap_or_default();
    let still = if used_up(state, now).next().is_some() {
        ""
    } else {
        " Its limit is not used up now."
    };
    let body = format!(
        "It is told \"{WORDS}\" at {time}, unless it goes on before.{still} \"cancel @{reference}\" stops that; \"list\" shows it."
    );
    answer(draft, &Heading::Noted, &body);
}

/// Takes back what was promised for a session.
pub(super) fn take_back(draft: &mut Draft, session: &SessionId) -> Option<Guid> {
    let (promise, inbound) = of(draft.state(), session).map(|(seq, p)| (seq, p.inbound.clone()))?;
    let how = PromiseEnd::TakenBack;
    draft.record(Event::PromiseEnded(PromiseEnded { promise, how }));
    Some(inbound)
}

/// Its time came.
pub(super) fn due(draft: &mut Draft, promise: Seq) {
    let state = draft.state();
    let Some(made) = state.watch.promises.get(&promise).cloned() else {
        return;
    };
    if draft.now().wall < made.at {
        return;
    }
    let session = state.sessions.get(&made.session);
    let same = session.is_some_and(|s| s.turn.is_none() && newest_turn(s) == made.turn);
    let waits = same && !state.server.is_active(&made.session);
    let how = if waits {
        PromiseEnd::Kept
    } else {
        PromiseEnd::Pointless
    };
    draft.record(Event::PromiseEnded(PromiseEnded { promise, how }));
    if !waits {
        let body = "It went on before the time that you named, so it was not told to continue.";
        return notices::answer(
            draft,
            &made.inbound,
            Some(&made.session),
            &Heading::NotContinued,
            body,
        );
    }
    let route = Route {
        rule: Rule::Named,
        target: Some(made.session.clone()),
        about: None,
        candidates: vec![routing::candidate(
            &made.session,
            "you wanted it to go on at this time",
            true,
        )],
    };
    let text = Text::from(WORDS);
    decide(draft, &made.inbound, route, Action::Instruct { text });
    dispatches::advance(draft, &made.session);
}
