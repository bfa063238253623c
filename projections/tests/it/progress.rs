//! What is said along the way, where the settings ask for it: told once, in its place. And what a
//! session does now, and since when.

use crate::support::{World, pane, settings};
use events::Settings;
use events::event::QuestionKind;
use events::outcome::How;
use events::settings::NotifyMode;

#[test]
fn what_was_said_along_the_way_is_told_once() {
    let mut world = World::with(Settings {
        mode: NotifyMode::Send,
        ..settings()
    });
    let id = world.session(1, "/srv/api");
    world.turn(&id, "t");
    world.model(&id, "First I look.");
    world.asks(&id, "call", QuestionKind::Async, &["a", "b"]);
    world.ends(&id, "t", "All good.");
    world.turn(&id, "t2");
    world.model(&id, "Now I mend it.");
    world.ends(&id, "t2", "Mended.");
    world.turn(&id, "t3");
    world.model(&id, "Green.");
    world.ends(&id, "t3", "Green.");
    let told = world.notices().join("\n");
    let at = |words: &str| {
        assert_eq!(told.matches(words).count(), 1, "{words} in {told}");
        told.find(words)
    };
    let order = [
        "First I look.",
        "All good.",
        "Now I mend it.",
        "Mended.",
        "Green.",
    ]
    .map(at);
    assert!(order.is_sorted(), "{told}");
}

#[test]
fn notify_and_the_end_of_the_same_turn_tell_what_was_said_once() {
    let mut world = World::with(Settings {
        mode: NotifyMode::Send,
        ..settings()
    });
    let id = world.session(1, "/srv/api");
    world.turn(&id, "t");
    world.notify_end(&id, "t", "All good.");
    world.model(&id, "First I look.");
    world.ends(&id, "t", "All good.");
    let told = world.notices();
    assert_eq!(told.len(), 1, "{told:?}");
}

#[test]
fn a_receipt_does_not_take_what_was_said_along_the_way() {
    let mut world = World::with(Settings {
        mode: NotifyMode::Send,
        ..settings()
    });
    let id = world.session(1, "/srv/api");
    world.turn(&id, "t");
    world.model(&id, "First I look.");
    world.says("@api go on");
    let (command, _) = world.next_work().unwrap();
    world.performed(command, How::Typed(pane()));
    world.user(&id, "go on");
    world.ends(&id, "t", "All good.");
    let told = world.notices();
    let said = told.iter().position(|text| text.contains("First I look."));
    let end = told.iter().position(|text| text.contains("All good."));
    assert!(said.is_some() && said < end, "{told:?}");
}

#[test]
fn the_list_says_what_each_session_does_and_since_when() {
    let mut world = World::new();
    let api = world.session(1, "/srv/api");
    world.finished(&api, "t1");
    let list = |world: &mut World| {
        world.says("list");
        world.notice()
    };
    let first = list(&mut world);
    assert!(first.contains(" has finished (since 11:0"), "{first}");
    world.pass(3_600_000);
    world.turn(&api, "t2");
    let works = list(&mut world);
    assert!(works.contains(" api is working (since 12:0"), "{works}");
    world.asks(&api, "call", QuestionKind::Modal, &["a", "b"]);
    world.notices();
    let waits = list(&mut world);
    let since = "is waiting for your answer (since 12:0";
    assert!(waits.contains(since), "{waits}");
}
