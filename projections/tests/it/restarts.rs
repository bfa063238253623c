//! What a restart leaves alone of instructions that are on their way.

use crate::support::{World, pane, settings};
use crate::transports::{ended, fails, going, next, no_pane, shows};
use events::event::{Deadline, InstructionEnd};
use events::outcome::{Doubt, Failure, How, Screen};
use events::{Event, Outcome};

#[test]
fn after_a_crash_what_was_begun_waits_for_its_proof_and_is_never_begun_again() {
    let (mut world, id) = going(settings());
    let command = next(&mut world, "TypeInstruction");
    world.boot(settings());
    assert!(world.next_work().is_none());
    assert!(
        world
            .machine
            .state()
            .deadlines
            .contains(&Deadline::Proof(command))
    );
    world.settled(command, Outcome::Failed(no_pane()));
    assert!(
        world.next_work().is_none(),
        "a report from the dead counts for nothing"
    );
    world.user(&id, "go");
    assert_eq!(ended(&world), [InstructionEnd::Delivered]);

    let (mut world, _) = going(settings());
    let command = next(&mut world, "TypeInstruction");
    world.boot(settings());
    world.pass(3000);
    world.pass(60_000);
    let doubt = |t: &&projections::ledger::Trouble| t.id == command;
    let troubles = &world.machine.state().ledger.troubles;
    assert_eq!(
        troubles.iter().find(doubt).unwrap().outcome,
        Outcome::Unknown(Doubt::Interrupted)
    );
    assert!(
        world
            .notices()
            .iter()
            .any(|n| n.contains("this program was stopped at that moment"))
    );
    assert_eq!(ended(&world), [InstructionEnd::Unknown]);
}

#[test]
fn a_restart_repeats_no_receipt() {
    let (mut world, _) = going(settings());
    fails(&mut world, "TypeInstruction", shows(Screen::Working));
    let command = next(&mut world, "QueueInstruction");
    world.performed(command, How::Queued);
    world.pass(12_000);
    assert_eq!(world.notices().len(), 1);
    for _ in 0..3 {
        world.boot(settings());
        world.pass(12_000);
    }
    assert!(world.notices().is_empty());
}

#[test]
fn a_start_that_was_interrupted_is_told_and_not_repeated() {
    let mut world = World::new();
    world.says("new docs: write them");
    next(&mut world, "StartSession");
    world.boot(settings());
    assert!(world.next_work().is_none());
    assert!(world.notice().contains("not known whether \"docs\" runs"));
    let mut world = World::new();
    world.says("new docs: write them");
    let command = next(&mut world, "StartSession");
    world.settled(
        command,
        Outcome::Failed(Failure::NotStarted {
            program: "tmux".into(),
            message: "not found".into(),
        }),
    );
    assert!(
        world
            .notice()
            .contains("\"docs\" was not started: cannot start tmux: not found.")
    );
}

#[test]
fn a_restart_does_not_press_enter_again() {
    let (mut world, _) = going(settings());
    let command = next(&mut world, "TypeInstruction");
    world.performed(command, How::Typed(pane()));
    world.pass(2000);
    let enter = next(&mut world, "PressEnter");
    world.performed(enter, How::Pressed(pane()));
    world.boot(settings());
    world.pass(2000);
    assert!(world.next_work().is_none());
}

#[test]
fn no_pane_is_recorded_that_nobody_saw() {
    let (mut world, _) = going(settings());
    next(&mut world, "TypeInstruction");
    let events = world.boot(settings());
    let hows = events.iter().filter_map(|event| match event {
        Event::CommandPerformed(e) => Some(&e.performed.how),
        _ => None,
    });
    assert_eq!(hows.collect::<Vec<_>>(), [&How::Begun]);
}
