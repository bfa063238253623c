//! Seeds, each played twice; planted bugs; stored cases; and a tool for reading a run.

use crate::model::disk::{Bug, Death};
use crate::model::marks::Marks;
use crate::model::runner::{self, Depth, Plan, play};
use crate::model::shrink::unhex;
use crate::tools::{Found, all, drawn, named, reproduced, seed, twice};
use control_plane::store::memory::Crash;

const SEEDS: usize = 4000;
/// In one of so many seeds of a kind the costly checks are made after every step.
const CLOSELY: usize = 4;
/// Seeds within which each planted bug has to be found.
const BUG_SEEDS: u64 = 2000;

#[test]
fn random_histories_hold_are_the_same_twice_and_go_everywhere() {
    let mut found = all(SEEDS, |nth, found| {
        let (story, plan) = seed(nth as u64);
        let closely = (nth / 4).is_multiple_of(CLOSELY);
        let depth = if closely { Depth::Full } else { Depth::Sampled };
        found.take(&nth.to_string(), twice(&story, &Plan { depth, ..plan }));
    });
    found.broken.sort();
    found.broken.truncate(3);
    let shrunk = found.broken.iter().map(|line| {
        let (nth, what) = line.split_once(": ").expect("a seed and what is wrong");
        reproduced(nth.parse().expect("a seed"), what)
    });
    let shrunk: Vec<_> = shrunk.collect();
    assert!(shrunk.is_empty(), "{}", shrunk.join("\n"));
    let astray = found.marks.astray();
    assert!(astray.is_empty(), "{}", astray.join("\n"));
}

/// The first seed that shows a bug, with what it shows.
fn shows(bug: Bug) -> Option<(u64, String)> {
    (0..BUG_SEEDS).find_map(|nth| {
        let (story, plan) = seed(nth);
        let planted = Plan {
            bug: Some(bug),
            ..plan
        };
        Some((nth, play(&story, &planted).err()?))
    })
}

#[test]
fn every_planted_bug_is_found_for_what_it_is() {
    let bugs = [
        (
            Bug::NoFlush,
            &["acknowledged and are gone", "with nothing to do, it does"][..],
        ),
        (Bug::BeginsAgain, &["carried out twice"]),
        (
            Bug::LosesEnds,
            &[
                "still owed",
                "never ended",
                "sent twice",
                "no cause",
                "without end",
            ],
        ),
        (Bug::TimeoutIsFailure, &["and it had happened"]),
        (Bug::ActsFirst, &["its start is not on disk"]),
        (Bug::AcknowledgesFirst, &["was lost"]),
        (Bug::TypesTwice, &["carried out twice"]),
        (Bug::ForgetsKeys, &["was lost"]),
        (Bug::RetriesUnknown, &["carried out twice"]),
        (Bug::RoutesByText, &["than its thread's"]),
        (Bug::AnswersByOrder, &["did not mean"]),
        (
            Bug::AnswersUndelivered,
            &["before the text was there", "did not mean"],
        ),
        (Bug::KeysUnread, &["did not mean"]),
        (Bug::AnswersAgain, &["carried out twice"]),
        (Bug::RemindsOfAnswered, &["which nobody waits for"]),
        (Bug::ForgetsHeld, &["was lost over a start"]),
        (Bug::KeepsAgain, &["was decided twice"]),
        (Bug::StopsAnyTurn, &["stopped another turn"]),
        (Bug::CopiesUnwhole, &["that was not whole"]),
        (Bug::SendsAnyFile, &["is not one of its session"]),
        (Bug::FilesAgain, &["carried out twice"]),
        (Bug::KeepsCopies, &["are left"]),
    ];
    let found = all(bugs.len(), |nth, found| {
        let (bug, signs) = bugs[nth];
        let wrong = match shows(bug) {
            Some((seed, what)) if signs.iter().any(|sign| what.contains(sign)) => {
                println!("{bug:?} is found by seed {seed}: {what}");
                return;
            }
            Some((nth, what)) => format!("SIM={nth}: {bug:?} shows as: {what}"),
            None => format!("{bug:?} is not found within {BUG_SEEDS} seeds"),
        };
        found.broken.push(wrong);
    });
    found.is_right();
}

#[test]
fn what_once_failed_holds() {
    let cases = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/sim/cases");
    let mut found = Found::default();
    for case in std::fs::read_dir(cases).expect("the stored cases") {
        let path = case.expect("a stored case").path();
        let name = path.display().to_string();
        let text = std::fs::read_to_string(&path).expect("a stored case");
        let (story, plan) = drawn(&name, unhex(&text).expect("hexadecimal digits"));
        found.take(&name, twice(&story, &plan));
    }
    assert!(found.plays > 0, "no case is stored");
    found.is_right();
}

#[test]
fn a_mark_that_is_missed_or_not_listed_is_told() {
    let mut marks = Marks::default();
    marks.0.insert("nobody listed this", 1);
    let astray = marks.astray();
    assert!(astray.contains(&"in no list: nobody listed this".to_owned()));
    assert!(astray.contains(&"never reached: unknown: no proof".to_owned()));
}

/// Where the program dies, besides what the run's own name says: `append,Keep,true`.
fn dies(text: &str) -> Option<Death> {
    let mut parts = text.split(',');
    let append = parts.next()?.parse().ok()?;
    let how = match parts.next()? {
        "Keep" => Crash::Keep,
        "Tear" => Crash::Tear,
        _ => Crash::Drop,
    };
    let children_live = parts.next() == Some("true");
    Some(Death {
        append,
        how,
        children_live,
    })
}

/// `SIM=17 cargo test --test sim tell -- --ignored --nocapture` prints the run: what was to happen,
/// the log in words, the effects, and how it ended. `SIM` is what a failure printed.
#[test]
#[ignore = "a tool for reading runs"]
#[expect(clippy::disallowed_methods, reason = "whoever reads names the runs")]
fn tell() {
    let name = std::env::var("SIM").unwrap_or_default();
    let (story, mut plan) = named(&name);
    plan.deaths
        .extend(std::env::var("DIES").ok().as_deref().and_then(dies));
    println!("SIM=\"{name}\" {:?}\n{:?}", plan.deaths, story.beats);
    for line in runner::tell(&story, &plan) {
        println!("{line}");
    }
}
