//! Names of things. Every id is plain text or a number with a stable order, so
//! that maps iterate the same way everywhere and logs can be read by people.

use serde::{Deserialize, Serialize};
use std::fmt;

/// The position of an event in the log: 1, 2, 3 … without gaps.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Seq(pub u64);

impl Seq {
    /// The position after this one.
    #[must_use]
    pub fn next(self) -> Self {
        Self(self.0.saturating_add(1))
    }
}

impl fmt::Display for Seq {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

/// A command's name: the log position of the batch that requested it, and its
/// place in that batch. It needs no randomness and doubles as idempotency key.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct CommandId {
    /// Position of the fact that caused the command.
    pub cause: Seq,
    /// Which of that fact's commands this is, from 0.
    pub nth: u16,
}

impl fmt::Display for CommandId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.cause, self.nth)
    }
}

/// `Debug` as `Display`: ids are read in views of State, one to a line.
macro_rules! shown {
    ($name:ident) => {
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(self, f)
            }
        }
    };
}

shown!(Seq);
shown!(CommandId);

macro_rules! text_id {
    ($(#[$doc:meta])* $name:ident, $max:expr) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
        pub struct $name(String);

        shown!($name);

        impl $name {
            /// Accepts 1 to the type's limit of visible ASCII characters;
            /// anything else is nobody's id.
            pub fn parse(text: &str) -> Option<Self> {
                let fits = (1..=$max).contains(&text.len());
                (fits && text.bytes().all(|b| b.is_ascii_graphic())).then(|| Self(text.to_owned()))
            }

            /// The id as text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

text_id!(
    /// A Codex thread: the UUID in the rollout's file name and in notify's `thread-id`.
    SessionId,
    128
);
text_id!(
    /// One turn of a session, as Codex names it.
    TurnId,
    128
);
text_id!(
    /// A tool call of the model, as Codex names it; a question is one.
    CallId,
    128
);
text_id!(
    /// A row of chat.db, as Messages names it.
    Guid,
    128
);
text_id!(
    /// What the owner types for a session, without the `@`: short, unambiguous, stable.
    SessionRef,
    32
);
text_id!(
    /// The name of one hand-over to the log, made by the process that hands over.
    InputKey,
    64
);

/// A tmux pane: the server's socket path and the bare `%N`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Pane {
    /// Path of the tmux server's socket.
    pub socket: String,
    /// Pane id, `%` and a number; unique in its server while that lives.
    pub id: String,
}

impl fmt::Display for Pane {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} on {}", self.id, self.socket)
    }
}
