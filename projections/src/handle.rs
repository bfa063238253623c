//! Comparing addresses. A phone number is its digits with a `+`; an e-mail is
//! itself in lower case; digits inside an e-mail are not a phone number.

use events::{Settings, Text};

/// The one way an address is written; `None` for what is not one.
pub fn normalise(text: &str) -> Option<String> {
    let text = text.trim();
    let text = text
        .strip_prefix("tel:")
        .or_else(|| text.strip_prefix("mailto:"))
        .unwrap_or(text);
    // chat.db's `account` and `destination_caller_id` may carry `E:` or `P:`.
    let text = match text.as_bytes() {
        [b'E' | b'e' | b'P' | b'p', b':', ..] => &text[2..],
        _ => text,
    };
    if let Some((user, host)) = text.split_once('@') {
        let whole = !user.is_empty() && host.contains('.') && !text.contains(char::is_whitespace);
        return whole.then(|| text.to_lowercase());
    }
    let allowed =
        |c: char| c.is_ascii_digit() || matches!(c, '+' | ' ' | '-' | '(' | ')' | '.' | '\u{a0}');
    if !text.chars().all(allowed) {
        return None;
    }
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    (digits.len() >= 3).then(|| {
        if text.starts_with('+') {
            format!("+{digits}")
        } else {
            digits
        }
    })
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
