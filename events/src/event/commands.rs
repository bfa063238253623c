//! The life of a command.

use crate::command::Command;
use crate::id::CommandId;
use crate::outcome::{Outcome, Performed};
use serde::{Deserialize, Serialize};

/// See [`super::Event::CommandRequested`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CommandRequested {
    /// Its name.
    pub id: CommandId,
    /// Which try this is, from 1.
    pub attempt: u16,
    /// What to do.
    pub command: Command,
}

/// See [`super::Event::CommandStarted`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CommandStarted {
    /// Its name.
    pub id: CommandId,
    /// Newest row of chat.db that had been read: our own row comes after it.
    pub baseline: Option<i64>,
}

/// See [`super::Event::CommandPerformed`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CommandPerformed {
    /// Its name.
    pub id: CommandId,
    /// How.
    pub performed: Performed,
}

/// See [`super::Event::CommandSettled`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CommandSettled {
    /// Its name.
    pub id: CommandId,
    /// How it ended.
    pub outcome: Outcome,
}
