//! Keys reach the session's own pane: the real Codex, with a real approval next door.

use crate::desk::Desk;
use crate::pane::Pane;
use crate::phone::Notice;

/// A finished session, and beside it in the same window one that asks for an approval.
fn beside_an_approval(desk: &Desk) -> (Pane<'_>, Pane<'_>, Notice) {
    let pane = desk.embedded();
    let (_, notice) = desk.prompted(&pane, "hello");
    let next = desk.embedded();
    desk.prompted(&next, "hello, neighbour");
    next.prompt("run: touch made");
    let join = ["join-pane", "-d", "-h", "-s", &next.id, "-t", &pane.id];
    desk.lab.tmux(&join);
    desk.lab
        .tmux(&["resize-window", "-t", &pane.id, "-x", "200", "-y", "40"]);
    next.wait_for("the approval", approval);
    pane.wait_for("an empty composer", |screen| screen.contains("› Ask Codex"));
    (pane, next, notice)
}

fn approval(screen: &str) -> bool {
    screen.contains("Would you like to run the following command?")
        && screen.contains("enter to confirm")
}

#[test]
fn a_text_with_synchronised_panes_goes_by_the_queue_and_approves_nothing() {
    let Some(desk) = Desk::new() else { return };
    let (pane, next, notice) = beside_an_approval(&desk);
    let thread = desk.lab.thread_of("hello");
    let per_pane = |pane: &Pane<'_>, value: &str| {
        desk.lab.tmux(&[
            "set-option",
            "-p",
            "-t",
            &pane.id,
            "synchronize-panes",
            value,
        ]);
    };
    let per_window = |value: &str| {
        desk.lab.tmux(&[
            "set-option",
            "-w",
            "-t",
            &pane.id,
            "synchronize-panes",
            value,
        ]);
    };
    per_window("on");
    desk.phone.reply(&notice, "for one pane");
    desk.lab.wait_for_answer(&thread, "echo: for one pane");
    desk.phone.wait_for("received from the queue", "");
    assert!(approval(&next.screen()), "{}", next.screen());
    per_window("off");
    per_pane(&pane, "on");
    per_pane(&next, "on");
    desk.phone.reply(&notice, "2");
    desk.lab.wait_for_answer(&thread, "echo: 2");
    assert!(approval(&next.screen()), "{}", next.screen());
    per_pane(&pane, "off");
    per_pane(&next, "off");
    // Nothing is copied any more, so the text is typed again.
    desk.phone.reply(&notice, "typed again");
    desk.lab.wait_for_answer(&thread, "echo: typed again");
    assert!(approval(&next.screen()), "{}", next.screen());
    assert!(!desk.lab.work().join("made").exists());
    desk.assert_told(&thread, &["hello", "for one pane", "2", "typed again"]);
    next.key("Escape");
}

#[test]
fn an_option_with_synchronised_panes_is_refused_by_name() {
    let asking = Desk::with(|home| home.ask_in_default_mode = true, &[]);
    let Some(desk) = asking else { return };
    let (pane, next, _) = beside_an_approval(&desk);
    pane.prompt("ask: Keep 1 or 2 copies?");
    let asked = desk.phone.wait_for("needs input", "Keep 1 or 2 copies?");
    let question = pane.wait_for("the question", |screen| {
        screen.contains("None of the above") && screen.contains("esc to interrupt")
    });
    let synchronise = ["set-option", "-w", "-t", &pane.id, "synchronize-panes"];
    desk.lab.tmux(&[&synchronise[..], &["on"]].concat());
    let heard = desk.phone.notices().len();
    desk.phone.reply(&asked, "2");
    desk.phone
        .wait_after(heard, "not delivered", "synchronize-panes");
    assert_eq!(pane.screen(), question);
    assert!(approval(&next.screen()), "{}", next.screen());
    desk.lab.tmux(&[&synchronise[..], &["off"]].concat());
    desk.phone.reply(&asked, "1");
    desk.lab
        .wait_for_answer(&desk.lab.thread_of("hello"), "done: sqlite");
    assert!(approval(&next.screen()), "{}", next.screen());
    assert!(!desk.lab.work().join("made").exists());
    next.key("Escape");
}
