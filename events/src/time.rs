//! Two clocks, both arguments and never read here. `Wall` is for people;
//! `Tick` never goes back and carries every deadline.

use serde::{Deserialize, Serialize};
use std::fmt;

/// Wall-clock time: milliseconds since 1970-01-01T00:00:00Z. May step either way.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Wall(pub i64);

/// Logical time: milliseconds that never decrease along the log, across restarts too.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Tick(pub u64);

/// A length of time in milliseconds.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Span(pub u64);

macro_rules! shown {
    ($($name:ident)*) => {$(
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{} ms", self.0)
            }
        }
    )*};
}

shown!(Wall Tick Span);

impl Span {
    /// A span of whole seconds.
    pub const fn seconds(seconds: u64) -> Self {
        Self(seconds.saturating_mul(1000))
    }
}

impl Tick {
    /// This moment plus a span; stops at the end of time.
    #[must_use]
    pub const fn after(self, span: Span) -> Self {
        Self(self.0.saturating_add(span.0))
    }
}

impl Wall {
    /// How long before `later` this was; zero if it was not before.
    pub const fn until(self, later: Self) -> Span {
        let gap = later.0.saturating_sub(self.0);
        Span(if gap.is_negative() {
            0
        } else {
            gap.unsigned_abs()
        })
    }
}

/// Both clocks at one moment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Now {
    /// For people.
    pub wall: Wall,
    /// For deadlines.
    pub tick: Tick,
}
