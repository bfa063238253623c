//! Modals of the real Codex: what no text may answer, and what only the right number does.

use std::ffi::OsStr;

use crate::desk::{Desk, NO_APP_SERVER};
use crate::lab::{Agent, wait_for};
use crate::pane::Pane;
use crate::panes::{TEXTS, is_refused};
use crate::phone::Notice;
use crate::programs::older;

/// Two questions whose words and options are full of numbers.
const TWO: &str = r#"ask: {"questions":[
    {"id":"a","header":"A","question":"Use 2 databases or 1 for the 3 services?","options":[
        {"label":"1 for all","description":"on 2 nodes"},
        {"label":"2 of them","description":"3 nodes in all"}]},
    {"id":"b","header":"B","question":"Which of the 4 languages?","options":[
        {"label":"go 1.25","description":"ours"},
        {"label":"rust 1.90","description":"new"},
        {"label":"zig 0.16","description":"3 people"}]}]}"#;

fn asking() -> Option<Desk> {
    Desk::with(|home| home.ask_in_default_mode = true, &[])
}

/// Every text is refused with a line, and the modal stays as it is.
fn nothing_answers(desk: &Desk, pane: &Pane<'_>, notice: &Notice, modal: &str, about: &str) {
    desk.phone.wait_for_prompt(about);
    for text in TEXTS {
        is_refused(desk, notice, text, about);
        // The dot in front of what waits blinks.
        let still = |screen: &str| screen.replace('◦', "•");
        assert_eq!(still(&pane.screen()), still(modal), "after {text:?}");
    }
}

#[test]
fn no_text_approves_a_patch() {
    let Some(desk) = Desk::new() else { return };
    let pane = desk.embedded();
    let (thread, notice) = desk.prompted(&pane, "hello");
    pane.prompt("patch: made.txt");
    let modal = pane.wait_for("the approval", |screen| {
        screen.contains("Would you like to make the following edits?")
            && screen.contains("Press enter to confirm")
    });
    nothing_answers(&desk, &pane, &notice, &modal, "made.txt");
    pane.key("Escape");
    desk.phone.wait_for("interrupted", notice.reference());
    assert!(!desk.lab.work().join("made.txt").exists());
    desk.assert_told(&thread, &["hello", "patch: made.txt"]);
}

#[test]
fn the_policy_that_asks_for_everything_is_gone_from_new_versions() {
    let Some(desk) = Desk::unattended(|_| {}) else {
        return;
    };
    let policy = ["exec", "-c", "approval_policy=\"untrusted\"", "hello"];
    let refused = desk.lab.codex(&policy);
    let said = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(said.contains("no longer supported"), "{said}");
}

#[test]
fn no_text_approves_where_an_older_version_asks_for_everything() {
    let Some(older) = older() else { return };
    let Some(desk) = Desk::new() else { return };
    let untrusted = ["-c", "approval_policy=\"untrusted\""];
    let command: Vec<&OsStr> = [older.as_os_str()]
        .into_iter()
        .chain(untrusted.map(OsStr::new))
        .collect();
    let pane = desk.lab.pane(&command);
    pane.wait_for("a composer", |screen| {
        screen.contains("\n› ") && screen.contains("scripted-model default ·")
    });
    pane.prompt("hello");
    let notice = desk.phone.wait_for("done", "echo: hello");
    desk.phone.reply(&notice, "1 or 2?");
    desk.phone.wait_for("done", "echo: 1 or 2?");
    for (prompt, heading, about) in [
        (
            "try: touch made",
            "Would you like to run the following command?",
            "touch made",
        ),
        (
            "patch: made.txt",
            "Would you like to make the following edits?",
            "change files",
        ),
    ] {
        pane.prompt(prompt);
        let modal = pane.wait_for("the approval", |screen| {
            screen.contains(heading) && screen.contains("Press enter to confirm")
        });
        nothing_answers(&desk, &pane, &notice, &modal, about);
        let heard = desk.phone.notices().len();
        pane.key("Escape");
        desk.phone
            .wait_after(heard, "interrupted", notice.reference());
    }
    for name in ["made", "made.txt"] {
        assert!(!desk.lab.work().join(name).exists());
    }
}

#[test]
fn several_questions_take_one_number_each() {
    let Some(desk) = asking() else { return };
    let pane = desk.embedded();
    for (wrong, right, answer) in [
        (
            &["1", "1 2 3", "3,1", "1 4", "2 2 please"][..],
            "2,1",
            "done: 2 of them, go 1.25",
        ),
        (&["2.1", "1.1 1.2"], "1 2", "done: 1 for all, rust 1.90"),
    ] {
        let heard = desk.phone.notices().len();
        pane.prompt(&TWO.replace('\n', " "));
        let asked = desk.phone.wait_after(heard, "needs input", "4 languages");
        let modal = pane.wait_for("the questions", |screen| {
            screen.contains("Question 1/2 (2 unanswered)") && screen.contains("esc to interrupt")
        });
        for text in wrong {
            let heard = desk.phone.notices().len();
            desk.phone.reply(&asked, text);
            desk.phone.wait_after(heard, "not answered", "");
            assert_eq!(pane.screen(), modal, "after {text:?}");
        }
        desk.phone.reply(&asked, right);
        desk.lab.wait_for_answer(&pane.thread(), answer);
        pane.wait_for("the composer", |screen| screen.contains("› Ask Codex"));
    }
}

#[test]
fn a_question_in_a_pane_is_answered_in_words() {
    let Some(desk) = Desk::with(|home| home.ask_in_default_mode = true, &[NO_APP_SERVER]) else {
        return;
    };
    let pane = desk.embedded();
    let two = TWO.replace('\n', " ");
    let long = "a copy in each of the three halls, ".repeat(12);
    let of_long = format!("done: None of the above, user_note: {}", long.trim());
    for (question, right, answer) in [
        (
            "ask: Keep it?",
            "other: 1 of each\nand 2 more",
            "done: None of the above, user_note: 1 of each\nand 2 more",
        ),
        ("ask: Where?", &format!("other: {long}"), &of_long),
        (
            "ask: How?",
            "2 note: with 3 replicas",
            "done: postgres, user_note: with 3 replicas",
        ),
        (
            &two,
            "1.2\n2 other: /quit !ls",
            "done: 2 of them, None of the above, user_note: /quit !ls",
        ),
        (
            &two,
            "1: 1 note: both\n2: 1",
            "done: 1 for all, user_note: both, go 1.25",
        ),
    ] {
        let heard = desk.phone.notices().len();
        pane.prompt(question);
        let asked = desk.phone.wait_after(heard, "needs input", "");
        let modal = pane.wait_for("the question", |screen| {
            screen.contains(" unanswered)") && screen.contains("esc to interrupt")
        });
        for wrong in ["other:", "both", "9 note: both", "note: both"] {
            let heard = desk.phone.notices().len();
            desk.phone.reply(&asked, wrong);
            desk.phone.wait_after(heard, "not answered", "");
            assert_eq!(pane.screen(), modal, "after {wrong:?}");
        }
        desk.phone.say(right);
        desk.lab.wait_for_answer(&pane.thread(), answer);
        pane.wait_for("the composer", |screen| screen.contains("› Ask Codex"));
    }
}

fn ask<'lab>(desk: &'lab Desk, question: &str) -> (Pane<'lab>, Notice, String) {
    let pane = desk.embedded();
    pane.prompt(&format!("ask: {question}"));
    let notice = desk.phone.wait_for("needs input", question);
    let modal = pane.wait_for("the question", |screen| {
        screen.contains("None of the above") && screen.contains("esc to interrupt")
    });
    (pane, notice, modal)
}

#[test]
fn a_number_answers_only_the_question_it_is_meant_for() {
    let Some(desk) = asking() else { return };
    let (first, of_first, first_modal) = ask(&desk, "Keep 1 or 2 copies?");
    let (second, of_second, second_modal) = ask(&desk, "Is 2 more than 1?");
    let untouched = |text: &str, first_too: bool| {
        assert_eq!(second.screen(), second_modal, "after {text:?}");
        if first_too {
            assert_eq!(first.screen(), first_modal, "after {text:?}");
        }
    };
    // Two ask, and neither is named.
    let heard = desk.phone.notices().len();
    desk.phone.say("2");
    desk.phone
        .wait_after(heard, "which session?", of_first.reference());
    untouched("2", true);
    let heard = desk.phone.notices().len();
    desk.phone.reply(&of_second, "4");
    desk.phone.wait_after(heard, "not answered", "from 1 to 2");
    untouched("4", true);

    desk.phone.reply(&of_first, "2");
    desk.lab.wait_for_answer(&first.thread(), "done: postgres");
    untouched("the other's answer", false);
    let heard = desk.phone.notices().len();
    desk.phone.reply(&of_first, "1");
    desk.phone
        .wait_after(heard, "not answered", "no longer open");
    untouched("an answer to what is answered", false);
    // A text for the other session goes there and nowhere else.
    desk.phone
        .say(&format!("{} 1 or 2 it is", of_first.reference()));
    desk.lab
        .wait_for_answer(&first.thread(), "echo: 1 or 2 it is");
    untouched("a text for the other", false);

    // With the notes open, a digit would be text.
    second.press_until("Tab", "the notes", |screen| screen.contains("clear notes"));
    let noted = second.screen();
    let heard = desk.phone.notices().len();
    desk.phone.reply(&of_second, "2");
    desk.phone
        .wait_after(heard, "not delivered", "is waiting for an answer");
    assert_eq!(second.screen(), noted);
    second.press_until("Escape", "the list", |screen| {
        !screen.contains("clear notes")
    });
    desk.phone.reply(&of_second, "1");
    desk.lab.wait_for_answer(&second.thread(), "done: sqlite");
}

/// Between our look and our paste another client makes the session ask for an approval.
#[test]
fn a_modal_that_comes_between_the_look_and_the_paste_is_not_answered() {
    let Some(mut desk) = Desk::unattended(|_| {}) else {
        return;
    };
    let (armed, raised) = (desk.lab.place("armed"), desk.lab.place("raised"));
    let wrapper = desk.lab.place("tmux-wrapper");
    let script = format!(
        "#!/bin/sh\n\
         case \"$*\" in\n\
         *paste-buffer*) if mv '{armed}' '{armed}.gone' 2>/dev/null; then\n\
         read thread pane < '{armed}.gone'\n\
         '{codex}' queue --thread \"$thread\" --message='run: touch made' </dev/null >/dev/null 2>&1\n\
         until '{tmux}' -S '{socket}' capture-pane -p -t \"$pane\" </dev/null | grep -q 'esc to cancel'\n\
         do :; done\n\
         touch '{raised}'\n\
         fi;; esac\n\
         exec '{tmux}' \"$@\"\n",
        armed = armed.display(),
        raised = raised.display(),
        codex = desk.lab.programs.native.display(),
        tmux = desk.lab.programs.tmux.display(),
        socket = desk.lab.tmux_socket.display(),
    );
    desk.lab.script(&wrapper, &script);
    let tmux = ("CODEX_IMESSAGE_TMUX_BIN", wrapper.to_str().unwrap());
    desk.start(&[tmux, NO_APP_SERVER]);
    let pane = desk.codex(&desk.lab.programs.native, Agent::Daemon);
    let (thread, notice) = desk.prompted(&pane, "hello");
    std::fs::write(&armed, format!("{thread} {}\n", pane.id)).unwrap();
    desk.phone.reply(&notice, "yes, 1 please");
    let modal = pane.wait_for("the approval", |screen| {
        screen.contains("Would you like to run the following command?")
    });
    wait_for(
        || "the paste after the modal".to_owned(),
        || raised.exists().then_some(()),
    );
    assert_eq!(pane.screen(), modal);
    // The owner hears of it, and the second look for our text finds the modal and no Enter goes.
    desk.phone
        .wait_for("sent, not yet seen", notice.reference());
    // Two texts to the owner, and the Enter that was not pressed.
    desk.runtime().wait_for_event("CommandSettled", 3);
    assert_eq!(pane.screen(), modal);
    assert!(!desk.lab.work().join("made").exists());
    desk.assert_told(&thread, &["hello", "run: touch made"]);
    // The daemon does not stop for a turn that waits.
    pane.key("Escape");
    desk.phone.wait_for("interrupted", notice.reference());
    assert!(!desk.lab.work().join("made").exists());
}

#[test]
fn a_question_with_a_secret_is_answered_and_the_secret_is_neither_sent_nor_stored() {
    let Some(mut desk) = asking() else { return };
    let key = format!("sk_{}_{}", "test", "a1B2c3D4e5F6g7H8i9J0k1L2");
    let url = "Use postgres://app:hunter2xyz@db.test/app for the tests?";
    let keyed = format!("Is {key} the key of the test account?");
    let cases = [
        (url, "hunter2xyz", "2", "postgres"),
        (&keyed, &key, "1", "sqlite"),
    ];
    for (question, _, number, option) in cases {
        let heard = desk.phone.notices().len();
        let pane = desk.embedded();
        pane.prompt(&format!("ask: {question}"));
        let asked = desk.phone.wait_after(heard, "needs input", "[redacted ");
        pane.wait_for("the question", |screen| {
            screen.contains("None of the above") && screen.contains("esc to interrupt")
        });
        desk.phone.reply(&asked, number);
        let answer = format!("done: {option}");
        desk.lab.wait_for_answer(&pane.thread(), &answer);
    }
    let told: Vec<_> = desk.phone.notices();
    let log = serde_json::to_string(&desk.stop()).unwrap();
    for (_, secret, ..) in cases {
        assert!(told.iter().all(|notice| !notice.body().contains(secret)));
        assert!(!log.contains(secret));
    }
}
