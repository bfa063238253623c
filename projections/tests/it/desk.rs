//! Somebody is at the Mac, or not: what waits to be seen there, and for how long. And what
//! nobody answers is told once more.

use crate::prompts::{LINK, by_server, command, raised};
use crate::support::{World, settings};
use events::event::{DeskSeen, HoldRule};
use events::prompt::{AppServerLinkChanged, LinkState, PromptEnd, PromptResolved};
use events::{Event, Input, SessionId, Settings, Span};

fn watched() -> Settings {
    Settings {
        desk: true,
        ..settings()
    }
}

fn seen(idle: Option<u64>, locked: bool, terminal: Option<u64>) -> Input {
    Input::Desk(DeskSeen {
        idle: idle.map(Span::seconds),
        locked: idle.map(|_| locked),
        terminal: terminal.map(Span::seconds),
    })
}

fn sent(world: &mut World) -> Vec<String> {
    world.notices();
    let sent = world.send_all();
    sent.into_iter().map(|(_, text)| text).collect()
}

fn ended(world: &mut World) -> SessionId {
    let session = world.session(1, "/srv/api");
    world.turn(&session, "t1");
    world.ends(&session, "t1", "All pass.");
    session
}

fn rules(world: &World) -> Vec<HoldRule> {
    let log = world.log().iter();
    let rules = log.filter_map(|entry| match &entry.event {
        Event::NoticeDeferred(e) => Some(e.rule),
        _ => None,
    });
    rules.collect()
}

#[test]
fn where_nobody_is_at_the_desk_a_text_goes_with_the_look() {
    for nobody in [
        seen(None, false, None),
        seen(Some(600), false, Some(4_000)),
        // The mouse moved on the lock screen.
        seen(Some(1), true, None),
    ] {
        let mut world = World::with(watched());
        ended(&mut world);
        assert!(sent(&mut world).is_empty());
        assert_eq!(rules(&world), [HoldRule::Looking]);
        let state = world.machine.state();
        assert!(projections::holding::wants_look(state).is_some());
        world.pass(30);
        world.feed(nobody.clone());
        assert_eq!(sent(&mut world).len(), 1, "{nobody:?}");
    }
}

#[test]
fn a_look_that_never_comes_holds_nothing_up() {
    let mut world = World::with(watched());
    ended(&mut world);
    world.pass(1_900);
    assert!(sent(&mut world).is_empty());
    world.pass(200);
    assert_eq!(sent(&mut world).len(), 1);
}

#[test]
fn where_somebody_is_there_it_waits_and_goes_if_nobody_goes_on() {
    for there in [seen(Some(3), false, None), seen(None, false, Some(10))] {
        let mut world = World::with(watched());
        ended(&mut world);
        world.pass(30);
        world.feed(there);
        world.pass(44_000);
        assert!(sent(&mut world).is_empty());
        world.pass(1_500);
        let texts = sent(&mut world);
        assert_eq!(texts.len(), 1, "{texts:#?}");
        assert_eq!(rules(&world), [HoldRule::Looking, HoldRule::AtDesk]);
    }
}

#[test]
fn what_was_seen_at_the_desk_is_not_told() {
    let mut world = World::with(watched());
    let session = ended(&mut world);
    world.pass(30);
    world.feed(seen(Some(3), false, None));
    world.pass(10_000);
    world.turn(&session, "t2");
    world.user(&session, "and the docs");
    world.pass(60_000);
    assert!(sent(&mut world).is_empty());
}

#[test]
fn words_that_had_waited_for_the_end_say_nothing_about_it() {
    let mut world = World::with(watched());
    let session = ended(&mut world);
    world.pass(30);
    world.feed(seen(Some(3), false, None));
    // Codex puts in at once what was queued while the turn ran.
    world.turn(&session, "t2");
    world.user(&session, "queued before");
    world.pass(60_000);
    assert_eq!(sent(&mut world).len(), 1);
}

#[test]
fn an_approval_given_at_the_desk_is_not_told() {
    let mut world = World::with(watched());
    let session = world.session(1, "/srv/api");
    world.turn(&session, "t1");
    world.feed(Input::Prompt(Box::new(raised(
        &session,
        1,
        command("make"),
    ))));
    world.pass(30);
    world.feed(seen(Some(3), false, None));
    world.pass(20_000);
    world.feed(Input::PromptResolved(PromptResolved {
        session,
        source: by_server(1),
        how: PromptEnd::Elsewhere,
    }));
    world.pass(60_000);
    assert!(sent(&mut world).is_empty());
}

#[test]
fn away_and_a_grace_of_zero_ask_for_no_look() {
    let mut world = World::with(watched());
    world.says("away");
    sent(&mut world);
    ended(&mut world);
    assert_eq!(sent(&mut world).len(), 1);
    let mut world = World::with(Settings {
        grace: Span(0),
        ..watched()
    });
    ended(&mut world);
    assert_eq!(sent(&mut world).len(), 1);
    assert!(rules(&world).is_empty());
}

/// A request that was told, by a server that is connected.
fn asked(settings: Settings) -> (World, SessionId) {
    let mut world = World::with(settings);
    world.feed(Input::AppServer(AppServerLinkChanged {
        generation: LINK,
        socket: "/srv/codex.sock".into(),
        state: LinkState::Up {
            server: "codex/0.171.0".into(),
        },
    }));
    let session = world.session(1, "/srv/api");
    world.turn(&session, "t1");
    world.feed(Input::Prompt(Box::new(raised(
        &session,
        1,
        command("make"),
    ))));
    assert_eq!(sent(&mut world).len(), 1);
    (world, session)
}

#[test]
fn what_nobody_answers_is_told_once_more() {
    let (mut world, session) = asked(settings());
    world.pass(29 * 60_000);
    assert!(sent(&mut world).is_empty());
    world.pass(2 * 60_000);
    let texts = sent(&mut world);
    assert_eq!(texts.len(), 1, "{texts:#?}");
    let name = world.reference(&session);
    assert!(texts[0].starts_with("Still waiting: api"), "{}", texts[0]);
    assert!(texts[0].contains(&format!("[Codex] @{name}")) && texts[0].contains("make"));
    for _ in 0..10 {
        world.pass(3_600_000);
        assert!(sent(&mut world).is_empty());
    }
}

#[test]
fn a_reminder_can_be_answered_and_so_can_the_first_text() {
    let (mut world, _) = asked(settings());
    world.pass(31 * 60_000);
    let sent = world.send_all();
    let (guid, _) = sent.last().unwrap();
    world.pass(5_000);
    world.replies(guid, "yes");
    let (_, command) = world.next_work().expect("an answer is given");
    assert_eq!(command.name(), "AnswerPrompt");
}

#[test]
fn nobody_is_reminded_of_what_is_not_certainly_up() {
    // Answered meanwhile.
    let (mut world, session) = asked(settings());
    world.pass(10 * 60_000);
    world.feed(Input::PromptResolved(PromptResolved {
        session,
        source: by_server(1),
        how: PromptEnd::Elsewhere,
    }));
    world.pass(60 * 60_000);
    assert!(sent(&mut world).is_empty());
    // Whoever shows it is gone: it cannot be checked, and is when it can be again.
    let (mut world, session) = asked(settings());
    world.feed(Input::AppServer(AppServerLinkChanged {
        generation: LINK,
        socket: "/srv/codex.sock".into(),
        state: LinkState::Down {
            why: "it ended".into(),
        },
    }));
    world.pass(60 * 60_000);
    // It is not shown again: it is gone, and that is all that is said.
    let sent_then = sent(&mut world);
    assert_eq!(sent_then.len(), 1, "{sent_then:?}");
    assert!(sent_then[0].contains("has ended, and what waited there with it"));
    let _ = session;
    // Switched off.
    let (mut world, _) = asked(Settings {
        nudge: Span(0),
        ..settings()
    });
    world.pass(23 * 3_600_000);
    assert!(sent(&mut world).is_empty());
}
