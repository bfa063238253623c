//! A turn that shows no sign of life is told once, where nothing is asked that would explain
//! it.

use super::draft::Draft;
use super::notices;
use crate::heading::Heading;
use crate::life::{asks, silent_since, untold};
use crate::local_time;
use crate::waits;
use events::event::{LifeSeen, OwnerWarned, Topic, Warning};
use events::settings::NotifyMode;
use events::{Event, SessionId};

/// It was looked when a session's rollout was last written.
pub(super) fn life(draft: &mut Draft, seen: LifeSeen) {
    let (session, tool) = (seen.session.clone(), seen.tool);
    if !draft.state().watch.looking.contains(&session) {
        return;
    }
    let since = silent_since(draft.state(), &seen);
    draft.record(Event::LifeSeen(seen));
    let state = draft.state();
    let (Some(since), Some(turn)) = (since, untold(state, &session)) else {
        return;
    };
    let silent = since.until(draft.now().wall);
    let known = state.began.is_some_and(|began| since >= began) && silent <= waits::SILENT;
    let wanted = state.settings.mode != NotifyMode::StateOnly;
    if !wanted || !known || silent < state.settings.stall || asks(state, &session) {
        return;
    }
    let Some(reference) = state
        .sessions
        .get(&session)
        .map(|s| s.reference.to_string())
    else {
        return;
    };
    let (length, why) = (
        local_time::length(silent),
        if tool {
            "Its last step is a command or another tool that has not ended."
        } else {
            "Codex waits for the model, or hangs."
        },
    );
    let body = format!(
        "Its turn has shown no sign of life for {length}, and nothing is asked. {why} \"status @{reference}\" shows what it said last, \"stop @{reference}\" interrupts it."
    );
    let of = Warning::Stall {
        session: session.clone(),
        turn,
    };
    draft.record(Event::OwnerWarned(OwnerWarned { of }));
    notices::queue(
        draft,
        Some(&session),
        Topic::Health,
        &Heading::NoSignOfLife,
        &body,
    );
}

/// Its turn ended: what waits to be sent about its silence says nothing any more.
pub(super) fn over(draft: &mut Draft, session: &SessionId) {
    let silence = |topic: &Topic, _| *topic == Topic::Health;
    notices::withdraw(draft, session, silence, "the turn ended");
}
