//! The stand-in must pass for Codex with everything that looks at Codex, so it
//! is driven by the same lab with the same expectations.

use std::ffi::{OsStr, OsString};
use std::fs::File;

use control_plane::demo::stand_in;
use rustix::fs::{FlockOperation, flock};

use crate::codex::{assert_simple_turn, user_texts};
use crate::lab::{Lab, kinds, wait_for};
use crate::pane::Pane;

/// Not a test: the program that the tests here start in a pane.
#[test]
#[ignore = "the stand-in itself, started by the other tests"]
fn program() {
    let prompt = std::env::var_os("LAB_PROMPT");
    let args: Vec<OsString> = prompt
        .into_iter()
        .flat_map(|text| ["--".into(), text])
        .collect();
    stand_in::main(&args).unwrap();
}

fn start<'lab>(lab: &'lab Lab, prompt: Option<&str>) -> Pane<'lab> {
    let program = std::env::current_exe().unwrap();
    let mut command: Vec<OsString> = vec!["env".into()];
    command.extend(prompt.map(|text| format!("LAB_PROMPT={text}").into()));
    command.push(program.into());
    command.extend(["--exact", "stand_in::program", "--ignored", "--nocapture"].map(Into::into));
    let command: Vec<&OsStr> = command.iter().map(OsString::as_os_str).collect();
    lab.pane(&command).ready()
}

#[test]
fn the_stand_in_runs_a_turn_as_codex_does() {
    let Some(lab) = Lab::new() else { return };
    let pane = start(&lab, None);
    let thread = pane.thread();
    let lock = lab
        .codex_home()
        .join(format!("thread-writer-locks/{thread}.lock"));
    let free = || {
        let lock = File::open(&lock).unwrap();
        flock(lock, FlockOperation::NonBlockingLockShared).is_ok()
    };
    assert!(!free() && lab.rollout(&thread).is_empty());

    pane.prompt("first line\nsecond line");
    let records = lab.wait_for_answer(&thread, "echo: first line\nsecond line");
    assert_simple_turn(&records, "cli");
    assert_eq!(user_texts(&records), ["first line\nsecond line"]);
    let payload = lab.wait_for_notify(&thread);
    assert_eq!(
        payload["last-assistant-message"],
        "echo: first line\nsecond line"
    );

    pane.key("C-c");
    wait_for(|| "the lock to be let go".into(), || free().then_some(()));
}

#[test]
fn the_stand_in_asks_and_is_interrupted_as_codex_is() {
    let Some(lab) = Lab::new() else { return };
    let pane = start(&lab, Some("-dash\n!second"));
    let thread = pane.thread();
    let records = lab.wait_for_answer(&thread, "echo: -dash\n!second");
    assert_eq!(user_texts(&records), ["-dash\n!second"]);

    pane.prompt("ask: Which database?");
    pane.wait_for("the question", |screen| {
        screen.contains("Question 1/1 (1 unanswered)") && screen.contains("2. postgres")
    });
    assert!(pane.format("pane_title").contains("Action Required"));
    assert_eq!(pane.format("cursor_flag"), "0");
    pane.key("2");
    lab.wait_for_answer(&thread, "done: postgres");

    pane.prompt("quiet: 60");
    pane.wait_for("work", |screen| screen.contains("esc to interrupt)"));
    pane.key("Escape");
    let records = lab.wait_for_record(&thread, "the end", |record| {
        record["payload"]["type"] == "turn_aborted"
    });
    assert_eq!(kinds(&records).last().unwrap(), "event_msg/turn_aborted");
}
