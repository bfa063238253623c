//! What is watched while the owner is away.

use super::shared::deadlines;
use crate::awake::met;
use crate::life::{asks, silent_since, untold};
use crate::limits::{is_told, used_up};
use crate::promises::newest_turn;
use crate::state::State;
use crate::waits;
use crate::watch::{LimitWarning, Promise};
use events::event::{Deadline, HostSlept, LifeSeen, PromiseEnded, PromiseMade, Warning};
use events::{Seq, SessionId, Span, Wall};
use std::sync::Arc;

/// Logical time stood still meanwhile, so what waits for an hour of the day is set anew.
pub(super) fn slept(state: &mut State, e: &HostSlept) {
    let slept = met(state, e);
    let told = !state.deadlines.contains(&Deadline::Awake);
    let before = state.watch.slept.filter(|_| !told);
    let slept = before.map_or(slept, |before| before.and(slept));
    Arc::make_mut(&mut state.watch).slept = Some(slept);
    let at = state.tick.after(waits::AWAKE);
    deadlines(state).set(Deadline::Awake, at);
    let open = state.outbox.open.iter();
    let waits = open.filter_map(|(seq, notice)| Some((*seq, notice.deferred?.1?)));
    let waits: Vec<(Seq, Wall)> = waits.collect();
    for (notice, until) in waits {
        let wait = state.wall.until(until).max(Span::seconds(1));
        let at = state.tick.after(wait);
        deadlines(state).set(Deadline::Held(notice), at);
    }
    let promises: Vec<Seq> = state.watch.promises.keys().copied().collect();
    for promise in promises {
        await_promise(state, promise);
    }
}

/// A limit that is used up is reported, unless a turn fails because of it and says so.
pub(super) fn limits(state: &mut State) {
    let new = used_up(state, state.wall).any(|window| !is_told(state, window, 100));
    if new && !state.deadlines.contains(&Deadline::Limits) {
        let at = state.tick.after(waits::LIMIT);
        deadlines(state).set(Deadline::Limits, at);
    }
}

pub(super) fn promised(state: &mut State, seq: Seq, e: &PromiseMade) {
    let turn = state.sessions.get(&e.session).and_then(newest_turn);
    let promise = Promise {
        inbound: e.inbound.clone(),
        session: e.session.clone(),
        at: e.at,
        turn,
    };
    let watch = Arc::make_mut(&mut state.watch);
    watch.promises.insert(seq, promise);
    await_promise(state, seq);
}

/// Sets the time of a promise, by the hour that it names.
fn await_promise(state: &mut State, seq: Seq) {
    let Some(promise) = state.watch.promises.get(&seq) else {
        return;
    };
    let wait = state.wall.until(promise.at).max(Span::seconds(1));
    let at = state.tick.after(wait);
    deadlines(state).set(Deadline::Promise(seq), at);
}

/// By a clock that was set back its hour has not come yet.
pub(super) fn promise_due(state: &mut State, seq: Seq) {
    let early = |promise: &Promise| state.wall < promise.at;
    if state.watch.promises.get(&seq).is_some_and(early) {
        await_promise(state, seq);
    }
}

pub(super) fn promise_ended(state: &mut State, e: &PromiseEnded) {
    let watch = Arc::make_mut(&mut state.watch);
    watch.promises.remove(&e.promise);
    deadlines(state).clear(&Deadline::Promise(e.promise));
}

pub(super) fn warned(state: &mut State, of: &Warning) {
    let wall = state.wall;
    let watch = Arc::make_mut(&mut state.watch);
    match of {
        Warning::Limit {
            name,
            resets,
            level,
        } => {
            // Of a window without an end only the newest word counts.
            let lasts = |told: &LimitWarning| told.resets.is_some_and(|resets| wall < resets);
            watch
                .limits
                .retain(|told| lasts(told) && told.name != *name);
            watch.limits.push(LimitWarning {
                name: name.clone(),
                resets: *resets,
                level: *level,
            });
        }
        Warning::Stall { session, turn } => {
            watch.stalled.insert(session.clone(), turn.clone());
            deadlines(state).clear(&Deadline::Stall(session.clone()));
        }
    }
}

/// A turn began, or goes on: its silence is counted from here.
pub(super) fn await_life(state: &mut State, session: &SessionId) {
    let owners = state
        .sessions
        .get(session)
        .is_some_and(crate::sessions::Session::is_owners);
    let (wait, deadline) = (state.settings.stall, Deadline::Stall(session.clone()));
    if wait.0 > 0 && owners {
        let at = state.tick.after(wait);
        deadlines(state).set(deadline, at);
    }
}

/// What was asked is answered: if the turn goes on, its silence is counted from here.
pub(super) fn goes_on(state: &mut State, session: &SessionId) {
    let known = state.deadlines.contains(&Deadline::Stall(session.clone()));
    if !known && !state.watch.looking.contains(session) && untold(state, session).is_some() {
        await_life(state, session);
    }
}

pub(super) fn turn_over(state: &mut State, session: &SessionId) {
    deadlines(state).clear(&Deadline::Stall(session.clone()));
    if state.watch.looking.contains(session) || state.watch.stalled.contains_key(session) {
        let watch = Arc::make_mut(&mut state.watch);
        watch.looking.remove(session);
        watch.stalled.remove(session);
    }
}

/// Where something is asked nobody looks; what follows the answer is watched again.
pub(super) fn look_for_life(state: &mut State, session: &SessionId) {
    let runs = state
        .sessions
        .get(session)
        .is_some_and(|s| s.turn.is_some());
    if runs && state.settings.stall.0 > 0 && !asks(state, session) {
        Arc::make_mut(&mut state.watch)
            .looking
            .insert(session.clone());
    }
}

/// Where it lives, it is looked again when it has been silent for long from now on. What was
/// told of, or has been silent for hours, is not looked at any more: that would fill the log.
pub(super) fn life(state: &mut State, e: &LifeSeen) {
    if !Arc::make_mut(&mut state.watch).looking.remove(&e.session) {
        return;
    }
    let active = || state.sessions.get(&e.session).map(|session| session.active);
    let Some(since) = silent_since(state, e).or_else(active) else {
        return;
    };
    let wait = state.settings.stall.0;
    let silent = since.until(state.wall).0;
    // The clock was set back behind its last sign of life: how long that is ago cannot be said.
    let ahead = state.wall.until(since) > waits::SILENT;
    if ahead || untold(state, &e.session).is_none() || silent > waits::SILENT.0.max(wait) {
        return;
    }
    let left = if silent < wait { wait - silent } else { wait };
    let at = state.tick.after(Span(left.max(1_000)));
    deadlines(state).set(Deadline::Stall(e.session.clone()), at);
}
