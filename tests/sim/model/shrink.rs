//! A failing run, made as small as it gets: the bytes it was drawn from are cut
//! and lowered as long as it still fails. Fewer bytes are fewer things that
//! happen, and a zero is the plainest choice there is.

use std::fmt::Write as _;

/// Most runs that one shrinking may take.
const TRIES: usize = 4000;

/// The smallest bytes found for which `fails` still says so.
pub(crate) fn shrink(mut bytes: Vec<u8>, fails: impl Fn(&[u8]) -> bool) -> Vec<u8> {
    let mut tries = 0;
    let mut attempt = |candidate: Vec<u8>, best: &mut Vec<u8>| {
        tries += 1;
        let better = tries <= TRIES && candidate != *best && fails(&candidate);
        if better {
            *best = candidate;
        }
        better
    };
    loop {
        let before = bytes.clone();
        cut(&mut bytes, &mut attempt);
        lower(&mut bytes, &mut attempt);
        if bytes == before {
            return bytes;
        }
    }
}

/// Takes stretches out, the longest first, from the end.
fn cut(bytes: &mut Vec<u8>, attempt: &mut impl FnMut(Vec<u8>, &mut Vec<u8>) -> bool) {
    let mut length = bytes.len().div_ceil(2);
    while length > 0 {
        let mut at = bytes.len();
        while at > 0 {
            let from = at.saturating_sub(length);
            let mut candidate = bytes.clone();
            candidate.drain(from..at);
            attempt(candidate, bytes);
            at = from.min(bytes.len());
        }
        length /= 2;
    }
}

/// Makes single bytes zero, or at least half.
fn lower(bytes: &mut Vec<u8>, attempt: &mut impl FnMut(Vec<u8>, &mut Vec<u8>) -> bool) {
    for at in 0..bytes.len() {
        for less in [|_| 0, |byte| byte / 2, |byte: u8| byte.saturating_sub(1)] {
            let mut candidate = bytes.clone();
            if let Some(byte) = candidate.get_mut(at) {
                *byte = less(*byte);
            }
            if attempt(candidate, bytes) {
                break;
            }
        }
    }
}

/// Bytes as a stored case has them.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        // Writing to a String cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// The bytes of a stored case. Lines that begin with `#` say what it is about.
pub(crate) fn unhex(text: &str) -> Option<Vec<u8>> {
    let lines = text.lines().filter(|line| !line.starts_with('#'));
    let digits: String = lines.flat_map(str::split_whitespace).collect();
    let pairs = digits.as_bytes().chunks(2);
    pairs
        .map(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::{hex, shrink, unhex};

    #[test]
    fn what_does_not_matter_goes() {
        let bytes: Vec<u8> = (0..200).collect();
        let fails = |bytes: &[u8]| bytes.contains(&77) && bytes.iter().any(|byte| *byte >= 100);
        let small = shrink(bytes, fails);
        assert_eq!(small, [77, 100]);
    }

    #[test]
    fn a_case_is_read_as_it_was_written() {
        let bytes = [0, 1, 254, 255];
        let text = format!("# about\n{}\n", hex(&bytes));
        assert_eq!(unhex(&text).unwrap(), bytes);
        assert_eq!(unhex("0g"), None);
    }
}
