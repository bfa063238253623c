//! Codex's usage limits, and sessions that go on when they reset.

use crate::support::{World, settings, turn_id};
use events::event::{Action, PromiseEnd, Topic};
use events::input::RolloutFact;
use events::prompt::{RateLimit, RateLimitsChanged};
use events::settings::NotifyMode;
use events::{Event, Input, SessionId, Settings, Wall};

const HOUR: i64 = 3_600_000;
const LIMIT: &str = "You’ve hit your usage limit. Try again at 4:53 AM.";

fn sent(world: &mut World) -> Vec<String> {
    world.notices();
    let sent = world.send_all();
    sent.into_iter().map(|(_, text)| text).collect()
}

fn window(world: &World, name: &str, used: u32, hours: i64) -> RateLimit {
    let minutes = if name == "primary" { 300 } else { 10_080 };
    RateLimit {
        name: name.into(),
        used,
        minutes: Some(minutes),
        resets: Some(Wall(world.now.wall.0 + hours * HOUR)),
    }
}

fn told(world: &mut World, windows: Vec<RateLimit>) -> Vec<Event> {
    world.feed(Input::RateLimits(RateLimitsChanged { windows }))
}

fn fails(world: &mut World, session: &SessionId, turn: &str, error: &str) -> Vec<Event> {
    world.turn(session, turn);
    world.user(session, "go on");
    world.grow(
        session,
        RolloutFact::TurnCompleted {
            turn: turn_id(turn),
            last: None,
            error: Some(error.into()),
        },
    )
}

/// A session whose turn failed because the limit is used up, for two hours more.
fn stopped(world: &mut World) -> (SessionId, String) {
    let session = world.session(1, "/srv/api");
    let up = vec![window(world, "primary", 100, 2)];
    told(world, up);
    fails(world, &session, "t1", LIMIT);
    let texts = sent(world);
    assert_eq!(texts.len(), 1, "{texts:#?}");
    let name = world.reference(&session);
    (session, name)
}

/// The words that sessions were told.
fn instructed(world: &World) -> Vec<String> {
    let log = world.log().iter();
    let words = log.filter_map(|entry| match &entry.event {
        Event::RoutingDecided(e) => match &e.action {
            Action::Instruct { text } => Some(text.reveal().clone()),
            _ => None,
        },
        _ => None,
    });
    words.collect()
}

fn ends(world: &World) -> Vec<PromiseEnd> {
    let log = world.log().iter();
    let ends = log.filter_map(|entry| match &entry.event {
        Event::PromiseEnded(e) => Some(e.how),
        _ => None,
    });
    ends.collect()
}

#[test]
fn each_level_of_a_window_is_told_once() {
    let mut world = World::new();
    let steps = [(79, 0), (80, 1), (85, 0), (97, 1), (99, 0)];
    let at = window(&world, "primary", 0, 3);
    for (used, texts) in steps {
        let limit = RateLimit { used, ..at.clone() };
        told(&mut world, vec![limit]);
        let now = sent(&mut world);
        assert_eq!(now.len(), texts, "{used}: {now:#?}");
        for text in now {
            let known = format!("{used} % of the 5-hour limit is used. It resets at");
            assert!(text.contains(&known), "{text}");
        }
    }
    // The same again, as after a restart or from another session's file.
    let old = RateLimit { used: 85, ..at };
    assert!(told(&mut world, vec![old]).is_empty());
    // The next window.
    world.pass(4 * 3_600_000);
    let next = window(&world, "primary", 81, 5);
    told(&mut world, vec![next]);
    assert_eq!(sent(&mut world).len(), 1);
}

#[test]
fn a_jump_is_one_text_and_a_switch_or_a_mode_is_none() {
    let mut world = World::new();
    let jump = vec![
        window(&world, "primary", 96, 3),
        window(&world, "secondary", 81, 90),
    ];
    told(&mut world, jump.clone());
    assert_eq!(sent(&mut world).len(), 2);
    for quiet in [
        Settings {
            limits: false,
            ..settings()
        },
        Settings {
            mode: NotifyMode::StateOnly,
            ..settings()
        },
    ] {
        let mut world = World::with(quiet);
        told(&mut world, jump.clone());
        assert!(sent(&mut world).is_empty());
    }
}

#[test]
fn exhaustion_is_told_with_the_turn_that_it_ended_and_not_twice() {
    let mut world = World::new();
    let session = world.session(1, "/srv/api");
    let name = world.reference(&session);
    let up = vec![window(&world, "primary", 100, 2)];
    told(&mut world, up);
    assert!(sent(&mut world).is_empty());
    fails(&mut world, &session, "t1", LIMIT);
    let texts = sent(&mut world);
    assert_eq!(texts.len(), 1, "{texts:#?}");
    assert!(texts[0].contains(LIMIT), "{texts:#?}");
    assert!(texts[0].contains("The limit resets at"), "{texts:#?}");
    assert!(texts[0].contains(&format!("\"resume @{name} at reset\"")));
    world.pass(60_000);
    assert!(sent(&mut world).is_empty());
}

#[test]
fn exhaustion_that_ends_no_turn_is_told_by_itself() {
    let mut world = World::new();
    let up = vec![window(&world, "primary", 100, 2)];
    told(&mut world, up);
    world.pass(11_000);
    let texts = sent(&mut world);
    assert_eq!(texts.len(), 1, "{texts:#?}");
    assert!(
        texts[0].contains("The 5-hour limit is used up."),
        "{texts:#?}"
    );
}

#[test]
fn a_promise_is_kept_once_after_the_reset_also_over_restarts() {
    let mut world = World::new();
    let (session, name) = stopped(&mut world);
    world.says(&format!("resume @{name} at reset"));
    let noted = sent(&mut world);
    assert!(noted[0].contains("noted"), "{noted:#?}");
    world.says("list");
    let list = sent(&mut world);
    let line = format!("@{name} is told to continue at");
    assert!(list[0].contains(&line), "{list:#?}");
    world.says("pending");
    assert!(sent(&mut world)[0].contains(&line));
    world.pass(3_600_000);
    world.boot(settings());
    assert!(instructed(&world).is_empty());
    world.pass(3_600_000 + 61_000);
    assert_eq!(instructed(&world), ["Continue."]);
    assert_eq!(ends(&world), [PromiseEnd::Kept]);
    assert!(
        world
            .next_words()
            .is_some_and(|(.., text)| text == "Continue.")
    );
    world.boot(settings());
    world.pass(10 * 3_600_000);
    assert_eq!(instructed(&world).len(), 1);
    assert_eq!(ends(&world).len(), 1);
    assert!(world.machine.state().watch.promises.is_empty());
    drop(session);
}

#[test]
fn a_promise_can_be_cancelled_and_replaced() {
    let mut world = World::new();
    let (_, name) = stopped(&mut world);
    world.says(&format!("resume @{name} at reset"));
    world.says(&format!("resume @{name} in 5h"));
    sent(&mut world);
    assert_eq!(ends(&world), [PromiseEnd::TakenBack]);
    world.pass(3 * 3_600_000);
    assert!(instructed(&world).is_empty());
    world.says(&format!("cancel @{name}"));
    let answer = sent(&mut world);
    assert!(answer[0].contains("cancelled"), "{answer:#?}");
    world.pass(10 * 3_600_000);
    assert!(instructed(&world).is_empty());
}

#[test]
fn a_session_that_went_on_before_is_not_told_to() {
    let mut world = World::new();
    let (session, name) = stopped(&mut world);
    world.says(&format!("resume @{name} at reset"));
    world.turn(&session, "t2");
    world.user(&session, "at the desk, with another account");
    world.ends(&session, "t2", "Done.");
    sent(&mut world);
    world.pass(3 * 3_600_000);
    assert!(instructed(&world).is_empty());
    assert_eq!(ends(&world), [PromiseEnd::Pointless]);
    let texts = sent(&mut world);
    assert!(texts[0].contains("not continued"), "{texts:#?}");
}

#[test]
fn a_clock_that_is_set_back_or_sleeps_makes_it_neither_early_nor_late() {
    let mut world = World::new();
    let (_, name) = stopped(&mut world);
    world.says(&format!("resume @{name} at reset"));
    sent(&mut world);
    world.now.wall = Wall(world.now.wall.0 - HOUR);
    world.pass(2 * 3_600_000 + 61_000);
    assert!(instructed(&world).is_empty());
    let from = world.now.wall;
    world.now.wall = Wall(from.0 + 2 * HOUR);
    let until = world.now.wall;
    world.feed(Input::Slept(events::event::HostSlept { from, until }));
    world.pass(1_100);
    assert_eq!(instructed(&world), ["Continue."]);
}

#[test]
fn what_is_not_known_is_asked_for_and_a_name_is_needed() {
    let mut world = World::new();
    let session = world.session(1, "/srv/api");
    let name = world.reference(&session);
    fails(&mut world, &session, "t1", LIMIT);
    let texts = sent(&mut world);
    // Until when is not known, so it is a failure like others.
    assert!(
        texts[0].contains(LIMIT) && !texts[0].contains("resume"),
        "{texts:#?}"
    );
    for (text, answer) in [
        (format!("resume @{name} at reset"), "Write a time"),
        ("resume at reset".to_owned(), "resume @ref at reset"),
        ("resume @zz99 at reset".to_owned(), "No session is called"),
    ] {
        world.says(&text);
        let texts = sent(&mut world);
        assert!(texts[0].contains(answer), "{text}: {texts:#?}");
    }
    // Another failure is another text.
    fails(&mut world, &session, "t2", "stream disconnected");
    let texts = sent(&mut world);
    assert!(!texts[0].contains("resume"), "{texts:#?}");
    let known = Topic::TurnEnd(Some(turn_id("t2")));
    let state = world.machine.state();
    assert!(
        state
            .sessions
            .get(&session)
            .unwrap()
            .noticed
            .contains(&known)
    );
}
