//! Writes attributed bodies as Messages does: one run over the whole text,
//! whose only attribute is the number of the message part. It serves the
//! simulated Messages and the tests; nothing is ever written for the real one.

/// The body of a message that Messages received or sent.
pub fn encode(text: &str) -> Vec<u8> {
    write(text, &["NSAttributedString"], &["NSString"])
}

/// The same of the mutable classes, which stand in some rows.
pub fn encode_mutable(text: &str) -> Vec<u8> {
    write(
        text,
        &["NSMutableAttributedString", "NSAttributedString"],
        &["NSMutableString", "NSString"],
    )
}

/// The body of a voice message with Apple's transcript.
pub fn encode_spoken(transcript: &str) -> Vec<u8> {
    let names = (&["NSAttributedString"][..], &["NSString"][..]);
    write_with("\u{fffc}", names.0, names.1, Some(transcript))
}

fn write(text: &str, root: &[&'static str], string: &[&'static str]) -> Vec<u8> {
    write_with(text, root, string, None)
}

fn write_with(
    text: &str,
    root: &[&'static str],
    string: &[&'static str],
    transcript: Option<&str>,
) -> Vec<u8> {
    let mut archive = Archive::default();
    archive.out.extend(b"\x04\x0Bstreamtyped\x81\xE8\x03");
    archive.string("@");
    archive.object(root);
    archive.string("@");
    archive.text(string, text);
    if !text.is_empty() {
        archive.string("iI");
        archive.number(1);
        archive.number(text.encode_utf16().count());
        archive.string("@");
        archive.attributes(transcript);
    }
    archive.end();
    archive.out
}

/// An archive being written, with the tables its references point into.
#[derive(Default)]
struct Archive {
    out: Vec<u8>,
    strings: Vec<&'static str>,
    /// Names of classes; other objects have none.
    objects: Vec<Option<&'static str>>,
}

impl Archive {
    /// Position in a table as a reference byte; these archives need only a few.
    fn reference(&mut self, index: usize) {
        let index = u8::try_from(index).unwrap_or(u8::MAX);
        self.out.push(0x92_u8.saturating_add(index));
    }

    fn string(&mut self, string: &'static str) {
        if let Some(index) = self.strings.iter().position(|known| *known == string) {
            return self.reference(index);
        }
        self.strings.push(string);
        self.out.push(0x84);
        self.counted(string);
    }

    fn counted(&mut self, bytes: &str) {
        self.number(bytes.len());
        self.out.extend(bytes.as_bytes());
    }

    fn number(&mut self, number: usize) {
        if let Ok(byte @ 0..=0x7F) = u8::try_from(number) {
            self.out.push(byte);
        } else if let Ok(short) = u16::try_from(number) {
            self.out.push(0x81);
            self.out.extend(short.to_le_bytes());
        } else {
            self.out.push(0x82);
            self.out
                .extend(u32::try_from(number).unwrap_or(u32::MAX).to_le_bytes());
        }
    }

    /// The head of an object of this class chain, which `NSObject` always ends.
    fn object(&mut self, chain: &[&'static str]) {
        self.out.push(0x84);
        self.objects.push(None);
        for name in chain.iter().copied().chain(["NSObject"]) {
            if let Some(index) = self.objects.iter().position(|known| *known == Some(name)) {
                return self.reference(index);
            }
            self.objects.push(Some(name));
            self.out.push(0x84);
            self.string(name);
            self.out.push(u8::from(
                name.ends_with("String") && !name.contains("Attributed"),
            ));
        }
        self.out.push(0x85);
    }

    fn text(&mut self, chain: &[&'static str], text: &str) {
        self.object(chain);
        self.string("+");
        self.counted(text);
        self.end();
    }

    /// A dictionary that says: part 0 of the message; and what was said in it, if it was spoken.
    fn attributes(&mut self, transcript: Option<&str>) {
        self.object(&["NSDictionary"]);
        self.string("i");
        self.number(if transcript.is_some() { 2 } else { 1 });
        if let Some(transcript) = transcript {
            self.string("@");
            self.text(&["NSString"], "IMAudioTranscription");
            self.string("@");
            self.text(&["NSString"], transcript);
        }
        self.string("@");
        self.text(&["NSString"], "__kIMMessagePartAttributeName");
        self.string("@");
        self.object(&["NSNumber", "NSValue"]);
        self.string("*");
        self.out.push(0x84);
        self.objects.push(None);
        self.string("i");
        self.string("i");
        self.number(0);
        self.end();
        self.end();
    }

    fn end(&mut self) {
        self.out.push(0x86);
    }
}
