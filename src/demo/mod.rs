//! A world small enough to carry in the binary: a simulated Messages, a scripted
//! model, a home that makes the real Codex talk to it, and a stand-in for when
//! Codex is missing. The demo and the end-to-end tests run on it. It never
//! leaves loopback and never touches the owner's own data.

pub mod codex_home;
pub mod messages;
pub mod model;
pub mod stand_in;
