//! The log in sled 0.34.7: one opener, one writer, one tree.
//!
//! Key: position, 8 bytes, big endian. Values stay within 4 KiB, because sled
//! puts larger ones into files that it never flushes; a longer frame continues
//! under its key followed by the number of the part (4 bytes). Every append is
//! one sled batch and one flush. On Linux sled's flush leaves file sizes behind,
//! so the file is synced once more. sled's own flusher thread stays off: it
//! would wake the disk twice a second for ever.

use super::lock::{Lock, patiently};
use super::mark::{self, Mark};
use super::quiet::caught;
use super::{Durable, Entries, EventLog, Head, StoreFault, files, frames};
use events::codec;
use events::{Batch, Envelope, Link, Seq};
use sled::{Db, Tree};
use std::fs::{File, Permissions};
use std::io;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

/// sled's directory in the state directory.
const DIR: &str = "log";
/// The file whose lock the owner of the log holds.
const LOCK: &str = "daemon.lock";
const MAX_VALUE: usize = 4096;
const CACHE: u64 = 16 << 20;

/// The log of this machine.
#[derive(Debug)]
pub struct SledLog {
    /// `None` once an error has closed it.
    open: Option<Open>,
    head: Head,
    /// Behind `open`, so that sled is gone before the lock is.
    _lock: Lock,
}

#[derive(Debug)]
struct Open {
    tree: Tree,
    db: Db,
    #[cfg_attr(
        not(target_os = "linux"),
        expect(dead_code, reason = "flushing suffices elsewhere")
    )]
    file: File,
    mark: Mark,
}

impl SledLog {
    /// Opens or creates the log in the state directory and checks that its
    /// newest acknowledged entry is there. Everything before is checked while
    /// it is read.
    pub fn open(state: &Path) -> Result<Self, StoreFault> {
        let making = |error: io::Error| StoreFault::io("preparing the state directory", &error);
        let dir = state.join(DIR);
        files::private_dir(state).map_err(making)?;
        let lock = Lock::take(&state.join(LOCK))?;
        files::private_dir(&dir).map_err(making)?;
        forget_half_written_snapshots(&dir).map_err(making)?;
        let (mark, marked) = Mark::open(state)?;

        let config = sled::Config::new()
            .path(&dir)
            .flush_every_ms(None)
            .cache_capacity(CACHE);
        let (db, tree) = patiently(|| {
            guarded("opening the log", || {
                let db = config.open()?;
                let tree = db.open_tree("log")?;
                Ok((db, tree))
            })
        })?;
        let file = File::open(dir.join("db")).map_err(making)?;
        let head = newest(&tree)?;
        compare(&tree, head, marked)?;
        if head.last().is_none() {
            settle_new_files(state, &dir, &db, &file)?;
        }
        mark.set(head)
            .map_err(|error| StoreFault::io("writing the mark of the log", &error))?;
        Ok(Self {
            open: Some(Open {
                tree,
                db,
                file,
                mark,
            }),
            head,
            _lock: lock,
        })
    }

    fn tree(&self) -> Result<&Tree, StoreFault> {
        self.open
            .as_ref()
            .map(|open| &open.tree)
            .ok_or(StoreFault::Closed)
    }

    fn entries(&self, from: Seq) -> Result<Reader, StoreFault> {
        let tree = self.tree()?;
        let first = from.max(Seq(1));
        let link = match first.0.checked_sub(1) {
            None | Some(0) => Link::START,
            Some(before) => link(tree, Seq(before))?.unwrap_or_default(),
        };
        Ok(Reader {
            chunks: chunks(tree, first),
            next: first,
            link: Some(link),
            last: self.head.seq,
        })
    }
}

impl Drop for SledLog {
    /// sled writes when it is dropped, and it may panic while it does.
    fn drop(&mut self) {
        let open = self.open.take();
        if let Err(message) = caught(move || drop(open)) {
            tracing::warn!(
                "closing the log failed after everything acknowledged was kept: {message}"
            );
        }
    }
}

impl EventLog for SledLog {
    fn append(&mut self, batch: Batch) -> Result<Durable, StoreFault> {
        let open = self.open.as_ref().ok_or(StoreFault::Closed)?;
        if batch.is_empty() {
            return Ok(Durable(batch));
        }
        let (frames, head) = frames(&batch, self.head)?;
        if let Err(fault) = open.write(&frames, head) {
            let open = self.open.take();
            // sled may fail once more while it closes; the first fault is the one that tells.
            let _ = caught(move || drop(open));
            return Err(fault);
        }
        self.head = head;
        Ok(Durable(batch))
    }

    fn read(&self, from: Seq) -> Entries<'_> {
        if from > self.head.seq {
            return Box::new(std::iter::empty());
        }
        let mut reader = self.entries(from).map_err(Some);
        Box::new(std::iter::from_fn(move || match &mut reader {
            Ok(entries) => {
                let entry = entries.entry().transpose()?;
                if entry.is_err() {
                    reader = Err(None);
                }
                Some(entry)
            }
            Err(fault) => fault.take().map(Err),
        }))
    }

    fn last(&self) -> Option<Seq> {
        self.head.last()
    }

    fn link(&self, at: Seq) -> Result<Option<Link>, StoreFault> {
        link(self.tree()?, at)
    }
}

impl Open {
    fn write(&self, frames: &[(Seq, Vec<u8>)], head: Head) -> Result<(), StoreFault> {
        let doing = "appending to the log";
        let mut writes = sled::Batch::default();
        for (seq, frame) in frames {
            for (part, value) in (0_u32..).zip(frame.chunks(MAX_VALUE)) {
                writes.insert(key(*seq, part), value);
            }
        }
        guarded(doing, || {
            self.tree.apply_batch(writes)?;
            self.db.flush()
        })?;
        #[cfg(target_os = "linux")]
        self.file
            .sync_data()
            .map_err(|error| StoreFault::io(doing, &error))?;
        self.mark
            .set(head)
            .map_err(|error| StoreFault::io("writing the mark of the log", &error))
    }
}

/// Reads frames and checks that each stands behind the one before it.
struct Reader {
    chunks: sled::Iter,
    next: Seq,
    /// `None`: the entry before is not known.
    link: Option<Link>,
    last: Seq,
}

impl Reader {
    fn entry(&mut self) -> Result<Option<Envelope>, StoreFault> {
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
                    frame.extend_from_slice(&value)
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
fn key(seq: Seq, part: u32) -> Vec<u8> {
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
fn link(tree: &Tree, at: Seq) -> Result<Option<Link>, StoreFault> {
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

/// The newest entry that sled has.
fn newest(tree: &Tree) -> Result<Head, StoreFault> {
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
fn compare(tree: &Tree, head: Head, marked: Head) -> Result<(), StoreFault> {
    if head.seq < marked.seq {
        return Err(StoreFault::corrupt(format!(
            "it ends at entry {}, but entry {} had been acknowledged",
            head.seq, marked.seq
        )));
    }
    if marked.last().is_some() && link(tree, marked.seq)? != Some(marked.link) {
        return Err(StoreFault::corrupt(format!(
            "entry {} is not the one that {} names",
            marked.seq,
            mark::NAME
        )));
    }
    Ok(())
}

/// Leftovers of a crash that sled 0.34.7 mistakes for its newest snapshot and then
/// refuses to open. They are incomplete by their name, and only a cache.
fn forget_half_written_snapshots(dir: &Path) -> io::Result<()> {
    for entry in dir.read_dir()? {
        let path = entry?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        if name.starts_with("snap.") && name.ends_with(".generating") {
            tracing::info!(file = %path.display(), "removed a snapshot that a crash left half written");
            std::fs::remove_file(&path)?;
        }
    }
    Ok(())
}

/// sled never flushes `conf` and the names of its files, and cannot open without them.
fn settle_new_files(state: &Path, dir: &Path, db: &Db, file: &File) -> Result<(), StoreFault> {
    let doing = "creating the log";
    guarded(doing, || db.flush())?;
    let sync = || -> io::Result<()> {
        let conf = File::open(dir.join("conf"))?;
        for ours in [&conf, file] {
            ours.set_permissions(Permissions::from_mode(0o600))?;
            ours.sync_all()?;
        }
        files::sync_dir(dir)?;
        files::sync_dir(state)
    };
    sync().map_err(|error| StoreFault::io(doing, &error))
}

fn guarded<T>(
    doing: &'static str,
    work: impl FnOnce() -> sled::Result<T>,
) -> Result<T, StoreFault> {
    match caught(work) {
        Ok(Ok(value)) => Ok(value),
        Ok(Err(sled::Error::Io(error))) if error.to_string().contains("could not acquire lock") => {
            Err(StoreFault::Locked { pid: None })
        }
        Ok(Err(sled::Error::Io(error))) => Err(StoreFault::io(doing, &error)),
        Ok(Err(error)) => Err(StoreFault::corrupt(format!("{doing}: {error}"))),
        Err(message) => Err(StoreFault::corrupt(format!(
            "{doing}: sled gave up: {message}"
        ))),
    }
}
