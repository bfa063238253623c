//! Reading a log without holding it: `log export`, `replay` and `--dry-run` read
//! the packed history and the journal, so they work beside a running program and change nothing at all.
//!
//! Whatever the mark called acknowledged before the reading began must be there,
//! every entry linked to the one before.

use super::mark::Mark;
use super::{Head, StoreFault, files, history, journal};
use events::Envelope;
use std::ops::ControlFlow;
use std::path::Path;

/// Shows every entry from the first on to `each`, with its frame, until it breaks off.
pub fn look(
    state: &Path,
    mut each: impl FnMut(Envelope, &[u8]) -> ControlFlow<()>,
) -> Result<(), StoreFault> {
    // While a log takes the place of another one, the mark may be that of the other.
    let marked = if files::is_under_way(state) {
        Head::default()
    } else {
        Mark::read(state)?.head
    };
    let (mut found, mut enough) = (marked.last().is_none(), false);
    let dir = state.join(journal::DIR);
    for packed in history::until(state, journal::before(&dir)?)? {
        let (entry, head, frame) = packed?;
        found |= head == marked;
        if each(entry, &frame).is_break() {
            return Ok(());
        }
    }
    let end = journal::read(&dir, |entry, link, frame| {
        found |= entry.seq == marked.seq && link == marked.link;
        let shown = each(entry, frame);
        enough = shown.is_break();
        shown
    })?;
    if found || enough {
        return Ok(());
    }
    Err(StoreFault::corrupt(format!(
        "the journal ends at entry {}, and entry {} had been acknowledged",
        end.head.seq, marked.seq
    )))
}
