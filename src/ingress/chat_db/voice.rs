//! Voice messages: Apple's transcript, where Messages stored one. It stands as an attribute of
//! the placeholder in the body, or in what is noted about the sound file; on some Macs in both,
//! on some in neither.

use super::payload::dictionary;
use super::typedstream;
use plist::Value;
use rusqlite::Connection;
use rusqlite::types::ValueRef;

/// The attribute of the body, and the names in the notes about the file.
const KEYS: [&str; 2] = ["IMAudioTranscription", "audio-transcription"];

/// The words of a row. The notes are looked at only for what is marked as spoken.
pub(super) fn transcript(
    db: &Connection,
    rowid: i64,
    marked: bool,
    body: ValueRef<'_>,
) -> Option<String> {
    let in_body = match body {
        ValueRef::Blob(body) => typedstream::attribute(body, KEYS[0]),
        ValueRef::Null | ValueRef::Integer(_) | ValueRef::Real(_) | ValueRef::Text(_) => None,
    };
    in_body
        .or_else(|| marked.then(|| noted(db, rowid)).flatten())
        .filter(|words| !words.trim().is_empty())
}

/// What is noted about the files of a row. A file without that column has no notes.
fn noted(db: &Connection, rowid: i64) -> Option<String> {
    let mut notes = db
        .prepare_cached(
            "SELECT a.user_info FROM message_attachment_join j \
             JOIN attachment a ON a.ROWID = j.attachment_id WHERE j.message_id = ?1 ORDER BY a.ROWID",
        )
        .ok()?;
    let mut rows = notes.query([rowid]).ok()?;
    while let Ok(Some(row)) = rows.next() {
        let notes = row.get_ref(0).ok().and_then(dictionary);
        let words = notes.and_then(|notes| {
            let found = KEYS.iter().find_map(|key| notes.get(key));
            found.and_then(Value::as_string).map(str::to_owned)
        });
        if words.is_some() {
            return words;
        }
    }
    None
}
