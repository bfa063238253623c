//! Damage in one copy or in both: it is noticed, what is found is kept, and
//! everything acknowledged comes back, or the log says which entries do not.

use super::{SledLog, StoreFault, append, corrupt, read, said, ten};
use crate::store::{EventLog as _, Recovery, look, verify};
use events::{Envelope, Link, Seq, codec};
use std::collections::BTreeMap;
use std::fs;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use tempfile::tempdir;

/// Changes sled's files behind our back.
fn change(state: &Path, change: impl FnOnce(&sled::Tree)) {
    let db = super::raw(state);
    change(&db.open_tree("log").unwrap());
    drop(db);
}

/// What is wrong with sled's files after `tamper`. With the journal everything comes back.
fn tampered(state: &Path, before: &[Envelope], tamper: impl FnOnce(&sled::Tree)) -> StoreFault {
    change(state, tamper);
    let fault = verify(state).unwrap().sled.damage.unwrap();
    assert_eq!(opened(state).unwrap(), before);
    assert!(verify(state).unwrap().is_whole());
    assert_eq!(state.join("damaged").read_dir().unwrap().count(), 1);
    fault
}

pub(super) fn opened(state: &Path) -> Result<Vec<Envelope>, StoreFault> {
    read(&SledLog::open(state)?, 1)
}

fn key(seq: u64) -> [u8; 8] {
    seq.to_be_bytes()
}

#[test]
fn a_lost_tail_is_noticed() {
    let dir = tempdir().unwrap();
    let before = ten(dir.path());
    let fault = tampered(dir.path(), &before, |tree| {
        tree.remove(key(10)).unwrap();
    });
    corrupt(
        &fault,
        "it ends at entry 9, but entry 10 had been acknowledged",
    );
}

#[test]
fn a_lost_copy_comes_back_and_two_lost_ones_are_noticed() {
    for lost in [&["log"][..], &["journal"], &["log", "journal"]] {
        let dir = tempdir().unwrap();
        let before = ten(dir.path());
        for name in lost {
            fs::remove_dir_all(dir.path().join(name)).unwrap();
        }
        assert!(!verify(dir.path()).unwrap().is_whole());
        match opened(dir.path()) {
            Ok(entries) => assert!(entries == before && lost.len() == 1),
            Err(fault) => {
                assert_eq!(lost.len(), 2);
                corrupt(&fault, "entries 1 to 10 are in neither of its copies");
            }
        }
    }
}

#[test]
fn a_gap_is_noticed() {
    let dir = tempdir().unwrap();
    let before = ten(dir.path());
    let fault = tampered(dir.path(), &before, |tree| {
        tree.remove(key(4)).unwrap();
    });
    corrupt(&fault, "entry 4 is missing");
}

#[test]
fn entries_in_other_places_are_noticed() {
    let dir = tempdir().unwrap();
    let before = ten(dir.path());
    let fault = tampered(dir.path(), &before, |tree| {
        let seventh = tree.get(key(7)).unwrap().unwrap();
        tree.insert(key(5), seventh).unwrap();
    });
    corrupt(&fault, "does not follow");
}

#[test]
fn a_missing_or_surplus_part_is_noticed() {
    let large = || said("x".repeat(10_000));
    let part = |n: u32| [key(11).as_slice(), &n.to_be_bytes()].concat();
    let twelve = |state: &Path| {
        ten(state);
        let mut log = SledLog::open(state).unwrap();
        append(&mut log, vec![large(), said("y".into())]);
        read(&log, 1).unwrap()
    };
    for n in [1, 2] {
        let dir = tempdir().unwrap();
        let before = twelve(dir.path());
        let fault = tampered(dir.path(), &before, |tree| {
            assert!(tree.remove(part(n)).unwrap().is_some());
        });
        corrupt(&fault, "entry 11: one of its parts is missing");
    }
    let dir = tempdir().unwrap();
    let before = twelve(dir.path());
    let fault = tampered(dir.path(), &before, |tree| {
        assert!(tree.insert(part(3), b"more").unwrap().is_none());
    });
    corrupt(&fault, "a part stands without its entry");
}

#[test]
fn a_log_of_a_newer_version_is_refused_by_name() {
    let dir = tempdir().unwrap();
    let entries = ten(dir.path());
    change(dir.path(), |tree| {
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
    let fault = opened(dir.path()).unwrap_err();
    assert_eq!(
        fault.to_string(),
        "entry 11 was written by a newer version of this program (kind 999 is not known here); nothing was changed"
    );
    assert_eq!(fault.hint(), "install the newest version of this program");
}

#[test]
fn a_mark_that_cannot_be_read_or_is_missing_is_made_again() {
    let dir = tempdir().unwrap();
    let before = ten(dir.path());
    let mark = dir.path().join("log.mark");
    let good = fs::read(&mark).unwrap();
    for (nth, bad) in [&b""[..], &good[..7], &[0; 48], &[0; 49]]
        .iter()
        .enumerate()
    {
        fs::write(&mark, bad).unwrap();
        let said = verify(dir.path()).unwrap().acknowledged;
        corrupt(&said.unwrap_err(), "log.mark is unreadable");
        assert_eq!(opened(dir.path()).unwrap(), before);
        let kept = dir.path().join(format!("damaged/{}/log.mark", nth + 1));
        assert_eq!(fs::read(kept).unwrap(), *bad);
        assert_eq!(fs::read(&mark).unwrap()[..12], good[..12]);
    }
    fs::remove_file(&mark).unwrap();
    assert_eq!(opened(dir.path()), Ok(before));
    assert_eq!(fs::read(&mark).unwrap()[..12], good[..12]);
}

#[test]
fn the_mark_of_another_log_is_noticed_and_nothing_is_changed() {
    let (one, other) = (tempdir().unwrap(), tempdir().unwrap());
    ten(one.path());
    append(
        &mut SledLog::open(other.path()).unwrap(),
        vec![said("other".into())],
    );
    fs::copy(other.path().join("log.mark"), one.path().join("log.mark")).unwrap();
    let found = files(one.path());
    corrupt(
        &opened(one.path()).unwrap_err(),
        "entry 1 is not the one that log.mark names",
    );
    assert!(files(one.path()) == found);
    let looked = look(one.path(), |_, _| ControlFlow::Continue(()));
    corrupt(&looked.unwrap_err(), "had been acknowledged");
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
    assert!(!dir.path().join("damaged").exists(), "it is no damage");
    let other = dir.path().join("log/notes.generating");
    fs::write(&other, b"").unwrap();
    opened(dir.path()).unwrap();
    assert!(other.exists(), "not what sled leaves behind");
}

#[test]
fn a_recovery_that_cannot_be_read_is_an_error() {
    let dir = tempdir().unwrap();
    assert_eq!(Recovery::untold(dir.path()).unwrap(), []);
    fs::create_dir_all(dir.path().join("damaged/1")).unwrap();
    assert_eq!(Recovery::untold(dir.path()).unwrap(), []);
    fs::create_dir(dir.path().join("damaged/1/untold.txt")).unwrap();
    Recovery::untold(dir.path()).unwrap_err();
    fs::remove_dir_all(dir.path().join("damaged")).unwrap();
    fs::write(dir.path().join("damaged"), "no directory").unwrap();
    Recovery::untold(dir.path()).unwrap_err();
}

/// Every file of both copies.
pub(super) fn files(state: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let dirs = ["log", "journal"].map(|name| fs::read_dir(state.join(name)));
    dirs.into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.is_file())
        .map(|path| {
            let name = path.strip_prefix(state).unwrap().to_owned();
            (name, fs::read(path).unwrap())
        })
        .collect()
}

#[test]
fn a_damaged_copy_is_kept_as_it_was_found() {
    let dir = tempdir().unwrap();
    let before = ten(dir.path());
    let db = dir.path().join("log/db");
    let mut bytes = fs::read(&db).unwrap();
    let half = bytes.len() / 2;
    bytes[half] ^= 1;
    fs::write(&db, bytes).unwrap();
    let found = files(dir.path());
    assert_eq!(opened(dir.path()).unwrap(), before);
    assert!(files(&dir.path().join("damaged/1")) == found);
    assert!(!dir.path().join("log.check").exists());
    let recovery = Recovery::untold(dir.path()).unwrap().remove(0);
    assert!(
        recovery.story.contains("up to entry 10"),
        "{}",
        recovery.story
    );
    assert!(recovery.kept().ends_with("damaged/1"));
    recovery.told().unwrap();
    assert_eq!(Recovery::untold(dir.path()).unwrap(), []);
    assert!(dir.path().join("damaged/1/what-happened.txt").exists());
}

/// Copies the files of an open log: what a kill leaves behind. The journal may have gone with it.
fn copy(from: &Path, to: &Path, journal: bool) {
    fs::create_dir_all(to.join("log/blobs")).unwrap();
    if journal {
        let name = "journal/00000000000000000001.frames";
        fs::create_dir(to.join("journal")).unwrap();
        fs::copy(from.join(name), to.join(name)).unwrap();
    }
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
    let mut expect_no_silence = |journal: bool, damage: &dyn Fn(&mut Vec<u8>)| {
        let broken = tempdir().unwrap();
        copy(dir.path(), broken.path(), journal);
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
                assert!(!journal, "the journal has everything");
                refused += 1;
                assert!(files(broken.path()) == found, "the evidence was touched");
            }
            Err(fault) => panic!("{fault}"),
        }
    };
    expect_no_silence(false, &|_| ());
    for nth in 0..60_usize {
        let bit = nth.wrapping_mul(2_654_435_761) % (length * 8);
        expect_no_silence(nth % 2 == 0, &|bytes| bytes[bit / 8] ^= 1 << (bit % 8));
    }
    for cut in [1, 100, 5_000, 60_000] {
        for journal in [true, false] {
            expect_no_silence(journal, &|bytes| bytes.truncate(length - cut));
        }
    }
    assert!(whole > 0 && refused > 0, "{whole} whole, {refused} refused");
    assert_eq!(log.last(), Some(Seq(400)));
}
