//! The log on disk: what was appended is there after any crash, or the program says so.
//!
//! One process appends; everybody else hands over to it. Nothing acts on an
//! event before [`EventLog::append`] has returned its batch as [`Durable`], and
//! only a log can make one. A log that is damaged, newer than this program or
//! held by another process is refused with a sentence. There are two copies, sled
//! and the journal: from what both hold a damaged log is built anew. Nothing in this
//! module ever repairs or overwrites damaged files, nor lets sled do so: they are
//! moved aside and kept.

mod archives;
mod builder;
mod compact;
mod copy;
mod cut;
mod fault;
pub(crate) mod files;
mod follow;
mod history;
mod import;
mod insert;
mod journal;
mod lock;
mod mark;
pub mod memory;
mod open;
mod panics;
mod read_only;
mod reader;
mod rebuild;
mod reserve;
mod rewrite;
mod shorten;
pub mod sled;
pub mod snapshot;
mod swap;
#[cfg(test)]
mod tests;
mod unreadable;
mod verify;

pub use compact::{Compacted, compact};
pub use fault::StoreFault;
pub(crate) use files::{close_to_others, private_dir};
pub use follow::Follow;
pub use history::Records;
pub use import::Import;
pub use journal::split;
pub use lock::holder;
pub use memory::MemoryLog;
pub use read_only::look;
pub use rewrite::Change;
pub use sled::SledLog;
pub use snapshot::Snapshots;
pub use swap::Recovery;
pub use verify::{Checked, Verified, lost_history, packed, sizes, verify};

use events::codec::{self, EncodeError};
use events::input::SourceState;
use events::{Batch, Envelope, Link, Seq};

/// The sequence of everything that happened.
pub trait EventLog {
    /// Writes the batch, whole or not at all, and returns when it is on disk.
    /// After an error that leaves open what the disk holds, the log is closed
    /// for this process: every further append is [`StoreFault::Closed`].
    fn append(&mut self, batch: Batch) -> Result<Durable, StoreFault>;

    /// The entries from `from` on, each checked against the one before it. Ends after the first error.
    fn read(&self, from: Seq) -> Entries<'_>;

    /// The position of the newest entry.
    fn last(&self) -> Option<Seq>;

    /// The link of an entry: its checksum, which depends on all entries before it. A snapshot keeps
    /// it to prove that it belongs to this log. `None` if there is no such entry.
    fn link(&self, at: Seq) -> Result<Option<Link>, StoreFault>;

    /// Looks after the room that is kept for a full disk, and says how the disk is
    /// if that is new. A log without a disk has nothing to say.
    fn tend(&mut self) -> Option<SourceState> {
        None
    }
}

/// Entries of a log in order.
pub type Entries<'a> = Box<dyn Iterator<Item = Result<Envelope, StoreFault>> + 'a>;

/// A batch that is on disk. Only a log makes one.
#[derive(Debug)]
#[must_use = "what is on disk has to be applied"]
pub struct Durable(Batch);

impl Durable {
    /// What is on disk.
    pub const fn batch(&self) -> &Batch {
        &self.0
    }
}

/// The newest entry: where it stands and what the next one links to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Head {
    /// `Seq(0)` for an empty log.
    seq: Seq,
    link: Link,
}

impl Head {
    fn last(self) -> Option<Seq> {
        (self.seq.0 > 0).then_some(self.seq)
    }
}

/// Frames with their positions.
type Frames = Vec<(Seq, Vec<u8>)>;

/// The frames of a batch that stands behind `head`, and the head after it.
fn frames(batch: &Batch, mut head: Head) -> Result<(Frames, Head), StoreFault> {
    let mut frames = Vec::with_capacity(batch.envelopes().len());
    for envelope in batch.envelopes() {
        let expected = head.seq.next();
        if envelope.seq != expected {
            return Err(StoreFault::Misnumbered {
                expected,
                found: envelope.seq,
            });
        }
        let (frame, link) = codec::encode(head.link, envelope)
            .map_err(|error @ EncodeError::TooLarge { .. }| StoreFault::TooLarge(error))?;
        frames.push((envelope.seq, frame));
        head = Head {
            seq: expected,
            link,
        };
    }
    Ok((frames, head))
}
