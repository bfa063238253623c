//! `~/Library/Messages/chat.db`, where Messages keeps every message. It is only
//! ever read, over one held connection, and never as immutable: that would hide
//! what stands in the write-ahead log.
//!
//! Rows are handed out oldest first, each as soon as it is seen. Who wrote them
//! and what they mean is none of the reader's business. One reader belongs to
//! one thread; every statement ends before a call returns, because an open one
//! would keep Messages from tidying its log.

mod cursor;
mod fault;
mod identity;
mod rows;
mod schema;
#[cfg(test)]
mod tests;
pub mod typedstream;
mod watch;

pub use cursor::{Cursor, FOLLOW, HOLD};
pub use fault::{Fault, Step};
pub use watch::Watch;

use cursor::{Fate, whole};
use events::Input;
use events::input::{ChatDbPlaced, MessageRow, Placing};
use identity::{Identity, Place};
use rusqlite::{Connection, OpenFlags};
use schema::Schema;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// How many new rows one poll hands out at most.
pub const MAX_ROWS: usize = 500;
/// How long `SQLite` waits for somebody who holds the whole database.
const BUSY: Duration = Duration::from_secs(1);

/// Numbers the connections of this process: a cursor's last look counts only
/// for the connection it was made through.
static CONNECTIONS: AtomicU64 = AtomicU64::new(0);

/// The reader of one chat.db.
#[derive(Debug)]
pub struct ChatDb {
    path: PathBuf,
    open: Option<Open>,
}

/// A connection and the file behind it.
#[derive(Debug)]
struct Open {
    db: Connection,
    schema: Schema,
    place: Place,
    number: u64,
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
        let identity = Identity::of(open.place, &open.db);
        identity
            .map(|i| i.to_string())
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

    /// The held connection; a new one when another file stands at the path.
    fn connection(&mut self) -> Result<&Open, Fault> {
        let there = std::fs::metadata(&self.path).map_err(|e| Fault::io(&self.path, &e));
        let place = match there {
            Ok(file) => Place::of(&file),
            Err(fault) => {
                self.open = None;
                return Err(fault);
            }
        };
        let open = match self.open.take().filter(|open| open.place == place) {
            Some(open) => open,
            None => connect(&self.path, place)?,
        };
        Ok(self.open.insert(open))
    }
}

fn connect(path: &Path, place: Place) -> Result<Open, Fault> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let db = Connection::open_with_flags(path, flags).map_err(|error| unopened(path, &error))?;
    let prepare = || {
        db.busy_timeout(BUSY)?;
        db.pragma_update(None, "query_only", true)?;
        Schema::probe(&db)
    };
    let number = CONNECTIONS.fetch_add(1, Ordering::Relaxed);
    match prepare() {
        Ok(Ok(schema)) => Ok(Open {
            db,
            schema,
            place,
            number,
        }),
        Ok(Err(missing)) => Err(Fault::schema(path, &missing)),
        Err(error) => Err(Fault::sqlite(Step::Probe, path, &error)),
    }
}

/// `SQLite` hides the system's answer, so the file is asked once more. That is
/// safe only while no connection is held: closing a second handle of a file
/// drops the locks of the first.
fn unopened(path: &Path, error: &rusqlite::Error) -> Fault {
    match std::fs::File::open(path) {
        Ok(_) => Fault::sqlite(Step::Open, path, error),
        Err(refused) => Fault::io(path, &refused),
    }
}

impl Open {
    fn poll(&self, cursor: &mut Cursor, now: Duration) -> rusqlite::Result<Vec<Input>> {
        for held in cursor.held.values_mut() {
            held.until.get_or_insert(now.saturating_add(HOLD));
        }
        cursor.tracked.retain(|tracked| tracked.until > now);
        let version = self
            .db
            .query_row("PRAGMA data_version", [], |row| row.get(0))?;
        let due = cursor.next_deadline().is_some_and(|until| until <= now);
        if cursor.seen == Some((self.number, version)) && !due {
            return Ok(Vec::new());
        }
        // One transaction: a row and its chat are seen at the same moment.
        let _snapshot = self.db.unchecked_transaction()?;
        if let Some(placed) = self.place(cursor)? {
            cursor.seen = Some((self.number, version));
            return Ok(vec![Input::ChatDb(placed)]);
        }
        let mut rows = self.held(cursor, now)?;
        rows.extend(self.tracked(cursor)?);
        let new = rows::read(
            &self.db,
            &self.schema,
            &self.schema.above,
            (cursor.rowid, MAX_ROWS),
        )?;
        // As long as something is new there may be more of it.
        cursor.seen = new.is_empty().then_some((self.number, version));
        for row in &new {
            cursor.rowid = row.rowid;
            cursor.handed_out(row);
            if !whole(row) {
                cursor.hold(row, now);
            }
        }
        rows.extend(new);
        Ok(rows
            .into_iter()
            .map(|row| Input::Message(Box::new(row)))
            .collect())
    }

    /// Places a cursor that does not belong to what stands here.
    fn place(&self, cursor: &mut Cursor) -> rusqlite::Result<Option<ChatDbPlaced>> {
        let now = Identity::of(self.place, &self.db)?;
        let top: i64 = self
            .db
            .prepare_cached(self.schema.top)?
            .query_row([], |row| row.get(0))?;
        let known = cursor.identity.as_deref().map(Identity::parse);
        let why = match known {
            None => Placing::FirstStart,
            Some(Some(known)) if known.continues_in(&now) && cursor.rowid <= top => {
                return Ok(None);
            }
            Some(Some(known)) if known.continues_in(&now) => Placing::Rewound,
            Some(_) => Placing::Replaced,
        };
        cursor.place(now.to_string(), top);
        Ok(Some(ChatDbPlaced {
            identity: now.to_string(),
            rowid: top,
            why,
        }))
    }

    /// Held rows that are whole now, or whose time is over.
    fn held(&self, cursor: &mut Cursor, now: Duration) -> rusqlite::Result<Vec<MessageRow>> {
        let mut done = Vec::new();
        for (rowid, held) in &cursor.held {
            let over = held.until.is_some_and(|until| until <= now);
            match rows::read(&self.db, &self.schema, &self.schema.by_rowid, [rowid])?.pop() {
                Some(row) if whole(&row) => done.push(row),
                Some(row) if over => done.push(MessageRow {
                    given_up: true,
                    ..row
                }),
                Some(_) => {}
                None => done.push(rows::gone(*rowid, held.guid.clone())),
            }
        }
        for row in &done {
            cursor.held.remove(&row.rowid);
            cursor.handed_out(row);
        }
        Ok(done)
    }

    /// Own rows whose fate has changed.
    fn tracked(&self, cursor: &mut Cursor) -> rusqlite::Result<Vec<MessageRow>> {
        let mut changed = Vec::new();
        for tracked in &mut cursor.tracked {
            let guid = tracked.guid.as_str();
            let Some(row) = rows::read(&self.db, &self.schema, &self.schema.by_guid, [guid])?.pop()
            else {
                continue;
            };
            let fate = Fate::of(&row);
            if tracked.last.as_ref() != Some(&fate) && whole(&row) {
                changed.push(row);
                tracked.last = Some(fate);
            }
        }
        cursor
            .tracked
            .retain(|tracked| !tracked.last.as_ref().is_some_and(Fate::is_final));
        Ok(changed)
    }
}
