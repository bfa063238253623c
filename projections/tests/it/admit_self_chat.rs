//! The owner's chat with themself: each thing they write is acted on once, and
//! nothing that we wrote ever is (patterns A to F of the facts).

use crate::admit::verdict;
use crate::support::{OWNER, World};
use events::event::IgnoreReason as Reason;
use events::input::{Body, MessageRow, QueueEntry, QueueLine};
use events::outcome::How;
use events::{Event, Guid, Input, Wall};
use projections::admit::Verdict;

/// How often the owner was taken at their word.
fn taken(events: &[Event]) -> usize {
    let received = |e: &&Event| matches!(e, Event::InboundReceived(_));
    events.iter().filter(received).count()
}

fn dated(mut row: MessageRow, later: i64) -> MessageRow {
    row.date = row.date.map(|d| Wall(d.0 + later));
    row
}

#[test]
fn a_both_copies_are_one_message_whichever_comes_first() {
    for (first, gap) in [
        (true, 0),
        (true, 2000),
        (false, 0),
        (false, 2000),
        (false, 900),
    ] {
        let mut world = World::new();
        let (one, other) = (
            world.self_row("help", first),
            world.self_row("help", !first),
        );
        let mut events = world.take(one);
        events.extend(world.take(dated(other, gap)));
        assert_eq!(taken(&events), 1, "{first} {gap}");
        assert!(
            events.iter().any(
                |e| matches!(e, Event::InboundIgnored(e) if e.reason == Reason::DuplicateCopy)
            )
        );
    }
}

#[test]
fn a_copy_whose_address_is_not_the_owners_is_still_the_copy() {
    for first_is_to_self in [true, false] {
        let mut world = World::new();
        let mut rows = [world.self_row("help", true), world.row("help")];
        if !first_is_to_self {
            rows.reverse();
        }
        let [first, second] = rows;
        let mut events = world.take(first);
        events.extend(world.take(dated(second, 900)));
        assert_eq!(taken(&events), 1, "{first_is_to_self}");
    }
}

#[test]
fn b_an_empty_copy_is_given_up_and_the_full_one_acts() {
    let mut world = World::new();
    let mut receipt = world.self_row("", true);
    receipt.body = Body::Empty;
    let full = world.self_row("help", false);
    let mut events = world.take(receipt.clone());
    events.extend(world.take(full));
    receipt.given_up = true;
    events.extend(world.take(receipt));
    assert_eq!(taken(&events), 1);
}

#[test]
fn c_and_d_one_copy_alone_acts_with_and_without_a_destination() {
    for from_me in [true, false] {
        for destination in [
            Some(OWNER.into()),
            Some("P:+15555550123".into()),
            Some("owner@example.com".into()),
            None,
        ] {
            let mut world = World::new();
            let mut row = world.self_row("help", from_me);
            row.destination = destination;
            assert_eq!(taken(&world.take(row)), 1, "{from_me}");
        }
    }
}

#[test]
fn e_another_alias_is_the_owner_too_and_its_copy_is_one_message() {
    let mut world = World::new();
    let phone = world.self_row("help", true);
    let mut mail = world.self_row("help", true);
    mail.handle = Some("Owner@example.com".into());
    let chat = mail.chat.as_mut().unwrap();
    chat.identifier = "Owner@example.com".into();
    chat.participants = vec!["owner@EXAMPLE.com".into()];
    let mut events = world.take(phone);
    events.extend(world.take(mail));
    assert_eq!(taken(&events), 1);
}

#[test]
fn f_rows_inserted_again_under_new_names_do_nothing() {
    let mut world = World::new();
    let row = world.self_row("help", true);
    world.take(row.clone());
    for hours in [0, 21, 3] {
        world.pass(hours * 3_600_000);
        world.rowid += 1;
        let again = MessageRow {
            rowid: world.rowid,
            guid: Guid::parse(&format!("again-{hours}")).unwrap(),
            from_me: false,
            ..row.clone()
        };
        assert!(
            matches!(world.take(again).as_slice(), [Event::InboundIgnored(e)] if e.reason == Reason::DuplicateCopy),
            "{hours}"
        );
    }
}

#[test]
fn the_same_word_a_minute_later_is_a_word_of_its_own() {
    let mut world = World::new();
    let mut count = 0;
    for _ in 0..2 {
        let (one, other) = (world.self_row("yes", true), world.self_row("yes", false));
        count += taken(&world.take(one));
        count += taken(&world.take(other));
        world.pass(60_000);
    }
    assert_eq!(count, 2);
}

#[test]
fn what_we_send_never_comes_back_as_a_command_from_any_copy_on_any_day() {
    let mut world = World::new();
    world.says("help");
    let (id, text) = world.next_send().unwrap();
    world.performed(id, How::Accepted);
    let mut ours = world.self_row(&text, true);
    ours.sent = true;
    let copy = world.self_row(&text, false);
    let mut events = world.take(ours);
    events.extend(world.take(dated(copy, 2000)));
    world.pass(12 * 3_600_000);
    let late = world.self_row(&text, false);
    events.extend(world.take(late));
    assert_eq!(taken(&events), 0);
    assert!(world.next_send().is_none(), "nothing is sent again");
}

#[test]
fn the_owner_who_quotes_us_says_nothing_to_a_session() {
    let mut world = World::new();
    for text in [
        "[Codex] @k3f9 api · needs input\n1. yes",
        "> [Codex] @k3f9 api · done",
        "“[Codex] @k3f9 api · done”",
        "look:\n> [Codex] @k3f9 api · done\n@k3f9 do it",
        "* [codex] x",
        "'[Codex] sessions'",
    ] {
        for row in [
            world.self_row(text, true),
            world.self_row(text, false),
            world.row(text),
        ] {
            // What begins as ours, in a chat where ours come back, may be ours.
            let echo = text.starts_with("[Codex]") && row.destination == Some(OWNER.into());
            let reason = if echo { Reason::Echo } else { Reason::Quoted };
            assert_eq!(verdict(&world, &row), Verdict::Ignored(reason), "{text}");
        }
    }
    let row = world.row("where is [Codex] printed?");
    assert!(matches!(verdict(&world, &row), Verdict::Owner { .. }));
}

/// A text of the queue file carries no mark of ours.
fn queued(world: &mut World, text: &str) {
    world.feed(Input::QueueLine(QueueLine {
        file: "1:2".into(),
        offset: 10,
        stamp: "2026-11-22T10:00:00Z".into(),
        line: Ok(QueueEntry {
            to: None,
            text: text.into(),
        }),
    }));
    let (id, sent) = world.next_send().unwrap();
    assert_eq!(sent, text);
    world.performed(id, How::Accepted);
}

#[test]
fn a_text_of_the_queue_file_never_comes_back_either() {
    for (first, second) in [(true, false), (false, true)] {
        let mut world = World::new();
        queued(&mut world, "new api: deploy");
        let mut events = Vec::new();
        for from_me in [first, second] {
            let mut row = world.self_row("new api: deploy", from_me);
            row.sent = from_me;
            if !from_me {
                row.destination = None;
            }
            events.extend(world.take(row));
        }
        let row = world.self_row("> “new api: deploy”", true);
        events.extend(world.take(row));
        assert_eq!(taken(&events), 0, "{events:#?}");
        world.pass(60_000);
        assert!(world.next_work().is_none());
        assert_eq!(
            world.machine.state().ledger.settled,
            [1, 0, 0, 0],
            "the send is proven by it"
        );
    }
}

#[test]
fn a_set_clock_and_many_rows_do_not_make_our_words_the_owners() {
    let mut world = World::new();
    queued(&mut world, "new api: deploy");
    world.now.wall.0 -= 2_000_000;
    world.rowid += 40;
    let row = world.self_row("new api: deploy", false);
    let events = world.take(row);
    assert_eq!(taken(&events), 0, "{events:#?}");
}

#[test]
fn the_owner_may_say_later_what_the_queue_file_said() {
    let mut world = World::new();
    queued(&mut world, "help");
    let mut row = world.self_row("help", true);
    row.sent = true;
    world.take(row);
    world.pass(20 * 60_000);
    world.rowid += 20;
    let row = world.self_row("help", true);
    assert_eq!(taken(&world.take(row)), 1);
}

#[test]
fn what_we_send_to_the_owner_is_not_proven_by_the_same_words_to_others() {
    let mut world = World::new();
    queued(&mut world, "on my way");
    let mut row = world.own_row("on my way");
    row.chat.as_mut().unwrap().identifier = "+15555550199".into();
    row.chat.as_mut().unwrap().participants = vec!["+15555550199".into()];
    assert!(
        matches!(world.take(row).as_slice(), [Event::InboundIgnored(e)] if e.reason == Reason::ToOthers)
    );
}
