//! Bodies of every size, cut at every place, and bytes that are no body.

use super::{attribute, decode, encode, encode_mutable, encode_spoken};
use proptest::prelude::*;

const HEAD: &[u8] = b"\x04\x0bstreamtyped\x81\xe8\x03\x84\x01@";

/// A body as Messages wrote it (classes, tables and run as in a real row), byte for byte.
fn known() -> Vec<u8> {
    let mut body = HEAD.to_vec();
    body.extend(b"\x84\x84\x84\x19NSMutableAttributedString\x00\x84\x84\x12NSAttributedString\x00");
    body.extend(b"\x84\x84\x08NSObject\x00\x85\x92\x84\x84\x84\x0fNSMutableString\x01");
    body.extend(b"\x84\x84\x08NSString\x01\x95\x84\x01+\x0aNoter test\x86\x84\x02iI\x01\x0a\x92");
    body.extend(b"\x84\x84\x84\x0cNSDictionary\x00\x95\x84\x01i\x01\x92\x84\x98\x98\x1d");
    body.extend(b"__kIMMessagePartAttributeName\x86\x92\x84\x84\x84\x08NSNumber\x00");
    body.extend(b"\x84\x84\x07NSValue\x00\x95\x84\x01*\x84\x9b\x9b\x00\x86\x86\x86");
    body
}

#[test]
fn a_body_as_messages_writes_it_is_read_and_written() {
    assert_eq!(decode(&known()).as_deref(), Ok("Noter test"));
    assert_eq!(encode_mutable("Noter test"), known());
}

#[test]
fn every_length_and_awkward_text_comes_back() {
    for length in [
        0, 1, 43, 127, 128, 255, 256, 32_767, 32_768, 65_535, 65_536, 100_001,
    ] {
        let text = "a".repeat(length);
        assert_eq!(decode(&encode(&text)), Ok(text.clone()), "{length} bytes");
        assert_eq!(decode(&encode_mutable(&text)), Ok(text), "{length} bytes");
    }
    let awkward = [
        "\u{1}+",
        "NSString",
        "\u{fffc}",
        "a\0b",
        "蠆醄 \u{5184}\u{6184}",
        "👍🏽👨‍👩‍👧",
        "+++",
        "\r\n",
        "é\u{301}",
    ];
    for text in awkward {
        assert_eq!(decode(&encode(text)).as_deref(), Ok(text));
    }
}

#[test]
fn every_cut_is_refused() {
    for body in [
        known(),
        encode(""),
        encode(&"é".repeat(300)),
        encode(&"x".repeat(70_000)),
    ] {
        for length in (0..body.len()).filter(|n| *n < 400 || body.len() - n < 400) {
            assert!(decode(&body[..length]).is_err(), "cut at {length}");
        }
    }
}

#[test]
fn a_length_beyond_the_end_is_refused() {
    let start = encode("").len() - 3;
    for length in [
        &b"\x05"[..],
        b"\x7f",
        b"\x81\x9d\x00",
        b"\x82\xff\xff\xff\xff",
        b"\xff",
        b"\x87",
    ] {
        let mut body = encode("")[..start].to_vec();
        body.extend(length);
        body.extend(b"text\x86\x86");
        assert!(decode(&body).is_err(), "{length:?}");
    }
}

#[test]
fn text_that_is_not_utf8_is_refused() {
    let mut body = encode("abc");
    let at = body.windows(3).position(|w| w == b"abc").unwrap();
    body[at] = 0xE9;
    assert!(decode(&body).is_err());
}

#[test]
fn other_archives_and_broken_class_chains_are_refused() {
    let string: &[u8] =
        b"\x84\x84\x84\x08NSString\x01\x84\x84\x08NSObject\x00\x85\x84\x01+\x02hi\x86";
    let endless = b"\x84\x84\x84\x01A\x00\x93";
    let tail_biter =
        b"\x84\x84\x84\x01A\x00\x84\x84\x01B\x00\x94\x92\x84\x84\x84\x08NSString\x01\x85";
    for rest in [string, endless, tail_biter, b"", b"\x85", b"\x92"] {
        assert!(decode(&[HEAD, rest].concat()).is_err(), "{rest:?}");
    }
    assert!(decode(b"bplist00").is_err());
    assert!(decode(b"\x04\x0btypedstream\x81\xe8\x03").is_err());
}

#[test]
fn an_unknown_attribute_does_not_cost_the_text() {
    let mut body = encode("");
    body.pop();
    body.extend(b"\x84\x05{a=ii}\x01\x02\x86");
    assert_eq!(decode(&body).as_deref(), Ok(""));
}

#[test]
fn deep_nesting_is_neither_a_crash_nor_slow() {
    let deep = [HEAD, &vec![0x84; 1_000_000]].concat();
    assert!(decode(&deep).is_err());
    let mut objects = encode("");
    objects.pop();
    objects.extend(b"\x92\x84\x93".repeat(200_000));
    assert!(decode(&objects).is_err());
}

#[test]
fn utf16_bodies_are_read() {
    let body = |text: &str| -> Vec<u8> {
        let units = text.encode_utf16().flat_map(u16::to_le_bytes);
        [0xFF, 0xFE].into_iter().chain(units).collect()
    };
    for text in ["", "yes", "wörld 👍"] {
        assert_eq!(decode(&body(text)).as_deref(), Ok(text));
    }
    assert!(decode(&body("abc")[..5]).is_err());
    assert!(decode(b"\xff\xfe\x00\xd8").is_err());
}

proptest! {
    #[test]
    fn what_is_written_is_read(text in "(?s).{0,400}") {
        prop_assert_eq!(decode(&encode(&text)), Ok(text.clone()));
        prop_assert_eq!(decode(&encode_mutable(&text)), Ok(text));
    }

    #[test]
    fn no_bytes_cause_a_panic(bytes in prop::collection::vec(any::<u8>(), 0..600), headed: bool) {
        let bytes = if headed { [HEAD, &bytes].concat() } else { bytes };
        let _ = decode(&bytes);
    }

    #[test]
    fn a_changed_byte_never_lengthens_the_text(at in 0_usize..233, byte: u8) {
        let mut body = known();
        body[at] = byte;
        if let Ok(text) = decode(&body) {
            prop_assert_eq!(text.len(), 10);
        }
    }
}

const SPOKEN: &str = "IMAudioTranscription";

#[test]
fn a_transcript_is_read_and_nothing_else_is_taken_for_one() {
    for words in [
        "Run the tests.",
        "ß 日本語 \u{fffc}",
        &"long ".repeat(9_000),
    ] {
        let body = encode_spoken(words);
        assert_eq!(decode(&body).as_deref(), Ok("\u{fffc}"));
        assert_eq!(attribute(&body, SPOKEN).as_deref(), Some(words));
        for cut in 0..body.len().min(400) {
            let part = attribute(&body[..cut], SPOKEN);
            assert!(part.is_none_or(|part| part == words), "cut at {cut}");
        }
    }
    assert_eq!(attribute(&encode("\u{fffc}"), SPOKEN), None);
    // Somebody may write that very word.
    assert_eq!(attribute(&encode(SPOKEN), SPOKEN), None);
    assert_eq!(
        attribute(&encode(&format!("\u{fffc}{SPOKEN}")), SPOKEN),
        None
    );
}
