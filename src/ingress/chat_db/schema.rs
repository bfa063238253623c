//! Which columns this chat.db has. They differ between versions of macOS and
//! even between Macs on one version, in order too: every column is asked for by
//! name, and one that is missing reads as nothing.

use rusqlite::Connection;

/// Without these a file is not Messages' own.
const NEEDED: [(&str, &str); 7] = [
    ("message", "guid"),
    ("handle", "id"),
    ("chat", "chat_identifier"),
    ("chat_message_join", "chat_id"),
    ("chat_message_join", "message_id"),
    ("chat_handle_join", "chat_id"),
    ("chat_handle_join", "handle_id"),
];

/// Columns of `message`, in the order in which rows are read.
pub(super) const COLUMNS: [&str; 28] = [
    "ROWID",
    "guid",
    "text",
    "attributedBody",
    "date",
    "service",
    "is_from_me",
    "destination_caller_id",
    "item_type",
    "associated_message_type",
    "balloon_bundle_id",
    "thread_originator_guid",
    "cache_has_attachments",
    "date_edited",
    "date_retracted",
    "error",
    "is_sent",
    "is_delivered",
    "associated_message_guid",
    "associated_message_emoji",
    "subject",
    "schedule_type",
    "schedule_state",
    "message_summary_info",
    "is_empty",
    "payload_data",
    "is_audio_message",
    "handle_id",
];

/// Queries that fit one file.
#[derive(Clone, Debug)]
pub(super) struct Schema {
    /// Rows above a cursor, oldest first: cursor, limit.
    pub(super) above: String,
    /// One row by its number.
    pub(super) by_rowid: String,
    /// One row by its id.
    pub(super) by_guid: String,
    /// Number and stamp of the rows between two that were edited or unsent.
    pub(super) edited: Option<String>,
    /// The chats of a row: number, style, identifier.
    pub(super) chats: String,
    /// The highest row number that was ever given out.
    pub(super) top: &'static str,
}

/// The people of a chat.
pub(super) const PARTICIPANTS: &str = "SELECT h.id FROM chat_handle_join j JOIN handle h ON h.ROWID = j.handle_id \
     WHERE j.chat_id = ?1 ORDER BY h.ROWID";

/// The oldest row.
pub(super) const FIRST: &str = "SELECT ROWID, guid FROM message ORDER BY ROWID LIMIT 1";

impl Schema {
    /// Looks at the file; the inner error names what it lacks.
    pub(super) fn probe(db: &Connection) -> rusqlite::Result<Result<Self, String>> {
        for (table, column) in NEEDED {
            if !has(db, table, column)? {
                return Ok(Err(format!("column {column} in a table {table}")));
            }
        }
        let mut columns = Vec::new();
        for column in COLUMNS {
            let known = column == "ROWID" || has(db, "message", column)?;
            columns.push(if known {
                format!("m.{column}")
            } else {
                "NULL".to_owned()
            });
        }
        // The last one is there for this join only.
        let handle = columns.pop().unwrap_or_default();
        let row = format!(
            "SELECT {}, h.id FROM message m LEFT JOIN handle h ON h.ROWID = {handle}",
            columns.join(", ")
        );
        let style = if has(db, "chat", "style")? {
            "c.style"
        } else {
            "NULL"
        };
        Ok(Ok(Self {
            above: format!("{row} WHERE m.ROWID > ?1 ORDER BY m.ROWID LIMIT ?2"),
            by_rowid: format!("{row} WHERE m.ROWID = ?1"),
            by_guid: format!("{row} WHERE m.guid = ?1"),
            edited: edited(db)?,
            chats: format!(
                "SELECT c.ROWID, {style}, c.chat_identifier FROM chat_message_join j \
                 JOIN chat c ON c.ROWID = j.chat_id WHERE j.message_id = ?1 ORDER BY c.ROWID"
            ),
            top: top(has(db, "sqlite_sequence", "seq")?),
        }))
    }
}

/// Systems before Ventura cannot edit.
fn edited(db: &Connection) -> rusqlite::Result<Option<String>> {
    if !has(db, "message", "date_edited")? {
        return Ok(None);
    }
    let stamp = if has(db, "message", "date_retracted")? {
        "max(coalesce(date_edited, 0), coalesce(date_retracted, 0))"
    } else {
        "coalesce(date_edited, 0)"
    };
    Ok(Some(format!(
        "SELECT ROWID, {stamp} FROM message WHERE ROWID BETWEEN ?1 AND ?2 AND {stamp} <> 0"
    )))
}

/// Deleting the newest message lowers the maximum, but not the counter behind it.
fn top(counted: bool) -> &'static str {
    if counted {
        "SELECT max(coalesce((SELECT max(ROWID) FROM message), 0), \
         coalesce((SELECT max(seq) FROM sqlite_sequence WHERE name = 'message'), 0))"
    } else {
        "SELECT coalesce((SELECT max(ROWID) FROM message), 0)"
    }
}

/// Whether a table has a column.
pub(super) fn has(db: &Connection, table: &str, column: &str) -> rusqlite::Result<bool> {
    db.prepare_cached("SELECT count(*) FROM pragma_table_info(?1) WHERE name = ?2")?
        .query_row([table, column], |row| row.get::<_, i64>(0))
        .map(|count| count > 0)
}
