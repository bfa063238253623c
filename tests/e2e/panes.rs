//! What is put into a pane only when it is meant for it, and what never is.

use crate::desk::{Desk, count};
use crate::lab::Agent;
use crate::phone::Notice;

/// Texts that would do harm as keys.
pub(crate) const TEXTS: [&str; 8] = [
    "why? explain first, please",
    "no please stop",
    "yes?",
    "2",
    "/quit",
    "!ls",
    "line one p\nline two y",
    "abc\u{1b}def\u{1b}[201~y",
];

/// The text answers nothing, and the owner hears that; of one of Codex's commands, that it is
/// none that can be used.
pub(crate) fn is_refused(desk: &Desk, notice: &Notice, text: &str, about: &str) {
    let heard = desk.phone.notices().len();
    desk.phone.reply(notice, text);
    if text.starts_with('/') {
        let part = "nothing was done";
        desk.phone.wait_after(heard, "not understood", part);
    } else {
        let why = desk.phone.wait_after(heard, "not answered", "it waits to");
        assert!(why.body().contains(about), "{:?}", why.text);
    }
}

#[test]
fn sessions_in_one_directory_get_their_own_texts() {
    let Some(desk) = Desk::new() else { return };
    let panes = (desk.embedded(), desk.embedded(), {
        desk.codex(&desk.lab.programs.codex, Agent::Daemon)
    });
    let (first, of_first) = desk.prompted(&panes.0, "this is one");
    let (second, of_second) = desk.prompted(&panes.1, "this is two");
    let (third, of_third) = desk.prompted(&panes.2, "this is three");
    for (notice, text) in [
        (&of_first, "un"),
        (&of_second, "deux"),
        (&of_third, "trois"),
    ] {
        desk.phone.say(&format!("{} {text}", notice.reference()));
    }
    for (thread, notice, text) in [
        (&first, &of_first, "un"),
        (&second, &of_second, "deux"),
        (&third, &of_third, "trois"),
    ] {
        desk.lab.wait_for_answer(thread, &format!("echo: {text}"));
        let done = desk.phone.wait_for("done", &format!("echo: {text}"));
        assert_eq!(done.reference(), notice.reference());
        desk.phone.reply(&done, &format!("{text}, encore"));
        let answer = format!("echo: {text}, encore");
        desk.lab.wait_for_answer(thread, &answer);
    }
    desk.assert_told(&first, &["this is one", "un", "un, encore"]);
    desk.assert_told(&second, &["this is two", "deux", "deux, encore"]);
    desk.assert_told(&third, &["this is three", "trois", "trois, encore"]);

    // Without a name, and with all of them finished, nobody gets it.
    desk.phone.say("and now?");
    desk.phone.wait_for("which session?", of_second.reference());
}

#[test]
fn a_draft_is_kept_and_the_text_goes_by_the_queue() {
    let Some(desk) = Desk::new() else { return };
    let pane = desk.embedded();
    let (thread, notice) = desk.prompted(&pane, "hello");
    pane.paste("a draft of mine");
    pane.wait_for("the draft", |screen| screen.contains("› a draft of mine"));
    desk.phone.reply(&notice, "past the draft");
    desk.lab.wait_for_answer(&thread, "echo: past the draft");
    desk.phone.wait_for("received from the queue", "");
    pane.wait_for("the draft", |screen| screen.contains("› a draft of mine"));
    pane.key("Enter");
    desk.lab.wait_for_answer(&thread, "echo: a draft of mine");
    desk.assert_told(&thread, &["hello", "past the draft", "a draft of mine"]);
}

#[test]
fn a_working_session_gets_texts_after_its_turn_and_in_order() {
    let Some(desk) = Desk::new() else { return };
    let pane = desk.embedded();
    let (thread, notice) = desk.prompted(&pane, "hello");
    pane.prompt("quiet: 4");
    pane.wait_for("work", |screen| screen.contains("esc to interrupt"));
    for text in ["then this", "and then that"] {
        desk.phone.say(&format!("{} {text}", notice.reference()));
    }
    desk.lab.wait_for_answer(&thread, "echo: and then that");
    desk.assert_told(
        &thread,
        &["hello", "quiet: 4", "then this", "and then that"],
    );
    desk.phone.wait_for_calls("received from the queue", 2);
}

#[test]
fn a_question_is_answered_by_its_number_alone() {
    let ask = Desk::with(|home| home.ask_in_default_mode = true, &[]);
    let Some(mut desk) = ask else { return };
    let pane = desk.embedded();
    let thread = pane.thread();
    pane.prompt("ask: Use 2 databases or 1?");
    let question = desk.phone.wait_for("needs input", "Use 2 databases or 1?");
    assert!(
        question
            .body()
            .contains("1. sqlite (embedded)\n2. postgres (server)")
    );
    pane.wait_for("the question", |screen| screen.contains("2. postgres"));
    let before = pane.screen();

    desk.phone.say("3");
    desk.phone.wait_for("not answered", "from 1 to 2");
    desk.phone.reply(&question, "take 2 if you can");
    desk.phone
        .wait_for("not answered", "is waiting for an answer");
    desk.phone.reply(&question, "2 please and 1 backup");
    desk.phone.wait_for_calls("· not answered", 3);
    assert_eq!(pane.screen(), before);

    desk.phone.say("2");
    desk.lab.wait_for_answer(&thread, "done: postgres");
    desk.phone.wait_for("answered", "");
    desk.phone.wait_for("done", "done: postgres");
    let log = desk.stop();
    assert_eq!(count(&log, "QuestionAsked"), 1);
    assert_eq!(desk.phone.calls("Use 2 databases or 1?\n1. sqlite"), 3);
}

#[test]
fn no_text_approves_a_command() {
    let Some(desk) = Desk::new() else { return };
    let pane = desk.embedded();
    let (thread, notice) = desk.prompted(&pane, "hello");
    pane.prompt("run: touch made && echo ok");
    let modal = pane.wait_for("the approval", |screen| {
        screen.contains("Would you like to run the following command?")
    });
    desk.phone.wait_for_prompt("touch made");
    for text in TEXTS {
        is_refused(&desk, &notice, text, "touch made");
        assert_eq!(pane.screen(), modal, "after {text:?}");
    }
    assert!(!desk.lab.work().join("made").exists());
    pane.key("Escape");
    desk.phone.wait_for("interrupted", notice.reference());
    assert!(!desk.lab.work().join("made").exists());
    desk.assert_told(&thread, &["hello", "run: touch made && echo ok"]);
    assert_eq!(desk.lab.rollouts_count(), 1);
}
