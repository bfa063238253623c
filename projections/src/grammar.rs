//! What the owner's words mean: a command of ours, a name and words for a
//! session, or just words. Phones change what is typed (capitals, curly quotes,
//! a space after `@`), so the grammar is generous with form and strict with
//! meaning: what looks like one of our commands but is not is never sent to a session.
//!
//! A command is the whole message, or begins it and goes on as only a command
//! does: `list the files in src`, `help me fix the parser` and `status of the
//! build please` are words for a session. `new` is the exception, because a
//! slip there would start something: a message that begins with it either is
//! `new label: words`, the label of one to three words, or is corrected.

use crate::phone_text::{AT, is_invisible, trim};
use crate::render::tidy;

/// A message, understood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Parsed {
    /// `help`
    Help,
    /// `list`
    List,
    /// `status @ref`
    Status(String),
    /// `retry`, `retry @ref`
    Retry(Option<String>),
    /// `@ref words`
    Named { name: String, words: String },
    /// `new label: words`, `new label in ~/dir: words`
    New {
        label: String,
        place: Option<String>,
        words: String,
    },
    /// Nearly a command; here is how it is written.
    NearMiss(String),
    /// Anything else.
    Plain(String),
}

impl Parsed {
    /// The same with further words at its end, where it has words at all.
    #[must_use]
    pub fn followed_by(self, tail: &[String]) -> Self {
        let more = |words: String| {
            let parts = std::iter::once(words).chain(tail.iter().cloned());
            parts.collect::<Vec<_>>().join("\n")
        };
        match self {
            Self::Named { name, words } => Self::Named {
                name,
                words: more(words),
            },
            Self::New {
                label,
                place,
                words,
            } => Self::New {
                label,
                place,
                words: more(words),
            },
            Self::Plain(words) => Self::Plain(more(words)),
            other @ (Self::Help
            | Self::List
            | Self::Status(_)
            | Self::Retry(_)
            | Self::NearMiss(_)) => other,
        }
    }
}

const COLON: [char; 2] = [':', '：'];
const QUOTES: [char; 10] = ['"', '\'', '“', '”', '„', '‟', '‘', '’', '«', '»'];
const LABEL_MAX: usize = 40;
const PLACE_MAX: usize = 300;

const LIST: &str = "Write \"list\" to see your sessions.";
const STATUS: &str = "Write \"status @ref\"; \"list\" shows the refs.";
/// How missing texts are asked for.
pub const RETRY: &str = "Write \"retry\" or \"retry @ref\" to have texts sent again.";
const NEW: &str =
    "Write \"new label: what to do\", with a colon after a label of one to three words.";
const NEW_IN: &str = "Write \"new label in ~/dir: what to do\", with a label before \"in\" and a directory behind it.";
const NAMED: &str = "Write \"@ref what to do\"; \"list\" shows the refs.";
const STOP: &str =
    "Write \"stop @ref\" to interrupt its turn, or reply \"stop\" to a text of that session.";

/// Understands a message. White space around it does not count, nor do marks that show nothing.
pub fn parse(text: &str) -> Parsed {
    let text = trim(text);
    command(unquoted(text)).unwrap_or_else(|| Parsed::Plain(text.to_owned()))
}

/// Understands a reply to a notice of the session whose ref is `own`. That is words for
/// it: `new plan: keep it`, `help me`, `@types/node is old` too. Only what is exactly a
/// command is one; `names` tells whether a word is some session's name.
pub fn parse_reply(text: &str, own: &str, names: impl Fn(&str) -> bool) -> Parsed {
    let plain = || Parsed::Plain(unquoted(trim(text)).to_owned());
    let marked = text.contains(AT);
    let parsed = match (word(text).as_str(), parse(text)) {
        ("help", _) => Parsed::Help,
        ("list", _) => Parsed::List,
        ("status", _) => Parsed::Status(own.to_owned()),
        ("stop" | "cancel" | "abort" | "interrupt" | "retry", parsed)
        | (_, parsed @ Parsed::Retry(_)) => parsed,
        (_, parsed @ Parsed::Status(_)) if marked => parsed,
        (_, Parsed::Status(name)) if names(&name) => Parsed::Status(name),
        (_, Parsed::Named { name, words }) if names(&name) => Parsed::Named { name, words },
        (alone, parsed @ Parsed::NearMiss(_)) if alone.strip_prefix('@').is_some_and(names) => {
            parsed
        }
        _ => plain(),
    };
    // Without a session it is asked which one is meant.
    let nameless = matches!(&parsed, Parsed::Status(name) if name.is_empty());
    if nameless {
        Parsed::NearMiss(STATUS.into())
    } else {
        parsed
    }
}

/// The one word that a text is, in lower case and without what phones put around it.
fn word(text: &str) -> String {
    let around = |c: char| c.is_whitespace() || is_invisible(c) || "/.!?…".contains(c);
    let bare = text.trim_matches(|c: char| around(c) || QUOTES.contains(&c));
    bare.to_lowercase()
}

/// The text within one pair of quotes around all of it, or before an `@`.
fn unquoted(text: &str) -> &str {
    let Some(inner) = text.strip_prefix(QUOTES) else {
        return text;
    };
    match inner.strip_suffix(QUOTES) {
        Some(inner) if !inner.contains(QUOTES) => inner.trim(),
        _ if inner.starts_with(AT) => inner,
        _ => text,
    }
}

fn command(text: &str) -> Option<Parsed> {
    if let Some(rest) = text.strip_prefix(AT) {
        return Some(named(rest));
    }
    let text = text.strip_prefix('/').unwrap_or(text);
    whole(text).or_else(|| first_word(text))
}

/// Messages that are a command from end to end, or nearly one.
fn whole(text: &str) -> Option<Parsed> {
    let bare = text.trim_end_matches(|c: char| c.is_whitespace() || ".!?:…".contains(c));
    let words: Vec<_> = bare.split_whitespace().map(str::to_lowercase).collect();
    match words.join(" ").as_str() {
        "help" | "help me" | "help please" => Some(Parsed::Help),
        "list" if !text.contains(['?', ':']) => Some(Parsed::List),
        "list" | "lists" | "sessions" | "list sessions" | "list all" | "list please" => {
            Some(Parsed::NearMiss(LIST.into()))
        }
        "status" | "state" => Some(Parsed::NearMiss(STATUS.into())),
        "new" | "new session" => Some(Parsed::NearMiss(NEW.into())),
        "stop" | "cancel" | "abort" | "interrupt" => Some(Parsed::NearMiss(STOP.into())),
        "retry" => Some(Parsed::Retry(None)),
        _ => None,
    }
}

/// `status ref` and `new label: words`; other commands followed by a name.
fn first_word(text: &str) -> Option<Parsed> {
    let ends = |c: char| c.is_whitespace() || c == ',' || COLON.contains(&c) || AT.contains(&c);
    let (word, rest) = text.split_at(text.find(ends)?);
    match (word.to_lowercase().as_str(), rest.trim()) {
        ("status", rest) => status(rest.trim_start_matches([':', '：', ',']).trim()),
        ("new", rest) => Some(new_session(rest)),
        ("retry", rest) if rest.starts_with(AT) => Some(retry(rest)),
        ("list" | "help", rest) if rest.starts_with(AT) => Some(Parsed::NearMiss(STATUS.into())),
        ("stop" | "cancel", rest) if rest.starts_with(AT) => Some(Parsed::NearMiss(STOP.into())),
        _ => None,
    }
}

/// `@ref words`, also `@ ref words`, `@ref: words` and `@"two words" words`.
fn named(rest: &str) -> Parsed {
    let rest = rest.trim_start_matches(|c: char| c.is_whitespace() || AT.contains(&c));
    let ends = |c: char| c.is_whitespace() || c == ',' || COLON.contains(&c);
    let quoted = rest.strip_prefix(QUOTES).and_then(|r| r.split_once(QUOTES));
    let (name, words) =
        quoted.unwrap_or_else(|| rest.split_at(rest.find(ends).unwrap_or(rest.len())));
    let words = words.trim_start_matches(ends).trim_end();
    let name = bare_name(name);
    if name.is_empty() {
        return Parsed::NearMiss(NAMED.into());
    }
    if words.is_empty() {
        let name = tidy(name, LABEL_MAX);
        return Parsed::NearMiss(format!(
            "Write \"@{name} what to do\", or \"status @{name}\"."
        ));
    }
    Parsed::Named {
        name: name.to_owned(),
        words: words.to_owned(),
    }
}

fn bare_name(name: &str) -> &str {
    let marks = |c: char| c.is_whitespace() || ".?!;".contains(c) || QUOTES.contains(&c);
    name.trim_matches(marks)
}

/// One word behind `status` is a name, and so is what is quoted or begins with `@`; more words are a sentence.
fn status(rest: &str) -> Option<Parsed> {
    let marked = rest.starts_with(AT) || rest.starts_with(QUOTES);
    let name = rest.trim_start_matches(|c: char| c.is_whitespace() || AT.contains(&c));
    let name = match name.strip_prefix(QUOTES).and_then(|r| r.split_once(QUOTES)) {
        Some((quoted, _)) => quoted.trim(),
        None if marked || !name.contains(char::is_whitespace) => name
            .split(|c: char| c.is_whitespace() || c == ',' || COLON.contains(&c))
            .next()
            .map_or("", bare_name),
        None => return None,
    };
    Some(if name.is_empty() {
        Parsed::NearMiss(STATUS.into())
    } else {
        Parsed::Status(name.to_owned())
    })
}

/// The name behind `retry` is written as the one behind `status`.
fn retry(rest: &str) -> Parsed {
    match status(rest) {
        Some(Parsed::Status(name)) => Parsed::Retry(Some(name)),
        _ => Parsed::NearMiss(RETRY.into()),
    }
}

/// `label: words`, `label in ~/dir: words`; the label is short and stands on the first line.
fn new_session(rest: &str) -> Parsed {
    let hint = Parsed::NearMiss(NEW.into());
    let Some((head, words)) = at_colon(rest) else {
        return hint;
    };
    let (label, place) = label_and_place(head.trim());
    let label = label.trim_matches(|c: char| {
        c.is_whitespace() || AT.contains(&c) || QUOTES.contains(&c) || c == ','
    });
    if place.is_some_and(|place| label.is_empty() || !is_place(place)) {
        return Parsed::NearMiss(NEW_IN.into());
    }
    let (words, parts) = (words.trim(), label.split_whitespace().count());
    let fits = (1..=3).contains(&parts)
        && label.chars().count() <= LABEL_MAX
        && label.chars().any(char::is_alphanumeric)
        && !label.contains(['\n', '\r']);
    if !fits || words.is_empty() {
        return hint;
    }
    Parsed::New {
        label: tidy(
            &label.split_whitespace().collect::<Vec<_>>().join(" "),
            LABEL_MAX,
        ),
        place: place.map(str::to_owned),
        words: words.to_owned(),
    }
}

/// Splits `label in ~/dir`: before what is a path, else at the last `in`. A label in quotes
/// is one name, whatever stands in it.
fn label_and_place(head: &str) -> (&str, Option<&str>) {
    if unquoted(head) != head {
        return (head, None);
    }
    let lower = head.to_ascii_lowercase();
    let mut found = None;
    let starts = lower.starts_with("in ").then_some((0, 2));
    let inside = lower.match_indices(" in ").map(|(at, _)| (at, at + 3));
    for (before, behind) in starts.into_iter().chain(inside) {
        let place = head[behind..].trim();
        found = Some((&head[..before], Some(bare_place(place))));
        if place.starts_with(['~', '/']) || place.starts_with(QUOTES) {
            break;
        }
    }
    found.unwrap_or((head, None))
}

fn bare_place(place: &str) -> &str {
    place.trim_matches(|c: char| c.is_whitespace() || QUOTES.contains(&c))
}

fn is_place(place: &str) -> bool {
    let length = place.chars().count();
    (1..=PLACE_MAX).contains(&length) && !place.chars().any(char::is_control)
}

/// Splits at the first colon that is not a URL's or a time's.
fn at_colon(text: &str) -> Option<(&str, &str)> {
    let (label, words) = text.split_once(COLON)?;
    let time = label.ends_with(|c: char| c.is_ascii_digit())
        && words.starts_with(|c: char| c.is_ascii_digit());
    (!time && !words.starts_with("//")).then_some((label, words))
}
