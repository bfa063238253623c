//! What a long history costs: the start of `run` with a snapshot until its control socket is there,
//! its memory then, and appends to such a log. The floor is the same with an empty log.

use crate::append::batch;
use crate::fold;
use crate::idle::{mib, status};
use crate::table::{Row, at, median};
use crate::world::World;
use control_plane::clock::Stopwatch;
use control_plane::ingress::client;
use control_plane::runtime::size;
use control_plane::store::{EventLog as _, SledLog};
use events::{Batch, Envelope, Now, Tick};
use std::time::Duration;

const STARTS: usize = 9;
const APPENDS: u64 = 500;

pub(crate) fn run() -> Vec<Row> {
    let log = fold::log(1_000_000);
    let mut rows = Vec::new();
    let mut floor = None;
    for (events, packed) in [
        (0, false),
        (100_000, false),
        (1_000_000, false),
        (1_000_000, true),
    ] {
        let world = World::new();
        let sizes = lived(&world, log.get(..events).unwrap_or_default(), packed);
        let (start, memory) = starts(&world);
        let appends = appends(&world);
        let found = (start, at(appends.clone(), 50), at(appends, 99));
        let (start, half, most) = *floor.get_or_insert(found);
        let name = format!("{events} events{}", if packed { ", packed" } else { "" });
        rows.push(
            Row::new(&format!("start, {name}"), found.0, start)
                .note(format!("at most 150 ms; {memory:.1} MiB, at most 64")),
        );
        rows.push(Row::new(&format!("append p50, {name}"), found.1, half));
        rows.push(Row::new(&format!("append p99, {name}"), found.2, most));
        rows.push(Row::text(&format!("both copies, {name}"), sizes));
    }
    rows
}

/// A state directory whose log holds these events, run once so that a snapshot is there. Gives the
/// size of its two copies.
fn lived(world: &World, log: &[Envelope], packed: bool) -> String {
    if !log.is_empty() {
        world.import(log);
    }
    let once = world.ours(&["once"]).status();
    assert!(once.expect("once runs").success());
    if packed {
        let compact = world.ours(&["log", "compact", "--keep", "0s"]).status();
        assert!(compact.expect("compact runs").success());
    }
    let copy = |name| size(&world.path("state").join(name)).div_ceil(1 << 20);
    format!("log {} MiB, journal {} MiB", copy("log"), copy("journal"))
}

fn starts(world: &World) -> (Duration, f64) {
    let socket = client::address(&world.path("state")).expect("an address");
    let mut memory = 0.0_f64;
    let start = |_| {
        let _gone = std::fs::remove_file(&socket);
        let watch = Stopwatch::start();
        let running = world.run(&[]);
        let took = watch.elapsed();
        memory = memory.max(mib(status(running.pid(), "VmHWM:")));
        took
    };
    let times = (0..STARTS).map(start).collect();
    (median(times), memory)
}

fn appends(world: &World) -> Vec<Duration> {
    let mut log = SledLog::open(&world.path("state")).expect("the log");
    let mut times = Vec::new();
    for nth in 0..APPENDS {
        let event = batch(nth + 1)
            .envelopes()
            .first()
            .expect("one")
            .event
            .clone();
        let last = log.last().expect("an entry");
        let now = Now {
            wall: events::Wall(1_795_000_000_000),
            tick: Tick(last.0),
        };
        let batch = Batch::new(last.next(), now, vec![event]);
        let watch = Stopwatch::start();
        let durable = log.append(batch).expect("it is appended");
        times.push(watch.elapsed());
        assert_eq!(durable.batch().envelopes().len(), 1);
    }
    times
}
