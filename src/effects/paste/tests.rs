//! No byte of a text may act as a key, and what is left must be what Codex records.

use super::{Framed, MAX_BYTES, Refusal, fits, frame, shows};
use crate::effects::screen::{self, Capture, Composer, recognise};
use proptest::prelude::*;

fn expected(text: &str) -> String {
    frame(text).unwrap().expected.reveal().clone()
}

fn pasted(framed: &Framed) -> &str {
    framed.bytes_to_paste.reveal()
}

#[test]
fn a_text_is_neutralised_by_the_rule() {
    let cases = [
        ("/quit", "/quit"),
        ("!ls", "!ls"),
        ("  see @x \n", "see @x"),
        ("a\r\nb\rc\nd", "a\nb\nc\nd"),
        ("a\tb", "a\tb"),
        ("abc\u{1b}def", "abcdef"),
        ("a\u{1b}[201~\rrm -rf", "a[201~\nrm -rf"),
        ("a\u{9b}201~b\u{85}\u{7f}\u{0}", "a201~b"),
        ("\u{3}\u{4}yes\u{a}", "yes"),
        ("a\u{202e}b\u{2066}c\u{2069}", "abc"),
        ("\u{200f}שלום", "\u{200f}שלום"),
        ("a\u{2028}b", "a\nb"),
        (
            "#{pane_id} C-c Enter %1 ; kill-server",
            "#{pane_id} C-c Enter %1 ; kill-server",
        ),
    ];
    for (text, wanted) in cases {
        assert_eq!(expected(text), wanted);
        assert_eq!(pasted(&frame(text).unwrap()), format!(" {wanted} "));
    }
}

#[test]
fn nothing_and_too_much_are_refused() {
    for empty in ["", " \n\t", "\u{1b}\u{3}\r\n", "\u{202e}"] {
        assert_eq!(frame(empty), Err(Refusal::Empty));
    }
    let large = "x".repeat(100_000);
    let refusal = Refusal::TooLarge {
        bytes: 100_000,
        max: MAX_BYTES,
    };
    assert_eq!(frame(&large), Err(refusal));
    assert!(refusal.to_string().contains("100000 bytes"));
    assert!(frame(&large[2..]).is_ok());
}

#[test]
fn neither_text_nor_draft_is_printed() {
    let framed = frame("sesame").unwrap();
    let composer = typed(" sesame");
    let printed = format!("{framed:?} {composer:?}");
    assert!(!printed.contains("sesame"), "{printed}");
}

/// A composer as the recogniser reads it from a screen that shows these rows.
fn composer_of(rows: &[&str]) -> Composer {
    let mut lines = vec!["• done".to_owned(), String::new()];
    for (nth, row) in rows.iter().enumerate() {
        let indent = if nth == 0 { "› " } else { "  " };
        lines.push(format!("{indent}{row}").trim_end().to_owned());
    }
    lines.push(String::new());
    lines.push("  mock-model default · /Users/owner/lab/work".to_owned());
    let capture = Capture {
        cursor: (79, u16::try_from(lines.len()).unwrap() - 3),
        height: u16::try_from(lines.len()).unwrap(),
        lines,
        command: "codex".to_owned(),
        cursor_visible: true,
        width: 80,
        ..Capture::default()
    };
    let seen = recognise(&capture);
    seen.composer.unwrap_or_else(|| panic!("{:?}", seen.why))
}

fn typed(row: &str) -> Composer {
    composer_of(&[row])
}

#[test]
fn exactly_our_text_is_seen() {
    let yes: &[(&str, &[&str])] = &[
        ("run the tests", &[" run the tests"]),
        ("/quit", &[" /quit"]),
        ("a\nb", &[" a", "b"]),
        ("a\n\nb  c", &[" a", "", "b  c"]),
        ("one two three", &[" one two", "three"]),
        ("averylongword", &[" averylo", "ngword"]),
        ("averylongword", &["", "averylong", "word"]),
        ("a\tb", &[" ab"]),
        ("👍🏽 ok", &[" 👍 ok"]),
        ("[Pasted Content 3 chars]", &[" [Pasted Content 3 chars]"]),
    ];
    for (text, rows) in yes {
        assert!(shows(&composer_of(rows), &frame(text).unwrap()), "{text:?}");
    }
    let no: &[(&str, &[&str])] = &[
        ("run the tests", &[" run the test"]),
        ("run the tests", &[" run the tests now"]),
        ("run the tests", &["draft run the tests"]),
        ("run the tests", &[" run the tests", "and more"]),
        ("a\nb", &[" a b"]),
        ("a\nb", &[" a", "", "b"]),
        ("a\nb", &["", " a", "b"]),
        ("one two", &["two"]),
        ("one", &["[Pasted Content 5 chars]"]),
    ];
    for (text, rows) in no {
        assert!(
            !shows(&composer_of(rows), &frame(text).unwrap()),
            "{text:?} {rows:?}"
        );
    }
}

#[test]
fn the_real_composer_shows_what_was_pasted() {
    let seen = recognise(&screen::tests::sample("composer-framed-0.169"));
    let framed = frame("two words\nand a second line").unwrap();
    assert!(shows(&seen.composer.unwrap(), &framed));
    let steered = recognise(&screen::tests::sample("working-draft-0.169"));
    assert!(shows(
        &steered.composer.unwrap(),
        &frame("steer text").unwrap()
    ));
}

#[test]
fn wide_and_joined_characters_are_seen_as_tmux_keeps_them() {
    let text =
        "見る 👩‍👩‍👧‍👦 ½ café é naïve 日本語のテキストはここで折り返されます、そして続きます 🇩🇪🏳️‍🌈 ok";
    let framed = frame(text).unwrap();
    for file in [
        "draft-wide-0.169",
        "draft-wide-0.145",
        "draft-wide-nocolor-0.169",
    ] {
        let seen = recognise(&screen::tests::sample(file));
        assert!(shows(&seen.composer.unwrap(), &framed), "{file}");
    }
    let joined = typed(" 👩\u{200d}👩\u{200d}👧\u{200d} ok");
    assert!(shows(&joined, &frame("👩‍👩‍👧‍👦 ok").unwrap()));
    assert!(!shows(&joined, &frame("👨‍👩‍👧‍👦 ok").unwrap()));
    assert!(!shows(&joined, &frame("👩‍👩‍👧‍👦 no").unwrap()));
}

#[test]
fn a_long_text_is_seen_by_its_marker() {
    let framed = frame(&"ü".repeat(2998)).unwrap();
    assert!(shows(&typed("[Pasted Content 3000 chars]"), &framed));
    assert!(!shows(&typed("[Pasted Content 2998 chars]"), &framed));
    assert!(!shows(&typed("x [Pasted Content 3000 chars]"), &framed));
    assert!(!shows(&typed("[Pasted Content 3000 chars] #2"), &framed));
    let short = frame(&"x".repeat(998)).unwrap();
    assert!(!shows(&typed("[Pasted Content 1000 chars]"), &short));
}

#[test]
fn a_suggestion_is_never_our_text() {
    let mut composer = typed("Explain this codebase");
    let framed = frame("Explain this codebase").unwrap();
    assert!(shows(&composer, &framed));
    composer.placeholder = true;
    assert!(!shows(&composer, &framed));
}

#[test]
fn a_text_fits_if_it_is_shown_whole() {
    let short = frame("run the tests").unwrap();
    assert!(fits(&short, 40, 12) && !fits(&short, 40, 6) && !fits(&short, 3, 40));
    let words = frame(&"word ".repeat(190)).unwrap();
    assert!(fits(&words, 80, 24) && !fits(&words, 40, 12));
    let lines = frame(&"x\n".repeat(30)).unwrap();
    assert!(fits(&lines, 80, 40) && !fits(&lines, 80, 24));
    assert!(fits(&frame(&"x".repeat(5000)).unwrap(), 40, 12));
}

proptest! {
    #[test]
    fn no_control_byte_is_left(text in any::<String>()) {
        let Ok(framed) = frame(&text) else { return Ok(()) };
        let kept = |c: char| !c.is_control() || c == '\n' || c == '\t';
        prop_assert!(pasted(&framed).chars().all(kept));
        prop_assert_eq!(pasted(&framed).trim(), framed.expected.reveal());
        prop_assert!(pasted(&framed).starts_with(' ') && pasted(&framed).ends_with(' '));
        prop_assert_eq!(frame(framed.expected.reveal()), Ok(framed.clone()));
        prop_assert_eq!(frame(pasted(&framed)), Ok(framed));
    }

    #[test]
    fn a_wrapped_text_is_recognised(words in prop::collection::vec("[a-z0-9é漢]{1,30}", 1..20)) {
        let text = words.join(" ");
        let framed = frame(&text).unwrap();
        let mut rows = vec![String::new()];
        for word in &words {
            let last = rows.last_mut().unwrap();
            if last.chars().count() + word.chars().count() > 60 {
                rows.push(word.clone());
            } else {
                last.push(' ');
                last.push_str(word);
            }
        }
        let rows: Vec<&str> = rows.iter().map(String::as_str).collect();
        prop_assert!(shows(&composer_of(&rows), &framed));
        let other = frame(&format!("{text}x")).unwrap();
        prop_assert!(!shows(&composer_of(&rows), &other));
    }
}
