//! What of the log is old enough to be packed, and where it may be cut.

use super::{Head, StoreFault, archives, history, journal};
use events::{Seq, Wall};
use std::ops::ControlFlow;
use std::path::Path;

/// Packs these entries; whoever opens the log next makes it shorter. Gives the last one that
/// is packed and still in the log.
pub(super) fn pack(state: &Path, age: Wall, at_least: u64) -> Result<Option<Seq>, StoreFault> {
    let packed = archives::newest(state)?;
    let (begin, cut) = cut(state, age)?;
    // An archive whose entries are still in the log is what an earlier call left to do.
    let from = if packed.seq > begin.seq && belongs(state, packed)? {
        packed
    } else {
        begin
    };
    let new = cut.seq.0.saturating_sub(from.seq.0);
    let enough = new >= at_least.max(1);
    if !enough && from == begin {
        return Ok(None);
    }
    let last = if enough {
        history::pack(state, from, cut)?;
        cut.seq
    } else {
        from.seq
    };
    Ok(Some(last))
}

/// What the log begins behind, and the last entry of the last batch that is older than `age`.
/// The newest batch always stays.
fn cut(state: &Path, age: Wall) -> Result<(Head, Head), StoreFault> {
    let dir = state.join(journal::DIR);
    let begin = journal::before(&dir)?;
    let (mut cut, mut last) = (begin, begin);
    journal::read(&dir, |entry, link, _| {
        // A batch begins with what nothing in the log caused.
        if entry.cause.is_none() {
            cut = last;
        }
        let seq = entry.seq;
        last = Head { seq, link };
        if entry.wall < age {
            ControlFlow::Continue(())
        } else {
            ControlFlow::Break(())
        }
    })?;
    Ok((begin, cut))
}

/// Whether the entry stands in the journal.
fn belongs(state: &Path, head: Head) -> Result<bool, StoreFault> {
    let mut found = false;
    journal::read(&state.join(journal::DIR), |entry, link, _| {
        let seq = entry.seq;
        found = Head { seq, link } == head;
        if seq < head.seq {
            ControlFlow::Continue(())
        } else {
            ControlFlow::Break(())
        }
    })?;
    Ok(found)
}
