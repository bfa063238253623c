//! The text about the end of a turn says what a real session recorded of it.

use std::fs;

use serde_json::Value;

use crate::desk::{Desk, NO_APP_SERVER, count};

#[test]
fn a_text_says_what_was_changed_and_what_failed() {
    let Some(mut desk) = Desk::with(|_| {}, &[NO_APP_SERVER]) else {
        return;
    };
    fs::write(desk.lab.work().join("old.txt"), "one line\n").unwrap();
    let pane = desk.embedded();
    let (_, notice) = desk.prompted(&pane, "hello");
    let reference = notice.reference();
    let tests = "echo 'test result: FAILED. 3 passed; 1 failed'; sh -c 'exit 101' cargo test";
    let order = format!("work: ls missing ;; {tests} ;; patch new.txt ~old.txt ;; true");
    desk.phone.reply(&notice, &order);
    let asked = desk.phone.wait_for_prompt("new.txt");
    desk.phone.reply(&asked, "yes");
    let told = desk.phone.wait_for("done", "done: ");
    let head = format!("work is done: 1 of 4 tests failed, 2 files changed. [Codex] {reference}\n");
    assert!(told.text.starts_with(&head), "{}", told.text);
    let line = told.text.lines().nth(1).unwrap();
    for fact in ["new.txt +1 −0", "old.txt +1 −1", "(101)"] {
        assert!(line.contains(fact), "{line}");
    }
    // A look that finds nothing is no failure.
    assert!(!line.contains("missing"), "{line}");
    desk.phone.say(&format!("log {reference}"));
    desk.phone.wait_for("last steps", "old.txt");
    // A turn without work has one line and its words.
    pane.prompt("and now");
    let next = desk.phone.wait_for("done", "echo: and now");
    assert_eq!(next.text.lines().count(), 2, "{}", next.text);
    assert_eq!(count(&desk.stop(), "TurnWorked"), 1);
}

#[test]
fn ends_soon_after_another_one_are_told_in_one_text() {
    let settings = [NO_APP_SERVER, ("CODEX_IMESSAGE_DIGEST_S", "20")];
    let Some(mut desk) = Desk::with(|_| {}, &settings) else {
        return;
    };
    let panes = [desk.embedded(), desk.embedded(), desk.embedded()];
    desk.prompted(&panes[0], "one");
    panes[1].prompt("two");
    panes[2].prompt("three");
    let told = desk.phone.wait_for_text("[Codex] 2 sessions are done.");
    for words in ["echo: two", "echo: three"] {
        assert!(told.text.contains(words), "{}", told.text);
        assert_eq!(desk.phone.calls(words), 1, "{words}");
    }
    // It says nothing about which of them a reply is meant for.
    desk.phone.reply(&told, "go on");
    desk.phone.wait_for("which session?", "the session's ref");
    let thread = desk.lab.thread_of("three");
    let mut blocks = told.text.split("\n\n");
    let block = blocks.find(|block| block.ends_with("echo: three"));
    let at = block.and_then(|block| block.rfind('@')).unwrap();
    let reference = block.unwrap()[at..].split(' ').next().unwrap();
    desk.phone.reply(&told, &format!("{reference} go on"));
    desk.lab.wait_for_answer(&thread, "echo: go on");
    drop(panes);
    let log = desk.stop();
    let waited = |entry: &&Value| entry["event"]["rule"] == "Together";
    assert_eq!(log.iter().filter(waited).count(), 2);
}
