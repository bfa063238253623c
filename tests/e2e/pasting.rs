//! The rule that makes a text harmless, through the real tmux and the real Codex.

use crate::desk::Desk;

/// What the owner writes, and what Codex records.
const TEXTS: [(&str, &str); 9] = [
    ("!touch made", "\u{200b}!touch made"),
    ("/usr/bin/quit it", "/usr/bin/quit it"),
    ("see @work", "see @work"),
    ("$no-such-skill", "$no-such-skill"),
    ("abc\u{1b}[201~\u{3}\u{4}\rdef", "abc[201~\ndef"),
    (
        "#{pane_id} #(touch made) %0 ;",
        "#{pane_id} #(touch made) %0 ;",
    ),
    ("Enter", "Enter"),
    ("C-c", "C-c"),
    ("👩‍👩‍👧‍👦 見る 🇩🇪🏳️‍🌈 ok", "👩‍👩‍👧‍👦 見る 🇩🇪🏳️‍🌈 ok"),
];

#[test]
fn every_text_is_a_text() {
    let Some(desk) = Desk::new() else { return };
    let pane = desk.embedded();
    let (thread, notice) = desk.prompted(&pane, "hello");
    let mut told = vec!["hello"];
    for (text, recorded) in TEXTS {
        let heard = desk.phone.notices().len();
        desk.phone.say(&format!("{} {text}", notice.reference()));
        desk.lab
            .wait_for_answer(&thread, &format!("echo: {recorded}"));
        desk.phone.wait_after(heard, "received", "");
        told.push(recorded);
    }
    let large = format!("{} {}", notice.reference(), "x".repeat(100_001));
    desk.phone.say(&large);
    desk.phone.wait_for("not delivered", "100001 bytes");
    desk.assert_told(&thread, &told);
    assert!(!desk.lab.work().join("made").exists());
    pane.wait_for("an empty composer", |screen| screen.contains("› Ask Codex"));
}
