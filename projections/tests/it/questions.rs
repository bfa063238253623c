//! Questions of the model: told once, open for as long as they are.

use crate::support::{World, turn_id};
use events::input::{Closing, QuestionKind, RolloutFact};
use events::{CallId, Event};

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
