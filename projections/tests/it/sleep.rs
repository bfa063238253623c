//! The computer slept: one text for it, where it held something up. And until when it should
//! stay awake.

use crate::support::{World, settings};
use events::event::HostSlept;
use events::settings::NotifyMode;
use events::{Input, Settings, Wall};
use projections::awake::awake_until;

const HOUR: i64 = 3_600_000;

fn sent(world: &mut World) -> Vec<String> {
    world.notices();
    let sent = world.send_all();
    sent.into_iter().map(|(_, text)| text).collect()
}

/// The wall clock goes on and the other one does not, as in a sleep.
fn sleeps(world: &mut World, millis: i64) {
    let from = world.now.wall;
    world.now.wall = Wall(from.0 + millis);
    let until = world.now.wall;
    world.feed(Input::Slept(HostSlept { from, until }));
}

fn running() -> World {
    let mut world = World::new();
    let session = world.session(1, "/srv/api");
    world.turn(&session, "t1");
    world
}

#[test]
fn one_text_says_from_when_to_when_and_what_was_held_up() {
    let mut world = running();
    sleeps(&mut world, 3 * HOUR);
    assert!(sent(&mut world).is_empty());
    world.pass(121_000);
    let texts = sent(&mut world);
    assert_eq!(texts.len(), 1, "{texts:#?}");
    assert!(texts[0].contains("this Mac slept"), "{texts:#?}");
    assert!(texts[0].contains("1 running turn."), "{texts:#?}");
    world.pass(10_000_000);
    assert!(sent(&mut world).is_empty());
}

#[test]
fn moments_awake_in_the_night_are_part_of_one_sleep() {
    let mut world = running();
    let from = world.now.wall;
    for _ in 0..8 {
        sleeps(&mut world, HOUR);
        world.pass(45_000);
        assert!(sent(&mut world).is_empty());
    }
    world.pass(121_000);
    let texts = sent(&mut world);
    assert_eq!(texts.len(), 1, "{texts:#?}");
    let offset = world.machine.state().holds.offset;
    let began = projections::local_time::at(world.now.wall, from, offset);
    assert!(texts[0].contains(&format!("from {began}")), "{texts:#?}");
    // Another sleep is another text.
    sleeps(&mut world, HOUR);
    world.pass(121_000);
    assert_eq!(sent(&mut world).len(), 1);
}

#[test]
fn a_sleep_that_held_up_nothing_is_not_told() {
    let mut world = World::new();
    world.session(1, "/srv/api");
    sleeps(&mut world, 9 * HOUR);
    world.pass(121_000);
    assert!(sent(&mut world).is_empty());
    let mut silent = World::with(Settings {
        mode: NotifyMode::StateOnly,
        ..settings()
    });
    let session = silent.session(1, "/srv/api");
    silent.turn(&session, "t1");
    sleeps(&mut silent, HOUR);
    silent.pass(121_000);
    assert!(sent(&mut silent).is_empty());
}

#[test]
fn what_the_owner_wrote_meanwhile_is_counted() {
    let mut world = World::new();
    let session = world.session(1, "/srv/api");
    let name = world.reference(&session);
    let before = world.now.wall;
    let mut row = world.row(&format!("status @{name}"));
    row.date = Some(Wall(before.0 + HOUR / 2));
    sleeps(&mut world, HOUR);
    world.take(row);
    assert_eq!(sent(&mut world).len(), 1);
    world.pass(121_000);
    let texts = sent(&mut world);
    assert_eq!(texts.len(), 1, "{texts:#?}");
    assert!(texts[0].contains("1 message of yours"), "{texts:#?}");
}

/// Logical time stands still while the computer sleeps; an hour of the day does not.
#[test]
fn a_text_that_waited_for_an_hour_of_the_day_goes_with_the_waking() {
    let mut world = World::new();
    let session = world.session(1, "/srv/api");
    world.says("mute all 2h");
    assert_eq!(sent(&mut world).len(), 1);
    world.turn(&session, "t1");
    world.ends(&session, "t1", "Done.");
    assert!(sent(&mut world).is_empty());
    sleeps(&mut world, 3 * HOUR);
    world.pass(1_100);
    let texts = sent(&mut world);
    assert_eq!(texts.len(), 1, "{texts:#?}");
    assert!(texts[0].contains("Done."), "{texts:#?}");
}

#[test]
fn the_computer_stays_awake_as_long_as_something_is_owed() {
    let until = |world: &World| awake_until(world.machine.state());
    let mut world = World::new();
    let session = world.session(1, "/srv/api");
    assert_eq!(until(&world), None);
    world.turn(&session, "t1");
    assert!(until(&world) > Some(world.now.wall));
    // A Codex that ended without a word does not keep it awake for good.
    let silent = Wall(world.now.wall.0 + 13 * HOUR);
    assert!(until(&world) < Some(silent));
    world.ends(&session, "t1", "Done.");
    assert!(until(&world) > Some(world.now.wall));
    sent(&mut world);
    world.pass(60_000);
    assert_eq!(until(&world), None);
    // What waits for good does not keep it awake, what waits for this evening does.
    world.says("mute all");
    sent(&mut world);
    world.turn(&session, "t2");
    world.ends(&session, "t2", "Done.");
    world.pass(60_000);
    assert_eq!(until(&world), None);
    world.says("mute all 2h");
    sent(&mut world);
    world.pass(60_000);
    assert!(until(&world) > Some(world.now.wall));
}
