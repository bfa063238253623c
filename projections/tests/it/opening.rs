//! `open name`, `resume @ref`: an old session in a new window, at most once.

use crate::served::{is, up};
use crate::support::{World, pane, settings};
use events::command::{Command, OpenSession};
use events::outcome::{Doubt, Evidence, Failure};
use events::prompt::ThreadState;
use events::{CommandId, Outcome, SessionId, Settings};
use projections::look_orders::{Show, Whose, read};
use projections::orders::{Order, order};
use projections::when_orders::{At, WhenOrder};

fn world() -> (World, SessionId, String) {
    let mut world = World::new();
    let session = world.session(1, "/srv/api");
    world.finished(&session, "t1");
    let reference = world.reference(&session);
    (world, session, reference)
}

fn begun(world: &mut World) -> Option<(CommandId, OpenSession)> {
    match world.next_work() {
        Some((id, Command::OpenSession(open))) => Some((id, open)),
        Some(other) => panic!("{other:?}"),
        None => None,
    }
}

fn opened(open: &OpenSession) -> Outcome {
    Outcome::Done(Evidence::Opened {
        session: open.session.clone(),
        pane: pane(),
        window: "agent:3 agent-api".into(),
    })
}

#[test]
fn only_what_is_exactly_such_a_command_is_one() {
    let named = || Whose::Named("k3f9".into());
    let perhaps = |name: &str| Whose::Perhaps(name.into());
    for (text, whose) in [
        ("open @k3f9", named()),
        ("Open @ k3f9", named()),
        ("resume @k3f9", named()),
        ("open api", perhaps("api")),
        ("resume api", perhaps("api")),
        ("open login fix", perhaps("login fix")),
        ("open “login fix”", perhaps("login fix")),
        // None of these is a session's name, so they are words.
        ("open the door", perhaps("the door")),
        ("open src/main.rs", perhaps("src/main.rs")),
    ] {
        let order = read(text).unwrap_or_else(|| panic!("{text}"));
        assert_eq!((order.show, order.whose), (Show::Open, whose), "{text}");
    }
    for text in [
        "open",
        "resume",
        "opening hours",
        "openssl is old",
        "resume work on the parser",
    ] {
        assert_eq!(read(text), None, "{text}");
    }
    let long = format!("open {}", "x y ".repeat(20));
    assert_eq!(read(&long), None);
    for text in [
        "open @k3f9 now",
        "resume @k3f9 tomorrow",
        "open @k3f9 and run the tests",
    ] {
        assert!(
            matches!(read(text).unwrap().show, Show::NearMiss(_)),
            "{text}"
        );
    }
    // What these mean stays as it was.
    assert_eq!(order("resume"), Some(Order::When(WhenOrder::Resume)));
    assert!(matches!(
        order("resume @k3f9 at reset"),
        Some(Order::When(WhenOrder::ResumeAt(_, At::Reset)))
    ));
    assert!(matches!(
        order("resume @k3f9 at dawn"),
        Some(Order::When(WhenOrder::NearMiss(_)))
    ));
}

#[test]
fn words_that_name_no_session_are_words() {
    let (mut world, session, _) = world();
    world.says("open the door");
    let Some((_, Command::TypeInstruction(typed))) = world.next_work() else {
        panic!("it is no instruction");
    };
    assert_eq!(typed.instruction.session, session);
    assert_eq!(typed.instruction.text.reveal(), "open the door");
}

#[test]
fn a_session_is_opened_where_it_worked_and_the_owner_hears_where() {
    for say in ["open @", "resume @", "open "] {
        let (mut world, session, reference) = world();
        world.says(&format!("{say}{reference}"));
        let (id, open) = begun(&mut world).unwrap();
        assert_eq!((&open.session, open.again), (&session, false));
        assert_eq!(open.cwd, "/srv/api");
        assert!(open.rollout.contains("/sessions/"), "{}", open.rollout);
        assert!(world.notices().is_empty());
        world.settled(id, opened(&open));
        let text = world.notice();
        assert!(text.contains("· opened"), "{text}");
        assert!(text.contains("agent:3 agent-api") && text.contains("/srv/api"));
        let known = world.machine.state().sessions.get(&session).unwrap();
        assert_eq!(known.panes.last(), Some(&pane()));
        // It may be closed at the desk and opened again.
        world.says(&format!("open @{reference}"));
        assert!(begun(&mut world).is_some());
    }
}

#[test]
fn words_for_it_wait_until_it_is_open() {
    let (mut world, _, reference) = world();
    world.says(&format!("open @{reference}"));
    let (id, open) = begun(&mut world).unwrap();
    world.says(&format!("@{reference} go on"));
    assert!(world.next_work().is_none());
    world.settled(id, opened(&open));
    assert!(matches!(
        world.next_work(),
        Some((_, Command::TypeInstruction(_)))
    ));
}

#[test]
fn it_is_never_opened_twice() {
    let (mut world, _, reference) = world();
    world.says(&format!("open @{reference}"));
    world.says(&format!("resume @{reference}"));
    assert!(world.notice().contains("being opened already"));
    let (_, first) = begun(&mut world).unwrap();

    // The program dies while it opens: what comes is a look.
    world.boot(settings());
    let (id, again) = begun(&mut world).unwrap();
    assert_eq!(
        again,
        OpenSession {
            again: true,
            ..first
        }
    );
    // It dies again, and a look is no reason for a third one.
    world.boot(settings());
    assert!(begun(&mut world).is_none());
    let text = world.notice();
    assert!(
        text.contains("not confirmed") && text.contains("screen @"),
        "{text}"
    );
    assert!(!world.machine.state().ledger.open.contains_key(&id));
}

#[test]
fn what_a_crash_left_open_is_told_as_open() {
    let (mut world, _, reference) = world();
    world.says(&format!("open @{reference}"));
    begun(&mut world).unwrap();
    world.boot(settings());
    let (id, again) = begun(&mut world).unwrap();
    world.settled(id, opened(&again));
    assert!(world.notice().contains("· opened"));
}

#[test]
fn where_it_cannot_be_opened_the_owner_hears_why() {
    let (mut world, _, reference) = world();
    world.says(&format!("open @{reference}"));
    let (id, _) = begun(&mut world).unwrap();
    let what = "it is open already, in lab:1 codex.".to_owned();
    world.settled(id, Outcome::Failed(Failure::Unsupported { what }));
    let text = world.notice();
    assert!(
        text.contains("not opened") && text.contains("lab:1"),
        "{text}"
    );

    world.says(&format!("open @{reference}"));
    let (id, _) = begun(&mut world).unwrap();
    let program = "codex".to_owned();
    world.settled(id, Outcome::Unknown(Doubt::TimedOut { program }));
    assert!(world.notice().contains("may have opened or not"));

    let (mut world, session, reference) = self::world();
    up(&mut world, 7);
    is(&mut world, 7, &session, ThreadState::Idle);
    world.says(&format!("open @{reference}"));
    assert!(begun(&mut world).is_none());
    assert!(world.notice().contains("background server has it open"));

    let mut world = World::with(Settings {
        enable_new: false,
        ..settings()
    });
    let session = world.session(1, "/srv/api");
    let reference = world.reference(&session);
    world.says(&format!("open @{reference}"));
    assert!(begun(&mut world).is_none());
    assert!(world.notice().contains("disabled"));

    world.says("open @nobody");
    assert!(world.notice().contains("No session is called"));
}

#[test]
fn a_name_of_several_is_asked_about() {
    let mut world = World::new();
    world.session(1, "/srv/api");
    world.session(2, "/opt/api");
    world.says("open api");
    assert!(begun(&mut world).is_none());
    assert!(world.notice().contains("Several sessions are called"));
}
