//! A session's last steps and messages, from real records and from damaged ones.

use super::rig::{ID, Rig, run, session};
use events::command::{Look, Sight};
use events::outcome::{Evidence, Failure};
use events::{Command, Guid, Outcome, Report};
use std::path::{Path, PathBuf};

async fn look(rig: &Rig, rollout: &Path, sight: Sight) -> Report {
    rig.execute(Command::Look(Look {
        inbound: Guid::parse("guid").expect("guid"),
        session: session(ID),
        cwd: "/srv/api".to_owned(),
        rollout: rollout.display().to_string(),
        sight,
        again: false,
    }))
    .await
}

async fn shown(rig: &Rig, rollout: &Path, sight: Sight) -> String {
    match look(rig, rollout, sight).await {
        Report::Settled(Outcome::Done(Evidence::Looked { text, .. })) => text.reveal().clone(),
        other @ (Report::Performed(_) | Report::Settled(_)) => panic!("{other:?}"),
    }
}

async fn refused(rig: &Rig, rollout: &Path, sight: Sight) -> String {
    match look(rig, rollout, sight).await {
        Report::Settled(Outcome::Failed(Failure::Unsupported { what })) => what,
        other @ (Report::Performed(_) | Report::Settled(_)) => panic!("{other:?}"),
    }
}

fn line(record: &str, payload: &serde_json::Value) -> String {
    let line = serde_json::json!({
        "timestamp": "2026-11-22T15:00:00.000Z", "type": record, "payload": payload,
    });
    format!("{line}\n")
}

fn says(words: &str) -> String {
    let payload = serde_json::json!({ "type": "agent_message", "message": words });
    line("event_msg", &payload)
}

fn runs(call: &str, command: &str) -> String {
    let arguments = serde_json::json!({ "cmd": command }).to_string();
    let payload = serde_json::json!({
        "type": "function_call", "name": "exec_command", "call_id": call, "arguments": arguments,
    });
    line("response_item", &payload)
}

fn record(rig: &Rig, text: impl AsRef<[u8]>) -> PathBuf {
    let path = rig.path("rollout.jsonl");
    std::fs::write(&path, text).expect("record");
    path
}

/// The lines without their times, whose last part is the minute.
fn steps(text: &str) -> Vec<&str> {
    text.lines()
        .map(|line| line.split_at(line.find(':').expect("a time") + 4).1)
        .collect()
}

#[tokio::test]
async fn a_real_record_is_told_step_by_step() {
    let rig = Rig::new();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/rollouts");
    let path = folder.join("0.145-approval.jsonl");
    let told = [
        "a turn began",
        "you: run: uq1 --x",
        "ran uq1 --x → failed (127)",
        "Codex: echo[389]: run: uq1 --x",
        "the turn ended",
    ];
    for sight in [Sight::Steps, Sight::Status] {
        assert_eq!(steps(&shown(&rig, &path, sight).await), told);
    }
}

#[tokio::test]
async fn a_status_has_the_six_newest_in_a_short_line_each() {
    let rig = Rig::new();
    let long = "a long line of words ".repeat(40);
    let mut text: String = (0..30)
        .map(|n| runs(&format!("c{n}"), &format!("make {n}")))
        .collect();
    text += &says(&long);
    let path = record(&rig, text);
    let told = shown(&rig, &path, Sight::Status).await;
    let told = steps(&told);
    assert_eq!(
        told[..5],
        [
            "ran make 25",
            "ran make 26",
            "ran make 27",
            "ran make 28",
            "ran make 29"
        ]
    );
    assert_eq!(told.len(), 6);
    assert!(
        told[5].starts_with("Codex: a long line of words a long"),
        "{told:?}"
    );
    assert!(
        told[5].ends_with('…') && told[5].chars().count() < 80,
        "{told:?}"
    );
    let all = shown(&rig, &path, Sight::Steps).await;
    assert_eq!(all.lines().count(), 25);
}

#[tokio::test]
async fn what_cannot_be_read_says_why() {
    let rig = Rig::new();
    let whole = runs("c1", "make");
    let torn = record(&rig, format!("{whole}{}", &says("half of it")[..60]));
    assert_eq!(
        steps(&shown(&rig, &torn, Sight::Status).await),
        ["ran make"]
    );
    let none = record(&rig, &whole[..60]);
    for sight in [Sight::Status, Sight::Steps, Sight::Last { messages: 1 }] {
        let why = refused(&rig, &none, sight).await;
        assert!(why.contains("nothing in it is a whole record"), "{why}");
    }
    let empty = record(&rig, "");
    let why = refused(&rig, &empty, Sight::Status).await;
    assert_eq!(why, "Nothing was done in it yet.");
    std::fs::remove_file(&empty).expect("record");
    let why = refused(&rig, &empty, Sight::Status).await;
    assert!(
        why.starts_with("Its record cannot be read: No such file"),
        "{why}"
    );
    let pipe = rig.path("pipe");
    run("mkfifo", vec![pipe.clone().into()]).await;
    let why = refused(&rig, &pipe, Sight::Status).await;
    assert!(why.contains("it is no file"), "{why}");
}

/// A token, from pieces, so that no scanner mistakes this file for a leak.
fn secret() -> String {
    format!("gh{}_{}", "p", "aB3dE6gH1jK4".repeat(3))
}

/// So many characters, of words.
fn filler(chars: usize) -> String {
    let text = "words and ".repeat(chars / 10 + 1);
    text[..chars - 1].to_owned() + " "
}

#[tokio::test]
async fn a_secret_where_a_line_is_cut_is_taken_out_whole() {
    let rig = Rig::new();
    for room in [70, 110, 2_000, 6_000] {
        for before in [room - 30, room - 10, room - 5, room] {
            let words = format!("{}{} and more", filler(before), secret());
            let text = says(&words) + &runs("c1", &words);
            let path = record(&rig, text);
            for sight in [Sight::Status, Sight::Steps, Sight::Last { messages: 1 }] {
                let told = shown(&rig, &path, sight).await;
                assert!(!told.contains("ghp"), "{before}: {told}");
            }
        }
    }
}

#[tokio::test]
async fn a_key_of_many_lines_is_taken_out_before_the_message_is_cut() {
    let rig = Rig::new();
    let line = "MIIEow0aB3dE6gH1jK4mN7pQ2sT5vW8xY9z".repeat(2);
    let key = format!(
        "-----BEGIN {0}-----\n{1}-----END {0}-----",
        "RSA PRIVATE KEY",
        format!("{line}\n").repeat(50)
    );
    let path = record(&rig, says(&format!("{}{key}\nThat was it.", filler(4_000))));
    let told = shown(&rig, &path, Sight::Last { messages: 1 }).await;
    assert!(
        told.ends_with("[redacted private key]\nThat was it."),
        "{told}"
    );
}
