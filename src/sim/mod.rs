//! The world, simulated: the real driver, codec and reducers against a model
//! disk, Messages, Codex, tmux and owner, all on one thread and one clock.
//!
//! A [`story::Story`] says what happens; the [`runner`] plays it, kills the
//! program where it is told to, starts it again, and has the [`oracle`] check
//! after every step what must always hold. Nothing here reads a clock, a file
//! or randomness: the same story with the same crashes gives the same run.
//! Nothing outside of tests may use it.

#![allow(
    clippy::wildcard_enum_match_arm,
    reason = "a model answers to the few cases it knows; production code has no such arms"
)]

mod beats;
pub mod codex;
pub mod disk;
pub mod entropy;
mod finish;
mod hands;
mod ingress;
pub mod marks;
pub mod messages;
mod names;
pub mod oracle;
pub mod random;
pub mod runner;
pub mod scenarios;
pub mod shrink;
pub mod story;
pub mod world;

/// What must hold did not; one sentence.
pub type Broken = String;
