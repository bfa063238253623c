//! What is watched while the owner is away: sleep of the computer, turns without a sign of
//! life, usage limits, and what is promised for later.

use crate::id::{Guid, Seq, SessionId, TurnId};
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

/// See [`super::Event::PromiseMade`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PromiseMade {
    /// The message that asked for it.
    pub inbound: Guid,
    /// The session that is to go on.
    pub session: SessionId,
    /// When.
    pub at: Wall,
}

/// See [`super::Event::PromiseEnded`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PromiseEnded {
    /// The promise: position of its `PromiseMade`.
    pub promise: Seq,
    /// How it ended.
    pub how: PromiseEnd,
}

/// How a promise ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum PromiseEnd {
    /// The session is told to go on.
    Kept,
    /// The owner took it back, or made another one.
    TakenBack,
    /// The session went on meanwhile, or is not known any more.
    Pointless,
}

/// See [`super::Event::OwnerWarned`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OwnerWarned {
    /// Of what.
    pub of: Warning,
}

/// What the owner is warned of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Warning {
    /// So much of a window of Codex's usage limit is used.
    Limit {
        /// Codex's name of the window.
        name: String,
        /// When it begins anew.
        resets: Option<Wall>,
        /// The percentage that was reached.
        level: u32,
    },
    /// A turn shows no sign of life.
    Stall {
        /// The session.
        session: SessionId,
        /// Its turn.
        turn: TurnId,
    },
}

/// See [`super::Event::LifeSeen`]. Looked at only when a turn's record has not grown for long.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LifeSeen {
    /// The session.
    pub session: SessionId,
    /// When its rollout was last written; `None`: it cannot be read.
    pub last: Option<Wall>,
    /// The newest step in it is a call of a tool that has not ended.
    pub tool: bool,
}
