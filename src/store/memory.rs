//! A log in memory, for tests and the simulated world.
//!
//! It holds the same frames as the one on disk and crashes on demand: what was
//! flushed is kept, and what was being written is kept, dropped or torn.

use super::{Durable, Entries, EventLog, Head, StoreFault, frames};
use events::codec;
use events::{Batch, Envelope, Link, Seq};

/// What survives a process: the bytes of each entry.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Disk {
    entries: Vec<Vec<u8>>,
}

impl Disk {
    /// The stored bytes of each entry, for tests that damage them.
    pub const fn entries_mut(&mut self) -> &mut Vec<Vec<u8>> {
        &mut self.entries
    }
}

/// What a crash makes of an append that had not returned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Crash {
    /// It had reached the disk.
    Keep,
    /// It had not.
    Drop,
    /// A part of it had. A log that writes whole batches never does this; it must be noticed, not lived with.
    Tear,
    /// It had, with one bit wrong.
    Flip,
}

/// A log on a [`Disk`].
#[derive(Debug)]
pub struct MemoryLog {
    disk: Disk,
    head: Head,
    /// Written, but not known to be flushed.
    pending: Vec<Vec<u8>>,
    fail: Option<StoreFault>,
    closed: bool,
}

impl MemoryLog {
    /// Opens what the disk holds.
    pub fn open(disk: Disk) -> Result<Self, StoreFault> {
        let mut head = Head::default();
        for frame in &disk.entries {
            let seq = head.seq.next();
            let (envelope, link) = codec::decode(Some(head.link), frame)
                .map_err(|error| StoreFault::decode(error, seq))?;
            if envelope.seq != seq {
                return Err(StoreFault::corrupt(format!("entry {seq} is missing")));
            }
            head = Head { seq, link };
        }
        Ok(Self {
            disk,
            head,
            pending: Vec::new(),
            fail: None,
            closed: false,
        })
    }

    /// The next append fails with `fault`, and only a crash decides what became of its batch.
    pub fn fail_next(&mut self, fault: StoreFault) {
        self.fail = Some(fault);
    }

    /// The process dies; this is what the next one finds.
    pub fn crash(self, how: Crash) -> Disk {
        let Self {
            mut disk,
            mut pending,
            ..
        } = self;
        match how {
            Crash::Keep => disk.entries.append(&mut pending),
            Crash::Drop => {}
            Crash::Tear => {
                if let Some(last) = pending.last_mut() {
                    last.truncate(last.len() / 2);
                }
                disk.entries.append(&mut pending);
            }
            Crash::Flip => {
                let last = pending.last_mut();
                let at = last.as_ref().map_or(0, |frame| frame.len() / 2);
                if let Some(byte) = last.and_then(|frame| frame.get_mut(at)) {
                    *byte ^= 1;
                }
                disk.entries.append(&mut pending);
            }
        }
        disk
    }

    fn entry(&self, seq: Seq) -> Option<Result<(Envelope, Link), StoreFault>> {
        let at = usize::try_from(seq.0.checked_sub(1)?).ok()?;
        let frame = self.disk.entries.get(at)?;
        Some(codec::decode(None, frame).map_err(|error| StoreFault::decode(error, seq)))
    }
}

impl EventLog for MemoryLog {
    fn append(&mut self, batch: Batch) -> Result<Durable, StoreFault> {
        if self.closed {
            return Err(StoreFault::Closed);
        }
        let (frames, head) = frames(&batch, self.head)?;
        let mut frames: Vec<_> = frames.into_iter().map(|(_, frame)| frame).collect();
        if let Some(fault) = self.fail.take() {
            self.pending = frames;
            self.closed = true;
            return Err(fault);
        }
        self.disk.entries.append(&mut frames);
        self.head = head;
        Ok(Durable(batch))
    }

    fn read(&self, from: Seq) -> Entries<'_> {
        let from = from.0.max(1);
        Box::new(
            (from..)
                .map_while(|seq| self.entry(Seq(seq)))
                .map(|entry| entry.map(|(envelope, _)| envelope)),
        )
    }

    fn last(&self) -> Option<Seq> {
        self.head.last()
    }

    fn link(&self, at: Seq) -> Result<Option<Link>, StoreFault> {
        Ok(self.entry(at).transpose()?.map(|(_, link)| link))
    }
}
