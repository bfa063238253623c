//! The world, simulated: the real driver, codec and reducers against a model
//! disk, Messages, Codex, tmux and owner, all on one thread and one clock.
//!
//! A [`story::Story`] says what happens; the [`runner`] plays it, kills the
//! program where it is told to, starts it again, and has the [`oracle`] check
//! after every step what must always hold. Nothing here reads a clock, a file
//! or randomness: the same story with the same crashes gives the same run.
//! No build of the program contains it.

#![allow(
    clippy::wildcard_enum_match_arm,
    reason = "a model answers to the few cases it knows; production code has no such arms"
)]

mod approvals;
mod beats;
pub(crate) mod codex;
mod copies;
pub(crate) mod disk;
pub(crate) mod entropy;
pub(crate) mod files;
mod finish;
mod hands;
mod ingress;
pub(crate) mod marks;
mod meaning;
pub(crate) mod messages;
mod names;
pub(crate) mod oracle;
pub(crate) mod random;
pub(crate) mod runner;
pub(crate) mod scenarios;
mod served;
pub(crate) mod shrink;
pub(crate) mod story;
mod times;
mod watchers;
pub(crate) mod world;

/// What must hold did not; one sentence.
pub(crate) type Broken = String;
