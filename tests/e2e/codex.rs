//! What the control plane takes for granted about Codex, kept true by Codex itself.

use std::fs;

use serde_json::{Value, json};

use crate::lab::{Agent, Lab, kinds, wait_for};

pub(crate) fn user_texts(records: &[Value]) -> Vec<&str> {
    let items = records.iter().map(|record| &record["payload"]["item"]);
    items
        .filter(|item| item["type"] == "UserMessage")
        .filter_map(|item| item["content"][0]["text"].as_str())
        .collect()
}

pub(crate) fn assert_simple_turn(records: &[Value], source: &str) {
    assert_eq!(records[0]["type"], "session_meta");
    assert_eq!(records[0]["payload"]["source"], source);
    let wanted = [
        "event_msg/task_started",
        "event_msg/item_completed/UserMessage",
        "event_msg/item_completed/AgentMessage",
        "event_msg/task_complete",
    ];
    let mut seen = kinds(records);
    seen.retain(|kind| wanted.contains(&kind.as_str()));
    assert_eq!(seen, wanted);
}

#[test]
fn an_embedded_session_holds_its_thread_and_tells_what_happened() {
    let Some(lab) = Lab::new() else { return };
    let pane = lab
        .codex_pane(&lab.programs.native, Agent::Embedded, &[])
        .ready();
    let thread = pane.thread();
    assert!(lab.rollout(&thread).is_empty(), "no prompt, no rollout");
    #[cfg(target_os = "linux")]
    {
        let held = held(&pane.format("pane_pid"));
        assert!(held.contains(&format!("{thread}.lock")), "{held:?}");
    }

    pane.prompt("first line\nsecond line");
    let records = lab.wait_for_answer(&thread, "echo: first line\nsecond line");
    assert_simple_turn(&records, "cli");
    assert_eq!(user_texts(&records), ["first line\nsecond line"]);

    let payload = lab.wait_for_notify(&thread);
    assert_eq!(payload["type"], "agent-turn-complete");
    assert_eq!(
        payload["last-assistant-message"],
        "echo: first line\nsecond line"
    );
}

/// The names of the files a process keeps open.
#[cfg(target_os = "linux")]
fn held(pid: &str) -> Vec<String> {
    fs::read_dir(format!("/proc/{pid}/fd"))
        .unwrap()
        .filter_map(|entry| fs::read_link(entry.ok()?.path()).ok())
        .filter_map(|file| Some(file.file_name()?.to_string_lossy().into_owned()))
        .collect()
}

#[test]
fn a_session_in_the_daemon_runs_turns_and_takes_queued_messages() {
    let Some(lab) = Lab::new() else { return };
    let pane = lab
        .codex_pane(&lab.programs.codex, Agent::Daemon, &[])
        .ready();
    let thread = pane.thread();
    pane.prompt("by hand");
    assert_simple_turn(&lab.wait_for_answer(&thread, "echo: by hand"), "vscode");
    assert_eq!(
        lab.wait_for_notify(&thread)["input-messages"],
        json!(["by hand"])
    );

    let message = "--message=!ls\n/quit @x";
    let queued = lab.codex(&["queue", "--thread", &thread, message]);
    assert!(queued.status.success(), "{queued:?}");
    let records = lab.wait_for_answer(&thread, "echo: !ls\n/quit @x");
    assert_eq!(user_texts(&records), ["by hand", "!ls\n/quit @x"]);

    // A setting on the command line keeps a session out of the running daemon.
    let title = r#"tui.terminal_title=["run-state","thread-id"]"#;
    let args = ["-c", title, "--", "on its own"];
    let own = lab.codex_pane(&lab.programs.codex, Agent::Daemon, &args);
    let records = lab.wait_for_answer(&own.thread(), "echo: on its own");
    assert_simple_turn(&records, "cli");
}

#[test]
fn two_sessions_in_one_directory_keep_apart() {
    let Some(lab) = Lab::new() else { return };
    let start = || lab.codex_pane(&lab.programs.codex, Agent::Embedded, &[]);
    let (one, two) = (start(), start());
    let (one, two) = (one.ready(), two.ready());
    let (first, second) = (one.thread(), two.thread());
    assert_ne!(first, second);
    one.prompt("to the first");
    two.prompt("to the second");
    let of_first = lab.wait_for_answer(&first, "echo: to the first");
    let of_second = lab.wait_for_answer(&second, "echo: to the second");
    assert_eq!(user_texts(&of_first), ["to the first"]);
    assert_eq!(user_texts(&of_second), ["to the second"]);
}

#[test]
fn a_question_in_plan_mode_waits_for_a_digit() {
    let Some(lab) = Lab::new() else { return };
    let pane = lab
        .codex_pane(&lab.programs.native, Agent::Embedded, &[])
        .ready();
    let thread = pane.thread();
    pane.press_until("BTab", "plan mode", |screen| screen.contains("Plan mode"));
    pane.prompt("ask: Which database?");
    pane.wait_for("the question", |screen| {
        screen.contains("Question 1/1 (1 unanswered)") && screen.contains("2. postgres")
    });
    wait_for(
        || "an alarmed title".into(),
        || {
            pane.format("pane_title")
                .contains("Action Required")
                .then_some(())
        },
    );
    let records = lab.rollout(&thread);
    let call = records
        .last_chunk::<4>()
        .unwrap()
        .iter()
        .find_map(|record| {
            (record["payload"]["name"] == "request_user_input").then(|| &record["payload"])
        });
    assert!(call.is_some(), "{:#?}", kinds(&records));

    pane.key("2");
    lab.wait_for_answer(&thread, "done: postgres");
}

#[test]
fn a_command_waits_for_approval() {
    let Some(lab) = Lab::new() else { return };
    let pane = lab
        .codex_pane(&lab.programs.native, Agent::Embedded, &[])
        .ready();
    let thread = pane.thread();
    pane.prompt("run: touch made && echo ok");
    pane.wait_for("the approval", |screen| {
        screen.contains("Would you like to run the following command?")
    });
    assert!(!lab.work().join("made").exists());
    pane.key("y");
    lab.wait_for_answer(&thread, "done: ok");
    assert!(lab.work().join("made").exists());
}

#[test]
fn a_strange_repository_is_asked_about_before_there_is_a_thread() {
    let Some(lab) = Lab::new() else { return };
    let strange = lab.codex_home().join("strange");
    for dir in ["objects", "refs"] {
        fs::create_dir_all(strange.join(".git").join(dir)).unwrap();
    }
    fs::write(strange.join(".git/HEAD"), "ref: refs/heads/main\n").unwrap();
    let args = ["-C", strange.to_str().unwrap(), "--", "kept"];
    let pane = lab.codex_pane(&lab.programs.native, Agent::Embedded, &args);
    pane.wait_for("the question", |screen| {
        screen.contains("Trust this folder?")
    });
    assert!(!pane.format("pane_title").contains("..."));
    pane.press_until("Enter", "trust", |screen| {
        !screen.contains("Trust this folder?")
    });
    lab.wait_for_answer(&pane.thread(), "echo: kept");
}

#[test]
fn an_initial_prompt_is_recorded_to_the_letter() {
    let Some(lab) = Lab::new() else { return };
    let prompt = " -c !ls\n--no-daemon @x ";
    let pane = lab.codex_pane(&lab.programs.codex, Agent::Embedded, &["--", prompt]);
    let thread = pane.thread();
    let records = lab.wait_for_record(&thread, "the prompt", |record| {
        record["payload"]["item"]["type"] == "UserMessage"
    });
    assert_eq!(user_texts(&records), [prompt]);
}
