//! What if? The recorded facts, decided again with today's code and other settings.
//! Only what differs is told. This crate holds nothing that could act: what is
//! decided here can go nowhere.

use crate::describe::{describe, texts};
use crate::react::again;
use crate::state::State;
use events::event::Rule;
use events::{Envelope, Event, Seq, Settings, Wall};
use std::sync::Arc;

/// Where decisions differ.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// The fact.
    pub seq: Seq,
    /// When it was recorded.
    pub wall: Wall,
    /// The fact in a sentence.
    pub fact: String,
    /// The rule that decided then, where a message was routed.
    pub rule_then: Option<Rule>,
    /// The rule that decides now.
    pub rule_now: Option<Rule>,
    /// What was decided then and is not now, in sentences.
    pub then: Vec<String>,
    /// What is decided now and was not then.
    pub now: Vec<String>,
}

/// What came of a batch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Again {
    /// The same.
    Same,
    /// Something else.
    Differs(Box<Difference>),
    /// The fact does not hold what a decision needs.
    Untold,
    /// There was nothing to decide: the start of a command.
    Nothing,
}

/// Decides again about the fact in `batch`, which met `state`. `change` makes the settings
/// that are asked about of those that held; `then` is what is compared with, which is the
/// batch itself where another version did not decide about the same fact.
pub fn again(
    state: &State,
    batch: &[Envelope],
    then: &[Envelope],
    change: &dyn Fn(&Settings) -> Settings,
) -> Again {
    let Some(fact) = again::fact_of(batch) else {
        return Again::Nothing;
    };
    let mut met = state.clone();
    if let Event::RuntimeStarted(e) = &fact.event {
        met.settings = Arc::new(change(&e.settings.settings()));
    } else {
        met.settings = Arc::new(change(&met.settings));
    }
    let Some(proposed) = again::propose(met.clone(), batch) else {
        return Again::Untold;
    };
    compare(&met, fact, then, proposed.envelopes())
}

fn compare(state: &State, fact: &Envelope, then: &[Envelope], now: &[Envelope]) -> Again {
    // The settings of a start are what is asked about, not an answer.
    let counts = |entry: &&Envelope| !matches!(entry.event, Event::RuntimeStarted(_));
    let old: Vec<_> = then
        .iter()
        .filter(counts)
        .map(|entry| &entry.event)
        .collect();
    let new: Vec<_> = now
        .iter()
        .filter(counts)
        .map(|entry| &entry.event)
        .collect();
    if old == new {
        return Again::Same;
    }
    Again::Differs(Box::new(Difference {
        seq: fact.seq,
        wall: fact.wall,
        fact: describe(&fact.event, state),
        rule_then: rule(&old),
        rule_now: rule(&new),
        then: missing(state, then, &new),
        now: missing(state, now, &old),
    }))
}

fn rule(events: &[&Event]) -> Option<Rule> {
    events.iter().find_map(|event| {
        let Event::RoutingDecided(e) = event else {
            return None;
        };
        Some(e.rule)
    })
}

/// The events that the other side does not have, in sentences.
fn missing(state: &State, batch: &[Envelope], other: &[&Event]) -> Vec<String> {
    let mut met = state.clone();
    let mut left: Vec<&Event> = other.to_vec();
    let mut out = Vec::new();
    for entry in batch {
        let found = left.iter().position(|event| **event == entry.event);
        if let Some(at) = found {
            left.remove(at);
        } else if !matches!(entry.event, Event::RuntimeStarted(_)) {
            let mut sentence = describe(&entry.event, &met);
            let alike = left.iter().any(|event| describe(event, &met) == sentence);
            if alike && !texts(&entry.event).is_empty() {
                sentence += " (with other words)";
            }
            out.push(sentence);
        }
        crate::apply(&mut met, entry);
    }
    out
}
