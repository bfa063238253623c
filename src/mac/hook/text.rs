//! Finding things in the text of a TOML file, and changing only them. `toml_edit`
//! says where each key and value stands; a change is a splice of the text itself,
//! so that every other byte stays as it is (written back by `toml_edit`, line ends
//! and a byte order mark would change). Nothing here reads or writes a file.

use serde::{Deserialize, Serialize};
use std::ops::Range;
use toml_edit::{Document, Item, Table, Value};

/// Why a text is left alone; lines and columns are counted from 1.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}, column {column}: {what}")]
pub struct Fault {
    /// Where.
    pub line: usize,
    /// Where in the line, in characters.
    pub column: usize,
    /// What is wrong there.
    pub what: String,
}

/// What a change is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum About {
    /// The entry that makes Codex run us.
    Notify,
    /// The pane's title.
    Title,
    /// An entry that stood where it has no effect, taken away.
    Misplaced,
}

/// `theirs` stands at `at` and becomes `ours`. Kept for undoing, `at` is where `ours` stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Edit {
    /// What it is about.
    pub about: About,
    /// Offset in bytes.
    pub at: usize,
    /// The text before.
    pub theirs: String,
    /// The text after.
    pub ours: String,
}

/// A key with a value, wherever it stands.
pub(super) struct Statement<'a> {
    /// The tables it is in.
    pub path: Vec<String>,
    pub key: Range<usize>,
    pub span: Range<usize>,
    pub value: &'a Value,
}

/// Understands `text`, or says where it cannot be understood.
pub(super) fn parse(text: &str) -> Result<Document<&str>, Fault> {
    Document::parse(text).map_err(|error| {
        let at = error.span().map_or(0, |span| span.start);
        fault(text, at, error.message())
    })
}

/// A fault at this offset.
pub(super) fn fault(text: &str, at: usize, what: &str) -> Fault {
    let before = text.get(..at).unwrap_or(text);
    let before = before.trim_start_matches('\u{feff}');
    let last = before.rsplit('\n').next().unwrap_or(before);
    Fault {
        line: before.matches('\n').count() + 1,
        column: last.chars().count() + 1,
        what: what.lines().collect::<Vec<_>>().join("; "),
    }
}

/// Every key with a value that is not inside of a value, in no order that matters.
pub(super) fn statements(table: &Table) -> Vec<Statement<'_>> {
    let mut found = Vec::new();
    collect(table, &mut Vec::new(), &mut found);
    found
}

fn collect<'a>(table: &'a Table, path: &mut Vec<String>, found: &mut Vec<Statement<'a>>) {
    for (name, item) in table {
        match item {
            Item::None => {}
            Item::Value(value) => {
                let key = table.key(name).and_then(toml_edit::Key::span);
                if let (Some(key), Some(span)) = (key, item.span()) {
                    let path = path.iter().cloned().chain([name.to_owned()]).collect();
                    found.push(Statement {
                        path,
                        key,
                        span,
                        value,
                    });
                }
            }
            Item::Table(inner) => {
                path.push(name.to_owned());
                collect(inner, path, found);
                path.pop();
            }
            Item::ArrayOfTables(tables) => {
                path.push(name.to_owned());
                for inner in tables {
                    collect(inner, path, found);
                }
                path.pop();
            }
        }
    }
}

/// The end of the last statement before the first table; `None` if there is none.
pub(super) fn last_at_top(table: &Table) -> Option<usize> {
    let ends = table.iter().filter_map(|(_, item)| match item {
        Item::Value(_) => item.span().map(|span| span.end),
        Item::Table(inner) if inner.is_dotted() => last_at_top(inner),
        Item::Table(_) | Item::ArrayOfTables(_) | Item::None => None,
    });
    ends.max()
}

/// The whole lines that a statement takes, with its comment and its line end.
pub(super) fn lines(text: &str, key: usize, end: usize) -> Range<usize> {
    let start = text[..key].rfind('\n').map_or(body(text), |at| at + 1);
    start..line_end(text, end)
}

/// Behind the end of the line that `at` is in.
pub(super) fn line_end(text: &str, at: usize) -> usize {
    text[at..].find('\n').map_or(text.len(), |end| at + end + 1)
}

/// Where the text begins behind its byte order mark.
pub(super) fn body(text: &str) -> usize {
    if text.starts_with('\u{feff}') { 3 } else { 0 }
}

/// The line end that the text uses.
pub(super) fn newline(text: &str) -> &'static str {
    match text.find('\n') {
        Some(at) if text[..at].ends_with('\r') => "\r\n",
        _ => "\n",
    }
}

/// `line` as an edit that puts it on a line of its own behind `at`, which is the
/// start of a line or the end of a text without a last line end.
pub(super) fn insert_line(text: &str, at: usize, about: About, line: &str) -> Edit {
    let end = newline(text);
    let unended = at > body(text) && !text[..at].ends_with('\n');
    let ours = if unended {
        format!("{end}{line}")
    } else {
        format!("{line}{end}")
    };
    Edit {
        about,
        at,
        theirs: String::new(),
        ours,
    }
}

/// An edit that puts `ours` in the place of `span`.
pub(super) fn replace(text: &str, span: Range<usize>, about: About, ours: String) -> Edit {
    Edit {
        about,
        at: span.start,
        theirs: text[span].to_owned(),
        ours,
    }
}

/// The text with all edits made, and what undoes them. Edits do not overlap.
pub(super) fn apply(text: &str, mut edits: Vec<Edit>) -> (String, Vec<Edit>) {
    // What is put before lines that are taken away comes first.
    edits.sort_by_key(|edit| (edit.at, edit.theirs.len()));
    let mut after = String::with_capacity(text.len() + 256);
    let mut from = 0;
    for edit in &mut edits {
        after.push_str(&text[from..edit.at]);
        from = edit.at + edit.theirs.len();
        edit.at = after.len();
        after.push_str(&edit.ours);
    }
    after.push_str(&text[from..]);
    (after, edits)
}

/// The text before these edits, if they are all still there.
pub(super) fn undo(text: &str, edits: &[Edit]) -> Option<String> {
    let mut before = String::with_capacity(text.len());
    let mut from = 0;
    for edit in edits {
        before.push_str(text.get(from..edit.at)?);
        let rest = text.get(edit.at..)?;
        rest.starts_with(&edit.ours).then_some(())?;
        before.push_str(&edit.theirs);
        from = edit.at + edit.ours.len();
    }
    before.push_str(text.get(from..)?);
    Some(before)
}

/// A text as TOML writes it.
pub(super) fn quoted(text: &str) -> String {
    Value::from(text).to_string()
}

/// A list of texts as TOML writes it.
pub(super) fn list<S: AsRef<str>>(texts: &[S]) -> String {
    let texts: Vec<_> = texts.iter().map(|text| quoted(text.as_ref())).collect();
    format!("[{}]", texts.join(", "))
}
