//! A damaged, foreign or newer log is refused with a sentence; nothing acknowledged is lost in silence.

use super::{SledLog, StoreFault, append, corrupt, read, said, ten};
use crate::store::EventLog as _;
use events::{Envelope, Link, Seq, codec};
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use tempfile::tempdir;

/// Changes the log behind our back, and what it says when it is opened and read after that.
fn tampered(state: &Path, change: impl FnOnce(&sled::Tree)) -> StoreFault {
    let db = super::raw(state);
    change(&db.open_tree("log").unwrap());
    drop(db);
    opened(state).unwrap_err()
}

fn opened(state: &Path) -> Result<Vec<Envelope>, StoreFault> {
    read(&SledLog::open(state)?, 1)
}

fn key(seq: u64) -> [u8; 8] {
    seq.to_be_bytes()
}

#[test]
fn a_lost_tail_is_noticed() {
    let dir = tempdir().unwrap();
    ten(dir.path());
    let fault = tampered(dir.path(), |tree| {
        tree.remove(key(10)).unwrap();
    });
    corrupt(
        &fault,
        "it ends at entry 9, but entry 10 had been acknowledged",
    );
    corrupt(&opened(dir.path()).unwrap_err(), "entry 10");
}

#[test]
fn a_lost_log_is_noticed() {
    let dir = tempdir().unwrap();
    ten(dir.path());
    fs::remove_dir_all(dir.path().join("log")).unwrap();
    corrupt(&opened(dir.path()).unwrap_err(), "it ends at entry 0");
}

#[test]
fn a_gap_is_noticed() {
    let dir = tempdir().unwrap();
    ten(dir.path());
    let fault = tampered(dir.path(), |tree| {
        tree.remove(key(4)).unwrap();
    });
    corrupt(&fault, "entry 4 is missing");
}

#[test]
fn entries_in_other_places_are_noticed() {
    let dir = tempdir().unwrap();
    ten(dir.path());
    let fault = tampered(dir.path(), |tree| {
        let seventh = tree.get(key(7)).unwrap().unwrap();
        tree.insert(key(5), seventh).unwrap();
    });
    corrupt(&fault, "does not follow");
}

#[test]
fn a_missing_or_surplus_part_is_noticed() {
    let large = || said("x".repeat(10_000));
    let part = |n: u32| [key(11).as_slice(), &n.to_be_bytes()].concat();
    for n in [1, 2] {
        let dir = tempdir().unwrap();
        ten(dir.path());
        append(
            &mut SledLog::open(dir.path()).unwrap(),
            vec![large(), said("y".into())],
        );
        let fault = tampered(dir.path(), |tree| {
            assert!(tree.remove(part(n)).unwrap().is_some());
        });
        corrupt(&fault, "entry 11: one of its parts is missing");
    }
    let dir = tempdir().unwrap();
    ten(dir.path());
    append(
        &mut SledLog::open(dir.path()).unwrap(),
        vec![large(), said("y".into())],
    );
    let fault = tampered(dir.path(), |tree| {
        assert!(tree.insert(part(3), b"more").unwrap().is_none());
    });
    corrupt(&fault, "a part stands without its entry");
}

#[test]
fn a_log_of_a_newer_version_is_refused_by_name() {
    let dir = tempdir().unwrap();
    let entries = ten(dir.path());
    let fault = tampered(dir.path(), |tree| {
        let link = SledLog::link(&SledLog::open(&dir.path().join("scratch")).unwrap(), Seq(1));
        assert_eq!(link, Ok(None));
        let next = Envelope {
            seq: Seq(11),
            ..entries[9].clone()
        };
        let (mut frame, _) = codec::encode(Link::START, &next).unwrap();
        frame[2..4].copy_from_slice(&999_u16.to_be_bytes());
        let mut crc = crc32fast::Hasher::new();
        crc.update(&frame[..48]);
        crc.update(&frame[52..]);
        frame[48..52].copy_from_slice(&crc.finalize().to_be_bytes());
        tree.insert(key(11), frame).unwrap();
    });
    assert_eq!(
        fault.to_string(),
        "entry 11 was written by a newer version of this program (kind 999 is not known here); nothing was changed"
    );
    assert_eq!(fault.hint(), "install the newest version of this program");
}

#[test]
fn a_mark_that_cannot_be_read_is_reported_and_a_missing_one_made_again() {
    let dir = tempdir().unwrap();
    let before = ten(dir.path());
    let mark = dir.path().join("log.mark");
    let good = fs::read(&mark).unwrap();
    for bad in [&b""[..], &good[..7], &[0; 32], &[0; 33]] {
        fs::write(&mark, bad).unwrap();
        corrupt(&opened(dir.path()).unwrap_err(), "log.mark is unreadable");
        assert_eq!(fs::read(&mark).unwrap(), bad);
    }
    fs::remove_file(&mark).unwrap();
    assert_eq!(opened(dir.path()), Ok(before));
    assert_eq!(fs::read(&mark).unwrap()[..12], good[..12]);
}

#[test]
fn the_mark_of_another_log_is_noticed() {
    let (one, other) = (tempdir().unwrap(), tempdir().unwrap());
    ten(one.path());
    append(
        &mut SledLog::open(other.path()).unwrap(),
        vec![said("other".into())],
    );
    fs::copy(other.path().join("log.mark"), one.path().join("log.mark")).unwrap();
    corrupt(
        &opened(one.path()).unwrap_err(),
        "entry 1 is not the one that log.mark names",
    );
}

#[test]
fn leftovers_of_a_crash_while_sled_wrote_its_snapshot_do_no_harm() {
    let dir = tempdir().unwrap();
    let before = ten(dir.path());
    let stray = dir.path().join("log/snap.00000000FFFFFFFF.generating");
    fs::write(&stray, b"").unwrap();
    assert!(
        sled::open(dir.path().join("log")).is_err(),
        "sled has learned to do this itself"
    );
    assert_eq!(opened(dir.path()), Ok(before));
    assert!(!stray.exists());
}

/// Everything in sled's directory.
fn files(state: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let entries = fs::read_dir(state.join("log")).unwrap();
    entries
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.is_file())
        .map(|path| (path.clone(), fs::read(path).unwrap()))
        .collect()
}

#[test]
fn a_log_damaged_while_it_was_closed_stays_as_it_was_found() {
    let dir = tempdir().unwrap();
    ten(dir.path());
    let db = dir.path().join("log/db");
    let mut bytes = fs::read(&db).unwrap();
    let half = bytes.len() / 2;
    bytes[half] ^= 1;
    fs::write(&db, bytes).unwrap();
    let found = files(dir.path());
    assert!(matches!(
        opened(dir.path()),
        Err(StoreFault::Corrupt { .. })
    ));
    assert!(files(dir.path()) == found);
    assert!(!dir.path().join("log.check").exists());
}

/// Copies the files of an open log: what a kill leaves behind.
fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to.join("log/blobs")).unwrap();
    fs::copy(from.join("log.mark"), to.join("log.mark")).unwrap();
    for name in ["db", "conf"] {
        fs::copy(from.join("log").join(name), to.join("log").join(name)).unwrap();
    }
}

#[test]
fn flipped_bits_and_cut_ends_never_lose_entries_in_silence() {
    let dir = tempdir().unwrap();
    let mut log = SledLog::open(dir.path()).unwrap();
    for nth in 0..400_u32 {
        append(
            &mut log,
            vec![said(format!("reply {nth} {}", "word ".repeat(300)))],
        );
    }
    let before = read(&log, 1).unwrap();
    let length = fs::metadata(dir.path().join("log/db")).unwrap().len();
    let length = usize::try_from(length).unwrap();
    let (mut whole, mut refused) = (0, 0);
    let mut expect_no_silence = |damage: &dyn Fn(&mut Vec<u8>)| {
        let broken = tempdir().unwrap();
        copy(dir.path(), broken.path());
        let db = broken.path().join("log/db");
        let mut bytes = fs::read(&db).unwrap();
        damage(&mut bytes);
        fs::write(&db, bytes).unwrap();
        let found = files(broken.path());
        match opened(broken.path()) {
            Ok(entries) => {
                assert!(entries == before, "entries were lost or changed in silence");
                whole += 1;
            }
            Err(StoreFault::Corrupt { .. }) => {
                refused += 1;
                assert!(files(broken.path()) == found, "the evidence was touched");
            }
            Err(fault) => panic!("{fault}"),
        }
    };
    expect_no_silence(&|_| ());
    for nth in 0..60_usize {
        let bit = nth.wrapping_mul(2_654_435_761) % (length * 8);
        expect_no_silence(&|bytes| bytes[bit / 8] ^= 1 << (bit % 8));
    }
    for cut in [1, 100, 5_000, 60_000] {
        expect_no_silence(&|bytes| bytes.truncate(length - cut));
    }
    assert!(whole > 0 && refused > 0, "{whole} whole, {refused} refused");
    assert_eq!(log.last(), Some(Seq(400)));
}
