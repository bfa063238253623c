//! When what the owner writes cannot be read for long, they are told, once, and
//! once more when it can be.

use crate::support::{World, settings};
use events::Input;
use events::event::Source;
use events::input::SourceState;

const MINUTE: u64 = 60_000;

fn turns(world: &mut World, source: Source, fault: Option<&str>) {
    let state = fault.map_or(SourceState::Works, |why| SourceState::Failed(why.into()));
    world.feed(Input::Source(source, state));
}

#[test]
fn a_deaf_agent_says_so_once_and_again_when_it_hears() {
    let mut world = World::new();
    turns(&mut world, Source::ChatDb, Some("refused"));
    world.pass(9 * MINUTE);
    assert!(world.notices().is_empty(), "it may be over soon");
    turns(&mut world, Source::ChatDb, Some("refused in another way"));
    world.pass(MINUTE);
    assert!(world.notice().contains("not heard"));
    turns(&mut world, Source::ChatDb, Some("refused"));
    // Neither time nor a restart makes it said again.
    world.pass(30 * MINUTE);
    world.boot(settings());
    turns(&mut world, Source::ChatDb, Some("refused"));
    world.pass(30 * MINUTE);
    let again = |told: &String| told.contains("heard");
    assert!(!world.notices().iter().any(again));
    turns(&mut world, Source::ChatDb, None);
    assert!(
        world
            .notices()
            .iter()
            .any(|told| told.contains("heard again"))
    );
    turns(&mut world, Source::ChatDb, None);
    assert!(!world.notices().iter().any(again));
}

#[test]
fn a_short_fault_and_other_sources_are_not_told() {
    let mut world = World::new();
    turns(&mut world, Source::ChatDb, Some("busy"));
    turns(&mut world, Source::QueueFile, Some("refused"));
    world.pass(5 * MINUTE);
    turns(&mut world, Source::ChatDb, None);
    world.pass(60 * MINUTE);
    assert!(world.notices().is_empty());
    // It failed, the agent ended, and the next one can read.
    turns(&mut world, Source::ChatDb, Some("refused"));
    world.boot(settings());
    turns(&mut world, Source::ChatDb, None);
    world.pass(60 * MINUTE);
    assert!(world.notices().is_empty());
}
