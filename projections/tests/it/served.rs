//! Sessions that live in Codex's background server: words go through it first,
//! and its name for them is the proof.

use crate::support::{World, settings};
use crate::transports::{ended, fails, next, no_pane, shows};
use events::event::InstructionEnd;
use events::input::RolloutFact;
use events::outcome::{Evidence, Failure, How, Screen};
use events::prompt::{AppServerLinkChanged, LinkState, ThreadState, ThreadStatusChanged};
use events::{Command, CommandId, Event, Input, Outcome, SessionId, Settings};

fn link(world: &mut World, generation: u64, state: LinkState) {
    let socket = "/tmp/s".into();
    world.feed(Input::AppServer(AppServerLinkChanged {
        generation,
        socket,
        state,
    }));
}

pub(crate) fn up(world: &mut World, generation: u64) {
    let server = "codex/0.171.0".into();
    link(world, generation, LinkState::Up { server });
}

pub(crate) fn is(world: &mut World, generation: u64, session: &SessionId, status: ThreadState) {
    let session = session.clone();
    world.feed(Input::ThreadStatus(ThreadStatusChanged {
        generation,
        session,
        status,
    }));
}

/// A session that the server has, and `go` on its way into it.
fn going(settings: Settings) -> (World, SessionId) {
    let mut world = World::with(settings);
    let id = world.session(1, "/srv/api");
    up(&mut world, 7);
    is(&mut world, 7, &id, ThreadState::Idle);
    world.says("@api go");
    (world, id)
}

fn spoke(world: &mut World, id: &SessionId, text: &str, client: Option<String>) -> Vec<Event> {
    let text = text.into();
    world.grow(id, RolloutFact::UserMessage { text, client })
}

fn begun(world: &mut World) -> CommandId {
    let id = next(world, "StartTurn");
    world.performed(id, How::TurnStarted { turn: None });
    id
}

fn proves(events: &[Event], command: CommandId) -> bool {
    let proof = |e: &Event| matches!(e, Event::CommandSettled(s) if s.id == command && matches!(s.outcome, Outcome::Done(Evidence::Recorded { .. })));
    events.iter().any(proof)
}

#[test]
fn words_go_through_the_server_and_its_name_for_them_is_the_proof() {
    let (mut world, id) = going(settings());
    let command = begun(&mut world);
    // The same words by somebody else, who gave them another name.
    let events = spoke(&mut world, &id, "go", Some("9c1f".into()));
    assert!(!proves(&events, command), "{events:#?}");
    assert!(ended(&world).is_empty());
    // Other words, by our name: Codex may write them down differently.
    let events = spoke(&mut world, &id, " go", Some(command.to_string()));
    assert!(proves(&events, command), "{events:#?}");
    assert!(world.notice().ends_with("· received"));
    assert_eq!(ended(&world), [InstructionEnd::Delivered]);
}

#[test]
fn words_without_any_name_are_known_by_what_they_say() {
    let (mut world, id) = going(settings());
    let command = begun(&mut world);
    let events = spoke(&mut world, &id, "go", None);
    assert!(proves(&events, command), "{events:#?}");
}

#[test]
fn a_server_that_cannot_be_asked_leaves_the_other_ways() {
    for failure in [
        Failure::NoLink {
            why: "it does not answer".into(),
        },
        Failure::Rejected {
            code: -32600,
            message: "thread not found".into(),
        },
    ] {
        let (mut world, _) = going(settings());
        fails(&mut world, "StartTurn", failure);
        fails(&mut world, "TypeInstruction", no_pane());
        next(&mut world, "QueueInstruction");
    }
}

/// docs/phone-reference.md lists the transports in the order in which they are tried.
#[test]
fn docs_list_the_transports_in_their_order() {
    const TITLES: [(&str, &str); 5] = [
        ("StartTurn", "Codex's background server"),
        ("TypeInstruction", "Its pane"),
        ("QueueInstruction", "`codex queue`"),
        ("Steer", "Its pane while the turn runs"),
        ("ResumeSession", "`codex exec resume`"),
    ];
    let open = || Settings {
        strict_tmux: false,
        ..settings()
    };
    let no_link = || Failure::NoLink {
        why: "it does not answer".into(),
    };
    let no_queue = || Failure::Unsupported {
        what: "this Codex has no queue.".into(),
    };
    let [server, pane, queue, steer, resume] = TITLES.map(|(command, _)| command);
    // A pane that is busy is steered in the end; without one the session is resumed.
    for (shown, last) in [(shows(Screen::Working), steer), (no_pane(), resume)] {
        let (mut world, _) = going(open());
        fails(&mut world, server, no_link());
        fails(&mut world, pane, shown);
        fails(&mut world, queue, no_queue());
        next(&mut world, last);
    }
    let docs = include_str!("../../../docs/phone-reference.md");
    let (_, section) = docs.split_once("## How it goes in").unwrap();
    let (list, _) = section.split_once("Nothing more is tried").unwrap();
    let titles = list.split("**").skip(1).step_by(2);
    assert_eq!(titles.collect::<Vec<_>>(), TITLES.map(|(_, title)| title));
}

#[test]
fn a_running_turn_is_waited_for_in_the_queue_and_never_typed_into() {
    let (mut world, _) = going(settings());
    fails(&mut world, "StartTurn", Failure::TurnRuns);
    let queued = next(&mut world, "QueueInstruction");
    world.performed(queued, How::Queued);
    // What is said after it may not overtake it.
    world.says("@api more");
    next(&mut world, "QueueInstruction");
}

#[test]
fn a_prompt_stops_words_and_the_owner_is_told() {
    let (mut world, _) = going(settings());
    fails(&mut world, "StartTurn", Failure::PromptUp);
    assert!(world.next_work().is_none());
    let told = world.notice();
    assert!(
        told.contains("not delivered") && told.contains("answer"),
        "{told}"
    );
    assert_eq!(ended(&world), [InstructionEnd::Refused]);
}

#[test]
fn what_may_have_gone_in_is_never_tried_by_another_way() {
    let (mut world, _) = going(settings());
    begun(&mut world);
    world.pass(3_600_000);
    assert!(world.next_work().is_none());
    assert_eq!(ended(&world), [InstructionEnd::Unknown]);
}

#[test]
fn only_sessions_that_the_server_has_now_go_through_it() {
    let (mut world, id) = going(settings());
    let (command, _) = world.next_work().unwrap();
    world.settled(command, Outcome::Failed(Failure::PromptUp));
    let said = |world: &mut World| {
        // Spaced out, so that it is not taken for a program that answers.
        world.pass(600_000);
        world.says("@api again");
        let (command, work) = world.next_work().unwrap();
        world.settled(command, Outcome::Failed(Failure::PromptUp));
        work
    };
    assert!(matches!(said(&mut world), Command::StartTurn(c) if c.generation == 7));
    is(&mut world, 7, &id, ThreadState::NotLoaded);
    assert_eq!(said(&mut world).name(), "TypeInstruction");
    is(&mut world, 7, &id, ThreadState::Idle);
    assert_eq!(said(&mut world).name(), "StartTurn");
    let why = "it has ended".into();
    link(&mut world, 7, LinkState::Down { why });
    assert_eq!(said(&mut world).name(), "TypeInstruction");
    up(&mut world, 8);
    assert_eq!(said(&mut world).name(), "TypeInstruction");
    // News of an older connection does not count.
    is(&mut world, 7, &id, ThreadState::Idle);
    assert_eq!(said(&mut world).name(), "TypeInstruction");
    is(&mut world, 8, &id, ThreadState::Idle);
    assert!(matches!(said(&mut world), Command::StartTurn(c) if c.generation == 8));
}

#[test]
fn the_way_is_shown() {
    let mut world = World::with(settings());
    let id = world.session(1, "/srv/api");
    up(&mut world, 7);
    is(&mut world, 7, &id, ThreadState::Idle);
    world.says("list");
    assert!(world.notice().contains("background server"));
    let status = world.status("@api");
    assert!(status.contains("through Codex's background server"));
}
