//! The line under the composer is the owner's to choose, and Codex puts words of its own there:
//! a text from the phone goes in all the same, and stands in the session's record.

use std::ffi::OsStr;

use toml_edit::{Array, Value};

use crate::desk::Desk;
use crate::phone::Notice;

/// A desk whose Codex has one more key in its table `[tui]`.
fn with(name: &str, setting: Value) -> Option<Desk> {
    let change = |home: &mut control_plane::demo::codex_home::CodexHome| {
        home.tui.push((name.to_owned(), setting));
    };
    Desk::with(change, &[])
}

/// A session that was given its first prompt at its start, and the text of its end.
fn begun(desk: &Desk) -> (String, Notice) {
    let native = desk.lab.programs.native.as_os_str();
    let command = ["--no-daemon", "--", "by hand"].map(OsStr::new);
    let command: Vec<_> = [native].into_iter().chain(command).collect();
    let _pane = desk.lab.pane(&command);
    let notice = desk.phone.wait_for("done", "echo: by hand");
    (desk.lab.thread_of("by hand"), notice)
}

/// The text goes in once, and the owner hears that it did.
fn goes_in(desk: &Desk, thread: &str, notice: &Notice, receipt: &str) {
    desk.phone.reply(notice, "from afar");
    desk.lab.wait_for_answer(thread, "echo: from afar");
    desk.phone.wait_for(receipt, notice.reference());
    desk.phone.wait_for("done", "echo: from afar");
}

#[test]
fn any_status_line_of_the_owners_lets_texts_in() {
    let lines: [&[&str]; 3] = [
        &["model-with-reasoning", "git-branch", "context-remaining"],
        &["current-dir", "model-with-reasoning"],
        &[],
    ];
    for items in lines {
        let items: Array = items.iter().copied().collect();
        let Some(desk) = with("status_line", items.into()) else {
            return;
        };
        let (thread, notice) = begun(&desk);
        goes_in(&desk, &thread, &notice, "received");
        desk.assert_told(&thread, &["by hand", "from afar"]);
    }
}

#[test]
fn a_composer_in_vim_mode_gets_texts_by_the_queue() {
    let Some(desk) = with("vim_mode_default", true.into()) else {
        return;
    };
    let (thread, notice) = begun(&desk);
    goes_in(&desk, &thread, &notice, "received from the queue");
    desk.assert_told(&thread, &["by hand", "from afar"]);
}

#[test]
fn a_goal_that_was_reached_lets_texts_in() {
    let Some(desk) = Desk::new() else { return };
    let pane = desk.embedded();
    let (thread, notice) = desk.prompted(&pane, "hello");
    pane.prompt("/goal count to five");
    desk.phone.wait_for("goal reached", "the goal is reached");
    pane.wait_for("the goal in the footer", |screen| screen.contains("Goal"));
    goes_in(&desk, &thread, &notice, "received");
}
