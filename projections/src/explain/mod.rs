//! Why did it go there? The story of one message, notice, question, session or
//! event, told from the log in order, in sentences.
//!
//! The log is read twice, batch by batch, and never held: [`Finder`] looks for
//! what is meant, [`Story`] tells it. Both see each batch with the State before it,
//! so a session is called what it was called then. Nothing is decided again.

mod finder;
mod mentions;
mod story;
mod thread;

pub use finder::{Finder, Found, Hit, matter_of};
pub use story::{Line, Story, Told, details};

use crate::Machine;
use crate::state::State;
use events::{CallId, CommandId, Envelope, Guid, Seq, SessionId, Wall};

/// What is asked about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Subject {
    /// The newest message of the owner's, acted on or not.
    Last,
    /// A row of chat.db; where there is none, the event of this number.
    Number(u64),
    /// The row of this number in chat.db.
    Row(i64),
    /// The event at this position.
    Event(Seq),
    /// The notice queued at this position.
    Notice(Seq),
    /// The command of this name.
    Command(CommandId),
    /// The session with this ref, label or id.
    Session(String),
    /// A row's guid, or a phrase of a text.
    Words(String),
    /// What happened in this time.
    Between(Wall, Wall),
}

/// What a story can be about.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Matter {
    /// A message of the owner's, or a row that was not acted on.
    Message(Guid),
    /// A text to the owner.
    Notice(Seq),
    /// A question of a session, or an approval it waits for.
    Question(CallId),
    /// Something that waits for the owner's word: an approval, questions, a plan.
    Prompt(Seq),
    /// A session.
    Session(SessionId),
    /// An event that belongs to none of these, with its batch.
    Event(Seq),
}

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

/// The fact in a batch: what its decisions follow from. A text that was waiting for
/// the turn's next word is queued before the fact that ended the waiting.
pub fn fact(batch: &[Envelope]) -> Option<&Envelope> {
    let is_fact = |entry: &&Envelope| events::upcast::kind(&entry.event).id < 100;
    batch.iter().find(is_fact).or_else(|| batch.first())
}

/// Finds and tells in one go, for a log that is in memory.
pub fn explain(log: &[Envelope], subject: &Subject) -> Option<Told> {
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
    Some(story.told(&state))
}
