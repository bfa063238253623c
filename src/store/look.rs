//! Reading a log without holding it: `log export`, `replay` and `--dry-run` look
//! at a copy, so they work beside a running program and change nothing at all.
//!
//! A copy of files that are being written may be torn. Whatever the mark called
//! acknowledged before the copying began must be in it, every entry linked to
//! the one before; a copy that fails this is made again.

use super::StoreFault;
use super::mark::Mark;
use super::quiet::caught;
use super::reader::{self, Reader};
use super::rehearsal::copy;
use super::sled::DIR;
use events::{Envelope, Seq};
use std::ops::ControlFlow;
use std::path::Path;

/// Copies that are made before the last one's fault is told.
const TRIES: usize = 5;

/// Shows every entry from the first on to `each`, until it breaks off.
pub fn look(
    state: &Path,
    mut each: impl FnMut(Envelope) -> ControlFlow<()>,
) -> Result<(), StoreFault> {
    if !state.join(DIR).join("db").exists() {
        return Ok(());
    }
    let mut fault = None;
    for _ in 0..TRIES {
        match sound(state) {
            Ok((_scratch, entries)) => {
                for entry in entries {
                    if each(entry).is_break() {
                        break;
                    }
                }
                return Ok(());
            }
            Err(found) => fault = Some(found),
        }
    }
    fault.map_or(Ok(()), Err)
}

/// All entries of a copy in which nothing acknowledged is missing.
fn sound(state: &Path) -> Result<(tempfile::TempDir, Vec<Envelope>), StoreFault> {
    let failed = |error: std::io::Error| StoreFault::io("copying the log to look at it", &error);
    let marked = Mark::read(state)?;
    let scratch = tempfile::tempdir().map_err(failed)?;
    let dir = scratch.path().join(DIR);
    copy(&state.join(DIR), &dir).map_err(failed)?;
    let (db, tree) = reader::open(&dir)?;
    let entries = (|| {
        let head = reader::newest(&tree)?;
        reader::compare(&tree, head, marked.head)?;
        let mut reader = Reader::new(&tree, Seq(1), head.seq)?;
        let mut entries = Vec::new();
        while let Some(entry) = reader.entry()? {
            entries.push(entry);
        }
        Ok(entries)
    })();
    // A panic while the copy closes says nothing about the log.
    let _ = caught(move || drop((tree, db)));
    Ok((scratch, entries?))
}
