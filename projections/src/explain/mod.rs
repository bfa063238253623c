//! Why did it go there? The story of one message, notice, question, session or
//! event, read from the log in order, in sentences.
//!
//! The log is read twice, batch by batch, and never held: [`Finder`] looks for
//! what is meant, [`Story`] tells it. Both see each batch with the State before it,
//! so a session is called what it was called then. Nothing is decided again.

mod finder;
mod matter;
mod mentions;
mod story;
mod thread;

pub use finder::{Finder, Found, Hit, matter_of};
pub use matter::{Matter, Subject, fact};
pub use story::{Explanation, Line, Story, details};

use crate::Machine;
use crate::state::State;
use events::{Envelope, SessionId};

/// The sessions that an event names.
pub fn sessions_of(event: &events::Event) -> Vec<SessionId> {
    mentions::Mentions::of(event).sessions
}

/// Gives whole batches, each with the State before it, to one reader of the log.
#[derive(Debug, Default)]
pub struct Batches {
    machine: Machine,
    batch: Vec<Envelope>,
}

impl Batches {
    /// The next entry of the log. A batch is given to `each` once it is whole.
    pub fn push(&mut self, entry: Envelope, each: &mut impl FnMut(&State, &[Envelope])) {
        if entry.cause.is_none() {
            self.flush(each);
        }
        self.batch.push(entry);
    }

    /// There is no further entry. Gives the State at the end.
    pub fn end(mut self, each: &mut impl FnMut(&State, &[Envelope])) -> State {
        self.flush(each);
        self.machine.state().clone()
    }

    fn flush(&mut self, each: &mut impl FnMut(&State, &[Envelope])) {
        if !self.batch.is_empty() {
            each(self.machine.state(), &self.batch);
            self.machine.commit(&self.batch);
            self.batch.clear();
        }
    }
}

/// Which entries have to do with a session: those that name it, and the whole way of
/// its notices and of what was written to it.
#[derive(Clone, Debug)]
pub struct OfSession(thread::Thread);

impl OfSession {
    /// Of this session.
    pub fn new(id: SessionId) -> Self {
        Self(thread::Thread::of_session(id))
    }

    /// Whether the entry has to do with it. Entries are to be given in order.
    pub fn takes(&mut self, entry: &Envelope) -> bool {
        self.0.takes(entry)
    }
}

/// Finds and tells in one go, for a log that is in memory.
pub fn explain(log: &[Envelope], subject: &Subject) -> Option<Explanation> {
    let mut finder = Finder::new(subject.clone());
    let mut batches = Batches::default();
    let mut look = |state: &State, batch: &[Envelope]| finder.batch(state, batch);
    for entry in log {
        batches.push(entry.clone(), &mut look);
    }
    let state = batches.end(&mut look);
    let Found::One(matter) = finder.found(&state) else {
        return None;
    };
    let mut story = Story::new(matter);
    let mut batches = Batches::default();
    let mut tell = |state: &State, batch: &[Envelope]| story.batch(state, batch);
    for entry in log {
        batches.push(entry.clone(), &mut tell);
    }
    let state = batches.end(&mut tell);
    Some(story.explanation(&state))
}
