//! The high-water mark: which entry was the newest acknowledged one.
//!
//! sled takes damage near its end for the end of the log and silently drops
//! acknowledged entries. The mark stands outside of it and is written after
//! every flush; a log that ends before its mark has lost something. It needs no
//! flush of its own: a mark that is too old claims less, never more.
//!
//! Closing in good order adds the stamp of the files of both copies: files that
//! still bear it have not been touched since.

use super::{Head, StoreFault, files, journal};
use events::{Link, Seq};
use std::fs::{File, Metadata};
use std::io;
use std::os::unix::fs::{FileExt as _, MetadataExt as _};
use std::path::Path;

/// The name of the file in the state directory.
pub(super) const NAME: &str = "log.mark";
const LENGTH: usize = 48;

/// Sizes and times of change of sled's file, and of the journal's files together.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Stamp {
    sled: (u64, i64),
    journal: (u64, i64),
}

impl Stamp {
    /// Of the files in `state`; `None` if there is no log.
    pub(super) fn of(state: &Path) -> io::Result<Option<Self>> {
        let db = match state.join(files::LOG_DIR).join("db").metadata() {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            db => db?,
        };
        let mut stamp = Self {
            sled: (db.size(), changed(&db)),
            journal: (0, 0),
        };
        for segment in journal::segments(&state.join(journal::DIR))? {
            let data = segment.metadata()?;
            let (size, newest) = &mut stamp.journal;
            *size = size.saturating_add(data.size());
            *newest = changed(&data).max(*newest);
        }
        Ok(Some(stamp))
    }
}

fn changed(data: &Metadata) -> i64 {
    let seconds = data.mtime().wrapping_mul(1_000_000_000);
    seconds.wrapping_add(data.mtime_nsec())
}

/// What a mark says.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Marked {
    /// The newest acknowledged entry.
    pub(super) head: Head,
    /// The files as they were closed; `None` while they are open or were not closed.
    pub(super) closed: Option<Stamp>,
}

#[derive(Debug)]
pub(super) struct Mark(File);

impl Mark {
    /// What the mark in `state` says; a missing one says nothing. Nothing is made.
    pub(super) fn read(state: &Path) -> Result<Marked, StoreFault> {
        match std::fs::read(state.join(NAME)) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Marked::default()),
            Err(error) => Err(StoreFault::io("reading the mark of the log", &error)),
            Ok(content) => marked(&content).ok_or_else(unreadable),
        }
    }

    /// The mark in `state` and what it says. A missing one is made, and says nothing.
    pub(super) fn open(state: &Path) -> Result<(Self, Marked), StoreFault> {
        let fault = |error: io::Error| StoreFault::io("opening the mark of the log", &error);
        let path = state.join(NAME);
        if !path.try_exists().map_err(fault)? {
            files::replace(state, NAME, &bytes(Marked::default())).map_err(fault)?;
        }
        let file = File::options()
            .read(true)
            .write(true)
            .open(path)
            .map_err(fault)?;
        let mut content = [0; LENGTH + 1];
        let length = file.read_at(&mut content, 0).map_err(fault)?;
        let marked = content
            .get(..length)
            .and_then(marked)
            .ok_or_else(unreadable)?;
        Ok((Self(file), marked))
    }

    /// Everything up to `head` is on disk.
    pub(super) fn set(&self, head: Head, closed: Option<Stamp>) -> io::Result<()> {
        self.0.write_all_at(&bytes(Marked { head, closed }), 0)
    }
}

fn unreadable() -> StoreFault {
    StoreFault::corrupt(format!("its high-water mark {NAME} is unreadable"))
}

/// Position, link, sizes and times of the files (0 while open), checksum.
fn bytes(marked: Marked) -> [u8; LENGTH] {
    let Marked { head, closed } = marked;
    let stamp = closed.unwrap_or_default();
    let mut bytes = [0; LENGTH];
    bytes[..8].copy_from_slice(&head.seq.0.to_be_bytes());
    bytes[8..12].copy_from_slice(&head.link.0.to_be_bytes());
    bytes[12..20].copy_from_slice(&stamp.sled.0.to_be_bytes());
    bytes[20..28].copy_from_slice(&stamp.sled.1.to_be_bytes());
    bytes[28..36].copy_from_slice(&stamp.journal.0.to_be_bytes());
    bytes[36..44].copy_from_slice(&stamp.journal.1.to_be_bytes());
    let crc = crc32fast::hash(&bytes[..44]);
    bytes[44..].copy_from_slice(&crc.to_be_bytes());
    bytes
}

fn marked(content: &[u8]) -> Option<Marked> {
    let size = |at: usize| Some(u64::from_be_bytes(*content.get(at..)?.first_chunk()?));
    let time = |at: usize| Some(i64::from_be_bytes(*content.get(at..)?.first_chunk()?));
    let head = Head {
        seq: Seq(size(0)?),
        link: Link(u32::from_be_bytes(*content.get(8..)?.first_chunk()?)),
    };
    let stamp = Stamp {
        sled: (size(12)?, time(20)?),
        journal: (size(28)?, time(36)?),
    };
    let closed = (stamp.sled.0 > 0).then_some(stamp);
    let marked = Marked { head, closed };
    (content == bytes(marked)).then_some(marked)
}
