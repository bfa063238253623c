//! A bounded memory: what was put in last stays, what is oldest goes. State
//! holds many of these, so that it never grows with the age of the log.

use serde::{Deserialize, Serialize};
use std::collections::VecDeque;
use std::fmt;

/// The newest `N` values, oldest first.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Ring<T, const N: usize>(VecDeque<T>);

impl<T: fmt::Debug, const N: usize> fmt::Debug for Ring<T, N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(&self.0).finish()
    }
}

impl<T, const N: usize> Default for Ring<T, N> {
    fn default() -> Self {
        Self(VecDeque::new())
    }
}

impl<T, const N: usize> Ring<T, N> {
    /// Puts a value in and takes the oldest out where there is no room.
    pub fn push(&mut self, value: T) {
        if self.0.len() >= N {
            self.0.pop_front();
        }
        self.0.push_back(value);
    }

    /// Oldest to newest.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &T> {
        self.0.iter()
    }

    /// Oldest to newest, for changes.
    pub fn iter_mut(&mut self) -> impl DoubleEndedIterator<Item = &mut T> {
        self.0.iter_mut()
    }

    /// Lets go of what is not to be kept.
    pub fn retain(&mut self, keep: impl FnMut(&T) -> bool) {
        self.0.retain(keep);
    }

    /// The newest.
    pub fn last(&self) -> Option<&T> {
        self.0.back()
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Nothing was put in yet.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl<T: PartialEq, const N: usize> Ring<T, N> {
    /// Whether the value is still remembered.
    pub fn contains(&self, value: &T) -> bool {
        self.0.contains(value)
    }
}

/// A bounded set: membership in logarithmic time, forgetting in order of arrival.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SetRing<T: Ord, const N: usize> {
    set: std::collections::BTreeSet<T>,
    order: VecDeque<T>,
}

impl<T: Ord, const N: usize> Default for SetRing<T, N> {
    fn default() -> Self {
        Self {
            set: std::collections::BTreeSet::new(),
            order: VecDeque::new(),
        }
    }
}

impl<T: Ord + Clone, const N: usize> SetRing<T, N> {
    /// Puts a value in; a known one changes nothing.
    pub fn insert(&mut self, value: &T) {
        if !self.set.insert(value.clone()) {
            return;
        }
        self.order.push_back(value.clone());
        if self.order.len() > N
            && let Some(oldest) = self.order.pop_front()
        {
            self.set.remove(&oldest);
        }
    }

    /// Whether the value is still remembered.
    pub fn contains(&self, value: &T) -> bool {
        self.set.contains(value)
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.order.len()
    }

    /// Nothing was put in yet.
    pub fn is_empty(&self) -> bool {
        self.order.is_empty()
    }
}
