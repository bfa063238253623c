//! Questions of the model: told once, open for as long as they are.

use crate::support::{World, pane, turn_id};
use events::event::{Closing, QuestionKind};
use events::input::RolloutFact;
use events::outcome::{Failure, Screen};
use events::{Batch, CallId, Command, Digest, Event, Link, Now, Outcome, Seq, codec};

#[test]
fn a_question_is_asked_once_and_again_under_another_call() {
    let mut world = World::new();
    let id = world.session(1, "/srv/api");
    world.asks(&id, "call-1", QuestionKind::Modal, &["a", "b"]);
    world.asks(&id, "call-1", QuestionKind::Modal, &["a", "b"]);
    assert_eq!(world.notices().len(), 1);
    closed(&mut world, &id, "call-1", Closing::Answered);
    world.asks(&id, "call-1", QuestionKind::Modal, &["a", "b"]);
    assert!(world.notices().is_empty());
    world.asks(&id, "call-2", QuestionKind::Modal, &["a", "b"]);
    assert_eq!(world.notices().len(), 1);
}

fn closed(world: &mut World, id: &events::SessionId, call: &str, how: Closing) -> Vec<Event> {
    let call = CallId::parse(call).unwrap();
    world.grow(id, RolloutFact::CallClosed { call, how })
}

#[test]
fn a_question_answered_at_the_desk_withdraws_what_was_not_sent_yet() {
    let mut world = World::new();
    let id = world.session(1, "/srv/api");
    world.asks(&id, "call-1", QuestionKind::Modal, &["a", "b"]);
    let events = closed(&mut world, &id, "call-1", Closing::Answered);
    assert!(
        events
            .iter()
            .any(|e| matches!(e, Event::NoticeWithdrawn(_))),
        "{events:?}"
    );
    assert!(world.next_send().is_none());

    world.asks(&id, "call-2", QuestionKind::Modal, &["a", "b"]);
    let (command, _) = world.next_send().unwrap();
    let events = closed(&mut world, &id, "call-2", Closing::Interrupted);
    assert!(
        !events
            .iter()
            .any(|e| matches!(e, Event::NoticeWithdrawn(_))),
        "begun is begun"
    );
    world.performed(command, events::outcome::How::Accepted);
}

#[test]
fn an_async_question_stays_open_until_the_owner_speaks() {
    let mut world = World::new();
    let id = world.session(1, "/srv/api");
    world.asks(&id, "call", QuestionKind::Async, &["a", "b"]);
    closed(&mut world, &id, "call", Closing::Answered);
    world.ends(&id, "t1", "done so far");
    let open = |world: &World| {
        world
            .machine
            .state()
            .sessions
            .get(&id)
            .unwrap()
            .questions
            .len()
    };
    assert_eq!(open(&world), 1, "its output only says that it was put");
    world.user(&id, "take a");
    assert_eq!(open(&world), 0);
}

#[test]
fn a_modal_is_over_with_its_turn() {
    let mut world = World::new();
    let id = world.session(1, "/srv/api");
    world.turn(&id, "t1");
    world.asks(&id, "call", QuestionKind::Modal, &["a", "b"]);
    world.grow(
        &id,
        RolloutFact::TurnAborted {
            turn: Some(turn_id("t1")),
            reason: "interrupted".into(),
        },
    );
    assert!(
        world
            .machine
            .state()
            .sessions
            .get(&id)
            .unwrap()
            .questions
            .is_empty()
    );
}

#[test]
fn a_question_that_is_known_open_or_closed_changes_nothing() {
    let mut world = World::new();
    let id = world.session(1, "/srv/api");
    world.asks(&id, "call", QuestionKind::Modal, &["a"]);
    let again = |world: &mut World| {
        world.asks_all(&id, "call", QuestionKind::Modal, &[("Which one?", &["a"])])
    };
    assert!(again(&mut world).is_empty());
    closed(&mut world, &id, "call", Closing::Answered);
    assert!(again(&mut world).is_empty());
}

#[test]
fn an_async_question_that_was_broken_off_is_over() {
    let mut world = World::new();
    let id = world.session(1, "/srv/api");
    world.asks(&id, "call", QuestionKind::Async, &["a"]);
    closed(&mut world, &id, "call", Closing::Interrupted);
    let session = world.machine.state().sessions.get(&id).unwrap();
    assert!(session.questions.is_empty());
}

#[test]
fn an_end_told_by_notify_closes_what_the_rollout_still_shows_open() {
    // Turn and question are read from the rollout after notify told of their end.
    for question in [true, false] {
        let mut world = World::new();
        let id = world.session(1, "/srv/api");
        world.notify_end(&id, "t1", "All good.");
        world.turn(&id, "t1");
        if question {
            world.asks(&id, "call", QuestionKind::Modal, &["a"]);
        }
        world.ends(&id, "t1", "All good.");
        let session = world.machine.state().sessions.get(&id).unwrap();
        assert!(session.finished && session.turn.is_none());
        assert!(session.questions.is_empty());
        assert!(world.ends(&id, "t1", "All good.").is_empty(), "at rest");
    }
}

/// The questions that are open.
fn open(world: &World, id: &events::SessionId) -> usize {
    world
        .machine
        .state()
        .sessions
        .get(id)
        .unwrap()
        .questions
        .len()
}

#[test]
fn an_end_closes_questions_that_hold_the_turn_up_and_only_the_rollouts_end_does() {
    let mut world = World::new();
    let id = world.session(1, "/srv/api");
    world.turn(&id, "t");
    world.asks(&id, "later", QuestionKind::Async, &["a", "b"]);
    world.asks(&id, "now", QuestionKind::Modal, &["a", "b"]);
    world.notify_end(&id, "t", "done");
    assert_eq!(open(&world, &id), 2);
    world.ends(&id, "t", "done");
    assert_eq!(open(&world, &id), 1);
    let session = world.machine.state().sessions.get(&id).unwrap();
    assert_eq!(session.questions[0].kind, QuestionKind::Async);
}

#[test]
fn a_question_that_is_read_again_when_it_was_forgotten_is_not_told_again() {
    let mut world = World::new();
    let id = world.session(1, "/srv/api");
    for nth in 0..9 {
        world.asks(
            &id,
            &format!("call-{nth}"),
            QuestionKind::Async,
            &["a", "b"],
        );
    }
    assert_eq!(open(&world, &id), 8, "the first is forgotten");
    assert_eq!(world.notices().len(), 9);
    world.asks(&id, "call-0", QuestionKind::Async, &["a", "b"]);
    assert!(world.notices().is_empty());
}

/// What a question may hold that must not leave.
const SECRET: &str = "hunter2xyz";

/// Everything that would be on disk or on the phone.
fn all_of(events: &[Event]) -> String {
    let now = Now::default();
    let batch = Batch::new(Seq(1), now, events.to_vec());
    let frames = batch.envelopes().iter().map(|entry| {
        let (frame, _) = codec::encode(Link::default(), entry).unwrap();
        String::from_utf8_lossy(&frame).into_owned()
    });
    frames.collect()
}

#[test]
fn a_question_with_a_secret_is_answered_by_number_and_the_secret_stays() {
    let question = format!("Use postgres://app:{SECRET}@db for the tests?");
    let mut world = World::new();
    let session = world.session(1, "/srv/api");
    world.turn(&session, "t");
    let options = ["Yes", "No"];
    let mut seen = world.asks_all(
        &session,
        "call",
        QuestionKind::Modal,
        &[(&question, &options)],
    );
    let text = world.notice();
    assert!(text.contains("[redacted password in URL]"), "{text}");
    world.send_all();
    let row = world.row("1");
    seen.extend(world.take(row));
    let (id, command) = world.next_work().unwrap();
    let Command::ChooseOptions(choose) = &command else {
        panic!("{command:?}");
    };
    let [chosen] = &choose.choices[..] else {
        panic!()
    };
    assert_eq!(chosen.option, 1);
    assert_eq!(chosen.digest, Some(Digest::of(&question)));
    // What the screen shows of it when it cannot be answered is not kept either.
    let failure = Failure::NotReady {
        pane: pane(),
        screen: Screen::Question {
            text: question.as_str().into(),
            options: 3,
            notes: true,
        },
    };
    seen.extend(world.settled(id, Outcome::Failed(failure)));
    let told = world.notice();
    assert!(!told.contains(SECRET) && !text.contains(SECRET), "{told}");
    assert!(!all_of(&seen).contains(SECRET));
}

#[test]
fn an_option_that_was_redacted_is_answered_by_what_it_was_called() {
    let key = format!("sk_{}_{}", "test", "a1B2c3D4e5F6g7H8i9J0k1L2");
    let mut world = World::new();
    let session = world.session(1, "/srv/api");
    world.turn(&session, "t");
    let options = [key.as_str(), "none"];
    world.asks_all(
        &session,
        "call",
        QuestionKind::Async,
        &[("Which key?", &options)],
    );
    world.send_all();
    let row = world.row("1");
    world.take(row);
    let (_, _, words) = world.next_words().unwrap();
    assert!(words.starts_with("option 1"), "{words}");
    assert!(!words.contains("redacted"), "{words}");
}
