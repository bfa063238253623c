//! Sessions that the phone starts, and settings that leave a way out.

use std::ffi::OsStr;

use control_plane::demo::codex_home::CodexHome;

use crate::desk::{Desk, NO_APP_SERVER};
use crate::lab::Agent;

#[test]
fn a_new_session_is_named_by_its_receipt_and_spoken_to() {
    let Some(desk) = Desk::new() else { return };
    let (_, other) = desk.prompted(&desk.embedded(), "already here");
    desk.phone.say("New API: !ls\n--help @x #(touch made)");
    let started = desk.phone.wait_for("started", " API ");
    assert_ne!(started.reference(), other.reference());
    let done = desk.phone.wait_for("done", "echo: !ls\n--help @x");
    assert_eq!(done.reference(), started.reference());

    let windows = ["list-windows", "-t", "=agent:", "-F", "#{window_name}"];
    let windows = desk.lab.tmux(&windows);
    assert_eq!(windows.lines().count(), 1);
    assert!(windows.starts_with("agent-API-2"), "{windows}");
    assert!(!desk.lab.work().join("made").exists());

    let thread = desk.lab.thread_of("!ls\n--help @x #(touch made)");
    let meta = &desk.lab.rollout(&thread)[0]["payload"];
    assert_eq!(meta["cwd"], desk.lab.work().to_str().unwrap());
    desk.phone.say(&format!("{} go on", started.reference()));
    desk.lab.wait_for_answer(&thread, "echo: go on");
    let done = desk.phone.wait_for("done", "echo: go on");
    assert!(
        done.text.starts_with("API is done. [Codex] @"),
        "{:?}",
        done.text
    );
    desk.phone.say("@api: once more");
    desk.lab.wait_for_answer(&thread, "echo: once more");
    // An argument is not trimmed by Codex; the blanks keep a `!` from its shell.
    let texts = [" !ls\n--help @x #(touch made) ", "go on", "once more"];
    desk.assert_told(&thread, &texts);
}

#[test]
fn a_text_too_long_for_an_argument_begins_a_session_too() {
    let Some(desk) = Desk::new() else { return };
    let long = "line of 👍🏽 words\n".repeat(1000);
    desk.phone.say(&format!("new long: {long}"));
    let started = desk.phone.wait_for("started", " long ");
    let thread = desk.lab.thread_of(long.trim());
    desk.lab
        .wait_for_answer(&thread, &format!("echo: {}", long.trim()));
    assert!(
        desk.phone
            .wait_for("done", started.reference())
            .text
            .contains("(1/")
    );
    desk.assert_told(&thread, &[long.trim()]);
}

#[test]
fn without_panes_every_text_goes_by_the_queue() {
    let no_panes = [("CODEX_IMESSAGE_ROUTE_VIA_TMUX", "0"), NO_APP_SERVER];
    let Some(desk) = Desk::with(|_| {}, &no_panes) else {
        return;
    };
    let programs = desk.lab.programs.clone();
    let pane = desk.codex(&programs.codex, Agent::Daemon);
    let (thread, notice) = desk.prompted(&pane, "by hand");
    desk.phone.reply(&notice, "!by queue");
    desk.lab.wait_for_answer(&thread, "echo: !by queue");
    desk.phone
        .wait_for("received from the queue", notice.reference());
    desk.assert_told(&thread, &["by hand", "!by queue"]);
}

#[test]
fn what_is_asked_at_the_desk_is_not_answered_from_the_phone() {
    let Some(desk) = Desk::new() else { return };
    let strange = desk.lab.codex_home().join("strange");
    for dir in ["objects", "refs"] {
        std::fs::create_dir_all(strange.join(".git").join(dir)).unwrap();
    }
    std::fs::write(strange.join(".git/HEAD"), "ref: refs/heads/main\n").unwrap();
    let codex = desk.lab.programs.native.clone();
    let args = ["-C", strange.to_str().unwrap(), "--no-daemon"];
    let command: Vec<&OsStr> = [codex.as_os_str()]
        .into_iter()
        .chain(args.map(OsStr::new))
        .collect();
    let pane = desk.lab.pane(&command);
    let modal = pane.wait_for("the question", |screen| {
        screen.contains("Trust this folder?")
    });
    desk.phone.say("yes, trust it");
    desk.phone.wait_for("started", "phone");
    assert_eq!(pane.screen(), modal);
}

#[test]
fn a_new_session_starts_in_the_directory_that_is_named() {
    let site = |home: &CodexHome| home.path.ancestors().nth(2).unwrap().join("work-site");
    let trust = |home: &mut CodexHome| {
        let site = site(home);
        std::fs::create_dir_all(&site).unwrap();
        home.trusted.push(site);
    };
    let Some(desk) = Desk::with(trust, &[]) else {
        return;
    };
    let site = desk.lab.place("work-site");
    let codex = desk.lab.programs.native.clone();
    let command = [
        codex.as_os_str(),
        "-C".as_ref(),
        site.as_os_str(),
        "--no-daemon".as_ref(),
    ];
    let pane = desk.lab.pane(&command).ready();
    desk.prompted(&pane, "once in site");
    let (_, other) = desk.prompted(&desk.embedded(), "then in work");
    desk.phone.say(&format!("{} and here", other.reference()));
    desk.phone.wait_for("done", "echo: and here");

    desk.phone.say("new docs in nowhere: write them");
    let refused = desk.phone.wait_for("not started", "nowhere");
    let shown = site.to_str().unwrap();
    assert!(refused.text.contains(shown), "{}", refused.text);
    assert_eq!(desk.lab.rollouts_count(), 2);

    // Not where the owner wrote last, and not asked about: `work` is another one.
    desk.phone.say("New docs in work-s: write them");
    let started = desk.phone.wait_for("started", " docs ");
    assert!(started.text.contains(shown), "{}", started.text);
    desk.phone.wait_for("done", "echo: write them");
    let thread = desk.lab.thread_of("write them");
    let meta = &desk.lab.rollout(&thread)[0]["payload"];
    assert_eq!(meta["cwd"], shown);

    // It is known, and not there any more.
    std::fs::rename(&site, desk.lab.place("moved")).unwrap();
    desk.phone.say("new more in work-site: write more");
    desk.phone.wait_for("not started", "does not exist");
    assert_eq!(desk.lab.rollouts_count(), 3);
}
