//! The loop breaker: what answers by itself is broken off, what a person answers never is.

use crate::admit::reasons;
use crate::support::{World, pane};
use events::event::IgnoreReason as Reason;
use events::event::{Closing, QuestionKind};
use events::input::RolloutFact;
use events::outcome::How;
use events::{CallId, Event, Guid, SessionId, Wall};

/// Seven sessions that have ended, and the rows of what was said about it.
fn seven_ended(world: &mut World) -> Vec<(SessionId, Guid)> {
    let mut ended = Vec::new();
    for nth in 0..7 {
        let session = world.session(nth, &format!("/srv/p{nth}"));
        world.turn(&session, "t");
        world.ends(&session, "t", "done");
        let (guid, _) = world.send_all().pop().unwrap();
        ended.push((session, guid));
    }
    world.notices();
    ended
}

fn went_to(events: &[Event], session: &SessionId) -> bool {
    let routed = |event: &Event| matches!(event, Event::RoutingDecided(e) if e.target.as_ref() == Some(session));
    events.iter().any(routed)
}

#[test]
fn the_same_words_to_seven_sessions_that_wait_are_seven_answers() {
    let mut world = World::new();
    for (session, guid) in seven_ended(&mut world) {
        let events = world.replies(&guid, "continue");
        assert!(went_to(&events, &session), "{events:#?}");
        world.pass(3_000);
    }
    let mut world = World::new();
    for (session, _) in seven_ended(&mut world) {
        let name = world.reference(&session);
        let row = world.row(&format!("@{name} continue"));
        assert!(went_to(&world.take(row), &session));
    }
    // Every one of the same session, as soon as it has ended.
    let mut world = World::new();
    let session = world.session(1, "/srv/api");
    for nth in 0..12 {
        world.turn(&session, &format!("t{nth}"));
        world.ends(&session, &format!("t{nth}"), "done");
        world.send_all();
        let row = world.row("continue");
        assert!(went_to(&world.take(row), &session), "{nth}");
        let (id, _) = world.next_work().unwrap();
        world.performed(id, How::Typed(pane()));
        world.user(&session, "continue");
        world.pass(1_000);
    }
}

#[test]
fn numbers_that_answer_one_question_after_the_other_are_no_loop() {
    let mut world = World::new();
    let session = world.session(1, "/srv/api");
    world.turn(&session, "t");
    for nth in 0..12 {
        let call = format!("call-{nth}");
        world.asks(&session, &call, QuestionKind::Modal, &["a", "b"]);
        world.send_all();
        world.pass(1_000);
        let row = world.row("1");
        assert!(went_to(&world.take(row), &session), "{nth}");
        let (id, _) = world.next_work().unwrap();
        world.performed(id, How::Chosen(pane()));
        let call = CallId::parse(&call).unwrap();
        let how = Closing::Answered;
        world.grow(&session, RolloutFact::CallClosed { call, how });
    }
}

#[test]
fn quick_commands_and_what_a_mac_that_slept_reads_at_once_are_no_loop() {
    let mut world = World::new();
    let quick = (0..30).map(|nth| format!("status @s{nth}"));
    assert!(reasons(&mut world, quick, 200).is_empty());
    let mut world = World::new();
    let written = world.now.wall;
    world.pass(50 * 60_000);
    for nth in 0..100 {
        let mut row = world.row(&format!("note {nth}"));
        row.date = Some(Wall(written.0 + nth * 29_000));
        assert!(
            matches!(world.take(row)[0], Event::InboundReceived(_)),
            "{nth}"
        );
    }
}

#[test]
fn what_answers_every_text_of_ours_is_broken_off_and_what_it_said_is_counted() {
    let mut world = World::new();
    world.session(1, "/srv/api");
    let mut held = 0;
    // It answers whatever comes within a second, for twenty minutes.
    let mut texts = 0;
    world.says("list");
    for _ in 0..1_200 {
        for _ in world.send_all() {
            texts += 1;
            let row = world.row("I am driving and will answer later.");
            let events = world.take(row);
            held += usize::from(
                matches!(&events[0], Event::InboundIgnored(e) if e.reason == Reason::Loop),
            );
        }
        world.pass(1_000);
    }
    assert!(held > 0);
    assert!(texts < 60, "{texts} texts in twenty minutes");
    let told: Vec<_> = world.notices();
    let of = |words: &str| told.iter().filter(|text| text.contains(words)).count();
    assert!(of("paused") >= 1 && of("resumed") >= 1, "{told:#?}");
    assert!(of("not acted on. Send") >= 1, "{told:#?}");
}

#[test]
fn while_a_loop_is_broken_off_other_words_and_answers_still_count() {
    let mut world = World::new();
    let ended = seven_ended(&mut world);
    let stopped = reasons(&mut world, (0..20).map(|_| "Busy.".into()), 1_000);
    assert!(!stopped.is_empty());
    let (session, guid) = &ended[3];
    assert!(went_to(&world.replies(guid, "continue"), session));
    let row = world.row("list");
    assert!(matches!(world.take(row)[0], Event::InboundReceived(_)));
    let told = world.notices();
    let paused = told.iter().filter(|text| text.contains("paused")).count();
    assert_eq!(paused, 1, "{told:#?}");
    world.pass(61_000);
    let held = stopped.len();
    let sum = format!("{held} messages were not acted on");
    assert!(world.notices().iter().any(|text| text.contains(&sum)));
}

#[test]
fn a_loop_is_stopped_reported_once_and_over_after_a_quiet_minute() {
    let mut world = World::new();
    let stopped = reasons(&mut world, (0..200).map(|_| "help".into()), 4000);
    assert!(
        stopped.len() >= 190 && stopped.iter().all(|r| *r == Reason::Loop),
        "{}",
        stopped.len()
    );
    let said = world.notices();
    assert_eq!(said.iter().filter(|n| n.contains("paused")).count(), 1);
    world.pass(61_000);
    assert!(reasons(&mut world, std::iter::once("list".into()), 0).is_empty());
}

#[test]
fn many_different_texts_in_a_minute_are_a_loop_too() {
    let mut world = World::new();
    let stopped = reasons(&mut world, (0..100).map(|n| format!("list {n}?")), 100);
    assert_eq!(stopped.len(), 40);
}

#[test]
fn the_same_answer_a_few_times_is_a_person() {
    let mut world = World::new();
    assert!(reasons(&mut world, (0..30).map(|_| "yes".into()), 15_000).is_empty());
}
