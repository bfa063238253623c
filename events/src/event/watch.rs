//! What is watched while the owner is away: sleep of the computer, turns without a sign of
//! life, usage limits, and what is promised for later.

use crate::time::Wall;
use serde::{Deserialize, Serialize};

/// See [`super::Event::HostSlept`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HostSlept {
    /// The last moment that is known from before it.
    pub from: Wall,
    /// The first moment after it.
    pub until: Wall,
}
