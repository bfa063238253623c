//! What the log promises, on disk and in memory.

mod beside;
mod compaction;
mod cost;
mod crash;
mod damage;
mod older;
mod parts;
mod recovery;
mod rewriting;
mod snapshots;
mod unreadable;

use super::memory::{Crash, Disk};
use super::{EventLog, MemoryLog, SledLog, StoreFault, holder, mark};
use events::event::AssistantReplied;
use events::{Batch, Envelope, Event, Now, Seq, SessionId, Tick, Wall, samples};
use std::path::Path;

fn next(log: &impl EventLog) -> Seq {
    log.last().map_or(Seq(1), Seq::next)
}

fn now(seq: Seq) -> Now {
    Now {
        wall: Wall(1_795_000_000_000),
        tick: Tick(seq.0),
    }
}

fn append(log: &mut impl EventLog, events: Vec<Event>) {
    let seq = next(log);
    let durable = log.append(Batch::new(seq, now(seq), events)).unwrap();
    assert_eq!(durable.batch().envelopes()[0].seq, seq);
}

fn said(text: String) -> Event {
    Event::AssistantReplied(AssistantReplied {
        session: SessionId::parse("s").unwrap(),
        offset: 0,
        turn: None,
        text: text.into(),
    })
}

fn read(log: &impl EventLog, from: u64) -> Result<Vec<Envelope>, StoreFault> {
    log.read(Seq(from)).collect()
}

/// A log of ten entries, each its own batch.
fn ten(state: &Path) -> Vec<Envelope> {
    let mut log = SledLog::open(state).unwrap();
    for nth in 0..10 {
        append(&mut log, vec![said(format!("reply {nth}"))]);
    }
    read(&log, 1).unwrap()
}

/// sled alone. It waits as [`SledLog`] does: other tests start children that hold our locks for a moment.
fn raw(state: &Path) -> sled::Db {
    loop {
        match sled::open(state.join("log")) {
            Err(sled::Error::Io(error)) if error.to_string().contains("acquire lock") => {
                std::thread::yield_now();
            }
            opened => return opened.unwrap(),
        }
    }
}

fn corrupt(fault: &StoreFault, what: &str) {
    assert!(
        matches!(fault, StoreFault::Corrupt { .. }) && fault.to_string().contains(what),
        "{fault}"
    );
}

#[test]
fn what_was_appended_is_there_in_the_next_process() {
    let dir = tempfile::tempdir().unwrap();
    let state = dir.path().join("state");
    let mut memory = MemoryLog::open(Disk::default()).unwrap();
    let mut log = SledLog::open(&state).unwrap();
    assert_eq!(log.last(), None);
    assert_eq!(read(&log, 1).unwrap(), []);
    for events in samples::events().chunks(3) {
        append(&mut log, events.to_vec());
        append(&mut memory, events.to_vec());
    }
    let before = read(&log, 1).unwrap();
    drop(log);

    let log = SledLog::open(&state).unwrap();
    assert_eq!(before.len(), samples::events().len());
    assert_eq!(read(&log, 1).unwrap(), before);
    assert_eq!(read(&log, 20).unwrap(), before[19..]);
    assert_eq!(read(&log, before.len() as u64 + 1).unwrap(), []);
    assert_eq!(read(&memory, 1).unwrap(), before);
    assert_eq!(log.last(), memory.last());
    assert_eq!(log.link(Seq(9)), memory.link(Seq(9)));
    assert_eq!(log.link(Seq(0)), Ok(None));
    assert_eq!(log.link(Seq(10_000)), Ok(None));
}

#[test]
fn entries_of_megabytes_are_kept_in_small_values() {
    let dir = tempfile::tempdir().unwrap();
    let large: String = (0..800_000_u32)
        .flat_map(|n| n.to_string().into_bytes())
        .map(char::from)
        .collect();
    let mut log = SledLog::open(dir.path()).unwrap();
    append(&mut log, vec![said("small".into())]);
    append(
        &mut log,
        vec![said(large.clone()), said("x".repeat(4096)), said(large)],
    );
    append(&mut log, vec![said("small again".into())]);
    let before = read(&log, 1).unwrap();
    drop(log);
    let log = SledLog::open(dir.path()).unwrap();
    assert!(read(&log, 1).unwrap() == before);
    assert!(read(&log, 3).unwrap() == before[2..]);
    let blobs = dir.path().join("log/blobs").read_dir().unwrap().count();
    assert_eq!(blobs, 0, "sled never flushes its blob files");
}

#[test]
fn a_batch_that_does_not_follow_is_refused_and_changes_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let mut log = SledLog::open(dir.path()).unwrap();
    append(&mut log, vec![said("one".into())]);
    for wrong in [0, 1, 3] {
        let fault = log
            .append(Batch::new(
                Seq(wrong),
                now(Seq(wrong)),
                vec![said("two".into())],
            ))
            .unwrap_err();
        let (expected, found) = (Seq(2), Seq(wrong));
        assert_eq!(fault, StoreFault::Misnumbered { expected, found });
    }
    let huge = Batch::new(Seq(2), now(Seq(2)), vec![said("x".repeat(17 << 20))]);
    assert!(matches!(log.append(huge), Err(StoreFault::TooLarge(_))));
    append(&mut log, vec![said("two".into())]);
    assert_eq!(read(&log, 1).unwrap().len(), 2);
}

#[test]
fn a_second_opener_is_told_who_holds_the_log() {
    let dir = tempfile::tempdir().unwrap();
    let log = SledLog::open(dir.path()).unwrap();
    let fault = SledLog::open(dir.path()).unwrap_err();
    let pid = Some(std::process::id());
    assert_eq!(fault, StoreFault::Locked { pid });
    drop(log);
    SledLog::open(dir.path()).unwrap();
}

#[test]
fn an_opener_of_the_files_without_our_lock_is_noticed_too() {
    let dir = tempfile::tempdir().unwrap();
    drop(SledLog::open(dir.path()).unwrap());
    let _other = raw(dir.path());
    let fault = SledLog::open(dir.path()).unwrap_err();
    assert_eq!(fault, StoreFault::Locked { pid: None });
}

#[test]
fn the_state_directory_is_closed_to_others() {
    use std::os::unix::fs::PermissionsExt as _;
    let dir = tempfile::tempdir().unwrap();
    let state = dir.path().join("state");
    std::fs::create_dir(&state).unwrap();
    std::fs::set_permissions(&state, std::fs::Permissions::from_mode(0o755)).unwrap();
    ten(&state);
    let mode = |path: &str| state.join(path).metadata().unwrap().permissions().mode() & 0o777;
    assert_eq!([mode(""), mode("log")], [0o700; 2]);
    assert_eq!(
        [
            mode("log/db"),
            mode("log/conf"),
            mode("log.mark"),
            mode("daemon.lock")
        ],
        [0o600; 4]
    );
}

/// A log in memory whose second append did not return.
fn interrupted() -> MemoryLog {
    let mut log = MemoryLog::open(Disk::default()).unwrap();
    append(&mut log, vec![said("one".into()), said("two".into())]);
    let doing = "appending to the log";
    log.fail_next(StoreFault::Full { doing });
    let batch = || {
        Batch::new(
            Seq(3),
            now(Seq(3)),
            vec![said("three".into()), said("four".into())],
        )
    };
    assert_eq!(log.append(batch()).unwrap_err(), StoreFault::Full { doing });
    assert_eq!(log.append(batch()).unwrap_err(), StoreFault::Closed);
    log
}

#[test]
fn in_memory_a_crash_keeps_drops_or_tears_only_what_was_not_acknowledged() {
    let last = |how| MemoryLog::open(interrupted().crash(how)).map(|log| log.last());
    assert_eq!(last(Crash::Keep), Ok(Some(Seq(4))));
    assert_eq!(last(Crash::Drop), Ok(Some(Seq(2))));
    corrupt(&last(Crash::Tear).unwrap_err(), "entry 4");
    corrupt(&last(Crash::Flip).unwrap_err(), "entry 4");
}

#[test]
fn who_holds_the_log_is_known_while_it_is_held() {
    let dir = tempfile::tempdir().unwrap();
    assert_eq!(holder(dir.path()), None);
    let log = SledLog::open(dir.path()).unwrap();
    assert_eq!(holder(dir.path()), Some(Some(std::process::id())));
    assert_eq!(mark::Mark::read(dir.path()).unwrap().closed, None);
    drop(log);
    // A child of another test may still hold what this process had open.
    while holder(dir.path()).is_some() {
        std::thread::yield_now();
    }
    let closed = mark::Mark::read(dir.path()).unwrap().closed;
    assert!(closed.is_some(), "the next start need not read it all");
}

#[test]
fn a_start_closes_what_stands_open_to_others() {
    use std::os::unix::fs::{PermissionsExt as _, symlink};
    let dir = tempfile::tempdir().unwrap();
    let state = dir.path().join("state");
    ten(&state);
    let outside = dir.path().join("outside");
    std::fs::write(&outside, "not ours").unwrap();
    let open = |path: &Path, mode| {
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
    };
    let mode = |path: &Path| path.metadata().unwrap().permissions().mode() & 0o777;
    symlink(&outside, state.join("link")).unwrap();
    open(&outside, 0o644);
    open(&state, 0o755);
    open(&state.join("log"), 0o755);
    open(&state.join("log/db"), 0o664);
    std::fs::create_dir_all(state.join("damaged/1")).unwrap();
    std::fs::write(state.join("damaged/1/db"), "").unwrap();
    open(&state.join("damaged/1/db"), 0o604);
    drop(SledLog::open(&state).unwrap());
    assert_eq!(mode(&state), 0o700);
    assert_eq!(mode(&state.join("log")), 0o700);
    assert_eq!(mode(&state.join("log/db")), 0o600);
    assert_eq!(mode(&state.join("damaged/1/db")), 0o600);
    assert_eq!(mode(&outside), 0o644, "a link leads out and is left alone");
}
