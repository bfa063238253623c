//! Frames into sled.

use super::reader::{self, key};
use events::Seq;
use sled::Tree;

/// Entries that are given to sled at once while it is brought up to the journal.
pub(super) const CHUNK: usize = 512;

/// Puts frames into sled, whole or not at all.
pub(super) fn insert(tree: &Tree, frames: &[(Seq, Vec<u8>)]) -> sled::Result<()> {
    match frames {
        // One value is whole or not there even without a batch, whose mark in
        // the file is a second write that the flush has to wait for.
        [(seq, frame)] if frame.len() <= reader::MAX_VALUE => {
            tree.insert(key(*seq, 0), frame.as_slice()).map(drop)
        }
        _ => {
            let mut writes = sled::Batch::default();
            for (seq, frame) in frames {
                for (part, value) in (0_u32..).zip(frame.chunks(reader::MAX_VALUE)) {
                    writes.insert(key(*seq, part), value);
                }
            }
            tree.apply_batch(writes)
        }
    }
}
