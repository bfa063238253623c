//! Addresses: telephone numbers and e-mail addresses in one spelling, so that two
//! spellings of one address are one address. Configuration, chat.db and whoever asks
//! for a text are all understood here.
//!
//! It must never turn something that is no address into one, or one into another:
//! whoever owns the address commands the machine.

use crate::phone_text::is_invisible;
use events::{Settings, Text};
use unicode_normalization::UnicodeNormalization as _;

/// Digits of the longest telephone number that E.164 knows of.
const DIGITS_MAX: usize = 15;
/// Digits of the shortest number that can hold its country code.
const DIGITS_MIN: usize = 7;

/// What is wrong with what is no complete address, in words that follow "is".
pub const NEITHER: &str = "neither a telephone number like +15555550123 (with + and the country \
                           code) nor an e-mail address";

/// The one way an address is written; `None` for what is not one. A telephone number
/// is its digits, behind a `+` where its country code is certain; an e-mail address is
/// itself in lower case. Digits inside an e-mail address are not a telephone number.
pub fn normalise(text: &str) -> Option<String> {
    let text: String = text.chars().filter(|c| !is_invisible(*c)).collect();
    let text = bare(text.trim());
    if text.contains('@') {
        email(text)
    } else {
        phone(text)
    }
}

/// An address that texts can be sent to, and that rows can be compared with: a number
/// without its country code is somebody else's in another country.
pub fn complete(text: &str) -> Option<String> {
    normalise(text).filter(|address| match address.strip_prefix('+') {
        Some(digits) => (DIGITS_MIN..=DIGITS_MAX).contains(&digits.len()),
        None => address.contains('@'),
    })
}

/// Without what links and chat.db put in front: `tel:`, `mailto:`, `E:`, `P:` …
fn bare(text: &str) -> &str {
    const SCHEMES: [&str; 6] = ["tel", "mailto", "sms", "imessage", "e", "p"];
    let Some((scheme, rest)) = text.split_once(':') else {
        return text;
    };
    let known = SCHEMES.iter().any(|s| s.eq_ignore_ascii_case(scheme));
    if known {
        rest.trim_start_matches('/').trim()
    } else {
        text
    }
}

/// Its digits, with the `+` where it has one. Letters, extensions and a second number
/// make it something else.
fn phone(text: &str) -> Option<String> {
    // Full-width digits and signs become plain ones.
    let text: String = text.nfkc().collect();
    // `+44 (0)20 …`: the bracketed 0 is dialled inside the country only.
    let text = match text.split_once("(0)") {
        Some((country, rest)) if country.trim_start().starts_with('+') => {
            format!("{country}{rest}")
        }
        _ => text,
    };
    let mut plain = String::with_capacity(text.len());
    for c in text.trim().chars() {
        match c {
            '+' if plain.is_empty() => plain.push(c),
            '0'..='9' => plain.push(c),
            '-' | '(' | ')' | '.' | '/' | '\u{2010}'..='\u{2015}' | '\u{2212}' => {}
            c if c.is_whitespace() => {}
            _ => return None,
        }
    }
    let digits = plain.trim_start_matches('+');
    // No country's code begins with 0.
    let sound = digits.len() >= 3 && digits.len() <= DIGITS_MAX && !plain.starts_with("+0");
    sound.then_some(plain)
}

fn email(text: &str) -> Option<String> {
    let (user, domain) = text.split_once('@')?;
    let allowed = |c: char| !c.is_whitespace() && !c.is_control() && !"@,;<>()[]\\\"".contains(c);
    let labels = domain
        .split('.')
        .all(|label| !label.is_empty() && label.chars().all(|c| c.is_alphanumeric() || c == '-'));
    // What composes to a plain letter is not that letter: the sign for kelvin is no K.
    let disguised = |c: char| !c.is_ascii() && std::iter::once(c).nfc().any(|n| n.is_ascii());
    let sound = !user.is_empty() && user.chars().all(allowed) && domain.contains('.') && labels;
    let sound = sound && !text.contains(disguised);
    sound.then(|| text.nfc().flat_map(lower).collect())
}

/// In lower case, but no foreign letter becomes a plain one.
fn lower(c: char) -> impl Iterator<Item = char> {
    let lowered: String = c.to_lowercase().collect();
    let foreign = !c.is_ascii() && lowered.chars().any(|l| l.is_ascii());
    let kept = if foreign { c.to_string() } else { lowered };
    kept.chars().collect::<Vec<_>>().into_iter()
}

/// Whether two addresses are one. Some Macs keep numbers without their `+`.
pub fn same(a: &str, b: &str) -> bool {
    match (normalise(a), normalise(b)) {
        (Some(a), Some(b)) => {
            a == b || (long_number(&a) && a.trim_start_matches('+') == b.trim_start_matches('+'))
        }
        _ => false,
    }
}

/// Long enough to hold its country code: a national number without its `+`
/// would be somebody else's abroad, and a short code is nobody's phone.
fn long_number(text: &str) -> bool {
    !text.contains('@') && text.trim_start_matches('+').len() >= 11
}

/// Why a text is not sent to this recipient; `None` where it is the owner's.
pub fn not_for_owner(settings: &Settings, to: Option<&Text>) -> Option<String> {
    if settings.owner.is_empty() {
        return Some("no recipient is configured".into());
    }
    let owners = |to: &Text| {
        settings
            .owner
            .iter()
            .any(|mine| same(mine.reveal(), to.reveal()))
    };
    let stranger = to.is_some_and(|to| !owners(to));
    stranger.then(|| "its recipient is not the owner: nothing is sent to anybody else".into())
}
