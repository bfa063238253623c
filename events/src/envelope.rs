//! An event with its place in the log.

use crate::event::Event;
use crate::id::Seq;
use crate::time::{Now, Tick, Wall};

/// One entry of the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Envelope {
    /// Position.
    pub seq: Seq,
    /// Wall clock at the append.
    pub wall: Wall,
    /// Logical time at the append.
    pub tick: Tick,
    /// The fact in whose batch a decision stands; `None` for the fact itself.
    pub cause: Option<Seq>,
    /// What happened.
    pub event: Event,
}

/// What is appended at once: a fact and the decisions it caused, or several of these in a row.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[must_use = "a batch that is not appended did not happen"]
pub struct Batch(Vec<Envelope>);

impl Batch {
    /// Numbers `events` from `first`; the first is the fact, the others its decisions.
    pub fn new(first: Seq, now: Now, events: Vec<Event>) -> Self {
        let number = |(nth, event): (usize, Event)| Envelope {
            seq: Seq(first.0.saturating_add(nth as u64)),
            wall: now.wall,
            tick: now.tick,
            cause: (nth > 0).then_some(first),
            event,
        };
        Self(events.into_iter().enumerate().map(number).collect())
    }

    /// Puts another batch behind this one: both are on disk together, or neither is.
    pub fn join(&mut self, mut other: Self) {
        self.0.append(&mut other.0);
    }

    /// The entries in order.
    pub fn envelopes(&self) -> &[Envelope] {
        &self.0
    }

    /// Nothing happened.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}
