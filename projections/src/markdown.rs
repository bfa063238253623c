//! Markdown as a phone shows it well: plain lines. Models write headings, tables, links and
//! code in markdown; Messages shows the signs as they are.

use pulldown_cmark::{CodeBlockKind, CowStr, Event, LinkType, Options, Parser, Tag, TagEnd};
use std::fmt::Write as _;

/// What is longer stays as it is: nobody reads it on a phone.
const LONGEST: usize = 256 * 1024;

/// The text without the signs of markdown; all its words stay.
pub fn plain(text: &str) -> String {
    if text.len() > LONGEST {
        return text.to_owned();
    }
    let options = Options::ENABLE_TABLES | Options::ENABLE_TASKLISTS;
    let mut page = Page::default();
    let events = Parser::new_ext(text, options).into_offset_iter();
    // A definition of a link that nothing uses would vanish.
    let definitions: Vec<_> = Parser::new_ext(text, options)
        .reference_definitions()
        .iter()
        .map(|(name, link)| (name.to_owned(), link.dest.to_string()))
        .collect();
    for (event, at) in events {
        page.event(event, text.get(at).unwrap_or_default());
    }
    let mut out = page.out.trim_end().to_owned();
    let mut unused: Vec<_> = definitions
        .into_iter()
        .filter(|(_, link)| is_web(link) && !out.contains(link))
        .collect();
    unused.sort();
    for (name, link) in unused {
        // Writing to a String cannot fail.
        let _ = write!(out, "\n{name}: {link}");
    }
    out
}

/// Lines are not moved further in than this: a phone is narrow.
const DEEPEST: usize = 4;

/// Others lead nowhere on a phone: files on the Mac.
fn is_web(link: &str) -> bool {
    ["http://", "https://", "mailto:"]
        .iter()
        .any(|begin| link.starts_with(begin))
}

/// The text in the making.
#[derive(Default)]
struct Page {
    out: String,
    /// The lists that are open: the number of the next item, where they have numbers.
    lists: Vec<Option<u64>>,
    quotes: usize,
    in_code: bool,
    /// Where the links begin that are open, and where they lead.
    links: Vec<(usize, String)>,
    table: Option<Table>,
    /// The next block stands in the line of its item.
    at_item: bool,
}

#[derive(Default)]
struct Table {
    head: Vec<String>,
    row: Vec<String>,
    in_head: bool,
    rows: usize,
    /// Where the cell begins.
    cell: usize,
}

impl Page {
    fn event(&mut self, event: Event<'_>, source: &str) {
        match event {
            Event::Start(tag) => self.start(tag, source),
            Event::End(tag) => self.end(tag, source),
            Event::Text(text)
            | Event::Code(text)
            | Event::Html(text)
            | Event::InlineHtml(text)
            | Event::FootnoteReference(text)
            | Event::InlineMath(text)
            | Event::DisplayMath(text) => self.words(&text),
            Event::SoftBreak | Event::HardBreak => self.line(),
            Event::Rule => {
                self.block();
                self.out.push('—');
            }
            Event::TaskListMarker(done) => self.out.push_str(if done { "☑ " } else { "☐ " }),
        }
    }

    fn words(&mut self, text: &CowStr<'_>) {
        let text: &str = text;
        if !self.in_code && !text.contains('\n') {
            self.out.push_str(text);
            return;
        }
        let (lines, ends) = match text.strip_suffix('\n') {
            Some(lines) => (lines, true),
            None => (text, false),
        };
        for (nth, line) in lines.split('\n').enumerate() {
            if nth > 0 {
                self.line();
            }
            self.out.push_str(line);
        }
        if ends {
            self.line();
        }
    }

    /// A new line, as far in as the block is.
    fn line(&mut self) {
        self.out.push('\n');
        self.indent();
    }

    fn indent(&mut self) {
        for _ in 0..self.quotes.min(DEEPEST) {
            self.out.push_str("> ");
        }
        for _ in 1..self.lists.len().min(DEEPEST) {
            self.out.push_str("  ");
        }
    }

    /// A block begins, with an empty line before it where it is in no list.
    fn block(&mut self) {
        if std::mem::take(&mut self.at_item) {
            return;
        }
        self.fresh();
        if self.lists.is_empty() && !self.out.is_empty() {
            self.out.push('\n');
        }
        self.indent();
    }

    /// A line begins.
    fn fresh(&mut self) {
        let kept = self.out.trim_end_matches([' ', '\n', '>']).len();
        // What is cut here is only what indents a line that has nothing yet.
        let rest = self.out.get(kept..).unwrap_or_default();
        if rest.contains('\n') {
            self.out.truncate(kept);
        }
        if !self.out.is_empty() {
            self.out.push('\n');
        }
    }

    #[expect(
        clippy::wildcard_enum_match_arm,
        reason = "the signs of all others leave nothing behind"
    )]
    fn start(&mut self, tag: Tag<'_>, source: &str) {
        match tag {
            Tag::Paragraph | Tag::Heading { .. } | Tag::HtmlBlock => self.block(),
            Tag::BlockQuote(_) => {
                // The sign stands before its blocks.
                self.quotes += 1;
            }
            Tag::CodeBlock(kind) => {
                self.block();
                self.in_code = true;
                // The language behind the sign is no word, but where nothing else is there.
                if matches!(kind, CodeBlockKind::Fenced(_)) && !source.trim_end().contains('\n') {
                    self.out.push_str(source.trim_end());
                }
            }
            Tag::List(first) => {
                if self.lists.is_empty() && !self.at_item {
                    self.fresh();
                    if !self.out.is_empty() {
                        self.out.push('\n');
                    }
                }
                self.at_item = false;
                self.lists.push(first);
            }
            Tag::Item => {
                self.fresh();
                self.indent();
                match self.lists.last_mut() {
                    Some(Some(number)) => {
                        let mark = format!("{number}. ");
                        *number += 1;
                        self.out.push_str(&mark);
                    }
                    _ => self.out.push_str("• "),
                }
                self.at_item = true;
            }
            // Names such as __init__ are no emphasis of anything.
            Tag::Emphasis if source.starts_with('_') => self.out.push('_'),
            Tag::Strong if source.starts_with('_') => self.out.push_str("__"),
            Tag::Link {
                dest_url,
                link_type,
                ..
            } => {
                let own = matches!(link_type, LinkType::Autolink | LinkType::Email);
                let link = if own {
                    String::new()
                } else {
                    dest_url.to_string()
                };
                self.links.push((self.out.len(), link));
            }
            Tag::Image { dest_url, .. } => self.links.push((self.out.len(), dest_url.to_string())),
            Tag::Table(_) => {
                self.block();
                self.table = Some(Table::default());
            }
            Tag::TableHead | Tag::TableRow | Tag::TableCell => self.table_part(&tag),
            _ => {}
        }
    }

    #[expect(clippy::wildcard_enum_match_arm, reason = "the third part is a cell")]
    fn table_part(&mut self, tag: &Tag<'_>) {
        let Some(table) = &mut self.table else { return };
        match tag {
            Tag::TableHead => table.in_head = true,
            Tag::TableRow => table.row.clear(),
            _ => table.cell = self.out.len(),
        }
    }

    #[expect(
        clippy::wildcard_enum_match_arm,
        reason = "all others end without a sign"
    )]
    fn end(&mut self, tag: TagEnd, source: &str) {
        match tag {
            TagEnd::BlockQuote(_) => self.quotes = self.quotes.saturating_sub(1),
            TagEnd::CodeBlock => self.in_code = false,
            TagEnd::List(_) => {
                self.lists.pop();
                self.at_item = false;
            }
            TagEnd::Item => self.at_item = false,
            TagEnd::Emphasis if source.starts_with('_') => self.out.push('_'),
            TagEnd::Strong if source.starts_with('_') => self.out.push_str("__"),
            TagEnd::Link | TagEnd::Image => self.linked(),
            TagEnd::TableCell => self.cell(),
            TagEnd::TableHead => {
                if let Some(table) = &mut self.table {
                    table.in_head = false;
                }
            }
            TagEnd::TableRow => self.row(),
            TagEnd::Table => self.table_over(),
            _ => {}
        }
    }

    fn linked(&mut self) {
        let Some((from, link)) = self.links.pop() else {
            return;
        };
        let words = self.out.get(from..).unwrap_or_default();
        if words.is_empty() {
            self.out.push_str(&link);
        } else if is_web(&link) && words != link && link.strip_prefix("mailto:") != Some(words) {
            let _ = write!(self.out, " ({link})");
        }
    }

    fn cell(&mut self) {
        let Some(table) = &mut self.table else { return };
        let cell = self.out.split_off(table.cell.min(self.out.len()));
        let cell = cell.trim().to_owned();
        if table.in_head {
            table.head.push(cell);
        } else {
            table.row.push(cell);
        }
    }

    /// A row in one line: its first cell, then the others with the names of their columns.
    fn row(&mut self) {
        let Some(table) = &mut self.table else { return };
        let head = &table.head;
        let several = head.len() > 2;
        let mut cells = table
            .row
            .iter()
            .enumerate()
            .filter(|(_, cell)| !cell.is_empty());
        let first = cells
            .next()
            .map(|(_, cell)| cell.clone())
            .unwrap_or_default();
        let named = |(nth, cell): (usize, &String)| match head.get(nth).filter(|n| !n.is_empty()) {
            Some(name) if several => format!("{name} {cell}"),
            _ => cell.clone(),
        };
        let rest: Vec<_> = cells.map(named).collect();
        let line = if rest.is_empty() {
            first
        } else {
            format!("{first}: {}", rest.join(", "))
        };
        table.row.clear();
        table.rows += 1;
        let _ = write!(self.out, "• {line}");
        self.line();
    }

    /// A table without rows is its head.
    fn table_over(&mut self) {
        if let Some(table) = self.table.take().filter(|table| table.rows == 0) {
            self.out.push_str(&table.head.join(", "));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::plain;

    #[test]
    fn what_models_write_reads_as_plain_lines() {
        for (markdown, expected) in [
            ("All good.", "All good."),
            (
                "## Done\n\nI **fixed** the `parser`.\nIt *works*.",
                "Done\n\nI fixed the parser.\nIt works.",
            ),
            (
                "Run:\n\n```sh\ncargo test\n  --all\n```\nThen go.",
                "Run:\n\ncargo test\n  --all\n\nThen go.",
            ),
            (
                "- one\n- two\n  - deep\n- [x] done\n- [ ] open",
                "• one\n• two\n  • deep\n• ☑ done\n• ☐ open",
            ),
            ("3. three\n4. four", "3. three\n4. four"),
            (
                "See [the docs](https://example.com/a) and [a.rs](/Users/owner/a.rs:12).",
                "See the docs (https://example.com/a) and a.rs.",
            ),
            (
                "<https://example.com> [https://example.com](https://example.com)",
                "https://example.com https://example.com",
            ),
            (
                "| File | Lines |\n| --- | --- |\n| a.rs | 12 |\n| b.rs | 3 |",
                "• a.rs: 12\n• b.rs: 3",
            ),
            (
                "| Test | Before | After |\n|---|---|---|\n| parse | 3 s | 1 s |\n\nEnd.",
                "• parse: Before 3 s, After 1 s\n\nEnd.",
            ),
            ("> quoted\n> more\n\nend", "> quoted\n> more\n\nend"),
            ("a\n\n---\n\nb", "a\n\n—\n\nb"),
            (
                "text\n\n| only | head |\n| --- | --- |",
                "text\n\nonly, head",
            ),
        ] {
            assert_eq!(plain(markdown), expected, "{markdown:?}");
        }
    }

    #[test]
    fn words_that_only_look_like_markdown_stay() {
        for text in [
            "line one\nline two",
            "a * b * c and snake_case_name",
            "def __init__(self): pass",
            "Vec<T> and <b>",
            "1986. A great year",
            "#1 is fixed",
            "~~old~~",
            "[redacted GitHub token] was there",
            "2 < 3 & 4 > 1",
            "C:\\Users\\owner",
            "",
        ] {
            assert_eq!(plain(text), text);
        }
        assert_eq!(
            plain("text\n\n[docs]: https://example.com/x"),
            "text\ndocs: https://example.com/x"
        );
    }

    #[test]
    fn no_nesting_is_too_deep() {
        for (part, times) in [
            ("> ", 5_000),
            ("- ", 5_000),
            ("*", 20_000),
            ("[", 20_000),
            ("`", 9_999),
        ] {
            let text = part.repeat(times) + "x";
            assert!(plain(&text).contains('x'));
        }
    }
}
