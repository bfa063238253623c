//! Messages that once went to the wrong session: one story shows by which rule, and
//! deciding again shows the right one.

use crate::support::World;
use events::event::{Action, Candidate, QuestionKind, RoutingDecided, Rule};
use events::{Batch, Envelope, Event, Now, Seq, SessionId};
use projections::describe::{session_name, words};
use projections::explain::{Matter, Story};
use projections::whatif::{Again, Difference, again};
use projections::{Machine, State};

/// What a message led to, with another decision in the place of the right one.
fn planted(
    world: &mut World,
    say: impl FnOnce(&mut World) -> Vec<Event>,
    rule: Rule,
    target: &SessionId,
) -> (State, Vec<Envelope>) {
    let before = world.machine.state().clone();
    let mut events = say(world);
    let mut text = None;
    for event in &mut events {
        if let Event::InboundReceived(received) = event {
            text = Some(received.text.clone());
        }
        if let Event::RoutingDecided(decided) = event {
            *decided = RoutingDecided {
                inbound: decided.inbound.clone(),
                rule,
                action: Action::Instruct {
                    text: text.clone().unwrap(),
                },
                target: Some(target.clone()),
                candidates: vec![Candidate {
                    session: target.clone(),
                    evidence: "was taken for the one".into(),
                    chosen: true,
                }],
            };
        }
    }
    // A message may wait for further words: the decision stands in the batch of its deadline.
    let fact = |event: &Event| events::upcast::kind(event).id < 100;
    let decided = events.iter().rposition(fact).unwrap();
    let decision = events.split_off(decided);
    let first = Seq(before.last.0 + 1);
    let mut machine = Machine::from(before);
    machine.commit(Batch::new(first, world.now, events).envelopes());
    let state = machine.state().clone();
    let due = machine.next_deadline().map_or(world.now.tick, |(at, _)| at);
    let now = Now {
        tick: due.max(world.now.tick),
        ..world.now
    };
    let batch = Batch::new(machine.next_seq(), now, decision);
    (state, batch.envelopes().to_vec())
}

/// The story names the rule and the session; deciding again gives another outcome.
fn found_and_cured(state: &State, batch: &[Envelope], now: Rule) -> Difference {
    let Some((inbound, rule, target)) = batch.iter().find_map(|entry| match &entry.event {
        Event::RoutingDecided(e) => Some((e.inbound.clone(), e.rule, e.target.clone().unwrap())),
        _ => None,
    }) else {
        panic!("nothing was routed");
    };
    let mut story = Story::new(Matter::Message(inbound));
    story.batch(state, batch);
    let told = story.told(state);
    let expected = format!(
        "Its words go into {}, because {}.",
        session_name(state, &target),
        words::rule(rule)
    );
    assert!(told.summary.contains(&expected), "{told:#?}");
    let Again::Differs(difference) = again(state, batch, batch, true, &Clone::clone) else {
        panic!("today's code decides the same");
    };
    assert_eq!(
        (difference.rule_then, difference.rule_now),
        (Some(rule), Some(now)),
        "{difference:#?}"
    );
    assert!(difference.then.contains(&expected), "{difference:#?}");
    *difference
}

#[test]
fn a_name_that_two_sessions_have_is_asked_back() {
    let mut world = World::new();
    let (first, _) = (world.session(1, "/srv/api"), world.session(2, "/srv/api"));
    let say = |world: &mut World| world.says("@api go on");
    let (state, batch) = planted(&mut world, say, Rule::Named, &first);
    found_and_cured(&state, &batch, Rule::Ambiguous);
}

#[test]
fn a_name_that_moved_means_its_new_session() {
    let mut world = World::new();
    let (old, new) = (world.session(1, "/srv/api"), world.session(2, "/srv/web"));
    let say = |world: &mut World| world.says("@web go on");
    let (state, batch) = planted(&mut world, say, Rule::Named, &old);
    let difference = found_and_cured(&state, &batch, Rule::Named);
    let right = format!("Its words go into {}, because", session_name(&state, &new));
    assert!(
        difference.now.iter().any(|line| line.starts_with(&right)),
        "{difference:#?}"
    );
}

#[test]
fn a_reply_to_an_old_text_goes_to_its_session() {
    let mut world = World::new();
    let (old, new) = (world.session(1, "/srv/api"), world.session(2, "/srv/web"));
    world.turn(&old, "a");
    world.ends(&old, "a", "I am done.");
    let sent = world.send_all();
    let (thread, _) = sent.first().unwrap().clone();
    world.user(&old, "and on");
    world.finished(&new, "b");
    world.send_all();
    let say = |world: &mut World| world.replies(&thread, "continue");
    let (state, batch) = planted(&mut world, say, Rule::OnlyFinished, &new);
    let difference = found_and_cured(&state, &batch, Rule::ReplyThread);
    let right = format!("Its words go into {}, because", session_name(&state, &old));
    assert!(
        difference.now.iter().any(|line| line.starts_with(&right)),
        "{difference:#?}"
    );
}

#[test]
fn an_answer_is_not_given_by_order() {
    let mut world = World::new();
    let (first, second) = (world.session(1, "/srv/api"), world.session(2, "/srv/web"));
    world.asks(&first, "call-1", QuestionKind::Modal, &["yes", "no"]);
    world.asks(&second, "call-2", QuestionKind::Modal, &["yes", "no"]);
    world.send_all();
    let say = |world: &mut World| world.says("2");
    let (state, batch) = planted(&mut world, say, Rule::MostRecent, &second);
    found_and_cured(&state, &batch, Rule::Ambiguous);
}
