//! A log whose entries were changed: archives and both copies are built anew beside it, and
//! then take its place, rename by rename, as `swap` does it. A crash leaves the old log or the
//! new one.

use super::archives::{self, Archive, DIR};
use super::builder::Builder;
use super::copy::forget;
use super::history::{self, Packed, Packer};
use super::{Head, StoreFault, files, journal, swap};
use events::Envelope;
use events::codec::{self, EncodeError};
use std::collections::VecDeque;
use std::io;
use std::ops::ControlFlow;
use std::path::Path;

/// What changes a log.
pub trait Change {
    /// The entry as it is to be, at the same position.
    fn entry(&mut self, entry: Envelope) -> Envelope;
    /// All entries were seen. Whether the new log is to take the place of the old one; why that
    /// may not be, where something is wrong.
    fn approve(&mut self) -> Result<bool, String>;
}

fn fault(error: &io::Error) -> StoreFault {
    StoreFault::io("writing the log anew", error)
}

/// Builds the changed log beside the log in `state`, which begins behind `base`. Whether it
/// is to take its place, which `swap::finish` does.
pub(super) fn prepare(
    state: &Path,
    base: Head,
    change: &mut dyn Change,
) -> Result<bool, StoreFault> {
    let built = build(state, base, change);
    if !matches!(built, Ok(true)) {
        forget(&swap::draft(state)).map_err(|error| fault(&error))?;
        return built;
    }
    swap::replace(state)?;
    Ok(true)
}

fn build(state: &Path, base: Head, change: &mut dyn Change) -> Result<bool, StoreFault> {
    let draft = swap::draft(state);
    let mut builder = Builder::new(draft.clone())?;
    let all = archives::all(state)?;
    let mut left = all.clone();
    if base.last().is_some() {
        builder.head = packed(&all, &draft.join(DIR), base, change)?;
        let ours = history::chain(&all, base)?;
        left.retain(|archive| !ours.contains(archive));
    }
    let mut pushed = Ok(());
    journal::read(&state.join(journal::DIR), |entry, link, _| {
        // Its entries are in the log still: it holds nothing that is not here.
        let seq = entry.seq;
        left.retain(|archive| archive.end != Head { seq, link });
        if entry.seq > base.seq {
            pushed = changed(builder.head, entry, change)
                .and_then(|(head, frame)| builder.push(head, frame));
        }
        match pushed {
            Ok(()) => ControlFlow::Continue(()),
            Err(_) => ControlFlow::Break(()),
        }
    })?;
    pushed?;
    let approved = change
        .approve()
        .map_err(|why| StoreFault::Refused { why })?;
    if approved {
        keep(&left, &draft.join(DIR)).map_err(|error| fault(&error))?;
        builder.finish()?;
    }
    Ok(approved)
}

/// Archives of another log stay where they are found.
fn keep(archives: &[Archive], dir: &Path) -> io::Result<()> {
    files::private_dir(dir)?;
    for archive in archives {
        if let Some(name) = archive.path.file_name() {
            std::fs::hard_link(&archive.path, dir.join(name))?;
        }
    }
    files::sync_dir(dir)
}

/// The archives up to `base`, each as one of the draft. Gives the end of the last one.
fn packed(
    all: &[Archive],
    dir: &Path,
    base: Head,
    change: &mut dyn Change,
) -> Result<Head, StoreFault> {
    let (mut old, mut new) = (Head::default(), Head::default());
    files::private_dir(dir).map_err(|error| fault(&error))?;
    for archive in history::chain(all, base)? {
        let end = archive.end;
        let first = archive.first;
        let path = dir.join("packing");
        let mut packer = Packer::create(&path).map_err(|error| fault(&error))?;
        for entry in Packed::of(VecDeque::from([archive]), old) {
            let (head, frame) = changed(new, entry?.0, change)?;
            new = head;
            packer
                .push(head.seq, frame)
                .map_err(|error| fault(&error))?;
        }
        packer.finish().map_err(|error| fault(&error))?;
        std::fs::rename(&path, dir.join(Archive::file_name(first, new)))
            .map_err(|error| fault(&error))?;
        old = end;
    }
    // What the copies give up must be there, and whole.
    history::until_in(&archives::of(dir)?, new)?.try_for_each(|entry| entry.map(drop))?;
    Ok(new)
}

fn changed(
    head: Head,
    entry: Envelope,
    change: &mut dyn Change,
) -> Result<(Head, Vec<u8>), StoreFault> {
    let seq = entry.seq;
    let (frame, link) = codec::encode(head.link, &change.entry(entry))
        .map_err(|error @ EncodeError::TooLarge { .. }| StoreFault::TooLarge(error))?;
    Ok((Head { seq, link }, frame))
}
