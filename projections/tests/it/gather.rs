//! Rows that are one message: words and a link, in either order, and long texts in parts.

use crate::support::{OWNER, World, settings};
use events::event::{IgnoreReason, QuestionKind, Rule};
use events::input::MessageRow;
use events::{Event, Input, SessionId, Settings, Span, Wall};
use projections::admit::holds;

const LINK: &str = "https://example.com/a";

/// A world with one session that has finished.
fn world() -> (World, SessionId) {
    let mut world = World::new();
    let api = world.session(1, "/srv/api");
    world.finished(&api, "t1");
    (world, api)
}

fn link(world: &mut World, text: &str) -> MessageRow {
    MessageRow {
        balloon: Some("com.apple.messages.URLBalloonProvider".into()),
        attachments: true,
        ..world.row(text)
    }
}

/// The words of each instruction that is under way, once nothing waits any more.
fn words(world: &mut World) -> Vec<String> {
    world.pass(3_000);
    let lanes = &world.machine.state().dispatches.lanes;
    let dispatches = lanes.values().flatten();
    let words = dispatches.map(|d| match &d.what {
        projections::dispatch::What::Words(text)
        | projections::dispatch::What::Queued(text)
        | projections::dispatch::What::Steer(text) => text.reveal().clone(),
        projections::dispatch::What::Options { .. } => "options".into(),
    });
    words.collect()
}

fn later(mut row: MessageRow, millis: i64) -> MessageRow {
    row.date = row.date.map(|date| Wall(date.0 + millis));
    row
}

#[test]
fn words_and_a_link_are_one_instruction_in_either_order() {
    for link_first in [false, true] {
        let (mut world, _) = world();
        let text = world.row("read this");
        let preview = link(&mut world, LINK);
        let mut rows = [text, preview];
        if link_first {
            rows.reverse();
        }
        let [first, mut second] = rows;
        second.rowid = first.rowid + 1;
        world.comes(first);
        assert!(world.machine.state().dispatches.lanes.is_empty());
        world.pass(700);
        world.comes(later(second, 700));
        assert_eq!(words(&mut world), [format!("read this\n{LINK}")]);
    }
}

#[test]
fn a_link_alone_is_an_instruction() {
    let (mut world, _) = world();
    let row = link(&mut world, LINK);
    world.comes(row);
    assert_eq!(words(&mut world), [LINK]);
}

#[test]
fn a_preview_of_a_link_that_stands_in_the_words_adds_nothing() {
    for link_first in [false, true] {
        let (mut world, _) = world();
        let text = world.row("read https://Example.com/a, please");
        let preview = link(&mut world, "https://example.com/a/");
        let mut rows = [text, preview];
        if link_first {
            rows.reverse();
        }
        let [first, mut second] = rows;
        second.rowid = first.rowid + 1;
        world.comes(first);
        world.pass(1_000);
        let events = world.comes(later(second, 1_000));
        if !link_first {
            assert!(
                matches!(&events[..], [Event::InboundIgnored(e)] if e.reason == IgnoreReason::Preview)
            );
        }
        assert_eq!(words(&mut world), ["read https://Example.com/a, please"]);
        assert!(world.notices().is_empty());
    }
}

#[test]
fn words_that_hold_their_link_and_commands_and_answers_never_wait() {
    let (mut world, api) = world();
    let row = world.row(&format!("read {LINK}"));
    world.comes(row);
    assert!(world.machine.state().inbox.waiting.is_none());
    for command in ["help", "list", "status", "@nobody", "yes", "2", "ok"] {
        let row = world.row(command);
        world.comes(row);
        assert!(world.machine.state().inbox.waiting.is_none(), "{command}");
    }
    world.turn(&api, "t2");
    world.asks(&api, "c1", QuestionKind::Modal, &["red", "green"]);
    for answer in ["1", "green"] {
        let row = world.row(answer);
        world.comes(row);
        assert!(world.machine.state().inbox.waiting.is_none(), "{answer}");
    }
}

#[test]
fn whatever_comes_next_lets_what_waits_go_first() {
    let (mut world, _) = world();
    for text in ["first words", "second words"] {
        let row = world.row(text);
        world.comes(row);
        world.pass(300);
    }
    let row = world.row("list");
    let events = world.comes(row);
    let routed: Vec<_> = events
        .iter()
        .filter_map(|e| match e {
            Event::RoutingDecided(e) => Some(e.rule),
            _ => None,
        })
        .collect();
    assert_eq!(routed, [Rule::NoMatch, Rule::Control]);
    let row = world.row("more words");
    world.comes(row);
    world.feed(Input::Stopping);
    let settings = settings();
    world.boot(settings);
    assert!(
        world.machine.state().inbox.waiting.is_some(),
        "kept over a restart"
    );
    world.pass(3_000);
    assert!(world.machine.state().inbox.waiting.is_none());
}

#[test]
fn a_link_that_comes_too_late_follows_its_words_to_their_session() {
    let (mut world, _) = world();
    let other = world.session(2, "/srv/web");
    world.finished(&other, "t9");
    let reference = world.reference(&other);
    let row = world.row(&format!("@{reference} read this"));
    world.comes(row);
    world.pass(4_000);
    let row = link(&mut world, LINK);
    let events = world.take(row);
    assert!(
        events
            .iter()
            .any(|e| matches!(e, Event::RoutingDecided(e) if e.rule == Rule::Continued && e.target.as_ref() == Some(&other))),
        "{events:?}"
    );
}

#[test]
fn a_link_of_a_stranger_joins_nothing() {
    let (mut world, _) = world();
    let row = world.row("read this");
    world.comes(row);
    let mut row = link(&mut world, "https://evil.example/x");
    row.handle = Some("+15555550199".into());
    world.comes(row);
    assert_eq!(words(&mut world), ["read this"]);
}

#[test]
fn a_link_for_words_that_name_a_session_or_start_one_goes_with_them() {
    let (mut world, api) = world();
    let reference = world.reference(&api);
    let row = world.row(&format!("@{reference} read this"));
    world.comes(row);
    let row = link(&mut world, LINK);
    world.comes(row);
    assert_eq!(words(&mut world), [format!("read this\n{LINK}")]);
    let row = world.row("new docs: read this");
    world.comes(row);
    let row = link(&mut world, "https://example.com/b");
    world.comes(row);
    world.pass(3_000);
    let owed = world.machine.owed();
    let start = owed.into_iter().find_map(|(_, command)| match command {
        events::Command::StartSession(start) => Some(start.text.reveal().clone()),
        _ => None,
    });
    assert_eq!(start.unwrap(), "read this\nhttps://example.com/b");
}

#[test]
fn the_parts_of_a_long_text_are_one_instruction() {
    let (mut world, _) = world();
    let part = |letter: &str| letter.repeat(900);
    for (nth, letter) in ["a", "b", "c"].into_iter().enumerate() {
        let row = world.row(&part(letter));
        let row = later(row, 100 * i64::try_from(nth).unwrap());
        world.comes(row);
        world.pass(900);
    }
    assert_eq!(
        words(&mut world),
        [[part("a"), part("b"), part("c")].join("\n")]
    );
}

#[test]
fn two_copies_of_words_and_link_in_a_chat_with_oneself_are_one_instruction() {
    let (mut world, _) = world();
    let mut rows = Vec::new();
    for from_me in [true, false] {
        rows.push(world.self_row("read this", from_me));
        rows.push(MessageRow {
            balloon: Some("com.apple.messages.URLBalloonProvider".into()),
            ..world.self_row(LINK, from_me)
        });
    }
    for row in rows {
        assert_eq!(row.handle.as_ref().unwrap().reveal(), OWNER);
        world.comes(row);
        world.pass(100);
    }
    assert_eq!(words(&mut world), [format!("read this\n{LINK}")]);
}

#[test]
fn one_link_is_not_another_that_begins_as_it_does() {
    for (text, link, there) in [
        ("see https://a.example/x", "https://a.example/x", true),
        ("see a.example/x.", "https://a.example/x/", true),
        ("(https://a.example/x)", "http://a.example/x", true),
        ("see https://a.example/x/y", "https://a.example/x", false),
        ("see https://a.example/xy", "https://a.example/x", false),
        ("see https://a.example", "https://b.example", false),
        ("see", "", false),
    ] {
        assert_eq!(holds(text, link), there, "{text} {link}");
    }
}

#[test]
fn whoever_wants_no_wait_gets_the_words_in_at_once_and_the_link_behind_them() {
    let mut world = World::with(Settings {
        gather: Span(0),
        ..settings()
    });
    let api = world.session(1, "/srv/api");
    world.finished(&api, "t1");
    let text = world.row("read this");
    world.comes(text);
    assert_eq!(world.machine.state().dispatches.lanes.len(), 1);
    let preview = link(&mut world, LINK);
    world.comes(later(preview, 700));
    let lanes = &world.machine.state().dispatches.lanes;
    assert_eq!(lanes.keys().collect::<Vec<_>>(), [&api]);
    assert_eq!(words(&mut world), ["read this", LINK]);
}
