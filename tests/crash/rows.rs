//! What Messages makes of the owner's words: parts in rows of their own, rows that
//! change after they were written, rows whose chat comes late. The words reach the
//! session once and whole; what does not is answered.

use std::thread::sleep;
use std::time::Duration;

use control_plane::demo::messages::{Place, Row};
use events::Wall;

use crate::running::Running;
use crate::tools::{now, wait_for};
use crate::truth::{delivered, spoken};
use crate::world::{OWNER, World};

/// Another address of the owner's.
const MAIL: &str = "owner@example.com";

/// A session without a screen, the program, and both of the owner's addresses.
fn begun(world: &World) -> (String, Running) {
    let session = world.headless("begin");
    let owner = format!("{OWNER},{MAIL}");
    let running = Running::up(world, &[("CODEX_IMESSAGE_TO", owner.as_str())]);
    (session, running)
}

fn insert(world: &World, row: &Row) -> String {
    world.messages().insert(row).unwrap()
}

fn write(text: &str) -> Row {
    Row::from(OWNER, text, now())
}

fn later(millis: i64) -> Wall {
    Wall(now().0 + millis)
}

/// The session has these words.
fn heard(world: &World, text: &str) {
    wait_for(&format!("{text:?} in the session"), || {
        spoken(world).iter().any(|said| said == text).then_some(())
    });
}

/// The owner got a text with these words.
fn told(world: &World, part: &str) {
    wait_for(&format!("a text with {part:?}"), || {
        let texts = delivered(world);
        texts.iter().any(|text| text.contains(part)).then_some(())
    });
}

/// Ends the program; the session was told this and nothing else.
fn ends_with(world: &World, running: Running, words: &[&str]) {
    running.stop();
    assert_eq!(spoken(world), [&["begin"], words].concat());
}

#[test]
fn words_and_their_link_arrive_together_in_either_order() {
    let world = World::new();
    let (session, running) = begun(&world);
    insert(&world, &write(&format!("@{session} read this")));
    sleep(Duration::from_millis(700));
    insert(&world, &write("https://example.com/a").link());
    heard(&world, "read this\nhttps://example.com/a");
    told(&world, "echo: read this");

    insert(&world, &write("https://example.com/b").link());
    sleep(Duration::from_millis(300));
    insert(&world, &write(&format!("@{session} and this")));
    heard(&world, "and this\nhttps://example.com/b");
    told(&world, "echo: and this");

    // The link stands in the words, and a preview of it comes a moment later.
    insert(
        &world,
        &write(&format!("@{session} see https://example.com/c")),
    );
    insert(&world, &write("https://example.com/c").link());
    heard(&world, "see https://example.com/c");
    told(&world, "echo: see");
    ends_with(
        &world,
        running,
        &[
            "read this\nhttps://example.com/a",
            "and this\nhttps://example.com/b",
            "see https://example.com/c",
        ],
    );
}

#[test]
fn a_link_alone_and_words_that_wait_when_the_program_is_killed_arrive_once() {
    let world = World::new();
    let (session, running) = begun(&world);
    insert(&world, &write(&format!("@{session} first")));
    told(&world, "echo: first");
    insert(&world, &write("https://example.com/a").link());
    told(&world, "echo: https://example.com/a");
    insert(&world, &write("then the tests"));
    running.wait_for("InboundDeferred", 3);
    running.kill();
    let running = Running::up(&world, &[]);
    heard(&world, "then the tests");
    let words = ["first", "https://example.com/a", "then the tests"];
    ends_with(&world, running, &words);
}

#[test]
fn what_is_sent_later_arrives_when_it_is_sent_and_not_if_it_is_taken_back() {
    let world = World::new();
    let (session, running) = begun(&world);
    let schedule = |text: &str, due: i64| {
        let row = Row::to(OWNER, &format!("@{session} {text}"), later(due));
        let guid = insert(&world, &row);
        world.messages().schedule(&guid, 2, later(due)).unwrap();
        guid
    };
    // A Mac writes each in one step; here the program does not look in between.
    let [soon, moved, gone] = running.meanwhile(|| {
        [("soon", 240_000), ("moved", 900_000), ("gone", 240_000)]
            .map(|(text, due)| schedule(text, due))
    });
    running.wait_for("InboundHeld", 3);
    assert_eq!(spoken(&world), ["begin"]);
    let messages = world.messages();
    messages
        .db()
        .execute("DELETE FROM message WHERE guid = ?1", [&gone])
        .unwrap();
    drop(messages);
    // Moved, and sent at once.
    world.messages().schedule(&moved, 2, later(60_000)).unwrap();
    world.messages().schedule(&soon, 3, now()).unwrap();
    heard(&world, "soon");
    told(&world, "echo: soon");
    world.messages().schedule(&moved, 3, later(60_000)).unwrap();
    heard(&world, "moved");
    ends_with(&world, running, &["soon", "moved"]);
}

#[test]
fn what_is_edited_counts_as_it_stands_until_it_was_passed_on() {
    let world = World::new();
    let (session, running) = begun(&world);
    let guid = running.meanwhile(|| {
        let guid = insert(&world, &write(&format!("@{session} frist")));
        let edited = format!("@{session} first");
        world.messages().edit(&guid, &edited, now()).unwrap();
        let unsent = insert(&world, &write(&format!("@{session} never")));
        world.messages().unsend(&unsent, now()).unwrap();
        guid
    });
    heard(&world, "first");
    told(&world, "echo: first");
    let edited = format!("@{session} second");
    world.messages().edit(&guid, &edited, later(1)).unwrap();
    told(&world, "edit came too late");
    world.messages().unsend(&guid, later(2)).unwrap();
    told(&world, "unsent the message too late");
    ends_with(&world, running, &["first"]);
}

#[test]
fn subjects_words_like_a_reaction_and_chats_of_ones_own_arrive() {
    let world = World::new();
    let (session, running) = begun(&world);
    let subject = Row {
        subject: Some(format!("@{session} Urgent")),
        ..write("stop the deploy")
    };
    insert(&world, &subject);
    heard(&world, "Urgent\nstop the deploy");
    told(&world, "echo: Urgent");
    let like = "Removed the lock from “Cargo.toml” myself, please rebuild";
    insert(&world, &write(like));
    heard(&world, like);
    told(&world, "echo: Removed the lock");
    // One chat with both addresses of the owner's.
    let guid = insert(
        &world,
        &Row {
            place: Place::Nowhere,
            ..write(&format!("@{session} to both"))
        },
    );
    let messages = world.messages();
    messages
        .db()
        .execute_batch(&format!(
            "INSERT OR IGNORE INTO handle (id, service) VALUES ('{MAIL}', 'iMessage');
             INSERT INTO chat_handle_join
             SELECT c.ROWID, h.ROWID FROM chat c, handle h
             WHERE c.chat_identifier = '{OWNER}' AND h.id = '{MAIL}'"
        ))
        .unwrap();
    drop(messages);
    let own = Place::Direct(OWNER.into());
    world.messages().join(&guid, &own, "iMessage").unwrap();
    heard(&world, "to both");
    told(&world, "echo: to both");
    // And two chats.
    let guid = insert(&world, &write(&format!("@{session} twice")));
    let other = Place::Direct(MAIL.into());
    world.messages().join(&guid, &other, "iMessage").unwrap();
    heard(&world, "twice");
    ends_with(
        &world,
        running,
        &["Urgent\nstop the deploy", like, "to both", "twice"],
    );
}

#[test]
fn a_chat_that_comes_after_14_seconds_is_in_time() {
    let world = World::new();
    let (session, running) = begun(&world);
    let guid = insert(
        &world,
        &Row {
            place: Place::Nowhere,
            ..write(&format!("@{session} late"))
        },
    );
    running.wait_for("InboundHeld", 1);
    sleep(Duration::from_secs(14));
    let own = Place::Direct(OWNER.into());
    world.messages().join(&guid, &own, "iMessage").unwrap();
    heard(&world, "late");
    ends_with(&world, running, &["late"]);
}

#[test]
fn what_is_not_acted_on_is_answered() {
    let world = World::new();
    let (_, running) = begun(&world);
    insert(&world, &write("do it").sms());
    told(&world, "it came by SMS");
    ends_with(&world, running, &[]);
}
