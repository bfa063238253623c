//! Answers by number: `2`, `1.2`, `1: 2`, several at once. What is not wholly
//! made of numbers is words; nothing is read into `1-2`, `3/4` or `1 or 2`.

use unicode_normalization::UnicodeNormalization;

/// An answer to questions by numbers: for each answered question its number
/// (from 1, `None` when only one number was given) and the option's number.
pub type Numbers = Vec<(Option<u16>, u16)>;

/// Most numbers in one message.
const NUMBERS_MAX: usize = 16;

/// Reads `2`, `1.2`, `1: 2`, `1.2 2.1`, `1, 2`, `1 and 2`, `#2`, `option 2`; `None` when the text is words.
/// A time such as `10:30` reads as an answer too: only a session that asks gets
/// here, and there is no question 10, so the owner gets the valid range.
pub fn numbers(text: &str) -> Option<Numbers> {
    let shown = |c: &char| !matches!(c, '\u{fe0f}' | '\u{20e3}' | '\u{200b}'..='\u{200f}');
    let text: String = text.nfkc().filter(shown).collect();
    let text = text.trim().to_lowercase();
    let text = ["options", "option", "answers", "answer", "number"]
        .iter()
        .find_map(|word| text.strip_prefix(word))
        .unwrap_or(&text)
        .trim_start_matches(|c: char| c.is_whitespace() || matches!(c, '#' | '(' | ':'))
        .trim_end_matches(['.', '!', ')']);
    let mut pieces = text
        .replace(" and ", " ")
        .replace([',', ';', '&', '\n', '\t'], " ");
    for mark in [":", ".", "="] {
        pieces = pieces
            .replace(&format!(" {mark} "), mark)
            .replace(&format!(" {mark}"), mark)
            .replace(&format!("{mark} "), mark);
    }
    let mut found = Vec::new();
    for piece in pieces.split_whitespace().take(NUMBERS_MAX + 1) {
        found.push(number(piece)?);
    }
    (1..=NUMBERS_MAX).contains(&found.len()).then_some(found)
}

fn number(piece: &str) -> Option<(Option<u16>, u16)> {
    match piece.split_once(['.', ':', '=']) {
        Some((question, option)) => Some((Some(digits(question)?), digits(option)?)),
        None => Some((None, digits(piece)?)),
    }
}

/// A number of any length; what is too large for a question stays too large.
fn digits(text: &str) -> Option<u16> {
    let all = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    all.then(|| text.parse().unwrap_or(u16::MAX))
}
