//! Taking our changes out of a text again. Where nothing else has changed since,
//! the splices are undone and every byte is as before. Otherwise each is undone
//! where it can still be found, and what the owner has changed meanwhile stays.

use super::command::{self, Kind};
use super::install::{self, Entry};
use super::record::Record;
use super::text::{self, About, Edit, Fault};
use super::title;
use std::ops::Range;

/// The text without what is recorded. What the record does not know of stays.
pub(super) fn recorded(source: &str, record: &Record) -> Result<String, Fault> {
    if record.is_before(source) {
        return Ok(source.to_owned());
    }
    if record.is_of(source)
        && let Some(before) = text::undo(source, &record.edits)
    {
        return Ok(before);
    }
    let mut now = source.to_owned();
    for edit in record
        .edits
        .iter()
        .filter(|edit| edit.about != About::Misplaced)
    {
        if let Some(next) = one(&now, edit)? {
            now = next;
        }
    }
    Ok(now)
}

/// The text without anything of ours, recorded or not, and what is said about it.
pub(super) fn everything(
    source: &str,
    record: Option<&Record>,
) -> Result<(String, Vec<String>), Fault> {
    let mut now = match record {
        Some(record) => recorded(source, record)?,
        None => source.to_owned(),
    };
    let mut says = Vec::new();
    if now != source {
        says.push("restored what set-up changed".to_owned());
    }
    loop {
        let entries = install::entries(&now)?;
        let chain = record.and_then(|record| record.chain.as_deref());
        let mut all = entries
            .top
            .iter()
            .chain(&entries.repeated)
            .chain(&entries.below);
        if let Some(entry) = all.find(|entry| entry.is_ours()) {
            now.replace_range(entry.lines.clone(), "");
            says.push("removed this program's notify entry".to_owned());
        } else if let Some((span, element)) =
            entries.top.as_ref().and_then(|top| called(top, chain))
        {
            now.replace_range(span, &element);
            says.push("Codex Computer Use no longer calls this program".to_owned());
        } else {
            if entries.top.is_some_and(|top| top.kind() == Kind::ReachesUs) {
                says.push(
                    "another program's notify entry calls this one; it was kept, so remove the call there".to_owned(),
                );
            }
            return Ok((now, says));
        }
    }
}

/// What Computer Use calls is us: what it is to call instead.
fn called(top: &Entry, chain: Option<&[String]>) -> Option<(Range<usize>, String)> {
    let argv = top.argv.as_deref()?;
    let Kind::ComputerUse { previous: Some(at) } = top.kind() else {
        return None;
    };
    let before = command::previous(argv, Some(at))?;
    (command::kind(&before) == Kind::Ours).then_some(())?;
    let next = chain
        .filter(|chain| !command::same(chain, argv))
        .unwrap_or_default();
    let json = serde_json::to_string(next).ok()?;
    Some((top.elements.get(at)?.clone(), text::quoted(&json)))
}

/// Undoes one edit in a text that has changed since; `None` if it is not there any more.
fn one(now: &str, edit: &Edit) -> Result<Option<String>, Fault> {
    let document = text::parse(now)?;
    let statements = text::statements(document.as_table());
    let path: &[&str] = match edit.about {
        About::Notify => &["notify"],
        About::Title => &["tui", "terminal_title"],
        About::Misplaced => return Ok(None),
    };
    let mut found = statements.iter();
    // A table on one line is one statement with all that is in it.
    let inline = |statement: &&text::Statement<'_>| statement.path == path[..1];
    let exact = |statement: &&text::Statement<'_>| statement.path == path;
    let Some(statement) = found.clone().find(exact).or_else(|| found.find(inline)) else {
        return Ok(None);
    };
    let lines = text::lines(now, statement.key.start, statement.span.end);
    let overlaps = |at: usize| at < lines.end && at + edit.ours.len() > lines.start;
    let mut places = now.match_indices(&edit.ours).map(|(at, _)| at);
    if let Some(at) = places.find(|at| overlaps(*at)) {
        let before = format!(
            "{}{}{}",
            &now[..at],
            edit.theirs,
            &now[at + edit.ours.len()..]
        );
        // What was added since may rest on what we added, such as a table's head.
        if text::parse(&before).is_ok_and(|after| same_keys(&document, &after, &statement.path)) {
            return Ok(Some(before));
        }
    }
    let ours =
        command::argv(statement.value).is_some_and(|argv| command::kind(&argv) == Kind::Ours);
    let again = match edit.about {
        About::Notify if ours && edit.theirs.is_empty() => {
            text::replace(now, lines, edit.about, String::new())
        }
        About::Notify if ours => {
            text::replace(now, statement.span.clone(), edit.about, edit.theirs.clone())
        }
        About::Title if title::is_all_ours(statement.value) && edit.theirs.is_empty() => {
            text::replace(now, lines, edit.about, String::new())
        }
        About::Title => match title::take_out(now, statement) {
            Some(edit) => edit,
            None => return Ok(None),
        },
        About::Notify | About::Misplaced => return Ok(None),
    };
    Ok(Some(text::apply(now, vec![again]).0))
}

/// Both texts say the same, but for what is at `path`.
fn same_keys(
    one: &toml_edit::Document<&str>,
    other: &toml_edit::Document<&str>,
    path: &[String],
) -> bool {
    let keys = |document: &toml_edit::Document<&str>| -> Vec<_> {
        let statements = text::statements(document.as_table());
        let others = statements.iter().filter(|statement| statement.path != path);
        others
            .map(|statement| {
                (
                    statement.path.clone(),
                    statement.value.to_string().trim().to_owned(),
                )
            })
            .collect()
    };
    keys(one) == keys(other)
}
