//! An instruction on its way through its transports: which transport after which, what
//! proves it, what the owner is told, and that order holds.

use crate::support::{World, pane, settings};
use events::event::InstructionEnd;
use events::outcome::{Evidence, Failure, How, Screen};
use events::{Command, CommandId, Event, Outcome, SessionId, Settings};

pub(crate) fn shows(screen: Screen) -> Failure {
    Failure::NotReady {
        pane: pane(),
        screen,
    }
}

pub(crate) fn no_pane() -> Failure {
    Failure::NoPane {
        why: "no pane of this session was found.".into(),
    }
}

fn no_queue() -> Failure {
    Failure::Unsupported {
        what: "this Codex has no queue.".into(),
    }
}

const COMPOSER: Screen = Screen::Composer { draft: true };

/// A session in `/srv/api`, and `go` on its way into it.
pub(crate) fn going(settings: Settings) -> (World, SessionId) {
    let mut world = World::with(settings);
    let id = world.session(1, "/srv/api");
    world.says("@api go");
    (world, id)
}

pub(crate) fn next(world: &mut World, name: &str) -> CommandId {
    let (id, command) = world
        .next_work()
        .unwrap_or_else(|| panic!("nothing to do, and not {name}"));
    let transport = match &command {
        Command::TypeInstruction(c) if c.steer => "Steer",
        other => other.name(),
    };
    assert_eq!(transport, name);
    id
}

pub(crate) fn fails(world: &mut World, name: &str, failure: Failure) {
    let id = next(world, name);
    world.settled(id, Outcome::Failed(failure));
}

pub(crate) fn ended(world: &World) -> Vec<InstructionEnd> {
    world
        .machine
        .state()
        .dispatches
        .ended
        .iter()
        .map(|e| e.end)
        .collect()
}

#[test]
fn typed_and_recorded_is_delivered_and_said_once() {
    let (mut world, id) = going(settings());
    let command = next(&mut world, "TypeInstruction");
    world.performed(command, How::Typed(pane()));
    assert!(world.notices().is_empty());
    world.pass(500);
    let events = world.user(&id, " go ");
    let proof = |e: &Event| matches!(e, Event::CommandSettled(s) if s.id == command && matches!(s.outcome, Outcome::Done(Evidence::Recorded { .. })));
    assert!(events.iter().any(proof), "{events:#?}");
    assert!(world.notice().ends_with("· received"));
    world.pass(3_600_000);
    assert!(world.next_work().is_none() && world.notices().is_empty());
    assert_eq!(ended(&world), [InstructionEnd::Delivered]);
}

#[test]
fn the_rollout_may_be_quicker_than_the_report() {
    let (mut world, id) = going(settings());
    let command = next(&mut world, "TypeInstruction");
    world.user(&id, "go");
    world.performed(command, How::Typed(pane()));
    world.pass(3_600_000);
    assert_eq!(ended(&world), [InstructionEnd::Delivered]);
    assert_eq!(world.notices().len(), 1);
}

#[test]
fn unseen_is_said_once_looked_at_once_and_in_the_end_not_confirmed() {
    let (mut world, _) = going(settings());
    let command = next(&mut world, "TypeInstruction");
    world.performed(command, How::Typed(pane()));
    world.pass(2000);
    assert!(world.notice().ends_with("· sent, not yet seen"));
    let enter = next(&mut world, "PressEnter");
    world.performed(enter, How::Pressed(pane()));
    world.pass(60_000);
    let told = world.notice();
    assert!(
        told.contains("not confirmed") && told.contains("may have arrived"),
        "{told}"
    );
    assert!(world.next_work().is_none(), "never typed again");
    assert_eq!(ended(&world), [InstructionEnd::Unknown]);
}

#[test]
fn an_enter_that_helped_is_seen_by_the_words() {
    let (mut world, id) = going(settings());
    let command = next(&mut world, "TypeInstruction");
    world.performed(command, How::Typed(pane()));
    world.pass(2000);
    let enter = next(&mut world, "PressEnter");
    world.performed(enter, How::Pressed(pane()));
    world.user(&id, "go");
    assert_eq!(ended(&world), [InstructionEnd::Delivered]);
    world.pass(60_000);
    assert_eq!(world.notices().len(), 2, "not yet seen, and received");
}

#[test]
fn without_a_proven_pane_it_is_queued_and_without_a_queue_refused() {
    let (mut world, _) = going(settings());
    fails(&mut world, "TypeInstruction", no_pane());
    fails(&mut world, "QueueInstruction", no_queue());
    let told = world.notice();
    assert!(
        told.contains("not delivered")
            && told.contains("no pane of this session")
            && told.contains("has no queue"),
        "{told}"
    );
    assert!(world.next_work().is_none());
    assert_eq!(ended(&world), [InstructionEnd::Refused]);
}

#[test]
fn when_strict_mode_is_off_resuming_is_the_last_transport() {
    let (mut world, id) = going(Settings {
        strict_tmux: false,
        ..settings()
    });
    fails(&mut world, "TypeInstruction", no_pane());
    fails(&mut world, "QueueInstruction", no_queue());
    let (command, resume) = world.next_work().unwrap();
    assert!(matches!(&resume, Command::ResumeSession(c) if c.budget == settings().resume_timeout));
    world.performed(command, How::Resumed);
    world.user(&id, "go");
    assert!(world.notice().contains("resumed in the background"));
    let (mut world, _) = going(Settings {
        strict_tmux: false,
        ..settings()
    });
    fails(&mut world, "TypeInstruction", no_pane());
    fails(&mut world, "QueueInstruction", no_queue());
    fails(
        &mut world,
        "ResumeSession",
        Failure::Refused {
            program: "codex".into(),
            code: 1,
            message: "held".into(),
        },
    );
    assert!(world.notice().contains("codex refused (exit code 1)"));
}

#[test]
fn a_busy_or_drafting_pane_leaves_the_queue() {
    for screen in [
        COMPOSER,
        Screen::Working,
        Screen::RunningHook,
        Screen::CopyMode,
        Screen::Unknown,
        Screen::Picker {
            title: "Models".into(),
        },
    ] {
        let (mut world, id) = going(settings());
        fails(&mut world, "TypeInstruction", shows(screen));
        let command = next(&mut world, "QueueInstruction");
        world.performed(command, How::Queued);
        world.pass(12_000);
        assert!(world.notice().contains("waits in Codex's queue"));
        world.pass(3 * 3_600_000);
        assert!(world.notices().is_empty(), "a turn may take hours");
        world.user(&id, "go");
        assert!(world.notice().ends_with("· received from the queue"));
    }
}

#[test]
fn a_running_turn_is_steered_where_there_is_no_queue() {
    let (mut world, id) = going(settings());
    fails(&mut world, "TypeInstruction", shows(Screen::Working));
    fails(&mut world, "QueueInstruction", no_queue());
    let command = next(&mut world, "Steer");
    world.performed(command, How::Steered(pane()));
    world.pass(2000);
    assert!(world.notice().contains("waits for the running step"));
    assert!(world.next_work().is_none(), "no Enter into a running turn");
    world.user(&id, "go");
    assert!(world.notice().contains("steers the running turn"));
}

#[test]
fn a_draft_without_a_queue_is_left_alone() {
    let (mut world, _) = going(settings());
    fails(&mut world, "TypeInstruction", shows(COMPOSER));
    fails(&mut world, "QueueInstruction", no_queue());
    assert!(
        world
            .notice()
            .contains("a draft of yours; it was not changed")
    );
    assert!(world.next_work().is_none());
}

#[test]
fn in_front_of_what_waits_for_the_owner_nothing_goes_in() {
    let what = Screen::Approval {
        what: "touch /etc/x".into(),
    };
    let ask = Screen::Question {
        text: "Which?".into(),
        options: 2,
        notes: false,
    };
    for (screen, line) in [
        (what, "it is waiting for an approval: touch /etc/x"),
        (ask, "it is waiting for an answer: Which?"),
        (Screen::PlanPrompt, "whether to implement the plan"),
        (Screen::Trust, "trust"),
        (Screen::Update, "update"),
        (Screen::Login, "not signed in"),
        (Screen::Shell, "shows a shell"),
    ] {
        for strict_tmux in [true, false] {
            let (mut world, _) = going(Settings {
                strict_tmux,
                ..settings()
            });
            fails(&mut world, "TypeInstruction", shows(screen.clone()));
            let told = world.notice();
            assert!(told.contains(line) && told.lines().count() == 3, "{told}");
            assert!(world.next_work().is_none());
        }
    }
    let (mut world, _) = going(settings());
    fails(
        &mut world,
        "TypeInstruction",
        Failure::TooLarge {
            bytes: 200_000,
            max: 100_000,
        },
    );
    assert!(world.notice().contains("200000 bytes; the limit is 100000"));
}

#[test]
fn a_refusal_names_each_way_and_why_it_could_not_be_used() {
    let picker = Screen::Picker {
        title: "Models".into(),
    };
    for (screen, line) in [
        (picker, "another view is open: Models"),
        (
            Screen::Unknown,
            "the screen was not recognised, so nothing was typed",
        ),
        (Screen::CopyMode, "the pane is in copy mode"),
    ] {
        let (mut world, _) = going(settings());
        fails(&mut world, "TypeInstruction", shows(screen));
        fails(&mut world, "QueueInstruction", no_queue());
        let told = world.notice();
        assert!(told.contains(&format!("Pane: {line}")), "{told}");
        assert!(told.contains("Codex's queue: "), "{told}");
        assert!(world.next_work().is_none());
    }
}

#[test]
fn without_tmux_the_queue_is_the_first_transport() {
    let (mut world, _) = going(Settings {
        route_via_tmux: false,
        ..settings()
    });
    fails(&mut world, "QueueInstruction", no_queue());
    assert!(world.notice().contains("not delivered"));
}

#[test]
fn two_instructions_keep_their_order_and_equal_words_are_two() {
    let (mut world, id) = going(settings());
    world.says("@api go");
    world.says("@api then that");
    let first = next(&mut world, "TypeInstruction");
    world.performed(first, How::Typed(pane()));
    assert!(world.next_work().is_none(), "one at a time");
    world.user(&id, "go");
    let second = next(&mut world, "TypeInstruction");
    world.performed(second, How::Typed(pane()));
    assert!(world.next_work().is_none());
    world.user(&id, "go");
    let (_, _, text) = world.next_words().unwrap();
    assert_eq!(text, "then that");
    assert_eq!(ended(&world), [InstructionEnd::Delivered; 2]);
}

#[test]
fn behind_a_queued_one_the_next_is_queued_at_once_and_nothing_overtakes() {
    let (mut world, id) = going(settings());
    world.says("@api two");
    fails(&mut world, "TypeInstruction", shows(Screen::Working));
    let first = next(&mut world, "QueueInstruction");
    world.performed(first, How::Queued);
    let second = next(&mut world, "QueueInstruction");
    world.performed(second, How::Queued);
    world.says("@api three");
    fails(
        &mut world,
        "QueueInstruction",
        Failure::NotStarted {
            program: "codex".into(),
            message: "no such file".into(),
        },
    );
    assert!(
        world.next_work().is_none(),
        "steering now would overtake the queue"
    );
    assert!(world.notices().iter().any(|n| n.contains("not delivered")));
    world.user(&id, "go");
    world.user(&id, "two");
    world.says("@api four");
    next(&mut world, "TypeInstruction");
}

#[test]
fn behind_a_steered_one_the_next_steers_too() {
    let (mut world, _) = going(settings());
    world.says("@api two");
    fails(&mut world, "TypeInstruction", shows(Screen::Working));
    fails(&mut world, "QueueInstruction", no_queue());
    let first = next(&mut world, "Steer");
    world.performed(first, How::Steered(pane()));
    fails(&mut world, "QueueInstruction", no_queue());
    next(&mut world, "Steer");
}

#[test]
fn a_refused_one_lets_the_next_have_its_try() {
    let (mut world, _) = going(settings());
    world.says("@api two");
    fails(&mut world, "TypeInstruction", shows(Screen::Shell));
    let (_, _, text) = world.next_words().unwrap();
    assert_eq!(text, "two");
}

#[test]
fn sessions_do_not_wait_for_each_other() {
    let (mut world, _) = going(settings());
    world.session(2, "/srv/web");
    world.says("@web go");
    next(&mut world, "TypeInstruction");
    next(&mut world, "TypeInstruction");
}

/// A modal with two options, answered with `2`.
#[test]
fn other_words_of_the_user_prove_nothing() {
    let (mut world, id) = going(settings());
    let command = next(&mut world, "TypeInstruction");
    world.user(&id, "stop");
    world.performed(command, How::Typed(pane()));
    world.user(&id, "go on");
    assert!(ended(&world).is_empty());
    world.user(&id, "go");
    assert_eq!(ended(&world), [InstructionEnd::Delivered]);
}

#[test]
fn equal_words_of_one_that_was_not_begun_are_the_desks() {
    let (mut world, id) = going(settings());
    world.user(&id, "go");
    assert!(ended(&world).is_empty());
    let command = next(&mut world, "TypeInstruction");
    world.performed(command, How::Typed(pane()));
    world.user(&id, "go");
    assert_eq!(ended(&world), [InstructionEnd::Delivered]);
}

#[test]
fn an_enter_that_could_not_be_pressed_takes_no_other_transport() {
    let (mut world, id) = going(settings());
    let command = next(&mut world, "TypeInstruction");
    world.performed(command, How::Typed(pane()));
    world.pass(2000);
    fails(&mut world, "PressEnter", shows(Screen::Working));
    assert!(world.next_work().is_none(), "it may have gone in");
    world.user(&id, "go");
    assert_eq!(ended(&world), [InstructionEnd::Delivered]);
}

#[test]
fn steering_is_said_even_where_the_rollout_was_quicker() {
    let (mut world, id) = going(settings());
    fails(&mut world, "TypeInstruction", shows(Screen::Working));
    fails(&mut world, "QueueInstruction", no_queue());
    next(&mut world, "Steer");
    world.user(&id, "go");
    assert!(world.notice().contains("steers the running turn"));
}

#[test]
fn tries_are_counted_from_one() {
    let attempt = |events: &[Event]| {
        let mut all = events.iter().filter_map(|e| match e {
            Event::CommandRequested(requested) => Some(requested.attempt),
            _ => None,
        });
        all.next()
    };
    let mut world = World::new();
    world.session(1, "/srv/api");
    assert_eq!(attempt(&world.says("@api go")), Some(1));
    let id = next(&mut world, "TypeInstruction");
    let failed = world.settled(id, Outcome::Failed(no_pane()));
    assert_eq!(attempt(&failed), Some(2));
}

#[test]
fn a_stop_while_enter_is_pressed_ends_nothing() {
    let (mut world, id) = going(settings());
    let command = next(&mut world, "TypeInstruction");
    world.performed(command, How::Typed(pane()));
    world.pass(2000);
    next(&mut world, "PressEnter");
    world.boot(settings());
    assert!(ended(&world).is_empty());
    world.user(&id, "go");
    assert_eq!(ended(&world), [InstructionEnd::Delivered]);
}

#[test]
fn a_refusal_names_each_way_that_was_tried() {
    let (mut world, _) = going(Settings {
        strict_tmux: false,
        ..settings()
    });
    fails(&mut world, "TypeInstruction", no_pane());
    fails(&mut world, "QueueInstruction", no_queue());
    let refused = Failure::Refused {
        program: "codex exec resume".into(),
        code: 1,
        message: "".into(),
    };
    fails(&mut world, "ResumeSession", refused);
    let told = world.notice();
    for way in [
        "Pane: no pane",
        "Codex's queue: this",
        "codex exec resume: codex",
    ] {
        assert!(told.contains(way), "{way} in {told}");
    }
}

#[test]
fn what_waits_in_the_queue_is_not_in_doubt_before_six_hours() {
    const HOURS: u64 = 6 * 3_600_000;
    let (mut world, _) = going(settings());
    fails(&mut world, "TypeInstruction", no_pane());
    let command = next(&mut world, "QueueInstruction");
    world.performed(command, How::Queued);
    world.pass(HOURS - 1);
    assert!(ended(&world).is_empty());
    world.pass(1);
    assert_eq!(ended(&world), [InstructionEnd::Unknown]);
}
