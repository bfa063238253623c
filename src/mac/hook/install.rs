//! What has to change in Codex's config.toml so that it runs us, as splices of its
//! text. Pure: a text goes in, edits and sentences come out. An entry of somebody
//! else is never lost: it is run after ours, or stays where it is.

use super::command::{self, Argv, Kind};
use super::text::{self, About, Edit, Fault, Statement};
use super::title;
use std::ops::Range;
use toml_edit::{Document, Value};

/// What is asked for.
#[derive(Clone, Debug)]
pub(super) struct Wish {
    /// Our program, by the path that stays.
    pub program: String,
    /// The thread's id is to be in panes' titles.
    pub titles: bool,
}

/// What has to be done.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Changes {
    /// In the order of the text.
    pub edits: Vec<Edit>,
    /// What runs after us.
    pub chain: Option<Argv>,
    /// What is said about it.
    pub says: Vec<String>,
}

/// Tables in which Codex knows no `notify`, and in which one can only have been
/// meant for the top: whoever appended a line to the file put it there.
const NEVER_THERE: [&str; 8] = [
    "notice",
    "features",
    "tui",
    "projects",
    "model_providers",
    "history",
    "windows",
    "sandbox_workspace_write",
];

/// A `notify` entry.
pub(super) struct Entry {
    /// The tables it is in.
    pub tables: Vec<String>,
    /// The lines it takes.
    pub lines: Range<usize>,
    /// Its value.
    pub value: Range<usize>,
    /// Where the elements of a list stand.
    pub elements: Vec<Range<usize>>,
    /// What it says; `None` if that cannot be run.
    pub argv: Option<Argv>,
}

impl Entry {
    fn new(source: &str, statement: &Statement<'_>) -> Self {
        let list = statement.value.as_array();
        let mut tables = statement.path.clone();
        tables.pop();
        Self {
            tables,
            lines: text::lines(source, statement.key.start, statement.span.end),
            value: statement.span.clone(),
            elements: list.map_or_else(Vec::new, |list| {
                list.iter().filter_map(Value::span).collect()
            }),
            argv: command::argv(statement.value),
        }
    }

    pub(super) fn kind(&self) -> Kind {
        self.argv.as_deref().map_or(Kind::Foreign, command::kind)
    }

    pub(super) fn is_ours(&self) -> bool {
        matches!(self.kind(), Kind::Ours | Kind::Predecessor)
    }

    /// It has no effect where it is: ours, or clearly meant for the top.
    pub(super) fn is_misplaced(&self) -> bool {
        let table = self.tables.first().map(String::as_str);
        let never = table.is_some_and(|table| NEVER_THERE.contains(&table));
        let program = self
            .argv
            .as_deref()
            .is_some_and(command::is_clearly_a_program);
        table.is_some() && (self.is_ours() || (never && program))
    }
}

/// All `notify` entries; one that stands twice is also in here twice.
pub(super) struct Entries {
    /// The text with repeated entries blanked, which parses.
    pub plain: String,
    /// The one that Codex obeys.
    pub top: Option<Entry>,
    /// Those under a table.
    pub below: Vec<Entry>,
    /// Those that repeat another, because of which Codex does not start.
    pub repeated: Vec<Entry>,
}

/// Finds them, or says why the text is left alone.
pub(super) fn entries(source: &str) -> Result<Entries, Fault> {
    let mut plain = source.to_owned();
    let mut repeated = Vec::new();
    let document = loop {
        match Document::parse(plain.clone()) {
            Ok(document) => break document,
            Err(error) => {
                let at = error.span().map_or(0, |span| span.start);
                let fault = text::fault(source, at, error.message());
                let again = repetition(&plain, at, error.message()).ok_or(fault)?;
                plain = blanked(&plain, &again.lines);
                repeated.push(again);
            }
        }
    };
    let is_notify =
        |statement: &Statement<'_>| statement.path.last().is_some_and(|key| key == "notify");
    let found = text::statements(document.as_table())
        .into_iter()
        .filter(is_notify);
    let found = found.map(|statement| Entry::new(source, &statement));
    let (mut top, below): (Vec<_>, Vec<_>) = found.partition(|entry| entry.tables.is_empty());
    if let Some(item) = document.get("notify").filter(|item| !item.is_value()) {
        let at = item.span().map_or(0, |span| span.start);
        return Err(text::fault(
            source,
            at,
            "notify is a table, but Codex expects an array",
        ));
    }
    Ok(Entries {
        plain,
        top: top.pop(),
        below,
        repeated,
    })
}

/// The entry that begins at `at` and repeats one before it.
fn repetition(plain: &str, at: usize, message: &str) -> Option<Entry> {
    let start = plain[..at]
        .rfind('\n')
        .map_or(text::body(plain), |end| end + 1);
    let mut end = start;
    for _ in 0..200 {
        end = text::line_end(plain, end);
        let Ok(alone) = Document::parse(&plain[start..end]) else {
            if end == plain.len() {
                return None;
            }
            continue;
        };
        let mut entry = Entry::new(plain, text::statements(alone.as_table()).first()?);
        let is_notify =
            alone.len() == 1 && alone.get("notify").is_some_and(toml_edit::Item::is_value);
        if !is_notify || !message.contains("duplicate key") {
            return None;
        }
        // A key without a table before it tells what the lines before end in.
        let probe = format!("{}\nzz_probe = 1\n", &plain[..start]);
        let at_top = Document::parse(probe).is_ok_and(|before| before.get("zz_probe").is_some());
        let moved = |range: &Range<usize>| range.start + start..range.end + start;
        entry.lines = start..end;
        entry.value = moved(&entry.value);
        return (at_top || entry.is_ours()).then_some(entry);
    }
    None
}

/// The text with these bytes as spaces, so that all others stay where they are.
fn blanked(plain: &str, lines: &Range<usize>) -> String {
    let blank: String = plain[lines.clone()]
        .bytes()
        .map(|byte| if byte == b'\n' { '\n' } else { ' ' })
        .collect();
    format!("{}{blank}{}", &plain[..lines.start], &plain[lines.end..])
}

/// What makes Codex run us.
pub(super) fn changes(source: &str, wish: &Wish) -> Result<Changes, Fault> {
    let entries = entries(source)?;
    let mut changes = Changes::default();
    place(source, &entries, wish, &mut changes);
    for entry in entries.repeated.iter().chain(&entries.below) {
        let repeated = entry.tables.is_empty();
        let kept = entry.argv.as_deref().and_then(command::to_chain);
        let stays = !repeated && changes.chain.is_some() && kept.is_some();
        if !repeated && (!entry.is_misplaced() || stays) {
            continue;
        }
        changes.edits.push(text::replace(
            source,
            entry.lines.clone(),
            About::Misplaced,
            String::new(),
        ));
        changes.says.push(match entry.tables.as_slice() {
            [] => "removed a duplicate notify entry, which keeps Codex from starting".to_owned(),
            tables => format!(
                "removed a notify entry under [{}], where Codex ignores it",
                tables.join(".")
            ),
        });
        if changes.chain.is_none() && kept.is_some() {
            changes.chain = kept;
            changes.says.push(said_of_chain());
        }
    }
    if wish.titles {
        let document = text::parse(&entries.plain)?;
        if let Some(edit) = title::add(source, &document)? {
            changes.edits.push(edit);
            changes.says.push(format!(
                "added {} to [tui] terminal_title, so that each pane shows its session id",
                title::ITEM
            ));
        }
    }
    Ok(changes)
}

fn said_of_chain() -> String {
    "the existing notifier runs after ours, with the same payload".to_owned()
}

/// The entry that Codex obeys.
fn place(source: &str, entries: &Entries, wish: &Wish, changes: &mut Changes) {
    let ours = [wish.program.as_str(), "notify"];
    let Some(top) = &entries.top else {
        changes
            .edits
            .push(line(source, &entries.plain, &text::list(&ours)));
        changes.says.push(
            "added notify at the top, so that Codex notifies this program when a turn completes"
                .into(),
        );
        return;
    };
    let argv = top.argv.clone().unwrap_or_default();
    let is_list = !top.elements.is_empty();
    match top.kind() {
        Kind::Ours if is_list && argv == ours => return,
        Kind::ReachesUs => {
            changes
                .says
                .push("the existing notifier already calls this program; not changed".into());
            // One text instead of a list stops Codex from starting.
            let list = (!is_list).then(|| text::list(&argv));
            let edit =
                list.map(|list| text::replace(source, top.value.clone(), About::Notify, list));
            changes.edits.extend(edit);
            return;
        }
        Kind::ComputerUse { previous } => return beside(source, top, previous, &ours, changes),
        Kind::Ours | Kind::Predecessor => {
            changes
                .says
                .push("updated this program's older entry".into());
        }
        Kind::Foreign => {
            changes.chain = command::to_chain(&argv);
            changes.says.push(match (&changes.chain, &top.argv) {
                (Some(_), _) => said_of_chain(),
                (None, Some(_)) => "enabled notify, which was disabled".into(),
                (None, None) => {
                    "replaced a notify value that cannot be run; uninstall restores it".into()
                }
            });
        }
    }
    changes.edits.push(text::replace(
        source,
        top.value.clone(),
        About::Notify,
        text::list(&ours),
    ));
}

/// Computer Use puts itself first whenever it starts, and calls what was there
/// before: so we are what it calls, and call what it called until now.
fn beside(
    source: &str,
    top: &Entry,
    previous: Option<usize>,
    ours: &[&str; 2],
    changes: &mut Changes,
) {
    let argv = top.argv.clone().unwrap_or_default();
    let before = command::previous(&argv, previous);
    let before = before.unwrap_or_default();
    let up_to_date = before.iter().eq(ours.iter());
    if (up_to_date && !top.elements.is_empty())
        || (command::reaches_us(&before) && command::kind(&before) != Kind::Ours)
    {
        return;
    }
    let json = serde_json::to_string(ours).unwrap_or_default();
    let edit = match (
        previous.and_then(|at| top.elements.get(at)),
        top.elements.last(),
    ) {
        (Some(span), _) => text::replace(source, span.clone(), About::Notify, text::quoted(&json)),
        (None, Some(last)) => Edit {
            about: About::Notify,
            at: last.end,
            theirs: String::new(),
            ours: format!(
                ", {}, {}",
                text::quoted(command::PREVIOUS),
                text::quoted(&json)
            ),
        },
        // One text instead of a list: as a list Codex can read it.
        (None, None) => {
            let mut whole = argv.clone();
            whole.truncate(previous.map_or(whole.len(), |at| at - 1));
            whole.extend([command::PREVIOUS.to_owned(), json]);
            text::replace(source, top.value.clone(), About::Notify, text::list(&whole))
        }
    };
    changes.edits.push(edit);
    changes.says.push(
        "Codex Computer Use stays first (it always puts itself there) and calls this program"
            .into(),
    );
    changes.chain = command::to_chain(&before);
    if changes.chain.is_some() {
        changes
            .says
            .push("the notifier that Computer Use called before runs after ours".into());
    }
}

/// Our entry on a line of its own, where no table has begun yet.
fn line(source: &str, plain: &str, value: &str) -> Edit {
    let ours = format!("notify = {value}");
    let body = text::body(source);
    let last = Document::parse(plain)
        .ok()
        .and_then(|document| text::last_at_top(document.as_table()));
    if let Some(end) = last {
        let at = text::line_end(source, end);
        return text::insert_line(source, at, About::Notify, &ours);
    }
    // Comments with an empty line behind them are about the file, others about what follows.
    let mut at = body;
    let mut above = body;
    while source[at..].starts_with('#') {
        at = text::line_end(source, at);
    }
    if at > body && source[at..].trim_start_matches('\r').starts_with('\n') {
        above = text::line_end(source, at);
    }
    let mut edit = text::insert_line(source, above, About::Notify, &ours);
    if !source[above..].is_empty() {
        edit.ours.push_str(text::newline(source));
    }
    edit
}

/// `chain` is to run after us, given Codex's configuration: not if it is what calls us.
pub(super) fn due(config: &str, chain: &[String]) -> bool {
    if chain.is_empty() || command::reaches_us(chain) {
        return false;
    }
    let Ok(entries) = entries(config) else {
        return true;
    };
    let top = entries.top.and_then(|top| top.argv);
    !top.is_some_and(|top| command::same(&top, chain))
}
