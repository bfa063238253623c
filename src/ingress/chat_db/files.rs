//! The files of one message, as chat.db has them at this moment. Their rows come after
//! the message's own, and are filled while Messages loads what they stand for.

use super::rows::{placeholders, stored_text};
use super::schema::has;
use rusqlite::{Connection, OpenFlags, Row};
use std::path::Path;
use std::time::Duration;

const BUSY: Duration = Duration::from_secs(1);

/// What a message holds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Attached {
    /// How many the message's text has a place for.
    pub expected: usize,
    /// Those that chat.db knows of, in their order.
    pub files: Vec<AttachedFile>,
}

/// One file of a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AttachedFile {
    /// What its sender called it.
    pub name: String,
    /// Where Messages keeps it, as it stands there; `None`: nowhere yet.
    pub path: Option<String>,
    /// Its size when it is whole; 0 where that is not known.
    pub bytes: u64,
    /// How far its transfer is.
    pub transfer: Transfer,
}

/// How far a transfer is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Transfer {
    /// Through.
    Done,
    /// Messages gave up.
    Failed,
    /// Not begun, under way, or through before anybody looked: only its size tells.
    Open,
}

const COLUMNS: [&str; 5] = [
    "filename",
    "transfer_name",
    "total_bytes",
    "transfer_state",
    "hide_attachment",
];

/// Looks at the files of the row with this id.
pub fn attached(chat_db: &Path, guid: &str) -> rusqlite::Result<Attached> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let db = Connection::open_with_flags(chat_db, flags)?;
    db.busy_timeout(BUSY)?;
    db.pragma_update(None, "query_only", true)?;
    let expected = db
        .query_row(
            "SELECT text, attributedBody FROM message WHERE guid = ?1",
            [guid],
            |row| Ok(placeholders(row)),
        )
        .unwrap_or_default();
    let mut columns = Vec::new();
    for column in COLUMNS {
        columns.push(if has(&db, "attachment", column)? {
            format!("a.{column}")
        } else {
            "NULL".to_owned()
        });
    }
    let query = format!(
        "SELECT {} FROM message m JOIN message_attachment_join j ON j.message_id = m.ROWID \
         JOIN attachment a ON a.ROWID = j.attachment_id WHERE m.guid = ?1 ORDER BY a.ROWID",
        columns.join(", ")
    );
    let mut statement = db.prepare(&query)?;
    let rows = statement.query_map([guid], |row| Ok(file(row)))?;
    let files = rows.collect::<rusqlite::Result<Vec<_>>>()?;
    let files = files.into_iter().flatten().collect();
    Ok(Attached { expected, files })
}

/// `None`: nothing that was sent on purpose, such as the moving part of a live photo or the
/// data of a link's preview.
fn file(row: &Row<'_>) -> Option<AttachedFile> {
    let text = |index| row.get_ref(index).ok().and_then(stored_text);
    let number = |index| row.get::<_, i64>(index).unwrap_or_default();
    let path = text(0).filter(|path| !path.is_empty());
    let last = |path: &String| path.rsplit('/').next().unwrap_or_default().to_owned();
    let name = text(1).filter(|name| !name.is_empty());
    let name = name
        .or_else(|| path.as_ref().map(last))
        .unwrap_or_else(|| "attachment".to_owned());
    let hidden = number(4) != 0 || name.ends_with(".pluginPayloadAttachment");
    (!hidden).then(|| AttachedFile {
        name,
        path,
        bytes: u64::try_from(number(2)).unwrap_or_default(),
        transfer: match number(3) {
            5 => Transfer::Done,
            6 => Transfer::Failed,
            _ => Transfer::Open,
        },
    })
}
