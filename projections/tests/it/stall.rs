//! A turn that shows no sign of life.

use crate::prompts::{ask, command, raised, resolved, working};
use crate::support::{World, settings};
use events::event::{HostSlept, LifeSeen};
use events::prompt::PromptEnd;
use events::{Event, Input, SessionId, Settings, Span, Wall};

const MINUTE: u64 = 60_000;

fn sent(world: &mut World) -> Vec<String> {
    world.notices();
    let sent = world.send_all();
    sent.into_iter().map(|(_, text)| text).collect()
}

fn running() -> (World, SessionId) {
    let mut world = World::new();
    let session = world.session(1, "/srv/api");
    world.turn(&session, "t1");
    world.user(&session, "build it");
    (world, session)
}

/// The rollout was written so long ago, as far as somebody looks.
fn looks(world: &mut World, session: &SessionId, ago: u64, tool: bool) -> bool {
    let wanted = world.machine.state().watch.looking.contains(session);
    if wanted {
        let last = Wall(world.now.wall.0 - i64::try_from(ago).unwrap());
        world.feed(Input::Life(LifeSeen {
            session: session.clone(),
            last: Some(last),
            tool,
        }));
    }
    wanted
}

#[test]
fn a_silent_turn_is_told_once() {
    for (tool, why) in [(false, "waits for the model"), (true, "has not ended")] {
        let (mut world, session) = running();
        world.pass(14 * MINUTE);
        assert!(!looks(&mut world, &session, 14 * MINUTE, tool));
        world.pass(2 * MINUTE);
        assert!(looks(&mut world, &session, 16 * MINUTE, tool));
        let texts = sent(&mut world);
        assert_eq!(texts.len(), 1, "{texts:#?}");
        assert!(
            texts[0].contains("no sign of life for 16 min"),
            "{texts:#?}"
        );
        assert!(texts[0].contains(why), "{texts:#?}");
        for _ in 0..8 {
            world.pass(20 * MINUTE);
            looks(&mut world, &session, 200 * MINUTE, tool);
        }
        assert!(sent(&mut world).is_empty());
    }
}

#[test]
fn what_is_written_is_life_and_the_silence_counts_from_there() {
    let (mut world, session) = running();
    for _ in 0..20 {
        world.pass(16 * MINUTE);
        looks(&mut world, &session, 2 * MINUTE, false);
    }
    assert!(sent(&mut world).is_empty());
    // It is looked again when the silence may have been long enough, not much later.
    world.pass(15 * MINUTE);
    assert!(looks(&mut world, &session, 16 * MINUTE, false));
    assert_eq!(sent(&mut world).len(), 1);
}

#[test]
fn a_turn_that_ended_is_not_told_also_if_the_text_waited() {
    let (mut world, session) = running();
    world.pass(10 * MINUTE);
    world.ends(&session, "t1", "Done.");
    sent(&mut world);
    world.pass(30 * MINUTE);
    assert!(!looks(&mut world, &session, 40 * MINUTE, false));
    world.turn(&session, "t2");
    world.says("mute all 2h");
    sent(&mut world);
    world.pass(16 * MINUTE);
    assert!(looks(&mut world, &session, 16 * MINUTE, false));
    world.ends(&session, "t2", "Done as well.");
    world.pass(120 * MINUTE);
    let texts = sent(&mut world);
    assert!(
        texts.iter().all(|text| !text.contains("sign of life")),
        "{texts:#?}"
    );
}

#[test]
fn a_prompt_a_sleep_or_an_end_of_the_program_explains_the_silence() {
    // Something is asked.
    let mut world = World::new();
    let session = working(&mut world, 1);
    let prompt = raised(&session, 1, command("cargo test"));
    ask(&mut world, prompt);
    sent(&mut world);
    world.pass(16 * MINUTE);
    assert!(!looks(&mut world, &session, 16 * MINUTE, true));
    assert!(sent(&mut world).is_empty());
    // It is asked while somebody looks.
    let (mut world, session) = running();
    world.pass(16 * MINUTE);
    ask(&mut world, raised(&session, 1, command("cargo test")));
    assert!(looks(&mut world, &session, 16 * MINUTE, true));
    let texts = sent(&mut world);
    assert!(
        texts.iter().all(|text| !text.contains("sign of life")),
        "{texts:#?}"
    );
    // The computer slept.
    let (mut world, session) = running();
    world.pass(10 * MINUTE);
    let from = world.now.wall;
    let until = Wall(from.0 + 3_600_000);
    world.now.wall = until;
    world.feed(Input::Slept(HostSlept { from, until }));
    world.pass(6 * MINUTE);
    looks(&mut world, &session, 76 * MINUTE, false);
    let texts = sent(&mut world);
    assert!(
        texts.iter().all(|text| !text.contains("sign of life")),
        "{texts:#?}"
    );
    world.pass(10 * MINUTE);
    assert!(looks(&mut world, &session, 86 * MINUTE, false));
    assert_eq!(sent(&mut world).len(), 1);
    // A turn that was silent for a day ended without a word.
    let (mut world, session) = running();
    world.pass(24 * 60 * MINUTE);
    world.boot(settings());
    looks(&mut world, &session, 24 * 60 * MINUTE, false);
    assert!(sent(&mut world).is_empty());
}

/// How often it was looked.
fn looked(world: &World) -> usize {
    let life = |entry: &&events::Envelope| matches!(entry.event, Event::LifeSeen(_));
    world.log().iter().filter(life).count()
}

#[test]
fn what_was_told_or_is_forgotten_does_not_fill_the_log() {
    let (mut world, session) = running();
    for nth in 1..200 {
        world.pass(15 * MINUTE);
        looks(&mut world, &session, nth * 15 * MINUTE, false);
    }
    assert_eq!(sent(&mut world).len(), 1);
    assert!(looked(&world) <= 2, "{}", looked(&world));
    // An approval that nobody gives.
    let mut world = World::new();
    let session = working(&mut world, 1);
    ask(&mut world, raised(&session, 1, command("cargo test")));
    for nth in 1..200 {
        world.pass(15 * MINUTE);
        looks(&mut world, &session, nth * 15 * MINUTE, true);
    }
    assert_eq!(looked(&world), 0);
    sent(&mut world);
    // Once it is given, the silence behind it counts.
    resolved(&mut world, &session, 1, PromptEnd::Elsewhere);
    world.pass(16 * MINUTE);
    assert!(looks(&mut world, &session, 16 * MINUTE, true));
    let texts = sent(&mut world);
    assert!(
        texts.iter().any(|text| text.contains("no sign of life")),
        "{texts:#?}"
    );
}

#[test]
fn where_the_clock_was_set_back_by_years_it_is_looked_once() {
    let (mut world, session) = running();
    world.now.wall = Wall(world.now.wall.0 - 3_650 * 86_400_000);
    for nth in 1..20 {
        world.pass(15 * MINUTE);
        looks(&mut world, &session, nth * 15 * MINUTE, false);
    }
    assert!(sent(&mut world).is_empty());
    assert_eq!(looked(&world), 1);
}

#[test]
fn zero_switches_it_off_and_another_number_is_kept_to() {
    let with = |seconds| Settings {
        stall: Span::seconds(seconds),
        ..settings()
    };
    let mut off = World::with(with(0));
    let session = off.session(1, "/srv/api");
    off.turn(&session, "t1");
    off.pass(600 * MINUTE);
    assert!(!looks(&mut off, &session, 600 * MINUTE, false));
    let mut soon = World::with(with(120));
    let session = soon.session(1, "/srv/api");
    soon.turn(&session, "t1");
    soon.pass(3 * MINUTE);
    assert!(looks(&mut soon, &session, 3 * MINUTE, false));
    assert_eq!(sent(&mut soon).len(), 1);
}
