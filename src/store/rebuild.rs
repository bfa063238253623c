//! A damaged log comes back from what its two copies hold: every frame that is
//! whole and stands, by its link, behind the one before it. sled is only asked as
//! a copy. Where neither copy has an entry that was acknowledged, nothing is
//! changed, and the fault names the entries.

use super::builder::Builder;
use super::copy::{forget, on_copy};
use super::files::LOG_DIR;
use super::journal::{self, Piece, Pieces, following, split};
use super::mark::{self, Mark};
use super::{Head, StoreFault, archives, reader, swap, unreadable};
use events::Seq;
use events::codec::{self, DecodeError};
use sled::Tree;
use std::io;
use std::path::Path;

/// Builds the log in `state` anew, because of `found`, and puts it in its place.
pub(super) fn run(state: &Path, found: &StoreFault) -> Result<(), StoreFault> {
    tracing::warn!(%found, "rebuilding the log from its two copies");
    let marked = match Mark::read(state) {
        Err(StoreFault::Corrupt { .. }) => Head::default(),
        Err(StoreFault::Io { .. }) if unreadable::refusal(state, mark::NAME).is_some() => {
            Head::default()
        }
        marked => marked?.head,
    };
    let built = built(state, marked);
    if built.is_err() {
        let gone = forget(&swap::draft(state));
        gone.map_err(|error| StoreFault::io("rebuilding the log", &error))?;
    }
    let head = built.map_err(|fault| with_cause(fault, found))?;
    let story = story(found, head, marked);
    tracing::warn!("{story}");
    swap::put(state, Some(&story))
}

/// What the text to the owner says.
fn story(found: &StoreFault, head: Head, marked: Head) -> String {
    let what = found.damage().unwrap_or_default();
    let last = head.seq;
    let holds = if marked.last().is_some() {
        format!("everything that was acknowledged, up to entry {last}")
    } else {
        let name = mark::NAME;
        format!(
            "everything that they have, up to entry {last}; {name} can no longer say whether that was the last"
        )
    };
    format!("The log was damaged: {what}. It was rebuilt from its two copies and holds {holds}.")
}

/// The fault that keeps from building, with what made it necessary.
fn with_cause(fault: StoreFault, cause: &StoreFault) -> StoreFault {
    let (StoreFault::Corrupt { what }, Some(found)) = (&fault, cause.damage()) else {
        return fault;
    };
    let what = format!("{found}; {what}");
    // Entries that are missing because nothing can be read are not gone.
    if matches!(cause, StoreFault::Unreadable { .. }) {
        StoreFault::Unreadable { what }
    } else {
        StoreFault::Corrupt { what }
    }
}

/// Tries with sled's files as they are; then without those that sled makes again, which
/// may be what is damaged; then with the journal alone.
fn built(state: &Path, marked: Head) -> Result<Head, StoreFault> {
    let mut refused = None;
    if state.join(LOG_DIR).join("db").exists() {
        for all in [true, false] {
            let answer = on_copy(state, all, |tree| {
                // Whether the copy opens is one question, what it holds another.
                Ok(build(state, Some(tree), marked))
            });
            match answer {
                Ok(Err(fault @ StoreFault::Corrupt { .. })) => {
                    refused.get_or_insert(fault);
                }
                Ok(answer) => return answer,
                Err(StoreFault::Corrupt { .. }) => {}
                Err(StoreFault::Io { .. }) if unreadable::refusal(state, LOG_DIR).is_some() => {}
                Err(fault) => return Err(fault),
            }
        }
    }
    match (build(state, None, marked), refused) {
        (Err(StoreFault::Corrupt { .. }), Some(refused)) => Err(refused),
        (answer, _) => answer,
    }
}

/// Everything that the copies prove, in the draft of a new log.
fn build(state: &Path, sled: Option<&Tree>, marked: Head) -> Result<Head, StoreFault> {
    let mut journal = frames(state)?.peekable();
    let mut builder = Builder::new(swap::draft(state))?;
    builder.head = base(state, sled)?;
    let mut fits = marked.last().is_none() || builder.head.seq >= marked.seq;
    loop {
        let wanted = builder.head.seq.next();
        let past = |found: &Found| found.as_ref().is_ok_and(|(seq, _)| *seq < wanted);
        while journal.next_if(past).is_some() {}
        let due = |found: &Found| found.as_ref().map_or(true, |(seq, _)| *seq == wanted);
        let one = journal.next_if(due).transpose()?;
        let one = one.map(|(_, frame)| frame);
        let mut found = fitting(builder.head, one)?;
        if found.is_none() {
            let other = sled.and_then(|tree| reader::frame(tree, wanted));
            found = fitting(builder.head, other)?;
        }
        let Some((head, frame)) = found else {
            break;
        };
        builder.push(head, frame)?;
        fits |= head == marked;
    }
    let head = builder.head;
    let after = |found: &Found| found.as_ref().map_or(true, |(seq, _)| *seq > head.seq);
    let beyond = [
        journal.find(after).transpose()?.map(|(seq, _)| seq),
        sled.and_then(|tree| reader::first_behind(tree, head.seq)),
    ];
    let next = beyond.into_iter().flatten().min();
    if next.is_some() || head.seq < marked.seq {
        let first = head.seq.next();
        let last = next.map_or(marked.seq.0, |next| next.0.saturating_sub(1));
        return Err(StoreFault::corrupt(format!(
            "entries {first} to {} are in neither of its copies, sled's files and the journal",
            last.max(first.0)
        )));
    }
    if !fits {
        return Err(reader::not_marked(marked.seq));
    }
    builder.finish()?;
    Ok(head)
}

/// What the log begins behind, by the first entry of either copy. Where neither tells, all that
/// is packed is gone from them.
fn base(state: &Path, sled: Option<&Tree>) -> Result<Head, StoreFault> {
    let firsts = [
        journal::first(&state.join(journal::DIR)).ok().flatten(),
        sled.and_then(|tree| reader::first_behind(tree, Seq(0))),
    ];
    for first in firsts.into_iter().flatten() {
        match archives::before(state, Some(first)) {
            Err(StoreFault::Corrupt { .. }) => {}
            answer => return answer,
        }
    }
    archives::newest(state)
}

/// The frame, if it is whole and stands behind `head`, and the head after it.
fn fitting(head: Head, frame: Option<Vec<u8>>) -> Result<Option<(Head, Vec<u8>)>, StoreFault> {
    let Some(frame) = frame else {
        return Ok(None);
    };
    match following(head, &frame) {
        Ok((_, head)) => Ok(Some((head, frame))),
        Err(fault @ StoreFault::Newer(_)) => Err(fault),
        Err(_) => Ok(None),
    }
}

/// A frame of the journal with its position, or why it cannot be read now.
type Found = Result<(Seq, Vec<u8>), StoreFault>;

/// The frames of all whole records of the journal. What the disk does not give back
/// gives as little as what is damaged; what only fails now is a fault.
fn frames(state: &Path) -> Result<impl Iterator<Item = Found> + use<>, StoreFault> {
    let fault = |error: io::Error| StoreFault::io("reading the journal", &error);
    let pieces = match Pieces::of(&state.join(journal::DIR)) {
        Err(error) if unreadable::is_lasting(&error) => None,
        pieces => Some(pieces.map_err(fault)?),
    };
    Ok(pieces
        .into_iter()
        .flatten()
        .flat_map(move |piece| match piece {
            Ok(Piece::Record(frames)) => split(&frames)
                .filter_map(|frame| Some(Ok((position(frame)?, frame.to_vec()))))
                .collect(),
            Ok(Piece::Broken(_)) => Vec::new(),
            Err(error) if unreadable::is_lasting(&error) => Vec::new(),
            Err(error) => vec![Err(fault(error))],
        }))
}

fn position(frame: &[u8]) -> Option<Seq> {
    match codec::decode(None, frame) {
        Ok((entry, _)) => Some(entry.seq),
        Err(DecodeError::Newer { seq, .. }) => Some(seq),
        Err(_) => None,
    }
}
