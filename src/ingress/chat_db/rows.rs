//! A row of chat.db as it stands. Every value may be missing, of another type
//! or broken; none of that may cost any other row, so reading a column cannot
//! fail, it only finds less.

use super::payload::{history, linked};
use super::schema::{PARTICIPANTS, Schema};
use super::typedstream;
use super::voice::transcript;
use events::event::Target;
use events::input::{Body, Chat, MessageRow, Schedule, Voice};
use events::{Guid, Text, Wall};
use rusqlite::types::ValueRef;
use rusqlite::{Connection, Params, Row};
use std::collections::BTreeMap;

/// 2001-01-01, where Apple's time begins, in milliseconds of ours.
const EPOCH: i64 = 978_307_200_000;
/// Dates from here up count nanoseconds, those below seconds.
const NANOSECONDS: u64 = 1_000_000_000_000;
/// What stands in a text for an attachment.
pub(super) const ATTACHMENT: char = '\u{fffc}';
/// `chat.style` of a chat of two.
const DIRECT: Option<i64> = Some(45);

/// The rows of one query, in its order. After a broken page the rows before it
/// are kept; the error comes back when reading begins at the broken one.
pub(super) fn read(
    db: &Connection,
    schema: &Schema,
    query: &str,
    args: impl Params,
) -> rusqlite::Result<Vec<MessageRow>> {
    let mut statement = db.prepare_cached(query)?;
    let mut rows = statement.query(args)?;
    let mut read = Vec::new();
    loop {
        let next = rows
            .next()
            .and_then(|row| row.map(|row| message(db, schema, row)).transpose());
        match next {
            Ok(Some(row)) => read.push(row),
            Err(error) if read.is_empty() => return Err(error),
            Ok(None) | Err(_) => return Ok(read),
        }
    }
}

/// The names of the rows from one number to another. Those behind a broken page are not known.
pub(super) fn names(db: &Connection, span: (i64, i64)) -> rusqlite::Result<BTreeMap<i64, Guid>> {
    let mut statement =
        db.prepare_cached("SELECT ROWID, guid FROM message WHERE ROWID BETWEEN ?1 AND ?2")?;
    let named = |row: &Row<'_>| {
        let rowid = row.get(0)?;
        Ok((rowid, guid(row, rowid)))
    };
    Ok(statement
        .query_map(span, named)?
        .map_while(Result::ok)
        .collect())
}

/// Number and stamp of each row that a query finds in a span.
pub(super) fn stamps(
    db: &Connection,
    query: &str,
    span: (i64, i64),
) -> rusqlite::Result<Vec<(i64, i64)>> {
    let mut statement = db.prepare_cached(query)?;
    let stamped = |row: &Row<'_>| Ok((row.get(0)?, number(column(row, 1))));
    Ok(statement
        .query_map(span, stamped)?
        .map_while(Result::ok)
        .collect())
}

fn guid(row: &Row<'_>, rowid: i64) -> Guid {
    text(column(row, 1))
        .and_then(|guid| Guid::parse(&guid))
        .unwrap_or_else(|| unnamed(rowid))
}

fn message(db: &Connection, schema: &Schema, row: &Row<'_>) -> rusqlite::Result<MessageRow> {
    let rowid = row.get(0)?;
    let (edited, retracted) = (number(column(row, 13)) != 0, number(column(row, 14)) != 0);
    let history = history(column(row, 23), edited || retracted);
    let balloon = text(column(row, 10));
    let body = body(column(row, 2), column(row, 3));
    let body = history.newest(body);
    let body = linked(body, balloon.as_deref(), column(row, 25));
    let placeholder = matches!(&body, Body::Text(text) if text.reveal().contains(ATTACHMENT));
    let attachments = placeholder || number(column(row, 12)) != 0;
    let emptied = edited && number(column(row, 24)) != 0;
    let unsent = says_nothing(&body) && (retracted || emptied || history.unsent());
    Ok(MessageRow {
        date: date(column(row, 4)),
        service: text(column(row, 5)).unwrap_or_default(),
        from_me: number(column(row, 6)) != 0,
        destination: text(column(row, 7)).map(Text::new),
        item_type: number(column(row, 8)),
        associated_type: number(column(row, 9)),
        balloon,
        reply_to: text(column(row, 11)).and_then(|guid| Guid::parse(&guid)),
        files: if attachments {
            file_names(db, rowid).unwrap_or_default()
        } else {
            Vec::new()
        },
        attachments,
        edited: edited || retracted,
        unsent,
        error: number(column(row, 15)),
        sent: number(column(row, 16)) != 0,
        delivered: number(column(row, 17)) != 0,
        target: text(column(row, 18)).and_then(|about| target(&about)),
        emoji: text(column(row, 19)),
        subject: text(column(row, 20)).map(Text::new),
        schedule: schedule(row),
        voice: voice(db, rowid, (column(row, 26), column(row, 3))),
        handle: text(column(row, 27)).map(Text::new),
        chat: chat(db, schema, rowid)?,
        body,
        ..MessageRow::bare(rowid, guid(row, rowid))
    })
}

/// What the attachments of the row with this number are called.
fn file_names(db: &Connection, rowid: i64) -> rusqlite::Result<Vec<Text>> {
    let mut statement = db.prepare_cached(
        "SELECT coalesce(a.transfer_name, a.filename, a.guid) FROM message_attachment_join j \
         JOIN attachment a ON a.ROWID = j.attachment_id WHERE j.message_id = ?1 ORDER BY a.ROWID",
    )?;
    let rows = statement.query_map([rowid], |row| Ok(row.get_ref(0).ok().and_then(text)))?;
    let names = rows.collect::<rusqlite::Result<Vec<_>>>()?;
    Ok(names.into_iter().flatten().map(Text::new).collect())
}

/// Whether it was spoken, by its mark or by the transcript that stands in its body.
fn voice(db: &Connection, rowid: i64, (mark, body): (ValueRef<'_>, ValueRef<'_>)) -> Voice {
    let marked = number(mark) != 0;
    match transcript(db, rowid, marked, body) {
        Some(words) => Voice::Said(Text::new(words)),
        None if marked => Voice::Untold,
        None => Voice::No,
    }
}

/// Neither words nor an attachment.
fn says_nothing(body: &Body) -> bool {
    match body {
        Body::Text(text) => text.reveal().trim().is_empty(),
        Body::Empty => true,
        Body::Undecodable => false,
    }
}

/// `p:PART/GUID` of a part, `bp:GUID` of a balloon, or a guid alone.
fn target(about: &str) -> Option<Target> {
    let (part, guid) = match about.split_once('/') {
        Some((part, guid)) => (part.strip_prefix("p:").and_then(|n| n.parse().ok()), guid),
        None => (None, about.strip_prefix("bp:").unwrap_or(about)),
    };
    let guid = Guid::parse(guid)?;
    Some(Target { guid, part })
}

/// Send Later: type 2, whose state is 3 once it was sent. One that Messages could not
/// send may still be sent.
fn schedule(row: &Row<'_>) -> Schedule {
    let at = |index| number(column(row, index));
    let failed = at(15) != 0 && at(16) == 0;
    match (at(21), at(22)) {
        (2, ..=2) => Schedule::Waiting,
        (2, _) if failed => Schedule::Waiting,
        (2, _) => Schedule::Sent,
        _ => Schedule::None,
    }
}

/// A row that has no usable id, or is gone: named by its number.
#[expect(
    clippy::expect_used,
    reason = "a word, a dash and a number are always an id"
)]
pub(super) fn unnamed(rowid: i64) -> Guid {
    Guid::parse(&format!("row-{rowid}")).expect("visible ASCII")
}

/// A held row that was deleted before it was whole.
pub(super) fn gone(rowid: i64, guid: Option<Guid>) -> MessageRow {
    MessageRow {
        given_up: true,
        ..MessageRow::bare(rowid, guid.unwrap_or_else(|| unnamed(rowid)))
    }
}

/// How many attachments the text of a row has a place for: its first two columns.
pub(super) fn placeholders(row: &Row<'_>) -> usize {
    match body(column(row, 0), column(row, 1)) {
        Body::Text(text) => text.reveal().matches(ATTACHMENT).count(),
        Body::Empty | Body::Undecodable => 0,
    }
}

/// A text, whatever type it is stored as.
pub(super) fn stored_text(value: ValueRef<'_>) -> Option<String> {
    text(value)
}

fn column<'a>(row: &'a Row<'_>, index: usize) -> ValueRef<'a> {
    row.get_ref(index).unwrap_or(ValueRef::Null)
}

fn number(value: ValueRef<'_>) -> i64 {
    match value {
        ValueRef::Integer(number) => number,
        #[expect(
            clippy::cast_possible_truncation,
            reason = "a cast of floats saturates"
        )]
        ValueRef::Real(number) => number as i64,
        ValueRef::Text(digits) => std::str::from_utf8(digits)
            .ok()
            .and_then(|n| n.trim().parse().ok())
            .unwrap_or(0),
        ValueRef::Null | ValueRef::Blob(_) => 0,
    }
}

fn text(value: ValueRef<'_>) -> Option<String> {
    match value {
        ValueRef::Text(bytes) | ValueRef::Blob(bytes) => {
            Some(String::from_utf8_lossy(bytes).into_owned())
        }
        ValueRef::Integer(number) => Some(number.to_string()),
        ValueRef::Null | ValueRef::Real(_) => None,
    }
}

/// The plain column, where it has something; else the attributed body.
fn body(plain: ValueRef<'_>, attributed: ValueRef<'_>) -> Body {
    let plain = match plain {
        ValueRef::Text(bytes) | ValueRef::Blob(bytes) => bytes,
        ValueRef::Null | ValueRef::Integer(_) | ValueRef::Real(_) => &[],
    };
    let whole = std::str::from_utf8(plain);
    if let Ok(text) = whole
        && !text.is_empty()
    {
        return Body::Text(text.into());
    }
    match attributed {
        ValueRef::Blob(bytes) | ValueRef::Text(bytes) if !bytes.is_empty() => {
            match typedstream::decode(bytes) {
                Ok(text) => Body::Text(text.into()),
                Err(_) => Body::Undecodable,
            }
        }
        ValueRef::Integer(_) | ValueRef::Real(_) => Body::Undecodable,
        ValueRef::Null | ValueRef::Blob(_) | ValueRef::Text(_) if whole.is_err() => {
            Body::Undecodable
        }
        ValueRef::Null | ValueRef::Blob(_) | ValueRef::Text(_) => Body::Empty,
    }
}

fn date(value: ValueRef<'_>) -> Option<Wall> {
    let stored = number(value);
    let since = if stored.unsigned_abs() >= NANOSECONDS {
        stored / 1_000_000
    } else {
        stored.saturating_mul(1000)
    };
    (stored != 0).then(|| Wall(since.saturating_add(EPOCH)))
}

/// The chat a row is joined to. A row in several counts as being in all of
/// them, with everybody there: more people never make a chat more private.
fn chat(db: &Connection, schema: &Schema, rowid: i64) -> rusqlite::Result<Option<Chat>> {
    let mut chats = db.prepare_cached(&schema.chats)?;
    let mut chats = chats.query([rowid])?;
    let mut found: Option<Chat> = None;
    while let Some(row) = chats.next()? {
        let style = column(row, 1);
        let style = (style != ValueRef::Null).then(|| number(style));
        let identifier: Text = text(column(row, 2)).unwrap_or_default().into();
        let further = found.is_some().then(|| identifier.clone());
        let number = row.get(0)?;
        let chat = found.get_or_insert_with(|| Chat {
            style,
            identifier,
            participants: Vec::new(),
        });
        if style != DIRECT {
            chat.style = style;
        }
        let there = participants(db, number, &mut chat.participants)?;
        // A further chat is one with somebody, also where its people are missing.
        chat.participants
            .extend(further.filter(|_| style == DIRECT || !there));
    }
    Ok(found)
}

/// Adds the people of a chat; says whether it has any.
fn participants(db: &Connection, chat: i64, into: &mut Vec<Text>) -> rusqlite::Result<bool> {
    let mut people = db.prepare_cached(PARTICIPANTS)?;
    let mut people = people.query([chat])?;
    let mut any = false;
    while let Some(row) = people.next()? {
        any = true;
        let person = text(column(row, 0)).unwrap_or_default().into();
        if !into.contains(&person) {
            into.push(person);
        }
    }
    Ok(any)
}
