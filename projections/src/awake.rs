//! Until when the computer should stay awake, and what its sleep held up.

use crate::holding::held;
use crate::outbox::Notice;
use crate::sessions::Session;
use crate::state::State;
use crate::waits;
use crate::watch::Slept;
use events::event::HostSlept;
use events::{Span, Wall};

/// What a sleep held up, counted in the state that it met.
pub(crate) fn met(state: &State, slept: &HostSlept) -> Slept {
    let count = |many: usize| u32::try_from(many).unwrap_or(u32::MAX);
    let lanes = state.dispatches.lanes.values();
    let texts = state.outbox.open.values();
    let texts = texts.filter(|notice| !held_for_owner(state, notice));
    Slept {
        from: slept.from,
        until: slept.until,
        turns: count(running(state).count()),
        prompts: count(state.prompts.open.len()),
        texts: count(texts.count()),
        words: count(lanes.map(std::collections::VecDeque::len).sum()),
    }
}

fn running(state: &State) -> impl Iterator<Item = &Session> {
    let sessions = state.sessions.by_id.values();
    sessions.filter(|session| session.is_owners() && session.turn.is_some())
}

fn held_for_owner(state: &State, notice: &Notice) -> bool {
    held(state, notice, state.wall).is_some_and(|hold| hold.rule.is_wanted())
}

/// Until when the computer should not fall asleep, as far as that is known now: a turn runs,
/// somebody waits for an answer, or something is on its way. What shows no sign of life for
/// long does not count, since it may have ended without a word.
pub fn awake_until(state: &State) -> Option<Wall> {
    let whole = later(state.wall, waits::AWAKE_FOR);
    if !state.ledger.open.is_empty() || !state.dispatches.lanes.is_empty() {
        return Some(whole);
    }
    let since = |wall| later(wall, waits::AWAKE_FOR);
    let prompts = state.prompts.open.values().map(|prompt| since(prompt.at));
    let notices = state.outbox.open.values();
    let notices = notices.filter_map(|notice| sent_by(state, notice));
    let turns = running(state).map(|session| since(session.active));
    let soon = |at: &Wall| *at <= whole;
    let promised = state.watch.promises.values().map(|promise| promise.at);
    let promised = promised.filter(soon);
    let promised = promised.map(|at| later(at, waits::AWAKE_AFTER));
    let all = prompts.chain(notices).chain(turns).chain(promised);
    all.max().filter(|until| *until > state.wall)
}

/// Until when a text should be through; `None` where it waits for long, or without an end.
fn sent_by(state: &State, notice: &Notice) -> Option<Wall> {
    let Some(hold) = held(state, notice, state.wall) else {
        return Some(later(state.wall, waits::AWAKE_FOR));
    };
    let soon = |until: &Wall| *until <= later(state.wall, waits::AWAKE_FOR);
    let until = hold.until.filter(soon)?;
    Some(later(until, waits::AWAKE_AFTER))
}

fn later(wall: Wall, span: Span) -> Wall {
    let millis = i64::try_from(span.0).unwrap_or(i64::MAX);
    Wall(wall.0.saturating_add(millis))
}
