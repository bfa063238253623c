//! What the owner's words mean: a command of ours, a name and words for a
//! session, or just words. Phones change what is typed (capitals, curly quotes,
//! a space after `@`), so the grammar is generous with form and strict with
//! meaning: what looks like one of our commands but is not never becomes a prompt.

/// A message, understood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Parsed {
    /// `help`
    Help,
    /// `list`
    List,
    /// `status @ref`
    Status(String),
    /// `@ref words`
    Named { name: String, words: String },
    /// `new label: words`
    New { label: String, words: String },
    /// Nearly a command; here is how it is written.
    NearMiss(String),
    /// Anything else.
    Plain(String),
}

/// Understands a message. White space around it does not count.
pub fn parse(text: &str) -> Parsed {
    let text =
        text.trim_matches(|c: char| c.is_whitespace() || matches!(c, '\u{200b}' | '\u{feff}'));
    if let Some(rest) = text.strip_prefix(['@', '＠']) {
        return named(rest);
    }
    let bare = text
        .trim_end_matches(['.', '!', '?', ':', ' '])
        .trim_start_matches('/')
        .to_lowercase();
    match bare.as_str() {
        "help" => return Parsed::Help,
        "list" | "sessions" => {
            return if text.eq_ignore_ascii_case("list") {
                Parsed::List
            } else {
                list_like(text)
            };
        }
        "status" | "state" => {
            return Parsed::NearMiss("Write \"status @ref\"; \"list\" shows the refs.".into());
        }
        "new" => return Parsed::NearMiss("Write \"new label: what to do\".".into()),
        _ => {}
    }
    first_word(text).unwrap_or_else(|| Parsed::Plain(text.to_owned()))
}

fn list_like(text: &str) -> Parsed {
    if text.eq_ignore_ascii_case("list.") || text.eq_ignore_ascii_case("list!") {
        return Parsed::List;
    }
    Parsed::NearMiss("Write \"list\" to see your sessions.".into())
}

/// `@ref words`, also `@ ref words` and `@ref: words`.
fn named(rest: &str) -> Parsed {
    let rest = rest.trim_start();
    let end = rest
        .find(|c: char| c.is_whitespace() || c == ':' || c == ',')
        .unwrap_or(rest.len());
    let (name, words) = rest.split_at(end);
    let words = words
        .trim_start_matches(|c: char| c.is_whitespace() || c == ':' || c == ',')
        .trim_end();
    let name = name.trim_end_matches(['.', '?', '!']).to_owned();
    if name.is_empty() {
        return Parsed::NearMiss("Write \"@ref what to do\"; \"list\" shows the refs.".into());
    }
    if words.is_empty() {
        return Parsed::NearMiss(format!(
            "Write \"@{name} what to do\", or \"status @{name}\"."
        ));
    }
    Parsed::Named {
        name,
        words: words.to_owned(),
    }
}

/// `status ref` and `new label: words`.
fn first_word(text: &str) -> Option<Parsed> {
    let (word, rest) = text.split_once(char::is_whitespace)?;
    let rest = rest.trim();
    match word.trim_start_matches('/').to_lowercase().as_str() {
        "status" => status(rest),
        "new" => new_session(rest),
        _ => None,
    }
}

/// One word behind `status` is a name; more words are a sentence.
fn status(rest: &str) -> Option<Parsed> {
    let marked = rest.starts_with(['@', '＠']);
    let name = rest
        .trim_start_matches(['@', '＠'])
        .trim()
        .trim_end_matches(['.', '?', '!', ':']);
    if name.is_empty() {
        return Some(Parsed::NearMiss(
            "Write \"status @ref\"; \"list\" shows the refs.".into(),
        ));
    }
    let one_word = !name.contains(char::is_whitespace);
    (one_word || marked)
        .then(|| Parsed::Status(name.split_whitespace().next().unwrap_or(name).to_owned()))
}

/// `label: words`; the label is one short line. `new ideas for the parser` is
/// a near miss rather than a prompt: it would start with our own word.
fn new_session(rest: &str) -> Option<Parsed> {
    let hint = || {
        Some(Parsed::NearMiss(
            "Write \"new label: what to do\", with a colon after the label.".into(),
        ))
    };
    let Some((label, words)) = rest.split_once([':', '：']) else {
        return hint();
    };
    let label = label.trim().trim_start_matches('@').trim();
    let words = words.trim();
    let fits = (1..=40).contains(&label.chars().count()) && !label.contains('\n');
    if !fits || words.is_empty() {
        return hint();
    }
    Some(Parsed::New {
        label: label.to_owned(),
        words: words.to_owned(),
    })
}

/// An answer to questions by numbers: for each answered question its number
/// (from 1, `None` when only one number was given) and the option's number.
pub type Numbers = Vec<(Option<u16>, u16)>;

/// Reads `2`, `1.2`, `1: 2`, `1.2 2.1`, `1, 2`, `1 and 2`, `#2`, `option 2`; `None` when the text is words.
/// A time such as `10:30` reads as an answer too: only a session that asks gets here.
pub fn numbers(text: &str) -> Option<Numbers> {
    let text = text.trim().to_lowercase();
    let text = text
        .trim_start_matches("option")
        .trim_start_matches('#')
        .trim()
        .trim_end_matches(['.', '!', ')']);
    let pieces = text
        .replace(" and ", " ")
        .replace([',', ';', '&', '\n', '\t'], " ");
    let pieces = pieces
        .replace(": ", ":")
        .replace(" :", ":")
        .replace(". ", ".");
    let mut found = Vec::new();
    for piece in pieces.split_whitespace() {
        found.push(number(piece)?);
    }
    (!found.is_empty() && found.len() <= 16).then_some(found)
}

fn number(piece: &str) -> Option<(Option<u16>, u16)> {
    let digits = |s: &str| {
        (!s.is_empty() && s.len() <= 4 && s.bytes().all(|b| b.is_ascii_digit()))
            .then(|| s.parse().ok())?
    };
    match piece.split_once(['.', ':', '=']) {
        Some((question, option)) => Some((Some(digits(question)?), digits(option)?)),
        None => Some((None, digits(piece)?)),
    }
}
