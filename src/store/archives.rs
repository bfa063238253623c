//! Where older entries are that the log has given up: files below `history`.
//!
//! The name of an archive tells its first entry, its last entry and the last one's link. A log begins
//! either with entry 1 or right behind an archive, so an archive without a log that begins behind it
//! does no harm: a crash leaves one between the writing of an archive and the shortening of the log,
//! and the next start does the rest.

use super::{Head, StoreFault, files};
use events::{Link, Seq};
use std::io;
use std::path::{Path, PathBuf};

/// Its directory in the state directory.
pub(super) const DIR: &str = files::HISTORY;

/// One file of packed entries.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Archive {
    pub(super) path: PathBuf,
    pub(super) first: Seq,
    pub(super) end: Head,
}

impl Archive {
    fn named(path: PathBuf) -> Option<Self> {
        let name = path.file_name()?.to_str()?.strip_suffix(".frames.zst")?;
        let mut parts = name.split('-');
        let first = Seq(parts.next()?.parse().ok()?);
        let seq = Seq(parts.next()?.parse().ok()?);
        let link = Link(u32::from_str_radix(parts.next()?, 16).ok()?);
        let sound = parts.next().is_none() && first.0 > 0 && first <= seq;
        let end = Head { seq, link };
        sound.then_some(Self { path, first, end })
    }

    /// The name of an archive from `first` to `end`.
    pub(super) fn file_name(first: Seq, end: Head) -> String {
        let (last, link) = (end.seq.0, end.link.0);
        format!("{:020}-{last:020}-{link:08x}.frames.zst", first.0)
    }
}

/// Those in `state`, oldest first.
pub(super) fn all(state: &Path) -> Result<Vec<Archive>, StoreFault> {
    of(&files::history(state))
}

/// Those in a directory, oldest first.
pub(super) fn of(dir: &Path) -> Result<Vec<Archive>, StoreFault> {
    let unread = |error: io::Error| StoreFault::io("looking for packed history", &error);
    let entries = match dir.read_dir() {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        entries => entries.map_err(unread)?,
    };
    let mut archives = Vec::new();
    for entry in entries {
        archives.extend(Archive::named(entry.map_err(unread)?.path()));
    }
    archives.sort_by_key(|archive| (archive.end.seq, archive.first));
    Ok(archives)
}

/// What stands before the first entry that a copy holds.
pub(super) fn before(state: &Path, first: Option<Seq>) -> Result<Head, StoreFault> {
    let Some(first) = first.filter(|first| first.0 > 1) else {
        return Ok(Head::default());
    };
    let ends = all(state)?.into_iter().map(|archive| archive.end);
    let mut ends = ends.filter(|end| end.seq.next() == first);
    ends.next().ok_or_else(|| {
        let last = first.0 - 1;
        StoreFault::corrupt(format!(
            "entries 1 to {last} are missing: no file in {DIR} ends with entry {last}; if files of \
             that directory were deleted, bring them back"
        ))
    })
}

/// The end of the newest archive, of whatever log.
pub(super) fn newest(state: &Path) -> Result<Head, StoreFault> {
    let newest = all(state)?.pop();
    Ok(newest.map_or_else(Head::default, |archive| archive.end))
}

/// Files of packed history and their size.
pub(super) fn size(state: &Path) -> Result<(usize, u64), StoreFault> {
    let (mut files, mut bytes) = (0, 0_u64);
    for archive in all(state)? {
        let data = archive
            .path
            .metadata()
            .map_err(|error| StoreFault::io("looking for packed history", &error))?;
        files += 1;
        bytes = bytes.saturating_add(data.len());
    }
    Ok((files, bytes))
}
