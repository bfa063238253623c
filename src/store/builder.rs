//! A log made anew from frames, both copies at once, in a directory of its own.
//! It is `swap`'s to put it in its place.

use super::copy::forget;
use super::files::LOG_DIR;
use super::insert::{CHUNK, insert};
use super::journal::{self, Journal};
use super::mark::{self, Mark, Stamp};
use super::panics::caught;
use super::reader::{self, guarded};
use super::{Frames, Head, StoreFault, files};
use sled::{Db, Tree};
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

pub(super) struct Builder {
    dir: PathBuf,
    pub(super) head: Head,
    db: Db,
    tree: Tree,
    journal: Journal,
    chunk: Frames,
}

fn fault(error: &io::Error) -> StoreFault {
    StoreFault::io("rebuilding the log", error)
}

impl Builder {
    /// Begins with nothing in `dir`; what an interrupted one has left there is gone.
    pub(super) fn new(dir: PathBuf) -> Result<Self, StoreFault> {
        forget(&dir).map_err(|error| fault(&error))?;
        files::private_dir(&dir.join(LOG_DIR)).map_err(|error| fault(&error))?;
        let (db, tree) = reader::open(&dir.join(LOG_DIR))?;
        let journal = Journal::open(dir.join(journal::DIR)).map_err(|error| fault(&error))?;
        Ok(Self {
            dir,
            head: Head::default(),
            db,
            tree,
            journal,
            chunk: Frames::new(),
        })
    }

    /// Adds the frame that leads to `head`; it stands behind the one before it.
    pub(super) fn push(&mut self, head: Head, frame: Vec<u8>) -> Result<(), StoreFault> {
        self.chunk.push((head.seq, frame));
        self.head = head;
        if self.chunk.len() >= CHUNK {
            self.write()?;
        }
        Ok(())
    }

    fn write(&mut self) -> Result<(), StoreFault> {
        let chunk = std::mem::take(&mut self.chunk);
        self.journal.write(&chunk).map_err(|error| fault(&error))?;
        guarded("rebuilding the log", || insert(&self.tree, &chunk))
    }

    /// Everything is on disk, closed, and marked so.
    pub(super) fn finish(mut self) -> Result<(), StoreFault> {
        self.write()?;
        self.journal.settle().map_err(|error| fault(&error))?;
        let Self {
            dir,
            head,
            db,
            tree,
            ..
        } = self;
        guarded("rebuilding the log", || db.flush())?;
        caught(move || drop((tree, db))).map_err(StoreFault::corrupt)?;
        for path in [dir.join(LOG_DIR), dir.join(journal::DIR)] {
            sync_all(&path).map_err(|error| fault(&error))?;
        }
        files::close_to_others(&dir).map_err(|error| fault(&error))?;
        let (mark, _) = Mark::open(&dir)?;
        let stamp = Stamp::of(&dir).map_err(|error| fault(&error))?;
        mark.set(head, stamp).map_err(|error| fault(&error))?;
        File::open(dir.join(mark::NAME))
            .and_then(|mark| mark.sync_all())
            .and_then(|()| files::sync_dir(&dir))
            .map_err(|error| fault(&error))
    }
}

/// Every file below `dir`, and the names.
fn sync_all(dir: &Path) -> io::Result<()> {
    for entry in dir.read_dir()? {
        let path = entry?.path();
        if path.is_dir() {
            sync_all(&path)?;
        } else {
            File::open(path)?.sync_all()?;
        }
    }
    files::sync_dir(dir)
}
