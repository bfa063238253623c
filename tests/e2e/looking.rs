//! The owner looks at real sessions from the phone: their screen, words, steps, changes.

use std::fs;
use std::process::Command;

use crate::desk::{Desk, NO_APP_SERVER, count};
use crate::lab::{Lab, wait_for};
use crate::pane::Pane;

fn git(lab: &Lab, args: &[&str]) {
    let mut git = Command::new("git");
    git.current_dir(lab.work());
    for setting in [
        "user.name=A",
        "user.email=a@example.com",
        "commit.gpgsign=false",
    ] {
        git.args(["-c", setting]);
    }
    assert!(git.args(args).output().unwrap().status.success());
}

#[test]
fn a_session_is_seen_from_the_phone() {
    let Some(mut desk) = Desk::with(|_| {}, &[NO_APP_SERVER]) else {
        return;
    };
    git(&desk.lab, &["init", "-q"]);
    fs::write(desk.lab.work().join("a.txt"), "one\n").unwrap();
    git(&desk.lab, &["add", "."]);
    git(&desk.lab, &["commit", "-qm", "first"]);
    let pane = desk.embedded();
    let (thread, notice) = desk.prompted(&pane, "hello");
    let secret = format!("gh{}_{}", "p", "aB3dE6gH1jK4".repeat(3));
    let order = format!("try: echo {secret}; exit 3");
    desk.phone.reply(&notice, &order);
    desk.phone.wait_for("done", "done: ");
    // The sandbox of this session is read-only: the owner changed the file.
    fs::write(desk.lab.work().join("a.txt"), format!("one\n{secret}\n")).unwrap();
    let seen = desk.phone.reply(&notice, "screen");
    let screen = desk.phone.wait_for("screen", "› hello");
    assert!(screen.text.contains("echo: hello"), "{}", screen.text);
    assert!(!screen.text.contains(&secret) && !screen.text.ends_with('\n'));
    let reference = notice.reference();
    desk.phone.say(&format!("last {reference} 4"));
    let last = desk.phone.wait_for("last messages", "hello");
    assert_eq!(last.text.matches("\nYou, ").count(), 2, "{}", last.text);
    assert_eq!(last.text.matches("Codex, ").count(), 2, "{}", last.text);
    desk.phone.say(&format!("log {reference}"));
    let log = desk.phone.wait_for("last steps", "a turn began");
    assert!(log.text.contains("→ failed (3)"), "{}", log.text);
    assert!(log.text.contains("you: hello"), "{}", log.text);
    desk.phone.say(&format!("status {reference}"));
    let status = desk.phone.wait_for("status", "Its last steps");
    assert!(status.text.contains("→ failed (3)"), "{}", status.text);
    desk.phone.reply(&notice, "diff a.txt");
    let diff = desk.phone.wait_for("changes", "▸ a.txt");
    assert!(diff.text.contains("1 file changed, +1 −0"), "{}", diff.text);
    assert!(
        diff.text.contains("+[redacted GitHub token]"),
        "{}",
        diff.text
    );
    for text in [&screen, &last, &log, &status, &diff] {
        assert!(!text.text.contains(&secret), "{}", text.text);
    }
    // Looking was no instruction.
    desk.assert_told(&thread, &["hello", &order]);
    let entries = desk.stop();
    let asked = |entry: &&serde_json::Value| entry["event"].to_string().contains("\"Look\"");
    assert_eq!(entries.iter().filter(asked).count(), 5);
    assert!(count(&entries, "NoticeQueued") >= 6);
    assert!(!seen.is_empty());
}

/// Leaves the session of a pane for a new one. Codex refuses that for a moment after notify
/// has reported the end of a turn. It is not there before it has a title of its own: until
/// then 0.171 drops Enter.
fn another_session(pane: &Pane<'_>) {
    let old = pane.thread();
    let left = |screen: &str| !screen.contains("echo:") && screen.contains("› Ask Codex");
    let refused = |screen: &str| screen.contains("is disabled while");
    loop {
        pane.prompt("/new");
        let either = |screen: &str| left(screen) || refused(screen);
        let screen = pane.wait_for("another session", either);
        if left(&screen) {
            let new = || Some(pane.thread()).filter(|thread| *thread != old);
            wait_for(|| format!("a session other than {old}"), new);
            return;
        }
        pane.key("C-l");
        pane.wait_for("a clear screen", |screen| !refused(screen));
    }
}

#[test]
fn a_pane_that_shows_another_thread_or_is_gone_is_not_shown() {
    let Some(desk) = Desk::with(|_| {}, &[NO_APP_SERVER]) else {
        return;
    };
    let pane = desk.embedded();
    let (_, notice) = desk.prompted(&pane, "first");
    another_session(&pane);
    let (_, other) = desk.prompted(&pane, "second");
    let (old, new) = (notice.reference(), other.reference());
    assert_ne!(old, new);
    desk.phone.say(&format!("screen {old}"));
    let refused = desk.phone.wait_for("not shown", old);
    assert!(!refused.text.contains("second"), "{}", refused.text);
    desk.phone.say(&format!("screen {new}"));
    desk.phone.wait_for("screen", "echo: second");
    desk.lab.tmux(&["kill-pane", "-t", &pane.id]);
    desk.phone.say(&format!("screen {new}"));
    let gone = desk.phone.wait_for("not shown", new);
    assert!(gone.text.contains("cannot be shown"), "{}", gone.text);
    desk.phone.say(&format!("last {new}"));
    desk.phone.wait_for("last messages", "echo: second");
}
