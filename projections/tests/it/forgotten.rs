//! Which session is forgotten first, and what a reply to a forgotten one does.

use crate::support::{World, uuid7};
use events::event::{QuestionKind, Rule};
use events::input::MessageRow;
use events::{Event, Input};
use projections::Machine;
use projections::sessions::{SESSIONS_MAX, Sessions};
use std::sync::Arc;

#[test]
fn whose_question_is_open_is_forgotten_after_those_who_ask_nothing() {
    let mut world = World::new();
    let (asking, newcomer) = (world.session(1, "/srv/api"), world.session(2, "/srv/new"));
    world.asks(&asking, "call", QuestionKind::Async, &["a", "b"]);
    world.pass(60_000);
    let quiet = world.session(3, "/srv/web");
    let known = &world.machine.state().sessions;
    let [asking, newcomer, quiet] =
        [&asking, &newcomer, &quiet].map(|id| (id.clone(), known.get(id).unwrap().clone()));
    let mut sessions = Sessions::default();
    // The one that asks has been quiet longest, but for the newcomer.
    for (id, session) in [&asking, &newcomer] {
        sessions.by_id.insert(id.clone(), session.clone());
    }
    for nth in 0..4095 {
        let id = uuid7(1_795_000_000_000, 1000 + nth);
        sessions.by_id.insert(id, quiet.1.clone());
    }
    assert_eq!(sessions.by_id.len(), SESSIONS_MAX + 1);
    sessions.forget_quietest(&newcomer.0);
    assert_eq!(sessions.by_id.len(), SESSIONS_MAX);
    assert!(sessions.get(&asking.0).is_some() && sessions.get(&newcomer.0).is_some());
    sessions.forget_quietest(&newcomer.0);
    assert_eq!(sessions.by_id.len(), SESSIONS_MAX, "that is room enough");
}

#[test]
fn a_reply_to_a_session_that_was_forgotten_goes_nowhere() {
    let mut world = World::new();
    let id = world.session(1, "/srv/api");
    world.turn(&id, "t");
    world.ends(&id, "t", "all green");
    let (notice, _) = world.send_all().remove(0);
    let row = MessageRow {
        reply_to: Some(notice),
        ..world.row("go on")
    };
    let mut state = world.machine.state().clone();
    let sessions = Arc::make_mut(&mut state.sessions);
    let forgotten = sessions.by_id.remove(&id).unwrap();
    sessions.by_ref.remove(&forgotten.reference);
    let machine = Machine::from(state);
    let batch = machine.propose(Input::Message(Box::new(row)), world.now);
    let decided = batch.envelopes().iter().find_map(|e| match &e.event {
        Event::RoutingDecided(decided) => Some((decided.rule, decided.target.clone())),
        _ => None,
    });
    assert_eq!(decided, Some((Rule::NoMatch, None)));
}
