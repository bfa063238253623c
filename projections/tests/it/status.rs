//! `status @ref` shows what is known of a session, and its last steps as its record has them.

use crate::support::{World, settings};
use events::command::{Command, Look, Sight};
use events::event::SessionMeta;
use events::input::RolloutFact;
use events::outcome::{Doubt, Evidence, Failure};
use events::{CommandId, Outcome, SessionId, samples};

const STEPS: &str = "14:01 ran cargo test → failed (101)\n14:02 changed src/main.rs";

fn session() -> (World, String) {
    let mut world = World::new();
    let session = world.session(1, "/srv/api");
    world.finished(&session, "t1");
    let name = format!("@{}", world.reference(&session));
    (world, name)
}

/// The look that the owner's question makes.
fn asked(world: &mut World) -> (CommandId, Look) {
    match world.next_work() {
        Some((id, Command::Look(look))) => (id, look),
        other => panic!("{other:?} is no look"),
    }
}

fn seen(text: &str) -> Outcome {
    Outcome::Done(Evidence::Looked {
        text: text.into(),
        left_out: 0,
    })
}

/// What the owner is told where the look ends so.
fn told(outcome: Outcome) -> String {
    let (mut world, name) = session();
    world.says(&format!("status {name}"));
    let (id, _) = asked(&mut world);
    world.settled(id, outcome);
    world.notice()
}

#[test]
fn the_last_steps_stand_at_the_end_of_the_one_text() {
    let (mut world, name) = session();
    world.says(&format!("status {name}"));
    assert!(world.notices().is_empty(), "it waits for the steps");
    let (id, look) = asked(&mut world);
    assert_eq!(look.sight, Sight::Status);
    assert!(look.rollout.starts_with("/sessions/"), "{}", look.rollout);
    world.settled(id, seen(STEPS));
    let told = world.notice();
    assert!(
        told.starts_with(&format!("[Codex] {name} api · status\nIt has finished")),
        "{told}"
    );
    let end =
        format!("Last said: I am done.\nIts last steps (\"log {name}\" shows more):\n{STEPS}");
    assert!(told.ends_with(&end), "{told}");
    assert!(world.next_work().is_none());
}

#[test]
fn it_says_what_holds_when_the_steps_were_read() {
    let (mut world, name) = session();
    world.says(&format!("status {name}"));
    let (id, look) = asked(&mut world);
    world.turn(&look.session, "t2");
    world.settled(id, seen(STEPS));
    let told = world.notice();
    assert!(told.contains("\nIt is working"), "{told}");
}

#[test]
fn without_the_steps_it_comes_all_the_same_and_says_in_a_line_why() {
    let unreadable = |what: &str| {
        let what = what.to_owned();
        Outcome::Failed(Failure::Unsupported { what })
    };
    let program = "The disk".to_owned();
    for (outcome, why) in [
        (
            unreadable("Its record cannot be read: it is gone."),
            "Its record cannot be read: it is gone.",
        ),
        (
            unreadable("Nothing was done in it yet."),
            "Nothing was done in it yet.",
        ),
        (
            Outcome::Unknown(Doubt::TimedOut { program }),
            "The disk did not answer in time. Nothing was changed; you can ask again.",
        ),
        (
            Outcome::Unknown(Doubt::NoProof),
            "The program was interrupted. Nothing was changed; you can ask again.",
        ),
    ] {
        let told = told(outcome);
        assert!(told.contains("· status\nIt has finished"), "{told}");
        let end = format!("\nLast said: I am done.\nIts last steps are not shown: {why}");
        assert!(told.ends_with(&end), "{told}");
    }
}

#[test]
fn interrupted_the_steps_are_read_once_more_and_the_status_comes_once() {
    let (mut world, name) = session();
    world.says(&format!("status {name}"));
    let (first, _) = asked(&mut world);
    world.boot(settings());
    let (second, look) = asked(&mut world);
    assert!(look.again && look.sight == Sight::Status && first != second);
    world.settled(first, seen("from the dead"));
    assert!(world.notices().is_empty());
    world.boot(settings());
    assert!(world.next_work().is_none());
    let told = world.notice();
    assert!(told.contains("· status\nIt has finished"), "{told}");
    assert!(
        told.contains("Its last steps are not shown: The program was interrupted."),
        "{told}"
    );
}

#[test]
fn a_session_without_a_record_has_its_status_at_once() {
    let mut world = World::new();
    let id = SessionId::parse("01a203b7-f8a9-7302-b877-7a46264702ea").unwrap();
    let meta: SessionMeta = samples::session_meta("/srv/api", "");
    world.grow(&id, RolloutFact::Meta(meta));
    world.says("status @api");
    assert!(world.next_work().is_none());
    let told = world.notice();
    assert!(told.contains("In /srv/api"), "{told}");
    assert!(!told.contains("last steps"), "{told}");
}

#[test]
fn a_secret_in_a_step_is_neither_kept_nor_sent() {
    let secret = format!("gh{}_{}", "p", "aB3dE6gH1jK4".repeat(3));
    let told = told(seen(&format!("14:01 ran echo {secret}")));
    assert!(
        told.ends_with("14:01 ran echo [redacted GitHub token]"),
        "{told}"
    );
}
