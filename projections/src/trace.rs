//! An entry of the log as a block for people: what happened, because of what, and
//! the changes that mean something, in the words of docs/terminology.md.

mod changes;

use crate::describe::describe;
use crate::state::State;
use events::upcast::kind;
use events::{CommandId, Envelope, Event, Seq, Tick, Wall};
use serde::Serialize;
use std::collections::BTreeMap;

pub use changes::Change;

/// One entry, for people and for programs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Block {
    /// Its position.
    pub seq: Seq,
    /// When it was appended.
    pub wall: Wall,
    /// The kind of event.
    pub kind: &'static str,
    /// The fact in whose batch it stands.
    pub cause: Option<Seq>,
    /// What happened.
    pub sentence: String,
    /// What that changed.
    pub changes: Vec<Change>,
}

/// Tells entries one after another, and remembers when commands were begun.
#[derive(Clone, Debug, Default)]
pub struct Trace {
    begun: BTreeMap<CommandId, Tick>,
}

impl Trace {
    /// The block of an entry, between the states before and after it.
    pub fn block(&mut self, before: &State, entry: &Envelope, after: &State) -> Block {
        let took = self.took(entry);
        Block {
            seq: entry.seq,
            wall: entry.wall,
            kind: kind(&entry.event).name,
            cause: entry.cause,
            sentence: describe(&entry.event, before),
            changes: changes::between(before, after, took),
        }
    }

    /// How long the command took that ends with this entry, where that is known.
    #[expect(clippy::wildcard_enum_match_arm, reason = "only commands take time")]
    fn took(&mut self, entry: &Envelope) -> Option<events::Span> {
        match &entry.event {
            Event::CommandStarted(e) => {
                self.begun.insert(e.id, entry.tick);
                None
            }
            Event::CommandSettled(e) => {
                let begun = self.begun.remove(&e.id)?;
                Some(events::Span(entry.tick.0.saturating_sub(begun.0)))
            }
            _ => None,
        }
    }
}
