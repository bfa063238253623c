//! Set-up and its undoing on a Mac that is played: launchctl and its like are
//! stand-ins with the behaviour and the exit codes of the real ones, driven through
//! their failures, and whoever is killed halfway is run again.

#![expect(clippy::expect_used, reason = "tests may panic")]

mod codes;
mod doctor;
#[path = "../shared/executable.rs"]
mod executable;
mod install;
mod killed;
mod launcher;
mod live;
mod permissions;
mod trial;
mod uninstall;
#[path = "../shared/waiting.rs"]
mod waiting;
mod world;
