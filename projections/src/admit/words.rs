//! What a row says, and what words alone show: a link in them, a quote of ours, a
//! reaction that SMS made a text of.

use crate::render::SIGIL;
use events::input::{Body, MessageRow, Voice};

/// What a row says, its subject first; `None` for what cannot be read.
pub(super) fn said(row: &MessageRow) -> Option<String> {
    let body = match &row.body {
        _ if matches!(row.voice, Voice::Said(_)) => String::new(),
        Body::Undecodable => return None,
        Body::Text(text) => words(text.reveal()),
        Body::Empty => String::new(),
    };
    let subject = row.subject.as_ref().map(|subject| words(subject.reveal()));
    let spoken = match &row.voice {
        Voice::Said(spoken) => Some(words(spoken.reveal())),
        Voice::No | Voice::Untold => None,
    };
    let parts = subject.into_iter().chain([body]).chain(spoken);
    let parts: Vec<_> = parts.filter(|part| !part.is_empty()).collect();
    Some(parts.join("\n"))
}

/// Whether all files that its text has a place for have their names: Messages writes them one
/// after the other, and a message without words is known by them.
pub(super) fn files_are_named(row: &MessageRow) -> bool {
    let places = match &row.body {
        Body::Text(text) => text.reveal().matches('\u{fffc}').count(),
        Body::Empty | Body::Undecodable => 0,
    };
    row.files.len() >= places.max(1)
}

/// Whether a text holds a link. A preview may add a slash at the end, and write the
/// scheme and the host in lower case.
pub fn holds(text: &str, link: &str) -> bool {
    let plain = |text: &str| text.to_lowercase();
    let link = plain(link.trim().trim_end_matches('/'));
    let bare = link
        .strip_prefix("https://")
        .or_else(|| link.strip_prefix("http://"))
        .unwrap_or(&link);
    let text = plain(text);
    // It must end there: one link may begin as another does.
    let ends = |rest: &str| {
        let rest = rest.trim_start_matches('/');
        rest.chars()
            .next()
            .is_none_or(|c| c.is_whitespace() || ".,;:!?)]>\"'”’»".contains(c))
    };
    !bare.is_empty()
        && text
            .match_indices(bare)
            .any(|(at, _)| ends(&text[at + bare.len()..]))
}

/// Messages' text without placeholders of attachments, trimmed.
fn words(text: &str) -> String {
    text.replace(['\u{fffc}', '\u{fffd}'], "")
        .replace('\u{a0}', " ")
        .replace("\r\n", "\n")
        .replace('\r', "\n")
        .trim()
        .to_owned()
}

/// Its first line begins as only our own texts do.
pub(super) fn begins_as_ours(text: &str) -> bool {
    let start = text.get(..SIGIL.len());
    start.is_some_and(|start| start.eq_ignore_ascii_case(SIGIL))
}

/// Marks that stand before or around words that are quoted.
fn is_quoting(c: char) -> bool {
    c.is_whitespace() || ">\"'“”„‟‘’|«»*_-•()".contains(c)
}

/// A line of it begins as only our own texts do, quoted or not.
pub(super) fn quotes_us(text: &str) -> bool {
    let begins = |line: &str| begins_as_ours(line.trim_start_matches(is_quoting));
    // A prompt's first line ends with our mark and the session's ref.
    let mark = format!(" {SIGIL} @");
    text.lines()
        .any(|line| begins(line) || line.contains(&mark))
}

/// `Liked “…”`: what SMS makes of a reaction.
pub(super) fn is_tapback_text(text: &str) -> bool {
    const VERBS: &[&str] = &[
        "Liked",
        "Loved",
        "Disliked",
        "Laughed at",
        "Emphasized",
        "Emphasised",
        "Questioned",
        "Removed a like from",
        "Removed a heart from",
        "Removed a dislike from",
        "Removed a laugh from",
        "Removed an exclamation from",
        "Removed a question mark from",
        "Removed an emphasis from",
    ];
    let quoted = |rest: &str| {
        let rest = rest.trim_start();
        rest.starts_with(['“', '"', '„', '«'])
            || ["an image", "a movie", "an attachment", "an audio message"].contains(&rest)
    };
    let reacted = |verb: &str, link: &str| {
        let mut marks = ["“", "\"", "„", "«"].iter();
        text.strip_prefix(verb)
            .is_some_and(|rest| marks.any(|mark| rest.contains(&format!("{link}{mark}"))))
    };
    reacted("Reacted ", " to ")
        || reacted("Removed ", " from ")
        || VERBS
            .iter()
            .any(|verb| text.strip_prefix(verb).is_some_and(quoted))
}
