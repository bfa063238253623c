//! The real program, the real log and real processes, broken on purpose.
//!
//! `killed.rs` kills the program again and again while a load runs (`CRASH_ROUNDS`
//! rounds from `CRASH_SEED`); the other modules break one thing each: osascript,
//! tmux, Codex, chat.db, the state directory, the amount. Messages and Codex are
//! the simulated ones that the demo uses, in processes of their own. What they
//! wrote down themselves is the truth here, not what the program says of it.
//! A test that needs tmux says so and passes without; with `CI=true` it fails.

#![expect(
    clippy::disallowed_methods,
    clippy::print_stderr,
    clippy::unwrap_used,
    reason = "tests drive real processes with the real clock and may panic"
)]

mod chat_db;
#[path = "../shared/executable.rs"]
mod executable;
mod floods;
mod full_disk;
mod killed;
mod load;
mod log;
mod messages;
mod panes;
mod rows;
mod running;
mod state_dir;
mod tools;
mod truth;
#[path = "../shared/waiting.rs"]
mod waiting;
mod world;
