//! What the owner types for a session.

use crate::support::{World, pane, uuid7};
use events::outcome::Evidence;
use events::{Command, Outcome};
use projections::refs::{Named, assign, resolve};
use projections::sessions::{Session, Sessions};
use std::collections::BTreeSet;

fn resolved(world: &World, name: &str) -> Named {
    resolve(&world.machine.state().sessions, name, 6)
}

#[test]
fn two_sessions_of_one_minute_have_different_short_refs() {
    let mut world = World::new();
    let first = world.session(1, "/srv/api");
    world.pass(1000);
    let second = world.session(2, "/srv/api");
    assert_eq!(
        first.as_str()[..8],
        second.as_str()[..8],
        "the trap is there"
    );
    let (a, b) = (world.reference(&first), world.reference(&second));
    assert_ne!(a, b);
    for reference in [&a, &b] {
        assert_eq!(reference.len(), 4);
        assert!(
            reference
                .bytes()
                .all(|c| b"abcdefghjkmnpqrstuvwxyz23456789".contains(&c))
        );
        assert!(reference.starts_with(|c: char| c.is_ascii_alphabetic()));
    }
    assert!(
        matches!(resolved(&world, &first.as_str()[..8]), Named::Several(ids) if ids.len() == 2)
    );
}

#[test]
fn ten_thousand_sessions_of_one_minute_have_refs_of_their_own() {
    let mut world = World::new();
    let one = world.session(1, "/srv/api");
    let sample: Session = world.machine.state().sessions.get(&one).unwrap().clone();
    let mut sessions = Sessions::default();
    let mut seen = BTreeSet::new();
    for nth in 0..10_000 {
        let id = uuid7(1_795_000_000_000 + nth * 6, nth);
        let reference = assign(&sessions, &id);
        assert_eq!(reference, assign(&sessions, &id), "the same again");
        assert!(seen.insert(reference.clone()), "{reference} twice");
        assert!(reference.as_str().len() <= 5, "{reference}");
        sessions.by_ref.insert(reference.clone(), id.clone());
        let session = Session {
            reference,
            ..sample.clone()
        };
        sessions.by_id.insert(id, session);
    }
    for (reference, id) in sessions.by_ref.iter().step_by(997) {
        let loud = reference.as_str().to_uppercase();
        for name in [
            reference.as_str(),
            &loud,
            id.as_str(),
            &id.as_str().to_uppercase(),
        ] {
            assert_eq!(
                resolve(&sessions, name, 6),
                Named::One(id.clone()),
                "{name}"
            );
        }
    }
}

#[test]
fn where_many_refs_are_taken_the_next_is_longer() {
    let (mut sessions, id) = (Sessions::default(), uuid7(1, 1));
    assert_eq!(
        assign(&sessions, &id).as_str(),
        "kbzn",
        "one id, one ref, on every Mac"
    );
    for nth in 0..130 {
        let reference = assign(&sessions, &id);
        assert_eq!(reference.as_str().len(), 4 + nth / 64, "the {nth}th");
        sessions.by_ref.insert(reference, uuid7(2, 2));
    }
}

#[test]
fn a_taken_ref_leads_to_another_and_a_known_session_keeps_its_own() {
    let mut sessions = Sessions::default();
    let id = uuid7(1_795_000_000_000, 1);
    let mut refs = BTreeSet::new();
    for nth in 0..100 {
        let reference = assign(&sessions, &id);
        assert!(refs.insert(reference.clone()));
        sessions.by_ref.insert(reference, uuid7(1, nth));
    }
}

#[test]
fn a_beginning_of_the_id_counts_from_the_configured_length_when_it_is_unique() {
    let mut world = World::new();
    let id = world.session(1, "/srv/api");
    world.pass(3_600_000);
    let other = world.session(2, "/srv/web");
    let unique = (6..36)
        .find(|n| id.as_str()[..*n] != other.as_str()[..*n])
        .unwrap();
    assert_eq!(
        resolved(&world, &id.as_str()[..unique].to_uppercase()),
        Named::One(id.clone())
    );
    assert_eq!(
        resolved(&world, &id.as_str()[..5]),
        Named::Nobody,
        "shorter than configured"
    );
    assert_eq!(resolved(&world, "zzzzzzzz"), Named::Nobody);
    assert_eq!(resolved(&world, ""), Named::Nobody);
}

#[test]
fn folders_and_labels_are_names_too() {
    let mut world = World::new();
    let api = world.session(1, "/srv/Api Server");
    world.session(2, "/srv/web");
    world.session(3, "/old/web");
    assert_eq!(resolved(&world, "api-server"), Named::One(api.clone()));
    assert_eq!(resolved(&world, "API SERVER"), Named::One(api));
    assert!(matches!(resolved(&world, "Web"), Named::Several(ids) if ids.len() == 2));
}

#[test]
fn a_label_belongs_to_the_session_that_got_it_last() {
    let mut world = World::new();
    let mut started = Vec::new();
    for nth in 1..=2 {
        world.says("new My App: go");
        let (id, command) = world.next_work().unwrap();
        assert!(
            matches!(&command, Command::StartSession(s) if s.label == "My App" && s.text.reveal() == "go")
        );
        let session = uuid7(u64::try_from(world.now.wall.0).unwrap(), nth);
        let evidence = Evidence::Running {
            session: session.clone(),
            pane: pane(),
            cwd: "/srv/default".into(),
        };
        world.settled(id, Outcome::Done(evidence));
        started.push(world.session(u16::try_from(nth).unwrap(), "/srv/default"));
        assert_eq!(started.last(), Some(&session));
        assert!(world.notice().contains("My App · started"));
    }
    let label = |id| {
        world
            .machine
            .state()
            .sessions
            .get(id)
            .unwrap()
            .label
            .clone()
    };
    assert_eq!(
        (label(&started[0]), label(&started[1])),
        (None, Some("My App".into()))
    );
    assert_eq!(resolved(&world, "my-app"), Named::One(started[1].clone()));
}

#[test]
fn an_old_session_that_is_resumed_is_not_the_first_to_be_forgotten() {
    let mut world = World::new();
    let old = crate::support::at(&mut world, -90 * 86_400_000, |world| {
        world.session(1, "/srv/old")
    });
    for nth in 2..=4200 {
        world.session(nth, "/srv/new");
    }
    let known = |world: &World, id| world.machine.state().sessions.get(id).is_some();
    assert_eq!(world.machine.state().sessions.by_id.len(), 4096);
    assert!(!known(&world, &old));
    let old = crate::support::at(&mut world, -80 * 86_400_000, |world| {
        world.session(4201, "/srv/old")
    });
    assert!(known(&world, &old));
    assert_eq!(resolved(&world, "old"), Named::One(old));
}
