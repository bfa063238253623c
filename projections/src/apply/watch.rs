//! What is watched while the owner is away.

use super::shared::deadlines;
use crate::awake::met;
use crate::state::State;
use crate::waits;
use events::event::{Deadline, HostSlept};
use events::{Seq, Span, Wall};
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
}
