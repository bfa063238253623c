//! What the owner and Codex say stays out of everything that people paste into
//! a report: diagnosis, errors, traces, views. Every way in carries one marker;
//! nothing that the program says may hold it.

use crate::executable;
use assert_cmd::Command;
use control_plane::clock;
use control_plane::demo::messages::{Messages, Row};
use std::fs;
use std::path::Path;

/// Made of one word, so that no cutting or folding hides it.
const MARKER: &str = "zebrafinchmarker";
const OWNER: &str = "+15555550123";

fn run(home: &Path, arguments: &[&str]) -> String {
    let mut command = Command::cargo_bin("codex-imessage-control-plane").expect("built");
    command
        .env_clear()
        .env("HOME", home)
        .env("CODEX_HOME", home.join("codex"))
        .env("CODEX_IMESSAGE_TO", OWNER)
        .env("CODEX_IMESSAGE_CHAT_DB", home.join("chat.db"))
        .env("CODEX_IMESSAGE_OSASCRIPT_BIN", home.join("osascript"))
        .env("CODEX_IMESSAGE_TMUX_BIN", home.join("nothing"))
        .env("CODEX_IMESSAGE_CODEX_BIN", home.join("osascript"))
        .env("CODEX_IMESSAGE_LOG", "trace");
    let output = command.args(arguments).output().expect("it runs");
    let said = [output.stdout, output.stderr].concat();
    String::from_utf8_lossy(&said).into_owned()
}

/// A program that tells all it is given and fails.
fn talkative(home: &Path) {
    let script = "#!/bin/sh\necho \"$@\"; echo \"execution error: $* (-1728)\" >&2; exit 1\n";
    executable::write(&home.join("osascript"), script);
}

fn rollout(home: &Path, thread: &str) {
    let folder = home.join("codex/sessions/2026/11/22");
    fs::create_dir_all(&folder).expect("a folder");
    let sample = include_str!("../fixtures/rollouts/0.104-simple-turn.jsonl");
    // Later than the first start, so that it is news and not history.
    let text = sample
        .replace("hello old", MARKER)
        .replace("2026-", "2096-");
    assert!(text.contains(MARKER), "the sample says something else");
    let name = format!("rollout-2026-11-22T15-00-00-{thread}.jsonl");
    fs::write(folder.join(name), text).expect("a rollout");
}

#[test]
fn no_text_and_no_address_is_said_by_anything_but_the_export() {
    let home = tempfile::tempdir().expect("a home");
    let home = home.path();
    talkative(home);
    let mut messages = Messages::create(&home.join("chat.db")).expect("a chat.db");
    let mut said = run(home, &["once", "--trace"]);

    rollout(home, "01a203ea-ddab-7601-a559-62277b7dbd02");
    fs::write(
        home.join("codex/imessage_queue.jsonl"),
        format!("{{\"text\":\"{MARKER}\"}}\n{{{MARKER}\n"),
    )
    .expect("a queue");
    for text in [
        MARKER,
        "list",
        &format!("@nobody {MARKER}"),
        &format!("new x{MARKER}"),
        &format!("new a: {MARKER}"),
    ] {
        messages
            .insert(&Row::from(OWNER, text, clock::wall()))
            .expect("a row");
    }
    let payload = format!(
        "{{\"type\":\"agent-turn-complete\",\"thread-id\":\"01a203ea-ddab-7601-a559-62277b7dbd02\",\
         \"turn-id\":\"t\",\"last-assistant-message\":\"{MARKER}\"}}"
    );
    for payload in [payload.as_str(), MARKER, &format!("{{\"{MARKER}\":")] {
        said += &run(home, &["notify", payload]);
        said += &run(home, &["notify", "--dry-run", payload]);
    }
    said += &run(home, &["once", "--dry-run"]);
    said += &run(home, &["once", "--trace=full"]);
    for form in [&["--full"][..], &["--json"], &["--state"], &[]] {
        said += &run(home, &[&["replay", "--from", "1"], form].concat());
    }
    for target in ["last", "list", "yesterday", "2020-01-01", "event:1"] {
        said += &run(home, &["explain", target]);
    }

    assert!(
        said.contains("InboundReceived") && said.contains("NoticeQueued"),
        "{said}"
    );
    let telling = |line: &&str| line.contains(MARKER) || line.contains("5555550123");
    let told: Vec<_> = said.lines().filter(telling).collect();
    assert_eq!(told, Vec::<&str>::new());
    assert!(
        run(home, &["log", "export"]).contains(MARKER),
        "the export is for the owner and has it all"
    );
}
