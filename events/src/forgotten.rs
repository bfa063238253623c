//! Texts whose words are forgotten. What stands in their place says how long they were, and
//! holds their fingerprints: what is known by its text is still known, and nobody can read it.

use std::fmt::Write as _;

/// No text from a screen or a message begins with it.
const BEGIN: &str = "\u{0}forgotten ";

/// What is left of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Forgotten {
    /// Its length in characters.
    pub chars: usize,
    /// Its fingerprint.
    pub digest: [u8; 16],
    /// Its fingerprint as a text that goes through Messages.
    pub sent: [u8; 16],
}

impl Forgotten {
    /// What is left, where `text` stands in the place of forgotten words.
    pub fn of(text: &str) -> Option<Self> {
        let mut fields = text.strip_prefix(BEGIN)?.split(' ');
        let chars = fields.next()?.parse().ok()?;
        let digest = unhex(fields.next()?)?;
        let sent = unhex(fields.next()?)?;
        let all = fields.next().is_none();
        all.then_some(Self {
            chars,
            digest,
            sent,
        })
    }

    /// What stands in the place of the words.
    pub fn text(self) -> String {
        let mut text = format!("{BEGIN}{}", self.chars);
        for digest in [self.digest, self.sent] {
            text.push(' ');
            for byte in digest {
                // Writing to a String cannot fail.
                let _ = write!(text, "{byte:02x}");
            }
        }
        text
    }
}

/// The length of a text in characters, also of one that is forgotten.
pub fn length(text: &str) -> usize {
    Forgotten::of(text).map_or_else(|| text.chars().count(), |forgotten| forgotten.chars)
}

/// What people are shown in the place of forgotten words.
pub const SHOWN: &str = "(forgotten)";

/// The text as people are shown it.
pub fn shown(text: &str) -> &str {
    if Forgotten::of(text).is_some() {
        SHOWN
    } else {
        text
    }
}

fn unhex(digits: &str) -> Option<[u8; 16]> {
    let mut bytes = [0; 16];
    if digits.len() != 32 || !digits.is_ascii() {
        return None;
    }
    for (byte, pair) in bytes.iter_mut().zip(digits.as_bytes().chunks(2)) {
        *byte = u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()?;
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::{Forgotten, length, shown};

    #[test]
    fn a_forgotten_text_keeps_its_length_and_its_fingerprints() {
        let forgotten = Forgotten {
            chars: 9,
            digest: [7; 16],
            sent: [200; 16],
        };
        let text = forgotten.text();
        assert_eq!(Forgotten::of(&text), Some(forgotten));
        assert_eq!((length(&text), shown(&text)), (9, "(forgotten)"));
        for other in [
            "",
            "run it",
            "\u{0}forgotten",
            &text[1..],
            &(text.clone() + " 1"),
        ] {
            assert_eq!(Forgotten::of(other), None, "{other:?}");
            assert_eq!(
                (length(other), shown(other)),
                (other.chars().count(), other)
            );
        }
    }
}
