//! Property lists in a row of chat.db: what was edited or unsent, and which link
//! a preview shows. Both are looked at only where the body does not say it.

use super::typedstream;
use events::Text;
use events::input::Body;
use plist::{Dictionary, Value};
use rusqlite::types::ValueRef;
use std::io::Cursor;

/// Previews of links have this `balloon_bundle_id`.
pub(super) const LINK: &str = "com.apple.messages.URLBalloonProvider";
/// Larger ones are passed over: a history holds a few short texts, a preview a few names.
const MAX: usize = 1 << 20;
/// A link is not longer than this.
const LINK_MAX: usize = 8192;

/// What `message_summary_info` tells of edits.
#[derive(Default)]
pub(super) struct History {
    /// The newest text of each part that was edited, in the order of the parts.
    newest: Vec<String>,
    /// Parts were unsent.
    unsent: bool,
    /// The text of a part could not be read.
    unread: bool,
}

/// Reads the history of a row that was edited.
pub(super) fn history(summary: ValueRef<'_>, edited: bool) -> History {
    let summary = edited.then(|| dictionary(summary)).flatten();
    let Some(summary) = summary else {
        return History::default();
    };
    // `ec`: part number to its texts, oldest first. `rp` and `Rrp`: numbers of unsent parts.
    let parts = summary.get("ec").and_then(Value::as_dictionary);
    let count = parts.map_or(0, Dictionary::len);
    let mut texts: Vec<_> = parts
        .into_iter()
        .flatten()
        .filter_map(|(part, texts)| Some((part.parse::<u32>().ok()?, newest(texts)?)))
        .collect();
    texts.sort();
    let unsent = |key: &str| match summary.get(key) {
        Some(Value::Array(parts)) => !parts.is_empty(),
        Some(Value::Dictionary(parts)) => !parts.is_empty(),
        _ => false,
    };
    History {
        unread: texts.len() < count,
        newest: texts.into_iter().map(|(_, text)| text).collect(),
        unsent: unsent("rp") || unsent("Rrp"),
    }
}

/// The last text of a part.
fn newest(texts: &Value) -> Option<String> {
    let last = texts.as_array()?.last()?.as_dictionary()?;
    let text = last.get("t")?.as_data()?;
    typedstream::decode(text).ok()
}

impl History {
    /// The body; where the row has none, the newest texts of its parts, if all can be read.
    pub(super) fn newest(&self, body: Body) -> Body {
        if body != Body::Empty || self.unsent {
            body
        } else if self.unread {
            Body::Undecodable
        } else if self.newest.is_empty() {
            body
        } else {
            Body::Text(Text::new(self.newest.join("\n")))
        }
    }

    /// Whether parts were unsent.
    pub(super) const fn unsent(&self) -> bool {
        self.unsent
    }
}

/// The body; for a preview whose body is blank, the link that its payload names. Where
/// that names none yet, there is no body yet.
pub(super) fn linked(body: Body, balloon: Option<&str>, payload: ValueRef<'_>) -> Body {
    let blank = |c: char| c.is_whitespace() || matches!(c, '\u{fffc}' | '\u{fffd}');
    let says_nothing = match &body {
        Body::Text(text) => text.reveal().chars().all(blank),
        Body::Empty => true,
        Body::Undecodable => false,
    };
    if !says_nothing || balloon != Some(LINK) {
        return body;
    }
    link(payload).map_or(Body::Empty, |link| Body::Text(Text::new(link)))
}

/// The first address among the objects of a keyed archive: its own, before those of pictures.
fn link(payload: ValueRef<'_>) -> Option<String> {
    let archive = dictionary(payload)?;
    let objects = archive.get("$objects")?.as_array()?;
    let strings = objects.iter().filter_map(Value::as_string);
    let is_link = |text: &&str| {
        let scheme = text.starts_with("https://") || text.starts_with("http://");
        scheme && text.len() <= LINK_MAX && !text.contains(char::is_whitespace)
    };
    strings.into_iter().find(is_link).map(str::to_owned)
}

/// A property list of any form. What is damaged or too large reads as nothing.
pub(super) fn dictionary(value: ValueRef<'_>) -> Option<Dictionary> {
    let (ValueRef::Blob(bytes) | ValueRef::Text(bytes)) = value else {
        return None;
    };
    if bytes.is_empty() || bytes.len() > MAX {
        return None;
    }
    Value::from_reader(Cursor::new(bytes))
        .ok()?
        .into_dictionary()
}
