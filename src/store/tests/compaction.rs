//! A log made shorter: nothing of it is lost, whatever happens meanwhile.

use super::crash::{child, told};
use super::recovery::copied;
use super::{SledLog, append, corrupt, read, said};
use crate::store::{
    Compacted, EventLog as _, Follow, Import, Snapshots, StoreFault, archives, compact, look,
    shorten, sizes, swap, verify,
};
use events::{Batch, Envelope, Now, Seq, Tick, Wall};
use std::fs;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

/// A log of 1,500 entries, one a millisecond, as large as some weeks of use.
pub(super) fn lived(state: &Path) -> Vec<Envelope> {
    let mut log = SledLog::open(state).unwrap();
    for first in (1..=1_500).step_by(100) {
        let seq = Seq(first);
        let wall = Wall(i64::try_from(first).unwrap());
        let now = Now {
            wall,
            tick: Tick(first),
        };
        let events = (0..100).map(|nth| said(format!("reply {}", first + nth).repeat(20)));
        let _ = log.append(Batch::new(seq, now, events.collect())).unwrap();
    }
    read(&log, 1).unwrap()
}

pub(super) fn looked(state: &Path) -> Vec<Envelope> {
    let mut entries = Vec::new();
    look(state, |entry, _| {
        entries.push(entry);
        ControlFlow::Continue(())
    })
    .unwrap();
    entries
}

/// Everything is there, for whoever holds the log and for whoever looks beside it.
fn whole(state: &Path, before: &[Envelope]) {
    let log = SledLog::open(state).unwrap();
    assert!(read(&log, 1).unwrap() == before);
    assert!(read(&log, 901).unwrap() == before[900..]);
    assert!(read(&log, 1_200).unwrap() == before[1_199..]);
    drop(log);
    assert!(looked(state) == before);
    let verified = verify(state).unwrap();
    assert!(verified.is_whole(), "{verified:?}");
}

fn archive(state: &Path) -> PathBuf {
    let mut files = fs::read_dir(state.join("history")).unwrap();
    files.next().unwrap().unwrap().path()
}

#[test]
fn both_copies_shrink_and_nothing_is_lost() {
    let dir = tempfile::tempdir().unwrap();
    let state = dir.path();
    let before = lived(state);
    let snapshots = Snapshots::new(state, "1");
    let link = SledLog::open(state).unwrap().link(Seq(1_500)).unwrap();
    snapshots.save(Seq(1_500), link.unwrap(), b"state").unwrap();
    let mut follow = Follow::of(state);
    let mut followed = Vec::new();
    follow.further(&mut |entry| followed.push(entry)).unwrap();
    let (sled, journal) = sizes(state).unwrap();

    assert_eq!(compact(state, Wall(0), 1), Ok(Compacted::Nothing));
    assert_eq!(compact(state, Wall(901), 5_000), Ok(Compacted::Nothing));
    assert_eq!(compact(state, Wall(901), 1), Ok(Compacted::Done(Seq(900))));
    let (sled_now, journal_now) = sizes(state).unwrap();
    assert!(sled_now * 2 < sled, "{sled_now} of {sled}");
    assert!(journal_now * 2 < journal, "{journal_now} of {journal}");
    assert!(!state.join("damaged").exists() && !state.join("rebuilt").exists());
    whole(state, &before);
    let verified = verify(state).unwrap();
    assert_eq!(
        (verified.sled.entries, verified.journal.entries),
        (600, 600)
    );
    assert_eq!(verified.history.unwrap().entries, 900);
    let mut log = SledLog::open(state).unwrap();
    assert_eq!(snapshots.load(&log).unwrap().unwrap().seq, Seq(1_500));

    // It goes on, and so does whoever follows it, and it is made shorter again.
    append(&mut log, vec![said("more".into())]);
    let before = read(&log, 1).unwrap();
    assert_eq!(compact(state, Wall(1_401), 1), {
        let holder = Some(std::process::id());
        Ok(Compacted::Packed {
            last: Seq(1_400),
            holder,
        })
    });
    assert!(looked(state) == before);
    drop(log);
    assert_eq!(
        compact(state, Wall(1_401), 1),
        Ok(Compacted::Done(Seq(1_400)))
    );
    whole(state, &before);
    assert_eq!(verify(state).unwrap().sled.entries, 101);
    follow.further(&mut |entry| followed.push(entry)).unwrap();
    assert!(followed == before);

    // Even if everything is old, the newest batch stays.
    assert_eq!(
        compact(state, Wall(i64::MAX), 1),
        Ok(Compacted::Done(Seq(1_500)))
    );
    whole(state, &before);
}

#[test]
fn a_shortened_log_comes_back_from_one_copy_and_names_what_is_missing() {
    let dir = tempfile::tempdir().unwrap();
    let before = lived(dir.path());
    compact(dir.path(), Wall(901), 1).unwrap();
    for lost in ["log", "journal", "log.mark"] {
        let state = copied(dir.path());
        let path = state.path().join(lost);
        if path.is_dir() {
            fs::remove_dir_all(path).unwrap();
        } else {
            fs::remove_file(path).unwrap();
        }
        whole(state.path(), &before);
    }
    let state = copied(dir.path());
    fs::remove_file(archive(state.path())).unwrap();
    let fault = SledLog::open(state.path()).map(drop).unwrap_err();
    corrupt(&fault, "entries 1 to 900");
    assert!(state.path().join("log").exists(), "nothing is changed");
    fs::copy(
        archive(dir.path()),
        state
            .path()
            .join("history")
            .join(archive(dir.path()).file_name().unwrap()),
    )
    .unwrap();
    whole(state.path(), &before);
}

#[test]
fn a_flipped_byte_of_packed_history_is_detected() {
    let dir = tempfile::tempdir().unwrap();
    lived(dir.path());
    compact(dir.path(), Wall(201), 1).unwrap();
    let path = archive(dir.path());
    let bytes = fs::read(&path).unwrap();
    for at in (0..bytes.len()).step_by(bytes.len() / 60 + 1) {
        let mut flipped = bytes.clone();
        flipped[at] ^= 1 << (at % 8);
        fs::write(&path, flipped).unwrap();
        let verified = verify(dir.path()).unwrap();
        assert!(!verified.is_whole(), "byte {at} of {}", bytes.len());
        let log = SledLog::open(dir.path()).unwrap();
        assert!(read(&log, 1).is_err(), "byte {at}");
    }
}

/// Compacts once, in a process of its own.
#[test]
#[ignore = "run by killed_while_it_is_made_shorter"]
fn compact_once() {
    let state = told();
    compact(&state, Wall(901), 1).unwrap();
}

/// It is killed later and later, until it is through once.
#[test]
fn killed_while_it_is_made_shorter() {
    let whole_log = tempfile::tempdir().unwrap();
    let before = lived(whole_log.path());
    let (mut pause, mut killed) = (std::time::Duration::from_millis(2), 0);
    loop {
        let dir = copied(whole_log.path());
        let mut child = child("compaction::compact_once", dir.path())
            .spawn()
            .unwrap();
        std::thread::sleep(pause);
        let ended = child.try_wait().unwrap();
        child.kill().unwrap();
        child.wait().unwrap();
        whole(dir.path(), &before);
        compact(dir.path(), Wall(901), 1).unwrap();
        whole(dir.path(), &before);
        if ended.is_some_and(|status| status.success()) {
            break;
        }
        killed += 1;
        pause = pause * 5 / 4;
    }
    assert!(killed > 0);
}

/// After each of the renames that put the shorter log in its place.
#[test]
fn every_step_of_the_change_may_be_the_last() {
    let dir = tempfile::tempdir().unwrap();
    let before = lived(dir.path());
    let holder = SledLog::open(dir.path()).unwrap();
    compact(dir.path(), Wall(901), 1).unwrap();
    drop(holder);
    let mut steps = 0;
    loop {
        let state = copied(dir.path());
        shorten::prepare(state.path(), archives::newest(state.path()).unwrap()).unwrap();
        for _ in 0..steps {
            let Some((from, to)) = swap::next(state.path()).unwrap() else {
                assert!(steps >= 6, "{steps}");
                return;
            };
            fs::rename(from, to).unwrap();
        }
        whole(state.path(), &before);
        assert_eq!(verify(state.path()).unwrap().sled.entries, 600);
        steps += 1;
    }
}

#[test]
fn an_archive_of_another_log_is_left_alone() {
    let (one, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    lived(one.path());
    compact(one.path(), Wall(901), 1).unwrap();
    let mut log = SledLog::open(other.path()).unwrap();
    for nth in 0..1_000 {
        append(&mut log, vec![said(format!("other {nth}"))]);
    }
    let before = read(&log, 1).unwrap();
    drop(log);
    fs::create_dir(other.path().join("history")).unwrap();
    let name = archive(one.path()).file_name().unwrap().to_owned();
    fs::copy(archive(one.path()), other.path().join("history").join(name)).unwrap();
    let log = SledLog::open(other.path()).unwrap();
    assert!(read(&log, 1).unwrap() == before);
    drop(log);
    assert!(looked(other.path()) == before);
    assert!(matches!(
        Import::into(other.path()).err(),
        Some(StoreFault::NotEmpty { .. })
    ));
}
