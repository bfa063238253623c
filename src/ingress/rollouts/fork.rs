//! The history that a fork copied out of its parent. Codex up to 0.145 writes all
//! of it into the new file, with the time at which the fork was made: finished
//! turns, questions, and a turn that was under way. None of it happened in this
//! thread. It ends where the first turn begins that is the fork's own.

use super::name::made;
use super::parse::Record;
use events::id::SessionId;
use events::input::RolloutFact;
use events::time::{Span, Wall};

/// For how long after its head a file's records may still be copied.
const COPYING: Span = Span::seconds(60);

/// A file that begins with another thread's history.
#[derive(Debug)]
pub(super) struct Fork {
    thread: SessionId,
    /// When its head was written.
    at: Wall,
}

impl Fork {
    pub(super) const fn new(thread: SessionId, at: Wall) -> Self {
        Self { thread, at }
    }

    /// Whether a record begins the fork's own history.
    pub(super) fn ends_with(&self, record: &Record) -> bool {
        let RolloutFact::TurnStarted { turn, .. } = &record.fact else {
            return false;
        };
        let late = self.at.until(record.at) > COPYING;
        match (made(turn.as_str()), made(self.thread.as_str())) {
            (Some(turn), Some(thread)) => turn >= thread || late,
            _ => record.at > self.at,
        }
    }
}
