//! Executors against real tmux and stand-ins for Codex and osascript.

mod child;
mod choosing;
mod codex;
mod messages;
mod rig;
mod start;
mod typing;
