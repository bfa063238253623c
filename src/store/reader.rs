//! How entries lie in sled, and reading them: every entry is checked against its
//! place and against the entry before it.

use super::panics::caught;
use super::{Head, StoreFault, mark};
use events::codec;
use events::{Envelope, Link, Seq};
use sled::{Db, Tree};
use std::io;
use std::path::Path;

pub(super) const MAX_VALUE: usize = 4096;
const CACHE: u64 = 16 << 20;

/// Opens sled's files in `dir`.
pub(super) fn open(dir: &Path) -> Result<(Db, Tree), StoreFault> {
    let config = sled::Config::new()
        .path(dir)
        .flush_every_ms(None)
        .cache_capacity(CACHE);
    guarded("opening the log", || {
        let db = config.open()?;
        let tree = db.open_tree("log")?;
        Ok((db, tree))
    })
}

/// Reads frames and checks that each stands behind the one before it.
pub(super) struct Reader {
    chunks: sled::Iter,
    next: Seq,
    /// Of the entry before; `None`: not known.
    link: Option<Link>,
    last: Seq,
}

impl Reader {
    /// Reads from `from` to `last`, which must both be there, of a tree that begins behind `base`.
    pub(super) fn new(tree: &Tree, base: Head, from: Seq, last: Seq) -> Result<Self, StoreFault> {
        let first = from.max(base.seq.next());
        let before = if first == base.seq.next() {
            base.link
        } else {
            link(tree, Seq(first.0.saturating_sub(1)))?.unwrap_or_default()
        };
        Ok(Self {
            chunks: chunks(tree, first),
            next: first,
            link: Some(before),
            last,
        })
    }

    /// The next entry; `None` behind the last.
    pub(super) fn entry(&mut self) -> Result<Option<Envelope>, StoreFault> {
        let Some((seq, frame)) = self.frame()? else {
            return if self.next > self.last {
                Ok(None)
            } else {
                Err(StoreFault::corrupt(format!(
                    "entry {} is missing",
                    self.next
                )))
            };
        };
        if seq != self.next {
            return Err(StoreFault::corrupt(format!(
                "entry {} is missing",
                self.next
            )));
        }
        let (envelope, link) =
            codec::decode(self.link, &frame).map_err(|error| StoreFault::decode(error, seq))?;
        if envelope.seq != seq {
            return Err(StoreFault::corrupt(format!(
                "entry {} stands in the place of entry {seq}",
                envelope.seq
            )));
        }
        self.next = seq.next();
        self.link = Some(link);
        Ok(Some(envelope))
    }

    /// The next frame, put together from its parts.
    fn frame(&mut self) -> Result<Option<(Seq, Vec<u8>)>, StoreFault> {
        let Some((key_found, value)) = self.chunk()? else {
            return Ok(None);
        };
        let seq = position(&key_found)
            .ok_or_else(|| StoreFault::corrupt("a part stands without its entry"))?;
        let broken = |what| StoreFault::corrupt(format!("entry {seq}: {what}"));
        let length =
            codec::length(&value).ok_or_else(|| broken("it does not begin like an entry"))?;
        let mut frame = value.to_vec();
        for part in 1_u32.. {
            if frame.len() >= length {
                break;
            }
            match self.chunk()? {
                Some((found, value)) if *found == *key(seq, part) => {
                    frame.extend_from_slice(&value);
                }
                _ => return Err(broken("one of its parts is missing")),
            }
        }
        Ok(Some((seq, frame)))
    }

    fn chunk(&mut self) -> Result<Option<(sled::IVec, sled::IVec)>, StoreFault> {
        guarded("reading the log", || self.chunks.next().transpose())
    }
}

fn chunks(tree: &Tree, from: Seq) -> sled::Iter {
    tree.range(key(from, 0)..)
}

/// The key of a frame's part; the first part's is the position alone.
pub(super) fn key(seq: Seq, part: u32) -> Vec<u8> {
    let mut key = seq.0.to_be_bytes().to_vec();
    if part > 0 {
        key.extend(part.to_be_bytes());
    }
    key
}

fn position(key: &[u8]) -> Option<Seq> {
    Some(Seq(u64::from_be_bytes(key.try_into().ok()?)))
}

/// The entry at `at` alone.
pub(super) fn link(tree: &Tree, at: Seq) -> Result<Option<Link>, StoreFault> {
    let mut reader = Reader {
        chunks: chunks(tree, at),
        next: at,
        link: None,
        last: Seq(0),
    };
    if at.0 == 0 || reader.entry()?.is_none() {
        return Ok(None);
    }
    Ok(reader.link)
}

/// The frame of one entry, as far as sled can give it; it is not checked.
pub(super) fn frame(tree: &Tree, at: Seq) -> Option<Vec<u8>> {
    let mut reader = Reader {
        chunks: tree.range(key(at, 0)..key(at.next(), 0)),
        next: at,
        link: None,
        last: at,
    };
    Some(reader.frame().ok()??.1)
}

/// The first entry behind `seq` of which sled still knows.
pub(super) fn first_behind(tree: &Tree, seq: Seq) -> Option<Seq> {
    let first = guarded("reading the log", || {
        chunks(tree, seq.next()).next().transpose()
    });
    position(first.ok()??.0.get(..8)?)
}

/// The newest entry that sled has.
pub(super) fn newest(tree: &Tree) -> Result<Head, StoreFault> {
    let Some((key, _)) = guarded("reading the log", || tree.last())? else {
        return Ok(Head::default());
    };
    let seq = key
        .get(..8)
        .and_then(position)
        .ok_or_else(|| StoreFault::corrupt("a key is not a position"))?;
    let link =
        link(tree, seq)?.ok_or_else(|| StoreFault::corrupt(format!("entry {seq} is missing")))?;
    Ok(Head { seq, link })
}

/// What was acknowledged must be there.
pub(super) fn compare(tree: &Tree, head: Head, marked: Head) -> Result<(), StoreFault> {
    if head.seq < marked.seq {
        return Err(StoreFault::corrupt(format!(
            "it ends at entry {}, but entry {} had been acknowledged",
            head.seq, marked.seq
        )));
    }
    if marked.last().is_some() && link(tree, marked.seq)? != Some(marked.link) {
        return Err(not_marked(marked.seq));
    }
    Ok(())
}

/// The entry is there, and is not the one that the mark names.
pub(super) fn not_marked(seq: Seq) -> StoreFault {
    StoreFault::corrupt(format!(
        "entry {seq} is not the one that {} names",
        mark::NAME
    ))
}

/// Asks sled; its panics and errors become faults.
pub(super) fn guarded<T>(
    doing: &'static str,
    work: impl FnOnce() -> sled::Result<T>,
) -> Result<T, StoreFault> {
    match caught(work) {
        Ok(Ok(value)) => Ok(value),
        Ok(Err(sled::Error::Io(error))) if error.to_string().contains("could not acquire lock") => {
            Err(StoreFault::Locked { pid: None })
        }
        // These it meets where its files are not what it wrote.
        Ok(Err(sled::Error::Io(error)))
            if matches!(
                error.kind(),
                io::ErrorKind::UnexpectedEof
                    | io::ErrorKind::InvalidData
                    | io::ErrorKind::InvalidInput
                    | io::ErrorKind::NotFound
            ) =>
        {
            Err(StoreFault::corrupt(format!("{doing}: {error}")))
        }
        Ok(Err(sled::Error::Io(error))) => Err(StoreFault::io(doing, &error)),
        Ok(Err(error)) => Err(StoreFault::corrupt(format!("{doing}: {error}"))),
        Err(message) => Err(StoreFault::corrupt(format!(
            "{doing}: sled gave up: {message}"
        ))),
    }
}
