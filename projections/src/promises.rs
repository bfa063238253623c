//! Sessions that are to be told to go on at a time.

use crate::local_time;
use crate::sessions::Session;
use crate::state::State;
use crate::watch::Promise;
use events::{Seq, SessionId, TurnId, Wall};

/// The session's newest turn, whether it runs or has ended.
pub(crate) fn newest_turn(session: &Session) -> Option<TurnId> {
    session
        .turn
        .clone()
        .or_else(|| session.ended.last().cloned())
}

/// What is promised for a session.
pub(crate) fn of<'a>(state: &'a State, session: &SessionId) -> Option<(Seq, &'a Promise)> {
    let mut open = state.watch.promises.iter();
    open.find(|(_, promise)| promise.session == *session)
        .map(|(seq, promise)| (*seq, promise))
}

/// A line for each, as `list` and `pending` show them.
pub(crate) fn lines(state: &State, now: Wall) -> Vec<String> {
    let mut open: Vec<_> = state.watch.promises.values().collect();
    open.sort_by_key(|promise| promise.at);
    let line = |promise: &&Promise| {
        let session = state.sessions.get(&promise.session)?;
        let at = local_time::at(now, promise.at, state.holds.offset);
        let reference = &session.reference;
        Some(format!(
            "@{reference} is told to continue at {at}; \"cancel @{reference}\" stops that."
        ))
    };
    open.iter().filter_map(line).collect()
}
