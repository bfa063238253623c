//! What if? The recorded facts, decided again with today's code and other settings.
//! Only what differs is shown. This crate holds nothing that could act: what is
//! decided here can go nowhere.

use crate::describe::{describe, texts};
use crate::forget;
use crate::react::again;
use crate::state::State;
use events::event::Rule;
use events::masked::{Mask, masked};
use events::{Digest, Envelope, Event, Seq, Settings, Wall};
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
/// batch itself where another version did not decide about the same fact. Without `words` it
/// does not count what is said: in a report other words stand in the place of people's.
pub fn again(
    state: &State,
    batch: &[Envelope],
    then: &[Envelope],
    words: bool,
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
    compare(&met, fact, then, proposed.envelopes(), words)
}

fn compare(
    state: &State,
    fact: &Envelope,
    then: &[Envelope],
    now: &[Envelope],
    words: bool,
) -> Again {
    // The settings of a start are what is asked about, not an answer.
    let counts = |entry: &&Envelope| !matches!(entry.event, Event::RuntimeStarted(_));
    let plain = |batch: &[Envelope], words: bool| -> Vec<Event> {
        let counted = batch.iter().filter(counts);
        counted
            .map(|entry| without_words(&entry.event, words))
            .collect()
    };
    let (old, new) = (plain(then, words), plain(now, words));
    if old == new {
        return Again::Same;
    }
    // What was decided because of words that are forgotten cannot be decided again.
    let mut all = then.iter().chain(now);
    if all.any(|entry| forget::is_forgotten(&entry.event)) || forget::lacks_words(state) {
        return Again::Untold;
    }
    // An answer may quote a request that was closed long before.
    if forget::lacks_briefs(state) && plain(then, false) == plain(now, false) {
        return Again::Untold;
    }
    Again::Differs(Box::new(Difference {
        seq: fact.seq,
        wall: fact.wall,
        fact: describe(&fact.event, state),
        rule_then: rule(&old),
        rule_now: rule(&new),
        then: missing(state, then, &new, words),
        now: missing(state, now, &old, words),
    }))
}

fn rule(events: &[Event]) -> Option<Rule> {
    events.iter().find_map(|event| {
        let Event::RoutingDecided(e) = event else {
            return None;
        };
        Some(e.rule)
    })
}

/// The events that the other side does not have, in sentences.
fn missing(state: &State, batch: &[Envelope], other: &[Event], words: bool) -> Vec<String> {
    let mut met = state.clone();
    let mut left: Vec<&Event> = other.iter().collect();
    let mut out = Vec::new();
    for entry in batch {
        let plain = without_words(&entry.event, words);
        let found = left.iter().position(|event| **event == plain);
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

/// Nothing in the place of every text and fingerprint.
struct Blank;

impl Mask for Blank {
    fn text(&self, _: &str) -> String {
        String::new()
    }

    fn digest(&self, _: Digest) -> Digest {
        Digest([0; 16])
    }
}

fn without_words(event: &Event, words: bool) -> Event {
    let blank = || serde_json::from_value(masked(event, &Blank).ok()?).ok();
    let blank = (!words).then(blank).flatten();
    blank.unwrap_or_else(|| event.clone())
}
