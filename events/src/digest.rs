//! Comparing texts that have been through other programs.
//!
//! Messages turns quotes and dashes into typographic ones and Codex trims; two
//! texts are the same when they agree after [`fold`].

use crate::forgotten::Forgotten;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use std::fmt;

/// A fingerprint of a folded text: equal for equal texts, and it cannot be read back.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Digest(pub [u8; 16]);

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0[..4]
            .iter()
            .try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl Digest {
    /// The fingerprint of a value to the byte: nothing is folded.
    pub fn exact<T: Serialize>(value: &T) -> Self {
        // Plain data always has bytes; without them it would equal nothing but the same fault.
        let bytes = bincode::serialize(value).unwrap_or_default();
        let mut out = [0; 16];
        out.copy_from_slice(&Sha256::digest(bytes)[..16]);
        Self(out)
    }

    /// The fingerprint of `text`, also where its words are forgotten.
    pub fn of(text: &str) -> Self {
        if let Some(forgotten) = Forgotten::of(text) {
            return Self(forgotten.digest);
        }
        let mut hash = Sha256::new();
        let mut buffer = [0; 4];
        for c in fold(text) {
            hash.update(c.encode_utf8(&mut buffer).as_bytes());
        }
        let mut out = [0; 16];
        out.copy_from_slice(&hash.finalize()[..16]);
        Self(out)
    }
}

/// The characters of `text` that survive other programs: no white space, no
/// variation selectors or object placeholders, typographic marks as ASCII.
pub fn fold(text: &str) -> impl Iterator<Item = char> + '_ {
    text.chars()
        .filter(|c| !c.is_whitespace() && !c.is_control())
        .filter(|c| !matches!(c, '\u{fe00}'..='\u{fe0f}' | '\u{200b}'..='\u{200f}' | '\u{feff}' | '\u{fffc}' | '\u{fffd}'))
        .flat_map(|c| match c {
            '‘' | '’' | '‚' | '‛' => ['\'', '\0', '\0'],
            '“' | '”' | '„' | '‟' | '«' | '»' => ['"', '\0', '\0'],
            '–' | '‑' => ['-', '\0', '\0'],
            '—' => ['-', '-', '\0'],
            '…' => ['.', '.', '.'],
            other => [other, '\0', '\0'],
        })
        .filter(|c| *c != '\0')
}
