//! Prompts in Codex's background server that outlast what showed them, and what the
//! server does not tell: the real Codex asks, the phone answers.

use rustix::process::{Signal, kill_process};

use crate::asked::{Asked, idle};
use crate::lab::{Agent, wait_for};
use crate::served::{MODAL, server_of};

#[test]
fn an_answer_after_the_terminal_has_gone_runs_the_command_once() {
    let Some(mut asked) = Asked::new() else {
        return;
    };
    let (notice, thread) = {
        let (pane, thread) = asked.session("hello");
        let notice = asked.asked(&pane, "touch one && echo fine");
        asked.desk.lab.tmux(&["kill-pane", "-t", &pane.id]);
        (notice, thread)
    };
    let phone = &asked.desk.phone;
    phone.reply(&notice, "yes");
    phone.wait_for("approved, it runs", "touch one");
    asked.desk.lab.wait_for_answer(&thread, "done: fine");
    assert!(asked.made("one"));
    asked.hears("too late", "answered it already", || {
        phone.reply(&notice, "no");
    });
    assert_eq!(asked.receipts("approved, it runs"), 1);
    let log = asked.desk.stop();
    assert_eq!(crate::desk::count(&log, "PromptAnswered"), 1);
}

#[test]
fn two_windows_on_one_thread_are_one_prompt() {
    let Some(asked) = Asked::new() else { return };
    let (first, thread) = asked.session("hello");
    let codex = &asked.desk.lab.programs.codex;
    let lab = &asked.desk.lab;
    let second = lab.codex_pane(codex, Agent::Daemon, &["resume", &thread]);
    second.wait_for("the same thread", |screen| screen.contains("echo: hello"));
    let phone = &asked.desk.phone;
    // The phone is first: both modals close.
    let notice = asked.asked(&first, "touch one && echo fine");
    second.wait_for("the modal", |screen| screen.contains(MODAL));
    phone.reply(&notice, "yes");
    phone.wait_for("approved, it runs", "touch one");
    lab.wait_for_answer(&thread, "done: fine");
    idle(&first);
    idle(&second);
    // The other window is first.
    let notice = asked.asked(&first, "touch two && echo also");
    second.wait_for("the modal", |screen| screen.contains(MODAL));
    second.key("y");
    lab.wait_for_answer(&thread, "done: also");
    asked.desk.runtime().wait_for_event("PromptClosed", 2);
    asked.hears("too late", "answered elsewhere", || {
        phone.reply(&notice, "no");
    });
    assert_eq!(phone.calls("wants to run: touch one"), 1);
    assert_eq!(phone.calls("wants to run: touch two"), 1);
}

#[test]
fn a_plan_in_the_server_is_refused_and_carried_out() {
    let Some(asked) = Asked::new() else { return };
    let (pane, _) = asked.session("hello");
    let phone = &asked.desk.phone;
    pane.press_until("BTab", "plan mode", |screen| screen.contains("Plan mode"));
    pane.prompt("plan: paint it red");
    let notice = phone.wait_for_prompt("has a plan");
    assert!(notice.text.contains("paint it red"), "{}", notice.text);
    asked.hears("refused, Codex goes on", "plan", || {
        phone.reply(&notice, "no");
    });
    pane.wait_for("the composer", |screen| screen.contains("› Ask Codex"));
    let heard = phone.notices().len();
    pane.prompt("plan: paint it blue");
    let notice = phone.wait_after(heard, "waits", "paint it blue");
    asked.hears("approved, it runs", "plan", || {
        phone.reply(&notice, "yes");
    });
    pane.wait_for("its work", |screen| screen.contains("Implement the plan"));
}

#[test]
fn words_that_were_not_taken_yet_are_taken_back() {
    let Some(asked) = Asked::new() else { return };
    let (pane, thread) = asked.session("hello");
    let phone = &asked.desk.phone;
    let name = phone.notices()[0].reference().to_owned();
    let lab = &asked.desk.lab;
    // The server hangs: the first words are on their way, the second wait behind them.
    let daemon = server_of(lab);
    kill_process(daemon, Signal::STOP).unwrap();
    phone.say(&format!("{name} one"));
    asked.desk.runtime().wait_for_event("CommandStarted", 2);
    phone.say(&format!("{name} two"));
    asked.hears("taken back", "", || {
        phone.say(&format!("cancel {name}"));
    });
    kill_process(daemon, Signal::CONT).unwrap();
    lab.wait_for_answer(&thread, "echo: one");
    // What has been taken is not taken back, and that is said.
    asked.hears("not taken back", "nothing to take back", || {
        phone.say(&format!("cancel {name}"));
    });
    idle(&pane);
    asked.desk.assert_told(&thread, &["hello", "one"]);
}

#[test]
fn what_was_cut_is_not_allowed_before_all_of_it_was_sent() {
    let Some(asked) = Asked::new() else { return };
    let (pane, _) = asked.session("hello");
    let phone = &asked.desk.phone;
    let name = phone.notices()[0].reference().to_owned();
    // The sandbox that Codex patches in makes no directories.
    std::fs::create_dir(asked.desk.lab.work().join("folder")).unwrap();
    // A patch of more files than one text holds.
    let files: Vec<_> = (0..120).map(|nth| format!("folder/file-{nth}")).collect();
    let heard = phone.notices().len();
    pane.prompt(&format!("patch: {}", files.join(" ")));
    let notice = phone.wait_after(heard, "waits", "more characters are cut");
    for yes in ["yes", "always"] {
        asked.hears("not answered", "", || {
            phone.reply(&notice, yes);
        });
    }
    assert!(!asked.made("folder/file-0"));
    phone.say(&format!("show {name}"));
    let last = wait_for(
        || "the last of several texts".into(),
        || {
            let texts = phone.notices().into_iter().skip(heard);
            { texts }.find(|notice| is_last(&notice.text))
        },
    );
    asked.desk.runtime().wait_for_event("PromptDelivered", 2);
    asked.hears("approved, it runs", "", || {
        phone.reply(&last, "yes");
    });
    wait_for(
        || format!("the files; the screen is\n{}", pane.screen()),
        || asked.made("folder/file-119").then_some(()),
    );
}

/// `all of it (5/5)`
fn is_last(text: &str) -> bool {
    let count = text
        .split_once("all of it (")
        .and_then(|(_, rest)| rest.split_once(')'));
    let numbers = count.and_then(|(count, _)| count.split_once('/'));
    numbers.is_some_and(|(nth, all)| nth == all)
}
