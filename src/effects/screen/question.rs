//! A question with numbered options. A digit typed here answers at once, so everything must
//! agree: the header, an unbroken list with its fixed last row, the hints, and the cursor.

use super::bottom::{self, Row, blank};
use super::cues::{LAST_OPTION, NOTES_PLACEHOLDER, QUESTION_FEET};
use super::{Capture, Composer, Seen, SeenQuestion, composer};
use events::outcome::Screen;

/// Column of the numbers; what belongs to a row is indented further.
const INDENT: usize = 4;

/// The question at the bottom of the screen. `None`: its hints are not there.
pub(super) fn read(capture: &Capture) -> Option<Seen> {
    let block = bottom::last_block(&capture.lines)?;
    let foot = bottom::squeeze(&capture.lines[block.clone()]).replace(" | ", " ");
    let (_, notes, several) = QUESTION_FEET.iter().find(|(text, ..)| *text == foot)?;
    Some(match question(capture, block.start, *notes, *several) {
        Ok(question) => Seen {
            screen: Screen::Question {
                text: question.text.clone(),
                options: u16::try_from(question.options.len()).unwrap_or(u16::MAX),
                notes: question.note.is_some(),
            },
            composer: None,
            question: Some(question),
            why: vec!["question header", "whole list", "hints", "cursor"],
        },
        Err(why) => Seen::plain(Screen::Unknown, &[why]),
    })
}

fn question(
    capture: &Capture,
    end: usize,
    notes: bool,
    several: Option<bool>,
) -> Result<SeenQuestion, &'static str> {
    let lines = &capture.lines[..end];
    let rows = list(lines).ok_or("the list of options is not whole")?;
    let (first, last) = (rows[0].line, rows[rows.len() - 1].line);
    let (header, index, count) = header(lines, first).ok_or("no question header")?;
    if index == 0 || index > count || several.is_some_and(|several| several != (count > 1)) {
        return Err("the question's numbers contradict its hints");
    }
    let mut selected = rows.iter().filter(|row| row.selected);
    let (Some(one), None) = (selected.next(), selected.next()) else {
        return Err("not exactly one option is selected");
    };
    let text = bottom::squeeze(&lines[header + 1..first]);
    if text.is_empty() {
        return Err("the question has no text");
    }
    Ok(SeenQuestion {
        text: text.into(),
        index,
        count,
        selected: one.number,
        note: note(capture, last + 1, end, notes)?,
        options: rows.iter().map(|row| row.label.as_str().into()).collect(),
    })
}

/// The rows from 1 to "None of the above", with nothing between them but their descriptions.
fn list(lines: &[String]) -> Option<Vec<Row>> {
    let strict = |at: usize| bottom::row(at, &lines[at]).filter(|row| row.indent == INDENT);
    let last = (0..lines.len())
        .rev()
        .filter_map(strict)
        .find(|row| row.label == LAST_OPTION)?;
    let mut rows = vec![last];
    while rows[0].number > 1 {
        let above = (0..rows[0].line).rev().find(|at| !is_more(&lines[*at]))?;
        let row = strict(above).filter(|row| row.number + 1 == rows[0].number)?;
        rows.insert(0, row);
    }
    Some(rows)
}

/// The rest of a description that was wrapped.
fn is_more(line: &str) -> bool {
    !blank(line) && line.starts_with("       ")
}

/// `Question 1/2 (2 unanswered)`, the nearest one above the list.
fn header(lines: &[String], first: usize) -> Option<(usize, u16, u16)> {
    let start = bottom::region_start(lines, first);
    (start..first).rev().find_map(|at| {
        let rest = lines[at].strip_prefix("  Question ")?;
        let (index, rest) = rest.split_once('/')?;
        let (count, open) = rest.trim_end().split_once(" (")?;
        let open: u16 = open.strip_suffix(" unanswered)")?.parse().ok()?;
        let count: u16 = count.parse().ok()?;
        (open <= count).then_some((at, index.parse().ok()?, count))
    })
}

/// The notes field below the list. A list hides the cursor, the field shows it in its text.
fn note(
    capture: &Capture,
    from: usize,
    end: usize,
    open: bool,
) -> Result<Option<Composer>, &'static str> {
    let lines = &capture.lines;
    let skip = |line: &&String| is_more(line) && !open;
    let mut below = (from..end).filter(|at| !blank(&lines[*at]) && !skip(&&lines[*at]));
    if !open {
        return match (below.next(), capture.cursor_visible) {
            (None, false) => Ok(None),
            (Some(_), _) => Err("something stands between the options and the hints"),
            (None, true) => Err("a list that shows a cursor"),
        };
    }
    let field = below.find(|at| lines[*at].starts_with("  › "));
    let field = field.ok_or("the notes field is not there")?;
    let rows: Vec<String> = (field..end)
        .map(|at| lines[at].chars().skip(INDENT).collect())
        .collect();
    let inside = (field..end).contains(&usize::from(capture.cursor.1));
    if !capture.cursor_visible || !inside {
        return Err("the cursor is not in the notes field");
    }
    let mut note = composer::from_rows(&rows);
    let home = (usize::from(capture.cursor.0), usize::from(capture.cursor.1)) == (INDENT, field);
    note.placeholder = home && note.text.reveal() == NOTES_PLACEHOLDER;
    Ok(Some(note))
}
