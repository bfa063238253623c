use super::{ChatDb, Cursor, FOLLOW, Fault, HOLD, MAX_ROWS, Step, Watch, schema};
use crate::demo::messages::{Form, Messages, Place, Row, SelfChat, State};
use events::input::{Body, ChatDbPlaced, MessageRow, Placing};
use events::{Guid, Input, Wall};
use proptest::prelude::*;
use std::path::PathBuf;
use std::sync::mpsc::{self, TryRecvError};
use std::time::Duration;
use tempfile::TempDir;

const OWNER: &str = "+15555550123";
const NOW: Wall = Wall(1_795_374_000_123);
const START: Duration = Duration::ZERO;

struct Setup {
    messages: Messages,
    reader: ChatDb,
    cursor: Cursor,
    path: PathBuf,
    _dir: TempDir,
}

/// An empty chat.db, and a reader whose cursor stands at its beginning.
fn setup() -> Setup {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("chat.db");
    let messages = Messages::create(&path).unwrap();
    let mut reader = ChatDb::open(&path).unwrap();
    let mut cursor = Cursor::new();
    let placed = reader.poll(&mut cursor, START).unwrap();
    assert!(matches!(placed[..], [Input::ChatDb(_)]));
    Setup {
        messages,
        reader,
        cursor,
        path,
        _dir: dir,
    }
}

impl Setup {
    fn poll_at(&mut self, now: Duration) -> Vec<Input> {
        self.reader.poll(&mut self.cursor, now).unwrap()
    }

    fn rows_at(&mut self, now: Duration) -> Vec<MessageRow> {
        let row = |input| match input {
            Input::Message(row) => *row,
            other => panic!("{other:?}"),
        };
        self.poll_at(now).into_iter().map(row).collect()
    }

    fn rows(&mut self) -> Vec<MessageRow> {
        self.rows_at(START)
    }

    fn placed(&mut self) -> ChatDbPlaced {
        match self.poll_at(START).remove(0) {
            Input::ChatDb(placed) => placed,
            other => panic!("{other:?}"),
        }
    }

    fn insert(&mut self, row: &Row) -> Guid {
        Guid::parse(&self.messages.insert(row).unwrap()).unwrap()
    }

    fn say(&mut self, text: &str) -> Guid {
        self.insert(&Row::from(OWNER, text, NOW))
    }

    fn sql(&self, sql: &str) {
        self.messages.db().execute_batch(sql).unwrap();
    }
}

fn said(row: &MessageRow) -> &str {
    match &row.body {
        Body::Text(text) => text.reveal(),
        Body::Empty | Body::Undecodable => panic!("{:?}", row.body),
    }
}

fn texts(rows: &[MessageRow]) -> Vec<&str> {
    rows.iter().map(said).collect()
}

#[test]
fn a_row_of_the_owner_comes_with_all_that_decides() {
    let mut s = setup();
    let row = Row {
        destination: Some("me@example.com".into()),
        ..Row::from(OWNER, "yes", NOW)
    };
    let guid = s.insert(&row.reply_to("ROOT-GUID"));
    let row = s.rows().remove(0);
    assert_eq!((row.rowid, &row.guid, said(&row)), (1, &guid, "yes"));
    assert_eq!(row.date, Some(NOW));
    assert_eq!(
        (
            row.service.as_str(),
            row.from_me,
            row.item_type,
            row.associated_type
        ),
        ("iMessage", false, 0, 0)
    );
    assert_eq!(row.handle.unwrap().reveal(), OWNER);
    assert_eq!(row.destination.unwrap().reveal(), "me@example.com");
    assert_eq!(row.reply_to, Guid::parse("ROOT-GUID"));
    let chat = row.chat.unwrap();
    assert_eq!(
        (chat.style, chat.identifier.reveal().as_str()),
        (Some(45), OWNER)
    );
    assert_eq!(chat.participants.len(), 1);
    assert!(!row.attachments && !row.edited && !row.given_up);
    assert!(s.rows().is_empty());
}

#[test]
fn what_must_not_act_is_told_apart() {
    let mut s = setup();
    s.insert(&Row::from(OWNER, "sms", NOW).sms());
    s.insert(&Row::from(OWNER, "group", NOW).in_group("chat99", &["+15555550199"]));
    s.insert(&Row::from(OWNER, "Liked “x”", NOW).tapback("SOME-GUID"));
    s.insert(&Row {
        item_type: 1,
        balloon: Some("b".into()),
        ..Row::from(OWNER, "joined", NOW)
    });
    s.insert(&Row {
        form: Form::Raw(b"rubbish".to_vec()),
        ..Row::from(OWNER, "", NOW)
    });
    s.insert(&Row::from(OWNER, "look \u{fffc}", NOW));
    let edited = s.say("first");
    s.messages.edit(edited.as_str(), "second", NOW).unwrap();
    let rows = s.rows();
    assert_eq!(rows[0].service, "SMS");
    let group = rows[1].chat.as_ref().unwrap();
    assert_eq!((group.style, group.participants.len()), (Some(43), 2));
    assert_eq!(rows[2].associated_type, 2001);
    assert_eq!(
        (rows[3].item_type, rows[3].balloon.as_deref()),
        (1, Some("b"))
    );
    assert_eq!(rows[4].body, Body::Undecodable);
    assert!(rows[5].attachments);
    assert!(rows[6].edited);
}

#[test]
fn self_chat_rows_come_as_they_stand() {
    use SelfChat::{A, B, C, D, E, F};
    let both = vec![true, false];
    for (pattern, from_me) in [
        (A, both.clone()),
        (B, both.clone()),
        (C, vec![true]),
        (D, vec![false]),
        (E, vec![true]),
        (F, both),
    ] {
        let mut s = setup();
        let guids = s.messages.self_chat(pattern, OWNER, "yes", NOW).unwrap();
        let rows = s.rows();
        assert_eq!(
            rows.iter().map(|r| r.from_me).collect::<Vec<_>>(),
            from_me,
            "{pattern:?}"
        );
        assert_eq!(
            rows.iter().map(|r| r.guid.as_str()).collect::<Vec<_>>(),
            guids,
            "{pattern:?}"
        );
        assert_eq!(rows[0].body == Body::Empty, pattern == B);
        assert_eq!(said(rows.last().unwrap()), "yes");
    }
}

#[test]
fn a_late_chat_holds_up_nobody_and_the_row_comes_again() {
    let mut s = setup();
    let late = s.insert(&Row {
        place: Place::Nowhere,
        ..Row::from(OWNER, "late", NOW)
    });
    s.say("behind");
    let rows = s.rows();
    assert_eq!(texts(&rows), ["late", "behind"]);
    assert_eq!((rows[0].chat.is_some(), rows[0].given_up), (false, false));
    assert_eq!(s.cursor.held().collect::<Vec<_>>(), [1]);
    s.say("more");
    assert_eq!(
        texts(&s.rows()),
        ["more"],
        "an unfinished row comes only once as such"
    );
    s.messages
        .join(late.as_str(), &Place::Direct(OWNER.into()), "iMessage")
        .unwrap();
    let rows = s.rows();
    assert_eq!(
        (texts(&rows), rows[0].given_up, rows[0].chat.is_some()),
        (vec!["late"], false, true)
    );
    assert_eq!(s.cursor.held().count(), 0);
    assert!(s.rows().is_empty());
}

#[test]
fn a_late_body_comes_once_it_is_there() {
    let mut s = setup();
    let late = s.insert(&Row {
        form: Form::Nothing,
        ..Row::from(OWNER, "", NOW)
    });
    assert_eq!(s.rows()[0].body, Body::Empty);
    s.messages.fill(late.as_str(), "there").unwrap();
    assert_eq!(texts(&s.rows()), ["there"]);
}

#[test]
fn a_row_that_stays_unfinished_is_given_up_in_time() {
    let mut s = setup();
    s.insert(&Row {
        place: Place::Nowhere,
        ..Row::from(OWNER, "never", NOW)
    });
    s.rows();
    assert_eq!(s.cursor.next_deadline(), Some(HOLD));
    assert!(s.rows_at(HOLD - Duration::from_millis(1)).is_empty());
    let rows = s.rows_at(HOLD);
    assert_eq!((rows.len(), rows[0].given_up), (1, true));
    assert_eq!(s.cursor.next_deadline(), None);
    assert!(s.rows_at(HOLD * 2).is_empty());
}

#[test]
fn a_held_row_that_is_deleted_is_not_forgotten() {
    let mut s = setup();
    let guid = s.insert(&Row {
        form: Form::Nothing,
        ..Row::from(OWNER, "", NOW)
    });
    s.rows();
    s.sql("DELETE FROM message");
    let rows = s.rows();
    assert_eq!(
        (rows.len(), &rows[0].guid, rows[0].given_up),
        (1, &guid, true)
    );
    let mut resumed = Cursor::resume(s.cursor.identity().unwrap().into(), 1, vec![1]);
    let rows = s.reader.poll(&mut resumed, START).unwrap();
    assert!(matches!(&rows[..], [Input::Message(row)] if row.rowid == 1 && row.given_up));
}

#[test]
fn a_crowd_of_unfinished_rows_is_bounded() {
    let mut s = setup();
    for _ in 0..250 {
        s.insert(&Row {
            place: Place::Nowhere,
            ..Row::from(OWNER, "x", NOW)
        });
    }
    assert_eq!(s.rows().len(), 250);
    let early = s.rows();
    assert_eq!((early.len(), early.iter().all(|r| r.given_up)), (50, true));
    assert_eq!(s.cursor.held().count(), 200);
}

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
fn broken_values_cost_no_other_row() {
    let mut s = setup();
    s.sql(
        "INSERT INTO message (guid, text, attributedBody, date, service, handle_id, error, item_type) VALUES
         (X'FFFE', CAST(X'FF41' AS TEXT), NULL, 'soon', NULL, 'x', 'y', X'00'),
         ('', NULL, 5, 1.5e300, X'FF', NULL, NULL, NULL),
         (7, X'6869', 'text', -9223372036854775808, 8, 9, 1.5, '3'),
         ('G', NULL, CAST('rubbish' AS TEXT), 9223372036854775807, '', 0, 0, 0)",
    );
    s.say("fine");
    let rows = s.rows();
    assert_eq!(rows.len(), 5);
    assert_eq!(rows[0].body, Body::Undecodable);
    assert_eq!(
        (rows[0].guid.as_str().is_empty(), rows[1].guid.as_str()),
        (false, "row-2")
    );
    assert_eq!(rows[1].body, Body::Undecodable);
    assert_eq!(
        (said(&rows[2]), rows[2].item_type, rows[2].guid.as_str()),
        ("hi", 3, "7")
    );
    assert_eq!(rows[3].body, Body::Undecodable);
    assert_eq!(said(&rows[4]), "fine");
}

#[test]
fn dates_in_seconds_and_unset_dates_are_understood() {
    let mut s = setup();
    s.sql("INSERT INTO message (guid, text, date) VALUES ('a', 'x', 500000000), ('b', 'x', 0), ('c', 'x', NULL)");
    let dates: Vec<_> = s.rows().iter().map(|row| row.date).collect();
    assert_eq!(dates, [Some(Wall(1_478_307_200_000)), None, None]);
}

#[test]
fn a_row_in_two_chats_is_in_the_company_of_both() {
    let mut s = setup();
    let guid = s.say("x");
    let group = Place::Group("chat7".into(), vec![OWNER.into(), "+15555550199".into()]);
    s.messages.join(guid.as_str(), &group, "iMessage").unwrap();
    let chat = s.rows().remove(0).chat.unwrap();
    assert_eq!((chat.style, chat.participants.len()), (Some(43), 2));
}

#[test]
fn the_fate_of_a_tracked_row_comes_until_it_is_final() {
    let mut s = setup();
    let guid = Guid::parse(&s.messages.deliver(OWNER, "notice", NOW).unwrap()).unwrap();
    assert!(!s.rows()[0].sent);
    s.cursor.track([guid.clone()], START);
    assert!(s.rows().is_empty(), "nothing changed since it came");
    let set = |s: &mut Setup, state| s.messages.set_state(guid.as_str(), state).unwrap();
    set(
        &mut s,
        State {
            sent: true,
            ..State::default()
        },
    );
    let rows = s.rows();
    assert_eq!(
        (rows.len(), rows[0].sent, rows[0].delivered),
        (1, true, false)
    );
    s.say("something else");
    assert_eq!(texts(&s.rows()), ["something else"]);
    set(
        &mut s,
        State {
            sent: true,
            delivered: true,
            error: 0,
        },
    );
    assert!(s.rows()[0].delivered);
    set(
        &mut s,
        State {
            error: 22,
            ..State::default()
        },
    );
    assert!(s.rows().is_empty(), "delivered is final");
}

#[test]
fn tracking_ends_and_begins_with_what_is_not_known() {
    let mut s = setup();
    let guid = Guid::parse(&s.messages.deliver(OWNER, "notice", NOW).unwrap()).unwrap();
    s.cursor = Cursor::resume(s.reader.identity().unwrap(), 1, vec![]);
    s.cursor.track([guid.clone()], START);
    assert_eq!(s.rows().len(), 1, "this cursor never saw it");
    s.messages
        .set_state(
            guid.as_str(),
            State {
                error: 22,
                ..State::default()
            },
        )
        .unwrap();
    assert!(s.rows_at(FOLLOW).is_empty());
    s.cursor.track([guid], FOLLOW);
    assert_eq!(s.rows_at(FOLLOW)[0].error, 22);
}

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
        indexes
            .iter()
            .for_each(|index| s.sql(&format!("DROP INDEX {index}")));
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
        _dir,
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
        _dir,
    };
    for text in ["first", "second"] {
        s.say(text);
        let rows = std::iter::from_fn(|| wakes.recv_timeout(Duration::from_secs(5)).ok())
            .map(|()| s.rows())
            .find(|rows| !rows.is_empty());
        assert_eq!(texts(&rows.unwrap()), [text]);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// Whatever order writes and polls have, each row comes whole exactly once, in order.
    #[test]
    fn every_row_comes_whole_exactly_once(steps in prop::collection::vec(0_u8..5, 1..60)) {
        let mut s = setup();
        let (mut late, mut whole, mut count) = (Vec::new(), Vec::new(), 0_usize);
        for step in steps.into_iter().chain([3, 3, 4]) {
            match step {
                0 => { s.say("x"); count += 1; }
                1 => {
                    late.push(s.insert(&Row { place: Place::Nowhere, ..Row::from(OWNER, "x", NOW) }));
                    count += 1;
                }
                2 => s.cursor = Cursor::resume(s.cursor.identity().unwrap().into(), s.cursor.rowid(), s.cursor.held().collect()),
                3 => if let Some(guid) = late.pop() {
                    s.messages.join(guid.as_str(), &Place::Direct(OWNER.into()), "iMessage").unwrap();
                },
                _ => whole.extend(s.rows().into_iter().filter(|row| row.chat.is_some()).map(|row| row.rowid)),
            }
        }
        for guid in late {
            s.messages.join(guid.as_str(), &Place::Direct(OWNER.into()), "iMessage").unwrap();
        }
        whole.extend(s.rows().into_iter().map(|row| row.rowid));
        whole.sort_unstable();
        prop_assert_eq!(whole, (1..=i64::try_from(count).unwrap()).collect::<Vec<_>>());
    }
}
