//! What becomes due, and when. Logical time only.

use events::Tick;
use events::event::Deadline;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

/// Pending deadlines.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Deadlines {
    when: BTreeMap<Deadline, Tick>,
    order: BTreeSet<(Tick, Deadline)>,
}

/// One line a deadline: `what: when`.
impl fmt::Debug for Deadlines {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut map = f.debug_map();
        for (at, deadline) in &self.order {
            let name = format!("{deadline:?}");
            map.entry(&format_args!("{name}"), at);
        }
        map.finish()
    }
}

impl Deadlines {
    /// Sets or moves a deadline.
    pub fn set(&mut self, deadline: Deadline, at: Tick) {
        self.clear(&deadline);
        self.order.insert((at, deadline.clone()));
        self.when.insert(deadline, at);
    }

    /// Takes a deadline away.
    pub fn clear(&mut self, deadline: &Deadline) {
        if let Some(at) = self.when.remove(deadline) {
            self.order.remove(&(at, deadline.clone()));
        }
    }

    /// The soonest.
    pub fn next(&self) -> Option<&(Tick, Deadline)> {
        self.order.first()
    }

    /// All, soonest first.
    pub fn iter(&self) -> impl Iterator<Item = &(Tick, Deadline)> {
        self.order.iter()
    }

    /// Whether it is pending.
    pub fn contains(&self, deadline: &Deadline) -> bool {
        self.when.contains_key(deadline)
    }

    /// How many are pending.
    pub fn len(&self) -> usize {
        self.when.len()
    }

    /// None is pending.
    pub fn is_empty(&self) -> bool {
        self.when.is_empty()
    }
}
