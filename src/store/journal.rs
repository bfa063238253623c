//! The second copy of the log: the same frames in plain files, appended and
//! synced before an append counts, and readable while another process appends.
//!
//! A segment is named by its first entry and is a sequence of records: `CXJ1`,
//! length, crc32, then the frames of one batch. A batch is there whole or not at
//! all, and behind a damaged place the next record is found again. A file is only
//! ever appended to; the one thing that is cut off is a record at the very end
//! that was never acknowledged.

use super::{Head, StoreFault, archives, files};
use events::codec::{self, DecodeError};
use events::{Envelope, Link, Seq};
use std::fs::{File, OpenOptions};
use std::io::{self, Write as _};
use std::ops::ControlFlow;
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

/// The journal's directory in the state directory.
pub(super) const DIR: &str = files::JOURNAL;
/// A segment that is this large is followed by a new one.
const SEGMENT: u64 = 4 << 20;
const MAGIC: &[u8; 4] = b"CXJ1";
pub(super) const HEADER: usize = 12;

/// The end of the journal, to append to.
#[derive(Debug)]
pub(super) struct Journal {
    dir: PathBuf,
    newest: Option<(File, u64)>,
}

impl Journal {
    /// Goes on behind the newest segment in `dir`, which must end with a whole record.
    pub(super) fn open(dir: PathBuf) -> io::Result<Self> {
        files::private_dir(&dir)?;
        let newest = match segments(&dir)?.pop() {
            None => None,
            Some(path) => {
                let file = OpenOptions::new().append(true).open(path)?;
                let length = file.metadata()?.size();
                Some((file, length))
            }
        };
        Ok(Self { dir, newest })
    }

    /// Writes the frames of one batch and returns when they are on disk.
    pub(super) fn append(&mut self, frames: &[(Seq, Vec<u8>)]) -> io::Result<()> {
        self.write(frames)?;
        self.settle()
    }

    /// Writes the frames of one batch.
    pub(super) fn write(&mut self, frames: &[(Seq, Vec<u8>)]) -> io::Result<()> {
        let Some((first, _)) = frames.first() else {
            return Ok(());
        };
        if self
            .newest
            .as_ref()
            .is_none_or(|(_, length)| *length >= SEGMENT)
        {
            self.settle()?;
            self.newest = Some((begin(&self.dir, *first)?, 0));
        }
        let record = record(frames)?;
        if let Some((file, length)) = &mut self.newest {
            file.write_all(&record)?;
            *length = length.saturating_add(record.len() as u64);
        }
        Ok(())
    }

    /// Everything written is on disk.
    pub(super) fn settle(&self) -> io::Result<()> {
        match &self.newest {
            None => Ok(()),
            Some((file, _)) => settle(file),
        }
    }
}

/// On macOS this hands the file to the drive, whose cache sled's flush empties for
/// both copies: the journal is written first, so one such flush does for two.
fn settle(file: &File) -> io::Result<()> {
    if cfg!(target_os = "macos") {
        return Ok(rustix::fs::fsync(file)?);
    }
    file.sync_data()
}

fn begin(dir: &Path, first: Seq) -> io::Result<File> {
    let file = OpenOptions::new()
        .append(true)
        .create(true)
        .mode(0o600)
        .open(dir.join(format!("{:020}.frames", first.0)))?;
    files::sync_dir(dir)?;
    Ok(file)
}

/// One record with these frames.
pub(super) fn record(frames: &[(Seq, Vec<u8>)]) -> io::Result<Vec<u8>> {
    let length: usize = frames.iter().map(|(_, frame)| frame.len()).sum();
    let said = u32::try_from(length).map_err(io::Error::other)?;
    let mut record = Vec::with_capacity(HEADER + length);
    record.extend(MAGIC);
    record.extend(said.to_be_bytes());
    record.extend([0; 4]);
    for (_, frame) in frames {
        record.extend(frame);
    }
    let crc = crc32fast::hash(record.get(HEADER..).unwrap_or_default());
    if let Some(place) = record.get_mut(8..HEADER) {
        place.copy_from_slice(&crc.to_be_bytes());
    }
    Ok(record)
}

/// The segments in `dir`, oldest first; none where there is no directory.
pub(super) fn segments(dir: &Path) -> io::Result<Vec<PathBuf>> {
    let entries = match dir.read_dir() {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        entries => entries?,
    };
    let mut paths = Vec::new();
    for entry in entries {
        let path = entry?.path();
        if path.extension().is_some_and(|kind| kind == "frames") {
            paths.push(path);
        }
    }
    paths.sort_unstable();
    Ok(paths)
}

/// The first entry in `dir`, by which its segment is named.
pub(super) fn first(dir: &Path) -> Result<Option<Seq>, StoreFault> {
    let unread = |error: io::Error| StoreFault::io("reading the journal", &error);
    let segments = segments(dir).map_err(unread)?;
    let name = segments.first().and_then(|path| path.file_stem()?.to_str());
    Ok(name.and_then(|name| name.parse().ok()).map(Seq))
}

/// What stands before the first entry in `dir`.
pub(super) fn before(dir: &Path) -> Result<Head, StoreFault> {
    archives::before(dir.parent().unwrap_or(dir), first(dir)?)
}

/// What stands at a place of the journal.
pub(super) enum Piece {
    /// A whole record's frames.
    Record(Vec<u8>),
    /// Bytes that are no record, up to the next one that is.
    Broken(Torn),
}

/// Where bytes that are no record begin.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Torn {
    pub(super) segment: PathBuf,
    pub(super) at: u64,
}

/// Every piece of the journal in order, whatever is wrong with it.
pub(super) struct Pieces {
    segments: std::vec::IntoIter<PathBuf>,
    segment: PathBuf,
    bytes: Vec<u8>,
    at: usize,
}

impl Pieces {
    pub(super) fn of(dir: &Path) -> io::Result<Self> {
        Ok(Self {
            segments: segments(dir)?.into_iter(),
            segment: PathBuf::new(),
            bytes: Vec::new(),
            at: 0,
        })
    }
}

impl Iterator for Pieces {
    type Item = io::Result<Piece>;

    fn next(&mut self) -> Option<Self::Item> {
        while self.at >= self.bytes.len() {
            self.segment = self.segments.next()?;
            self.at = 0;
            match std::fs::read(&self.segment) {
                Ok(bytes) => self.bytes = bytes,
                Err(error) => {
                    self.bytes.clear();
                    return Some(Err(error));
                }
            }
        }
        let rest = self.bytes.get(self.at..).unwrap_or_default();
        if let Some(frames) = whole(rest) {
            let piece = Piece::Record(frames.to_vec());
            self.at += HEADER + frames.len();
            return Some(Ok(piece));
        }
        let torn = Torn {
            segment: self.segment.clone(),
            at: self.at as u64,
        };
        let next =
            (1..rest.len()).find(|at| rest.get(*at..).is_some_and(|rest| whole(rest).is_some()));
        self.at += next.unwrap_or(rest.len());
        Some(Ok(Piece::Broken(torn)))
    }
}

/// The frames of the record that `bytes` begin with.
pub(super) fn whole(bytes: &[u8]) -> Option<&[u8]> {
    let rest = bytes.strip_prefix(MAGIC)?;
    let (length, rest) = rest.split_first_chunk()?;
    let (crc, rest) = rest.split_first_chunk()?;
    let frames = rest.get(..usize::try_from(u32::from_be_bytes(*length)).ok()?)?;
    (crc32fast::hash(frames) == u32::from_be_bytes(*crc)).then_some(frames)
}

/// The frames of a whole record, one by one. What does not begin like a frame is given as it is.
pub fn split(mut frames: &[u8]) -> impl Iterator<Item = &[u8]> {
    std::iter::from_fn(move || {
        if frames.is_empty() {
            return None;
        }
        let length = codec::length(frames).unwrap_or(frames.len());
        let (frame, rest) = frames.split_at(length.min(frames.len()));
        frames = rest;
        Some(frame)
    })
}

/// How far the journal goes.
#[derive(Debug, Default)]
pub(super) struct End {
    pub(super) head: Head,
    /// A record at the very end that was not written to its end.
    pub(super) torn: Option<Torn>,
}

/// Shows every entry with its frame, each checked against the one before it, until
/// `each` breaks off. All that may be wrong is an unfinished record at the end.
pub(super) fn read(
    dir: &Path,
    mut each: impl FnMut(Envelope, Link, &[u8]) -> ControlFlow<()>,
) -> Result<End, StoreFault> {
    let unread = |error: io::Error| StoreFault::io("reading the journal", &error);
    let mut end = End {
        head: before(dir)?,
        torn: None,
    };
    for piece in Pieces::of(dir).map_err(unread)? {
        let frames = match piece.map_err(unread)? {
            _ if end.torn.is_some() => return Err(broken(&end)),
            Piece::Record(frames) => frames,
            Piece::Broken(torn) => {
                end.torn = Some(torn);
                continue;
            }
        };
        for frame in split(&frames) {
            let (entry, head) = following(end.head, frame)?;
            end.head = head;
            if each(entry, head.link, frame).is_break() {
                return Ok(end);
            }
        }
    }
    let newest = segments(dir).map_err(unread)?.pop();
    match &end.torn {
        Some(torn) if newest.as_ref() != Some(&torn.segment) => Err(broken(&end)),
        _ => Ok(end),
    }
}

fn broken(end: &End) -> StoreFault {
    let place = end.torn.as_ref().map_or_else(String::new, |torn| {
        let name = torn.segment.file_name().unwrap_or_default();
        format!(", at byte {} of {}", torn.at, name.display())
    });
    StoreFault::corrupt(format!(
        "the journal is broken behind entry {}{place}",
        end.head.seq
    ))
}

/// The entry in `frame`, which must stand behind `head`, and the head after it.
pub(super) fn following(head: Head, frame: &[u8]) -> Result<(Envelope, Head), StoreFault> {
    let seq = head.seq.next();
    match codec::decode(Some(head.link), frame) {
        Ok((entry, link)) if entry.seq == seq => Ok((entry, Head { seq, link })),
        Err(DecodeError::Unlinked { seq: found }) if found == seq => Err(StoreFault::corrupt(
            DecodeError::Unlinked { seq }.to_string(),
        )),
        Ok(_) | Err(DecodeError::Unlinked { .. }) => {
            Err(StoreFault::corrupt(format!("entry {seq} is missing")))
        }
        Err(error) => Err(StoreFault::decode(error, seq)),
    }
}
