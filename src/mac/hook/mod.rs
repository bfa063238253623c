//! Codex's `config.toml`: the entry that makes Codex run us at the end of a turn,
//! and the thread's id in panes' titles. Set-up and its undoing are functions on
//! the text ([`install`], [`undo`]); [`file`] is the little that touches the disk.
//!
//! Every byte that is not ours stays as it is. A file that cannot be understood or
//! written is left alone with a sentence that says what to do. A notifier of
//! somebody else is never lost, and never called in a circle.

pub mod chain;
pub mod command;
mod error;
mod file;
mod install;
pub mod look;
mod place;
pub mod program;
pub mod recipient;
mod record;
#[cfg(test)]
mod tests;
mod text;
mod title;
mod undo;

pub use error::HookError;
pub use look::{Hook, Seen, look};
pub use place::{Place, Plan, Titles, remove, set_up};
pub use text::Fault;
pub use title::shows_thread;
