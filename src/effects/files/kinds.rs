//! What a file is, by its first bytes. What it is called, and what Messages says that it
//! is, do not count: both come from whoever made it.

/// How many bytes are looked at.
pub(super) const HEAD: usize = 4096;

/// What is done with a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// A picture that Codex can be shown.
    Picture(&'static str),
    /// A picture in a form that Codex does not read: it is converted.
    Convert(&'static str),
    /// Anything else, by the end that its copy's name gets.
    Other(&'static str),
}

impl Kind {
    /// The end of the name of its copy.
    pub(super) const fn extension(self) -> &'static str {
        match self {
            Self::Picture(end) | Self::Convert(end) | Self::Other(end) => end,
        }
    }
}

/// Brands of the container that pictures of Apple's cameras come in.
const HEIF: [&[u8]; 9] = [
    b"heic", b"heix", b"hevc", b"hevx", b"heim", b"heis", b"mif1", b"msf1", b"avif",
];

/// Forms that are known by the bytes they begin with.
const BEGINS: [(&[u8], Kind); 14] = [
    (b"\xff\xd8\xff", Kind::Picture("jpg")),
    (b"\x89PNG\r\n\x1a\n", Kind::Picture("png")),
    (b"GIF87a", Kind::Picture("gif")),
    (b"GIF89a", Kind::Picture("gif")),
    (b"II*\0", Kind::Convert("tiff")),
    (b"MM\0*", Kind::Convert("tiff")),
    (b"BM", Kind::Convert("bmp")),
    (b"%PDF-", Kind::Other("pdf")),
    (b"PK\x03\x04", Kind::Other("zip")),
    (b"\x1f\x8b", Kind::Other("gz")),
    (b"caff", Kind::Other("caf")),
    (b"ID3", Kind::Other("mp3")),
    (b"#!AMR", Kind::Other("amr")),
    (b"bplist00", Kind::Other("plist")),
];

/// Recognises a file by its head.
pub(super) fn kind(head: &[u8]) -> Kind {
    if head.starts_with(b"RIFF") {
        return match head.get(8..12) {
            Some(b"WEBP") => Kind::Picture("webp"),
            Some(b"WAVE") => Kind::Other("wav"),
            _ => Kind::Other("bin"),
        };
    }
    if let (Some(b"ftyp"), Some(brand)) = (head.get(4..8), head.get(8..12)) {
        return match brand {
            brand if HEIF.contains(&brand) => Kind::Convert("heic"),
            b"qt  " => Kind::Other("mov"),
            brand if brand.starts_with(b"M4A") => Kind::Other("m4a"),
            _ => Kind::Other("mp4"),
        };
    }
    let begins = BEGINS.iter().find(|(begin, _)| head.starts_with(begin));
    // Two letters also begin many a text.
    match begins {
        Some((begin, kind)) if begin.len() > 2 || !is_text(head) => *kind,
        Some(_) | None if is_text(head) => Kind::Other("txt"),
        Some(_) | None => Kind::Other("bin"),
    }
}

/// UTF-8 without control characters; the last character may be cut off.
fn is_text(head: &[u8]) -> bool {
    let whole = match std::str::from_utf8(head) {
        Ok(_) => head,
        Err(error) if error.error_len().is_none() && head.len() >= HEAD => {
            head.get(..error.valid_up_to()).unwrap_or_default()
        }
        Err(_) => return false,
    };
    let control = |byte: &u8| *byte < 32 && !matches!(byte, b'\n' | b'\r' | b'\t' | 12 | 27);
    !whole.iter().any(control)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_what_its_bytes_say() {
        for (head, wanted) in [
            (&b"\xff\xd8\xff\xe0\0\x10JFIF"[..], Kind::Picture("jpg")),
            (b"\x89PNG\r\n\x1a\n\0\0", Kind::Picture("png")),
            (b"RIFF\x10\0\0\0WEBPVP8 ", Kind::Picture("webp")),
            (b"RIFF\x10\0\0\0WAVEfmt ", Kind::Other("wav")),
            (b"RIFF", Kind::Other("bin")),
            (b"\0\0\0\x24ftypheic\0\0\0\0", Kind::Convert("heic")),
            (b"\0\0\0\x24ftypavif", Kind::Convert("heic")),
            (b"\0\0\0\x14ftypqt  ", Kind::Other("mov")),
            (b"\0\0\0\x14ftypM4A ", Kind::Other("m4a")),
            (b"\0\0\0\x14ftypisom", Kind::Other("mp4")),
            (b"\0\0\0\x14ftyp", Kind::Other("bin")),
            (b"BM\x36\0\0\0", Kind::Convert("bmp")),
            (b"BMW is a car\n", Kind::Other("txt")),
            (b"%PDF-1.7\n", Kind::Other("pdf")),
            (
                "fn main() { println!(\"żółw\") }".as_bytes(),
                Kind::Other("txt"),
            ),
            (b"", Kind::Other("txt")),
            (b"\0\x01\x02", Kind::Other("bin")),
            (b"\xff\xfe", Kind::Other("bin")),
        ] {
            assert_eq!(kind(head), wanted, "{head:?}");
        }
        let mut long = "ż".repeat(HEAD / 2).into_bytes();
        long.insert(0, b'x');
        long.truncate(HEAD);
        assert_eq!(kind(&long), Kind::Other("txt"), "a character is cut in two");
    }
}
