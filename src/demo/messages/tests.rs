//! What is written is what Messages would have written, read back row by row.

use super::osascript::{Behaviour, World, osascript_main};
use super::{Messages, Place, Row};
use events::Wall;
use rusqlite::Connection;
use std::path::Path;
use tempfile::TempDir;

const OWNER: &str = "+15555550123";
const SCRIPT: &str = "on run argv\n  log \"resolved\"\n  send item 2 of argv\nend run\n";

fn world() -> TempDir {
    let dir = tempfile::tempdir().unwrap();
    Messages::create(&dir.path().join("chat.db")).unwrap();
    dir
}

/// One call; its exit code and standard error.
fn call(dir: &Path, behaviour: &str, text: &str) -> (u8, String) {
    let (db, calls) = (dir.join("chat.db"), dir.join("calls.jsonl"));
    let world = World {
        db: &db,
        calls: &calls,
        behaviour,
        now: Wall(1_795_374_000_000),
    };
    let args = ["-", OWNER, text].map(str::to_owned);
    let mut stderr = Vec::new();
    let code = osascript_main(&args, SCRIPT, world, &mut stderr).unwrap();
    (code, String::from_utf8(stderr).unwrap())
}

/// Service, error, sent and delivered of each row.
fn rows(dir: &Path) -> Vec<(String, i64, bool, bool)> {
    let db = Connection::open(dir.join("chat.db")).unwrap();
    db.prepare(
        "SELECT service, error, is_sent, is_delivered FROM message WHERE is_from_me ORDER BY ROWID",
    )
    .unwrap()
    .query_map([], |row| {
        Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?))
    })
    .unwrap()
    .collect::<Result<_, _>>()
    .unwrap()
}

#[test]
fn each_behaviour_leaves_its_rows_and_exit_code() {
    let imessage = |error, sent, delivered| vec![("iMessage".to_owned(), error, sent, delivered)];
    let cases = [
        ("ok", 0, imessage(0, true, true)),
        ("ok:1", 0, imessage(0, true, true)),
        ("nothing", 0, vec![]),
        ("error:-1728", 1, vec![]),
        ("sent-then-error:-609", 1, imessage(0, true, true)),
        ("row-error:22", 0, imessage(22, false, false)),
        ("sms", 0, vec![("SMS".to_owned(), 0, true, false)]),
        ("no-such", 2, vec![]),
    ];
    for (behaviour, code, expected) in cases {
        let dir = world();
        let (exit, stderr) = call(dir.path(), behaviour, "hello");
        assert_eq!(
            (exit, rows(dir.path())),
            (code, expected),
            "{behaviour}: {stderr}"
        );
        assert_eq!(stderr.contains("execution error"), code == 1, "{stderr}");
        let calls = std::fs::read_to_string(dir.path().join("calls.jsonl")).unwrap();
        assert_eq!(calls.lines().count(), 1, "{behaviour}");
    }
}

#[test]
fn errors_read_as_apples_do_and_markers_tell_the_stage() {
    let dir = world();
    let (_, stderr) = call(dir.path(), "error:-1728", "x");
    assert!(
        stderr.ends_with("(-1728)\n") && !stderr.contains("resolved"),
        "{stderr}"
    );
    let (_, stderr) = call(dir.path(), "sent-then-error:-609", "x");
    assert!(
        stderr.starts_with("resolved\n") && stderr.ends_with("(-609)\n"),
        "{stderr}"
    );
}

#[test]
fn a_list_gives_each_call_its_behaviour() {
    let dir = world();
    let exits: Vec<_> = (0..4)
        .map(|_| call(dir.path(), "error:-1728,row-error:22,ok", "x").0)
        .collect();
    assert_eq!(exits, [1, 0, 0, 0]);
    assert_eq!(
        rows(dir.path()).iter().map(|row| row.1).collect::<Vec<_>>(),
        [22, 0, 0]
    );
    assert_eq!(Behaviour::parse("hang", 0), Some(Behaviour::Hang));
    assert_eq!(Behaviour::parse("ok:soon", 0), None);
}

#[test]
fn calls_are_recorded_with_their_exact_text() {
    let dir = world();
    let text = "line\n\"quoted\" \\ 👍";
    call(dir.path(), "nothing", text);
    let calls = std::fs::read_to_string(dir.path().join("calls.jsonl")).unwrap();
    let call: serde_json::Value = serde_json::from_str(&calls).unwrap();
    assert_eq!((&call["to"], &call["text"]), (&OWNER.into(), &text.into()));
}

#[test]
fn a_file_that_is_not_simulated_is_never_written() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("chat.db");
    Connection::open(&path)
        .unwrap()
        .execute_batch("CREATE TABLE message (guid)")
        .unwrap();
    assert!(Messages::create(&path).is_err());
    assert!(Messages::open(&path).is_err());
}

#[test]
fn a_chat_that_was_opened_is_the_one_written_to() {
    let dir = world();
    let mut messages = Messages::open(&dir.path().join("chat.db")).unwrap();
    messages.add_chat(&Place::Direct(OWNER.into())).unwrap();
    messages.deliver(OWNER, "hello", Wall(0)).unwrap();
    messages.insert(&Row::from(OWNER, "hi", Wall(0))).unwrap();
    let counts = "SELECT (SELECT count(*) FROM chat), (SELECT count(*) FROM chat_message_join), \
                  (SELECT count(*) FROM chat_handle_join)";
    let counts = messages.db().query_row(counts, [], |row| {
        Ok([row.get(0)?, row.get(1)?, row.get::<_, i64>(2)?])
    });
    assert_eq!(counts.unwrap(), [1, 2, 1]);
}

#[test]
fn guids_are_unique_even_for_equal_texts() {
    let dir = world();
    let mut messages = Messages::open(&dir.path().join("chat.db")).unwrap();
    let row = Row::from(OWNER, "yes", Wall(0));
    let guids = [
        messages.insert(&row).unwrap(),
        messages.insert(&row).unwrap(),
    ];
    assert_ne!(guids[0], guids[1]);
    assert_eq!(guids[0].len(), 36);
}
