//! Addresses in every spelling, and what must never become one.

use projections::handle::{complete, normalise, same};
use proptest::prelude::*;

const PHONE: &str = "+15555550123";

#[test]
fn every_spelling_of_an_address_is_one_address() {
    for written in [
        "+1 (555) 555-0123",
        " +1.555.555.0123 ",
        "+1\u{a0}555\u{a0}555\u{a0}0123",
        "+1 555‑555‑0123",
        "+1–555—555−0123",
        "+1 555/555 0123",
        "＋１５５５５５５０１２３",
        "tel:+15555550123",
        "TEL:+1-555-555-0123",
        "tel://+15555550123",
        "sms:+15555550123",
        "P:+15555550123",
        "\u{202a}+1 (555) 555-0123\u{202c}",
        "\u{feff}+15555550123",
    ] {
        assert_eq!(complete(written).as_deref(), Some(PHONE), "{written}");
        assert!(same(written, PHONE), "{written}");
    }
    for written in [
        "me+codex@example.com",
        " ME+Codex@Example.COM ",
        "mailto:me+codex@example.com",
        "MailTo:Me+codex@example.com",
        "E:me+codex@example.com",
        "imessage://me+codex@example.com",
    ] {
        let mail = Some("me+codex@example.com");
        assert_eq!(complete(written).as_deref(), mail, "{written}");
    }
    // The bracketed 0 is dialled inside a country only.
    let plain = Some("+15555550123".to_owned());
    assert_eq!(complete("+1 (0)555 555 0123"), plain);
    assert_eq!(
        complete("15555550123@example.com").as_deref(),
        Some("15555550123@example.com")
    );
}

#[test]
fn what_is_no_address_is_not_made_one() {
    for written in [
        "",
        "+",
        "me",
        "me@",
        "@example.com",
        "me@example",
        "me@@example.com",
        "a b@example.com",
        "me@example..com",
        "Me <me@example.com>",
        concat!("+1555", "555012345678"),
        "1+15555550123",
        "+1555555O123",
        "+1-800-FLOWERS",
        "+15555550123;ext=5",
        "+15555550123 or me",
        concat!("+0", "155555501"),
    ] {
        assert_eq!(normalise(written), None, "{written}");
    }
    // A row may bear such a sender; nobody can be written to, or known, by it.
    for national in [
        "(555) 555-0123",
        "15555550123",
        "00155555",
        "12345",
        "+12345",
    ] {
        assert_eq!(complete(national), None, "{national}");
    }
    let two = |a, b| assert!(!same(a, b), "{a} {b}");
    two("(555) 555-0123", PHONE);
    two("bo\u{212a}@example.com", "bok@example.com");
    two("ｍe@example.com", "me@example.com");
    two("me@example.com", "me@exаmple.com");
}

proptest! {
    #[test]
    fn the_one_spelling_is_its_own(text in any::<String>()) {
        if let Some(once) = normalise(&text) {
            prop_assert_eq!(normalise(&once), Some(once.clone()));
            prop_assert!(same(&text, &once));
        }
    }
}
