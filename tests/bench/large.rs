//! What size costs: a chat.db of a million rows, and a session whose rollout has a gigabyte. The
//! floor of each is the same program at the same time beside a chat.db of a few rows and a session
//! that has just begun; for the first start beside the gigabyte it is counting its lines.

use crate::idle::{calm, mib, status, turns};
use crate::rollout::{REST, append, begin, beginning, ending};
use crate::table::{Row, median};
use crate::world::{OWNER, PATIENCE, World, utc};
use control_plane::clock::{Stopwatch, wall};
use control_plane::demo::messages;
use control_plane::ingress::client;
use std::fs;
use std::process::Stdio;
use std::sync::mpsc::Receiver;
use std::time::Duration;

const ROWS: u64 = 1_000_000;
const BYTES: usize = 1_000_000_000;
const PIECE: usize = 4_000_000;
const ROUNDS: usize = 20;
const STARTS: usize = 5;

pub(crate) fn run() -> Vec<Row> {
    let mut rows = chat_db();
    rows.extend(rollout());
    rows
}

fn chat_db() -> Vec<Row> {
    let (small, large) = (World::new(), World::new());
    fill(&large);
    let starts = (starts(&large), starts(&small));
    let answers = {
        let (few, many) = (Phone::new(&small), Phone::new(&large));
        let _running = (small.run(&[]), large.run(&[]));
        std::thread::sleep(REST * 5);
        let mut times = (Vec::new(), Vec::new());
        for nth in 0..=ROUNDS {
            let (slow, fast) = (many.asks(nth), few.asks(nth));
            if nth > 0 {
                times.0.push(slow);
                times.1.push(fast);
            }
        }
        times
    };
    vec![
        Row::new("start, chat.db of 1,000,000 rows", starts.0, starts.1)
            .note("floor: of a few".into()),
        Row::new(
            "a row in it to osascript with the answer",
            median(answers.0),
            median(answers.1),
        )
        .note("floor: of a few".into()),
    ]
}

/// Years of messages with somebody else.
fn fill(world: &World) {
    let mut messages = world.messages();
    let row = messages::Row::from("+15555550999", "See you there at eight.", wall());
    let _guid = messages.insert(&row).expect("a row");
    let rows = format!(
        "INSERT INTO message (guid, text, handle_id, service, date, is_from_me, is_finished, is_sent, is_delivered)
           WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {ROWS})
           SELECT 'OLD-' || i, text, handle_id, service, date - (2000000 - i) * 1000000000, i % 2, 1, 1, 1
           FROM n, message WHERE message.ROWID = 1;
         INSERT INTO chat_message_join (chat_id, message_id, message_date)
           SELECT chat_id, m.ROWID, m.date FROM message m, chat_message_join j
           WHERE j.message_id = 1 AND m.ROWID > 1;
         PRAGMA wal_checkpoint(TRUNCATE);"
    );
    messages.db().execute_batch(&rows).expect("many rows");
}

/// The time of `run` until it listens; the log has been there before.
fn starts(world: &World) -> Duration {
    let once = world.ours(&["once"]).status();
    assert!(once.expect("once runs").success());
    let socket = client::address(&world.path("state")).expect("an address");
    let start = |_| {
        let _gone = fs::remove_file(&socket);
        let watch = Stopwatch::start();
        let _running = world.run(&[]);
        watch.elapsed()
    };
    median((0..STARTS).map(start).collect())
}

/// The owner's phone: what osascript is given comes back through a FIFO.
struct Phone<'a> {
    world: &'a World,
    told: Receiver<String>,
}

impl<'a> Phone<'a> {
    fn new(world: &'a World) -> Self {
        let told = world.osascript_tells();
        Self { world, told }
    }

    fn hears(&self, watch: Stopwatch) -> Duration {
        let text = self.told.recv_timeout(PATIENCE).expect("osascript starts");
        let took = watch.elapsed();
        self.world.delivered(&text);
        std::thread::sleep(REST);
        took
    }

    /// From the row in chat.db to osascript with the answer, that there is no such session. The
    /// same words over and over would be taken for a loop, and words without a link wait for one.
    fn asks(&self, nth: usize) -> Duration {
        let words = format!("@nobody look at https://example.com/{nth}");
        let row = messages::Row::from(OWNER, &words, wall());
        self.world.messages().insert(&row).expect("a row");
        self.hears(Stopwatch::start())
    }
}

fn rollout() -> Vec<Row> {
    let world = World::new();
    let phone = Phone::new(&world);
    let path = begin(&world, 0);
    let piece = turns(PIECE, &utc());
    for _ in 0..BYTES / PIECE {
        append(&path, &piece);
    }
    let mut wc = world.program("wc");
    let watch = Stopwatch::start();
    let counted = wc.arg("-l").arg(&path).stdout(Stdio::null()).status();
    assert!(counted.expect("wc runs").success());
    let counted = watch.elapsed();
    let running = world.run(&[]);
    let first = calm(running.pid());
    let memory = mib(status(running.pid(), "VmHWM:"));
    let mut times = (Vec::new(), Vec::new());
    for nth in 1..=ROUNDS {
        // The large one has had turns of the first numbers.
        let nth = nth + PIECE;
        let small = begin(&world, nth);
        append(&path, &beginning(nth));
        std::thread::sleep(REST);
        for (path, times) in [(&path, &mut times.0), (&small, &mut times.1)] {
            let ends = ending(nth);
            let watch = Stopwatch::start();
            append(path, &ends);
            times.push(phone.hears(watch));
        }
    }
    drop(running);
    let running = world.run(&[]);
    let again = calm(running.pid());
    drop(running);
    vec![
        Row::new(
            "first start beside a rollout of 1 GB, processor",
            first,
            counted,
        )
        .note(format!("floor: wc -l; {memory:.1} MiB at its peak")),
        Row::alone("a later start beside it, processor", again),
        Row::new(
            "its next line to osascript",
            median(times.0),
            median(times.1),
        )
        .note("floor: of a session that has just begun".into()),
    ]
}
