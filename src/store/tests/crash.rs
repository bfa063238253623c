//! Killed at any moment, or out of space: what was acknowledged is there.

use super::{SledLog, append, next, now, read, said};
use crate::store::reserve::Reserve;
use crate::store::{EventLog as _, StoreFault, verify};
use events::input::SourceState;
use events::{Batch, Event};
use std::fs::File;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

const STATE: &str = "CRASH_TEST_STATE";

/// Batches of very different sizes, told by their first position.
fn events(first: u64) -> Vec<Event> {
    let size = |nth: u64| match (first + nth) % 7 {
        0 => 900_000,
        1 | 2 => 9_000,
        _ => 300,
    };
    (0..=first % 4)
        .map(|nth| said(format!("{}:{}", first + nth, "x".repeat(size(nth)))))
        .collect()
}

/// Runs in a process of its own: appends and acknowledges until it is killed.
#[test]
#[ignore = "run by killed_at_any_moment"]
fn append_until_killed() {
    let state = told();
    let mut log = SledLog::open(&state).unwrap();
    let mut out = std::io::stdout();
    loop {
        let first = next(&log);
        append(&mut log, events(first.0));
        writeln!(out, "acknowledged {}", log.last().unwrap()).unwrap();
    }
}

/// The state directory that this process was started for.
#[expect(
    clippy::disallowed_methods,
    reason = "how the test tells its child where"
)]
pub(super) fn told() -> PathBuf {
    PathBuf::from(std::env::var_os(STATE).expect("run by another test"))
}

#[expect(
    clippy::disallowed_methods,
    reason = "the test kills a process of its own"
)]
pub(super) fn child(test: &str, state: &Path) -> Command {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command
        .args(["--exact", "--ignored", "--nocapture"])
        .arg(format!("store::tests::{test}"))
        .env(STATE, state)
        .stdout(Stdio::piped());
    command
}

/// Lets the writer acknowledge `count` times, kills it and says what it acknowledged last.
fn kill_after(state: &Path, count: usize) -> u64 {
    let mut child = child("crash::append_until_killed", state).spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let acknowledged = |line: String| Some(line.strip_prefix("acknowledged ")?.parse().unwrap());
    let mut last: Option<u64> = None;
    for _ in 0..count {
        last = lines
            .by_ref()
            .map(Result::unwrap)
            .find_map(acknowledged)
            .or(last);
    }
    child.kill().unwrap();
    child.wait().unwrap();
    // What it had still written before the kill counts as well.
    lines
        .map_while(Result::ok)
        .filter_map(acknowledged)
        .last()
        .or(last)
        .unwrap_or(0)
}

#[test]
fn killed_at_any_moment() {
    let dir = tempfile::tempdir().unwrap();
    for round in 0..20 {
        let acknowledged = kill_after(dir.path(), round * 3 % 11);
        let log = SledLog::open(dir.path()).unwrap();
        let last = log.last().map_or(0, |seq| seq.0);
        assert!(
            last >= acknowledged,
            "round {round}: {acknowledged} was lost, {last} is there"
        );
        let entries = read(&log, 1).unwrap();
        assert_eq!(entries.len() as u64, last);
        let mut first = 1;
        for envelope in &entries {
            let batch = events(first);
            let nth = envelope.seq.0 - first;
            assert!(envelope.event == batch[usize::try_from(nth).unwrap()]);
            if nth + 1 == batch.len() as u64 {
                first = envelope.seq.0 + 1;
            }
        }
        assert_eq!(first, last + 1, "round {round}: half a batch is there");
    }
}

/// Opens the log once, in a process of its own.
#[test]
#[ignore = "run by killed_while_it_recovers"]
fn open_once() {
    let state = told();
    drop(SledLog::open(&state).unwrap());
}

/// Recovery is killed later and later, until it is through once.
#[test]
fn killed_while_it_recovers() {
    let dir = tempfile::tempdir().unwrap();
    let mut log = SledLog::open(dir.path()).unwrap();
    for nth in 0..30 {
        append(
            &mut log,
            vec![said(format!("{nth} {}", "x".repeat(200_000)))],
        );
    }
    let before = read(&log, 1).unwrap();
    drop(log);
    let segment = dir.path().join("journal/00000000000000000001.frames");
    let mut bytes = std::fs::read(&segment).unwrap();
    bytes[100_000] ^= 1;
    std::fs::write(segment, bytes).unwrap();
    for round in 0_u32.. {
        let state = super::recovery::copied(dir.path());
        let mut child = child("crash::open_once", state.path()).spawn().unwrap();
        std::thread::sleep(Duration::from_millis(4) * round);
        let through = child.try_wait().unwrap().is_some();
        child.kill().unwrap();
        child.wait().unwrap();
        let log = SledLog::open(state.path()).unwrap();
        assert!(read(&log, 1).unwrap() == before, "round {round}");
        let kept = state.path().join("damaged/1/journal");
        assert!(kept.is_dir() && !state.path().join("rebuilt").exists());
        if through {
            return;
        }
    }
}

/// A file system of a few megabytes, or why there is none.
struct Tiny(tempfile::TempDir);

impl Tiny {
    #[expect(
        clippy::disallowed_methods,
        reason = "only a real small disk fills up really"
    )]
    fn mount(size: &str) -> Option<Self> {
        let dir = tempfile::tempdir().unwrap();
        let mounted = Command::new("mount")
            .args(["-t", "tmpfs", "-o", &format!("size={size}"), "tmpfs"])
            .arg(dir.path())
            .stderr(Stdio::null())
            .status();
        let mounted = mounted.is_ok_and(|status| status.success());
        if !mounted {
            println!("skipped: a small file system can only be mounted by root on Linux");
        }
        mounted.then_some(Self(dir))
    }

    /// Leaves no room at all.
    fn fill(&self) {
        let ballast = File::options()
            .append(true)
            .create(true)
            .open(self.ballast());
        let mut ballast = ballast.unwrap();
        for size in [1 << 20, 4096, 1] {
            while ballast.write_all(&vec![0; size]).is_ok() {}
        }
    }

    fn make_room(&self) {
        std::fs::remove_file(self.ballast()).unwrap();
    }

    fn ballast(&self) -> PathBuf {
        self.0.path().join("ballast")
    }
}

impl Drop for Tiny {
    #[expect(clippy::disallowed_methods, reason = "as above")]
    fn drop(&mut self) {
        let unmounted = Command::new("umount").arg(self.0.path()).status();
        assert!(unmounted.unwrap().success());
    }
}

#[test]
fn a_full_disk_is_named_and_loses_nothing() {
    let Some(disk) = Tiny::mount("16m") else {
        return;
    };
    let state = disk.0.path().join("state");
    let ballast = disk.0.path().join("ballast");
    let mut log = SledLog::open(&state).unwrap();
    std::fs::write(&ballast, vec![0; 10 << 20]).unwrap();
    let mut acknowledged = 0;
    let fault = loop {
        let first = next(&log);
        match log.append(Batch::new(
            first,
            now(first),
            vec![said("x".repeat(20_000))],
        )) {
            Ok(_) => acknowledged = first.0,
            Err(fault) => break fault,
        }
    };
    assert!(acknowledged > 10);
    assert!(matches!(fault, StoreFault::Full { .. }), "{fault}");
    assert!(fault.hint().contains("free space"));
    let first = next(&log);
    let closed = log.append(Batch::new(first, now(first), vec![said("y".into())]));
    assert_eq!(closed.unwrap_err(), StoreFault::Closed);
    drop(log);

    match SledLog::open(&state) {
        Ok(log) => assert!(log.last().is_some_and(|last| last.0 >= acknowledged)),
        Err(fault) => assert!(matches!(fault, StoreFault::Full { .. }), "{fault}"),
    }
    std::fs::remove_file(ballast).unwrap();
    let mut log = SledLog::open(&state).unwrap();
    assert!(read(&log, 1).unwrap().len() as u64 >= acknowledged);
    append(&mut log, vec![said("there is room again".into())]);
}

#[test]
fn the_reserve_records_once_more_and_is_taken_again() {
    let Some(disk) = Tiny::mount("40m") else {
        return;
    };
    let state = disk.0.path().join("state");
    let reserve = state.join("reserve");
    let mut log = SledLog::open(&state).unwrap();
    assert_eq!(log.tend(), Some(SourceState::Works));
    assert_eq!(log.tend(), None);
    append(&mut log, vec![said("there is room".into())]);
    disk.fill();
    for _ in 0..48 {
        append(&mut log, vec![said("full ".repeat(200))]);
    }
    assert!(!reserve.exists());
    assert!(matches!(log.tend(), Some(SourceState::Failed(_))));
    assert_eq!(log.tend(), None);
    disk.fill();
    let first = next(&log);
    let fault = log.append(Batch::new(
        first,
        now(first),
        vec![said("x".repeat(90_000))],
    ));
    assert!(matches!(fault, Err(StoreFault::Full { .. })));
    drop(log);
    disk.make_room();
    let mut log = SledLog::open(&state).unwrap();
    assert!(read(&log, 1).unwrap().len() >= 49);
    assert_eq!(log.tend(), Some(SourceState::Works));
    assert!(reserve.exists() && verify(&state).unwrap().is_whole());
}

#[test]
fn a_start_on_a_full_disk_uses_the_reserve() {
    let Some(disk) = Tiny::mount("40m") else {
        return;
    };
    let state = disk.0.path().join("state");
    let acknowledged = kill_after(&state, 5);
    disk.fill();
    let mut log = SledLog::open(&state).unwrap();
    assert!(log.last().is_some_and(|last| last.0 >= acknowledged));
    append(&mut log, vec![said("it is full".into())]);
    assert!(matches!(log.tend(), Some(SourceState::Failed(_))));
    disk.make_room();
    assert_eq!(log.tend(), Some(SourceState::Works));
}

#[test]
fn a_reserve_is_taken_only_where_four_times_its_size_is_free() {
    for (size, held) in [("15m", false), ("16m", true)] {
        let Some(disk) = Tiny::mount(size) else {
            return;
        };
        let reserve = Reserve::of(disk.0.path());
        assert_eq!(reserve.take(), held, "{size}");
        assert_eq!(reserve.is_held(), held, "{size}");
    }
}
