//! The head of a rollout: the record among its first lines that says whose it is.

use super::lines::{Lines, Next};
use super::meta::{self, Head};
use super::parse;
use events::time::Wall;
use std::fs::File;
use std::io;

/// In how many lines the head is looked for.
pub(super) const HEAD_LINES: usize = 16;

/// The head with its time, in how many lines it was looked for, and where these end.
pub(super) type Found = (Option<(Head, Wall)>, usize, u64);

/// Looks for the head among the first lines.
pub(super) fn find_head(file: &File, modified: Wall) -> io::Result<Found> {
    let mut lines = Lines::at(file, 0, false)?;
    for nth in 0..HEAD_LINES {
        let found = match lines.next()? {
            Next::End => return Ok((None, nth, lines.place().0)),
            Next::Passed => None,
            Next::Line(_, line) => head(line, modified),
        };
        if found.is_some() {
            return Ok((found, nth, lines.place().0));
        }
    }
    Ok((None, HEAD_LINES, lines.place().0))
}

/// The head, if this line is one, and when it was written.
fn head(line: &[u8], modified: Wall) -> Option<(Head, Wall)> {
    if !parse::is_head(line) {
        return None;
    }
    let own = parse::timestamp(line);
    let head = meta::read(line, own.unwrap_or(modified)).ok()?;
    let at = own.unwrap_or(head.meta.created);
    Some((head, at))
}
