//! Each rule about State sees what it looks for.

use crate::support::{World, uuid7};
use events::event::Deadline;
use events::outcome::How;
use events::{CommandId, Seq};
use projections::State;
use projections::check::violations;
use projections::ledger::Stage;
use projections::state::Anomaly;
use std::sync::Arc;

/// One text on its way to the owner whose proof is awaited, one that is begun, and one session.
fn state() -> (State, CommandId, CommandId) {
    let mut world = World::new();
    world.session(1, "/srv/api");
    world.says("list");
    let (awaited, _) = world.next_send().unwrap();
    world.performed(awaited, How::Accepted);
    world.says("help");
    world.pass(1000);
    let (begun, _) = world.next_send().unwrap();
    (world.machine.state().clone(), awaited, begun)
}

/// The one thing that is wrong once the State was spoilt.
fn seen(spoil: impl FnOnce(&mut State, CommandId, CommandId)) -> String {
    let (mut state, awaited, begun) = state();
    assert_eq!(violations(&state), Vec::<String>::new());
    spoil(&mut state, awaited, begun);
    let mut found = violations(&state);
    assert_eq!(found.len(), 1, "{found:#?}");
    found.remove(0)
}

#[test]
fn the_rules_see_what_they_look_for() {
    let said = seen(|state, _, _| {
        state.anomalies.push(Anomaly {
            seq: Seq(9),
            what: "it does not fit".into(),
        });
    });
    assert_eq!(said, "event 9: it does not fit");

    let said = seen(|state, awaited, _| {
        let ledger = Arc::make_mut(&mut state.ledger);
        let entry = ledger.open.get_mut(&awaited).unwrap();
        entry.stage = Stage::Started;
    });
    assert!(said.contains("while another of its lane ran"), "{said}");

    let said = seen(|state, awaited, _| {
        Arc::make_mut(&mut state.deadlines).clear(&Deadline::Proof(awaited));
    });
    assert!(said.contains("waits for its proof without end"), "{said}");

    let said = seen(|state, _, begun| {
        let ledger = Arc::make_mut(&mut state.ledger);
        ledger.open.remove(&begun);
    });
    assert!(said.contains("which is not open"), "{said}");

    let said = seen(|state, _, begun| {
        let outbox = Arc::make_mut(&mut state.outbox);
        let (_, first) = outbox.open.pop_first().unwrap();
        assert_eq!(first.sending, Some(begun));
        outbox.open.insert(Seq(9_999), first);
    });
    assert!(said.contains("notice 9999 is being sent"), "{said}");

    let said = seen(|state, _, _| {
        let sessions = Arc::make_mut(&mut state.sessions);
        let stranger = uuid7(1, 1);
        assert!(
            sessions
                .by_ref
                .values_mut()
                .all(|id| std::mem::replace(id, stranger.clone()) != stranger)
        );
    });
    assert!(said.contains("names no session"), "{said}");

    let said = seen(|state, _, _| {
        Arc::make_mut(&mut state.sessions).by_ref.clear();
    });
    assert!(said.contains("not one to one"), "{said}");
}
