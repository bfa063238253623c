//! A copy that the disk does not give back is as good as damaged; what fails only for
//! the moment is not.

use super::damage::opened;
use super::recovery::copied;
use super::{SledLog, append, ten};
use crate::store::unreadable::{is_lasting, refused};
use crate::store::{Recovery, StoreFault, look, verify};
use rustix::io::Errno;
use std::fs;
use std::io;
use std::ops::ControlFlow;
use std::path::Path;
use tempfile::tempdir;

const SEGMENT: &str = "journal/00000000000000000001.frames";

/// Puts a directory in the place of a file, so that reading it fails.
fn directory(path: &Path) {
    let _ = fs::remove_file(path);
    fs::create_dir(path).unwrap();
}

/// Puts a file in the place of a directory.
fn file(path: &Path) {
    fs::remove_dir_all(path).unwrap();
    fs::write(path, "no directory").unwrap();
}

/// Puts something in the place of a file that opens and then gives EIO, as a bad sector does.
fn bad_sector(path: &Path) {
    let _ = fs::remove_file(path);
    std::os::unix::fs::symlink("/proc/self/mem", path).unwrap();
    let read = fs::read(path).unwrap_err();
    assert_eq!(Errno::from_io_error(&read), Some(Errno::IO));
}

#[test]
fn what_cannot_be_read_of_one_copy_comes_from_the_other_and_is_kept() {
    type Spoil = fn(&Path);
    let mut cases: Vec<(&str, Spoil)> = vec![
        (SEGMENT, directory),
        ("journal", file),
        ("log", file),
        ("log/db", directory),
        ("log/conf", directory),
        ("log/snap.0000000000000001", directory),
        ("log.mark", directory),
    ];
    if cfg!(target_os = "linux") {
        cases.extend([SEGMENT, "log/db", "log.mark"].map(|name| (name, bad_sector as Spoil)));
    }
    let dir = tempdir().unwrap();
    let before = ten(dir.path());
    for (name, spoil) in cases {
        let broken = copied(dir.path());
        let state = broken.path();
        spoil(&state.join(name));
        let kind = state.join(name).symlink_metadata().unwrap().file_type();
        let found = verify(state).unwrap();
        assert!(!found.is_whole(), "{name}: {found:?}");
        let looked = look(state, |_, _| ControlFlow::Continue(()));
        let of_journal = name.starts_with("journal") || name == "log.mark";
        assert_eq!(looked.is_err(), of_journal, "{name}: it reads the journal");

        assert_eq!(opened(state).unwrap(), before, "{name}");
        let kept = state.join("damaged/1").join(name);
        assert_eq!(kept.symlink_metadata().unwrap().file_type(), kind, "{name}");
        let recovery = Recovery::untold(state).unwrap().remove(0);
        let said = format!("{name} cannot be read: ");
        assert!(recovery.story.contains(&said), "{}", recovery.story);
        assert!(verify(state).unwrap().is_whole(), "{name}");
        // What is kept and cannot be read is in nobody's way.
        append(
            &mut SledLog::open(state).unwrap(),
            vec![super::said("more".into())],
        );
        assert_eq!(opened(state).unwrap().len(), 11, "{name}");
        assert!(!state.join("damaged/2").exists(), "{name}");
    }
}

#[test]
fn if_neither_copy_can_be_read_nothing_is_changed_and_no_entry_is_called_lost() {
    let dir = tempdir().unwrap();
    ten(dir.path());
    file(&dir.path().join("log"));
    directory(&dir.path().join(SEGMENT));
    let fault = opened(dir.path()).unwrap_err();
    assert!(matches!(fault, StoreFault::Unreadable { .. }), "{fault}");
    assert!(
        fault.to_string().contains("log cannot be read: "),
        "{fault}"
    );
    assert!(fault.hint().contains("disk is healthy"), "{fault}");
    assert!(dir.path().join("log").is_file() && dir.path().join(SEGMENT).is_dir());
    assert!(!dir.path().join("damaged").exists() && !dir.path().join("rebuilding").exists());
}

#[test]
fn what_sled_makes_again_by_itself_may_be_unreadable_while_the_journal_is_damaged() {
    let dir = tempdir().unwrap();
    let before = ten(dir.path());
    for name in ["log/conf", "log/snap.0000000000000001"] {
        let broken = copied(dir.path());
        directory(&broken.path().join(name));
        shorten(&broken.path().join(SEGMENT));
        assert_eq!(opened(broken.path()).unwrap(), before, "{name}");
    }
}

#[test]
fn a_copy_that_cannot_be_read_makes_up_for_no_loss_in_the_other() {
    let dir = tempdir().unwrap();
    ten(dir.path());
    directory(&dir.path().join("log/db"));
    shorten(&dir.path().join(SEGMENT));
    let fault = opened(dir.path()).unwrap_err();
    assert!(
        fault
            .to_string()
            .contains("entries 10 to 10 are in neither"),
        "{fault}"
    );
    assert!(!dir.path().join("damaged").exists());
}

fn shorten(file: &Path) {
    let bytes = fs::read(file).unwrap();
    fs::write(file, &bytes[..bytes.len() - 1]).unwrap();
}

#[test]
fn without_the_mark_nobody_claims_that_the_last_entry_was_the_last() {
    let dir = tempdir().unwrap();
    ten(dir.path());
    let story = |damage: fn(&Path)| {
        let broken = copied(dir.path());
        damage(broken.path());
        opened(broken.path()).unwrap();
        let mut told = Recovery::untold(broken.path()).unwrap();
        told.remove(0).story
    };
    let known = story(|state| directory(&state.join(SEGMENT)));
    assert!(
        known.contains("everything that was acknowledged, up to entry 10"),
        "{known}"
    );
    let gone = story(|state| {
        fs::remove_file(state.join("log.mark")).unwrap();
        directory(&state.join(SEGMENT));
    });
    assert!(gone.contains("can no longer say"), "{gone}");
    let story = story(|state| directory(&state.join("log.mark")));
    assert!(
        story.contains("up to entry 10; log.mark can no longer say"),
        "{story}"
    );
}

#[test]
fn only_what_lasts_is_taken_for_damage() {
    let of = |errno: Errno| io::Error::from_raw_os_error(errno.raw_os_error());
    for errno in [
        Errno::IO,
        Errno::ISDIR,
        Errno::NOTDIR,
        Errno::ACCESS,
        Errno::PERM,
    ] {
        assert!(is_lasting(&of(errno)), "{errno}");
    }
    let passing = [
        Errno::MFILE,
        Errno::NFILE,
        Errno::NOMEM,
        Errno::INTR,
        Errno::AGAIN,
        Errno::BUSY,
        Errno::NOSPC,
        Errno::DQUOT,
        Errno::ROFS,
        Errno::NOENT,
        Errno::STALE,
        Errno::TIMEDOUT,
    ];
    for errno in passing {
        assert!(!is_lasting(&of(errno)), "{errno}");
    }
    assert!(!is_lasting(&io::Error::other("of no system call")));
    let dir = tempdir().unwrap();
    ten(dir.path());
    assert_eq!(refused(dir.path()), None, "a log that is whole");
    assert_eq!(refused(&dir.path().join("nowhere")), None, "none at all");
}
