//! An old session that the phone opens in a window of its own, with the real Codex.

use crate::desk::Desk;
use crate::lab::{Agent, wait_for};
use crate::pane::Pane;

/// A session that was ended at the desk; its thread and its ref.
fn ended(desk: &Desk, args: &[&str]) -> (String, String) {
    let native = &desk.lab.programs.native;
    let pane = desk.lab.codex_pane(native, Agent::Embedded, args).ready();
    let (thread, notice) = desk.prompted(&pane, "before");
    close(desk, &pane);
    (thread, notice.reference().to_owned())
}

/// Ends a Codex, and waits until nobody holds its thread.
fn close(desk: &Desk, pane: &Pane<'_>) {
    let pid: u32 = pane.format("pane_pid").parse().unwrap();
    desk.lab.tmux(&["kill-pane", "-t", &pane.id]);
    let gone = || (!std::path::Path::new(&format!("/proc/{pid}")).exists()).then_some(());
    wait_for(|| "the end of Codex".to_owned(), gone);
}

/// Windows that this program made.
fn windows(desk: &Desk) -> Vec<String> {
    let format = ["list-windows", "-a", "-F", "#{window_name} #{pane_id}"];
    let all = desk.lab.tmux(&format);
    let ours = all.lines().filter(|line| line.starts_with("agent-"));
    ours.map(str::to_owned).collect()
}

#[test]
fn an_old_session_is_opened_in_a_window_and_spoken_to() {
    let Some(desk) = Desk::new() else { return };
    let (thread, reference) = ended(&desk, &[]);
    desk.phone.say(&format!("open {reference}"));
    let opened = desk.phone.wait_for("opened", &reference);
    let windows = windows(&desk);
    assert_eq!(windows.len(), 1, "{windows:?}");
    let (name, pane) = windows[0].split_once(' ').unwrap();
    assert!(opened.text.contains(name), "{}", opened.text);
    assert!(opened.text.contains(pane), "{}", opened.text);
    // Codex holds the thread a moment before it has drawn it.
    let shown = || desk.lab.tmux(&["capture-pane", "-p", "-t", pane]);
    wait_for(shown, || shown().contains("echo: before").then_some(()));

    desk.phone.say(&format!("{reference} and after"));
    desk.lab.wait_for_answer(&thread, "echo: and after");
    desk.assert_told(&thread, &["before", "and after"]);

    // It is open now: another word for the same opens nothing.
    desk.phone.say(&format!("resume {reference}"));
    let refused = desk.phone.wait_for("not opened", &reference);
    assert!(refused.text.contains("open already"), "{}", refused.text);
    assert!(refused.text.contains(name), "{}", refused.text);
    assert_eq!(self::windows(&desk).len(), 1);
    assert_eq!(desk.lab.rollouts_count(), 1);
}

#[test]
fn a_session_that_is_open_anywhere_is_not_opened_again() {
    let Some(desk) = Desk::new() else { return };
    let (_, embedded) = desk.prompted(&desk.embedded(), "embedded");
    let served = desk.codex(&desk.lab.programs.codex, Agent::Daemon);
    let (_, served) = desk.prompted(&served, "served");
    for notice in [embedded, served] {
        let reference = notice.reference();
        desk.phone.say(&format!("open {reference}"));
        let refused = desk.phone.wait_for("not opened", reference);
        assert!(refused.text.contains("open"), "{}", refused.text);
    }
    assert_eq!(windows(&desk), Vec::<String>::new());
}

#[test]
fn full_access_does_not_come_back_from_the_phone() {
    let Some(desk) = Desk::new() else { return };
    let (_, reference) = ended(&desk, &["-s", "danger-full-access", "-a", "never"]);
    desk.phone.say(&format!("open {reference}"));
    let refused = desk.phone.wait_for("not opened", &reference);
    assert!(refused.text.contains("full access"), "{}", refused.text);
    assert_eq!(windows(&desk), Vec::<String>::new());
}

#[test]
fn a_session_whose_folder_or_record_is_gone_is_not_opened() {
    let Some(desk) = Desk::new() else { return };
    let (thread, reference) = ended(&desk, &[]);
    let moved = desk.lab.place("moved");
    std::fs::rename(desk.lab.work(), &moved).unwrap();
    desk.phone.say(&format!("open {reference}"));
    desk.phone.wait_for("not opened", "does not exist");
    std::fs::rename(&moved, desk.lab.work()).unwrap();

    let sessions = desk.lab.codex_home().join("sessions");
    let away = desk.lab.place("away");
    std::fs::rename(&sessions, &away).unwrap();
    desk.phone.say(&format!("resume {reference}"));
    desk.phone.wait_for("not opened", "not there any more");
    std::fs::rename(&away, &sessions).unwrap();

    assert_eq!(windows(&desk), Vec::<String>::new());
    desk.phone.say(&format!("open {reference}"));
    desk.phone.wait_for("opened", &reference);
    assert!(!thread.is_empty());
}

#[test]
fn a_session_is_called_as_codex_calls_it_and_found_by_that() {
    let Some(desk) = Desk::new() else { return };
    let pane = desk.embedded();
    let (thread, first) = desk.prompted(&pane, "unnamed");
    assert!(first.text.contains("work"), "{}", first.text);
    desk.lab
        .tmux(&["send-keys", "-t", &pane.id, "-l", "/rename Login page"]);
    pane.wait_for("the command", |screen| {
        screen.contains("/rename Login page")
    });
    pane.press_until("Enter", "the new name", |screen| {
        screen.contains("· Login page")
    });
    desk.runtime().wait_for_event("ThreadNamed", 1);
    pane.prompt("and again");
    let second = desk.phone.wait_for("done", "echo: and again");
    assert!(second.text.contains("Login page"), "{}", second.text);
    desk.phone.say("list");
    let list = desk.phone.wait_for("sessions", "Login page");
    let line = format!("{} Login page has finished", second.reference());
    assert!(list.text.contains(&line), "{}", list.text);
    desk.phone.say("@login-page once more");
    desk.lab.wait_for_answer(&thread, "echo: once more");
}
