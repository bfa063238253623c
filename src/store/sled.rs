//! The log in sled 0.34.7 and its journal: one opener, one writer.
//!
//! Key: position, 8 bytes, big endian. Values stay within 4 KiB, because sled
//! puts larger ones into files that it never flushes; a longer frame continues
//! under its key followed by the number of the part (4 bytes). Every append is
//! synced in the journal, then one sled batch, or one insert, and one flush. sled's
//! own flusher thread stays off: it would wake the disk twice a second for ever.

use super::lock::Lock;
use super::mark::{Mark, Stamp};
use super::open::Open;
use super::panics::caught;
use super::reader::{self, Reader};
use super::reserve::Reserve;
use super::rewrite::{self, Change};
use super::{Durable, Entries, EventLog, Head, StoreFault, cut, files, frames, history};
use events::input::SourceState;
use events::{Batch, Envelope, Link, Seq, Wall};
use std::path::{Path, PathBuf};

/// The log of this machine.
#[derive(Debug)]
pub struct SledLog {
    /// `None` once an error has closed it.
    open: Option<Open>,
    head: Head,
    state: PathBuf,
    reserve: Reserve,
    /// How the disk was when it was last asked for; `None`: not yet.
    room: Option<bool>,
    /// Behind `open`, so that sled is gone before the lock is.
    _lock: Lock,
}

impl SledLog {
    /// Opens or creates the log in the state directory and checks that its newest
    /// acknowledged entry is there, in both copies. The entries before it are checked
    /// here too unless the log was closed in good order, and always while they are read.
    pub fn open(state: &Path) -> Result<Self, StoreFault> {
        let lock = lock(state)?;
        Self::with(lock, state)
    }

    /// As [`open`](Self::open), for a log in which damage was met although it was closed
    /// in good order: everything is checked, and put right where the copies allow it.
    pub fn open_doubtful(state: &Path) -> Result<Self, StoreFault> {
        let lock = lock(state)?;
        let (mark, marked) = Mark::open(state)?;
        mark.set(marked.head, None)
            .map_err(|error| StoreFault::io("writing the mark of the log", &error))?;
        Self::with(lock, state)
    }

    fn with(lock: Lock, state: &Path) -> Result<Self, StoreFault> {
        let reserve = Reserve::of(state);
        let (open, head) = match Open::of(state) {
            Err(StoreFault::Full { .. }) if reserve.release() => Open::of(state),
            opened => opened,
        }?;
        reserve.take();
        Ok(Self {
            open: Some(open),
            head,
            state: state.to_owned(),
            reserve,
            room: None,
            _lock: lock,
        })
    }

    fn write(&mut self, frames: &[(Seq, Vec<u8>)], head: Head) -> Result<(), StoreFault> {
        let open = self.open.as_mut().ok_or(StoreFault::Closed)?;
        let Err(fault) = open.write(frames, head) else {
            return Ok(());
        };
        let open = self.open.take();
        // sled may fail once more while it closes; the first fault is the one that tells.
        let _ = caught(move || drop(open));
        if matches!(fault, StoreFault::Full { .. }) && self.reserve.release() {
            return self.write_again(frames, head);
        }
        Err(fault)
    }

    /// Packs the entries from before `age` if they are at least so many, and makes this log
    /// shorter by them. Gives the last of them.
    pub fn compact(&mut self, age: Wall, at_least: u64) -> Result<Option<Seq>, StoreFault> {
        let packed = cut::pack(&self.state, age, at_least)?;
        if packed.is_some() {
            self.reopened(|_, _| Ok(()))?;
        }
        Ok(packed)
    }

    /// Writes the log anew with other entries at the same positions. Whether it was changed.
    pub fn rewrite(&mut self, change: &mut dyn Change) -> Result<bool, StoreFault> {
        self.reopened(|state, base| rewrite::prepare(state, base, change))
    }

    /// Closes the files, has `work` done on them, and opens them again.
    fn reopened<T>(
        &mut self,
        work: impl FnOnce(&Path, Head) -> Result<T, StoreFault>,
    ) -> Result<T, StoreFault> {
        let base = self.open.as_ref().ok_or(StoreFault::Closed)?.base;
        self.close();
        let done = work(&self.state, base);
        let (open, head) = Open::of(&self.state)?;
        (self.open, self.head) = (Some(open), head);
        done
    }

    /// Closes sled, which may panic while it writes its rest, and notes that this went well.
    fn close(&mut self) {
        let Some(open) = self.open.take() else {
            return;
        };
        let Open { tree, db, mark, .. } = open;
        let closed = caught(move || drop((tree, db))).and_then(|()| {
            let noted = Stamp::of(&self.state).and_then(|stamp| mark.set(self.head, stamp));
            noted.map_err(|error| error.to_string())
        });
        if let Err(message) = closed {
            tracing::warn!(
                "the log was not closed in good order, but holds everything acknowledged: {message}"
            );
        }
    }

    /// With the room that the reserve gave: sled never recovers from a full disk by
    /// itself, so both copies are opened anew. The journal may have the batch by now.
    fn write_again(&mut self, frames: &[(Seq, Vec<u8>)], head: Head) -> Result<(), StoreFault> {
        let (mut open, found) = Open::of(&self.state)?;
        if found != head {
            open.write(frames, head)?;
        }
        self.open = Some(open);
        Ok(())
    }
}

pub(super) fn lock(state: &Path) -> Result<Lock, StoreFault> {
    files::private_dir(state)
        .map_err(|error| StoreFault::io("preparing the state directory", &error))?;
    Lock::take(&state.join(files::LOCK))
}

impl Drop for SledLog {
    fn drop(&mut self) {
        self.close();
    }
}

impl EventLog for SledLog {
    fn append(&mut self, batch: Batch) -> Result<Durable, StoreFault> {
        if self.open.is_none() {
            return Err(StoreFault::Closed);
        }
        if batch.is_empty() {
            return Ok(Durable(batch));
        }
        let (frames, head) = frames(&batch, self.head)?;
        self.write(&frames, head)?;
        self.head = head;
        Ok(Durable(batch))
    }

    fn read(&self, from: Seq) -> Entries<'_> {
        if from > self.head.seq {
            return Box::new(std::iter::empty());
        }
        let open = self.open.as_ref().ok_or(StoreFault::Closed);
        let base = open.as_ref().map_or(Head::default(), |open| open.base);
        let reader = open.and_then(|open| Reader::new(&open.tree, base, from, self.head.seq));
        let mut reader = reader.map_err(Some);
        let held = std::iter::from_fn(move || match &mut reader {
            Ok(entries) => {
                let entry = entries.entry().transpose()?;
                if entry.is_err() {
                    reader = Err(None);
                }
                Some(entry)
            }
            Err(fault) => fault.take().map(Err),
        });
        if from > base.seq {
            return Box::new(held);
        }
        let packed: Entries<'_> = match history::until(&self.state, base) {
            Err(fault) => return Box::new(std::iter::once(Err(fault))),
            Ok(packed) => Box::new(packed.map(|entry| entry.map(|(entry, _, _)| entry))),
        };
        let wanted = move |entry: &Result<Envelope, StoreFault>| {
            entry.as_ref().map_or(true, |entry| entry.seq >= from)
        };
        let mut failed = false;
        let all = packed.filter(wanted).chain(held);
        Box::new(all.take_while(move |entry| !std::mem::replace(&mut failed, entry.is_err())))
    }

    fn last(&self) -> Option<Seq> {
        self.head.last()
    }

    fn link(&self, at: Seq) -> Result<Option<Link>, StoreFault> {
        let open = self.open.as_ref().ok_or(StoreFault::Closed)?;
        if at == open.base.seq && open.base.last().is_some() {
            return Ok(Some(open.base.link));
        }
        reader::link(&open.tree, at)
    }

    fn tend(&mut self) -> Option<SourceState> {
        let room = self.reserve.take();
        (self.room.replace(room) != Some(room)).then(|| {
            if room {
                SourceState::Works
            } else {
                SourceState::Failed(
                    "the disk of the state directory is full, or nearly; free some space".into(),
                )
            }
        })
    }
}
