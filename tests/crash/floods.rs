//! Ten thousand rows and ten thousand hand-overs, all there at once: each is
//! accounted for once, in bounded memory, and then all goes on as before.

use std::collections::BTreeSet;
use std::fs;
use std::time::Instant;

use control_plane::demo::messages::Row;
use control_plane::hand_over;
use control_plane::ingress::hand_over_frame::{self, HandOver};
use events::Wall;

use crate::load::{mark, payload};
use crate::log::{Log, assert_replays};
use crate::messages::attention;
use crate::running::Running;
use crate::tools::{now, wait_for};
use crate::truth::{check, delivered};
use crate::world::{OWNER, World};

const MANY: u64 = 10_000;
/// What is printed of every event would be what is measured; no session begins; and no
/// text waits for an hour to pass.
const SETTINGS: &[(&str, &str)] = &[
    ("CODEX_IMESSAGE_TRACE", "off"),
    ("CODEX_IMESSAGE_ENABLE_NEW_SESSION", "0"),
    ("CODEX_IMESSAGE_MAX_PER_HOUR", "100000"),
];
/// MiB of memory at most.
#[cfg(target_os = "linux")]
const MOST: u64 = 256;

#[test]
fn ten_thousand_rows_and_hand_overs_at_once_are_all_accounted_for() {
    let world = World::in_memory();
    Running::up(&world, &[]).stop();
    let rows = rows(&world);
    let marks = hand_overs(&world);
    let began = Instant::now();
    let running = Running::start(&world, SETTINGS);
    wait_for("every hand-over", || (world.waiting() == 0).then_some(()));
    let decided = || {
        let log = Log::of(&world);
        (log.inbound().len() >= rows.len()).then_some(log)
    };
    let log = wait_for("every row", decided);
    let took = began.elapsed();
    let decided = log.inbound();
    assert_eq!(decided.len(), rows.len());
    let decided: BTreeSet<_> = decided.into_iter().map(str::to_owned).collect();
    assert!(decided == rows, "another row was decided on");
    let told = log
        .all("NotifyReceived")
        .map(|event| &event["told"]["Ok"]["turn"]);
    let told: Vec<_> = told.map(|turn| turn.as_str().unwrap().to_owned()).collect();
    assert_eq!(told.len(), marks.len());
    assert!(told.into_iter().collect::<BTreeSet<_>>() == marks);
    attention(&world, "still there");
    wait_for("the next text", || {
        let texts = delivered(&world);
        texts
            .iter()
            .any(|text| text.contains("still there"))
            .then_some(())
    });
    let memory = memory(&running);
    eprintln!(
        "{MANY} rows and {MANY} hand-overs in {:.0} s, at most {memory} MiB",
        took.as_secs_f32()
    );
    #[cfg(target_os = "linux")]
    assert!(memory < MOST, "{memory} MiB");
    running.stop();
    check(&world, &[]);
    assert_replays(&world);
}

/// Every tenth is the owner's, all others a stranger's.
fn rows(world: &World) -> BTreeSet<String> {
    let mut messages = world.messages();
    messages
        .db()
        .pragma_update(None, "synchronous", "OFF")
        .unwrap();
    let Wall(at) = now();
    let row = |nth: u64| {
        let sender = if nth.is_multiple_of(10) {
            OWNER
        } else {
            "+15555550199"
        };
        let date = Wall(at + i64::try_from(nth).unwrap());
        messages
            .insert(&Row::from(sender, &format!("row {nth}"), date))
            .unwrap()
    };
    (0..MANY).map(row).collect()
}

/// As `notify` leaves them, but for the flush of each.
fn hand_overs(world: &World) -> BTreeSet<String> {
    let inbox = world.state().join("inbox/new");
    fs::create_dir_all(&inbox).unwrap();
    let marks: BTreeSet<_> = (0..MANY).map(|nth| mark(0, nth)).collect();
    for (nth, mark) in marks.iter().enumerate() {
        let notify = hand_over::notify(payload(mark).as_bytes()).unwrap();
        let frame = hand_over_frame::encode(&HandOver::Notify(notify)).unwrap();
        fs::write(inbox.join(format!("{nth:08}")), frame).unwrap();
    }
    marks
}

/// The most that it ever used, in MiB; where the system does not say, nothing.
fn memory(running: &Running) -> u64 {
    let status = fs::read_to_string(format!("/proc/{}/status", running.pid())).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kib = line.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok());
    kib.unwrap_or(0) / 1024
}
