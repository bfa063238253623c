//! What several parts of `apply` need.

use crate::deadlines::Deadlines;
use crate::state::{Anomaly, State};
use events::Seq;
use events::event::Deadline;
use std::sync::Arc;

pub(super) fn deadlines(state: &mut State) -> &mut Deadlines {
    Arc::make_mut(&mut state.deadlines)
}

pub(super) fn anomaly(state: &mut State, seq: Seq, what: &str) {
    state.anomalies.push(Anomaly {
        seq,
        what: what.to_owned(),
    });
}

/// Sets the time at which a notice that waits only for the allowance may go.
pub(super) fn await_allowance(state: &mut State) {
    let outbox = &state.outbox;
    let waiting = || outbox.open.values().filter(|notice| notice.untouched());
    let urgent = waiting().any(|notice| !notice.ordinary());
    let next = outbox.allowance.next(state.settings.max_per_hour, urgent);
    let waits = waiting().next().is_some() && next > state.tick;
    if waits {
        deadlines(state).set(Deadline::Allowance, next);
    } else {
        deadlines(state).clear(&Deadline::Allowance);
    }
}
