//! Too much for a person, which is taken for a loop.

use crate::support::World;
use events::Event;
use events::event::IgnoreReason as Reason;

fn reasons(world: &mut World, texts: impl Iterator<Item = String>, gap: u64) -> Vec<Reason> {
    let mut out = Vec::new();
    for text in texts {
        let row = world.row(&text);
        if let Some(Event::InboundIgnored(e)) = world.take(row).first() {
            out.push(e.reason);
        }
        world.pass(gap);
    }
    out
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
