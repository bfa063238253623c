//! A conversation as an SVG picture: bubbles as a phone shows them, readable in
//! light and dark. The README's picture is made with it.

use std::fmt::Write as _;

/// Who wrote a bubble.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Side {
    /// The owner, on the right.
    Owner,
    /// This program, on the left.
    Codex,
}

/// Most characters in a line of a bubble.
const COLUMNS: usize = 46;
/// Size of the picture and its parts, in pixels.
const WIDTH: usize = 440;
const MARGIN: usize = 16;
const LINE: usize = 19;
const PADDING: usize = 11;
const GAP: usize = 10;
/// Average width of a character, in tenths of a pixel: bubbles fit their text in most fonts.
const CHARACTER: usize = 78;

const STYLE: &str = "\
text{font:13px -apple-system,BlinkMacSystemFont,\"Segoe UI\",Helvetica,Arial,sans-serif;white-space:pre}\
.screen{fill:#fff}.codex{fill:#e9e9eb}.owner{fill:#0b7cff}.codex-text{fill:#111}.owner-text{fill:#fff}\
@media(prefers-color-scheme:dark){.screen{fill:#111}.codex{fill:#2c2c2e}.codex-text{fill:#f2f2f2}}";

/// The conversation as a picture.
pub(super) fn svg(conversation: &[(Side, String)]) -> String {
    let mut bubbles = String::new();
    let mut top = MARGIN;
    for (side, text) in conversation {
        top += bubble(&mut bubbles, *side, text, top) + GAP;
    }
    let height = top + MARGIN - GAP;
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{WIDTH}\" height=\"{height}\" \
         viewBox=\"0 0 {WIDTH} {height}\" role=\"img\">\n\
         <title>A conversation with Codex on the phone</title>\n<style>{STYLE}</style>\n\
         <rect class=\"screen\" width=\"{WIDTH}\" height=\"{height}\" rx=\"24\"/>\n{bubbles}</svg>\n"
    )
}

/// Draws one bubble and returns its height.
fn bubble(out: &mut String, side: Side, text: &str, top: usize) -> usize {
    let lines = wrapped(text);
    let longest = lines
        .iter()
        .map(|line| line.chars().count())
        .max()
        .unwrap_or(0);
    let width = longest * CHARACTER / 10 + 2 * PADDING;
    let height = lines.len() * LINE + 2 * PADDING - 4;
    let (left, class) = match side {
        Side::Owner => (WIDTH.saturating_sub(MARGIN + width), "owner"),
        Side::Codex => (MARGIN, "codex"),
    };
    // Writing to a String cannot fail.
    let _ = writeln!(
        out,
        "<rect class=\"{class}\" x=\"{left}\" y=\"{top}\" width=\"{width}\" height=\"{height}\" rx=\"17\"/>"
    );
    for (nth, line) in lines.iter().enumerate() {
        let (x, y) = (left + PADDING, top + PADDING + 11 + nth * LINE);
        let line = escaped(line);
        let _ = writeln!(
            out,
            "<text class=\"{class}-text\" x=\"{x}\" y=\"{y}\">{line}</text>"
        );
    }
    height
}

/// The lines of a bubble, broken between words.
fn wrapped(text: &str) -> Vec<String> {
    let mut lines = Vec::new();
    for paragraph in text.lines() {
        let mut line = String::new();
        for word in paragraph.split(' ') {
            let used = line.chars().count();
            if used > 0 && used + 1 + word.chars().count() > COLUMNS {
                lines.push(std::mem::take(&mut line));
            } else if used > 0 {
                line.push(' ');
            }
            line.push_str(word);
        }
        lines.push(line);
    }
    lines
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_conversation_is_drawn_in_order_with_its_words_escaped() {
        let picture = svg(&[
            (Side::Codex, "[Codex] @k3f9 api · done\na < b & c".into()),
            (Side::Owner, "go on".into()),
        ]);
        let at = |words: &str| picture.find(words).unwrap_or_else(|| panic!("{words}"));
        assert!(at("a &lt; b &amp; c") < at("go on"));
        assert!(at("class=\"owner\"") > at("class=\"codex\""));
    }

    #[test]
    fn long_lines_are_broken_between_words_and_nothing_is_lost() {
        let words = "one two three four five six seven eight nine ten eleven twelve thirteen";
        let lines = wrapped(words);
        assert!(lines.iter().all(|line| line.chars().count() <= COLUMNS));
        assert!(lines.len() > 1);
        assert_eq!(lines.join(" "), words);
    }
}
