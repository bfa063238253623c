//! What a turn waits for: `notify` as a whole process, against a program that does
//! nothing, turn and turn about.

use crate::table::{Row, median};
use crate::world::World;
use control_plane::clock::Stopwatch;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

const ROUNDS: usize = 300;
const ALONE: usize = 40;
const PAYLOAD: &str = r#"{"type":"agent-turn-complete","thread-id":"01a203af-139d-7ea3-bbb9-000000000001","turn-id":"01a203af-6fff-7ea3-bbb9-000000000001","cwd":"/srv/api","client":"codex-tui","input-messages":["fix the tests"],"last-assistant-message":"The tests pass now; two files changed."}"#;

pub(crate) fn run() -> Vec<Row> {
    let world = World::new();
    let nothing = world.path("nothing");
    compile(&world, &nothing);
    let took = |mut command: Command| {
        let watch = Stopwatch::start();
        assert!(command.status().expect("it starts").success());
        watch.elapsed()
    };
    let pair = |nth: usize| {
        let payload = PAYLOAD.replace("000000000001", &format!("{nth:012x}"));
        let floor = took(world.program(&nothing));
        (took(world.ours(&["notify", &payload])), floor)
    };
    let (alone, alone_floor) = medians((0..ALONE).map(pair));
    let running = world.run(&[]);
    (0..20).map(pair).for_each(drop);
    let (up, floor) = medians((ALONE..ALONE + ROUNDS).map(pair));
    drop(running);
    vec![
        Row::new("notify, acknowledged by the runtime", up, floor)
            .note("at most x2.5 of a program that does nothing".into()),
        Row::new("notify without it, appended by itself", alone, alone_floor)
            .note("for information".into()),
    ]
}

fn medians(pairs: impl Iterator<Item = (Duration, Duration)>) -> (Duration, Duration) {
    let (ours, floors) = pairs.unzip();
    (median(ours), median(floors))
}

fn compile(world: &World, to: &Path) {
    let source = world.path("nothing.rs");
    std::fs::write(&source, "fn main() {}\n").expect("a source");
    let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let compiled = Command::new(rustc)
        .args(["-O", "-o"])
        .args([to, &source])
        .status();
    assert!(compiled.expect("rustc runs").success());
}
