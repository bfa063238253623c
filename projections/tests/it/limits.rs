//! Where the outbox's limits lie to the one, and what stands in its books when
//! the proof of a text runs out behind its back.

use crate::support::{World, settings};
use events::event::Topic;
use events::input::QuestionKind;
use events::outcome::How;
use events::{CommandId, Seq, SessionId, Settings, Tick};
use projections::allowance::Allowance;
use projections::missing::{Lost, Missing, Why};
use projections::outbox::End;

const HOUR: u64 = 3_600_000;

fn limited(max_per_hour: u32) -> World {
    World::with(Settings {
        max_per_hour,
        ..settings()
    })
}

fn ends(world: &mut World, session: &SessionId, turn: &str, last: &str) {
    world.turn(session, turn);
    world.ends(session, turn, last);
}

/// The next text, out of our hands but not proven.
fn accepted(world: &mut World) -> (CommandId, String) {
    let (id, text) = world.next_send().unwrap();
    world.performed(id, How::Accepted);
    (id, text)
}

#[test]
fn without_an_allowance_nothing_may_go() {
    let allowance = Allowance::default();
    assert_eq!(allowance.room(Tick(HOUR), 0, true), 0);
    assert_eq!(allowance.room(Tick(HOUR), 1, true), 1);
}

#[test]
fn the_last_64_notices_with_missing_texts_are_remembered() {
    let lost = |nth: u64| Lost {
        session: None,
        topic: Topic::Health,
        parts: [(0, format!("text {nth}").as_str().into())].into(),
        why: Why::GivenUp,
        told: None,
    };
    let mut missing = Missing::default();
    for nth in 1..=64 {
        missing.add(Seq(nth), lost(nth));
    }
    assert_eq!(missing.iter().count(), 64);
    missing.add(Seq(65), lost(65));
    assert_eq!(missing.iter().count(), 64);
    assert!(missing.get(Seq(1)).is_none() && missing.get(Seq(2)).is_some());
}

#[test]
fn a_question_goes_before_an_older_text_of_another_session() {
    let mut world = limited(8);
    let (api, web) = (world.session(1, "/srv/api"), world.session(2, "/srv/web"));
    for nth in 0..2 {
        ends(&mut world, &api, &format!("t{nth}"), "spent");
    }
    assert_eq!(world.send_all().len(), 2, "nothing more may go");
    ends(&mut world, &api, "t", "an older text");
    world.asks(&web, "call", QuestionKind::Modal, &["a", "b"]);
    world.pass(HOUR);
    let texts: Vec<_> = world.send_all().into_iter().map(|(_, text)| text).collect();
    assert!(texts[0].contains("needs input"), "{texts:?}");
    assert!(texts[1].contains("an older text"), "{texts:?}");
}

#[test]
fn what_is_merged_is_of_one_session_and_not_begun() {
    let mut world = limited(8);
    let (api, web) = (world.session(1, "/srv/api"), world.session(2, "/srv/web"));
    for nth in 0..6 {
        let turn = format!("t{nth}");
        ends(&mut world, &api, &turn, &format!("apple {nth}."));
        ends(&mut world, &web, &turn, &format!("pear {nth}."));
    }
    let mut texts = Vec::new();
    for _ in 0..12 {
        texts.extend(world.send_all().into_iter().map(|(_, text)| text));
        world.pass(HOUR / 12);
    }
    let all = texts.join("\n");
    for nth in 0..6 {
        assert_eq!(all.matches(&format!("apple {nth}.")).count(), 1, "{all}");
        assert_eq!(all.matches(&format!("pear {nth}.")).count(), 1, "{all}");
    }
    let mixed = |text: &&String| text.contains("apple") && text.contains("pear");
    assert_eq!(texts.iter().find(mixed), None);
    assert!(texts.len() < 12, "some were merged");
}

#[test]
fn a_question_is_never_merged_into_other_texts() {
    let mut world = limited(8);
    let api = world.session(1, "/srv/api");
    for nth in 0..2 {
        ends(&mut world, &api, &format!("t{nth}"), "spent");
    }
    world.send_all();
    for nth in 2..6 {
        ends(&mut world, &api, &format!("t{nth}"), &format!("apple {nth}."));
    }
    world.asks(&api, "call", QuestionKind::Modal, &["a", "b"]);
    world.pass(HOUR);
    let texts: Vec<_> = world.send_all().into_iter().map(|(_, text)| text).collect();
    let asks = |text: &&String| text.contains("needs input");
    let asked = texts.iter().find(asks).unwrap();
    assert!(!asked.contains("apple"), "{asked}");
    assert_eq!(texts.iter().filter(asks).count(), 1);
}

#[test]
fn a_notice_whose_proof_runs_out_after_it_was_closed_is_unknown_and_no_other() {
    let mut world = World::new();
    let (api, web) = (world.session(1, "/srv/api"), world.session(2, "/srv/web"));
    ends(&mut world, &api, "t", "one");
    accepted(&mut world);
    ends(&mut world, &web, "t", "two");
    let (_, text) = accepted(&mut world);
    let row = world.own_row(&text);
    world.take(row);
    world.pass(31_000);
    let closed = &world.machine.state().outbox.closed;
    let end = |session: &SessionId| -> Vec<End> {
        let of = closed.iter().filter(|c| c.session.as_ref() == Some(session));
        of.map(|c| c.end).collect()
    };
    assert_eq!(end(&api), [End::Unknown]);
    assert_eq!(end(&web), [End::Sent]);
}

#[test]
fn a_notice_with_one_part_that_nobody_saw_is_unknown_as_a_whole() {
    let mut world = World::with(Settings {
        max_len: 120,
        ..settings()
    });
    let api = world.session(1, "/srv/api");
    let body: Vec<_> = (0..30).map(|n| format!("line {n}")).collect();
    ends(&mut world, &api, "t", &body.join("\n"));
    let (_, first) = accepted(&mut world);
    assert!(first.contains("(1/"), "{first}");
    world.pass(2000);
    let (second, _) = world.next_send().unwrap();
    world.pass(31_000);
    world.performed(second, How::Accepted);
    world.send_all();
    world.pass(40_000);
    world.send_all();
    let closed = &world.machine.state().outbox.closed;
    let first = closed.iter().find(|c| c.session.as_ref() == Some(&api));
    assert_eq!(first.map(|c| c.end), Some(End::Unknown));
}
