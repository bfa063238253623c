//! Which texts are asked for at once and in which order, and what may not
//! change that.

use crate::sends::{line, target};
use crate::support::{World, kinds, settings};
use events::event::{QuestionKind, Topic};
use events::input::MessageRow;
use events::outcome::How;
use events::settings::NotifyMode;
use events::{Command, Event, Settings, Span};
use projections::ledger::Stage;

/// Texts that were asked for and not begun.
fn asked(world: &World) -> usize {
    let open = world.machine.state().ledger.open.values();
    open.filter(|entry| entry.stage == Stage::Requested).count()
}

/// The kinds of notices that were queued, and the texts that were asked for.
fn queued(events: &[Event]) -> Vec<Topic> {
    let topics = events.iter().filter_map(|e| match e {
        Event::NoticeQueued(notice) => Some(notice.topic.clone()),
        _ => None,
    });
    topics.collect()
}

fn requested(events: &[Event]) -> Vec<String> {
    let texts = events.iter().filter_map(|e| match e {
        Event::CommandRequested(requested) => match &requested.command {
            Command::SendMessage(send) => Some(send.text.reveal().clone()),
            _ => None,
        },
        _ => None,
    });
    texts.collect()
}

#[test]
fn no_more_than_sixteen_texts_are_asked_for_at_once() {
    let mut world = World::with(Settings {
        max_per_hour: 400,
        ..settings()
    });
    for nth in 0..24 {
        world.feed(line(
            10 + nth,
            &format!("t{nth}"),
            None,
            &format!("line {nth}"),
        ));
    }
    assert_eq!(asked(&world), 16);
    let (id, text) = world.next_send().unwrap();
    world.performed(id, How::Accepted);
    let row = world.own_row(&text);
    world.take(row);
    assert_eq!(asked(&world), 16, "one for the one that went");
    let (id, _) = world.next_send().unwrap();
    world.performed(id, How::Accepted);
    world.pass(2000);
    assert_eq!(
        asked(&world),
        16,
        "one that waits for its proof is not in the way"
    );
}

#[test]
fn what_is_asked_for_in_one_batch_stays_within_sixteen() {
    let mut world = World::with(Settings {
        max_per_hour: 0,
        ..settings()
    });
    for nth in 0..24 {
        world.feed(line(
            10 + nth,
            &format!("t{nth}"),
            None,
            &format!("line {nth}"),
        ));
    }
    let before = asked(&world);
    assert!(before < 16, "{before}");
    world.now.tick.0 += 3_600_000;
    let events = world.boot(Settings {
        max_per_hour: 4000,
        ..settings()
    });
    assert_eq!(before + requested(&events).len(), 16);
}

#[test]
fn the_last_third_of_the_allowance_is_for_what_the_owner_waits_for() {
    let mut world = World::with(Settings {
        max_per_hour: 12,
        ..settings()
    });
    for nth in 0..3 {
        world.feed(line(
            10 + nth,
            &format!("t{nth}"),
            None,
            &format!("line {nth}"),
        ));
    }
    assert_eq!(world.send_all().len(), 2, "ordinary ones may not take it");
    let api = world.session(1, "/srv/api");
    world.asks(&api, "call", QuestionKind::Modal, &["a", "b"]);
    let texts = world.send_all();
    assert_eq!(texts.len(), 1, "{texts:?}");
    assert!(texts[0].1.contains("needs input"), "{texts:?}");
}

#[test]
fn where_all_may_go_what_was_said_goes_before_the_question() {
    // With 12 an hour two may go at once, and two is what waits.
    for max_per_hour in [12, 160] {
        let mut world = World::with(Settings {
            mode: NotifyMode::Send,
            max_per_hour,
            ..settings()
        });
        let api = world.session(1, "/srv/api");
        world.turn(&api, "t");
        world.model(&api, "First I look.");
        let asks = [("Which one?", &["a", "b"][..])];
        let events = world.asks_all(&api, "call", QuestionKind::Modal, &asks);
        let texts = requested(&events);
        assert_eq!(texts.len(), 1, "{texts:?}");
        assert!(texts[0].contains("First I look."), "{texts:?}");
    }
}

#[test]
fn what_brings_nothing_new_asks_for_nothing() {
    let mut world = World::new();
    world.says("help");
    let (id, _) = world.next_send().unwrap();
    world.settled(id, target());
    let row = world.own_row("what the owner wrote from this Mac to others");
    world.take(row.clone());
    world.now.tick.0 += 5000;
    assert!(world.take(row).is_empty(), "the next try may begin by now");
    assert!(kinds(&world.pass(0)).contains(&"CommandRequested".to_owned()));
}

/// A world whose report of missing texts could not be sent, and a text that arrived before.
fn deaf_to_reports() -> (World, MessageRow) {
    let mut world = World::with(Settings {
        inbound_retry: Span::seconds(1),
        ..settings()
    });
    world.says("list");
    let (id, text) = world.next_send().unwrap();
    world.performed(id, How::Accepted);
    let row = world.own_row(&text);
    world.take(row.clone());
    world.says("help");
    for _ in 0..200 {
        if world.machine.state().outbox.open.is_empty() {
            break;
        }
        if let Some((id, _)) = world.next_send() {
            world.settled(id, target());
        }
        world.pass(60_000);
    }
    let outbox = &world.machine.state().outbox;
    assert!(outbox.open.is_empty() && !outbox.missing.is_empty());
    (world, row)
}

#[test]
fn a_late_error_is_no_sign_that_texts_come_through_again() {
    let (mut world, row) = deaf_to_reports();
    let events = world.take(MessageRow { error: 22, ..row });
    assert_eq!(queued(&events), [Topic::Health]);
}

#[test]
fn a_row_that_was_not_sent_is_no_sign_that_texts_come_through_again() {
    let (mut world, _) = deaf_to_reports();
    world.says("status");
    let (id, text) = world.next_send().unwrap();
    world.performed(id, How::Accepted);
    let row = world.own_row(&text);
    let seen = world.take(MessageRow {
        sent: false,
        ..row.clone()
    });
    assert!(queued(&seen).is_empty(), "{seen:#?}");
    assert_eq!(queued(&world.take(row)), [Topic::Missing]);
}
