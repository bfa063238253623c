//! Threads with several files: segments, copies, moved and migrated files, forks.

use super::files::{EARLY, Home, append};
use super::{
    THREAD, asked, completed, line, meta, meta_of, output, session, shown_inputs, started, user,
};
use crate::ingress::rollouts::{Cursor, Rollouts};
use events::input::Input;
use events::time::Wall;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

const SEGMENT: &str = "01a22369-9c5f-7052-b748-d331f2f3003e";
const FORK: &str = "01a2236e-18f9-7e11-b34f-a93e3853275d";
const META: &str = "meta Owner 0.169.0 /w";
/// 2026-11-22T15:00:00Z
const MINUTE: i64 = 1_795_359_600_000;

fn turn(second: u32, turn: &str) -> String {
    started(second, turn) + &completed(second, turn, turn)
}

fn told_of(turn: &str) -> [String; 2] {
    let tail = &turn[turn.len().saturating_sub(4)..];
    [
        format!("started {tail} plan=false"),
        format!("completed {tail} {turn} error=-"),
    ]
}

/// A file of the thread that was begun at this minute.
fn file(home: &Home, minute: u32, id: &str, content: &str) -> PathBuf {
    let path = home
        .day("22")
        .join(format!("rollout-2026-11-22T14-{minute:02}-00-{id}.jsonl"));
    fs::write(&path, content).unwrap();
    path
}

fn sessions(inputs: &[Input]) -> Vec<String> {
    let of = |input: &Input| {
        let Input::Rollout(told) = input else {
            return None;
        };
        Some(told.session.to_string())
    };
    let mut sessions: Vec<_> = inputs.iter().filter_map(of).collect();
    sessions.dedup();
    sessions
}

#[test]
fn the_segments_of_a_thread_are_one_session_and_each_end_is_told_once() {
    let home = Home::new();
    let first = file(&home, 10, THREAD, &(meta(0) + &turn(1, "t1")));
    let base = format!(r#","history_base":{{"thread_id":"{THREAD}"}}"#);
    let head = |second| meta_of(second, THREAD, &base);
    let mut rollouts = home.rollouts(EARLY);
    rollouts.scan();
    let segment = format!("{THREAD}_{SEGMENT}");
    let second = file(&home, 11, &segment, &(head(5) + &turn(6, "t2")));
    let told = rollouts.recent();
    assert_eq!(sessions(&told), [THREAD]);
    assert_eq!(
        shown_inputs(&told),
        [[META.to_owned()].as_slice(), &told_of("t2")].concat()
    );
    append(&second, &user(7, "from the phone"));
    assert_eq!(
        shown_inputs(&rollouts.touched(&second)),
        ["user from the phone"]
    );
    assert_eq!(rollouts.find(&session(THREAD)), Some(second.clone()));
    assert!(rollouts.scan().is_empty());
    // Both there at the start: the same, and nothing that the first left open is open.
    append(&first, &asked(3, "request_user_input", "c"));
    let third = file(
        &home,
        12,
        &format!("{THREAD}_{FORK}"),
        &(head(8) + &turn(9, "t3")),
    );
    let mut again = home.rollouts(Wall(MINUTE + 8_500));
    let told = shown_inputs(&again.scan());
    assert_eq!(
        told.iter()
            .filter(|told| told.starts_with("completed"))
            .count(),
        1,
        "{told:?}"
    );
    assert!(
        !told.iter().any(|told| told.starts_with("asked")),
        "{told:?}"
    );
    assert_eq!(again.find(&session(THREAD)), Some(third));
}

#[test]
fn a_second_file_with_the_same_history_that_goes_on_is_told_from_there() {
    let home = Home::new();
    let history = meta(0) + &user(1, "one") + &turn(1, "t1") + &user(1, "one");
    file(&home, 10, THREAD, &history);
    let mut rollouts = home.rollouts(EARLY);
    rollouts.scan();
    let second = file(&home, 11, THREAD, &history);
    assert!(rollouts.scan().is_empty());
    append(&second, &turn(2, "t2"));
    assert_eq!(shown_inputs(&rollouts.scan()), told_of("t2"));
    // Both at the start, each with its own end.
    let told = shown_inputs(&home.rollouts(EARLY).scan());
    let ends = told.iter().filter(|told| told.starts_with("completed"));
    assert_eq!(ends.count(), 2, "{told:?}");
}

fn cursor(path: &Path, offset: u64, heard: i64) -> Cursor {
    Cursor {
        session: session(THREAD),
        path: path.to_owned(),
        offset,
        heard: Wall(heard),
    }
}

#[test]
fn what_a_file_is_that_appeared_or_was_replaced_while_nobody_looked() {
    let home = Home::new();
    let history = meta(0) + &turn(1, "t1") + &turn(2, "t2");
    let path = file(&home, 10, THREAD, &history);
    let length = history.len() as u64;
    let heard = MINUTE + 10_000;
    let after = |turns: &[&str]| {
        let cursors = vec![cursor(&path, length, heard)];
        let mut rollouts = Rollouts::new(home.sessions(), EARLY, cursors);
        let mut told = shown_inputs(&rollouts.scan());
        told.retain(|told| told.starts_with("completed"));
        let ends: Vec<_> = turns.iter().map(|turn| told_of(turn)[1].clone()).collect();
        assert_eq!(told, ends);
    };
    after(&[]);
    // Migrated in place, and then a turn.
    let migrated = history.replace("0.169.0", "0.171.0-and-more") + &turn(20, "t3");
    fs::remove_file(&path).unwrap();
    fs::write(&path, migrated).unwrap();
    after(&["t3"]);
    // A copy under another name, and a turn in it.
    let copy = file(&home, 11, THREAD, &(history + &turn(21, "t4")));
    after(&["t3", "t4"]);
    fs::remove_file(copy).unwrap();
}

#[test]
fn copies_that_sync_tools_made_are_nobodys() {
    let home = Home::new();
    let path = file(&home, 10, THREAD, &(meta(0) + &turn(1, "t1")));
    for end in [
        "-conflict",
        " 2",
        ".sync-conflict-20261122-144518-ABCDEFG",
        " (1)",
    ] {
        let copy = path.with_file_name(format!("rollout-2026-11-22T14-10-00-{THREAD}{end}.jsonl"));
        fs::write(&copy, meta(0) + &turn(1, "t1") + &turn(2, end)).unwrap();
    }
    let mut rollouts = home.rollouts(EARLY);
    assert_eq!(shown_inputs(&rollouts.scan()).len(), 3);
    assert!(rollouts.recent().is_empty());
}

#[test]
fn a_file_whose_name_tells_another_thread_is_its_heads() {
    let home = Home::new();
    file(&home, 10, SEGMENT, &(meta(0) + &turn(1, "t1")));
    assert_eq!(sessions(&home.rollouts(EARLY).scan()), [THREAD]);
}

#[test]
fn a_session_that_was_archived_with_an_end_nobody_saw_is_told() {
    let home = Home::new();
    let path = file(&home, 10, THREAD, &meta(0));
    let cursors = || vec![cursor(&path, meta(0).len() as u64, MINUTE)];
    let mut running = Rollouts::new(home.sessions(), EARLY, cursors());
    running.scan();
    append(&path, &turn(1, "t1"));
    let archive = home.sessions().parent().unwrap().join("archived_sessions");
    fs::create_dir(&archive).unwrap();
    let archived = archive.join(path.file_name().unwrap());
    fs::rename(&path, &archived).unwrap();
    assert_eq!(shown_inputs(&running.recent()), told_of("t1"));
    let mut later = Rollouts::new(home.sessions(), EARLY, cursors());
    assert_eq!(shown_inputs(&later.scan()), told_of("t1"));
    // And back.
    fs::rename(&archived, &path).unwrap();
    append(&path, &turn(2, "t2"));
    assert_eq!(shown_inputs(&running.scan()), told_of("t2"));
    assert_eq!(shown_inputs(&later.scan()), told_of("t2"));
}

/// What Codex 0.145 makes: the parent's history with the time of the fork.
fn forked(copied: &str) -> String {
    let head = meta_of(5, FORK, &format!(r#","forked_from_id":"{THREAD}""#));
    head + &meta_of(5, THREAD, "") + copied
}

#[test]
fn of_a_fork_only_its_own_turns_are_told() {
    let olds = ["01a2236d-b2a1-73e1-b1f3-f1ef10d4b4fc", "t1"];
    let news = ["01a2236e-292c-77b2-aea4-2f52935bcf95", "t2"];
    for (old, new) in olds.into_iter().zip(news) {
        let home = Home::new();
        let copied = forked(&(user(5, "x") + &turn(5, old)).repeat(6));
        let path = file(&home, 10, FORK, &copied);
        let mut rollouts = home.rollouts(EARLY);
        let told = rollouts.scan();
        assert_eq!(shown_inputs(&told), [META]);
        // A start in between forgets nothing of this.
        let Some(Input::Rollout(head)) = told.first() else {
            panic!("{told:?}");
        };
        let cursor = Cursor {
            session: session(FORK),
            path: path.clone(),
            offset: head.offset,
            heard: Wall(MINUTE),
        };
        let mut again = Rollouts::new(home.sessions(), EARLY, vec![cursor]);
        assert!(again.scan().is_empty());
        append(&path, &turn(9, new));
        assert_eq!(shown_inputs(&rollouts.scan()), told_of(new));
        assert_eq!(shown_inputs(&again.scan()), told_of(new));
    }
}

#[test]
fn an_unfinished_turn_that_a_fork_copied_is_nobodys_business() {
    let aborted = line(
        6,
        "event_msg",
        r#"{"type":"turn_aborted","turn_id":"t1","reason":"interrupted"}"#,
    );
    let copied = started(5, "t1")
        + &asked(5, "request_user_input", "c")
        + &output(6, "c", r#""aborted""#)
        + &aborted;
    let home = Home::new();
    let path = file(&home, 10, FORK, &forked(&copied));
    let mut rollouts = home.rollouts(EARLY);
    assert_eq!(shown_inputs(&rollouts.scan()), [META]);
    append(
        &path,
        &(turn(9, "t2") + &asked(10, "request_user_input", "d")),
    );
    assert_eq!(shown_inputs(&rollouts.scan()).len(), 3);
    // One that is open in the parent is not asked here, whenever this is started.
    let home = Home::new();
    file(
        &home,
        10,
        FORK,
        &forked(&(started(5, "t1") + &asked(5, "request_user_input", "c"))),
    );
    let mut late = home.rollouts(Wall(MINUTE + 30_000));
    assert_eq!(shown_inputs(&late.scan()), [META]);
}

/// A file that stands at two places under one name is followed where it grows: copied to
/// another day's folder, or to another home whose old files are still there.
#[test]
fn of_two_places_with_one_name_the_one_that_grows_is_live() {
    let home = Home::new();
    let history = meta(0) + &turn(1, "t1");
    let old = home.write("22", THREAD, &history);
    let copied = |name: &Path| {
        fs::write(name, &history).unwrap();
        let earlier = fs::metadata(&old).unwrap().modified().unwrap();
        let file = fs::File::options().write(true).open(name).unwrap();
        file.set_modified(earlier).unwrap();
    };
    // Written to a moment later, whatever the clock of the file system.
    let grow = |name: &Path, turn_of: &str, second| {
        append(name, &turn(second, turn_of));
        let earlier = fs::metadata(name).unwrap().modified().unwrap();
        let file = fs::File::options().write(true).open(name).unwrap();
        let later = Duration::from_secs(second.into());
        file.set_modified(earlier + later).unwrap();
    };
    let mut rollouts = home.rollouts(EARLY);
    rollouts.scan();
    let new = home.day("23").join(old.file_name().unwrap());
    copied(&new);
    assert!(rollouts.scan().is_empty());
    grow(&new, "t2", 2);
    assert_eq!(shown_inputs(&rollouts.touched(&new)), told_of("t2"));
    grow(&old, "t3", 9);
    assert_eq!(shown_inputs(&rollouts.scan()), told_of("t3"));

    let elsewhere = Home::new();
    let moved = elsewhere.day("22").join(old.file_name().unwrap());
    copied(&moved);
    let cursors = vec![cursor(&old, history.len() as u64, MINUTE + 1_000)];
    let mut rollouts = Rollouts::new(elsewhere.sessions(), EARLY, cursors);
    assert!(rollouts.scan().is_empty());
    grow(&moved, "t4", 30);
    assert_eq!(shown_inputs(&rollouts.scan()), told_of("t4"));
}
