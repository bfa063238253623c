//! The file itself: replaced, locked, gone, not what it should be.

use super::{NOW, OWNER, START, Setup, said, setup, texts};
use crate::demo::messages::{Messages, Row};
use crate::ingress::chat_db::{ChatDb, Cursor, Fault, Step, Watch, schema};
use events::Input;
use events::input::Body;
use std::sync::mpsc::{self, TryRecvError};
use std::time::Duration;

#[test]
fn every_optional_column_may_be_missing() {
    for column in schema::COLUMNS
        .into_iter()
        .filter(|c| !["ROWID", "guid"].contains(c))
    {
        let mut s = setup();
        s.say("x");
        // An index would keep its column.
        let db = s.messages.db();
        let indexes: Vec<String> = db
            .prepare("SELECT name FROM sqlite_master WHERE type = 'index' AND tbl_name = 'message' AND sql NOT NULL")
            .unwrap()
            .query_map([], |row| row.get(0))
            .unwrap()
            .collect::<Result<_, _>>()
            .unwrap();
        for index in indexes {
            s.sql(&format!("DROP INDEX {index}"));
        }
        s.sql(&format!(
            "ALTER TABLE message DROP COLUMN {column}; ALTER TABLE message ADD COLUMN is_new_in_27"
        ));
        s.reader = ChatDb::open(&s.path).unwrap();
        let rows = s.rows();
        assert_eq!(rows.len(), 1, "without {column}");
        assert_eq!(rows[0].body == Body::Empty, column == "attributedBody");
    }
}

#[test]
fn a_reader_never_keeps_a_checkpoint_from_finishing() {
    let mut s = setup();
    s.say("x");
    s.rows();
    let busy: i64 = s
        .messages
        .db()
        .query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get(0))
        .unwrap();
    assert_eq!(busy, 0);
    s.say("after");
    assert_eq!(texts(&s.rows()), ["after"]);
}

#[test]
fn a_vanished_file_is_a_fault_that_passes() {
    let mut s = setup();
    s.say("before");
    s.rows();
    let aside = s.path.with_extension("aside");
    std::fs::rename(&s.path, &aside).unwrap();
    let fault = s.reader.poll(&mut s.cursor, START).unwrap_err();
    assert_eq!((fault.step, fault.errno), (Step::Open, Some(2)));
    assert!(
        fault.to_string().contains("CODEX_IMESSAGE_CHAT_DB"),
        "{fault}"
    );
    std::fs::rename(&aside, &s.path).unwrap();
    s.say("after");
    assert_eq!(texts(&s.rows()), ["after"]);
}

#[test]
fn a_file_that_is_not_messages_own_says_so() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("chat.db");
    std::fs::write(
        &path,
        "not a database, but long enough to have a header of its own",
    )
    .unwrap();
    let fault = ChatDb::open(&path).unwrap_err();
    assert_eq!((fault.step, fault.sqlite), (Step::Probe, Some(26)));
    std::fs::write(&path, "").unwrap();
    assert!(
        ChatDb::open(&path)
            .unwrap_err()
            .to_string()
            .contains("column guid in a table message")
    );
}

#[test]
fn a_refusal_of_macos_names_full_disk_access() {
    let path = std::path::Path::new("chat.db");
    let refused = Fault::io(path, &std::io::Error::from_raw_os_error(1));
    let denied = rusqlite::Error::SqliteFailure(rusqlite::ffi::Error::new(23), None);
    for fault in [refused, Fault::sqlite(Step::Read, path, &denied)] {
        assert!(fault.to_string().contains("Full Disk Access"), "{fault}");
        assert!(!fault.passing());
    }
}

#[test]
fn a_locked_database_is_a_passing_fault_and_nothing_is_lost() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("chat.db");
    let mut messages = Messages::create(&path).unwrap();
    messages
        .db()
        .pragma_update(None, "journal_mode", "DELETE")
        .unwrap();
    let mut reader = ChatDb::open(&path).unwrap();
    let mut cursor = Cursor::new();
    reader.poll(&mut cursor, START).unwrap();
    messages.insert(&Row::from(OWNER, "kept", NOW)).unwrap();
    messages.db().execute_batch("BEGIN EXCLUSIVE").unwrap();
    let fault = reader.poll(&mut cursor, START).unwrap_err();
    assert!(fault.passing(), "{fault}");
    messages.db().execute_batch("COMMIT").unwrap();
    let inputs = reader.poll(&mut cursor, START).unwrap();
    assert!(matches!(&inputs[..], [Input::Message(row)] if said(row) == "kept"));
}

#[test]
fn a_change_wakes_and_a_commit_is_visible_then() {
    let mut s = setup();
    let (sender, wakes) = mpsc::channel();
    let watch = Watch::new(&s.path, move || sender.send(()).unwrap_or_default()).unwrap();
    for (text, sync) in [("fast", "NORMAL"), ("slow", "FULL")] {
        s.sql(&format!("PRAGMA synchronous = {sync}"));
        s.say(text);
        let rows = std::iter::from_fn(|| wakes.recv_timeout(Duration::from_secs(5)).ok())
            .map(|()| s.rows())
            .find(|rows| !rows.is_empty());
        assert_eq!(texts(&rows.unwrap()), [text]);
    }
    drop(watch);
    // The thread ends and drops its sender.
    while wakes.recv_timeout(Duration::from_secs(5)).is_ok() {}
    assert_eq!(wakes.try_recv(), Err(TryRecvError::Disconnected));
}

#[test]
fn a_replaced_log_is_watched_again() {
    let Setup {
        messages,
        reader,
        cursor,
        path,
        dir,
    } = setup();
    let (sender, wakes) = mpsc::channel();
    let _watch = Watch::new(&path, move || sender.send(()).unwrap_or_default()).unwrap();
    // Without any connection SQLite deletes the log.
    drop(reader);
    drop(messages);
    assert!(!path.with_file_name("chat.db-wal").exists());
    let mut s = Setup {
        messages: Messages::open(&path).unwrap(),
        reader: ChatDb::open(&path).unwrap(),
        cursor,
        path,
        dir,
    };
    for text in ["first", "second"] {
        s.say(text);
        let rows = std::iter::from_fn(|| wakes.recv_timeout(Duration::from_secs(5)).ok())
            .map(|()| s.rows())
            .find(|rows| !rows.is_empty());
        assert_eq!(texts(&rows.unwrap()), [text]);
    }
}
