//! Snapshots are a cache: the right one is found, every wrong one is passed over.

use super::{Disk, MemoryLog, append, said};
use crate::store::snapshot::Snapshot;
use crate::store::{EventLog as _, Snapshots};
use events::Seq;
use std::fs;
use std::path::Path;

fn log(word: &str) -> MemoryLog {
    let mut log = MemoryLog::open(Disk::default()).unwrap();
    for nth in 0..9 {
        append(&mut log, vec![said(format!("{word} {nth}"))]);
    }
    log
}

fn save(state: &Path, version: &str, log: &MemoryLog, seq: u64) {
    let link = log.link(Seq(seq)).unwrap().unwrap();
    let bytes = format!("state after {seq}");
    Snapshots::new(state, version)
        .save(Seq(seq), link, bytes.as_bytes())
        .unwrap();
}

fn found(state: &Path, version: &str, log: &MemoryLog) -> Option<u64> {
    let Snapshot { seq, bytes } = Snapshots::new(state, version).load(log).unwrap()?;
    assert_eq!(bytes, format!("state after {seq}").as_bytes());
    Some(seq.0)
}

#[test]
fn the_newest_is_found_and_two_are_kept() {
    let dir = tempfile::tempdir().unwrap();
    let log = log("reply");
    assert_eq!(found(dir.path(), "1", &log), None);
    for seq in [2, 4, 6] {
        save(dir.path(), "1", &log, seq);
        assert_eq!(found(dir.path(), "1", &log), Some(seq));
    }
    assert_eq!(dir.path().join("snapshots").read_dir().unwrap().count(), 2);
}

#[test]
fn other_versions_other_logs_and_damage_are_passed_over() {
    let dir = tempfile::tempdir().unwrap();
    let (ours, other) = (log("reply"), log("other"));
    save(dir.path(), "1", &ours, 4);
    save(dir.path(), "1", &ours, 6);
    assert_eq!(found(dir.path(), "2", &ours), None);
    assert_eq!(found(dir.path(), "1", &other), None);
    let newest = dir.path().join("snapshots/snap-00000000000000000006.bin");
    let good = fs::read(&newest).unwrap();
    for at in 0..good.len() {
        let mut bad = good.clone();
        bad[at] ^= 4;
        fs::write(&newest, bad).unwrap();
        assert_eq!(found(dir.path(), "1", &ours), Some(4), "byte {at}");
        fs::write(&newest, &good[..at]).unwrap();
        assert_eq!(found(dir.path(), "1", &ours), Some(4), "cut at {at}");
    }
}

#[test]
fn only_snapshots_are_removed_and_what_cannot_be_read_is_passed_over() {
    let dir = tempfile::tempdir().unwrap();
    let log = log("reply");
    save(dir.path(), "1", &log, 2);
    let others = ["notes.bin", "snap-1.tmp"].map(|name| dir.path().join("snapshots").join(name));
    for other in &others {
        fs::write(other, "").unwrap();
    }
    for seq in [4, 6] {
        save(dir.path(), "1", &log, seq);
    }
    assert!(others.iter().all(|other| other.exists()));
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("snapshots"), "no directory").unwrap();
    let snapshots = Snapshots::new(dir.path(), "1");
    assert_eq!(snapshots.load(&log), Ok(None));
}

#[test]
fn a_snapshot_that_is_ahead_of_the_log_is_passed_over() {
    let dir = tempfile::tempdir().unwrap();
    save(dir.path(), "1", &log("reply"), 6);
    let mut short = MemoryLog::open(Disk::default()).unwrap();
    append(&mut short, vec![said("reply 0".into())]);
    assert_eq!(found(dir.path(), "1", &short), None);
}

#[test]
fn one_that_cannot_be_read_is_passed_over() {
    let dir = tempfile::tempdir().unwrap();
    let log = log("reply");
    save(dir.path(), "1", &log, 4);
    // A folder in its place reads for nobody, whatever rights they have.
    fs::create_dir(dir.path().join(format!("snapshots/snap-{:020}.bin", 6))).unwrap();
    assert_eq!(found(dir.path(), "1", &log), Some(4));
    fs::remove_dir_all(dir.path().join("snapshots")).unwrap();
    fs::write(dir.path().join("snapshots"), "no folder").unwrap();
    assert_eq!(found(dir.path(), "1", &log), None);
}
