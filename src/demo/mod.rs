//! A world small enough to carry in the binary: a scripted model, a home that
//! makes the real Codex talk to it, and a stand-in for when Codex is missing.
//! The demo and the end-to-end tests run on it. It never leaves loopback and
//! never touches the owner's own `CODEX_HOME`.

pub mod codex_home;
pub mod model;
pub mod stand_in;
//! Stand-ins for the programs around this one, good enough to run the whole
//! of it on a machine without Messages. Nothing here touches real data.
pub mod messages;
