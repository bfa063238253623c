//! What the owner is not told of: turns that nobody waits for. The table is in
//! docs/phone-reference.md.

use crate::support::{World, kinds, settings, turn_id};
use events::event::GoalStatus;
use events::input::RolloutFact;
use events::settings::NotifyMode;
use events::{Event, SessionId, Settings};
use projections::waits;

fn without_words(world: &mut World, id: &SessionId, turn: &str) -> Vec<Event> {
    let fact = RolloutFact::TurnCompleted {
        turn: turn_id(turn),
        last: None,
        error: None,
    };
    world.grow(id, fact)
}

#[test]
fn a_turn_in_which_nobody_asked_and_nothing_was_said_is_not_told() {
    let mut world = World::new();
    let id = world.session(1, "/srv/api");
    world.turn(&id, "t1");
    let events = without_words(&mut world, &id, "t1");
    assert_eq!(kinds(&events), ["TurnCompleted", "EndingNotTold"]);
    // Somebody asked and waits for the end.
    world.turn(&id, "t2");
    world.user(&id, "look");
    without_words(&mut world, &id, "t2");
    let told = world.notice();
    assert!(
        told.starts_with("api is done. ") && told.ends_with("\nIt ended without a message."),
        "{told}"
    );
    // A review's end holds no words; its findings were said before it.
    world.turn(&id, "t3");
    world.model(&id, "Two findings.");
    without_words(&mut world, &id, "t3");
    let told = world.notice();
    assert!(told.ends_with("\nTwo findings."), "{told}");
    // One that began before this program looked.
    without_words(&mut world, &id, "t4");
    assert!(world.notice().ends_with("without a message."));
}

#[test]
fn a_turn_that_another_took_the_place_of_is_not_told() {
    let mut world = World::new();
    let id = world.session(1, "/srv/api");
    for (turn, reason, told) in [
        ("t1", "replaced", 0),
        ("t2", "interrupted", 1),
        ("t3", "budget_limited", 1),
    ] {
        world.turn(&id, turn);
        let reason = reason.to_owned();
        let turn = turn_id(turn);
        world.grow(
            &id,
            RolloutFact::TurnAborted {
                turn: Some(turn),
                reason,
            },
        );
        assert_eq!(world.notices().len(), told);
    }
}

fn goal_turn(world: &mut World, id: &SessionId, turn: &str, last: &str) {
    world.grow(
        id,
        RolloutFact::TurnStarted {
            turn: turn_id(turn),
            plan_mode: false,
            goal: true,
        },
    );
    world.model(id, "one step");
    world.model(id, last);
    world.ends(id, turn, last);
}

#[test]
fn of_a_goal_only_its_end_is_told_and_what_needs_the_owner() {
    for mode in [NotifyMode::Route, NotifyMode::Send] {
        let mut world = World::with(Settings { mode, ..settings() });
        let id = world.session(1, "/srv/api");
        world.grow(&id, RolloutFact::Goal(GoalStatus::Active));
        for turn in 0..26 {
            goal_turn(&mut world, &id, &format!("t{turn}"), "and on");
        }
        assert_eq!(world.notices(), Vec::<String>::new());
        // Its words are the answer that the owner waits for.
        world.turn(&id, "asked");
        world.user(&id, "how far are you?");
        world.ends(&id, "asked", "half way");
        assert!(world.notice().ends_with("\nhalf way"));
        world.grow(&id, RolloutFact::Goal(GoalStatus::Complete));
        world.turn(&id, "last");
        world.ends(&id, "last", "an ordinary turn");
        assert!(world.notice().ends_with("\nan ordinary turn"));
    }
}

#[test]
fn a_goal_ends_with_its_status_or_when_no_further_turn_begins() {
    let mut world = World::new();
    let id = world.session(1, "/srv/api");
    // Nobody told that there is a goal: it was set before the log began.
    goal_turn(&mut world, &id, "t1", "first");
    assert!(world.notices().is_empty());
    world.pass(waits::GOAL.0);
    assert!(world.notice().ends_with("\nfirst"));
    world.turn(&id, "t2");
    world.grow(&id, RolloutFact::Goal(GoalStatus::Complete));
    world.ends(&id, "t2", "all counted");
    let told = world.notice();
    assert!(
        told.starts_with("api reached its goal. [Codex] @"),
        "{told}"
    );
    assert!(told.ends_with("\nall counted"), "{told}");
    goal_turn(&mut world, &id, "t3", "stuck");
    world.grow(&id, RolloutFact::Goal(GoalStatus::Blocked));
    let told = world.notice();
    assert!(
        told.starts_with("api cannot go on with its goal without you.")
            && told.ends_with("\nstuck"),
        "{told}"
    );
    world.pass(waits::GOAL.0);
    assert!(world.notices().is_empty());
}
