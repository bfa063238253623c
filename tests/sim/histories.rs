//! Histories, crashed at every append: the curated ones, and short ones made
//! from seeds so that there are 256.

use crate::model::disk::Death;
use crate::model::runner::{Depth, Plan, play};
use crate::model::scenarios;
use crate::model::shrink::hex;
use crate::model::story::Story;
use crate::tools::{Found, all, bytes, drawn};
use control_plane::store::memory::Crash;
use std::collections::BTreeSet;

/// Histories in all.
const HISTORIES: usize = 256;
/// Where the seeds of the made ones begin; the ordinary seeds stay below.
const MADE: u64 = 1_000_000_000;
/// Bytes of a made one: short, because it is played once for each of its appends.
const BYTES: usize = 40;

/// What the disk makes of an append, and whether children live on.
const DEATHS: [(Crash, bool); 5] = [
    (Crash::Drop, false),
    (Crash::Keep, true),
    (Crash::Keep, false),
    (Crash::Drop, true),
    (Crash::Tear, false),
];

/// A story as it is, and then once for each of its appends and each way to die there.
fn crashed(story: &Story, ways: &[(Crash, bool)], found: &mut Found) {
    let name = &story.name;
    let calm = play(story, &Plan::default());
    let appends = calm.as_ref().map_or(0, |(calm, _)| calm.appends);
    found.take(&format!("SIM=\"{name}\""), calm);
    for append in 1..=appends {
        for (how, children_live) in ways.iter().copied() {
            let plan = Plan {
                deaths: vec![Death {
                    append,
                    how,
                    children_live,
                }],
                depth: Depth::Sampled,
                ..Plan::default()
            };
            let name = format!("SIM=\"{name}\" DIES={append},{how:?},{children_live}");
            found.take(&name, play(story, &plan));
        }
    }
}

/// A short history from a seed; `SIM=hex:` and its bytes name it.
fn made(nth: usize) -> Story {
    let mut bytes = bytes(MADE + nth as u64);
    bytes.truncate(BYTES);
    drawn(&format!("hex:{}", hex(&bytes)), bytes).0
}

#[test]
fn every_history_survives_a_crash_at_every_append() {
    let curated = scenarios::all();
    let found = all(HISTORIES, |nth, found| match curated.get(nth) {
        Some(story) => crashed(story, &DEATHS, found),
        None => crashed(&made(nth), &DEATHS[..2], found),
    });
    println!("{} plays", found.plays);
    found.is_right();
}

#[test]
fn there_are_enough_histories_and_each_has_its_name() {
    let stories = scenarios::all();
    let names: BTreeSet<_> = stories.iter().map(|s| &s.name).collect();
    assert_eq!(names.len(), stories.len());
    assert!(stories.len() >= 64, "{}", stories.len());
}
