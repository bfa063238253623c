//! Ends of turns and questions, whichever way they are learned: once each, and
//! only for threads that are the owner's.

use crate::support::{World, kinds, pane, settings, turn_id, uuid7};
use events::event::{Deadline, IgnoreReason, QuestionKind, ThreadKind};
use events::input::RolloutFact;
use events::settings::NotifyMode;
use events::{Event, Input, Settings, Text};

#[test]
fn notify_and_rollout_tell_of_one_turn_in_any_order() {
    for notify_first in [true, false] {
        let mut world = World::new();
        let id = world.session(1, "/srv/api");
        world.turn(&id, "t1");
        if notify_first {
            world.notify_end(&id, "t1", "All good.");
            world.ends(&id, "t1", "All good.");
        } else {
            world.ends(&id, "t1", "All good.");
            world.notify_end(&id, "t1", "All good.");
        }
        world.notify_end(&id, "t1", "All good.");
        let reference = world.reference(&id);
        assert_eq!(
            world.notice(),
            format!("api is done. [Codex] @{reference}\nAll good.")
        );
    }
}

#[test]
fn notify_before_the_rollout_waits_for_it() {
    let mut world = World::new();
    let id = uuid7(u64::try_from(world.now.wall.0).unwrap(), 1);
    world.notify_end(&id, "t1", "All good.");
    assert!(world.notices().is_empty());
    assert_eq!(world.session(1, "/srv/api"), id);
    assert!(world.notice().contains("All good."));
    world.turn(&id, "t1");
    world.user(&id, "do it");
    world.ends(&id, "t1", "All good.");
    assert!(world.notices().is_empty());
    let session = world.machine.state().sessions.get(&id).unwrap();
    assert!(
        session.finished && session.turn.is_none(),
        "what is read late does not reopen the turn"
    );
}

#[test]
fn a_thread_without_a_rollout_is_never_told() {
    let mut world = World::new();
    for raw in [
        include_str!("notify/internal-title-thread.json"),
        include_str!("notify/internal-recap-thread.json"),
        include_str!("notify/side-conversation-ephemeral.json"),
        include_str!("notify/exec-ephemeral.json"),
    ] {
        world.notify(raw);
    }
    assert_eq!(world.machine.state().sessions.unplaced.len(), 4);
    let passed = world.pass(10_000);
    assert_eq!(passed.iter().filter(|e| matches!(e, Event::DeadlinePassed(d) if matches!(d.deadline, Deadline::Rollout(_)))).count(), 4);
    assert!(world.machine.state().sessions.unplaced.is_empty());
    assert!(world.notices().is_empty());
}

#[test]
fn threads_of_codex_itself_are_recorded_and_not_told() {
    for kind in [
        ThreadKind::Subagent,
        ThreadKind::Review,
        ThreadKind::Internal,
    ] {
        let mut world = World::new();
        let id = world.thread(1, "/srv/api", kind);
        world.turn(&id, "t1");
        world.asks(&id, "call", QuestionKind::Modal, &["a"]);
        world.ends(&id, "t1", "sub is done");
        world.notify_end(&id, "t1", "sub is done");
        assert!(world.notices().is_empty(), "{kind:?}");
        assert!(world.machine.state().sessions.get(&id).unwrap().finished);
        world.says("list");
        assert!(world.notice().contains("No sessions yet"));
    }
    let mut world = World::new();
    let id = world.thread(1, "/srv/api", ThreadKind::Exec);
    world.ends(&id, "t1", "exec is done");
    assert!(world.notice().contains("exec is done"));
}

#[test]
fn a_payload_without_a_turn_does_not_make_two_of_one() {
    let mut world = World::new();
    let id = world.session(1, "/srv/api");
    world.turn(&id, "t1");
    world.notify(&format!(
        r#"{{"type":"agent-turn-complete","thread-id":"{id}","last-assistant-message":"x"}}"#
    ));
    world.ends(&id, "t1", "x");
    world.notify(&format!(
        r#"{{"type":"agent-turn-complete","thread-id":"{id}","last-assistant-message":"x"}}"#
    ));
    assert_eq!(world.notices().len(), 1);
}

fn failed(world: &mut World, id: &events::SessionId, turn: &str) {
    world.turn(id, turn);
    world.grow(
        id,
        RolloutFact::TurnCompleted {
            turn: turn_id(turn),
            last: None,
            error: Some(Text::from("usage limit reached")),
        },
    );
}

#[test]
fn turns_that_fail_or_are_interrupted_are_told() {
    let mut world = World::new();
    let id = world.session(1, "/srv/api");
    failed(&mut world, &id, "t1");
    let notice = world.notice();
    let sentence = "api failed: usage limit reached. [Codex] @";
    assert!(
        notice.starts_with(sentence) && !notice.contains('\n'),
        "{notice}"
    );
    for turn in [Some(turn_id("t2")), None] {
        world.turn(&id, "t2");
        world.grow(
            &id,
            RolloutFact::TurnAborted {
                turn,
                reason: "interrupted".into(),
            },
        );
    }
    let told = world.notices();
    assert_eq!(told.len(), 1, "{told:?}");
    assert!(told[0].starts_with("api was interrupted. [Codex] @"));
}

/// What is told of two replies, a question and an end.
fn told(settings: Settings) -> Vec<String> {
    let mut world = World::with(settings);
    let id = world.session(1, "/srv/api");
    world.turn(&id, "t1");
    world.model(&id, "First I look.");
    world.model(&id, "Then I ask.");
    world.asks(&id, "call", QuestionKind::Async, &["red", "blue"]);
    world.model(&id, "Now I am done.");
    world.ends(&id, "t1", "Now I am done.");
    let texts = world.notices();
    texts
        .iter()
        .map(|text| {
            let (head, body) = text.split_once('\n').unwrap();
            let kind = head.split_once("· ").map_or("done", |(_, kind)| kind);
            format!("{kind} | {}", body.replace('\n', " | "))
        })
        .collect()
}

#[test]
fn the_mode_says_what_is_told() {
    let question = "needs input | Which one? | 1. red | 2. blue | Reply with a number.";
    let route = settings();
    assert_eq!(told(route.clone()), [question, "done | Now I am done."]);
    let send = Settings {
        mode: NotifyMode::Send,
        ..route.clone()
    };
    assert_eq!(
        told(send.clone()),
        [
            "working | First I look.",
            "working | Then I ask.",
            question,
            "done | Now I am done."
        ]
    );
    assert_eq!(
        told(Settings {
            mode: NotifyMode::StateOnly,
            ..route.clone()
        }),
        [""; 0]
    );
    assert_eq!(
        told(Settings {
            only_needs_input: true,
            ..route.clone()
        }),
        [question]
    );
    assert_eq!(
        told(Settings {
            only_needs_input: true,
            ..send
        }),
        [question]
    );
    assert_eq!(
        told(Settings {
            final_status: false,
            ..route
        }),
        [question]
    );
}

#[test]
fn in_send_mode_what_was_said_last_is_not_lost_with_a_turn_that_fails() {
    let mut world = World::with(Settings {
        mode: NotifyMode::Send,
        ..settings()
    });
    let id = world.session(1, "/srv/api");
    world.turn(&id, "t0");
    world.model(&id, "Half of it is done.");
    failed(&mut world, &id, "t0");
    let told = world.notices();
    assert_eq!(
        told.len(),
        1,
        "a new turn begins with nothing unsaid: {told:?}"
    );
    world.turn(&id, "t1");
    world.model(&id, "Half of it is done.");
    assert!(world.status("@api").contains("Half of it is done."));
    world.grow(
        &id,
        RolloutFact::TurnAborted {
            turn: Some(turn_id("t1")),
            reason: "interrupted".into(),
        },
    );
    let told = world.notices();
    assert!(
        told.iter().any(|t| t.contains("Half of it is done.")),
        "{told:?}"
    );
}

#[test]
fn secrets_of_the_model_are_gone_before_anything_is_stored() {
    let mut world = World::new();
    let id = world.session(1, "/srv/api");
    let secret = format!("gh{}_{}", "p", "A1b2".repeat(9));
    world.turn(&id, "t1");
    let mut events = world.model(&id, &format!("I found {secret}."));
    events.extend(world.notify_end(&id, "t1", &format!("I found {secret}.")));
    events.extend(world.asks_all(
        &id,
        "call",
        QuestionKind::Modal,
        &[(&format!("Use {secret}?"), &[&secret])],
    ));
    world.says("status api");
    for text in world.notices() {
        assert!(!text.contains("A1b2A1b2"), "{text}");
    }
    let state = bincode::serialize(world.machine.state()).unwrap();
    assert!(!String::from_utf8_lossy(&state).contains("A1b2A1b2"));
    for event in &events {
        let bytes = bincode::serialize(event).unwrap();
        assert!(!String::from_utf8_lossy(&bytes).contains("A1b2A1b2"));
    }
}

#[test]
fn a_stranger_is_not_stored() {
    let mut world = World::new();
    let mut row = world.row("words of a stranger");
    row.handle = Some("+15555550199".into());
    let events = world.take(row);
    assert!(
        matches!(events.as_slice(), [Event::InboundIgnored(e)] if e.reason == IgnoreReason::NotOwner)
    );
    let state = bincode::serialize(world.machine.state()).unwrap();
    assert!(!String::from_utf8_lossy(&state).contains("stranger"));
}

#[test]
fn a_head_that_is_known_changes_nothing_and_another_is_taken() {
    let mut world = World::new();
    let id = world.session(1, "/srv/api");
    let meta = world
        .machine
        .state()
        .sessions
        .get(&id)
        .unwrap()
        .meta
        .clone();
    assert!(world.grow(&id, RolloutFact::Meta(meta.clone())).is_empty());
    let moved = events::event::SessionMeta {
        cwd: "/srv/web".into(),
        ..meta
    };
    assert_eq!(
        kinds(&world.grow(&id, RolloutFact::Meta(moved))),
        ["SessionSeen"]
    );
}

#[test]
fn in_send_mode_what_was_told_along_the_way_is_not_told_again() {
    let mut world = World::with(Settings {
        mode: NotifyMode::Send,
        ..settings()
    });
    let id = world.session(1, "/srv/api");
    world.turn(&id, "t1");
    world.model(&id, "First I look.");
    world.asks(&id, "call", QuestionKind::Async, &["a", "b"]);
    failed(&mut world, &id, "t1");
    let told = world.notices();
    let said = told.iter().filter(|t| t.contains("First I look."));
    assert_eq!(said.count(), 1, "{told:?}");
}

#[test]
fn what_could_not_be_read_moves_on_and_changes_nothing_else() {
    let mut world = World::new();
    let id = world.session(1, "/srv/api");
    world.finished(&id, "t1");
    let before = world.machine.state().sessions.get(&id).unwrap().offset;
    world.grow(&id, RolloutFact::Skipped { records: 2 });
    let session = world.machine.state().sessions.get(&id).unwrap();
    assert!(session.offset > before && session.finished);
}

#[test]
fn a_pane_is_remembered_of_an_embedded_codex_only_and_once() {
    let mut world = World::new();
    let id = world.session(1, "/srv/api");
    let mut tell = |parent: &str, nth: u32| {
        let pane = events::Pane {
            id: format!("%{nth}"),
            ..pane()
        };
        world.now.wall.0 += 1;
        let origin = events::event::Origin {
            cwd: "/srv/api".into(),
            pane: Some(pane),
            parent: parent.into(),
        };
        let raw = format!(
            r#"{{"type":"agent-turn-complete","thread-id":"{id}","turn-id":"t{}","last-assistant-message":"x"}}"#,
            world.now.wall.0
        );
        let key = events::InputKey::parse(&format!("pane-{}", world.now.wall.0)).unwrap();
        world.feed(Input::Notify(events::input::Notify {
            key,
            raw: raw.as_str().into(),
            origin,
            at: world.now.wall,
        }));
        let session = world.machine.state().sessions.get(&id).unwrap();
        session
            .panes
            .iter()
            .map(|p| p.id.clone())
            .collect::<Vec<_>>()
    };
    assert!(tell("codex app-server", 1).is_empty());
    assert_eq!(tell("codex", 2), ["%2"]);
    assert_eq!(tell("codex", 2), ["%2"]);
    assert_eq!(tell("codex", 3), ["%2", "%3"]);
}

#[test]
fn of_threads_without_a_rollout_the_oldest_are_forgotten() {
    let mut world = World::new();
    for nth in 0..1024 {
        world.notify_end(&uuid7(1000 + nth, 1), "t1", "x");
    }
    let oldest = uuid7(1000, 1);
    let known = |world: &World| {
        let unplaced = &world.machine.state().sessions.unplaced;
        (unplaced.len(), unplaced.contains_key(&oldest))
    };
    world.notify_end(&uuid7(1500, 1), "t2", "x");
    assert_eq!(known(&world), (1024, true), "one of them again");
    world.notify_end(&uuid7(9000, 1), "t1", "x");
    assert_eq!(known(&world), (1024, false));
}
