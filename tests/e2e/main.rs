//! The real Codex in a real tmux against the scripted model, on loopback.
//!
//! Codex is found by `CODEX_IMESSAGE_CODEX_BIN`, else on `PATH`, else in
//! `target/tmp/codex` (filled by
//! `npm install --prefix target/tmp/codex @openai/codex@0.169.0`). Without
//! Codex or tmux each test says so and passes; with `CI=true` it fails.
//! Each test has its own home, tmux server, model and, where it uses one, its
//! own Codex daemon, which copies some 400 MB into the temporary home.

#![expect(
    clippy::disallowed_methods,
    clippy::print_stderr,
    clippy::unwrap_used,
    reason = "tests drive real processes with the real clock and may panic"
)]

mod approvals;
mod asked;
mod asked_cost;
mod awake;
mod codex;
mod corrections;
mod desk;
#[path = "../shared/executable.rs"]
mod executable;
mod faults;
mod files;
mod footers;
mod holds;
mod keys;
mod kinds;
mod lab;
mod leaving;
mod looking;
mod mcp;
mod modals;
mod opening;
mod outlasting;
mod pane;
mod panes;
mod pasting;
mod phone;
mod presence;
mod programs;
mod rounds;
mod runtime;
mod served;
mod served_changes;
mod served_cost;
mod spoken;
mod stall;
mod stand_in;
mod starting;
mod summed_up;
mod turns;
mod usage;
mod versions;
mod views;
#[path = "../shared/waiting.rs"]
mod waiting;
