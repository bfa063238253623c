//! chat.db in trouble while the program runs: locked, replaced, restored, its log
//! rotated, Full Disk Access gone. What the owner writes is acted on once or, where
//! it was read before, not again; nothing else waits.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::time::Duration;

use control_plane::demo::messages::{Messages, Row};

use crate::log::Log;
use crate::running::Running;
use crate::tools::{now, wait_for};
use crate::truth::{check, delivered, spoken};
use crate::world::{OWNER, World};

/// A session without a screen, and the program, which has heard "first".
fn begun(world: &World) -> (String, Running) {
    let session = world.headless("begin");
    let running = Running::up(world, &[]);
    said(world, &session, "first");
    (session, running)
}

/// The owner says it to a session, which has it some time later.
fn said(world: &World, session: &str, text: &str) {
    world.say(&format!("@{session} {text}"));
    heard(world, text);
}

/// The session has it, and the owner has the answer: nothing is under way any more.
fn heard(world: &World, text: &str) {
    wait_for(&format!("{text:?} in the session"), || {
        spoken(world).iter().any(|said| said == text).then_some(())
    });
    wait_for(&format!("the answer to {text:?}"), || {
        let answer = format!("echo: {text}");
        let texts = delivered(world);
        texts
            .iter()
            .any(|text| text.contains(&answer))
            .then_some(())
    });
}

/// Ends it, and wants exactly these words in sessions, each once and in order.
fn ends_with(world: &World, running: Running, words: &[&str]) -> Log {
    running.stop();
    assert_eq!(spoken(world), [&["begin"], words].concat());
    check(world, &[])
}

/// Where the cursor was put, each time.
fn placings(log: &Log) -> Vec<String> {
    let placed = log.all("ChatDbPlaced");
    placed
        .map(|placed| placed["why"].as_str().unwrap().to_owned())
        .collect()
}

/// Another database takes the place of chat.db.
fn put(world: &World, other: &Path) {
    take_wal_away(world);
    fs::rename(other, world.chat_db()).unwrap();
}

/// Once all of it is in the database, the log goes, and its index.
fn take_wal_away(world: &World) {
    let messages = world.messages();
    let checkpoint = "PRAGMA wal_checkpoint(TRUNCATE)";
    messages.db().query_row(checkpoint, [], |_| Ok(())).unwrap();
    for end in ["-wal", "-shm"] {
        fs::remove_file(world.path(&format!("messages/chat.db{end}"))).unwrap();
    }
}

#[test]
fn a_locked_chat_db_is_waited_for_and_nothing_else_waits() {
    let world = World::new();
    world
        .messages()
        .db()
        .pragma_update(None, "journal_mode", "DELETE")
        .unwrap();
    let (session, running) = begun(&world);
    let mut messages = world.messages();
    let db = messages.db();
    // Who commits holds the whole file in this mode, and readers wait.
    db.execute_batch("PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE; COMMIT")
        .unwrap();
    let row = Row::from(OWNER, &format!("@{session} under the lock"), now());
    messages.insert(&row).unwrap();
    let before = running.events("NotifyReceived");
    let asked = world.ask(&["notify", "{}"]);
    assert!(
        asked.status.success() && asked.stderr.is_empty(),
        "{asked:?}"
    );
    running.wait_for("NotifyReceived", before + 1);
    // Longer than SQLite waits for a lock by itself.
    std::thread::sleep(Duration::from_millis(1500));
    assert!(!spoken(&world).contains(&"under the lock".to_owned()));
    drop(messages);
    heard(&world, "under the lock");
    let log = ends_with(&world, running, &["first", "under the lock"]);
    assert_eq!(log.count("SourceFailed"), 0, "a lock passes");
}

#[test]
fn a_replaced_chat_db_is_history_and_what_comes_then_counts() {
    let world = World::new();
    let (session, running) = begun(&world);
    let new = world.path("messages/new.db");
    let mut messages = Messages::create(&new).unwrap();
    let old = Row::from(OWNER, &format!("@{session} long ago"), now());
    messages.insert(&old).unwrap();
    drop(messages);
    put(&world, &new);
    running.wait_for("ChatDbPlaced", 2);
    said(&world, &session, "second");
    let log = ends_with(&world, running, &["first", "second"]);
    assert_eq!(placings(&log), ["FirstStart", "Replaced"]);
}

#[test]
fn a_chat_db_restored_from_a_backup_says_nothing_again() {
    let world = World::new();
    let session = world.headless("begin");
    // A history is told by its oldest row.
    world.say("before the program");
    let running = Running::up(&world, &[]);
    said(&world, &session, "kept");
    let backup = world.path("messages/backup.db");
    let sql = format!("VACUUM INTO '{}'", backup.display());
    world.messages().db().execute_batch(&sql).unwrap();
    said(&world, &session, "lost");
    put(&world, &backup);
    running.wait_for("ChatDbPlaced", 2);
    // Row numbers come again, with other messages.
    said(&world, &session, "new under an old number");
    let words = ["kept", "lost", "new under an old number"];
    let log = ends_with(&world, running, &words);
    assert_eq!(placings(&log), ["FirstStart", "Rewound"]);
}

#[test]
fn a_rotated_or_removed_wal_loses_no_row() {
    let world = World::new();
    let (session, running) = begun(&world);
    for (mode, text) in [("TRUNCATE", "second"), ("RESTART", "third")] {
        let messages = world.messages();
        let checkpoint = format!("PRAGMA wal_checkpoint({mode})");
        let done: i64 = messages
            .db()
            .query_row(&checkpoint, [], |row| row.get(0))
            .unwrap();
        assert_eq!(done, 0, "the program holds up a checkpoint");
        said(&world, &session, text);
    }
    // The next writer makes another.
    take_wal_away(&world);
    said(&world, &session, "fourth");
    ends_with(&world, running, &["first", "second", "third", "fourth"]);
}

#[test]
fn full_disk_access_lost_and_regained_loses_no_row() {
    let world = World::unprivileged();
    let (session, running) = begun(&world);
    let messages = world.messages();
    let folder = world.path("messages");
    let may = |mode| fs::set_permissions(&folder, fs::Permissions::from_mode(mode)).unwrap();
    may(0o000);
    running.wait_for("SourceFailed", 1);
    let row = Row::from(OWNER, &format!("@{session} meanwhile"), now());
    // Messages itself is not concerned.
    { messages }.insert(&row).unwrap();
    may(0o755);
    running.wait_for("SourceRecovered", 1);
    heard(&world, "meanwhile");
    said(&world, &session, "after");
    let log = ends_with(&world, running, &["first", "meanwhile", "after"]);
    let fault = log.all("SourceFailed").next().unwrap()["fault"].to_string();
    assert!(fault.contains("Full Disk Access"), "{fault}");
    assert_eq!(placings(&log), ["FirstStart"]);
}
