//! The high-water mark: which entry was the newest acknowledged one.
//!
//! sled takes damage near its end for the end of the log and silently drops
//! acknowledged entries. The mark stands outside of it and is written after
//! every flush; a log that ends before its mark has lost something. It needs no
//! flush of its own: a mark that is too old claims less, never more.
//!
//! Closing in good order adds the stamp of sled's file: a file that still bears it
//! has not been touched since.

use super::{Head, StoreFault, files};
use events::{Link, Seq};
use std::fs::File;
use std::io;
use std::os::unix::fs::{FileExt as _, MetadataExt as _};
use std::path::Path;

/// The name of the file in the state directory.
pub(super) const NAME: &str = "log.mark";
const LENGTH: usize = 32;

/// Size and time of change of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Stamp {
    size: u64,
    changed: i64,
}

impl Stamp {
    pub(super) fn of(file: &File) -> io::Result<Self> {
        let data = file.metadata()?;
        let changed = data.mtime().wrapping_mul(1_000_000_000);
        Ok(Self {
            size: data.size(),
            changed: changed.wrapping_add(data.mtime_nsec()),
        })
    }
}

/// What a mark says.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Marked {
    /// The newest acknowledged entry.
    pub(super) head: Head,
    /// sled's file as it was closed; `None` while it is open or was not closed.
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

/// Position, link, size and time of the file (0 while open), checksum.
fn bytes(marked: Marked) -> [u8; LENGTH] {
    let Marked { head, closed } = marked;
    let mut bytes = [0; LENGTH];
    bytes[..8].copy_from_slice(&head.seq.0.to_be_bytes());
    bytes[8..12].copy_from_slice(&head.link.0.to_be_bytes());
    if let Some(stamp) = closed {
        bytes[12..20].copy_from_slice(&stamp.size.to_be_bytes());
        bytes[20..28].copy_from_slice(&stamp.changed.to_be_bytes());
    }
    let crc = crc32fast::hash(&bytes[..28]);
    bytes[28..].copy_from_slice(&crc.to_be_bytes());
    bytes
}

fn marked(content: &[u8]) -> Option<Marked> {
    let head = Head {
        seq: Seq(u64::from_be_bytes(*content.first_chunk()?)),
        link: Link(u32::from_be_bytes(*content.get(8..)?.first_chunk()?)),
    };
    let stamp = Stamp {
        size: u64::from_be_bytes(*content.get(12..)?.first_chunk()?),
        changed: i64::from_be_bytes(*content.get(20..)?.first_chunk()?),
    };
    let closed = (stamp.size > 0).then_some(stamp);
    let marked = Marked { head, closed };
    (content == bytes(marked)).then_some(marked)
}
