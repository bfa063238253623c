//! The thread's id in the pane's title, by `[tui] terminal_title`. It is the only
//! proof of which session a pane shows that also holds in Codex's shared server.
//! What the owner shows there stays, in its order; ours comes last.

use super::text::{self, About, Edit, Fault, Statement};
use toml_edit::{Array, Document, Item, Value};

/// The item that shows the thread's id.
pub(super) const ITEM: &str = "thread-id";
/// What Codex shows when nothing is set, and ours.
const DEFAULT: [&str; 4] = ["activity", "thread-name", "project-name", ITEM];

/// Whether panes will show the thread's id; `false` for a text that does not parse.
pub fn shows_thread(text: &str) -> bool {
    text::parse(text).is_ok_and(|document| there(&document))
}

pub(super) fn there(document: &Document<&str>) -> bool {
    items(document).is_some_and(has)
}

fn has(items: &Array) -> bool {
    items.iter().any(|item| item.as_str() == Some(ITEM))
}

/// The owner's list.
pub(super) fn items<'a>(document: &'a Document<&str>) -> Option<&'a Array> {
    let tui = document.get("tui")?;
    tui.get("terminal_title")?.as_array()
}

/// What adds the item; `None` if it is there.
pub(super) fn add(source: &str, document: &Document<&str>) -> Result<Option<Edit>, Fault> {
    let refuse = |span: Option<std::ops::Range<usize>>, what: &str| {
        Err(text::fault(source, span.map_or(0, |span| span.start), what))
    };
    let line = format!("terminal_title = {}", text::list(&DEFAULT));
    let tui = match document.get("tui") {
        None | Some(Item::None) => return Ok(Some(section(source, &line))),
        Some(tui) => tui,
    };
    match tui.get("terminal_title") {
        None | Some(Item::None) => {}
        Some(Item::Value(Value::Array(list))) if has(list) => return Ok(None),
        Some(Item::Value(Value::Array(list))) => return Ok(append(source, list)),
        Some(other) => return refuse(other.span(), "terminal_title is not an array"),
    }
    match tui {
        Item::Value(Value::InlineTable(table)) => {
            let Some(span) = tui.span() else {
                return refuse(None, "cannot find tui");
            };
            let edit = if table.is_empty() {
                text::replace(source, span, About::Title, format!("{{ {line} }}"))
            } else {
                let inside = source[span.start..span.end - 1].trim_end();
                insert(span.start + inside.len(), format!(", {line}"))
            };
            Ok(Some(edit))
        }
        Item::Table(table) if table.is_dotted() => {
            let end = text::last_at_top(table).map(|end| text::line_end(source, end));
            let line = format!("tui.{line}");
            Ok(end.map(|end| text::insert_line(source, end, About::Title, &line)))
        }
        Item::Table(table) if table.is_implicit() => Ok(Some(section(source, &line))),
        Item::Table(table) => {
            let end = table.span().map(|span| text::line_end(source, span.end));
            Ok(end.map(|end| text::insert_line(source, end, About::Title, &line)))
        }
        Item::Value(_) | Item::ArrayOfTables(_) | Item::None => {
            refuse(tui.span(), "tui is not a table")
        }
    }
}

/// The item, behind the last one of a list, set as that one is.
fn append(source: &str, list: &Array) -> Option<Edit> {
    let item = text::quoted(ITEM);
    let Some(end) = list.iter().filter_map(Value::span).last() else {
        let span = list.span()?;
        return Some(text::replace(
            source,
            span,
            About::Title,
            format!("[{item}]"),
        ));
    };
    let before = &source[..end.start];
    let space = &before[before.trim_end().len()..];
    let space = if space.is_empty() || before.trim_end().ends_with(['[', ',']) {
        space
    } else {
        " "
    };
    let space = if space.is_empty() { " " } else { space };
    Some(insert(end.end, format!(",{space}{item}")))
}

/// The setting in a table of its own, at the end.
fn section(source: &str, line: &str) -> Edit {
    let end = text::newline(source);
    let body = format!("[tui]{end}{line}");
    let apart = match source[text::body(source)..].chars().next_back() {
        None => "",
        Some('\n') => end,
        // A text without a last line end keeps having none.
        Some(_) => return insert(source.len(), format!("{end}{end}{body}")),
    };
    insert(source.len(), format!("{apart}{body}{end}"))
}

fn insert(at: usize, ours: String) -> Edit {
    Edit {
        about: About::Title,
        at,
        theirs: String::new(),
        ours,
    }
}

/// What takes the item out of a list that was changed since it was put there.
pub(super) fn take_out(source: &str, statement: &Statement<'_>) -> Option<Edit> {
    let list = statement.value.as_array()?;
    let spans: Vec<_> = list.iter().map(Value::span).collect::<Option<_>>()?;
    let at = list.iter().position(|item| item.as_str() == Some(ITEM))?;
    let span = match (at.checked_sub(1), spans.get(at + 1)) {
        (Some(before), _) => spans.get(before)?.end..spans.get(at)?.end,
        (None, Some(after)) => spans.first()?.start..after.start,
        (None, None) => spans.first()?.clone(),
    };
    Some(text::replace(source, span, About::Title, String::new()))
}

/// It is the whole list that we wrote where none was.
pub(super) fn is_all_ours(value: &Value) -> bool {
    let items = value.as_array().into_iter().flatten();
    items.map(Value::as_str).eq(DEFAULT.into_iter().map(Some))
}
