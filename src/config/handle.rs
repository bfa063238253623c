//! Addresses of the owner as configured: telephone numbers and e-mail addresses
//! in one spelling, so that two spellings of one address are one address. It
//! must never turn something that is no address into one: whoever owns the
//! address commands the machine.

/// Digits of the shortest and longest telephone number that E.164 knows of.
const DIGITS: std::ops::RangeInclusive<usize> = 7..=15;

/// The one spelling of a telephone number (`+15555550123`) or an e-mail address
/// (lower case); `None` when it is neither. Digits within an e-mail address are
/// not a telephone number.
pub fn normalise_handle(written: &str) -> Option<String> {
    let written = written.trim();
    if written.contains('@') {
        email(written)
    } else {
        phone(written)
    }
}

fn phone(written: &str) -> Option<String> {
    let mut plain = String::with_capacity(written.len());
    for c in written.chars() {
        match c {
            '+' if plain.is_empty() => plain.push(c),
            '0'..='9' => plain.push(c),
            ' ' | '\u{a0}' | '-' | '‑' | '–' | '(' | ')' | '.' => {}
            _ => return None,
        }
    }
    let digits = plain.strip_prefix('+').unwrap_or(&plain);
    DIGITS.contains(&digits.len()).then_some(plain)
}

fn email(written: &str) -> Option<String> {
    let (user, domain) = written.split_once('@')?;
    let allowed = |c: char| !c.is_whitespace() && !c.is_control() && c != '@' && c != ',';
    let labels = domain
        .split('.')
        .all(|label| !label.is_empty() && label.chars().all(|c| c.is_alphanumeric() || c == '-'));
    let sound = !user.is_empty() && user.chars().all(allowed) && domain.contains('.') && labels;
    sound.then(|| written.to_lowercase())
}
