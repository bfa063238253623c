//! The composer, the only place for free text. It is known by its shape: a prompt that stands
//! free, the cursor in it, right above a small footer in which nothing takes keys, and a title
//! that asks for nothing. What Codex or its owner writes into the footer does not count.

use super::bottom::{self, blank, columns};
use super::cues::{self, Title};
use super::style::{self, Cells};
use super::{Capture, Composer, Seen};
use events::outcome::Screen;

const PROMPT: char = '›';
/// Where text begins, right of the prompt.
const TEXT_COLUMN: u16 = 2;

/// The composer's lines on the screen.
struct Place {
    prompt: usize,
    end: usize,
}

/// What the bottom of the screen is if it is no modal: a composer, or unknown.
pub(super) fn read(capture: &Capture) -> Seen {
    let title = cues::title(&capture.title);
    let place = match place(capture) {
        Ok(_) if title == Title::ActionRequired => {
            return Seen::plain(Screen::Unknown, &["the title asks for an action"]);
        }
        Ok(place) => place,
        Err(why) => return Seen::plain(Screen::Unknown, &[why]),
    };
    let composer = match composer(capture, &place) {
        Ok(composer) => composer,
        Err(why) => return Seen::plain(Screen::Unknown, &[why]),
    };
    if let Some(title) = popup(capture, &place, &composer) {
        let screen = Screen::Picker {
            title: title.into(),
        };
        return Seen::plain(screen, &["a popup at the composer"]);
    }
    let mut why = vec!["prompt", "cursor in the composer", "a footer"];
    let (screen, cue) = match (turn(capture, &place), title) {
        (Some(Turn::Hook), _) => (Screen::RunningHook, "the turn's line says so"),
        (Some(Turn::Model), _) => (Screen::Working, "the turn's line"),
        (None, Title::Spinner) => (Screen::Working, "the title's spinner"),
        (None, Title::Silent | Title::ActionRequired) => {
            let draft = composer.holds_draft();
            (Screen::Composer { draft }, "no sign of a turn")
        }
    };
    why.push(cue);
    Seen {
        screen,
        composer: Some(composer),
        question: None,
        why,
    }
}

/// Finds the prompt from the cursor, and the footer from the bottom; they must meet.
fn place(capture: &Capture) -> Result<Place, &'static str> {
    let lines = &capture.lines;
    let footer = bottom::last_block(lines).ok_or("an empty screen")?;
    let (x, y) = (capture.cursor.0, usize::from(capture.cursor.1));
    if !cues::is_footer(&lines[footer.clone()]) {
        return Err("what stands at the bottom may take keys");
    }
    if !capture.cursor_visible {
        return Err("the cursor is hidden");
    }
    let end = footer.start.saturating_sub(1);
    if y >= end || x < TEXT_COLUMN || x > capture.width {
        return Err("the cursor is not in the composer");
    }
    let part = |line: &String| blank(line) || line.starts_with("  ");
    let prompt = lines[..end].iter().rposition(|line| !part(line));
    let prompt = prompt.filter(|at| *at <= y && is_prompt(&lines[*at]));
    let prompt = prompt.ok_or("no prompt above the cursor")?;
    if prompt == 0 || !blank(&lines[prompt - 1]) {
        return Err("the prompt does not stand free");
    }
    Ok(Place { prompt, end })
}

fn is_prompt(line: &str) -> bool {
    let mut chars = line.chars();
    chars.next() == Some(PROMPT) && chars.next().is_none_or(|c| c == ' ')
}

fn composer(capture: &Capture, place: &Place) -> Result<Composer, &'static str> {
    let rows: Vec<String> = capture.lines[place.prompt..place.end]
        .iter()
        .map(|line| line.chars().skip(usize::from(TEXT_COLUMN)).collect())
        .collect();
    let mut composer = from_rows(&rows);
    let home = usize::from(capture.cursor.1) == place.prompt && capture.cursor.0 == TEXT_COLUMN;
    let alone = rows[1..].iter().all(|row| blank(row));
    let suggested = match &capture.styled {
        Some(styled) => {
            let cells = agreeing(capture, styled, place)?;
            if cells[0].iter().any(|(c, dim)| *c == PROMPT && *dim) {
                return Err("the prompt is dim, as in the transcript");
            }
            let mut text = cells
                .iter()
                .flatten()
                .filter(|(c, _)| *c != PROMPT && *c != ' ');
            text.all(|(_, dim)| *dim)
        }
        None => alone && cues::PLACEHOLDERS.contains(&rows[0].trim()),
    };
    let mut below = capture.lines[place.end..].iter();
    let hinted = capture.alternate && rows[0].trim() == cues::NEW_PLACEHOLDER;
    if suggested && hinted && !below.any(|line| cues::is_empty_hint(line)) {
        return Err("the hints of an empty composer are missing");
    }
    // A narrow pane cuts or wraps the suggestion. What was typed is none, and begins like it seldom.
    let row = rows[0].trim();
    let perhaps = suggested || capture.styled.is_none();
    if perhaps && row.len() >= "Ask a".len() && cues::SIDE_PLACEHOLDER.starts_with(row) {
        return Err("the composer of a side conversation");
    }
    if !home && blank(composer.text.reveal()) {
        return Err("the composer is blank, and the cursor is not at its beginning");
    }
    composer.placeholder = home && suggested && !blank(composer.text.reveal());
    Ok(composer)
}

/// The cells of the composer's rows, if both captures show the same.
fn agreeing(
    capture: &Capture,
    styled: &[String],
    place: &Place,
) -> Result<Vec<Cells>, &'static str> {
    let rows = style::rows(styled);
    let cells = rows.get(place.prompt..place.end);
    let cells = cells.ok_or("the capture with attributes is shorter")?;
    for (cells, line) in cells.iter().zip(&capture.lines[place.prompt..]) {
        let shown: String = cells.iter().map(|(c, _)| c).collect();
        if shown.trim_end() != line.trim_end() {
            return Err("the two captures differ");
        }
    }
    Ok(cells.to_vec())
}

/// Makes a composer of its rows. Blank rows at the end are kept out.
pub(super) fn from_rows(rows: &[String]) -> Composer {
    let rows: Vec<&str> = rows.iter().map(|row| row.trim_end()).collect();
    let text = rows.join("\n").trim_end().to_owned();
    let marker = text.trim().strip_prefix("[Pasted Content ");
    let marker = marker.and_then(|rest| rest.strip_suffix(" chars]"));
    Composer {
        pasted_marker: marker.and_then(|count| count.parse().ok()),
        text: text.into(),
        placeholder: false,
    }
}

/// A popup eats Enter: a command is being typed, or the word at the cursor is a mention.
fn popup(capture: &Capture, place: &Place, composer: &Composer) -> Option<&'static str> {
    if composer.placeholder {
        return None;
    }
    if composer.text.reveal().starts_with(['/', '@', '$', '!']) {
        return Some("a command or a mention in the composer");
    }
    let above = capture.lines[..place.prompt]
        .iter()
        .rposition(|l| !blank(l));
    let mut near = capture.lines[above.unwrap_or(0)..place.end].iter();
    if near.any(|line| line.contains(" · esc close")) {
        return Some("a list above the composer");
    }
    let word = word_at(
        &capture.lines[usize::from(capture.cursor.1)],
        usize::from(capture.cursor.0),
    );
    let mention = word.starts_with(['@', '$']);
    mention.then_some("a mention in the composer")
}

/// What stands left of a column, back to the last blank.
fn word_at(line: &str, column: usize) -> &str {
    let cut = line.char_indices().map(|(at, _)| at).chain([line.len()]);
    let left = cut.map(|at| &line[..at]);
    let left = left.take_while(|left| columns(left) <= column).last();
    let left = left.unwrap_or_default();
    if columns(left) < column {
        return "";
    }
    left.rsplit(char::is_whitespace).next().unwrap_or_default()
}

enum Turn {
    Model,
    Hook,
}

/// `• Working (2s • esc to interrupt)` right above the composer; what is queued may stand between.
fn turn(capture: &Capture, place: &Place) -> Option<Turn> {
    let mut above = &capture.lines[..place.prompt];
    let line = loop {
        let block = bottom::last_block(above)?;
        let line = &above[block.start];
        if !cues::PENDING.iter().any(|text| line.starts_with(text)) {
            break line;
        }
        above = &above[..block.start];
    };
    if !line.starts_with(['•', '◦']) || !line.contains(" esc to interrupt)") {
        return None;
    }
    Some(if line.contains("Running hook") {
        Turn::Hook
    } else {
        Turn::Model
    })
}
