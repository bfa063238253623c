//! What was reported of each thread. A thread can have several files: segments after a
//! rewind, a file that was moved, migrated or restored from elsewhere. A fact that
//! stands in more than one of them is reported once, as often as the file has it that
//! has it most often.

use super::parse::Record;
use events::id::{SessionId, TurnId};
use events::input::RolloutFact;
use events::time::Wall;
use std::collections::{BTreeMap, BTreeSet};
use std::hash::{DefaultHasher, Hash as _, Hasher as _};

/// Most facts of a thread that are remembered; the oldest go first.
const FACTS: usize = 8192;

/// When a fact was recorded, what it says, and which of several equal ones it is.
pub(super) type Key = (Wall, u64);

/// What was reported, by thread.
#[derive(Debug, Default)]
pub struct Reported(BTreeMap<SessionId, Facts>);

#[derive(Debug, Default)]
struct Facts {
    keys: BTreeSet<Key>,
    /// What is not newer than this may have been forgotten; it counts as reported.
    forgotten: Option<Wall>,
}

impl Reported {
    /// Whether this fact was reported.
    pub(super) fn contains(&self, thread: &SessionId, key: Key) -> bool {
        self.0.get(thread).is_some_and(|facts| {
            facts.keys.contains(&key) || facts.forgotten.is_some_and(|until| key.0 <= until)
        })
    }

    /// Whether anything of a thread was.
    pub(super) fn any(&self, thread: &SessionId) -> bool {
        self.0
            .get(thread)
            .is_some_and(|facts| !facts.keys.is_empty())
    }

    /// It is reported now, or it is history.
    pub(super) fn note(&mut self, thread: &SessionId, key: Key) {
        if !self.0.contains_key(thread) {
            self.0.insert(thread.clone(), Facts::default());
        }
        let Some(facts) = self.0.get_mut(thread) else {
            return;
        };
        facts.keys.insert(key);
        while facts.keys.len() > FACTS {
            let oldest = facts.keys.pop_first();
            facts.forgotten = oldest.map(|(at, _)| at).max(facts.forgotten);
        }
    }
}

/// Numbers the equal facts of one file that were recorded in the same moment.
#[derive(Debug, Default)]
pub(super) struct Moment {
    at: Option<Wall>,
    facts: Vec<u64>,
}

impl Moment {
    /// The key of the file's next record.
    pub(super) fn key(&mut self, record: &Record) -> Key {
        if self.at != Some(record.at) {
            self.at = Some(record.at);
            self.facts.clear();
        }
        let fact = digest(&record.fact);
        let nth = self.facts.iter().filter(|other| **other == fact).count();
        self.facts.push(fact);
        let mut hash = DefaultHasher::new();
        (fact, nth).hash(&mut hash);
        (record.at, hash.finish())
    }
}

/// What a fact says, whatever the form that it is recorded in.
fn digest(fact: &RolloutFact) -> u64 {
    let mut hash = DefaultHasher::new();
    std::mem::discriminant(fact).hash(&mut hash);
    match fact {
        RolloutFact::Meta(_) => {}
        RolloutFact::Worked { work, .. } => format!("{work:?}").hash(&mut hash),
        RolloutFact::Skipped { records } => records.hash(&mut hash),
        RolloutFact::Goal(status) => format!("{status:?}").hash(&mut hash),
        RolloutFact::Limits(limits) => format!("{limits:?}").hash(&mut hash),
        RolloutFact::TurnStarted { turn, .. } | RolloutFact::TurnCompleted { turn, .. } => {
            turn.as_str().hash(&mut hash);
        }
        RolloutFact::TurnAborted { turn, .. } => {
            turn.as_ref().map(TurnId::as_str).hash(&mut hash);
        }
        RolloutFact::UserMessage { text, .. } | RolloutFact::AssistantMessage { text, .. } => {
            text.reveal().hash(&mut hash);
        }
        RolloutFact::Asked { call, .. } | RolloutFact::CallClosed { call, .. } => {
            call.as_str().hash(&mut hash);
        }
    }
    hash.finish()
}
