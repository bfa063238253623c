//! What this program costs. `cargo bench` runs all; `cargo bench -- NAME` one of
//! fold, notify, phone, idle. Each figure stands beside its floor, taken in the
//! same run: on a busy machine only the ratio means something.

#![allow(clippy::expect_used, reason = "a benchmark that fails stops")]

mod fold;
mod table;

/// Measures and gives rows of the table.
type Bench = fn() -> Vec<table::Row>;

fn main() {
    let wanted: Vec<String> = std::env::args()
        .skip(1)
        .filter(|arg| !arg.starts_with('-'))
        .collect();
    let all: [(&str, Bench); 1] = [("fold", fold::run)];
    for (name, run) in all {
        if wanted.is_empty() || wanted.iter().any(|w| w == name) {
            run().iter().for_each(table::Row::print);
        }
    }
}
