//! Codex goes, by its own command or by a signal, and a shell is left in its pane: from then
//! on no text may reach that pane, also none that was under way.

use crate::desk::Desk;
use crate::lab::{Agent, wait_for};
use crate::pane::Pane;

/// A shell in which somebody has started Codex.
fn in_a_shell(desk: &Desk, agent: Agent) -> Pane<'_> {
    let pane = desk.lab.pane(&["sh".as_ref(), "-i".as_ref()]);
    let codex = desk.lab.programs.native.display();
    let flag = match agent {
        Agent::Embedded => " --no-daemon",
        Agent::Daemon => "",
    };
    pane.prompt_line(&format!("'{codex}'{flag}"));
    pane.ready()
}

fn quit(pane: &Pane<'_>) {
    pane.prompt("/quit");
}

/// Kills what the shell has started, and only that.
fn kill(desk: &Desk, pane: &Pane<'_>) {
    let shell = pane.format("pane_pid");
    let mut kill = desk.lab.command("pkill".as_ref());
    assert!(
        kill.args(["-KILL", "-P", &shell])
            .status()
            .unwrap()
            .success()
    );
}

/// What the shell's pane shows once Codex is gone.
fn left_behind(pane: &Pane<'_>) -> String {
    pane.wait_for("the shell's prompt", |screen| {
        let prompt = |line: &str| line.trim_end().ends_with(['#', '$']);
        pane.format("pane_current_command") == "sh" && screen.lines().any(prompt)
    })
}

/// Texts after Codex has gone, and one that was queued before.
fn nothing_is_typed(desk: &Desk, agent: Agent, leave: impl Fn(&Pane<'_>)) {
    let pane = in_a_shell(desk, agent);
    let (_, notice) = desk.prompted(&pane, "hello");
    pane.prompt("quiet: 8");
    pane.wait_for("work", |screen| screen.contains("esc to interrupt"));
    let performed = desk.runtime().events("CommandPerformed");
    desk.phone.reply(&notice, "touch made-before");
    desk.runtime()
        .wait_for_event("CommandPerformed", performed + 1);
    leave(&pane);
    let before = left_behind(&pane);
    let settled = desk.runtime().events("CommandPerformed");
    for text in ["touch made", "!touch made-too\n"] {
        desk.phone.say(&format!("{} {text}", notice.reference()));
    }
    desk.runtime()
        .wait_for_event("CommandPerformed", settled + 2);
    assert_eq!(pane.screen(), before);
    nothing_was_made(desk);
}

fn nothing_was_made(desk: &Desk) {
    for name in ["made-before", "made", "made-too"] {
        assert!(!desk.lab.work().join(name).exists(), "{name}");
    }
}

#[test]
fn nothing_reaches_the_shell_after_a_quit() {
    let Some(desk) = Desk::new() else { return };
    let pane = in_a_shell(&desk, Agent::Embedded);
    let (thread, notice) = desk.prompted(&pane, "hello");
    quit(&pane);
    let before = left_behind(&pane);
    desk.phone.reply(&notice, "touch made");
    desk.phone
        .wait_for("sent, not yet seen: it waits in Codex's queue", "");
    desk.phone
        .say(&format!("{} touch made-too", notice.reference()));
    desk.runtime().wait_for_event("CommandPerformed", 2);
    assert_eq!(pane.screen(), before);
    desk.assert_told(&thread, &["hello"]);
    nothing_was_made(&desk);
}

#[test]
fn nothing_reaches_the_shell_after_a_crash() {
    let Some(desk) = Desk::new() else { return };
    nothing_is_typed(&desk, Agent::Embedded, |pane| kill(&desk, pane));
}

#[test]
fn nothing_reaches_the_shell_when_the_daemons_screen_goes() {
    let Some(desk) = Desk::new() else { return };
    nothing_is_typed(&desk, Agent::Daemon, |pane| kill(&desk, pane));
}

#[test]
fn a_text_on_its_way_while_codex_quits_runs_nothing() {
    let Some(desk) = Desk::new() else { return };
    let pane = in_a_shell(&desk, Agent::Daemon);
    let (_, notice) = desk.prompted(&pane, "hello");
    let heard = desk.phone.notices().len();
    quit(&pane);
    desk.phone.reply(&notice, "touch made\ntouch made-too");
    // Whether it was refused, queued or still in time: the owner hears of it.
    wait_for(
        || "a word about the text".to_owned(),
        || (desk.phone.notices().len() > heard).then_some(()),
    );
    left_behind(&pane);
    nothing_was_made(&desk);
}
