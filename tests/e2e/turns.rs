//! The loop itself: Codex reaches the phone, once; the phone reaches Codex,
//! exactly; whichever way Codex was installed and wherever its agent runs.

use crate::desk::{Desk, NO_APP_SERVER, count};
use crate::lab::Agent;

/// 1,400 characters on several lines, with everything that is easily cut or changed.
fn long_text() -> String {
    let line = "look at naïve — “quotes” ‘n’ 日本語 👍🏽 👩‍👩‍👧‍👦 /tmp #{x} $HOME `ls` %1 ;\n";
    let mut text: String = line.chars().cycle().take(1399).collect();
    text.push('.');
    assert_eq!(text.chars().count(), 1400);
    text
}

/// A turn at the desk, a reply by ref, a reply in the thread: each arrives once.
fn talk(desk: &mut Desk, npm: bool, agent: Agent, receipt: &str) {
    let programs = desk.lab.programs.clone();
    let program = if npm {
        &programs.codex
    } else {
        &programs.native
    };
    let pane = desk.codex(program, agent);
    let (thread, first) = desk.prompted(&pane, "by hand");
    let head = "work is done. [Codex] @";
    assert!(first.text.starts_with(head), "{:?}", first.text);

    let long = long_text();
    desk.phone.say(&format!("{} {long}", first.reference()));
    desk.lab.wait_for_answer(&thread, &format!("echo: {long}"));
    desk.phone.wait_for(receipt, first.reference());
    let second = desk.phone.wait_for("done", "echo: look at");

    desk.phone.reply(&second, "/quit @x\n\n!ls -l ");
    desk.lab
        .wait_for_answer(&thread, "echo: /quit @x\n\n!ls -l");
    desk.phone.wait_for("done", "echo: /quit @x");

    desk.runtime().wait_for_event("InstructionEnded", 2);
    desk.runtime().wait_for_event("NotifyReceived", 3);
    let ended = desk.stop();
    desk.assert_told(&thread, &["by hand", &long, "/quit @x\n\n!ls -l"]);
    for (part, times) in [("echo: by hand", 1), ("look at naïve", 1), ("!ls -l", 1)] {
        assert_eq!(desk.phone.calls(part), times, "{part}");
    }
    assert_eq!(count(&ended, "InboundReceived"), 2);
    assert_eq!(desk.phone.calls(" is done"), 3);
}

#[test]
fn embedded() {
    let waits = [("CODEX_IMESSAGE_GATHER_S", "1.2")];
    let Some(mut desk) = Desk::with(|_| {}, &waits) else {
        return;
    };
    talk(&mut desk, false, Agent::Embedded, "received");
}

#[test]
fn embedded_and_installed_by_npm() {
    let Some(mut desk) = Desk::new() else { return };
    talk(&mut desk, true, Agent::Embedded, "received");
}

#[test]
fn in_the_daemon_with_the_thread_in_the_title() {
    let Some(mut desk) = Desk::with(|_| {}, &[NO_APP_SERVER]) else {
        return;
    };
    talk(&mut desk, true, Agent::Daemon, "received");
}

#[test]
fn in_the_daemon_without_the_thread_in_the_title() {
    let plain = Desk::with(|home| home.title_has_thread = false, &[NO_APP_SERVER]);
    let Some(mut desk) = plain else { return };
    talk(&mut desk, false, Agent::Daemon, "received from the queue");
}
