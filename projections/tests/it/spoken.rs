//! Voice messages: the transcript is what was said, is said back, and does nothing that
//! matters before the owner confirms it in writing.

use crate::prompts::{begun, command, meaning, raised, told, working};
use crate::support::{World, kinds};
use events::command::{Command, InterruptTurn};
use events::event::IgnoreReason;
use events::input::{Body, MessageRow, Voice};
use events::prompt::Meaning;
use events::{CommandId, Event, Guid, SessionId};

fn row(world: &mut World, words: &str) -> MessageRow {
    let row = world.row("");
    MessageRow {
        body: Body::Text("\u{fffc}".into()),
        attachments: true,
        files: vec!["Audio Message.caf".into()],
        voice: Voice::Said(words.into()),
        ..row
    }
}

/// The owner speaks; seconds pass.
fn speaks(world: &mut World, words: &str, reply_to: Option<&Guid>) -> Vec<Event> {
    let row = MessageRow {
        reply_to: reply_to.cloned(),
        ..row(world, words)
    };
    let events = world.take(row);
    world.pass(5_000);
    events
}

fn finished(world: &mut World) -> SessionId {
    let session = world.session(1, "/srv/api");
    world.finished(&session, "t1");
    session
}

fn interrupts(world: &mut World) -> Option<(CommandId, InterruptTurn)> {
    match world.next_work() {
        Some((id, Command::InterruptTurn(command))) => Some((id, command)),
        _ => None,
    }
}

#[test]
fn what_is_said_back_is_cut_through_no_secret() {
    let mut world = World::new();
    let session = finished(&mut world);
    let token = format!("gh{}_{}", "p", "aB3dE6gH1jK4".repeat(3));
    let words = format!("{}{token} please", "some words ".repeat(26));
    speaks(&mut world, &words, None);
    let (id, _, _) = world.next_words().unwrap();
    world.performed(id, events::outcome::How::Queued);
    world.user(&session, &words);
    let receipt = world.notice();
    assert!(receipt.contains("Heard: \"some words"), "{receipt}");
    assert!(!receipt.contains("ghp_"), "{receipt}");
}

#[test]
fn words_that_were_spoken_are_an_instruction_and_are_said_back() {
    let mut world = World::new();
    let session = finished(&mut world);
    let events = speaks(&mut world, " Run the tests. ", None);
    assert!(kinds(&events).contains(&"InboundSpoken".to_owned()));
    let (id, name, words) = world.next_words().unwrap();
    assert_eq!(words, "Run the tests.", "the sound file is not passed on");
    assert_ne!(name, "FetchFiles");
    world.performed(id, events::outcome::How::Queued);
    world.user(&session, "Run the tests.");
    let receipt = world.notice();
    assert!(receipt.contains("\nHeard: \"Run the tests.\""), "{receipt}");
    speaks(&mut world, "Help.", None);
    assert!(world.notice().contains("Heard: \"Help.\""));
}

#[test]
fn an_approval_by_voice_wants_a_yes_in_writing() {
    let mut world = World::new();
    let session = working(&mut world, 1);
    let (asked, _) = told(&mut world, raised(&session, 1, command("cargo test")));
    for words in ["Yes.", "yes", "OK"] {
        speaks(&mut world, words, Some(&asked));
        assert!(begun(&mut world).is_none(), "{words}");
        let text = world.notice();
        assert!(text.contains(&format!("Heard: \"{words}\"")), "{text}");
        assert!(text.contains("Write \"yes\""), "{text}");
    }
    // Nor is a second voice message a yes.
    speaks(&mut world, "yes", None);
    assert!(begun(&mut world).is_none());
    world.send_all();
    world.notices();
    world.pass(2_000);
    world.says("yes");
    let (_, answer) = begun(&mut world).unwrap();
    assert_eq!(meaning(&answer), Meaning::Accept);
    assert!(begun(&mut world).is_none(), "once");
}

#[test]
fn stop_and_new_by_voice_want_a_yes_in_writing() {
    let mut world = World::new();
    let session = working(&mut world, 1);
    let reference = world.reference(&session);
    speaks(&mut world, &format!("Stop @{reference}."), None);
    assert!(interrupts(&mut world).is_none());
    let question = world.send_all().pop().unwrap().0;
    world.replies(&question, "yes");
    assert_eq!(interrupts(&mut world).unwrap().1.session, session);

    let mut world = World::new();
    speaks(&mut world, "New api: fix the build", None);
    assert!(world.next_work().is_none());
    world.send_all();
    world.pass(2_000);
    world.says("yes");
    let Some((_, Command::StartSession(start))) = world.next_work() else {
        panic!("it starts");
    };
    assert_eq!(start.label, "api");
}

/// Whether the session that was asked for by voice begins.
fn starts(world: &mut World) -> bool {
    let begun = world.next_work();
    matches!(begun, Some((_, Command::StartSession(start))) if start.label == "api")
}

#[test]
fn what_is_not_confirmed_is_not_done() {
    let start = |world: &mut World| {
        speaks(world, "New api: fix the build", None);
        world.send_all().pop().unwrap().0
    };
    // No.
    let mut world = World::new();
    let question = start(&mut world);
    world.notices();
    world.replies(&question, "no");
    assert!(world.notice().contains("Nothing was done."));
    world.says("yes");
    assert!(!starts(&mut world), "it was taken back");
    // Too late.
    let mut world = World::new();
    let question = start(&mut world);
    world.pass(700_000);
    world.notices();
    world.says("yes");
    assert!(!starts(&mut world));
    world.notices();
    world.replies(&question, "yes");
    assert!(world.notice().contains("too long ago"));
    assert!(!starts(&mut world));
    // Another message came between.
    let mut world = World::new();
    start(&mut world);
    world.says("list");
    world.says("yes");
    assert!(!starts(&mut world));
    // It was unsent.
    let mut world = World::new();
    let said = row(&mut world, "New api: fix the build");
    world.take(said.clone());
    world.pass(5_000);
    world.take(MessageRow {
        body: Body::Empty,
        voice: Voice::No,
        attachments: false,
        edited: true,
        unsent: true,
        ..said
    });
    world.says("yes");
    assert!(!starts(&mut world));
}

#[test]
fn a_yes_never_counts_for_a_request_that_came_up_behind_the_question() {
    let mut world = World::new();
    let session = working(&mut world, 1);
    let reference = world.reference(&session);
    speaks(&mut world, &format!("stop @{reference}"), None);
    let question = world.send_all().pop().unwrap().0;
    let (_, _) = told(&mut world, raised(&session, 1, command("cargo publish")));
    world.replies(&question, "yes");
    assert!(interrupts(&mut world).is_none() && begun(&mut world).is_none());
}

#[test]
fn a_yes_that_was_written_before_the_question_was_there_confirms_nothing() {
    let mut world = World::new();
    speaks(&mut world, "New api: fix the build", None);
    world.notices();
    world.says("yes");
    assert!(!starts(&mut world), "the question is not sent yet");
    assert!(world.notice().contains("before you were asked"));
    let question = world.send_all().pop().unwrap().0;
    world.replies(&question, "yes");
    assert!(starts(&mut world));
}

#[test]
fn a_yes_in_haste_answers_the_request_that_was_there_and_not_what_was_spoken() {
    let mut world = World::new();
    let first = working(&mut world, 1);
    let second = world.session(2, "/srv/web");
    world.turn(&second, "t2");
    let (_, _) = told(&mut world, raised(&first, 1, command("cargo test")));
    let reference = world.reference(&second);
    speaks(&mut world, &format!("Stop @{reference}."), None);
    world.says("yes");
    let (_, answer) = begun(&mut world).unwrap();
    assert_eq!(
        (answer.session.clone(), meaning(&answer)),
        (first, Meaning::Accept)
    );
    assert!(interrupts(&mut world).is_none());
}

#[test]
fn without_a_transcript_nothing_is_done_and_the_owner_hears_why() {
    let mut world = World::new();
    finished(&mut world);
    let untold = MessageRow {
        voice: Voice::Untold,
        ..row(&mut world, "")
    };
    assert_eq!(kinds(&world.comes(untold.clone())), ["InboundHeld"]);
    let events = world.comes(MessageRow {
        given_up: true,
        ..untold
    });
    let no_transcript = |event: &Event| matches!(event, Event::InboundIgnored(e) if e.reason == IgnoreReason::NoTranscript);
    assert!(events.iter().any(no_transcript), "{events:?}");
    world.pass(600_000);
    let text = world.notice();
    assert!(text.contains("no transcript"), "{text}");
    assert!(world.next_work().is_none());
}
