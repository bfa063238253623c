//! The page of a log: its data between a frame of HTML, style and script. The data
//! is JSON in which nothing can end the element it stands in; the script puts
//! text into the page as text only, and the page's policy lets no other script run.

use crate::time_zone::Zone;
use events::Wall;
use projections::page::Page;
use sha2::{Digest as _, Sha256};

const FRAME: &str = include_str!("page.html");
const STYLE: &str = include_str!("page.css");
const SCRIPT: &str = include_str!("page.js");

/// The whole page.
pub fn page(page: &Page, zone: &Zone, with_words: bool) -> String {
    let times: Vec<String> = page.items.iter().map(|item| zone.full(item.wall)).collect();
    let span =
        |item: Option<&projections::page::Item>| zone.full(item.map_or(Wall(0), |item| item.wall));
    let data = serde_json::json!({
        "lanes": page.lanes,
        "items": page.items,
        "times": times,
        "first": span(page.items.first()),
        "last": span(page.items.last()),
        "words": with_words,
    });
    let hash = base64(&Sha256::digest(SCRIPT.as_bytes()));
    // Each mark stands once in the frame, and the data goes in last.
    FRAME
        .replace("@style@", STYLE)
        .replace("@hash@", &hash)
        .replace("@script@", SCRIPT)
        .replace("@data@", &embedded(&data.to_string()))
}

/// JSON that can stand in a script element: nothing in it begins a tag or a comment, and
/// no character of it ends a line of script.
fn embedded(json: &str) -> String {
    let mut out = String::with_capacity(json.len());
    for c in json.chars() {
        match c {
            '<' => out.push_str("\\u003c"),
            '>' => out.push_str("\\u003e"),
            '&' => out.push_str("\\u0026"),
            '\u{2028}' => out.push_str("\\u2028"),
            '\u{2029}' => out.push_str("\\u2029"),
            other => out.push(other),
        }
    }
    out
}

fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::new();
    for chunk in bytes.chunks(3) {
        let byte = |at: usize| u32::from(chunk.get(at).copied().unwrap_or(0));
        let group = byte(0) << 16 | byte(1) << 8 | byte(2);
        for nth in 0..4 {
            let digit = (group >> (18 - 6 * nth)) & 63;
            let shown = DIGITS.get(digit as usize).copied().unwrap_or(b'=');
            out.push(if nth <= chunk.len() {
                char::from(shown)
            } else {
                '='
            });
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::{FRAME, STYLE, base64, embedded};

    #[test]
    fn data_cannot_leave_its_element() {
        let hostile = "</script><!--<img src=x onerror=alert(1)>&";
        let json = serde_json::json!({ "text": hostile }).to_string();
        let shown = embedded(&json);
        assert!(!shown.contains(['<', '>', '&']), "{shown}");
        let back: serde_json::Value = serde_json::from_str(&shown).unwrap();
        assert_eq!(back["text"], hostile);
    }

    #[test]
    fn base64_is_that_of_everybody() {
        for (plain, coded) in [
            ("", ""),
            ("f", "Zg=="),
            ("fo", "Zm8="),
            ("foo", "Zm9v"),
            ("foob", "Zm9vYg=="),
        ] {
            assert_eq!(base64(plain.as_bytes()), coded);
        }
    }

    #[test]
    fn nothing_is_fetched_from_anywhere() {
        for mark in ["@style@", "@hash@", "@script@", "@data@"] {
            assert_eq!(FRAME.matches(mark).count(), 1, "{mark}");
        }
        for word in ["http:", "https:", "url(", "@import"] {
            assert!(!STYLE.contains(word) && !FRAME.contains(word), "{word}");
        }
    }
}
