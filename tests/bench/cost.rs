//! What this program costs. `cargo bench --bench cost` runs all; with `-- NAME`
//! one of fold, append, what-if, history, notify, rollout, phone, large, idle. Each figure stands beside its floor,
//! taken in the same run: on a busy machine only the ratio means something.

#![allow(clippy::expect_used, reason = "a benchmark that fails stops")]
#![allow(
    clippy::disallowed_methods,
    reason = "a benchmark starts and measures programs as they come"
)]

mod append;
mod fold;
#[cfg(target_os = "linux")]
mod history;
#[cfg(target_os = "linux")]
mod idle;
#[cfg(target_os = "linux")]
mod large;
mod notify;
mod phone;
mod rollout;
mod table;
mod what_if;
mod world;

use std::process::ExitCode;

/// Measures and gives rows of the table.
type Bench = fn() -> Vec<table::Row>;

const ALL: &[(&str, Bench)] = &[
    ("fold", fold::run),
    ("append", append::run),
    ("what-if", what_if::run),
    #[cfg(target_os = "linux")]
    ("history", history::run),
    ("notify", notify::run),
    ("rollout", rollout::run),
    ("phone", phone::run),
    #[cfg(target_os = "linux")]
    ("large", large::run),
    #[cfg(target_os = "linux")]
    ("idle", idle::run),
];

fn main() -> ExitCode {
    let name = std::env::args_os().next().map(std::path::PathBuf::from);
    if name.is_some_and(|name| name.ends_with("codex")) {
        return phone::codex();
    }
    let wanted: Vec<String> = std::env::args()
        .skip(1)
        .filter(|arg| !arg.starts_with('-'))
        .collect();
    for (name, run) in ALL {
        if wanted.is_empty() || wanted.iter().any(|w| w == name) {
            run().iter().for_each(table::Row::print);
        }
    }
    ExitCode::SUCCESS
}
