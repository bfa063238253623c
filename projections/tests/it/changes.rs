//! Messages that the owner edits or unsends: before they were read, before anything
//! was done with them, and too late.

use crate::served::{is, up};
use crate::support::World;
use events::event::IgnoreReason;
use events::input::{Body, MessageRow};
use events::outcome::Evidence;
use events::outcome::How;
use events::prompt::ThreadState;
use events::{Command, CommandId, Event, Outcome, SessionId};

fn world() -> (World, SessionId) {
    let mut world = World::new();
    let api = world.session(1, "/srv/api");
    world.finished(&api, "t1");
    (world, api)
}

fn edited(row: &MessageRow, text: &str) -> MessageRow {
    MessageRow {
        body: Body::Text(text.into()),
        edited: true,
        ..row.clone()
    }
}

fn unsent(row: &MessageRow) -> MessageRow {
    MessageRow {
        body: Body::Empty,
        edited: true,
        unsent: true,
        ..row.clone()
    }
}

#[test]
fn what_was_edited_before_it_was_read_counts_as_it_stands() {
    let (mut world, _) = world();
    let row = world.row("run the tests");
    let row = edited(&row, "run all tests");
    let events = world.take(row.clone());
    assert!(
        matches!(&events[0], Event::InboundReceived(e) if e.text.reveal() == "run all tests"),
        "{events:?}"
    );
    assert_eq!(world.next_words().unwrap().2, "run all tests");
    assert!(world.take(row).is_empty(), "once");
}

#[test]
fn what_was_unsent_before_it_was_read_is_nothing() {
    let (mut world, _) = world();
    let row = world.row("run the tests");
    let events = world.take(unsent(&row));
    assert!(
        matches!(&events[..], [Event::InboundIgnored(e)] if e.reason == IgnoreReason::Unsent),
        "{events:?}"
    );
    assert!(world.notices().is_empty());
}

#[test]
fn as_long_as_it_waits_the_newest_words_count() {
    let (mut world, _) = world();
    let row = world.row("run the tests");
    world.comes(row.clone());
    world.comes(edited(&row, "run all tests"));
    world.pass(3_000);
    assert_eq!(world.next_words().unwrap().2, "run all tests");

    let row = world.row("now something else");
    world.comes(row.clone());
    world.comes(unsent(&row));
    world.pass(3_000);
    let lanes = world.machine.state().dispatches.lanes.values().flatten();
    assert_eq!(lanes.count(), 1, "only the first");
    assert!(world.notices().is_empty());
}

#[test]
fn behind_another_instruction_it_can_still_be_changed_or_taken_back() {
    let (mut world, api) = world();
    let reference = world.reference(&api);
    let first = world.row(&format!("@{reference} first"));
    world.take(first);
    assert_eq!(world.next_words().unwrap().2, "first");
    let second = world.row(&format!("@{reference} second"));
    let third = world.row(&format!("@{reference} third"));
    world.take(second.clone());
    world.take(third.clone());
    world.take(edited(&second, &format!("@{reference} better")));
    world.take(unsent(&third));
    assert!(world.notice().contains("taken back"));
    let lane = &world.machine.state().dispatches.lanes[&api];
    let words: Vec<_> = lane
        .iter()
        .map(|d| match &d.what {
            projections::dispatch::What::Words(text)
            | projections::dispatch::What::Queued(text)
            | projections::dispatch::What::Steer(text) => text.reveal().as_str(),
            projections::dispatch::What::Options { .. } => "options",
        })
        .collect();
    assert_eq!(words, ["first", "better"]);
}

#[test]
fn asked_for_but_not_begun_it_can_be_changed() {
    let (mut world, _) = world();
    let row = world.row("run the tests");
    world.take(row.clone());
    world.take(edited(&row, "run all tests"));
    assert_eq!(world.next_words().unwrap().2, "run all tests");
    assert!(world.next_words().is_none(), "once");
}

#[test]
fn once_it_was_passed_on_the_owner_hears_that_it_is_too_late() {
    let (mut world, _) = world();
    let row = world.row("run the tests");
    world.take(row.clone());
    let (id, _, _) = world.next_words().unwrap();
    world.performed(id, How::Queued);
    let change = edited(&row, "run all tests");
    world.take(change.clone());
    assert!(world.notice().contains("edit came too late"));
    assert!(world.take(change).is_empty(), "said once");
    world.take(unsent(&row));
    assert!(world.notice().contains("unsent the message too late"));
    assert!(world.take(unsent(&row)).is_empty(), "said once");
}

#[test]
fn what_was_only_answered_is_acted_on_with_its_newest_words() {
    let (mut world, api) = world();
    let reference = world.reference(&api);
    let row = world.row("@nobody run the tests");
    world.take(row.clone());
    assert!(world.notice().contains("nobody"));
    world.take(edited(&row, &format!("@{reference} run the tests")));
    assert_eq!(world.next_words().unwrap().2, "run the tests");
    let row = world.row("lists");
    world.take(row.clone());
    world.notices();
    world.take(edited(&row, "list"));
    assert!(world.notice().contains("sessions"));
    world.take(unsent(&row));
    assert!(world.notices().is_empty());
}

#[test]
fn an_edit_that_changes_nothing_and_one_of_a_stranger_is_none() {
    let (mut world, _) = world();
    let row = world.row("run the tests");
    world.take(row.clone());
    world.next_words();
    assert!(world.take(edited(&row, "run the tests")).is_empty());
    let mut stranger = world.row("hi");
    stranger.handle = Some("+15555550199".into());
    world.take(stranger.clone());
    assert!(world.take(edited(&stranger, "@all do it")).is_empty());
}

/// The one command that is owed and has not begun.
fn owed(world: &World) -> (CommandId, Command) {
    let mut owed = world.machine.owed();
    owed.retain(|(_, command)| !matches!(command, Command::SendMessage(_)));
    assert_eq!(owed.len(), 1, "{owed:?}");
    owed.remove(0)
}

#[test]
fn a_file_that_was_asked_for_is_not_sent_once_the_message_is_unsent() {
    let (mut world, api) = world();
    let reference = world.reference(&api);
    let copied = || {
        Outcome::Done(Evidence::CopiedOut {
            file: "/out/1/a.pdf".into(),
            name: "a.pdf".into(),
            bytes: 812,
        })
    };
    let ask = |world: &mut World| {
        let row = world.row(&format!("send @{reference} docs/a.pdf"));
        world.take(row.clone());
        // The same words within moments would be one message.
        world.pass(10_000);
        row
    };
    // Before it is copied, while it is copied, and before Messages gets it.
    for step in 0..3 {
        let row = ask(&mut world);
        let (id, _) = owed(&world);
        if step > 0 {
            world.start(id);
        }
        if step > 1 {
            world.settled(id, copied());
            assert!(matches!(owed(&world).1, Command::SendFile(_)));
        }
        world.take(unsent(&row));
        let text = world.notice();
        assert!(text.contains("taken back"), "{step}: {text}");
        world.send_all();
        world.notices();
        // What its copy says later changes nothing.
        world.settled(id, copied());
        let left = world.machine.owed();
        assert!(left.is_empty(), "{step}: {left:?}");
    }
    // Once Messages has it, it is too late.
    let row = ask(&mut world);
    let (id, _) = owed(&world);
    world.start(id);
    world.settled(id, copied());
    let (id, _) = owed(&world);
    world.start(id);
    world.take(unsent(&row));
    assert!(world.notice().contains("unsent the message too late"));
}

#[test]
fn of_a_file_that_was_asked_for_wrongly_only_the_right_one_is_sent() {
    let (mut world, api) = world();
    let reference = world.reference(&api);
    let row = world.row(&format!("send @{reference} docs/a.pdf"));
    world.take(row.clone());
    let (id, _) = owed(&world);
    world.start(id);
    world.take(edited(&row, &format!("send @{reference} docs/b.pdf")));
    let (_, Command::CopyOut(copy)) = owed(&world) else {
        panic!("{:?}", owed(&world));
    };
    assert_eq!(copy.path.reveal(), "docs/b.pdf");
}

#[test]
fn a_session_that_was_to_be_opened_is_not_once_the_message_is_unsent() {
    let (mut world, api) = world();
    let reference = world.reference(&api);
    let row = world.row(&format!("open @{reference}"));
    world.take(row.clone());
    world.take(unsent(&row));
    assert!(world.notice().contains("taken back"));
    world.send_all();
    assert!(world.machine.owed().is_empty());
}

#[test]
fn a_new_name_that_is_unsent_before_codex_has_it_does_not_go_there() {
    let (mut world, api) = world();
    up(&mut world, 7);
    is(&mut world, 7, &api, ThreadState::Idle);
    let reference = world.reference(&api);
    let row = world.row(&format!("rename @{reference} login fix"));
    world.take(row.clone());
    assert!(matches!(owed(&world).1, Command::Manage(_)));
    world.take(unsent(&row));
    let text = world.notice();
    assert!(text.contains("Codex keeps its own name"), "{text}");
    world.send_all();
    assert!(world.machine.owed().is_empty());
}
