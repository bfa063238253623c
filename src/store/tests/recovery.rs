//! A log whose journal or whose both copies are damaged, and recoveries that are
//! interrupted themselves.

use super::damage::{files, opened};
use super::{SledLog, append, corrupt, read, said, ten};
use crate::store::mark::{Mark, Stamp};
use crate::store::{Import, Recovery, StoreFault, look, swap, verify};
use events::{Envelope, Seq};
use std::fs;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use tempfile::{TempDir, tempdir};

/// Entries that fill more than two segments, some of them in batches.
fn large(state: &Path) -> Vec<Envelope> {
    let mut log = SledLog::open(state).unwrap();
    for nth in 0..12 {
        let text = |of: &str| said(format!("{of} {nth} {}", "x".repeat(450_000)));
        append(
            &mut log,
            vec![text("one"), said("small".into()), text("two")],
        );
    }
    read(&log, 1).unwrap()
}

fn segments(state: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(state.join("journal")).unwrap();
    let mut paths: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths
}

pub(super) fn copied(from: &Path) -> TempDir {
    fn copy(from: &Path, to: &Path) {
        fs::create_dir_all(to).unwrap();
        for entry in fs::read_dir(from).unwrap() {
            let (path, to) = { entry.map(|e| (e.path(), to.join(e.file_name()))) }.unwrap();
            if path.is_dir() {
                copy(&path, &to);
            } else {
                fs::copy(path, to).unwrap();
            }
        }
    }
    let dir = tempdir().unwrap();
    copy(from, dir.path());
    dir
}

fn spoil(file: &Path, damage: impl FnOnce(&mut Vec<u8>)) {
    let mut bytes = fs::read(file).unwrap();
    damage(&mut bytes);
    fs::write(file, bytes).unwrap();
}

#[test]
fn a_state_directory_works_wherever_it_is_copied() {
    let dir = tempdir().unwrap();
    let before = ten(dir.path());
    for gone in [&[][..], &["daemon.lock", "reserve"], &["log.mark"]] {
        let copy = copied(dir.path());
        for name in gone {
            fs::remove_file(copy.path().join(name)).unwrap();
        }
        assert_eq!(opened(copy.path()).unwrap(), before);
        assert!(!copy.path().join("damaged").exists());
        let mut log = SledLog::open(copy.path()).unwrap();
        append(&mut log, vec![said("it goes on".into())]);
    }
}

#[test]
fn a_log_can_be_looked_at_and_verified_beside_its_holder() {
    let dir = tempdir().unwrap();
    let mut log = SledLog::open(dir.path()).unwrap();
    for nth in 0..20_u64 {
        append(&mut log, vec![said("x".repeat(5_000)), said("y".into())]);
        let mut seen = 0;
        let each = |entry: Envelope, _: &[u8]| {
            seen = entry.seq.0;
            ControlFlow::Continue(())
        };
        look(dir.path(), each).unwrap();
        assert_eq!(seen, 2 * (nth + 1));
        let verified = verify(dir.path()).unwrap();
        assert!(verified.is_whole(), "{verified:?}");
        assert_eq!(
            (verified.sled.entries, verified.journal.entries),
            (seen, seen)
        );
    }
}

#[test]
fn a_damaged_journal_comes_back_from_sled() {
    let dir = tempdir().unwrap();
    let before = large(dir.path());
    let all = segments(dir.path());
    assert!(all.len() > 2, "{all:?}");
    let expect = |damage: &dyn Fn(&Path)| {
        let broken = copied(dir.path());
        damage(broken.path());
        let found = files(broken.path());
        assert!(verify(broken.path()).unwrap().journal.damage.is_some());
        assert!(look(broken.path(), |_, _| ControlFlow::Continue(())).is_err());
        assert!(opened(broken.path()).unwrap() == before);
        assert!(verify(broken.path()).unwrap().is_whole());
        assert!(files(&broken.path().join("damaged/1")) == found);
    };
    for (nth, segment) in all.iter().enumerate() {
        expect(&|state| fs::remove_file(&segments(state)[nth]).unwrap());
        expect(&|state| spoil(&segments(state)[nth], Vec::clear));
        expect(&|state| {
            spoil(&segments(state)[nth], |bytes| {
                bytes.truncate(bytes.len() - 1);
            });
        });
        let length = usize::try_from(segment.metadata().unwrap().len()).unwrap();
        for seed in 1..3_usize {
            let bit = seed.wrapping_mul(2_654_435_761) % (length * 8);
            expect(&|state| {
                spoil(&segments(state)[nth], |bytes| {
                    bytes[bit / 8] ^= 1 << (bit % 8);
                });
            });
        }
    }
}

#[test]
fn damage_in_both_copies_at_different_places_is_made_good() {
    let dir = tempdir().unwrap();
    let before = large(dir.path());
    let broken = copied(dir.path());
    spoil(&segments(broken.path())[1], |bytes| bytes[9_000] ^= 1);
    let db = super::raw(broken.path());
    let tree = db.open_tree("log").unwrap();
    for lost in [2_u64, 3, 36] {
        tree.remove(lost.to_be_bytes()).unwrap();
    }
    drop((tree, db));
    let verified = verify(broken.path()).unwrap();
    assert!(verified.sled.damage.is_some() && verified.journal.damage.is_some());
    assert!(opened(broken.path()).unwrap() == before);
}

#[test]
fn what_neither_copy_has_is_named_and_nothing_is_changed() {
    let dir = tempdir().unwrap();
    ten(dir.path());
    let lose = |entries: &[u64]| {
        let broken = copied(dir.path());
        // Records are of one size here.
        spoil(&segments(broken.path())[0], |bytes| {
            let size = bytes.len() / 10;
            for entry in entries {
                bytes[usize::try_from(*entry).unwrap() * size - 1] ^= 1;
            }
        });
        let db = super::raw(broken.path());
        let tree = db.open_tree("log").unwrap();
        for entry in entries {
            tree.remove(entry.to_be_bytes()).unwrap();
        }
        drop((tree, db));
        broken
    };
    for (entries, said) in [
        (&[4][..], "entries 4 to 4 are in neither"),
        (&[4, 5, 6], "entries 4 to 6 are in neither"),
        (&[9, 10], "entries 9 to 10 are in neither"),
        (&[1], "entries 1 to 1 are in neither"),
        (&[2, 8], "entries 2 to 2 are in neither"),
    ] {
        let broken = lose(entries);
        let found = files(broken.path());
        let fault = opened(broken.path()).unwrap_err();
        corrupt(&fault, said);
        assert!(fault.hint().contains("backup"));
        // Without the mark only what lies behind the gap tells that there was more.
        let unmarked = copied(broken.path());
        fs::remove_file(unmarked.path().join("log.mark")).unwrap();
        if !entries.contains(&10) {
            corrupt(&opened(unmarked.path()).unwrap_err(), said);
        }
        assert!(files(broken.path()) == found);
        assert!(!broken.path().join("damaged").exists());
        assert!(!broken.path().join("rebuilding").exists());
    }
}

#[test]
fn what_was_being_appended_at_a_crash_is_there_whole_or_not_at_all() {
    let dir = tempdir().unwrap();
    let before = ten(dir.path());
    let longer = copied(dir.path());
    let mut log = SledLog::open(longer.path()).unwrap();
    append(&mut log, vec![said("one".into()), said("two".into())]);
    let after = read(&log, 1).unwrap();
    drop(log);
    let written = fs::read(&segments(longer.path())[0]).unwrap();
    let start = fs::read(&segments(dir.path())[0]).unwrap().len();
    for end in [
        start,
        start + 1,
        start + 12,
        written.len() - 1,
        written.len(),
    ] {
        // sled and the mark know nothing of it yet.
        let crashed = copied(dir.path());
        fs::write(&segments(crashed.path())[0], &written[..end]).unwrap();
        let expected = if end == written.len() {
            &after
        } else {
            &before
        };
        assert_eq!(opened(crashed.path()).unwrap(), *expected, "{end}");
        assert!(!crashed.path().join("damaged").exists());
        assert!(verify(crashed.path()).unwrap().is_whole());
        append(
            &mut SledLog::open(crashed.path()).unwrap(),
            vec![said("more".into())],
        );
        let more = opened(crashed.path()).unwrap();
        assert_eq!(more.len(), expected.len() + 1, "{end}");
        assert!(!crashed.path().join("damaged").exists());
    }
}

#[test]
fn a_sled_that_is_ahead_of_journal_and_mark_gives_what_they_lost() {
    let dir = tempdir().unwrap();
    ten(dir.path());
    let before = copied(dir.path());
    let mut log = SledLog::open(dir.path()).unwrap();
    append(&mut log, vec![said("one more".into())]);
    let all = read(&log, 1).unwrap();
    drop(log);
    let journal = segments(before.path()).remove(0);
    fs::copy(journal, &segments(dir.path())[0]).unwrap();
    fs::copy(before.path().join("log.mark"), dir.path().join("log.mark")).unwrap();
    assert_eq!(opened(dir.path()).unwrap(), all);
    assert!(dir.path().join("damaged/1").exists(), "it is told");
}

/// A recovery that is cut short after any of its steps is finished by the next start.
#[test]
fn a_recovery_may_be_interrupted_anywhere() {
    let dir = tempdir().unwrap();
    let before = ten(dir.path());
    spoil(&segments(dir.path())[0], |bytes| bytes[100] ^= 1);
    let found = files(dir.path());
    for steps in 0.. {
        let cut = copied(dir.path());
        let state = cut.path();
        // What a draft that was never finished leaves behind.
        fs::create_dir_all(state.join("rebuilding/log")).unwrap();
        fs::write(state.join("rebuilding/log/db"), "half").unwrap();
        fs::create_dir_all(state.join("log.check")).unwrap();
        let made = copied(dir.path());
        assert_eq!(opened(made.path()).unwrap(), before);
        let built = state.join("rebuilt");
        fs::create_dir_all(built.join("found")).unwrap();
        fs::write(built.join("found/untold.txt"), "the story").unwrap();
        for name in ["log", "journal", "log.mark"] {
            fs::rename(made.path().join(name), built.join(name)).unwrap();
        }
        let mut left = steps;
        let done = loop {
            let next = swap::next(state).unwrap();
            let Some((from, to)) = next else { break true };
            if left == 0 {
                break false;
            }
            left -= 1;
            fs::rename(from, to).unwrap();
        };
        assert_eq!(opened(state).unwrap(), before, "after {steps} steps");
        assert!(
            files(&state.join("damaged/1")) == found,
            "after {steps} steps"
        );
        assert_eq!(Recovery::untold(state).unwrap()[0].story, "the story");
        assert!(!built.exists() && !state.join("rebuilding").exists());
        if done {
            assert_eq!(steps, 7);
            return;
        }
    }
}

#[test]
fn an_imported_log_is_the_same_log() {
    let (dir, new) = (tempdir().unwrap(), tempdir().unwrap());
    let before = large(dir.path());
    let mut frames = Vec::new();
    let each = |_, frame: &[u8]| {
        frames.push(frame.to_vec());
        ControlFlow::Continue(())
    };
    look(dir.path(), each).unwrap();
    // An import that is given up leaves nothing.
    let mut import = Import::into(new.path()).unwrap();
    import.push(frames[0].clone()).unwrap();
    corrupt(
        &import.push(frames[2].clone()).unwrap_err(),
        "entry 2 is missing",
    );
    drop(import);
    assert_eq!(opened(new.path()).unwrap(), []);

    let mut import = Import::into(new.path()).unwrap();
    for frame in &frames {
        import.push(frame.clone()).unwrap();
    }
    assert_eq!(import.finish(), Ok(Seq(36)));
    assert!(opened(new.path()).unwrap() == before);
    assert!(verify(new.path()).unwrap().is_whole());
    let last = Seq(36);
    assert_eq!(
        Import::into(new.path()).err(),
        Some(StoreFault::NotEmpty { last })
    );
    assert!(opened(new.path()).unwrap() == before);
    assert!(!new.path().join("damaged").exists());
}

#[test]
fn damage_that_shows_only_when_it_is_read_is_made_good_too() {
    let dir = tempdir().unwrap();
    let before = ten(dir.path());
    let db = super::raw(dir.path());
    let tree = db.open_tree("log").unwrap();
    tree.remove(4_u64.to_be_bytes()).unwrap();
    drop((tree, db));
    // Bits that rot change no time: the mark calls the files untouched.
    let (mark, marked) = Mark::open(dir.path()).unwrap();
    mark.set(marked.head, Stamp::of(dir.path()).unwrap())
        .unwrap();
    let log = SledLog::open(dir.path()).unwrap();
    corrupt(&read(&log, 1).unwrap_err(), "entry 4 is missing");
    drop(log);
    let log = SledLog::open_doubtful(dir.path()).unwrap();
    assert_eq!(read(&log, 1).unwrap(), before);
}
