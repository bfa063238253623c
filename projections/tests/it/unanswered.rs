//! A message of the owner's that is not acted on gets a line, and never a loop of them.

use crate::support::World;
use events::input::{MessageRow, Schedule};
use events::{Event, Wall};

const HOUR: i64 = 3_600_000;

fn aged(world: &mut World, text: &str, age: i64) -> MessageRow {
    let mut row = world.row(text);
    row.date = row.date.map(|date| Wall(date.0 - age));
    row
}

#[test]
fn the_first_is_told_at_once_and_more_of_them_together() {
    let mut world = World::new();
    world.pass(10 * 3_600_000);
    let row = aged(&mut world, "one", 3 * HOUR);
    world.take(row);
    let line = world.notice();
    assert!(
        line.contains("written 3 h ago") && line.contains("Send it again"),
        "{line}"
    );
    for text in ["two", "three"] {
        let row = aged(&mut world, text, 3 * HOUR);
        world.take(row);
    }
    let row = MessageRow {
        service: "SMS".into(),
        ..world.row("four")
    };
    world.take(row);
    assert!(world.notices().is_empty());
    world.pass(120_000);
    let line = world.notice();
    assert!(
        line.contains("3 of your messages were not acted on"),
        "{line}"
    );
    assert!(
        line.contains("2: it was written") && line.contains("1: it came by SMS"),
        "{line}"
    );
    world.pass(HOUR.unsigned_abs());
    assert!(world.notices().is_empty());
}

#[test]
fn pauses_double_so_that_an_echo_cannot_make_a_loop() {
    let mut world = World::new();
    let mut lines = 0;
    for nth in 0..24 * 60 {
        let row = world.row(&format!("> [Codex] sessions {nth}"));
        world.take(row);
        world.pass(60_000);
        lines += world.notices().len();
    }
    assert!((5..=32).contains(&lines), "{lines} in a day");
}

#[test]
fn history_that_a_sync_puts_in_is_no_news() {
    let mut world = World::new();
    world.pass(30 * 24 * 3_600_000);
    for age in [31 * 24 * HOUR, 8 * 24 * HOUR] {
        let row = aged(&mut world, &format!("{age}"), age);
        world.take(row);
    }
    assert!(world.notices().is_empty());
    let row = aged(&mut world, "yesterday", 24 * HOUR);
    world.take(row);
    assert_eq!(world.notices().len(), 1);
}

#[test]
fn a_chat_that_comes_late_is_in_time_while_the_message_is_fresh() {
    for (late, acted) in [
        (14_000, true),
        (60_000, true),
        (3_599_000, true),
        (3_700_000, false),
    ] {
        let mut world = World::new();
        let whole = world.row("list");
        world.take(MessageRow {
            chat: None,
            ..whole.clone()
        });
        world.pass(late);
        let events = world.take(whole);
        let taken = matches!(events[0], Event::InboundReceived(_));
        assert_eq!(taken, acted, "{late}");
        let line = world.notice();
        assert_eq!(line.contains("not acted on"), !acted, "{line}");
    }
}

#[test]
fn a_subject_stands_before_the_body_or_alone() {
    for (subject, body, words) in [
        ("Urgent", "stop the deploy", "Urgent\nstop the deploy"),
        (" ", "go", "go"),
        ("Only this", "\u{fffc}", "Only this"),
    ] {
        let mut world = World::new();
        let row = MessageRow {
            subject: Some(subject.into()),
            ..world.row(body)
        };
        let events = world.take(row);
        let Event::InboundReceived(e) = &events[0] else {
            panic!("{events:?}")
        };
        assert_eq!(e.text.reveal(), words);
    }
}

#[test]
fn what_waits_to_be_sent_is_acted_on_once_it_was() {
    let mut world = World::new();
    let mut row = world.self_row("list", true);
    row.schedule = Schedule::Waiting;
    row.date = row.date.map(|date| Wall(date.0 + 900_000));
    assert!(matches!(
        world.take(row.clone())[..],
        [Event::InboundHeld(_)]
    ));
    world.pass(240_000);
    assert!(world.take(row.clone()).is_empty());
    // Its state changes a moment before its date.
    row.schedule = Schedule::Sent;
    let events = world.take(row.clone());
    assert!(matches!(events[0], Event::InboundReceived(_)), "{events:?}");
    assert!(world.take(row).is_empty(), "once");

    let mut row = world.self_row("help", true);
    row.schedule = Schedule::Waiting;
    world.take(row.clone());
    world.notices();
    let events = world.take(MessageRow {
        given_up: true,
        ..MessageRow::bare(row.rowid, row.guid)
    });
    assert!(
        matches!(events[..], [Event::InboundIgnored(_)]),
        "{events:?}"
    );
    assert!(world.notices().is_empty(), "taken back");
}

#[test]
fn kinds_of_rows_that_are_not_known_are_counted_once_each() {
    let mut world = World::new();
    for _ in 0..2 {
        let mut row = world.row("x");
        row.handle = Some("+15555550199".into());
        row.item_type = 9;
        world.take(row);
        let mut row = world.row("x");
        row.associated_type = 7000;
        world.take(row);
    }
    let shapes = &world.machine.state().shapes;
    for kind in ["item_type 9", "associated_message_type 7000"] {
        let known = shapes.get(events::event::Source::ChatDb, kind);
        assert!(known.is_some(), "{kind}");
    }
}
