//! The owner changes a session itself: its name, its model, what it remembers.

use crate::served::{is, up};
use crate::support::World;
use events::command::{Change, Command, Manage};
use events::outcome::{Doubt, Evidence, Failure};
use events::prompt::ThreadState;
use events::{CommandId, Event, Outcome, SessionId};
use projections::look_orders::{Show, Whose, read};

/// A session that has finished, in the background server or not.
fn session(served: bool) -> (World, SessionId, String) {
    let mut world = World::new();
    let session = world.session(1, "/srv/api");
    if served {
        up(&mut world, 7);
        is(&mut world, 7, &session, ThreadState::Idle);
    }
    world.finished(&session, "t1");
    let reference = world.reference(&session);
    (world, session, reference)
}

fn begun(world: &mut World) -> Option<(CommandId, Manage)> {
    match world.next_work() {
        Some((id, Command::Manage(manage))) => Some((id, manage)),
        Some(other) => panic!("{other:?}"),
        None => None,
    }
}

#[test]
fn only_what_is_exactly_such_a_command_is_one() {
    let show = |text: &str| read(text).map(|order| (order.show, order.whose));
    let named = || Whose::Named("k3f9".into());
    let rename = |name: &str| Show::Change(Change::Rename { name: name.into() });
    let model = || {
        Show::Change(Change::Model {
            model: "gpt-5".into(),
        })
    };
    let effort = || {
        Show::Change(Change::Effort {
            level: "high".into(),
        })
    };
    let compact = || Show::Change(Change::Compact);
    for (text, meant) in [
        (
            "rename @k3f9 login fix",
            Some((rename("login fix"), named())),
        ),
        ("Rename @K3f9: to “Login”", None),
        ("rename the variable", None),
        ("/compact @k3f9", Some((compact(), named()))),
        ("@k3f9 /compact", Some((compact(), named()))),
        ("/compact", Some((compact(), Whose::Thread))),
        ("compact the code", None),
        ("/model @k3f9 gpt-5", Some((model(), named()))),
        ("@k3f9 /model gpt-5", Some((model(), named()))),
        ("/model gpt-5", Some((model(), Whose::Thread))),
        ("model the data", None),
        ("/effort @k3f9 High", Some((effort(), named()))),
        ("effort matters", None),
        ("/usr/bin/env is missing", None),
        ("@k3f9 /etc/hosts is wrong", None),
    ] {
        let said = show(text).filter(|(_, whose)| *whose != Whose::Named("K3f9".into()));
        assert_eq!(said, meant, "{text}");
    }
    for wrong in [
        "rename @k3f9",
        "rename @k3f9 @other",
        "/compact @k3f9 now",
        "/model @k3f9",
        "/model @k3f9 a b",
        "/effort @k3f9 huge",
        "/review",
        "@k3f9 /clear",
        "/permissions full",
    ] {
        let order = read(wrong).unwrap();
        assert!(order.show.refusal().is_some(), "{wrong}");
    }
}

#[test]
fn a_new_name_counts_at_once_and_goes_to_codex_where_it_can() {
    let (mut world, id, reference) = session(false);
    world.says(&format!("rename @{reference} login fix"));
    let text = world.notice();
    assert!(text.contains("login fix · renamed"), "{text}");
    assert!(begun(&mut world).is_none());
    assert!(world.status("@\"login fix\"").contains(&reference));
    let known = world.machine.state().sessions.get(&id).unwrap();
    assert_eq!(known.label.as_deref(), Some("login fix"));

    let (mut world, _, reference) = session(true);
    world.says(&format!("rename @{reference} login"));
    let (id, manage) = begun(&mut world).unwrap();
    let name = "login".into();
    assert_eq!(manage.change, Change::Rename { name });
    world.settled(id, Outcome::Done(Evidence::Managed));
    assert!(world.notice().contains("in Codex too"));
    // The name moves, and a ref is none.
    let other = world.session(2, "/srv/web");
    let web = world.reference(&other);
    world.says(&format!("rename @{web} login"));
    let labels: Vec<_> = world.machine.state().sessions.by_id.values().collect();
    let labels: Vec<_> = labels.iter().filter_map(|s| s.label.as_deref()).collect();
    assert_eq!(labels, ["login"]);
    world.notices();
    world.says(&format!("rename @{web} {reference}"));
    assert!(world.notice().contains("ref of a session"));
}

#[test]
fn what_has_no_protocol_is_refused_and_never_typed() {
    let (mut world, _, reference) = session(false);
    for order in [
        "/compact",
        "/model gpt-5",
        "/effort high",
        "/review",
        "/clear",
    ] {
        world.says(&format!("@{reference} {order}"));
        let text = world.notice();
        assert!(
            text.contains("Nothing was done") || text.contains("nothing was done"),
            "{text}"
        );
        assert!(world.next_work().is_none(), "{order}");
    }
}

#[test]
fn the_server_is_asked_once_and_its_answer_is_told() {
    let (mut world, _, reference) = session(true);
    let answers = [
        (
            format!("/model @{reference} gpt-6"),
            Outcome::Failed(Failure::Unsupported {
                what: "Codex does not list that model. It lists: gpt-5.".into(),
            }),
            "It lists: gpt-5.",
        ),
        (
            format!("/compact @{reference}"),
            Outcome::Failed(Failure::TurnRuns),
            "a turn is running",
        ),
        (
            format!("/effort @{reference} high"),
            Outcome::Done(Evidence::Managed),
            "effort high",
        ),
        (
            format!("/compact @{reference}"),
            Outcome::Unknown(Doubt::Interrupted),
            "may be changed or not",
        ),
    ];
    for (order, outcome, said) in answers {
        world.says(&order);
        let (id, _) = begun(&mut world).unwrap();
        world.settled(id, outcome);
        let text = world.notice();
        assert!(text.contains(said), "{text}");
        assert!(begun(&mut world).is_none());
    }
    let changed = |event: &Event| matches!(event, Event::SessionLabelled(_));
    assert!(!world.log().iter().any(|envelope| changed(&envelope.event)));
}
