//! Older entries, packed: what the two copies have given up stands here, whole and in order.
//! An archive is a zstd stream of the journal's records.

use super::archives::{self, Archive, DIR};
use super::journal::{self, HEADER, following, record, split, whole};
use super::{Frames, Head, StoreFault, files};
use events::{Envelope, Seq};
use std::collections::VecDeque;
use std::fs::{File, OpenOptions};
use std::io::{self, BufReader, Read, Write as _};
use std::ops::ControlFlow;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;

/// An archive that is being written; its name holds the writer's process id behind this.
const DRAFT: &str = "packing-";
const LEVEL: i32 = 6;
/// Entries in a record of an archive.
const CHUNK: usize = 512;

/// All entries up to `end`, which is the end of an archive, from the first on.
pub(super) fn until(state: &Path, end: Head) -> Result<Packed, StoreFault> {
    until_in(&archives::all(state)?, end)
}

/// The same of these archives.
pub(super) fn until_in(all: &[Archive], end: Head) -> Result<Packed, StoreFault> {
    Ok(Packed::of(chain(all, end)?, Head::default()))
}

/// The archives that hold the entries up to `end`, from the first on.
pub(super) fn chain(all: &[Archive], end: Head) -> Result<VecDeque<Archive>, StoreFault> {
    let (mut chain, mut end) = (VecDeque::new(), end);
    while end.seq.0 > 0 {
        let Some(archive) = all.iter().find(|archive| archive.end == end) else {
            return Err(StoreFault::corrupt(format!(
                "the entries up to {} were packed, and their file is no longer in {DIR}: bring it back",
                end.seq
            )));
        };
        let last = Seq(archive.first.0 - 1);
        // What ends there by its position is checked by its link when it is read.
        let before = all.iter().find(|archive| archive.end.seq == last);
        chain.push_front(archive.clone());
        end = before.map_or_else(
            || Head {
                seq: last,
                ..Head::default()
            },
            |archive| archive.end,
        );
    }
    Ok(chain)
}

/// Packed entries, unpacked one after the other, each checked against the one before it.
pub(super) struct Packed {
    archives: VecDeque<Archive>,
    open: Option<(Records, Archive)>,
    frames: VecDeque<Vec<u8>>,
    head: Head,
    ended: bool,
}

impl Packed {
    pub(super) fn of(archives: VecDeque<Archive>, head: Head) -> Self {
        Self {
            archives,
            open: None,
            frames: VecDeque::new(),
            head,
            ended: false,
        }
    }

    fn step(&mut self) -> Result<Option<(Envelope, Head, Vec<u8>)>, StoreFault> {
        loop {
            if let Some(frame) = self.frames.pop_front() {
                let (entry, head) = following(self.head, &frame)?;
                self.head = head;
                return Ok(Some((entry, head, frame)));
            }
            let Some((records, archive)) = &mut self.open else {
                let Some(archive) = self.archives.pop_front() else {
                    return Ok(None);
                };
                let file = File::open(&archive.path)
                    .map_err(|error| StoreFault::io("reading packed history", &error))?;
                self.open = Some((
                    Records::of(file).map_err(|why| broken(&archive, &why))?,
                    archive,
                ));
                continue;
            };
            match records.next() {
                Some(record) => {
                    let record = record.map_err(|why| broken(archive, &why))?;
                    self.frames = split(&record).map(<[u8]>::to_vec).collect();
                }
                None if self.head == archive.end => self.open = None,
                None => return Err(broken(archive, "it ends too early")),
            }
        }
    }
}

fn broken(archive: &Archive, why: &str) -> StoreFault {
    let name = archive.path.file_name().unwrap_or_default();
    StoreFault::corrupt(format!("{DIR}/{}: {why}", name.display()))
}

impl Iterator for Packed {
    type Item = Result<(Envelope, Head, Vec<u8>), StoreFault>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.ended {
            return None;
        }
        let step = self.step().transpose();
        self.ended = !matches!(step, Some(Ok(_)));
        step
    }
}

/// The records of an archive.
pub struct Records(Box<dyn Read + Send>);

impl Records {
    /// Those in a file that is packed.
    fn of(file: File) -> Result<Self, String> {
        let unpacked = zstd::Decoder::new(BufReader::new(file));
        Ok(Self(Box::new(unpacked.map_err(|e| e.to_string())?)))
    }

    /// Those in `bytes` that are unpacked already.
    pub fn read(bytes: impl Read + Send + 'static) -> Self {
        Self(Box::new(bytes))
    }

    fn record(&mut self) -> io::Result<Option<Vec<u8>>> {
        let mut bytes = vec![0; HEADER];
        let length = fill(&mut self.0, &mut bytes)?;
        if length == 0 {
            return Ok(None);
        }
        let said = bytes.get(4..8).and_then(<[u8]>::first_chunk);
        let said = said.map_or(0, |said| u32::from_be_bytes(*said));
        let limit = events::upcast::MAX_PAYLOAD.saturating_mul(2);
        if length < HEADER || u64::from(said) > limit {
            return Err(io::ErrorKind::InvalidData.into());
        }
        (&mut self.0)
            .take(u64::from(said))
            .read_to_end(&mut bytes)?;
        match whole(&bytes) {
            Some(frames) => Ok(Some(frames.to_vec())),
            None => Err(io::ErrorKind::InvalidData.into()),
        }
    }
}

impl Iterator for Records {
    type Item = Result<Vec<u8>, String>;

    fn next(&mut self) -> Option<Self::Item> {
        let record = self.record().transpose()?;
        Some(record.map_err(|error| format!("it is damaged ({error})")))
    }
}

/// Reads until the buffer is full or there is no more.
fn fill(from: &mut impl Read, buffer: &mut [u8]) -> io::Result<usize> {
    let mut length = 0;
    while let Some(rest) = buffer.get_mut(length..).filter(|rest| !rest.is_empty()) {
        match from.read(rest)? {
            0 => break,
            more => length += more,
        }
    }
    Ok(length)
}

/// Packs what the journal holds behind `from`, up to `end`, and reads it back. The log itself
/// stays as it is.
pub(super) fn pack(state: &Path, from: Head, end: Head) -> Result<(), StoreFault> {
    let doing = "packing history";
    let unwritten = |error: io::Error| StoreFault::io(doing, &error);
    let dir = state.join(DIR);
    files::private_dir(&dir).map_err(unwritten)?;
    let draft = dir.join(format!("{DRAFT}{}", std::process::id()));
    let packed = write(state, &draft, from, end).and_then(|()| {
        let first = from.seq.next();
        let path = draft.clone();
        let archive = Archive { path, first, end };
        Packed::of(VecDeque::from([archive]), from).try_for_each(|entry| entry.map(drop))?;
        let path = dir.join(Archive::file_name(first, end));
        std::fs::rename(&draft, path)
            .and_then(|()| files::sync_dir(&dir))
            .and_then(|()| files::sync_dir(state))
            .map_err(unwritten)
    });
    if packed.is_err() {
        // It is of no use, and what is wrong is said already.
        let _ = std::fs::remove_file(&draft);
    }
    packed
}

fn write(state: &Path, draft: &Path, from: Head, end: Head) -> Result<(), StoreFault> {
    let unwritten = |error: io::Error| StoreFault::io("packing history", &error);
    let mut packer = Packer::create(draft).map_err(unwritten)?;
    let mut wrote = Ok(());
    journal::read(&state.join(journal::DIR), |entry, _, frame| {
        if entry.seq > end.seq {
            return ControlFlow::Break(());
        }
        if entry.seq > from.seq {
            wrote = packer.push(entry.seq, frame.to_vec());
        }
        match wrote {
            Ok(()) => ControlFlow::Continue(()),
            Err(_) => ControlFlow::Break(()),
        }
    })?;
    wrote.and_then(|()| packer.finish()).map_err(unwritten)
}

/// An archive that is being written.
pub(super) struct Packer {
    out: zstd::Encoder<'static, File>,
    chunk: Frames,
    size: usize,
}

impl Packer {
    pub(super) fn create(path: &Path) -> io::Result<Self> {
        let mut options = OpenOptions::new();
        let options = options.write(true).create(true).truncate(true).mode(0o600);
        let mut out = zstd::Encoder::new(options.open(path)?, LEVEL)?;
        out.include_checksum(true)?;
        Ok(Self {
            out,
            chunk: Frames::new(),
            size: 0,
        })
    }

    pub(super) fn push(&mut self, seq: Seq, frame: Vec<u8>) -> io::Result<()> {
        self.size += frame.len();
        self.chunk.push((seq, frame));
        if self.chunk.len() >= CHUNK || self.size >= 1 << 20 {
            self.put()?;
        }
        Ok(())
    }

    fn put(&mut self) -> io::Result<()> {
        self.size = 0;
        let bytes = record(&std::mem::take(&mut self.chunk))?;
        self.out.write_all(&bytes)
    }

    /// Everything is on disk.
    pub(super) fn finish(mut self) -> io::Result<()> {
        if !self.chunk.is_empty() {
            self.put()?;
        }
        self.out.finish()?.sync_all()
    }
}
