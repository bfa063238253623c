//! Where the cursor starts, and what moves it.

use super::{NOW, OWNER, START, Setup, said, setup, texts};
use crate::demo::messages::{Messages, Place, Row, State};
use crate::ingress::chat_db::{ChatDb, Cursor, MAX_ROWS};
use events::event::Placing;

#[test]
fn the_first_start_begins_at_the_newest_row() {
    let mut s = setup();
    s.say("history");
    s.cursor = Cursor::new();
    let placed = s.placed();
    assert_eq!((placed.rowid, placed.why), (1, Placing::FirstStart));
    assert_eq!(Some(placed.identity.as_str()), s.cursor.identity());
    s.say("live");
    assert_eq!(texts(&s.rows()), ["live"]);
}

#[test]
fn a_restart_catches_up_oldest_first_in_bounded_polls() {
    let mut s = setup();
    s.say("handled");
    let last = s.insert(&Row {
        place: Place::Nowhere,
        ..Row::from(OWNER, "held", NOW)
    });
    s.rows();
    let (identity, rowid, held) = (
        s.cursor.identity().unwrap().to_owned(),
        s.cursor.rowid(),
        s.cursor.held().collect(),
    );
    s.messages
        .join(last.as_str(), &Place::Direct(OWNER.into()), "iMessage")
        .unwrap();
    s.sql("BEGIN");
    s.sql(&format!(
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {MAX_ROWS} + 7) \
         INSERT INTO message (guid, text) SELECT 'G' || i, i FROM n;
         INSERT INTO chat_message_join SELECT 1, ROWID, 0 FROM message WHERE ROWID > 2; COMMIT"
    ));
    s.reader = ChatDb::open(&s.path).unwrap();
    s.cursor = Cursor::resume(identity, rowid, held);
    let rows = s.rows();
    assert_eq!(
        (rows.len(), said(&rows[0]), said(&rows[1])),
        (MAX_ROWS + 1, "held", "1")
    );
    let rows = s.rows();
    assert_eq!((rows.len(), said(&rows[6])), (7, "507"));
    assert!(s.rows().is_empty());
}

#[test]
fn another_file_is_read_from_its_newest_row_only() {
    let mut s = setup();
    s.say("old file");
    s.rows();
    let other = s.path.with_file_name("other.db");
    let mut messages = Messages::create(&other).unwrap();
    for text in ["history", "more history"] {
        messages.insert(&Row::from(OWNER, text, NOW)).unwrap();
    }
    messages
        .db()
        .pragma_update(None, "journal_mode", "DELETE")
        .unwrap();
    for suffix in ["", "-wal", "-shm"] {
        let _ = std::fs::remove_file(format!("{}{suffix}", s.path.display()));
    }
    std::fs::rename(&other, &s.path).unwrap();
    let placed = s.placed();
    assert_eq!((placed.rowid, placed.why), (2, Placing::Replaced));
    let mut messages = Messages::open(&s.path).unwrap();
    messages.insert(&Row::from(OWNER, "live", NOW)).unwrap();
    assert_eq!(texts(&s.rows()), ["live"]);
}

#[test]
fn a_cursor_ahead_of_the_file_is_rewound_not_replayed() {
    let mut s = setup();
    s.say("a");
    s.say("b");
    s.cursor = Cursor::resume(s.reader.identity().unwrap(), 99, vec![98]);
    let placed = s.placed();
    assert_eq!((placed.rowid, placed.why), (2, Placing::Rewound));
    assert_eq!(s.cursor.held().count(), 0);
    assert!(s.rows().is_empty());
}

/// Rows behind `rowid` are as if they had never been, and their numbers are given again.
fn set_back(s: &Setup, rowid: i64) {
    s.sql(&format!(
        "DELETE FROM message WHERE ROWID > {rowid};
         UPDATE sqlite_sequence SET seq = {rowid} WHERE name = 'message'"
    ));
}

#[test]
fn a_file_set_back_and_filled_again_unseen_goes_on_behind_the_last_row_that_is_still_there() {
    let mut s = setup();
    for text in ["a", "b", "c"] {
        s.say(text);
    }
    s.rows();
    set_back(&s, 2);
    for text in ["new", "newer", "newest"] {
        s.say(text);
    }
    let placed = s.placed();
    assert_eq!((placed.rowid, placed.why), (2, Placing::Rewound));
    assert_eq!(texts(&s.rows()), ["new", "newer", "newest"]);
    assert!(s.rows().is_empty());
}

#[test]
fn it_is_seen_by_a_new_process_too_and_where_nothing_known_is_left() {
    let mut s = setup();
    for text in ["a", "b", "c"] {
        s.say(text);
    }
    let rows = s.rows();
    let known: Vec<_> = rows[1..]
        .iter()
        .map(|r| (r.rowid, r.guid.clone()))
        .collect();
    set_back(&s, 1);
    for text in ["new", "newer", "newest"] {
        s.say(text);
    }
    let identity = s.reader.identity().unwrap();
    s.cursor = Cursor::resume(identity, 3, vec![]).knowing(known);
    let placed = s.placed();
    assert_eq!((placed.rowid, placed.why), (1, Placing::Rewound));
    assert_eq!(texts(&s.rows()), ["new", "newer", "newest"]);
}

#[test]
fn a_row_that_came_back_to_its_place_does_not_hide_a_new_one_before_it() {
    let mut s = setup();
    for text in ["a", "b"] {
        s.say(text);
    }
    let last = s.insert(&Row::from(OWNER, "c", NOW));
    s.rows();
    set_back(&s, 1);
    s.say("new");
    s.insert(&Row {
        guid: Some(last.as_str().into()),
        ..Row::from(OWNER, "c", NOW)
    });
    assert_eq!(s.placed().rowid, 1);
    assert_eq!(texts(&s.rows()), ["new", "c"]);
}

#[test]
fn our_row_put_in_again_behind_new_ones_comes_in_its_turn() {
    let mut s = setup();
    let ours = s.insert(&Row::to(OWNER, "done", NOW));
    s.rows();
    s.cursor.track([ours.clone()], START);
    s.sql("DELETE FROM message");
    s.say("new");
    let again = Row {
        guid: Some(ours.as_str().into()),
        ..Row::to(OWNER, "done", NOW)
    };
    s.insert(&again);
    let failed = State {
        error: 22,
        ..State::default()
    };
    s.messages.set_state(ours.as_str(), failed).unwrap();
    assert_eq!(texts(&s.rows()), ["new", "done"]);
}

#[test]
fn deleting_messages_is_neither_a_replacement_nor_a_rewinding() {
    let mut s = setup();
    s.say("a");
    s.say("b");
    s.say("c");
    s.cursor = Cursor::new();
    s.placed();
    s.sql("DELETE FROM message WHERE ROWID IN (1, 3)");
    assert!(s.rows().is_empty());
    s.say("d");
    let rows = s.rows();
    assert_eq!((texts(&rows), rows[0].rowid), (vec!["d"], 4));
    s.sql("DELETE FROM message");
    assert!(s.rows().is_empty());
    s.say("e");
    assert_eq!(texts(&s.rows()), ["e"]);
}

#[test]
fn an_unreadable_identity_counts_as_another_file() {
    let mut s = setup();
    s.cursor = Cursor::resume("nonsense".into(), 0, vec![]);
    assert_eq!(s.placed().why, Placing::Replaced);
}

#[test]
fn the_same_history_goes_on_under_another_device_and_inode() {
    let mut s = setup();
    s.say("old");
    let identity = s.reader.identity().unwrap();
    let mut parts: Vec<_> = identity.split('.').collect();
    (parts[0], parts[1]) = ("1", "2");
    s.cursor = Cursor::resume(parts.join("."), 1, vec![]);
    s.say("new");
    assert_eq!(texts(&s.rows()), ["new"]);
}

#[test]
fn a_restart_that_renumbers_the_device_loses_nothing() {
    let mut s = setup();
    s.say("oldest, deleted meanwhile");
    let identity = s.reader.identity().unwrap();
    let (_, rest) = identity.split_once('.').unwrap();
    s.cursor = Cursor::resume(format!("1.{rest}"), 1, vec![]);
    s.say("came while down");
    s.sql("DELETE FROM message WHERE ROWID = 1");
    assert_eq!(texts(&s.rows()), ["came while down"]);
}
