//! The simulated world, in its quick tier: every curated history crashed at
//! every append, random seeds played twice, and planted bugs that must be seen.

use control_plane::sim::disk::{Bug, Death};
use control_plane::sim::entropy::Entropy;
use control_plane::sim::runner::{Plan, play};
use control_plane::sim::story::Story;
use control_plane::sim::{random, scenarios};
use control_plane::store::memory::Crash;
use std::collections::BTreeSet;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

const SEEDS: u64 = 500;
/// Seeds within which each planted bug has to be found.
const BUG_SEEDS: u64 = 2000;
const SEED_BYTES: usize = 300;

#[expect(
    clippy::unwrap_used,
    reason = "a panic elsewhere has failed the test already"
)]
/// Runs `check` for each number below `count`, on all cores; gives what is wrong, sorted.
fn all(count: usize, check: impl Fn(usize) -> Vec<String> + Sync) -> Vec<String> {
    let next = AtomicUsize::new(0);
    let found = Mutex::new(Vec::new());
    let cores = std::thread::available_parallelism().map_or(2, usize::from);
    std::thread::scope(|scope| {
        for _ in 0..cores {
            scope.spawn(|| {
                loop {
                    let nth = next.fetch_add(1, Ordering::Relaxed);
                    if nth >= count {
                        return;
                    }
                    found.lock().unwrap().extend(check(nth));
                }
            });
        }
    });
    let mut found = found.into_inner().unwrap();
    found.sort();
    found
}

fn none(broken: &[String]) {
    let shown: Vec<_> = broken.iter().take(20).cloned().collect();
    assert!(
        broken.is_empty(),
        "{} broken:\n{}",
        broken.len(),
        shown.join("\n")
    );
}

fn every_death(append: u64) -> [Death; 5] {
    [
        (Crash::Drop, false),
        (Crash::Drop, true),
        (Crash::Keep, false),
        (Crash::Keep, true),
        (Crash::Tear, false),
    ]
    .map(|(how, children_live)| Death {
        append,
        how,
        children_live,
    })
}

/// What goes wrong with a story when it dies at each of its appends.
fn crashed(story: &Story, bug: Option<Bug>) -> Vec<String> {
    let plan = |deaths| Plan { deaths, bug };
    let calm = match play(story, &plan(Vec::new())) {
        Ok(calm) => calm,
        Err(what) => return vec![format!("sim \"{}\" step=none: {what}", story.name)],
    };
    let mut broken = Vec::new();
    for append in 1..=calm.appends {
        for death in every_death(append) {
            if let Err(what) = play(story, &plan(vec![death])) {
                let Death {
                    how, children_live, ..
                } = death;
                broken.push(format!(
                    "sim \"{}\" step={append} {how:?} children_live={children_live}: {what}",
                    story.name
                ));
            }
        }
    }
    broken
}

#[test]
fn every_history_survives_a_crash_at_every_append() {
    let stories = scenarios::all();
    none(&all(stories.len(), |nth| crashed(&stories[nth], None)));
}

#[test]
fn there_are_enough_histories_and_each_has_its_name() {
    let stories = scenarios::all();
    let names: BTreeSet<_> = stories.iter().map(|s| &s.name).collect();
    assert_eq!(names.len(), stories.len());
    assert!(stories.len() >= 64, "{}", stories.len());
}

fn seed(seed: u64) -> (Story, Plan) {
    let mut entropy = Entropy::from_seed(seed, SEED_BYTES);
    random::draw(&format!("seed {seed}"), &mut entropy)
}

#[test]
fn random_histories_hold_and_are_the_same_twice() {
    let count = usize::try_from(SEEDS).unwrap();
    none(&all(count, |nth| {
        let (story, plan) = seed(nth as u64);
        match (play(&story, &plan), play(&story, &plan)) {
            (Ok(one), Ok(other)) if one == other => Vec::new(),
            (Ok(_), Ok(_)) => vec![format!("sim seed={nth}: two runs differ")],
            (Err(what), _) | (_, Err(what)) => vec![format!("sim seed={nth}: {what}")],
        }
    }));
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
        (Bug::NoFlush, &["acknowledged and are gone"][..]),
        (Bug::BeginsAgain, &["carried out twice"]),
        (Bug::LosesEnds, &["still owed", "never ended", "sent twice"]),
        (Bug::TimeoutIsFailure, &["and it had happened"]),
        (Bug::ActsFirst, &["its start is not on disk"]),
        (Bug::AcknowledgesFirst, &["was lost"]),
        (Bug::TypesTwice, &["carried out twice"]),
        (Bug::ForgetsKeys, &["was lost"]),
    ];
    none(&all(bugs.len(), |nth| {
        let (bug, signs) = bugs[nth];
        match shows(bug) {
            Some((_, what)) if signs.iter().any(|sign| what.contains(sign)) => Vec::new(),
            Some((nth, what)) => vec![format!("sim seed={nth}: {bug:?} shows as: {what}")],
            None => vec![format!("{bug:?} is not found within {BUG_SEEDS} seeds")],
        }
    }));
}

/// `SIM="7, 12, a turn ends" cargo test --test sim -- --ignored --nocapture` prints these runs.
#[test]
#[ignore = "a tool for reading runs"]
#[expect(clippy::disallowed_methods, reason = "whoever reads names the runs")]
fn tell() {
    let asked = std::env::var("SIM").unwrap_or_default();
    for name in asked.split(", ") {
        let curated = || scenarios::all().into_iter().find(|s| s.name == name);
        let (story, plan) = match name.parse() {
            Ok(nth) => seed(nth),
            Err(_) => (curated().expect("a story or a seed"), Plan::default()),
        };
        println!("sim \"{name}\" {:?}\n{:?}", plan.deaths, story.beats);
        for line in control_plane::sim::runner::tell(&story, &plan) {
            println!("{line}");
        }
    }
}
