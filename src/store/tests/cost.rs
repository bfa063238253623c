//! What the second copy costs: each way turn and turn about in one run, as only
//! ratios mean something. `cargo test --lib store::tests::cost -- --ignored --nocapture`

use super::{now, said};
use crate::clock::Stopwatch;
use crate::store::insert::insert;
use crate::store::journal::{self, Journal};
use crate::store::open::Open;
use crate::store::{Frames, Head, frames};
use events::{Batch, Seq};
use std::path::Path;
use std::time::Duration;

const ROUNDS: usize = 400;

/// One way to append, with the head it has come to.
struct Way {
    name: &'static str,
    open: Open,
    journal: Journal,
    head: Head,
    append: fn(&mut Open, &mut Journal, &Frames, Head),
    took: Vec<Duration>,
}

fn both(open: &mut Open, _: &mut Journal, frames: &Frames, head: Head) {
    open.write(frames, head).unwrap();
}

fn sled_alone(open: &mut Open, _: &mut Journal, frames: &Frames, _: Head) {
    open.insert(frames).unwrap();
}

fn journal_alone(_: &mut Open, journal: &mut Journal, frames: &Frames, _: Head) {
    journal.append(frames).unwrap();
}

fn sled_unflushed(open: &mut Open, journal: &mut Journal, frames: &Frames, _: Head) {
    journal.append(frames).unwrap();
    insert(&open.tree, frames).unwrap();
}

fn ways(dir: &Path) -> Vec<Way> {
    type Append = fn(&mut Open, &mut Journal, &Frames, Head);
    let ways: [(&str, Append); 4] = [
        ("sled alone, as before", sled_alone),
        ("journal alone", journal_alone),
        ("journal, then sled", both),
        ("journal, sled not flushed", sled_unflushed),
    ];
    let way = |(name, append): (&'static str, Append)| {
        let state = dir.join(name);
        std::fs::create_dir(&state).unwrap();
        let (open, head) = Open::of(&state).unwrap();
        let journal = Journal::open(state.join("other")).unwrap();
        Way {
            name,
            open,
            journal,
            head,
            append,
            took: Vec::new(),
        }
    };
    ways.map(way).into()
}

#[test]
#[ignore = "a measurement"]
fn the_second_copy() {
    let dir = tempfile::tempdir_in(".").unwrap();
    for (size, what) in [(1_usize, "one entry"), (20, "a batch of 20")] {
        let scratch = dir.path().join(what);
        std::fs::create_dir(&scratch).unwrap();
        let mut ways = ways(&scratch);
        for nth in 0..ROUNDS {
            for way in &mut ways {
                let first = way.head.seq.next();
                let events = (0..size)
                    .map(|_| said("word ".repeat(60 + nth % 9)))
                    .collect();
                let (frames, head) =
                    frames(&Batch::new(first, now(first), events), way.head).unwrap();
                let watch = Stopwatch::start();
                (way.append)(&mut way.open, &mut way.journal, &frames, head);
                way.took.push(watch.elapsed());
                way.head = head;
            }
        }
        let micros = |way: &mut Way, part: usize| {
            way.took.sort_unstable();
            way.took[ROUNDS * part / 100].as_micros()
        };
        let floor = micros(&mut ways[0], 50);
        for way in &mut ways {
            let (half, most) = (micros(way, 50), micros(way, 99));
            println!(
                "{what}, {}: p50 {half} us (x{:.2}), p99 {most} us",
                way.name,
                f64::from(u32::try_from(half).unwrap()) / f64::from(u32::try_from(floor).unwrap()),
            );
        }
    }
}

/// What the reserve has to hold.
#[test]
#[ignore = "a measurement"]
fn the_reserve() {
    let dir = tempfile::tempdir().unwrap();
    let used = |state: &Path| -> u64 {
        use std::os::unix::fs::MetadataExt as _;
        let dirs = ["log", journal::DIR].map(|name| std::fs::read_dir(state.join(name)).unwrap());
        let files = dirs.into_iter().flatten();
        files
            .map(|file| file.unwrap().metadata().unwrap().blocks() * 512)
            .sum()
    };
    let (mut open, mut head) = Open::of(dir.path()).unwrap();
    for entries in [0_u64, 2_000, 20_000] {
        while head.seq < Seq(entries) {
            let first = head.seq.next();
            let events = (0..100).map(|_| said("word ".repeat(60))).collect();
            let (frames, next) = frames(&Batch::new(first, now(first), events), head).unwrap();
            open.write(&frames, next).unwrap();
            head = next;
        }
        let before = used(dir.path());
        drop(open);
        (open, head) = Open::of(dir.path()).unwrap();
        for _ in 0..48 {
            let first = head.seq.next();
            let (frames, next) = frames(
                &Batch::new(first, now(first), vec![said("word ".repeat(200))]),
                head,
            )
            .unwrap();
            open.write(&frames, next).unwrap();
            head = next;
        }
        let more = used(dir.path()) - before;
        println!("behind {entries} entries, reopening and 48 entries of 1 KB take {more} bytes");
    }
}
