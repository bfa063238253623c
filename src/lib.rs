//! Codex sessions from iMessage: the parts that touch the world. What can happen
//! is in the `events` crate, what it means in `projections`; here is everything
//! that can fail.

pub mod app_server;
pub mod cli;
pub mod clock;
pub mod config;
pub mod demo;
pub mod doctor;
pub mod driver;
pub mod effects;
pub mod error;
pub mod hand_over;
pub mod ingress;
pub mod mac;
pub mod page;
pub mod report;
pub mod runtime;
pub mod store;
pub mod terminal_text;
pub mod time_zone;
pub mod ui;

/// The version of this program, which the log remembers.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");
