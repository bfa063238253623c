//! What is not understood is counted, and told once per kind where it costs something.

use crate::support::{World, kinds};
use events::event::{ShapeEffect, ShapeUnknown, Source};
use events::{Event, Input};

fn found(world: &mut World, kind: &str, effect: ShapeEffect, count: u64) -> Vec<String> {
    let shape = ShapeUnknown {
        source: Source::Rollouts,
        kind: kind.into(),
        place: "/sessions/a.jsonl, byte 7".into(),
        version: "Codex 0.180.0".into(),
        effect,
        count,
    };
    kinds(&world.feed(Input::Shape(shape)))
}

#[test]
fn a_kind_is_told_once_where_a_session_is_lost_and_else_only_counted() {
    let mut world = World::new();
    assert_eq!(
        found(&mut world, "record a", ShapeEffect::Counted, 1),
        ["ShapeUnknown"]
    );
    assert!(world.notices().is_empty());
    found(&mut world, "head", ShapeEffect::Lost, 1);
    let told = world.notice();
    assert!(told.starts_with("[Codex] not understood\n"), "{told}");
    assert!(told.contains("(head, written by Codex 0.180.0)"), "{told}");
    // The same again, as after a restart, is nothing new; many of it are counted.
    assert!(found(&mut world, "head", ShapeEffect::Lost, 1).is_empty());
    assert_eq!(
        found(&mut world, "head", ShapeEffect::Lost, 9),
        ["ShapeUnknown"]
    );
    assert!(world.notices().is_empty());
    let head = world
        .machine
        .state()
        .shapes
        .get(Source::Rollouts, "head")
        .unwrap();
    assert_eq!(
        (head.count, head.place.as_str()),
        (10, "/sessions/a.jsonl, byte 7")
    );
    // What was harmless may turn out not to be.
    found(&mut world, "record a", ShapeEffect::Lost, 1);
    assert!(world.notice().contains("(record a"));
}

#[test]
fn kinds_without_end_are_counted_together() {
    let mut world = World::new();
    for nth in 0..200 {
        found(&mut world, &format!("record {nth}"), ShapeEffect::Lost, 1);
    }
    let shapes = &world.machine.state().shapes;
    assert!(shapes.iter().count() <= 65);
    assert!(world.notices().len() <= 65);
}

#[test]
fn a_payload_of_notify_that_names_no_thread_is_told_once_and_others_are_counted() {
    let mut world = World::new();
    for raw in [
        "",
        "{",
        "[1]",
        "{\"type\":\"agent-turn-complete\",\"id-of-thread\":\"x\"}",
    ] {
        world.notify(raw);
        world.notify(raw);
    }
    assert_eq!(world.notices().len(), 1);
    assert_eq!(world.machine.state().shapes.iter().count(), 4);
}

#[test]
fn a_payload_of_another_type_is_counted_and_ends_no_turn() {
    let mut world = World::new();
    let session = world.session(1, "/srv/api");
    let payload = |kind: &str| {
        format!(
            r#"{{"type":"{kind}","thread-id":"{session}","turn-id":"t","last-assistant-message":"hi"}}"#
        )
    };
    for kind in ["approval-requested", "turn/paused", "", "x\u{202e}y"] {
        let events = world.notify(&payload(kind));
        assert_eq!(
            kinds(&events),
            ["NotifyReceived", "ShapeUnknown"],
            "{kind:?}"
        );
        let Event::ShapeUnknown(shape) = &events[1] else {
            panic!("{events:?}")
        };
        assert_eq!(shape.effect, ShapeEffect::Counted);
        assert!(!shape.place.contains('\u{202e}'), "{}", shape.place);
    }
    assert!(world.notices().is_empty());
    // The same again says nothing new.
    let events = world.notify(&payload("approval-requested"));
    assert_eq!(kinds(&events), ["NotifyReceived"]);
}
