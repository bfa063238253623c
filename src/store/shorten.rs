//! Both copies of the log, made shorter by what is packed.

use super::builder::Builder;
use super::copy::forget;
use super::{Head, StoreFault, archives, history, journal, reader, swap};
use sled::Tree;
use std::ops::ControlFlow;
use std::path::Path;

/// Where the log may begin instead, because all entries up to there are packed.
pub(super) fn due(
    state: &Path,
    tree: &Tree,
    base: Head,
    last: Head,
) -> Result<Option<Head>, StoreFault> {
    let packed = archives::newest(state)?;
    let shorter = packed.seq > base.seq && packed.seq < last.seq;
    let ours = shorter && reader::link(tree, packed.seq)? == Some(packed.link);
    Ok(ours.then_some(packed))
}

/// Builds both copies anew with what stands behind `base`, and puts them in their place.
pub(super) fn shorten(state: &Path, base: Head) -> Result<(), StoreFault> {
    prepare(state, base)?;
    swap::finish(state)
}

/// The same up to where the new log is whole and its place is to be taken.
pub(super) fn prepare(state: &Path, base: Head) -> Result<(), StoreFault> {
    let built = build(state, base);
    if built.is_err() {
        let gone = forget(&swap::draft(state));
        gone.map_err(|error| StoreFault::io("making the log shorter", &error))?;
    }
    built?;
    swap::replace(state)
}

fn build(state: &Path, base: Head) -> Result<(), StoreFault> {
    // What is packed must be there before the copies give it up.
    history::until(state, base)?.try_for_each(|entry| entry.map(drop))?;
    let mut builder = Builder::new(swap::draft(state))?;
    builder.head = base;
    let mut pushed = Ok(());
    journal::read(&state.join(journal::DIR), |entry, link, frame| {
        let seq = entry.seq;
        if seq > base.seq {
            pushed = builder.push(Head { seq, link }, frame.to_vec());
        }
        match pushed {
            Ok(()) => ControlFlow::Continue(()),
            Err(_) => ControlFlow::Break(()),
        }
    })?;
    pushed?;
    builder.finish()
}
