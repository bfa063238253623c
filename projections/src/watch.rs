//! What is watched while the owner is away. What follows from it, [`crate::awake`] says.

use events::{Guid, Seq, SessionId, TurnId, Wall};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// What is known of it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Watch {
    /// The computer's last sleep.
    pub slept: Option<Slept>,
    /// How much of Codex's limits the owner was told is used.
    pub limits: Vec<LimitWarning>,
    /// Sessions of whose turns a sign of life is looked for.
    pub looking: BTreeSet<SessionId>,
    /// Turns of which a text has said that they show none.
    pub stalled: BTreeMap<SessionId, TurnId>,
    /// Sessions that are to be told to go on, by the positions of `PromiseMade`.
    pub promises: BTreeMap<Seq, Promise>,
}

/// So much of a window was reported.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LimitWarning {
    /// Codex's name of the window.
    pub name: String,
    /// When it begins anew.
    pub resets: Option<Wall>,
    /// The percentage that was reached.
    pub level: u32,
}

/// A session is to be told to go on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Promise {
    /// The message that asked for it.
    pub inbound: Guid,
    /// The session.
    pub session: SessionId,
    /// When.
    pub at: Wall,
    /// Its newest turn when that was asked; where another follows, it went on.
    pub turn: Option<TurnId>,
}

/// A sleep of the computer. Short times awake in between, as macOS has them at night, are
/// part of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Slept {
    /// When it began.
    pub from: Wall,
    /// When it ended.
    pub until: Wall,
    /// What was under way when it began.
    pub turns: u32,
    /// Requests that waited for the owner.
    pub prompts: u32,
    /// Texts on their way to the owner.
    pub texts: u32,
    /// The owner's messages on their way into sessions.
    pub words: u32,
}

impl Slept {
    /// Together with a sleep that came shortly after it.
    #[must_use]
    pub(crate) fn and(self, later: Self) -> Self {
        Self {
            from: self.from.min(later.from),
            until: self.until.max(later.until),
            turns: self.turns.max(later.turns),
            prompts: self.prompts.max(later.prompts),
            texts: self.texts.max(later.texts),
            words: self.words.max(later.words),
        }
    }
}
