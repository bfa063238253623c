//! Living on a Mac: the launcher app that holds the permissions, the launchd job
//! that keeps the agent running, the permissions themselves, and taking all of it
//! away again.
//!
//! Every step looks at the world first and may be repeated: whoever is killed
//! halfway is finished by the next run. Nothing here trusts the shell's own
//! permissions; the agent is asked. Nothing is written while the agent runs that
//! the agent has already read.

pub mod app;
pub mod hook;
pub mod launchctl;
pub mod launcher;
pub mod permissions;
mod place;
pub mod plist;
pub mod service;
pub mod setup;
pub mod tcc;
mod tools;
pub mod trial;
pub mod uninstall;

pub use place::{APP, BUNDLE, LAUNCHER, Pace, Place};
