//! Our own rows of chat.db: what proves a text, and what a late error does.

use crate::sends::{line, target};
use crate::support::{World, kinds, settings};
use events::event::{ChatDbPlaced, Placing, Source};
use events::input::{MessageRow, SourceState};
use events::outcome::How;
use events::{CommandId, Event, Input, Settings, Tick};
use projections::outbox::End;
use projections::waits;

#[test]
fn what_failed_before_is_proven_by_the_row_of_its_second_try() {
    let mut world = World::new();
    world.says("help");
    let (id, text) = world.next_send().unwrap();
    world.settled(id, target());
    world.pass(5000);
    let (id, _) = world.next_send().unwrap();
    world.performed(id, How::Accepted);
    let row = world.own_row(&text);
    world.take(row);
    assert_eq!(world.machine.state().ledger.settled, [1, 1, 0, 0]);
    assert_eq!(
        world.machine.state().outbox.closed.last().unwrap().end,
        End::Sent
    );
}

#[test]
fn equal_receipts_are_each_proven_by_their_own_row() {
    let mut world = World::new();
    for _ in 0..3 {
        world.says("help");
    }
    assert_eq!(world.send_all().len(), 3);
    assert_eq!(world.machine.state().ledger.settled, [3, 0, 0, 0]);
}

#[test]
fn a_crash_after_the_send_is_settled_by_the_row() {
    let mut world = World::new();
    world.says("help");
    let (_, text) = world.next_send().unwrap();
    let row = world.own_row(&text);
    world.boot(settings());
    world.take(row);
    assert_eq!(world.machine.state().ledger.settled, [1, 0, 0, 0]);
}

#[test]
fn a_row_with_an_error_is_a_failure_and_is_tried_again() {
    let mut world = World::new();
    world.says("help");
    let (id, text) = world.next_send().unwrap();
    world.performed(id, How::Accepted);
    let mut row = world.own_row(&text);
    row.sent = false;
    row.error = 22;
    world.take(row);
    assert!(world.next_send().is_none());
    world.pass(5000);
    assert_eq!(world.next_send().unwrap().1, text);
}

#[test]
fn a_text_that_left_as_sms_is_reported() {
    for (allow_sms, told) in [(false, 1), (true, 0)] {
        let mut world = World::with(Settings {
            allow_sms,
            ..settings()
        });
        world.says("help");
        world.notices();
        let (id, text) = world.next_send().unwrap();
        world.performed(id, How::Accepted);
        let mut row = world.own_row(&text);
        row.service = "SMS".into();
        world.take(row);
        assert_eq!(world.notices().len(), told);
    }
}

#[test]
fn a_text_that_turns_to_sms_later_or_late_is_reported_once() {
    let sms = |row: &MessageRow, sent: bool| MessageRow {
        service: "RCS".into(),
        sent,
        ..row.clone()
    };
    let told = |world: &mut World| {
        let notices = world.notices();
        let about = notices.iter().filter(|n| n.contains("as RCS"));
        about.count()
    };
    let begun = || {
        let mut world = World::new();
        world.says("help");
        let (id, text) = world.next_send().unwrap();
        world.performed(id, How::Accepted);
        let row = world.own_row(&text);
        world.notices();
        (world, row)
    };
    // It says so before it says that it was sent, which it never does.
    let (mut world, row) = begun();
    world.take(sms(&row, false));
    assert_eq!(told(&mut world), 1);
    world.pass(waits::ROW.0);
    assert_eq!(world.machine.state().ledger.settled, [1, 0, 0, 0]);
    world.take(sms(&row, true));
    assert_eq!(told(&mut world), 0);

    // It was taken for proof, and Messages turned to another service afterwards.
    let (mut world, row) = begun();
    world.take(row.clone());
    assert_eq!(told(&mut world), 0);
    assert_eq!(kinds(&world.take(sms(&row, true)))[0], "OutgoingSeen");
    assert_eq!(told(&mut world), 1);
    assert!(world.take(sms(&row, true)).is_empty(), "nothing new");

    // It is seen after it was given up as unknown.
    let (mut world, row) = begun();
    world.pass(waits::ROW.0);
    assert_eq!(world.machine.state().ledger.settled, [0, 0, 1, 0]);
    world.take(sms(&row, true));
    assert_eq!(told(&mut world), 1);
}

#[test]
fn a_row_is_news_once_in_each_state() {
    let mut world = World::new();
    world.says("help");
    let (id, text) = world.next_send().unwrap();
    world.performed(id, How::Accepted);
    let own = world.own_row(&text);
    let row = |sent: bool, error: i64| MessageRow {
        sent,
        error,
        ..own.clone()
    };
    assert_eq!(kinds(&world.take(row(false, 0))), ["OutgoingSeen"]);
    assert!(world.take(row(false, 0)).is_empty(), "nothing new");
    assert_eq!(world.machine.state().ledger.settled, [0; 4]);
    let sent = world.take(row(true, 0));
    assert_eq!(kinds(&sent), ["OutgoingSeen", "CommandSettled"]);
    assert!(world.take(row(true, 0)).is_empty(), "nothing new");
    world.notices();
    let late = kinds(&world.take(row(true, 22)));
    assert_eq!(
        late[..2],
        ["OutgoingSeen", "NoticeQueued"],
        "an error comes late"
    );
    assert!(world.notice().contains("reported error 22"));
    world.take(row(true, 22));
    assert!(world.notices().is_empty(), "told once");
}

#[test]
fn a_row_that_is_there_but_not_sent_is_no_proof_yet() {
    let mut world = World::new();
    world.says("help");
    let (id, text) = world.next_send().unwrap();
    world.performed(id, How::Accepted);
    let mut row = world.own_row(&text);
    row.sent = false;
    world.take(row.clone());
    row.error = 22;
    world.take(row);
    assert_eq!(world.machine.state().ledger.settled, [0, 1, 0, 0]);
    assert!(world.next_send().is_none(), "it waits before the next try");
}

/// A notice of two parts whose second was begun while the first was not proven.
fn two_parts(world: &mut World) -> (CommandId, String, CommandId) {
    world.feed(line(10, "t1", None, &"word ".repeat(500)));
    let (first, text) = world.next_send().unwrap();
    world.performed(first, How::Accepted);
    world.pass(2000);
    let (second, _) = world.next_send().unwrap();
    (first, text, second)
}

#[test]
fn a_part_that_failed_behind_our_back_goes_out_again_alone() {
    let mut world = World::new();
    let (_, text, second) = two_parts(&mut world);
    let mut failed = world.own_row(&text);
    (failed.sent, failed.error) = (false, 22);
    let events = world.take(failed);
    let again = events.iter().find_map(|e| match e {
        Event::NoticeQueued(queued) => Some(queued.parts.clone()),
        _ => None,
    });
    assert_eq!(again, Some(vec![text.as_str().into()]));
    world.settled(second, target());
    world.pass(60_000);
    let sent: Vec<_> = world.send_all().into_iter().map(|(_, sent)| sent).collect();
    assert_eq!(sent.iter().filter(|sent| **sent == text).count(), 1);
}

#[test]
fn a_row_that_is_read_again_by_the_next_start_is_no_news() {
    let mut world = World::new();
    world.says("help");
    let (id, text) = world.next_send().unwrap();
    world.performed(id, How::Accepted);
    let own = world.own_row(&text);
    world.pass(1);
    world.take(own.clone());
    let lately = |world: &World, tick: u64| {
        let since = world.machine.state().ledger.sent.rows_since(Tick(tick));
        since.cloned().collect::<Vec<_>>()
    };
    // What counts is when it was seen: a Mac may have slept since the text was begun.
    let seen = world.machine.state().tick.0;
    assert_eq!(lately(&world, seen), std::slice::from_ref(&own.guid));
    assert_eq!(lately(&world, seen + 1), []);
    assert!(world.take(own.clone()).is_empty());
    // Meanwhile it failed: that is news, once.
    let failed = MessageRow { error: 22, ..own };
    world.notices();
    assert_eq!(kinds(&world.take(failed.clone()))[0], "OutgoingSeen");
    assert!(world.notices().iter().any(|n| n.contains("error 22")));
    assert!(world.take(failed).is_empty());
}

#[test]
fn a_text_that_fails_late_again_and_again_is_given_up_in_the_open() {
    let mut world = World::new();
    world.says("help");
    let text = world.notice();
    let mut times = 0;
    // Each time Messages takes it first, and its row has an error when the next could go.
    while let Some((id, sent)) = world.next_send().filter(|(_, sent)| *sent == text) {
        times += 1;
        world.performed(id, How::Accepted);
        world.pass(2000);
        let row = world.own_row(&sent);
        world.take(MessageRow {
            sent: false,
            error: 22,
            ..row
        });
    }
    assert_eq!(times, 4);
    let told = world.notices();
    let given_up = told.iter().filter(|t| t.contains("several times"));
    assert_eq!(given_up.count(), 1, "{told:?}");
}

#[test]
fn our_row_is_known_where_rows_are_numbered_anew() {
    let mut world = World::new();
    world.says("help");
    let (id, text) = world.next_send().unwrap();
    world.performed(id, How::Accepted);
    let row = world.own_row(&text);
    world.feed(Input::ChatDb(ChatDbPlaced {
        identity: "4:5:6".into(),
        rowid: 3,
        why: Placing::Replaced,
    }));
    world.take(MessageRow { rowid: 4, ..row });
    assert_eq!(world.machine.state().ledger.settled, [1, 0, 0, 0]);
}

#[test]
fn a_row_that_is_gone_proves_nothing() {
    for (why, rowid, proven) in [
        (Placing::Rewound, 101, false),
        (Placing::Rewound, 102, true),
        (Placing::Replaced, 500, false),
    ] {
        let mut world = World::new();
        world.says("help");
        let (id, text) = world.next_send().unwrap();
        world.performed(id, How::Accepted);
        let mut row = world.own_row(&text);
        row.sent = false;
        world.take(row);
        world.feed(Input::ChatDb(ChatDbPlaced {
            identity: "1:2:3".into(),
            rowid,
            why,
        }));
        world.pass(60_000);
        let done = [u64::from(proven), 0, u64::from(!proven), 0];
        assert_eq!(
            world.machine.state().ledger.settled,
            done,
            "{why:?} {rowid}"
        );
    }
}

#[test]
fn a_row_that_cannot_be_looked_at_again_is_no_proof_and_tells_of_its_failure_afterwards() {
    let mut world = World::new();
    world.says("help");
    let (id, text) = world.next_send().unwrap();
    world.performed(id, How::Accepted);
    let row = MessageRow {
        sent: false,
        ..world.own_row(&text)
    };
    world.take(row.clone());
    world.notices();
    let now = |state| Input::Source(Source::ChatDb, state);
    world.feed(now(SourceState::Failed("refused".into())));
    world.pass(waits::ROW.0);
    assert_eq!(world.machine.state().ledger.settled, [0, 0, 1, 0]);
    assert_eq!(
        world.notices(),
        Vec::<String>::new(),
        "nothing is known yet"
    );
    world.feed(now(SourceState::Works));
    assert!(world.take(row.clone()).is_empty(), "it is still the same");
    let failed = world.take(MessageRow { error: 22, ..row });
    assert_eq!(kinds(&failed)[..2], ["OutgoingSeen", "NoticeQueued"]);
    assert!(world.notice().contains("reported error 22"));
}
