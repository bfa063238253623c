//! `~/Library/Messages/chat.db`, where Messages keeps every message. It is only
//! ever read, over one held connection, and never as immutable: that would hide
//! what stands in the write-ahead log.
//!
//! Rows are handed out oldest first, each as soon as it is seen. Who wrote them
//! and what they mean is none of the reader's business. One reader belongs to
//! one thread; every statement ends before a call returns, because an open one
//! would keep Messages from tidying its log.

mod access;
mod cursor;
mod fault;
mod files;
mod identity;
mod open;
mod payload;
mod rows;
mod schema;
#[cfg(test)]
mod tests;
pub mod typedstream;
mod voice;
mod watch;

pub use access::{access, told};
pub use cursor::{Cursor, FOLLOW, HOLD};
pub use fault::{Fault, Step};
pub use files::{Attached, AttachedFile, Transfer, attached};
pub use open::MAX_ROWS;
pub use watch::Watch;

use events::Input;
use identity::Place;
use open::Open;
use std::path::PathBuf;
use std::time::Duration;

/// The reader of one chat.db.
#[derive(Debug)]
pub struct ChatDb {
    path: PathBuf,
    open: Option<Open>,
}

impl ChatDb {
    /// Opens the file and makes sure that it is a database of Messages.
    pub fn open(path: impl Into<PathBuf>) -> Result<Self, Fault> {
        let mut chat_db = Self {
            path: path.into(),
            open: None,
        };
        chat_db.connection()?;
        Ok(chat_db)
    }

    /// Device, inode and oldest row of the file.
    pub fn identity(&mut self) -> Result<String, Fault> {
        let path = self.path.clone();
        let open = self.connection()?;
        open.identity()
            .map(|identity| identity.to_string())
            .map_err(|e| Fault::sqlite(Step::Read, &path, &e))
    }

    /// Hands out what is new since the cursor and moves it, at most [`MAX_ROWS`]
    /// new rows a call: call again until nothing comes. With nothing new it costs
    /// next to nothing. `now` is time on any clock that does not go back.
    ///
    /// A row without chat or body comes at once, and again when it is whole or,
    /// after [`HOLD`], as given up; rows behind it do not wait. A held row that
    /// was deleted comes given up and without content. On a fault the cursor has
    /// not moved, and the next call opens the file anew.
    pub fn poll(&mut self, cursor: &mut Cursor, now: Duration) -> Result<Vec<Input>, Fault> {
        let path = self.path.clone();
        let open = self.connection()?;
        let mut moved = cursor.clone();
        match open.poll(&mut moved, now) {
            Ok(inputs) => {
                *cursor = moved;
                Ok(inputs)
            }
            Err(error) => {
                let fault = Fault::sqlite(Step::Read, &path, &error);
                if !fault.passing() {
                    self.open = None;
                }
                Err(fault)
            }
        }
    }

    /// The held connection; a new one when another file stands at the path, or beside it.
    fn connection(&mut self) -> Result<&Open, Fault> {
        let mut place = self.place()?;
        let held = self.open.take();
        let open = match held.filter(|open| open.is_of(place, &self.path)) {
            Some(open) => open,
            None => loop {
                let open = Open::connect(&self.path, place)?;
                // What was put there meanwhile may be what was opened.
                let before = std::mem::replace(&mut place, self.place()?);
                if before == place {
                    break open;
                }
            },
        };
        Ok(self.open.insert(open))
    }

    /// The file at the path. Where there is none, none is held.
    fn place(&mut self) -> Result<Place, Fault> {
        match std::fs::metadata(&self.path) {
            Ok(file) => Ok(Place::of(&file)),
            Err(error) => {
                self.open = None;
                Err(Fault::io(&self.path, &error))
            }
        }
    }
}
