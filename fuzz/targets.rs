//! What is fuzzed: each target takes any bytes, must come back, and must keep a
//! promise about what it gives. `fuzz/` lets libFuzzer choose the bytes; a test
//! replays the kept corpora, so that a fault once found stays found.

use control_plane::effects::paste;
use control_plane::effects::screen::{self, Capture};
use control_plane::ingress::chat_db::typedstream;
use control_plane::ingress::rollouts::parse;
use events::SessionId;
use events::outcome::Screen;
use projections::{grammar, notify_payload};

/// A target by its name.
pub(crate) type Target = (&'static str, fn(&[u8]));

/// All targets.
pub(crate) const ALL: &[Target] = &[
    ("typedstream", typedstream_body),
    ("screen", captured_screen),
    ("grammar", owner_words),
    ("notify", notify_payload),
    ("rollout", rollout_line),
    ("paste", pasted_text),
];

/// A body either is refused or is text that encodes and decodes to itself.
fn typedstream_body(bytes: &[u8]) {
    if let Ok(text) = typedstream::decode(bytes) {
        let again = typedstream::decode(&typedstream::encode(&text));
        assert_eq!(again.as_ref(), Ok(&text));
    }
}

/// The first four bytes say what tmux tells beside the screen. Where the cursor
/// is hidden nothing may be typed.
fn captured_screen(bytes: &[u8]) {
    let [flags, x, y, width, ref text @ ..] = *bytes else {
        return;
    };
    let text = String::from_utf8_lossy(text);
    let lines: Vec<String> = text.lines().take(200).map(ToOwned::to_owned).collect();
    let capture = Capture {
        height: u16::try_from(lines.len().max(1)).unwrap_or(u16::MAX),
        styled: (flags & 1 != 0).then(|| lines.clone()),
        title: lines.first().cloned().unwrap_or_default(),
        command: if flags & 2 != 0 { "codex" } else { "bash" }.to_owned(),
        cursor: (u16::from(x), u16::from(y)),
        cursor_visible: flags & 4 != 0,
        alternate: flags & 8 != 0,
        in_mode: flags & 16 != 0,
        width: u16::from(width),
        lines,
    };
    let hidden = !capture.cursor_visible || capture.in_mode;
    let seen = screen::recognise(&capture);
    assert!(!(hidden && matches!(seen.screen, Screen::Composer { .. })));
}

/// What is understood as words for a session is not empty.
fn owner_words(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    if let grammar::Parsed::Named { name, words } = grammar::parse(&text) {
        assert!(!name.is_empty() && !words.is_empty());
    }
}

/// A payload is read or refused with a sentence that holds none of it.
fn notify_payload(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    if let Err(why) = notify_payload::read(&text) {
        assert!(why.len() < 200);
    }
}

/// A line is read, passed over or refused.
fn rollout_line(bytes: &[u8]) {
    if let Some(session) = SessionId::parse("01a203af-139d-7ea3-bbb9-1bdb88401c7e") {
        let _ = parse::record(bytes, &session);
    }
}

/// No byte of what is pasted can act as a key.
fn pasted_text(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    if let Ok(framed) = paste::frame(&text) {
        let pasted = framed.bytes_to_paste.reveal();
        let key = |c: char| c.is_control() && c != '\n' && c != '\t';
        assert!(!pasted.contains(key) && pasted.starts_with(' ') && pasted.ends_with(' '));
    }
}

/// Runs the target of this name, if there is one.
pub(crate) fn run(name: &str, bytes: &[u8]) {
    for (_, target) in ALL.iter().filter(|(known, _)| *known == name) {
        target(bytes);
    }
}
