//! The high-water mark: which entry was the newest acknowledged one.
//!
//! sled takes damage near its end for the end of the log and silently drops
//! acknowledged entries. The mark stands outside of it and is written after
//! every flush; a log that ends before its mark has lost something. It needs no
//! flush of its own: a mark that is too old claims less, never more.

use super::{Head, StoreFault, files};
use events::{Link, Seq};
use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt as _;
use std::path::Path;

/// The name of the file in the state directory.
pub(super) const NAME: &str = "log.mark";
const LENGTH: usize = 16;

#[derive(Debug)]
pub(super) struct Mark(File);

impl Mark {
    /// The mark in `state` and what it says. A missing one is made, and says nothing.
    pub(super) fn open(state: &Path) -> Result<(Self, Head), StoreFault> {
        let fault = |error: io::Error| StoreFault::io("opening the mark of the log", &error);
        let path = state.join(NAME);
        if !path.try_exists().map_err(fault)? {
            files::replace(state, NAME, &bytes(Head::default())).map_err(fault)?;
        }
        let file = File::options()
            .read(true)
            .write(true)
            .open(path)
            .map_err(fault)?;
        let mut content = [0; LENGTH + 1];
        let length = file.read_at(&mut content, 0).map_err(fault)?;
        let head = content.get(..length).and_then(head).ok_or_else(|| {
            StoreFault::corrupt(format!("its high-water mark {NAME} is unreadable"))
        })?;
        Ok((Self(file), head))
    }

    /// Everything up to `head` is on disk.
    pub(super) fn set(&self, head: Head) -> io::Result<()> {
        self.0.write_all_at(&bytes(head), 0)
    }
}

fn bytes(head: Head) -> [u8; LENGTH] {
    let mut bytes = [0; LENGTH];
    bytes[..8].copy_from_slice(&head.seq.0.to_be_bytes());
    bytes[8..12].copy_from_slice(&head.link.0.to_be_bytes());
    let crc = crc32fast::hash(&bytes[..12]);
    bytes[12..].copy_from_slice(&crc.to_be_bytes());
    bytes
}

fn head(content: &[u8]) -> Option<Head> {
    let seq = u64::from_be_bytes(*content.first_chunk()?);
    let link = u32::from_be_bytes(*content.get(8..)?.first_chunk()?);
    let head = Head {
        seq: Seq(seq),
        link: Link(link),
    };
    (content == bytes(head)).then_some(head)
}
