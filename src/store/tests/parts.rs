//! The parts of the store by themselves: what each refuses, and what it leaves alone.

use super::{append, corrupt, now, read, said, ten};
use crate::store::journal::{self, following};
use crate::store::mark::{Mark, Marked, Stamp};
use crate::store::reader::{self, MAX_VALUE, Reader};
use crate::store::{EventLog as _, Head, SledLog, StoreFault};
use events::{Batch, Link, Seq, codec};
use std::fs::{self, File};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use tempfile::tempdir;

/// Frames of entries behind each other, each with its link.
fn frames(texts: &[&str]) -> Vec<(Vec<u8>, Link)> {
    let events = texts.iter().map(|text| said((*text).into())).collect();
    let batch = Batch::new(Seq(1), now(Seq(1)), events);
    let mut before = Head::default().link;
    let frame = |entry| {
        let (frame, link) = codec::encode(before, entry).unwrap();
        before = link;
        (frame, link)
    };
    batch.envelopes().iter().map(frame).collect()
}

#[test]
fn what_stands_in_another_place_is_missing_and_what_follows_another_entry_is_said_to() {
    let before = Head::default();
    let [(one, first), (two, _)] = &frames(&["one", "two"])[..] else {
        panic!("two frames");
    };
    let (_, head) = following(before, one).unwrap();
    assert!(following(head, two).is_ok());
    let batch = Batch::new(Seq(3), now(Seq(3)), vec![said("three".into())]);
    let (third, _) = codec::encode(*first, &batch.envelopes()[0]).unwrap();
    let fault = following(head, &third).unwrap_err();
    corrupt(&fault, "entry 2 is missing");
    let (_, other) = frames(&["another one"])[0];
    let stray = Head {
        link: other,
        ..head
    };
    let fault = following(stray, two).unwrap_err();
    corrupt(&fault, "entry 2 does not follow the entry before it");
    let fault = following(before, two).unwrap_err();
    corrupt(&fault, "entry 1 is missing");
}

/// The newest file of the journal, and reading all of them.
fn newest(state: &Path) -> PathBuf {
    journal::segments(&state.join(journal::DIR))
        .unwrap()
        .pop()
        .unwrap()
}

fn read_journal(state: &Path) -> Result<Option<u64>, StoreFault> {
    let all = |_, _, _: &[u8]| ControlFlow::Continue(());
    let end = journal::read(&state.join(journal::DIR), all)?;
    Ok(end.torn.map(|torn| torn.at))
}

#[test]
fn behind_what_is_broken_in_the_journal_nothing_counts() {
    let dir = tempdir().unwrap();
    ten(dir.path());
    let file = newest(dir.path());
    let bytes = fs::read(&file).unwrap();
    assert_eq!(read_journal(dir.path()), Ok(None));
    let mut starts = bytes.windows(4).enumerate();
    let (last, _) = starts.rfind(|(_, four)| *four == &bytes[..4]).unwrap();
    fs::write(&file, [&bytes[..last], b"junk", &bytes[last..]].concat()).unwrap();
    corrupt(
        &read_journal(dir.path()).unwrap_err(),
        "broken behind entry 9",
    );
}

#[test]
fn only_the_newest_file_of_the_journal_may_end_within_a_record() {
    let dir = tempdir().unwrap();
    ten(dir.path());
    let file = newest(dir.path());
    let bytes = fs::read(&file).unwrap();
    fs::write(&file, [&bytes[..], b"junk"].concat()).unwrap();
    assert_eq!(read_journal(dir.path()), Ok(Some(bytes.len() as u64)));
    let later = file.with_file_name(format!("{:020}.frames", 11));
    File::create(&later).unwrap();
    corrupt(
        &read_journal(dir.path()).unwrap_err(),
        "broken behind entry 10",
    );
    fs::remove_file(later).unwrap();
    drop(SledLog::open(dir.path()).unwrap());
    assert_eq!(fs::read(&file).unwrap(), bytes, "what was torn is cut off");
}

#[test]
fn a_missing_mark_says_nothing_and_where_none_can_be_looked_for_is_an_error() {
    let dir = tempdir().unwrap();
    assert_eq!(Mark::read(dir.path()), Ok(Marked::default()));
    assert_eq!(Stamp::of(dir.path()).unwrap(), None);
    fs::write(dir.path().join("log"), "a file in the directory's place").unwrap();
    assert!(Stamp::of(dir.path()).is_err());
}

#[test]
fn an_open_log_is_marked_up_to_its_newest_entry() {
    let dir = tempdir().unwrap();
    let mut log = SledLog::open(dir.path()).unwrap();
    for nth in 1..=2 {
        append(&mut log, vec![said("text".into())]);
        let Marked { head, closed } = Mark::read(dir.path()).unwrap();
        assert_eq!((head.seq, closed), (Seq(nth), None));
        assert_eq!(log.link(head.seq), Ok(Some(head.link)));
    }
    assert_eq!(read(&log, 2).unwrap().len(), 1, "the newest is there");
    assert_eq!(read(&log, 4), Ok(vec![]), "beyond the end there is nothing");
}

#[test]
fn the_journal_alone_is_compared_with_the_mark_too() {
    let dir = tempdir().unwrap();
    ten(dir.path());
    fs::remove_dir_all(dir.path().join("log")).unwrap();
    let (mark, Marked { head, .. }) = Mark::open(dir.path()).unwrap();
    let link = Link(head.link.0 ^ 1);
    mark.set(Head { link, ..head }, None).unwrap();
    let fault = SledLog::open(dir.path()).unwrap_err();
    corrupt(&fault, "entry 10 is not the one that log.mark names");
}

#[test]
fn what_sled_has_behind_a_gap_is_not_dropped_even_where_the_mark_is_older() {
    let dir = tempdir().unwrap();
    ten(dir.path());
    let log = SledLog::open(dir.path()).unwrap();
    let link = log.link(Seq(4)).unwrap().unwrap();
    drop(log);
    let db = super::raw(dir.path());
    let fifth = 5_u64.to_be_bytes();
    db.open_tree("log").unwrap().remove(fifth).unwrap().unwrap();
    drop(db);
    fs::remove_dir_all(dir.path().join(journal::DIR)).unwrap();
    let (mark, _) = Mark::open(dir.path()).unwrap();
    mark.set(Head { seq: Seq(4), link }, None).unwrap();
    let fault = SledLog::open(dir.path()).unwrap_err();
    corrupt(&fault, "entries 5 to 5 are in neither of its copies");
}

#[test]
fn entries_must_be_there_to_the_last_and_lie_in_small_values() {
    let dir = tempdir().unwrap();
    let (db, tree) = reader::open(dir.path()).unwrap();
    let large = "x".repeat(2 * MAX_VALUE);
    let frames = frames(&["one", &large]);
    for (seq, (frame, _)) in (1..).map(Seq).zip(&frames) {
        crate::store::insert::insert(&tree, &[(seq, frame.clone())]).unwrap();
    }
    let sizes = tree.iter().values().map(|value| value.unwrap().len());
    assert_eq!(sizes.max(), Some(MAX_VALUE));
    let mut entries = Reader::new(&tree, Head::default(), Seq(1), Seq(2)).unwrap();
    for _ in 0..2 {
        assert!(entries.entry().unwrap().is_some());
    }
    assert_eq!(entries.entry(), Ok(None));
    let mut entries = Reader::new(&tree, Head::default(), Seq(2), Seq(3)).unwrap();
    assert!(entries.entry().unwrap().is_some());
    corrupt(&entries.entry().unwrap_err(), "entry 3 is missing");
    drop((tree, db));
}
