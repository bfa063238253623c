//! A damaged log comes back from what its two copies hold: every frame that is
//! whole and stands, by its link, behind the one before it. sled is only asked as
//! a copy. Where neither copy has an entry that was acknowledged, nothing is
//! changed, and the fault names the entries.

use super::builder::Builder;
use super::journal::{self, Piece, Pieces, following, split};
use super::mark::{self, Mark, Marked};
use super::rehearsal::{forget, on_copy};
use super::sled::DIR;
use super::{Head, StoreFault, reader, swap};
use events::Seq;
use events::codec::{self, DecodeError};
use sled::Tree;
use std::path::Path;

/// Builds the log in `state` anew, in which `what` was found, and puts it in its place.
pub(super) fn run(state: &Path, what: &str) -> Result<(), StoreFault> {
    tracing::warn!(
        what,
        "the log is damaged and is built anew from its two copies"
    );
    let marked = match Mark::read(state) {
        Err(StoreFault::Corrupt { .. }) => Marked::default(),
        marked => marked?,
    };
    let built = built(state, marked.head);
    if built.is_err() {
        let gone = forget(&swap::draft(state));
        gone.map_err(|error| StoreFault::io("building the log anew", &error))?;
    }
    let head = built.map_err(|fault| with_cause(fault, what))?;
    let story = format!(
        "The log was damaged: {what}. It was built anew from its two copies and holds everything \
         that was acknowledged, up to entry {}.",
        head.seq
    );
    tracing::warn!("{story}");
    swap::put(state, Some(&story))
}

fn with_cause(fault: StoreFault, cause: &str) -> StoreFault {
    match fault {
        StoreFault::Corrupt { what } => StoreFault::Corrupt {
            what: format!("{cause}; {what}"),
        },
        fault @ (StoreFault::Full { .. }
        | StoreFault::Io { .. }
        | StoreFault::Locked { .. }
        | StoreFault::Newer(_)
        | StoreFault::TooLarge(_)
        | StoreFault::Misnumbered { .. }
        | StoreFault::NotEmpty { .. }
        | StoreFault::Closed) => fault,
    }
}

/// Tries with sled's files as they are; then without its snapshots, which are a cache
/// and may be what is damaged; then with the journal alone.
fn built(state: &Path, marked: Head) -> Result<Head, StoreFault> {
    let mut refused = None;
    if state.join(DIR).join("db").exists() {
        for snapshots in [true, false] {
            let answer = on_copy(state, snapshots, |tree| {
                // Whether the copy opens is one question, what it holds another.
                Ok(build(state, Some(tree), marked))
            });
            match answer {
                Ok(Err(fault @ StoreFault::Corrupt { .. })) => {
                    refused.get_or_insert(fault);
                }
                Ok(answer) => return answer,
                Err(StoreFault::Corrupt { .. }) => {}
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
    let mut journal = frames(&state.join(journal::DIR))?.peekable();
    let mut builder = Builder::new(swap::draft(state))?;
    let mut fits = marked.last().is_none();
    loop {
        let wanted = builder.head.seq.next();
        while journal.next_if(|(seq, _)| *seq < wanted).is_some() {}
        let one = journal.next_if(|(seq, _)| *seq == wanted);
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
    let after = |seq: &Seq| *seq > head.seq;
    let beyond = [
        journal.map(|(seq, _)| seq).find(after),
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
        return Err(StoreFault::corrupt(format!(
            "entry {} is not the one that {} names",
            marked.seq,
            mark::NAME
        )));
    }
    builder.finish()?;
    Ok(head)
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

/// The frames of all whole records of the journal.
fn frames(dir: &Path) -> Result<impl Iterator<Item = (Seq, Vec<u8>)> + use<>, StoreFault> {
    let pieces = Pieces::of(dir).map_err(|error| StoreFault::io("reading the journal", &error))?;
    // A segment that cannot be read gives as little as a damaged one.
    Ok(pieces.flat_map(|piece| match piece {
        Ok(Piece::Record(frames)) => split(&frames)
            .filter_map(|frame| Some((position(frame)?, frame.to_vec())))
            .collect(),
        Ok(Piece::Broken(_)) | Err(_) => Vec::new(),
    }))
}

fn position(frame: &[u8]) -> Option<Seq> {
    match codec::decode(None, frame) {
        Ok((entry, _)) => Some(entry.seq),
        Err(DecodeError::Newer { seq, .. }) => Some(seq),
        Err(_) => None,
    }
}
