//! Executors against real tmux and stand-ins for Codex and osascript.
#![allow(
    clippy::expect_used,
    clippy::panic,
    reason = "a helper of a test fails as the test itself does"
)]

mod alone;
mod child;
mod choosing;
mod codex;
mod looking;
mod messages;
mod rig;
mod start;
mod steps;
mod typing;
