//! Signs of life of a turn.

use crate::sessions::Session;
use crate::state::State;
use crate::waits;
use events::event::LifeSeen;
use events::{SessionId, TurnId, Wall};

/// Since when a turn shows no sign of life: what its rollout and the log hold of it, and not
/// while the computer slept. `None`: that cannot be said.
pub(crate) fn silent_since(state: &State, seen: &LifeSeen) -> Option<Wall> {
    let session = state.sessions.get(&seen.session)?;
    let woke = state.watch.slept.map(|slept| slept.until);
    Some(
        seen.last?
            .max(session.active)
            .max(woke.unwrap_or(session.active)),
    )
}

/// Whether a turn runs that is known to: one that has shown no sign of life for hours, and got no
/// words of the owner meanwhile, may have ended with the computer.
pub(crate) fn works(state: &State, session: &Session) -> bool {
    let woke = state.watch.slept.map(|slept| slept.until);
    let since = woke.map_or(session.active, |woke| session.active.max(woke));
    // Where the clock was set back behind it, it cannot be said how long ago that is.
    let silent = since.until(state.wall).max(state.wall.until(since)) > waits::SILENT;
    let spoken = session.spoken.map(|spoken| spoken.after(waits::SILENT));
    let unspoken = spoken.is_none_or(|until| until <= state.tick);
    session.turn.is_some() && !(silent && unspoken)
}

/// The turn of a session, where the owner was not told yet that it shows no sign of life.
pub(crate) fn untold(state: &State, session: &SessionId) -> Option<TurnId> {
    let turn = state.sessions.get(session)?.turn.clone()?;
    (state.watch.stalled.get(session) != Some(&turn)).then_some(turn)
}

/// Something waits for the owner there, which explains a silence.
pub(crate) fn asks(state: &State, session: &SessionId) -> bool {
    let question = state.sessions.get(session).and_then(|s| s.question());
    question.is_some() || state.prompts.of(session).next().is_some()
}
