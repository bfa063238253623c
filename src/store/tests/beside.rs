//! What stands beside the two copies: copying sled's files, its errors, the reserve, the log in memory.

use super::{append, corrupt, now, said};
use crate::store::copy::{copy, forget};
use crate::store::memory::{Crash, Disk};
use crate::store::reader::guarded;
use crate::store::reserve::{Reserve, SIZE};
use crate::store::{EventLog as _, MemoryLog, StoreFault};
use events::{Batch, Seq};
use std::fs::{self, File};
use std::io;
use tempfile::tempdir;

#[test]
fn what_sled_meets_is_damage_or_the_systems_refusal_or_somebody_elses_lock() {
    let met = |kind, text: &'static str| {
        let error = sled::Error::Io(io::Error::new(kind, text));
        guarded("reading", move || Err::<(), _>(error)).unwrap_err()
    };
    for kind in [
        io::ErrorKind::UnexpectedEof,
        io::ErrorKind::InvalidData,
        io::ErrorKind::InvalidInput,
        io::ErrorKind::NotFound,
    ] {
        corrupt(&met(kind, "no"), "reading: no");
    }
    let refused = met(io::ErrorKind::PermissionDenied, "no");
    assert!(matches!(refused, StoreFault::Io { .. }), "{refused}");
    let locked = met(io::ErrorKind::Other, "could not acquire lock on x");
    assert_eq!(locked, StoreFault::Locked { pid: None });
    let full = met(io::ErrorKind::StorageFull, "no");
    assert_eq!(full, StoreFault::Full { doing: "reading" });
}

#[test]
fn of_sleds_files_those_are_copied_that_are_whole_and_wanted() {
    let dir = tempdir().unwrap();
    let from = dir.path().join("from");
    fs::create_dir_all(from.join("blobs")).unwrap();
    for name in ["conf", "db", "snap.1", "snap.2.generating"] {
        fs::write(from.join(name), name).unwrap();
    }
    for (snapshots, wanted) in [(true, &["conf", "db", "snap.1"][..]), (false, &["db"])] {
        let to = dir.path().join("to");
        copy(&from, &to, snapshots).unwrap();
        let found = to
            .read_dir()
            .unwrap()
            .map(|entry| entry.unwrap().file_name());
        let mut found: Vec<_> = found.collect();
        found.sort();
        assert_eq!(found, wanted);
        forget(&to).unwrap();
        forget(&to).unwrap();
    }
    let file = from.join("db").join("below a file");
    assert!(forget(&file).is_err(), "what cannot be removed is told");
}

#[test]
fn the_reserve_is_held_when_it_has_its_size() {
    let dir = tempdir().unwrap();
    let reserve = Reserve::of(dir.path());
    assert!(!reserve.is_held());
    let file = File::create(dir.path().join("reserve")).unwrap();
    file.set_len(SIZE - 1).unwrap();
    assert!(!reserve.is_held());
    file.set_len(SIZE).unwrap();
    assert!(reserve.is_held());
}

/// What the disk in memory holds when the process dies while it appends `text`.
fn died(text: &str, how: Crash) -> Disk {
    let mut log = MemoryLog::open(Disk::default()).unwrap();
    append(&mut log, vec![said("before".into())]);
    log.fail_next(StoreFault::Full { doing: "appending" });
    let batch = Batch::new(Seq(2), now(Seq(2)), vec![said(text.into())]);
    log.append(batch).unwrap_err();
    log.crash(how)
}

#[test]
fn a_crash_in_memory_keeps_drops_tears_or_flips_what_was_being_written() {
    for text in ["a", "bc", "def", "ghij", "klmno", "pqrstu"] {
        let whole = died(text, Crash::Keep).entries_mut()[1].clone();
        assert_eq!(died(text, Crash::Drop).entries_mut().len(), 1);
        let torn = died(text, Crash::Tear).entries_mut()[1].clone();
        assert_eq!(torn, whole[..whole.len() / 2]);
        let flipped = died(text, Crash::Flip).entries_mut()[1].clone();
        let middle = whole.len() / 2;
        let mut expected = whole;
        expected[middle] ^= 1;
        assert_eq!(flipped, expected);
        for how in [Crash::Tear, Crash::Flip] {
            MemoryLog::open(died(text, how)).unwrap_err();
        }
    }
    let mut disk = died("text", Crash::Keep);
    disk.entries_mut().remove(0);
    corrupt(
        &MemoryLog::open(disk).unwrap_err(),
        "entry 2 does not follow",
    );
}

#[test]
fn the_holder_of_the_log_is_named_where_it_is_known() {
    let held = |pid| StoreFault::Locked { pid }.to_string();
    assert_eq!(held(None), "the log is held by another process");
    assert_eq!(held(Some(7)), held(None) + " (process 7)");
}
