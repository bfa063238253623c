//! All files of a Codex home together.

use super::{THREAD, asked, ended, meta, meta_of, rollout, session, shown_inputs, user};
use crate::ingress::rollouts::{Cursor, Rollouts};
use events::event::Source;
use events::input::{Input, SourceState};
use events::time::{Span, Wall};
use std::fs::{self, OpenOptions};
use std::io::Write;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::time::{Duration, UNIX_EPOCH};

const OTHER: &str = "01a203ca-48ce-7d41-bed4-559c6b25fb18";
/// Long before any file of a test is made.
pub(super) const EARLY: Wall = Wall(0);
/// Long after: everything is history, and long past.
pub(super) const LATE: Wall = Wall(i64::MAX / 2);

pub(super) struct Home(tempfile::TempDir);

impl Home {
    pub(super) fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    pub(super) fn sessions(&self) -> PathBuf {
        self.0.path().join("sessions")
    }

    pub(super) fn day(&self, day: &str) -> PathBuf {
        let day = self.sessions().join("2026/11").join(day);
        fs::create_dir_all(&day).unwrap();
        day
    }

    pub(super) fn write(&self, day: &str, id: &str, content: &str) -> PathBuf {
        let path = rollout(&self.day(day), id);
        fs::write(&path, content).unwrap();
        path
    }

    pub(super) fn rollouts(&self, since: Wall) -> Rollouts {
        Rollouts::new(self.sessions(), since, Vec::new())
    }
}

pub(super) fn append(path: &Path, text: &str) {
    let mut file = OpenOptions::new().append(true).open(path).unwrap();
    file.write_all(text.as_bytes()).unwrap();
}

const META: &str = "meta Owner 0.169.0 /w";

#[test]
fn nothing_there_yet_is_no_failure() {
    let home = Home::new();
    let mut rollouts = home.rollouts(EARLY);
    assert!(rollouts.scan().is_empty());
    assert!(rollouts.recent().is_empty());
    home.write("22", THREAD, &meta(0));
    assert_eq!(shown_inputs(&rollouts.recent()), [META]);
}

#[test]
fn each_way_of_looking_finds_a_new_file_and_new_lines() {
    type Look = fn(&mut Rollouts, &Path) -> Vec<Input>;
    let ways: [Look; 4] = [
        |rollouts, _| rollouts.scan(),
        |rollouts, _| rollouts.recent(),
        |rollouts, path| rollouts.touched(path),
        |rollouts, path| rollouts.touched(path.parent().unwrap()),
    ];
    for look in ways {
        let home = Home::new();
        let mut rollouts = home.rollouts(EARLY);
        rollouts.scan();
        let path = home.write("22", THREAD, &meta(0));
        assert_eq!(shown_inputs(&look(&mut rollouts, &path)), [META]);
        append(&path, &user(1, "one"));
        assert_eq!(shown_inputs(&look(&mut rollouts, &path)), ["user one"]);
        assert!(look(&mut rollouts, &path).is_empty());
    }
}

#[test]
fn only_rollouts_are_read() {
    let home = Home::new();
    let day = home.day("22");
    fs::write(
        day.join(format!("rollout-2026-11-22T14-45-18-{THREAD}.jsonl.zst")),
        meta(0),
    )
    .unwrap();
    fs::write(day.join("notes.jsonl"), meta(0)).unwrap();
    fs::create_dir(rollout(&day, OTHER)).unwrap();
    fs::create_dir(home.sessions().join("backup")).unwrap();
    fs::write(rollout(&home.sessions().join("backup"), THREAD), meta(0)).unwrap();
    assert!(home.rollouts(EARLY).scan().is_empty());
}

#[test]
fn a_file_from_long_before_the_start_is_told_when_it_grows() {
    let home = Home::new();
    let content = meta(0) + &user(1, "old") + &asked(2, "request_user_input", "c");
    let path = home.write("22", THREAD, &content);
    let since = Wall(1_795_359_630_000);
    let days_before = |days: u64| {
        let before = Duration::from_secs(1_795_359_630 - days * 24 * 3600);
        let file = OpenOptions::new().append(true).open(&path).unwrap();
        file.set_modified(UNIX_EPOCH + before).unwrap();
    };
    days_before(2);
    let mut rollouts = home.rollouts(since);
    assert!(rollouts.scan().is_empty());
    assert_eq!(rollouts.find(&session(THREAD)), Some(path.clone()));
    let mut patient = home.rollouts(since).look_back(Span::seconds(3 * 24 * 3600));
    let told = [META, "asked c Modal 1=Which? a()"];
    assert_eq!(shown_inputs(&patient.scan()), told);
    days_before(0);
    assert_eq!(shown_inputs(&rollouts.scan()), told);
}

#[test]
fn a_restart_goes_on_at_its_cursors() {
    let home = Home::new();
    let path = home.write("20", THREAD, &(meta(0) + &user(1, "one")));
    let mut offset = 0;
    for input in home.rollouts(EARLY).scan() {
        if let Input::Rollout(told) = input {
            offset = told.offset;
        }
    }
    append(&path, &user(2, "two"));
    let cursor = Cursor {
        session: session(THREAD),
        path,
        offset,
        heard: LATE,
    };
    let cursors = vec![cursor];
    let mut rollouts = Rollouts::new(home.sessions(), LATE, cursors);
    assert_eq!(shown_inputs(&rollouts.scan()), ["user two"]);
}

#[test]
fn a_session_moved_away_and_back_is_the_same_session() {
    let home = Home::new();
    let path = home.write("20", THREAD, &(meta(0) + &user(1, "one")));
    let mut rollouts = home.rollouts(EARLY);
    rollouts.scan();
    let copy = home.write("21", THREAD, &(meta(0) + &user(1, "copy")));
    assert!(rollouts.scan().is_empty());
    assert_eq!(rollouts.find(&session(THREAD)), Some(path.clone()));
    fs::rename(&path, &copy).unwrap();
    assert!(rollouts.touched(&path).is_empty());
    append(&copy, &user(2, "two"));
    assert_eq!(shown_inputs(&rollouts.scan()), ["user two"]);
    assert_eq!(rollouts.find(&session(THREAD)), Some(copy));
    assert_eq!(rollouts.find(&session(OTHER)), None);
}

#[test]
fn a_file_that_cannot_be_read_is_told_once_and_so_is_its_recovery() {
    let home = Home::new();
    home.write("22", OTHER, &meta_of(0, OTHER, ""));
    let path = rollout(&home.day("22"), THREAD);
    symlink(&path, &path).unwrap();
    let mut rollouts = home.rollouts(EARLY);
    let told = rollouts.scan();
    assert_eq!(shown_inputs(&told[..1]), [META]);
    let Input::Source(Source::Rollouts, SourceState::Failed(why)) = &told[1] else {
        panic!("{told:?}");
    };
    assert!(why.contains(THREAD), "{why}");
    assert!(rollouts.scan().is_empty());
    assert!(rollouts.touched(&path).is_empty());
    fs::remove_file(&path).unwrap();
    fs::write(&path, meta(0)).unwrap();
    let works = Input::Source(Source::Rollouts, SourceState::Works);
    let told = rollouts.touched(&path);
    assert_eq!(shown_inputs(&told[..1]), [META]);
    assert_eq!(told[1..], [works]);
}

#[test]
fn a_long_way_behind_is_read_in_pieces() {
    let home = Home::new();
    let long = user(1, &"x".repeat(1 << 20));
    home.write("22", THREAD, &(meta(0) + &long.repeat(20)));
    let mut rollouts = home.rollouts(EARLY);
    let mut told = rollouts.scan().len();
    assert!(rollouts.is_behind() && told < 21);
    while rollouts.is_behind() {
        told += rollouts.recent().len();
    }
    assert_eq!(told, 21);
}

#[test]
fn the_active_files_are_those_that_changed_last() {
    let home = Home::new();
    let mut rollouts = home.rollouts(EARLY);
    for number in 0..40 {
        let path = home.write(
            "22",
            &format!("thread-{number:02}"),
            &meta_of(0, &format!("thread-{number:02}"), ""),
        );
        let file = OpenOptions::new().append(true).open(&path).unwrap();
        file.set_modified(UNIX_EPOCH + Duration::from_secs(number))
            .unwrap();
    }
    rollouts.scan();
    let mut active = rollouts.active().to_vec();
    active.sort();
    let expected: Vec<PathBuf> = (24..40)
        .map(|number| rollout(&home.day("22"), &format!("thread-{number:02}")))
        .collect();
    assert_eq!(active, expected);
    append(&rollout(&home.day("22"), "thread-07"), &ended(1));
    assert_eq!(shown_inputs(&rollouts.scan()), ["completed t done error=-"]);
    assert!(
        rollouts
            .active()
            .contains(&rollout(&home.day("22"), "thread-07"))
    );
}
