//! Codex runs notify, then looks whether the user has said more, and takes that into the same
//! turn. Seen with 0.169: words pasted while notify ran.

use crate::prompts::{ask, command, raised};
use crate::support::{World, kinds};
use crate::what_if::assert_decided_again;
use events::event::SignOfTurn;
use events::{Event, SessionId};

/// A turn whose record was read up to its last words, and which notify reports as over.
fn claimed() -> (World, SessionId) {
    let mut world = World::new();
    let id = world.session(1, "/srv/api");
    world.turn(&id, "t1");
    world.user(&id, "look");
    world.model(&id, "I looked.");
    world.notify_end(&id, "t1", "I looked.");
    assert!(world.notice().ends_with("I looked."));
    (world, id)
}

fn runs(world: &World, id: &SessionId) -> bool {
    world
        .machine
        .state()
        .sessions
        .get(id)
        .unwrap()
        .turn
        .is_some()
}

fn signs(events: &[Event]) -> Vec<SignOfTurn> {
    let sign = |event: &Event| match event {
        Event::TurnWentOn(e) => Some(e.sign),
        _ => None,
    };
    events.iter().filter_map(sign).collect()
}

#[test]
fn words_that_codex_took_into_the_turn_are_answered_by_a_second_end() {
    let (mut world, id) = claimed();
    let events = world.user(&id, "and mend it");
    assert_eq!(signs(&events), [SignOfTurn::Words]);
    assert!(runs(&world, &id));
    world.model(&id, "I mended it.");
    world.notify_end(&id, "t1", "I mended it.");
    assert!(world.notice().ends_with("I mended it."));
    world.ends(&id, "t1", "I mended it.");
    assert_eq!(world.notices(), Vec::<String>::new());
    assert!(!runs(&world, &id));
    assert_decided_again(world.log());
}

#[test]
fn the_same_last_words_again_are_an_answer_too_where_the_user_spoke() {
    let (mut world, id) = claimed();
    world.user(&id, "look again");
    world.model(&id, "I looked.");
    world.ends(&id, "t1", "I looked.");
    assert!(world.notice().ends_with("I looked."));
}

#[test]
fn a_model_that_says_more_goes_on() {
    let (mut world, id) = claimed();
    let events = world.model(&id, "There is more.");
    assert_eq!(signs(&events), [SignOfTurn::Reply]);
    world.ends(&id, "t1", "There is more.");
    assert!(world.notice().ends_with("There is more."));
}

#[test]
fn a_prompt_of_the_turn_is_told_and_its_end_only_if_it_says_something_new() {
    for last in ["I looked.", "It ran."] {
        let (mut world, id) = claimed();
        let events = ask(&mut world, raised(&id, 1, command("rm -rf build")));
        assert_eq!(kinds(&events)[..2], ["TurnWentOn", "PromptAsked"]);
        assert!(world.notice().contains("wants to run: rm -rf build"));
        assert!(runs(&world, &id));
        world.ends(&id, "t1", last);
        let told = world.notices();
        assert_eq!(told.len(), usize::from(last != "I looked."), "{told:#?}");
        assert!(!runs(&world, &id));
        assert_decided_again(world.log());
    }
}

#[test]
fn a_prompt_of_a_turn_whose_end_is_on_record_comes_too_late() {
    let (mut world, id) = claimed();
    world.ends(&id, "t1", "I looked.");
    let events = ask(&mut world, raised(&id, 1, command("rm -rf build")));
    assert_eq!(kinds(&events), Vec::<String>::new());
}

#[test]
fn a_record_that_is_read_after_notify_is_no_news() {
    let mut world = World::new();
    let id = world.session(1, "/srv/api");
    world.notify_end(&id, "t1", "I looked.");
    assert!(world.notice().ends_with("I looked."));
    let mut events = Vec::new();
    world.turn(&id, "t1");
    events.extend(world.user(&id, "look"));
    events.extend(world.model(&id, "I shall look."));
    events.extend(world.model(&id, "I looked."));
    events.extend(world.ends(&id, "t1", "I looked."));
    assert_eq!(signs(&events), []);
    assert_eq!(world.notices(), Vec::<String>::new());
    assert!(!runs(&world, &id));
}

#[test]
fn the_next_turn_is_another_turn() {
    let (mut world, id) = claimed();
    world.turn(&id, "t2");
    let events = world.user(&id, "and mend it");
    assert_eq!(signs(&events), []);
}
