//! `message.attributedBody`: an archived attributed string, in the format that
//! `NeXT` called typedstream. On current systems it is the only place where a
//! message's text stands.
//!
//! The archive is parsed, not searched: its marks are legal bytes of texts. A
//! damaged one is refused and never yields half a text or somebody else's
//! bytes. What comes in is untrusted: reading never panics, never recurses and
//! takes time proportional to the archive.

mod attributes;
mod encode;
mod stream;
#[cfg(test)]
mod tests;

pub use encode::{encode, encode_mutable, encode_spoken};
pub use stream::Undecodable;
use stream::{END, Stream};

/// The text of an attributed body, exactly as Messages stored it.
pub fn decode(body: &[u8]) -> Result<String, Undecodable> {
    if let Some(units) = body.strip_prefix(&[0xFF, 0xFE]) {
        return utf16(units);
    }
    let mut stream = Stream::open(body)?;
    stream.group("@")?;
    stream.object("NSAttributedString")?;
    stream.group("@")?;
    stream.object("NSString")?;
    stream.group("+")?;
    let start = stream.at();
    let text = std::str::from_utf8(stream.counted()?).map_err(|_| Undecodable {
        why: "the text is not UTF-8",
        at: start,
    })?;
    stream.mark(END, "the text does not end where it says")?;
    stream.whole()?;
    Ok(text.to_owned())
}

/// The value of an attribute of a placeholder that is a string itself, such as the transcript of a
/// voice message. `None` where there is none; what cannot be followed has none.
pub fn attribute(body: &[u8], name: &str) -> Option<String> {
    // Few bodies have it, and to walk the attributes of each is not free.
    let named = body.windows(name.len()).any(|part| part == name.as_bytes());
    if !named {
        return None;
    }
    let mut stream = Stream::open(body).ok()?;
    stream.group("@").ok()?;
    stream.object("NSAttributedString").ok()?;
    // The first string is the text itself, and it may say anything.
    let found = stream.strings_inside();
    let (text, found) = found.split_first()?;
    if !text.windows(3).any(|part| part == "\u{fffc}".as_bytes()) {
        return None;
    }
    let after = found.iter().skip_while(|text| **text != name.as_bytes());
    let value = after.copied().nth(1)?;
    String::from_utf8(value.to_vec()).ok()
}

/// Some rows hold plain UTF-16 behind a byte order mark instead of an archive.
fn utf16(units: &[u8]) -> Result<String, Undecodable> {
    let broken = |why| Undecodable { why, at: 2 };
    let (pairs, rest) = units.as_chunks::<2>();
    if !rest.is_empty() {
        return Err(broken("half a UTF-16 unit"));
    }
    char::decode_utf16(pairs.iter().map(|pair| u16::from_le_bytes(*pair)))
        .collect::<Result<_, _>>()
        .map_err(|_| broken("a lone surrogate"))
}
