//! The text about the end of a turn says what a real session recorded of it.

use std::fs;

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
