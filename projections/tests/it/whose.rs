//! Which text of ours a row is, where equal words went out more than once, and
//! by which single sign a copy of ours is told from the owner's own words.

use crate::admit::verdict;
use crate::sends::{line, target};
use crate::support::{World, settings};
use events::event::{ChatDbPlaced, Placing};
use events::input::MessageRow;
use events::outcome::How;
use events::{CommandId, Input, Wall};
use projections::admit::Verdict;
use projections::breaker::quiet;
use projections::inbox::Inbox;

const MINUTE: u64 = 60_000;

/// A text that was tried, certainly did not go, and is tried again a while later.
fn twice(world: &mut World) -> (CommandId, CommandId, String) {
    world.says("help");
    let (first, text) = world.next_send().unwrap();
    world.settled(first, target());
    world.pass(5000);
    let (second, _) = world.next_send().unwrap();
    (first, second, text)
}

#[test]
fn a_row_is_of_the_last_try_begun_before_it_was_written() {
    let mut world = World::new();
    let (first, second, text) = twice(&mut world);
    let row = world.own_row(&text);
    let now = world.now.wall.0;
    for (date, id) in [(now, second), (now - 1, first), (now - 5000, first)] {
        let row = MessageRow {
            date: Some(Wall(date)),
            ..row.clone()
        };
        assert_eq!(verdict(&world, &row), Verdict::Ours(id), "{date}");
    }
}

#[test]
fn a_row_without_a_date_is_of_the_try_that_waits_and_then_of_the_oldest() {
    let mut world = World::new();
    let (first, second, text) = twice(&mut world);
    let row = MessageRow {
        date: None,
        ..world.own_row(&text)
    };
    assert_eq!(verdict(&world, &row), Verdict::Ours(second));
    world.settled(second, target());
    assert_eq!(verdict(&world, &row), Verdict::Ours(first));
}

#[test]
fn a_row_that_was_there_when_its_words_were_sent_is_not_ours() {
    let mut world = World::new();
    let mut row = world.own_row("on my way");
    let chat = row.chat.take();
    world.take(row.clone());
    assert!(world.machine.state().inbox.held.contains_key(&world.rowid));
    world.feed(line(10, "t1", None, "on my way"));
    let (id, _) = world.next_send().unwrap();
    world.performed(id, How::Accepted);
    row.chat = chat;
    assert!(!matches!(verdict(&world, &row), Verdict::Ours(_)));
    let later = world.own_row("on my way");
    assert_eq!(verdict(&world, &later), Verdict::Ours(id));
}

/// A text of ours without any mark, out of our hands; the row of it was seen.
fn proven(world: &mut World) -> CommandId {
    world.feed(line(10, "t1", None, "on my way"));
    let (id, text) = world.next_send().unwrap();
    world.performed(id, How::Accepted);
    let row = world.own_row(&text);
    world.take(row);
    assert!(world.machine.state().ledger.open.is_empty());
    id
}

/// What a copy with these words is, so many rows, and so long after by either clock.
fn copy(world: &mut World, rows: i64, wall: i64, tick: u64) -> Verdict {
    world.rowid += rows - 1;
    world.now.wall.0 += wall;
    world.now.tick.0 += tick;
    let row = world.self_row("on my way", false);
    verdict(world, &row)
}

#[test]
fn each_sign_alone_tells_a_copy_of_ours_from_the_owners_words() {
    const LONG: u64 = 11 * MINUTE;
    const FAR: i64 = 11 * 60_000;
    for (rows, wall, tick) in [
        // Written when we sent it, read long after.
        (40, 600_000, LONG),
        (40, -600_000, LONG),
        // Read not long after, by a clock that was set.
        (40, FAR, 10 * MINUTE),
        (40, -FAR, 10 * MINUTE),
        // Close behind it in the table.
        (12, FAR, LONG),
        (12, -FAR, LONG),
    ] {
        let mut world = World::new();
        let id = proven(&mut world);
        let copy = copy(&mut world, rows, wall, tick);
        assert_eq!(copy, Verdict::Copy(id), "{rows} {wall} {tick}");
    }
    for wall in [FAR, -FAR] {
        let mut world = World::new();
        proven(&mut world);
        let copy = copy(&mut world, 13, wall, LONG);
        assert!(matches!(copy, Verdict::Owner { .. }), "{copy:?}");
    }
}

#[test]
fn a_text_that_is_still_on_its_way_knows_its_copy_however_late() {
    let mut world = World::new();
    world.feed(line(10, "t1", None, "on my way"));
    let (id, _) = world.next_send().unwrap();
    let copy = copy(&mut world, 40, 3_600_000, 60 * MINUTE);
    assert_eq!(copy, Verdict::Copy(id));
}

#[test]
fn a_loop_is_over_when_more_than_a_minute_was_quiet() {
    let inbox = Inbox {
        loop_since: Some(Wall(0)),
        ..Inbox::default()
    };
    assert!(!quiet(&inbox, Wall(60_000)));
    assert!(quiet(&inbox, Wall(60_001)));
}

/// The numbers of the rows that were read last.
fn rows(world: &World) -> Vec<i64> {
    let rows = world.machine.state().inbox.rows.iter();
    rows.map(|(rowid, _)| *rowid).collect()
}

#[test]
fn of_the_rows_read_last_those_are_remembered_that_are_still_there() {
    for (why, left) in [
        (Placing::Rewound, &[101, 102][..]),
        (Placing::Replaced, &[]),
    ] {
        let mut world = World::new();
        for _ in 0..3 {
            world.says("help");
        }
        assert_eq!(rows(&world), [101, 102, 103]);
        world.feed(Input::ChatDb(ChatDbPlaced {
            identity: "1:2:3".into(),
            rowid: 102,
            why,
        }));
        assert_eq!(rows(&world), left, "{why:?}");
    }
}

#[test]
fn a_row_that_was_held_is_remembered_once() {
    let mut world = World::with(settings());
    let row = world.row("help");
    world.take(MessageRow {
        chat: None,
        ..row.clone()
    });
    world.take(row);
    assert!(world.machine.state().inbox.held.is_empty());
    assert_eq!(rows(&world), [101]);
}
