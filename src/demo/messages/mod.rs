//! A simulated Messages: it keeps a chat.db in Apple's schema and writes into it
//! what Messages would write when somebody sends or receives something, its
//! oddities included. The demo, the tests and CI run against it.
//!
//! It must never write into a real chat.db: [`Messages::create`] refuses a file
//! that exists, [`Messages::open`] one that the former did not make.

pub mod osascript;
mod row;
#[cfg(test)]
mod tests;

use crate::ingress::chat_db::typedstream;
use events::Wall;
pub use row::{Attachment, Form, Place, Row, SelfChat, State};
use rusqlite::{Connection, OpenFlags, TransactionBehavior, params};
use sha2::{Digest as _, Sha256};
use std::path::Path;
use std::time::Duration;

/// 2001-01-01 in milliseconds of Unix time.
const EPOCH: i64 = 978_307_200_000;
/// Marks a file as ours; Apple's have 0 here.
const MARK: i64 = 0x5349_4D55;
/// How long a write waits for another one.
const BUSY: Duration = Duration::from_secs(5);

/// The result of a write.
pub type Result<T> = rusqlite::Result<T>;

/// The writing side of a simulated chat.db.
#[derive(Debug)]
pub struct Messages {
    db: Connection,
}

impl Messages {
    /// Makes a new chat.db without any message.
    pub fn create(path: &Path) -> Result<Self> {
        if path.exists() {
            return Err(rusqlite::Error::InvalidPath(path.to_owned()));
        }
        let db = connect(path, OpenFlags::SQLITE_OPEN_CREATE)?;
        db.pragma_update(None, "journal_mode", "WAL")?;
        db.pragma_update(None, "application_id", MARK)?;
        db.execute_batch(include_str!("schema.sql"))?;
        Ok(Self { db })
    }

    /// Opens a chat.db made by [`Messages::create`], for another process or thread.
    pub fn open(path: &Path) -> Result<Self> {
        let db = connect(path, OpenFlags::empty())?;
        let mark: i64 = db.query_row("PRAGMA application_id", [], |row| row.get(0))?;
        if mark != MARK {
            return Err(rusqlite::Error::InvalidPath(path.to_owned()));
        }
        Ok(Self { db })
    }

    /// The connection, for what only a test wants to do to the file.
    pub fn db(&self) -> &Connection {
        &self.db
    }

    /// Opens an iMessage chat in which nothing was said yet.
    pub fn add_chat(&mut self, place: &Place) -> Result<()> {
        chat(&self.db, place, "iMessage").map(drop)
    }

    /// Writes down a file of a message, as far as it has come.
    pub fn attach(&mut self, message: &str, file: &Attachment) -> Result<()> {
        let tx = self
            .db
            .transaction_with_behavior(TransactionBehavior::Immediate)?;
        tx.execute(
            "INSERT INTO attachment (guid, filename, transfer_name, total_bytes, transfer_state, \
             hide_attachment) VALUES ('at_' || ?1 || '_' || hex(randomblob(8)), ?2, ?3, ?4, ?5, ?6)",
            params![
                message,
                file.path,
                file.name,
                file.bytes,
                file.transfer,
                file.hidden
            ],
        )?;
        tx.execute(
            "INSERT INTO message_attachment_join (message_id, attachment_id) \
             SELECT ROWID, ?2 FROM message WHERE guid = ?1",
            params![message, tx.last_insert_rowid()],
        )?;
        tx.commit()
    }

    /// A row is a voice message; what is noted about its sound file, where there is a note.
    pub fn spoken(&mut self, message: &str, note: Option<&[u8]>) -> Result<()> {
        let mark = "UPDATE message SET is_audio_message = 1 WHERE guid = ?1";
        assert_one(self.db.execute(mark, [message])?)?;
        let noted = "UPDATE attachment SET user_info = ?2 WHERE ROWID IN (SELECT j.attachment_id \
                     FROM message_attachment_join j JOIN message m ON m.ROWID = j.message_id \
                     WHERE m.guid = ?1)";
        self.db.execute(noted, params![message, note]).map(drop)
    }

    /// The transfer of a file went on.
    pub fn transferred(&mut self, name: &str, path: &str, bytes: i64, state: i64) -> Result<()> {
        let update = "UPDATE attachment SET filename = ?2, total_bytes = ?3, transfer_state = ?4 \
                      WHERE transfer_name = ?1";
        let changed = self.db.execute(update, params![name, path, bytes, state])?;
        assert_one(changed)
    }

    /// Writes a row as it describes itself, and returns its guid.
    pub fn insert(&mut self, row: &Row) -> Result<String> {
        let tx = self
            .db
            .transaction_with_behavior(TransactionBehavior::Immediate)?;
        let number = next(&tx)?;
        let guid = row
            .guid
            .clone()
            .unwrap_or_else(|| guid(number, &row.text, row.date));
        let (text, body) = row.form.columns(&row.text);
        let handle = match &row.handle {
            Some(id) => handle(&tx, id, &row.service)?,
            None => 0,
        };
        let apple = apple(row.date);
        tx.execute(
            "INSERT INTO message (guid, text, attributedBody, handle_id, service, date, is_from_me, \
             is_finished, is_sent, is_delivered, error, destination_caller_id, item_type, \
             associated_message_type, associated_message_guid, thread_originator_guid, \
             cache_has_attachments, balloon_bundle_id, is_empty, associated_message_emoji, subject) \
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, 1, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, \
             ?19, ?20)",
            params![
                guid,
                text,
                body,
                handle,
                row.service,
                apple,
                row.from_me,
                row.state.sent,
                row.state.delivered,
                row.state.error,
                row.destination,
                row.item_type,
                row.associated_type,
                row.associated_guid,
                row.reply_to,
                row.attachments,
                row.balloon,
                row.form == Form::Nothing,
                row.emoji,
                row.subject,
            ],
        )?;
        join(&tx, tx.last_insert_rowid(), &row.place, &row.service, apple)?;
        tx.commit()?;
        Ok(guid)
    }

    /// Writes what Messages writes when it is told to send `text` to `recipient`:
    /// our row, finished but neither sent nor delivered yet.
    pub fn deliver(&mut self, recipient: &str, text: &str, now: Wall) -> Result<String> {
        self.insert(&Row::to(recipient, text, now))
    }

    /// Changes the fate of a sent row.
    pub fn set_state(&mut self, guid: &str, state: State) -> Result<()> {
        let State {
            sent,
            delivered,
            error,
        } = state;
        self.db
            .execute(
                "UPDATE message SET is_sent = ?2, is_delivered = ?3, error = ?4 WHERE guid = ?1",
                params![guid, sent, delivered, error],
            )
            .map(drop)
    }

    /// The join row of a row that was inserted at [`Place::Nowhere`].
    pub fn join(&mut self, guid: &str, place: &Place, service: &str) -> Result<()> {
        let tx = self
            .db
            .transaction_with_behavior(TransactionBehavior::Immediate)?;
        let (number, date) = tx.query_row(
            "SELECT ROWID, date FROM message WHERE guid = ?1",
            [guid],
            |row| Ok((row.get(0)?, row.get(1)?)),
        )?;
        join(&tx, number, place, service, date)?;
        tx.commit()
    }

    /// The body of a row that was inserted with [`Form::Nothing`].
    pub fn fill(&mut self, guid: &str, text: &str) -> Result<()> {
        self.db
            .execute(
                "UPDATE message SET attributedBody = ?2, is_empty = 0 WHERE guid = ?1",
                params![guid, typedstream::encode(text)],
            )
            .map(drop)
    }

    /// The owner changes a message: same row, same guid, other body.
    pub fn edit(&mut self, guid: &str, text: &str, now: Wall) -> Result<()> {
        self.fill(guid, text)?;
        self.db
            .execute(
                "UPDATE message SET date_edited = ?2 WHERE guid = ?1",
                params![guid, apple(now)],
            )
            .map(drop)
    }

    /// The owner unsends a message: same row, same guid, no body.
    pub fn unsend(&mut self, guid: &str, now: Wall) -> Result<()> {
        self.db
            .execute(
                "UPDATE message SET date_edited = ?2, is_empty = 1, text = NULL, \
                 attributedBody = NULL WHERE guid = ?1",
                params![guid, apple(now)],
            )
            .map(drop)
    }

    /// Makes a row one of Send Later, or moves it on: 2 waits, 3 was sent at `date`.
    pub fn schedule(&mut self, guid: &str, state: i64, date: Wall) -> Result<()> {
        self.db
            .execute(
                "UPDATE message SET schedule_type = 2, schedule_state = ?2, date = ?3, \
                 is_sent = ?4 WHERE guid = ?1",
                params![guid, state, apple(date), state >= 3],
            )
            .map(drop)
    }

    /// The owner writes to themself: all rows that this becomes, in order.
    pub fn self_chat(
        &mut self,
        pattern: SelfChat,
        owner: &str,
        text: &str,
        now: Wall,
    ) -> Result<Vec<String>> {
        row::self_chat(pattern, owner, text, now)
            .iter()
            .map(|row| self.insert(row))
            .collect()
    }
}

fn assert_one(changed: usize) -> Result<()> {
    if changed == 1 {
        Ok(())
    } else {
        Err(rusqlite::Error::StatementChangedRows(changed))
    }
}

fn connect(path: &Path, how: OpenFlags) -> Result<Connection> {
    let mut db = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_WRITE | how)?;
    db.busy_timeout(BUSY)?;
    // One that begins by reading is refused, not made to wait, when another writes.
    db.set_transaction_behavior(TransactionBehavior::Immediate);
    Ok(db)
}

/// A wall time as Messages stores it: nanoseconds since 2001.
fn apple(wall: Wall) -> i64 {
    wall.0.saturating_sub(EPOCH).saturating_mul(1_000_000)
}

fn next(db: &Connection) -> Result<i64> {
    let last = "SELECT coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'message'), 0)";
    db.query_row(last, [], |row| row.get::<_, i64>(0))
        .map(|last| last + 1)
}

/// An id in the form Messages uses, other for every row.
fn guid(number: i64, text: &str, now: Wall) -> String {
    let digest = Sha256::digest(format!("{number} {} {text}", now.0));
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&digest[..16]);
    let hex = format!("{:032X}", u128::from_be_bytes(bytes));
    [
        &hex[..8],
        &hex[8..12],
        &hex[12..16],
        &hex[16..20],
        &hex[20..],
    ]
    .join("-")
}

fn handle(db: &Connection, id: &str, service: &str) -> Result<i64> {
    db.execute(
        "INSERT OR IGNORE INTO handle (id, service, country) VALUES (?1, ?2, 'us')",
        [id, service],
    )?;
    db.query_row(
        "SELECT ROWID FROM handle WHERE id = ?1 AND service = ?2",
        [id, service],
        |row| row.get(0),
    )
}

/// The number of a chat, which is made when it is new; `None` for no chat.
fn chat(db: &Connection, place: &Place, service: &str) -> Result<Option<i64>> {
    let (kind, style, name, people) = match place {
        Place::Nowhere => return Ok(None),
        Place::Direct(other) => ('-', 45, other, std::slice::from_ref(other)),
        Place::Group(name, people) => ('+', 43, name, people.as_slice()),
    };
    let guid = format!("{service};{kind};{name}");
    db.execute(
        "INSERT OR IGNORE INTO chat (guid, style, state, chat_identifier, service_name) \
         VALUES (?1, ?2, 3, ?3, ?4)",
        params![guid, style, name, service],
    )?;
    let number = "SELECT ROWID FROM chat WHERE guid = ?1";
    let number: i64 = db.query_row(number, [&guid], |row| row.get(0))?;
    for person in people {
        let person = handle(db, person, service)?;
        db.execute(
            "INSERT OR IGNORE INTO chat_handle_join VALUES (?1, ?2)",
            [number, person],
        )?;
    }
    Ok(Some(number))
}

fn join(db: &Connection, number: i64, place: &Place, service: &str, date: i64) -> Result<()> {
    let Some(chat) = chat(db, place, service)? else {
        return Ok(());
    };
    db.execute(
        "INSERT OR IGNORE INTO chat_message_join VALUES (?1, ?2, ?3)",
        [chat, number, date],
    )
    .map(drop)
}
