//! As many seeds as fit into a time, for `scripts/soak`.

#![expect(
    clippy::expect_used,
    clippy::disallowed_methods,
    reason = "a tool for a person: it takes its time from whoever runs it"
)]

use crate::model::marks::{BRANCHES, FAULTS};
use crate::model::runner::{Depth, Plan};
use crate::tools::{Found, all, reproduced, seed, twice};
use std::time::{Duration, Instant};

/// Seeds between two looks at the clock.
const ROUND: usize = 2000;

fn asked(name: &str, usual: u64) -> u64 {
    let text = std::env::var(name).ok();
    text.map_or(usual, |text| text.parse().expect("a number"))
}

/// `SOAK_MINUTES` long, from seed `SOAK_FROM` on; each seed twice, checked as
/// [`Depth::Sampled`] says. The first failure ends it with a line that plays it again.
#[test]
#[ignore = "scripts/soak runs it"]
fn soak() {
    let (minutes, from) = (asked("SOAK_MINUTES", 1), asked("SOAK_FROM", 0));
    let (began, mut seeds) = (Instant::now(), 0);
    let mut marks = Found::default().marks;
    while began.elapsed() < Duration::from_secs(60 * minutes) {
        let first = from + seeds;
        let found = all(ROUND, |nth, found| {
            let nth = first + nth as u64;
            let (story, plan) = seed(nth);
            let plan = Plan {
                depth: Depth::Sampled,
                ..plan
            };
            found.take(&nth.to_string(), twice(&story, &plan));
        });
        seeds += ROUND as u64;
        let broken = found.broken.iter().filter_map(|line| line.split_once(": "));
        let again = broken.map(|(nth, what)| reproduced(nth.parse().expect("a seed"), what));
        let again: Vec<_> = again.collect();
        assert!(again.is_empty(), "{}", again.join("\n"));
        marks.add(&found.marks);
        if (seeds / ROUND as u64).is_multiple_of(10) {
            println!("{}", told(from, seeds, began));
        }
    }
    println!("{}", told(from, seeds, began));
    println!(
        "what went wrong outside:\n{}",
        marks.lines(FAULTS).join("\n")
    );
    println!(
        "where the program went:\n{}",
        marks.lines(BRANCHES).join("\n")
    );
    assert_eq!(marks.astray(), Vec::<String>::new());
}

fn told(from: u64, seeds: u64, began: Instant) -> String {
    let took = began.elapsed().as_secs().max(1);
    let rate = seeds / took;
    format!(
        "seeds {from} to {}, each twice: {seeds} in {took} s, {rate} a second",
        from + seeds - 1
    )
}
