//! From Codex to the phone: a turn's last line in a rollout until osascript runs.
//! osascript is a script that tells a FIFO; the floor is starting it by hand.

use crate::table::{Row, median};
use crate::world::{PATIENCE, World, utc};
use control_plane::clock::Stopwatch;
use serde_json::{Value, json};
use std::fs::{self, OpenOptions};
use std::io::Write as _;
use std::path::PathBuf;
use std::time::Duration;

const ROUNDS: usize = 40;
/// Until everything that a round set off has come to rest.
pub(crate) const REST: Duration = Duration::from_millis(300);

pub(crate) fn run() -> Vec<Row> {
    let world = World::new();
    let told = world.osascript_tells();
    let running = world.run(&[]);
    std::thread::sleep(REST * 5);
    let heard = |watch: Stopwatch| {
        let text = told.recv_timeout(PATIENCE).expect("osascript starts");
        (watch.elapsed(), text)
    };
    let (mut ours, mut floors) = (Vec::new(), Vec::new());
    for nth in 0..=ROUNDS {
        let rollout = begin(&world, nth);
        std::thread::sleep(REST);
        let ending = ending(nth);
        let watch = Stopwatch::start();
        append(&rollout, &ending);
        let (took, text) = heard(watch);
        world.delivered(&text);
        std::thread::sleep(REST);
        let watch = Stopwatch::start();
        let floor = world
            .program(world.path("osascript"))
            .args(["-", "+15555550123", "text"])
            .spawn();
        let (by_hand, _) = heard(watch);
        let ended = floor.expect("it starts").wait();
        assert!(ended.expect("it ends").success());
        // The first is for warming up.
        if nth > 0 {
            ours.push(took);
            floors.push(by_hand);
        }
    }
    drop(running);
    vec![
        Row::new("rollout line to osascript", median(ours), median(floors))
            .note("at most 60 ms".into()),
    ]
}

pub(crate) fn begin(world: &World, nth: usize) -> PathBuf {
    let (now, id) = (utc(), session(nth));
    let day = world
        .path("home/.codex/sessions")
        .join(now[..10].replace('-', "/"));
    fs::create_dir_all(&day).expect("a folder");
    let stamp = now[..19].replace(':', "-");
    let path = day.join(format!("rollout-{stamp}-{id}.jsonl"));
    let meta = json!({
        "session_id": id, "id": id, "timestamp": now, "cwd": "/srv/api", "originator": "codex-tui",
        "cli_version": "0.169.0", "source": "cli", "thread_source": "user",
    });
    append(&path, &(line("session_meta", &meta) + &beginning(nth)));
    path
}

pub(crate) fn beginning(nth: usize) -> String {
    let begun = json!({"type": "task_started", "turn_id": turn(nth)});
    line("event_msg", &begun)
}

pub(crate) fn ending(nth: usize) -> String {
    let end = json!({
        "type": "task_complete", "turn_id": turn(nth), "last_agent_message": "The tests pass now.",
    });
    line("event_msg", &end)
}

fn line(kind: &str, payload: &Value) -> String {
    format!(
        "{}\n",
        json!({"timestamp": utc(), "type": kind, "payload": payload})
    )
}

pub(crate) fn append(path: &PathBuf, text: &str) {
    let file = OpenOptions::new().append(true).create(true).open(path);
    let written = file.and_then(|mut file| file.write_all(text.as_bytes()));
    written.expect("a line");
}

fn session(nth: usize) -> String {
    format!("01a203af-139d-7ea3-bbb9-{nth:012x}")
}

fn turn(nth: usize) -> String {
    format!("01a203af-6fff-7ea3-bbb9-{nth:012x}")
}
