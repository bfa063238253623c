//! An option on its way into a modal: digits, once, and only while it is open.

use crate::support::{World, pane};
use crate::transports::{ended, next, no_pane};
use events::event::{Closing, InstructionEnd, QuestionKind};
use events::input::RolloutFact;
use events::outcome::How;
use events::{CallId, CommandId, Outcome, SessionId};

fn choosing() -> (World, SessionId, CommandId) {
    let mut world = World::new();
    let id = world.session(1, "/srv/api");
    world.asks(&id, "call", QuestionKind::Modal, &["red", "blue"]);
    world.notices();
    world.says("2");
    let command = next(&mut world, "ChooseOptions");
    (world, id, command)
}

fn close(world: &mut World, id: &SessionId, how: Closing) {
    let call = CallId::parse("call").unwrap();
    world.grow(id, RolloutFact::CallClosed { call, how });
}

#[test]
fn a_choice_is_proven_by_the_closed_question() {
    let (mut world, id, command) = choosing();
    world.performed(command, How::Chosen(pane()));
    close(&mut world, &id, Closing::Answered);
    assert!(world.notice().ends_with("· answered"));
    assert_eq!(ended(&world), [InstructionEnd::Delivered]);
}

#[test]
fn a_choice_takes_no_other_transport_and_is_never_typed_twice() {
    let (mut world, _, command) = choosing();
    world.settled(command, Outcome::Failed(no_pane()));
    assert!(world.notice().contains("not delivered"));
    assert!(world.next_work().is_none());
    let (mut world, _, command) = choosing();
    world.performed(command, How::Chosen(pane()));
    world.pass(60_000);
    assert!(world.next_work().is_none(), "no Enter into a modal");
    assert_eq!(ended(&world), [InstructionEnd::Unknown]);
}

#[test]
fn a_choice_for_a_question_answered_at_the_desk_is_not_made() {
    let mut world = World::new();
    let id = world.session(1, "/srv/api");
    world.asks(&id, "call", QuestionKind::Modal, &["red", "blue"]);
    world.notices();
    world.says("2");
    close(&mut world, &id, Closing::Answered);
    assert!(world.next_work().is_none());
    assert!(world.notice().contains("the question is no longer open"));
}
