//! A log made from the frames of another one, where there is none yet. Every
//! frame is checked; the new log appears whole or not at all.

use super::builder::Builder;
use super::copy::forget;
use super::files::LOG_DIR;
use super::journal::{self, following};
use super::lock::Lock;
use super::open::Open;
use super::panics::caught;
use super::sled;
use super::{StoreFault, mark, swap};
use events::Seq;
use std::io;
use std::path::{Path, PathBuf};

/// A log that is being made.
pub struct Import {
    builder: Builder,
    state: PathBuf,
    _lock: Lock,
}

impl Import {
    /// Begins, if `state` holds no entry yet.
    pub fn into(state: &Path) -> Result<Self, StoreFault> {
        let lock = sled::lock(state)?;
        swap::finish(state)?;
        let names = [LOG_DIR, journal::DIR, mark::NAME];
        if names.iter().any(|name| state.join(name).exists()) {
            let (open, head) = Open::of(state)?;
            let _ = caught(move || drop(open));
            if let Some(last) = head.last() {
                return Err(StoreFault::NotEmpty { last });
            }
            clear(state).map_err(|error| StoreFault::io("making room for the log", &error))?;
        }
        Ok(Self {
            builder: Builder::new(swap::draft(state))?,
            state: state.to_owned(),
            _lock: lock,
        })
    }

    /// Adds the next frame.
    pub fn push(&mut self, frame: Vec<u8>) -> Result<(), StoreFault> {
        let (_, head) = following(self.builder.head, &frame)?;
        self.builder.push(head, frame)
    }

    /// What was pushed is the log now. Gives its last entry.
    pub fn finish(self) -> Result<Seq, StoreFault> {
        let last = self.builder.head.seq;
        self.builder.finish()?;
        swap::put(&self.state, None)?;
        Ok(last)
    }
}

/// Removes a log that was just seen to be empty.
fn clear(state: &Path) -> io::Result<()> {
    forget(&state.join(LOG_DIR))?;
    forget(&state.join(journal::DIR))?;
    std::fs::remove_file(state.join(mark::NAME))
}
