//! What is asked about, what a story is about, and where it starts.

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

/// The fact in a batch: what its decisions follow from. A text that was waiting for
/// the turn's next word is queued before the fact that ended the waiting.
pub fn fact(batch: &[Envelope]) -> Option<&Envelope> {
    let is_fact = |entry: &&Envelope| events::upcast::kind(&entry.event).id < 100;
    batch.iter().find(is_fact).or_else(|| batch.first())
}
