//! One held connection to chat.db, and what a poll reads through it.

use super::cursor::{Cursor, Fate, HOLD, waits, whole};
use super::fault::{Fault, Step};
use super::identity::{Companions, Identity, Place};
use super::rows;
use super::schema::Schema;
use events::Input;
use events::event::{ChatDbPlaced, Placing};
use events::input::MessageRow;
use rusqlite::{Connection, OpenFlags};
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// How many new rows one poll hands out at most.
pub const MAX_ROWS: usize = 500;

/// How long `SQLite` waits for somebody who holds the whole database.
const BUSY: Duration = Duration::from_secs(1);

/// Numbers the connections of this process: a cursor's last look counts only
/// for the connection it was made through.
static CONNECTIONS: AtomicU64 = AtomicU64::new(0);

/// A connection and the file behind it.
#[derive(Debug)]
pub(super) struct Open {
    db: Connection,
    schema: Schema,
    place: Place,
    companions: Companions,
    number: u64,
}

impl Open {
    /// Connects for reading, and looks which tables and columns there are.
    pub(super) fn connect(path: &Path, place: Place) -> Result<Self, Fault> {
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let db =
            Connection::open_with_flags(path, flags).map_err(|error| unopened(path, &error))?;
        let prepare = || {
            db.busy_timeout(BUSY)?;
            db.pragma_update(None, "query_only", true)?;
            Schema::probe(&db)
        };
        let number = CONNECTIONS.fetch_add(1, Ordering::Relaxed);
        match prepare() {
            Ok(Ok(schema)) => Ok(Self {
                db,
                schema,
                place,
                companions: Companions::of(path),
                number,
            }),
            Ok(Err(missing)) => Err(Fault::schema(path, &missing)),
            Err(error) => Err(Fault::sqlite(Step::Probe, path, &error)),
        }
    }

    /// Whether it is `place` that is open, with the log and the index that are there now.
    /// One whose log was taken away would read in the old one for ever.
    pub(super) fn is_of(&self, place: Place, path: &Path) -> bool {
        self.place == place && self.companions == Companions::of(path)
    }

    /// The identity of that file.
    pub(super) fn identity(&self) -> rusqlite::Result<Identity> {
        Identity::of(self.place, &self.db)
    }

    /// See `ChatDb::poll`.
    pub(super) fn poll(&self, cursor: &mut Cursor, now: Duration) -> rusqlite::Result<Vec<Input>> {
        for held in cursor.held.values_mut() {
            held.until.get_or_insert(now.saturating_add(HOLD));
        }
        cursor.tracked.retain(|tracked| tracked.until > now);
        let version = self
            .db
            .prepare_cached("PRAGMA data_version")?
            .query_row([], |row| row.get(0))?;
        let due = cursor.next_deadline().is_some_and(|until| until <= now);
        if cursor.seen == Some((self.number, version)) && !due {
            return Ok(Vec::new());
        }
        // One transaction: a row and its chat are seen at the same moment.
        let _snapshot = self.db.unchecked_transaction()?;
        if let Some(placed) = self.check(cursor)? {
            cursor.seen = None;
            return Ok(vec![Input::ChatDb(placed)]);
        }
        let mut rows = self.held(cursor, now)?;
        rows.extend(self.tracked(cursor)?);
        rows.extend(self.edited(cursor, false)?);
        let new = rows::read(
            &self.db,
            &self.schema,
            &self.schema.above,
            (cursor.rowid, MAX_ROWS),
        )?;
        // As long as something is new there may be more of it.
        cursor.seen = new.is_empty().then_some((self.number, version));
        for row in &new {
            cursor.pass(row);
            cursor.handed_out(row);
            if !whole(row) {
                cursor.hold(row, now);
            }
        }
        if new.iter().any(|row| row.edited) {
            self.edited(cursor, true)?;
        }
        rows.extend(new);
        Ok(rows
            .into_iter()
            .map(|row| Input::Message(Box::new(row)))
            .collect())
    }

    /// Places a cursor that does not belong to what stands here.
    fn check(&self, cursor: &mut Cursor) -> rusqlite::Result<Option<ChatDbPlaced>> {
        let now = self.identity()?;
        let top: i64 = self
            .db
            .prepare_cached(self.schema.top)?
            .query_row([], |row| row.get(0))?;
        let known = cursor.identity.as_deref().map(Identity::parse);
        let (why, rowid) = match known {
            None => (Placing::FirstStart, top),
            Some(Some(known)) if known.continues_in(&now) => match self.set_back(cursor, top)? {
                None => return Ok(None),
                Some(rowid) => (Placing::Rewound, rowid),
            },
            Some(_) => (Placing::Replaced, top),
        };
        let placed = ChatDbPlaced {
            identity: now.to_string(),
            rowid,
            why,
        };
        cursor.place(&placed);
        Ok(Some(placed))
    }

    /// Where to go on in a file that was set back: behind the rows that were read and are still
    /// there. What bears a number that was read, and another name, is new. A row that is
    /// missing says nothing; somebody may have deleted it.
    fn set_back(&self, cursor: &Cursor, top: i64) -> rusqlite::Result<Option<i64>> {
        let Some((oldest, _)) = cursor.read.front() else {
            return Ok((cursor.rowid > top).then_some(top));
        };
        let mut kept = top.min(oldest - 1);
        let names = rows::names(&self.db, (*oldest, cursor.rowid))?;
        for (rowid, guid) in &cursor.read {
            match names.get(rowid) {
                Some(name) if name != guid => return Ok(Some(kept)),
                Some(_) => kept = *rowid,
                None => {}
            }
        }
        Ok((cursor.rowid > top).then_some(kept))
    }

    /// Held rows that are whole now, or whose time is over.
    fn held(&self, cursor: &mut Cursor, now: Duration) -> rusqlite::Result<Vec<MessageRow>> {
        let mut done = Vec::new();
        for (rowid, held) in &mut cursor.held {
            let over = held.until.is_some_and(|until| until <= now);
            match rows::read(&self.db, &self.schema, &self.schema.by_rowid, [rowid])?.pop() {
                Some(row) if whole(&row) => done.push(row),
                Some(row) if waits(&row) => {
                    if over {
                        held.until = Some(now.saturating_add(HOLD));
                    }
                }
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
            // Put in again behind the cursor, it comes in its turn: what is before it is new.
            if row.rowid > cursor.rowid {
                continue;
            }
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

impl Open {
    /// Rows already handed out that were edited or unsent since. Nothing else about
    /// a row shows that: its number and its name stay. Rows that are `new` bring it along.
    fn edited(&self, cursor: &mut Cursor, new: bool) -> rusqlite::Result<Vec<MessageRow>> {
        let (Some(query), Some(span)) = (&self.schema.edited, cursor.editable()) else {
            return Ok(Vec::new());
        };
        let mut changed = Vec::new();
        for (rowid, stamp) in rows::stamps(&self.db, query, span)? {
            let known = cursor.edited.insert(rowid, stamp) == Some(stamp);
            if known || new || cursor.held.contains_key(&rowid) {
                continue;
            }
            changed.extend(rows::read(
                &self.db,
                &self.schema,
                &self.schema.by_rowid,
                [rowid],
            )?);
        }
        Ok(changed)
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
