//! Showing a text so that it cannot pass for another one. What a terminal hides or
//! reorders, and letters that only look like others, are written out.

use std::fmt::Write as _;
use unicode_normalization::char::compose;

/// Most blanks that stand as they are; more could push the rest out of sight.
const BLANKS: usize = 12;

/// The text with everything visible that would not be: control characters, direction
/// marks, invisible and look-alike characters, long runs of blanks. New lines and tabs stay.
pub fn visible(text: &str) -> String {
    let text = composed(text);
    let mut out = String::with_capacity(text.len());
    let mut lines = text.split('\n').peekable();
    while let Some(line) = lines.next() {
        shown_line(line, &mut out);
        if lines.peek().is_some() {
            out.push('\n');
        }
    }
    empty_lines(&out)
}

/// A letter and the mark on it as one sign, where there is one: file names are often taken apart.
fn composed(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        let both = matches!(c, '\u{0300}'..='\u{036f}')
            .then(|| out.pop())
            .flatten();
        match both {
            Some(before) => match compose(before, c) {
                Some(one) => out.push(one),
                None => out.extend([before, c]),
            },
            None => out.push(c),
        }
    }
    out
}

fn shown_line(line: &str, out: &mut String) {
    let mut rest = line;
    while let Some(first) = rest.chars().next() {
        if first == ' ' {
            let run = rest.len() - rest.trim_start_matches(' ').len();
            let leading = rest.len() == line.len();
            if run > BLANKS && (!leading || run > 60) {
                // Writing to a String cannot fail.
                let _ = write!(out, "[{run} blanks]");
            } else {
                out.push_str(&rest[..run]);
            }
            rest = &rest[run..];
        } else if first.is_alphanumeric() {
            let end = rest.find(|c: char| !c.is_alphanumeric());
            let word = &rest[..end.unwrap_or(rest.len())];
            shown_word(word, out);
            rest = &rest[word.len()..];
        } else {
            shown_char(first, out);
            rest = &rest[first.len_utf8()..];
        }
    }
}

/// A word that mixes plain letters with others that look like them shows which are which.
fn shown_word(word: &str, out: &mut String) {
    let mixed = word.chars().any(|c| c.is_ascii_alphanumeric()) || word.chars().all(looks_latin);
    for c in word.chars() {
        if mixed && looks_latin(c) {
            escape(c, out);
        } else {
            shown_char(c, out);
        }
    }
}

/// Letters of other alphabets, and styled ones, many of which look like plain Latin letters.
const fn looks_latin(c: char) -> bool {
    matches!(c,
        '\u{0370}'..='\u{03ff}' | '\u{0400}'..='\u{052f}' | '\u{0530}'..='\u{058f}'
        | '\u{13a0}'..='\u{13ff}' | '\u{1d00}'..='\u{1d7f}' | '\u{2100}'..='\u{214f}'
        | '\u{2c60}'..='\u{2c7f}' | '\u{a640}'..='\u{a69f}' | '\u{ab70}'..='\u{abbf}'
        | '\u{ff01}'..='\u{ff5e}' | '\u{1d400}'..='\u{1d7ff}' | '\u{0250}'..='\u{02af}')
}

fn shown_char(c: char, out: &mut String) {
    if hides(c) {
        escape(c, out);
    } else {
        out.push(c);
    }
}

fn escape(c: char, out: &mut String) {
    let _ = match c {
        '\0'..='\u{ff}' => write!(out, "\\x{:02x}", u32::from(c)),
        _ => write!(out, "\\u{{{:x}}}", u32::from(c)),
    };
}

/// What does not show, shows as a blank, or changes how its neighbours show.
const fn hides(c: char) -> bool {
    matches!(c,
        '\0'..='\u{8}' | '\u{b}'..='\u{1f}' | '\u{7f}'..='\u{a0}' | '\u{ad}' | '\u{034f}'
        | '\u{0300}'..='\u{036f}' | '\u{061c}' | '\u{115f}' | '\u{1160}' | '\u{1680}'
        | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180f}' | '\u{2000}'..='\u{200f}'
        | '\u{2024}' | '\u{2028}'..='\u{202f}' | '\u{2044}' | '\u{205f}'..='\u{206f}' | '\u{2215}'
        | '\u{2800}' | '\u{3000}' | '\u{3164}' | '\u{feff}' | '\u{fe00}'..='\u{fe0f}'
        | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}' | '\u{fffd}' | '\u{1d173}'..='\u{1d17a}'
        | '\u{e0000}'..='\u{e0fff}' | '\u{e000}'..='\u{f8ff}' | '\u{ff0f}')
}

/// More than a few empty lines are counted: they could push the rest out of sight.
fn empty_lines(text: &str) -> String {
    let mut out: Vec<String> = Vec::new();
    let mut empty = 0;
    let told = |out: &mut Vec<String>, empty: usize| match empty {
        0 => {}
        1..=3 => out.extend(std::iter::repeat_n(String::new(), empty)),
        more => out.push(format!("[{more} empty lines]")),
    };
    for line in text.split('\n') {
        if line.trim().is_empty() {
            empty += 1;
            continue;
        }
        told(&mut out, empty);
        empty = 0;
        out.push(line.to_owned());
    }
    told(&mut out, empty);
    out.join("\n")
}

/// The same on one line: line ends and tabs are shown too.
pub fn on_one_line(text: &str) -> String {
    visible(text.trim())
        .replace('\n', " ⏎ ")
        .replace('\t', " ⇥ ")
}
