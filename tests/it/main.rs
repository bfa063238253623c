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
#[path = "../shared/meaning.rs"]
mod meaning;
mod misroutes;
mod notify_hook;
mod older_log;
mod page;
mod phone_doc;
mod privacy;
#[path = "../../projections/tests/it/support.rs"]
#[allow(
    dead_code,
    clippy::unwrap_used,
    clippy::wildcard_enum_match_arm,
    reason = "a world that other tests need more of"
)]
mod support;
mod tidy;
mod tree;
#[path = "../shared/waiting.rs"]
mod waiting;
