//! Makes a text safe to paste into the composer, and tells whether the composer holds it.
//!
//! The rule: line ends become `\n`; control characters (C0, DEL, C1) other than newline and tab
//! are dropped, so there is no escape byte and no bracketed-paste terminator; characters that
//! reorder what is seen (bidi embeddings, overrides, isolates) are dropped, the plain marks of
//! right-to-left text are kept; the rest is trimmed and set between two spaces. The space in
//! front disarms `/`, `!`, `@` and `$` at the start, the one behind closes a mention at the end.
//! Codex trims both, so what it records is the trimmed text. Nothing is ever escaped or cut.

#[cfg(test)]
mod tests;

use crate::effects::screen::{Composer, columns, unseen};
use events::private::Text;

/// The largest paste that was measured to arrive byte by byte.
pub const MAX_BYTES: usize = 100_000;

/// From this many characters on, Codex shows a marker in place of the text.
const SHOWN_CHARS: usize = 1000;

/// Rows of a pane that are not the composer's: what stands above it, padding, footer.
const OTHER_ROWS: usize = 6;

/// A text ready to be pasted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Framed {
    /// What goes into the tmux buffer.
    pub bytes_to_paste: Text,
    /// What Codex records.
    pub expected: Text,
}

/// Why a text is not pasted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// Nothing is left to send.
    #[error("the text is empty once control characters are removed; nothing was pasted")]
    Empty,
    /// More than arrives whole.
    #[error(
        "the text has {bytes} bytes, and at most {max} can be pasted whole; nothing was pasted"
    )]
    TooLarge { bytes: usize, max: usize },
}

/// Neutralises a text by the rule above.
pub fn frame(text: &str) -> Result<Framed, Refusal> {
    let lines = text
        .replace("\r\n", "\n")
        .replace(['\r', '\u{2028}', '\u{2029}'], "\n");
    let clean: String = lines.chars().filter(|c| !dropped(*c)).collect();
    let clean = clean.trim();
    if clean.is_empty() {
        return Err(Refusal::Empty);
    }
    let framed = format!(" {clean} ");
    if framed.len() > MAX_BYTES {
        return Err(Refusal::TooLarge {
            bytes: clean.len(),
            max: MAX_BYTES,
        });
    }
    Ok(Framed {
        bytes_to_paste: framed.into(),
        expected: clean.into(),
    })
}

fn dropped(c: char) -> bool {
    let reorders = matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    reorders || (c.is_control() && !matches!(c, '\n' | '\t'))
}

/// Whether a pane of this size should show the whole text, so that [`shows`] can say yes
/// afterwards. Asked before pasting: a text that cannot be seen whole must take another way.
pub fn fits(framed: &Framed, width: u16, height: u16) -> bool {
    let room = usize::from(width).saturating_sub(4);
    if is_marked(framed) {
        return room >= "[Pasted Content 100000 chars]".len();
    }
    let rows = |line: &str| rows_of(line, room);
    let rows: usize = framed.expected.reveal().split('\n').map(rows).sum();
    room > 0 && rows + OTHER_ROWS <= usize::from(height)
}

/// The rows that a line takes when whole words go to the next row; longer words are broken.
fn rows_of(line: &str, room: usize) -> usize {
    let (mut rows, mut used) = (1, 1);
    for word in line.split_whitespace().map(columns) {
        if used + word > room {
            rows += 1 + word / room.max(1);
            used = 0;
        }
        used += word + 1;
    }
    rows
}

/// Whether Codex shows a marker in place of this text.
pub fn is_marked(framed: &Framed) -> bool {
    framed.bytes_to_paste.reveal().chars().count() > SHOWN_CHARS
}

/// Whether the composer holds exactly this text. Blanks within a line are not compared, since
/// wrapping and the terminal drop them; every line break is.
pub fn shows(composer: &Composer, framed: &Framed) -> bool {
    if composer.placeholder {
        return false;
    }
    if is_marked(framed) {
        let count = framed.bytes_to_paste.reveal().chars().count();
        return composer.pasted_marker == Some(count);
    }
    let mut rows = composer.text.reveal().split('\n').peekable();
    // A first word longer than the pane leaves the space in front of it alone on a row.
    if rows.peek().is_some_and(|row| row.is_empty()) {
        rows.next();
        if rows.peek().is_some_and(|row| row.starts_with(' ')) {
            return false;
        }
    }
    let mut rows = rows.map(visible);
    for line in framed.expected.reveal().split('\n').map(visible) {
        let mut shown = rows.next().unwrap_or_default();
        while !shown.is_empty() && shown.len() < line.len() {
            match rows.next() {
                Some(more) if !more.is_empty() => shown.push_str(&more),
                Some(_) | None => return false,
            }
        }
        if shown != line {
            return false;
        }
    }
    rows.all(|row| row.is_empty())
}

/// What can be compared of a line. Of several emoji joined into one, tmux may keep only the
/// first ones: what follows a joiner counts as part of what stands before it.
fn visible(line: &str) -> String {
    const JOINER: char = '\u{200d}';
    let mut joined = false;
    let mut seen = |c: &char| {
        if *c == JOINER || (joined && (unseen(*c) || u32::from(*c) >= 0x2190)) {
            joined = true;
            return false;
        }
        joined = false;
        !c.is_whitespace() && !unseen(*c)
    };
    line.chars().filter(|c| seen(c)).collect()
}
