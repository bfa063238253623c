//! The scheduled self-test: a text on time, one at a time, and none unless it is wanted.

use crate::support::{World, settings};
use events::{Settings, Span};

const MINUTE: u64 = 60_000;

fn every(minutes: u64) -> Settings {
    Settings {
        self_test: Span::seconds(minutes * 60),
        ..settings()
    }
}

#[test]
fn it_comes_on_time_is_not_put_off_by_a_start_and_ends_when_it_is_switched_off() {
    let mut world = World::new();
    world.pass(600 * MINUTE);
    assert!(world.notices().is_empty(), "it is off unless it is wanted");
    world.boot(every(60));
    world.pass(40 * MINUTE);
    world.boot(every(60));
    assert!(world.notices().is_empty(), "it is not time yet");
    world.pass(20 * MINUTE);
    assert!(world.notice().starts_with("[Codex] self-test"));
    world.boot(settings());
    world.pass(600 * MINUTE);
    assert!(world.notices().is_empty(), "it was switched off");
}

#[test]
fn one_that_did_not_leave_is_not_joined_by_others() {
    let mut world = World::new();
    world.boot(every(60));
    world.pass(60 * MINUTE);
    assert!(world.notice().contains("self-test"));
    // Nothing takes it out of the outbox here.
    world.pass(180 * MINUTE);
    assert!(
        !world
            .notices()
            .iter()
            .any(|told| told.contains("self-test"))
    );
}
