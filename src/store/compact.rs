//! The log made shorter: entries of a certain age are packed, then both copies are built
//! anew without them. State is still the fold of all entries, so nothing that is owed, and nothing
//! that duplicates, echoes or reply threads are known by, depends on where the cut is.

use super::cut::pack;
use super::{SledLog, StoreFault};
use events::{Seq, Wall};
use std::path::Path;

/// What became of a log that was to be made shorter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Compacted {
    /// Nothing is that old, or not enough.
    Nothing,
    /// Entries up to here are packed and gone from both copies.
    Done(Seq),
    /// Entries up to here are packed. Who holds the log makes it shorter at the next start.
    Packed { last: Seq, holder: Option<u32> },
}

/// Packs the entries in `state` from before `age` if they are at least so many, and makes
/// the log shorter unless another process holds it.
pub fn compact(state: &Path, age: Wall, at_least: u64) -> Result<Compacted, StoreFault> {
    let Some(last) = pack(state, age, at_least)? else {
        return Ok(Compacted::Nothing);
    };
    match SledLog::open(state) {
        Ok(log) => {
            drop(log);
            Ok(Compacted::Done(last))
        }
        Err(StoreFault::Locked { pid: holder }) => Ok(Compacted::Packed { last, holder }),
        Err(fault) => Err(fault),
    }
}
