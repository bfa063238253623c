//! What must hold of the whole tree, of the programs as they are run, and of the
//! parts against the real programs they talk to, or stand-ins.

#![allow(clippy::expect_used, reason = "a helper that fails fails its test")]

mod circles;
mod commands;
mod corpora;
mod docs;
mod doctor;
mod effects;
mod events_doc;
#[path = "../shared/executable.rs"]
mod executable;
mod log_commands;
mod notify_hook;
mod older_log;
mod page;
mod privacy;
mod tidy;
mod tree;
#[path = "../shared/waiting.rs"]
mod waiting;
