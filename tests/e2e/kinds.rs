//! The kinds of turns that Codex makes, and what the owner hears of each: the table
//! is in docs/phone-reference.md. And threads in several files, and a Codex of tomorrow.

use std::ffi::OsStr;
use std::fs;

use serde_json::Value;

use crate::desk::{Desk, count};
use crate::lab::Agent;
use crate::programs::older;
use crate::runtime::ours;

#[test]
fn a_compaction_and_a_command_at_the_desk_are_silent_and_a_review_tells_what_it_found() {
    let Some(mut desk) = Desk::new() else { return };
    let pane = desk.embedded();
    desk.prompted(&pane, "by hand");
    pane.prompt("/compact");
    desk.runtime().wait_for_event("EndingNotTold", 1);
    pane.press_until("!", "the shell's composer", |screen| {
        screen.contains("Shell mode")
    });
    pane.paste("echo from the shell");
    pane.key("Enter");
    desk.runtime().wait_for_event("EndingNotTold", 2);
    pane.prompt("/review");
    pane.wait_for("the kinds of reviews", |screen| {
        screen.contains("uncommitted changes")
    });
    pane.key("2");
    let findings = desk
        .phone
        .wait_for("done", "echo: Review the current code changes");
    assert!(!findings.body().is_empty());
    let log = desk.stop();
    assert_eq!(desk.phone.calls(" is done"), 2);
    assert_eq!(count(&log, "EndingNotTold"), 2);
    assert_eq!(
        count(&log, "ShapeUnknown"),
        0,
        "{:#?}",
        of_kind(&log, "ShapeUnknown")
    );
}

#[test]
fn of_a_goal_only_the_end_is_told() {
    let Some(mut desk) = Desk::new() else { return };
    let pane = desk.embedded();
    desk.prompted(&pane, "by hand");
    pane.prompt("/goal count to five");
    desk.phone.wait_for("goal reached", "the goal is reached");
    let log = desk.stop();
    assert_eq!(desk.phone.calls("goal step"), 0);
    assert_eq!(count(&log, "EndingNotTold"), 5);
}

#[test]
fn a_session_that_was_rewound_is_one_session_and_still_hears_the_phone() {
    let Some(mut desk) = Desk::new() else { return };
    let pane = desk.embedded();
    let (thread, first) = desk.prompted(&pane, "to be kept");
    pane.prompt("to be said again");
    desk.phone.wait_for("done", "echo: to be said again");
    pane.press_until("Escape", "the first Escape", |screen| {
        screen.contains("esc again")
    });
    pane.press_until("Escape", "the transcript", |screen| {
        screen.contains("rewind")
    });
    pane.press_until("Enter", "the draft", |screen| {
        screen.contains("› to be said again")
    });
    let before = desk.phone.notices().len();
    pane.key("Enter");
    desk.phone
        .wait_after(before, "done", "echo: to be said again");
    let segments = || desk.lab.rollouts_count();
    assert_eq!(segments(), 2);

    desk.phone.reply(&first, "from the phone");
    desk.lab.wait_for_answer(&thread, "echo: from the phone");
    desk.phone.wait_for("received", first.reference());
    desk.phone.wait_for("done", "echo: from the phone");
    let log = desk.stop();
    let seen = of_kind(&log, "SessionSeen");
    assert!(
        seen.iter().all(|seen| seen["session"] == thread.as_str()),
        "{seen:#?}"
    );
    assert_eq!(count(&log, "RolloutFollowed"), 1);
    assert_eq!(desk.phone.calls(" is done"), 4);
    // A start in between tells none of it again.
    desk.start(&[]);
    desk.phone.reply(&first, "after a start");
    desk.phone.wait_for("done", "echo: after a start");
    desk.stop();
    assert_eq!(desk.phone.calls(" is done"), 5);
}

#[test]
fn a_fork_of_an_older_codex_tells_only_its_own_turns() {
    let Some(older) = older() else { return };
    let Some(mut desk) = Desk::new() else { return };
    let run = |args: &[&str]| {
        let args = args.iter().map(OsStr::new);
        let command: Vec<_> = [older.as_os_str()].into_iter().chain(args).collect();
        desk.lab.pane(&command)
    };
    let _parent = run(&["--", "of the parent"]);
    desk.phone.wait_for("done", "echo: of the parent");
    let thread = desk.lab.only_thread();
    let _fork = run(&["fork", &thread, "of the fork"]);
    desk.phone.wait_for("done", "echo: of the fork");
    desk.stop();
    assert_eq!(desk.phone.calls("echo: of the parent"), 1);
    assert_eq!(desk.phone.calls(" is done"), 2);
    assert_eq!(desk.phone.calls("· interrupted"), 0);
}

/// A session as a Codex may write it that nobody has seen yet: a field of the head has
/// another name, records are of new kinds, and a known one has a new form.
const TOMORROW: &str = r#"{"timestamp":"T","type":"session_meta","payload":{"id":"THREAD","working_dir":"/srv/api","cli_version":"9.1.0","source":"cli","thread_source":"user"}}
{"timestamp":"T","type":"novelty","payload":{"mood":"good"}}
{"timestamp":"T","type":"event_msg","payload":{"type":"task_started","turn_id":"t1"}}
{"timestamp":"T","type":"event_msg","payload":{"type":"thoughts","turn_id":"t1"}}
{"timestamp":"T","type":"event_msg","payload":{"type":"item_completed","turn_id":"t1","item":"in another form"}}
{"timestamp":"T","type":"event_msg","payload":{"type":"task_complete","turn_id":"t1","last_agent_message":"from tomorrow"}}
"#;

#[test]
fn a_codex_of_tomorrow_is_heard_and_what_is_not_understood_is_said() {
    let Some(mut desk) = Desk::new() else { return };
    let thread = "01a203b7-f8a9-7302-b877-7a46264702ea";
    let day = desk.lab.codex_home().join("sessions/2026/11/22");
    fs::create_dir_all(&day).unwrap();
    let text = TOMORROW
        .replace("THREAD", thread)
        .replace("\"T\"", "\"2999-01-01T00:00:00Z\"");
    let file = day.join(format!("rollout-2026-11-22T14-45-18-{thread}.jsonl"));
    fs::write(&file, text).unwrap();
    desk.phone.wait_for("done", "from tomorrow");
    desk.phone.wait_for(
        "not understood",
        "session head without cwd, written by Codex 9.1.0",
    );
    desk.phone
        .wait_for("not understood", "record event_msg item_completed");
    assert_eq!(desk.phone.calls("novelty"), 0);
    desk.stop();
    let doctor = ours(&desk.lab, &desk.phone)
        .args(["doctor", "--json"])
        .output()
        .unwrap();
    let report: Value = serde_json::from_slice(&doctor.stdout).unwrap();
    let checks = report["checks"].as_array().unwrap();
    let understood = checks
        .iter()
        .find(|check| check["name"] == "understood")
        .unwrap();
    let evidence = understood["evidence"].as_str().unwrap();
    for part in [
        "record novelty",
        "record event_msg thoughts",
        "harmless",
        &file.display().to_string(),
    ] {
        assert!(evidence.contains(part), "{part} in {evidence}");
    }
    assert_eq!(understood["verdict"], "warn");
}

/// What the entries of a kind say.
fn of_kind(log: &[Value], kind: &str) -> Vec<Value> {
    let own = log.iter().filter(|entry| entry["kind"] == kind);
    own.map(|entry| entry["event"].clone()).collect()
}

#[test]
fn a_compaction_that_codex_begins_by_itself_is_silent() {
    let Some(mut desk) = Desk::new() else { return };
    let native = desk.lab.programs.native.clone();
    let limit = ["-c", "model_auto_compact_token_limit=1"];
    let pane = desk
        .lab
        .codex_pane(&native, Agent::Embedded, &limit)
        .ready();
    let (thread, _) = desk.prompted(&pane, "hello");
    pane.prompt("and again");
    desk.phone.wait_for("done", "echo: and again");
    pane.prompt("for the last time");
    desk.phone.wait_for("done", "echo: for the last time");
    desk.lab.wait_for_record(&thread, "a compaction", |record| {
        record["type"] == "compacted" || record["payload"]["type"] == "context_compacted"
    });
    let log = desk.stop();
    assert_eq!(
        desk.phone.calls("[Codex]"),
        3,
        "{:#?}",
        of_kind(&log, "NoticeQueued")
    );
}

#[test]
fn threads_that_codex_opens_beside_a_session_are_silent_and_take_none_of_its_texts() {
    let Some(mut desk) = Desk::new() else { return };
    let pane = desk.embedded();
    let (thread, notice) = desk.prompted(&pane, "hello");
    pane.prompt("/recap");
    pane.wait_for("what became of the recap", |screen| {
        screen.contains("recap") && screen.contains("› Ask Codex")
    });
    pane.prompt("/side what is left?");
    pane.wait_for("the side's answer", |screen| {
        screen.contains("echo: what is left?") && screen.contains("Ask a follow-up question")
    });
    // Whatever is in front, the text goes to the session that it is for.
    desk.phone.reply(&notice, "from afar");
    desk.lab.wait_for_answer(&thread, "echo: from afar");
    desk.phone.wait_for("done", "echo: from afar");
    let log = desk.stop();
    assert_eq!(
        desk.phone.calls(" is done"),
        2,
        "{:#?}",
        of_kind(&log, "NoticeQueued")
    );
    desk.assert_told(&thread, &["hello", "from afar"]);
}

#[test]
fn a_sub_agent_works_in_silence_and_its_session_tells_the_end() {
    let Some(mut desk) = Desk::new() else { return };
    let pane = desk.embedded();
    let (thread, _) = desk.prompted(&pane, "hello");
    pane.prompt("agent: look around");
    desk.phone.wait_for("done", "done: ");
    pane.prompt("and then");
    desk.phone.wait_for("done", "echo: and then");
    let log = desk.stop();
    assert!(
        count(&log, "SessionSeen") >= 2,
        "no sub-agent began: {:#?}",
        of_kind(&log, "TurnCompleted")
    );
    assert_eq!(
        desk.phone.calls(" is done"),
        3,
        "{:#?}",
        of_kind(&log, "NoticeQueued")
    );
    desk.assert_told(&thread, &["hello", "agent: look around", "and then"]);
}
