//! What the second copy of the log costs: appends of one entry to the log as it is, to sled alone,
//! flushed and synced as the log does it, to `SQLite` (WAL, synchronous=FULL), and to a plain file
//! that is synced. In turn, on one disk.

use crate::table::{Row, at, median};
use control_plane::clock::Stopwatch;
use control_plane::store::{EventLog as _, SledLog};
use events::event::AssistantReplied;
use events::{Batch, Envelope, Event, Link, Now, Seq, SessionId, Tick, Wall, codec};
use std::fs::File;
use std::io::Write as _;
use std::path::Path;
use std::time::Duration;

const PAIRS: u64 = 1_000;

pub(crate) fn run() -> Vec<Row> {
    let place = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).expect("a place");
    let mut log = SledLog::open(&place.path().join("both")).expect("a log");
    let sled = Sled::open(&place.path().join("sled"));
    let sqlite = sqlite(&place.path().join("sqlite"));
    let mut plain = File::create(place.path().join("plain")).expect("a file");
    let (mut ours, mut floor) = (Vec::new(), Vec::new());
    let (mut rows, mut synced) = (Vec::new(), Vec::new());
    for nth in 1..=PAIRS {
        let batch = batch(nth);
        let frames: Vec<_> = batch.envelopes().iter().map(frame).collect();
        let both = |log: &mut SledLog| {
            let watch = Stopwatch::start();
            let durable = log.append(batch).expect("it is appended");
            let took = watch.elapsed();
            assert_eq!(durable.batch().envelopes().len(), 1);
            took
        };
        // Whoever comes second may find the disk warmed up by the other.
        if nth % 2 == 0 {
            ours.push(both(&mut log));
            floor.push(sled.append(nth, &frames));
        } else {
            floor.push(sled.append(nth, &frames));
            ours.push(both(&mut log));
        }
        for frame in &frames {
            let watch = Stopwatch::start();
            sqlite
                .execute("INSERT INTO log VALUES (?1, ?2)", (nth, frame))
                .expect("inserted");
            rows.push(watch.elapsed());
            let watch = Stopwatch::start();
            plain.write_all(frame).expect("written");
            plain.sync_data().expect("synced");
            synced.push(watch.elapsed());
        }
    }
    let a_second = |times: &[Duration]| {
        let all: Duration = times.iter().sum();
        #[expect(clippy::cast_precision_loss, reason = "a rate for people")]
        let rate = PAIRS as f64 / all.as_secs_f64();
        rate
    };
    let rates = format!(
        "{:.0} and {:.0} a second",
        a_second(&ours),
        a_second(&floor)
    );
    let beside = |what: &str, other: &[Duration], part: usize| {
        let what = format!("append p{part}, floor {what}");
        Row::new(&what, at(ours.clone(), part), at(other.to_vec(), part))
    };
    let mut table = Vec::new();
    for part in [50, 99] {
        table.push(beside("sled alone", &floor, part));
        table.push(beside("SQLite WAL FULL", &rows, part));
        table.push(beside("a synced file", &synced, part));
    }
    let all = Row::new(
        "append, journal and sled",
        median(ours.clone()),
        median(floor.clone()),
    );
    table.push(all.note(rates));
    table
}

fn sqlite(path: &Path) -> rusqlite::Connection {
    let sqlite = rusqlite::Connection::open(path).expect("SQLite opens");
    sqlite
        .execute_batch(
            "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; CREATE TABLE log(seq INTEGER PRIMARY KEY, frame BLOB)",
        )
        .expect("a table");
    sqlite
}

/// An entry of some 350 bytes.
pub(crate) fn batch(nth: u64) -> Batch {
    let now = Now {
        wall: Wall(1_795_000_000_000),
        tick: Tick(nth),
    };
    let text = "word ".repeat(60 + usize::try_from(nth % 9).expect("small"));
    let event = Event::AssistantReplied(AssistantReplied {
        session: SessionId::parse("s").expect("an id"),
        offset: nth,
        turn: None,
        text: text.into(),
    });
    Batch::new(Seq(nth), now, vec![event])
}

fn frame(entry: &Envelope) -> Vec<u8> {
    codec::encode(Link::START, entry).expect("it fits").0
}

/// The floor: sled as the log would use it without a second copy.
struct Sled {
    db: sled::Db,
    tree: sled::Tree,
    file: File,
}

impl Sled {
    fn open(dir: &Path) -> Self {
        let config = sled::Config::new().path(dir).flush_every_ms(None);
        let db = config.cache_capacity(16 << 20).open().expect("sled opens");
        let tree = db.open_tree("log").expect("a tree");
        let file = File::open(dir.join("db")).expect("sled's file");
        Self { db, tree, file }
    }

    fn append(&self, nth: u64, frames: &[Vec<u8>]) -> Duration {
        let watch = Stopwatch::start();
        for frame in frames {
            let key = nth.to_be_bytes();
            self.tree.insert(key, frame.as_slice()).expect("inserted");
        }
        self.db.flush().expect("flushed");
        if cfg!(target_os = "linux") {
            self.file.sync_data().expect("synced");
        }
        watch.elapsed()
    }
}
