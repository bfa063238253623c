//! The log in sled 0.34.7: one opener, one writer, one tree.
//!
//! Key: position, 8 bytes, big endian. Values stay within 4 KiB, because sled
//! puts larger ones into files that it never flushes; a longer frame continues
//! under its key followed by the number of the part (4 bytes). Every append is
//! one sled batch, or one insert, and one flush. On Linux sled's flush leaves file
//! sizes behind, so the file is synced once more. sled's own flusher thread stays
//! off: it would wake the disk twice a second for ever.

use super::lock::{Lock, patiently};
use super::mark::{Mark, Stamp};
use super::quiet::caught;
use super::reader::{self, Reader, guarded, key};
use super::{Durable, Entries, EventLog, Head, StoreFault, files, frames, rehearsal};
use events::{Batch, Link, Seq};
use sled::{Db, Tree};
use std::fs::{File, Permissions};
use std::io;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

/// sled's directory in the state directory.
pub(super) const DIR: &str = "log";
/// The file whose lock the owner of the log holds.
pub(super) const LOCK: &str = "daemon.lock";

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
    file: File,
    mark: Mark,
}

impl SledLog {
    /// Opens or creates the log in the state directory and checks that its
    /// newest acknowledged entry is there. The entries before it are checked here
    /// too unless the log was closed in good order, and always while they are read.
    pub fn open(state: &Path) -> Result<Self, StoreFault> {
        let making = |error: io::Error| StoreFault::io("preparing the state directory", &error);
        let dir = state.join(DIR);
        files::private_dir(state).map_err(making)?;
        let lock = Lock::take(&state.join(LOCK))?;
        let (mark, marked) = Mark::open(state)?;
        rehearsal::run(state, &dir, marked)?;

        files::private_dir(&dir).map_err(making)?;
        forget_half_written_snapshots(&dir).map_err(making)?;
        let (db, tree) = patiently(|| reader::open(&dir))?;
        files::close_to_others(state).map_err(making)?;
        let file = File::open(dir.join("db")).map_err(making)?;
        let head = reader::newest(&tree)?;
        reader::compare(&tree, head, marked.head)?;
        if head.last().is_none() {
            settle_new_files(state, &dir, &db, &file)?;
        }
        mark.set(head, None)
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
}

impl Drop for SledLog {
    /// Closes sled, which may panic while it writes its rest, and notes that this went well.
    fn drop(&mut self) {
        let Some(open) = self.open.take() else {
            return;
        };
        let Open {
            tree,
            db,
            file,
            mark,
        } = open;
        let closed = caught(move || drop((tree, db))).and_then(|()| {
            let noted = Stamp::of(&file).and_then(|stamp| mark.set(self.head, Some(stamp)));
            noted.map_err(|error| error.to_string())
        });
        if let Err(message) = closed {
            tracing::warn!(
                "the log was not closed in good order, but holds everything acknowledged: {message}"
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
        let reader = self
            .tree()
            .and_then(|tree| Reader::new(tree, from, self.head.seq));
        let mut reader = reader.map_err(Some);
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
        reader::link(self.tree()?, at)
    }
}

impl Open {
    fn write(&self, frames: &[(Seq, Vec<u8>)], head: Head) -> Result<(), StoreFault> {
        let doing = "appending to the log";
        guarded(doing, || {
            match frames {
                // One value is whole or not there even without a batch, whose mark in
                // the file is a second write that the flush has to wait for.
                [(seq, frame)] if frame.len() <= reader::MAX_VALUE => {
                    self.tree.insert(key(*seq, 0), frame.as_slice())?;
                }
                _ => self.tree.apply_batch(batch(frames))?,
            }
            self.db.flush()
        })?;
        #[cfg(target_os = "linux")]
        self.file
            .sync_data()
            .map_err(|error| StoreFault::io(doing, &error))?;
        self.mark
            .set(head, None)
            .map_err(|error| StoreFault::io("writing the mark of the log", &error))
    }
}

fn batch(frames: &[(Seq, Vec<u8>)]) -> sled::Batch {
    let mut writes = sled::Batch::default();
    for (seq, frame) in frames {
        for (part, value) in (0_u32..).zip(frame.chunks(reader::MAX_VALUE)) {
            writes.insert(key(*seq, part), value);
        }
    }
    writes
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
