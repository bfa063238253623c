//! Lines into facts.

use super::{THREAD, sample, session, show};
use crate::ingress::rollouts::parse::record;
use crate::ingress::rollouts::payload::Bad;
use events::time::Wall;
use proptest::prelude::{any, proptest};
use std::path::Path;

fn facts(name: &str, thread: &str) -> Vec<String> {
    sample(name)
        .split(|byte| *byte == b'\n')
        .filter(|line| !line.is_empty())
        .filter_map(|line| record(line, &session(thread)).unwrap())
        .map(|record| show(&record.fact))
        .collect()
}

fn one(line: &str) -> Result<Option<String>, Bad> {
    let record = record(line.as_bytes(), &session(THREAD))?;
    Ok(record.map(|record| show(&record.fact)))
}

#[test]
fn legacy_turn() {
    assert_eq!(
        facts(
            "0.104-simple-turn.jsonl",
            "01a203ea-ddab-7601-a559-62277b7dbd02"
        ),
        [
            "meta Owner 0.104.0 /Users/owner/lab/work",
            "started c6d8 plan=false",
            "user hello old",
            "assistant echo[375]: hello old",
            "completed c6d8 echo[375]: hello old error=-",
        ]
    );
}

#[test]
fn legacy_tool_call() {
    assert_eq!(
        facts("0.145-approval.jsonl", THREAD),
        [
            "started c96d plan=false",
            "user run: uq1 --x",
            "closed call_388 Refused",
            "assistant echo[389]: run: uq1 --x",
            "completed c96d echo[389]: run: uq1 --x error=-",
        ]
    );
}

#[test]
fn turn_of_a_daemon_tui_is_the_owners() {
    assert_eq!(
        facts(
            "0.169-daemon-turn-from-app-server.jsonl",
            "01a203ca-48ce-7d41-bed4-559c6b25fb18"
        ),
        [
            "meta Owner 0.169.0 /Users/owner/lab/work2",
            "started 8365 plan=false",
            "user typed from the bridge: /quit !ls @x\nline2",
            "assistant echo[104]: typed from the bridge: /quit !ls @x\nline2",
            "completed 8365 echo[104]: typed from the bridge: /quit !ls @x\nline2 error=-",
        ]
    );
}

#[test]
fn question_answered() {
    let facts = facts("0.169-sync-question-answered.jsonl", THREAD);
    assert_eq!(
        facts[..4],
        [
            "started 2d5d plan=true".to_owned(),
            "user ask: q".to_owned(),
            "asked call_5 Modal db=Which database? sqlite(embedded)|postgres(server)".to_owned(),
            "closed call_5 Answered".to_owned(),
        ]
    );
}

#[test]
fn question_refused_and_interrupted() {
    let refused = facts("0.169-question-in-default-mode-rejected.jsonl", THREAD);
    assert!(
        refused.contains(&"closed call_3 Refused".to_owned()),
        "{refused:?}"
    );
    let interrupted = facts("0.169-question-interrupted.jsonl", THREAD);
    assert_eq!(
        interrupted[3..],
        [
            "closed call_28 Interrupted".to_owned(),
            "aborted 81b1 interrupted".to_owned()
        ]
    );
    let patch = facts("0.169-patch-approval-esc.jsonl", THREAD);
    assert!(
        patch.contains(&"closed call_5 Interrupted".to_owned()),
        "{patch:?}"
    );
}

#[test]
fn failed_turn_has_its_error() {
    let facts = facts(
        "0.169-error-http500.jsonl",
        "01a203af-139d-7ea3-bbb9-1bdb88401c7e",
    );
    assert_eq!(
        facts.last().unwrap(),
        "completed 2ed4 - error=We’re currently experiencing high demand, which may cause temporary errors."
    );
}

#[test]
fn plan_is_something_the_model_said() {
    let facts = facts("0.169-plan-turn.jsonl", THREAD);
    assert_eq!(facts[0], "started 5cde plan=true");
    assert_eq!(facts[2], "assistant # The plan\n\n1. do a\n2. do b\n");
}

#[test]
fn review_in_its_parent_keeps_one_turn_and_leaves_the_reviews_words_out() {
    assert_eq!(
        facts(
            "0.169-review-in-parent-thread.jsonl",
            "01a203b3-0d37-7e30-bc94-ae527dece088"
        ),
        [
            "started 2d3a plan=false",
            "assistant echo[95]: Review the current code changes (staged, unstaged, and untracked files) and provide prioritized findings.",
            "completed 2d3a - error=-",
        ]
    );
}

#[test]
fn steering_gives_two_user_messages() {
    let facts = facts(
        "0.169-steer-two-user-messages-one-turn.jsonl",
        "01a203ca-48ce-7d41-bed4-559c6b25fb18",
    );
    assert_eq!(
        facts[1..3],
        ["user quiet: 6", "user turn/start while working"]
    );
}

#[test]
fn whose_thread_it_is() {
    let kind_of = |name, thread| facts(name, thread)[0].split(' ').nth(1).unwrap().to_owned();
    assert_eq!(kind_of("0.169-exec-turn.jsonl", THREAD), "Exec");
    assert_eq!(kind_of("0.169-subagent-thread.jsonl", THREAD), "Subagent");
    assert_eq!(
        kind_of("0.169-review-subagent-thread.jsonl", THREAD),
        "Review"
    );
    assert_eq!(kind_of("0.169-forked-thread.jsonl", THREAD), "Owner");
    for (source, kind) in [
        (r#""cli""#, "Owner"),
        (r#""vscode","thread_source":"user""#, "Owner"),
        (r#""my_bridge","thread_source":"user""#, "Owner"),
        (r#""exec","thread_source":"user""#, "Exec"),
        (r#""my_bridge""#, "Internal"),
        (r#""vscode","thread_source":"subagent""#, "Subagent"),
        (r#""vscode","thread_source":"title""#, "Internal"),
        (r#""vscode","thread_source":{"x":1}"#, "Internal"),
        (
            r#"{"subagent":"compact"},"thread_source":"subagent""#,
            "Internal",
        ),
        (r#"{"internal":"title"},"thread_source":"user""#, "Internal"),
        (r#"{"subagent":{"thread_spawn":{"depth":1}}}"#, "Subagent"),
    ] {
        let line = format!(
            r#"{{"timestamp":"2026-11-22T15:00:00Z","type":"session_meta","payload":{{"timestamp":"2026-11-22T15:00:00Z","cwd":"/w","source":{source}}}}}"#
        );
        assert_eq!(one(&line), Ok(Some(format!("meta {kind}  /w"))), "{source}");
    }
}

#[test]
fn asynchronous_question_and_its_receipt() {
    let asked = super::asked(1, "request_user_input_async", "call_9");
    assert_eq!(
        one(&asked),
        Ok(Some("asked call_9 Async 1=Which? a()".into()))
    );
    let receipt = super::output(2, "call_9", r#""{\"accepted\":true}""#);
    assert_eq!(one(&receipt), Ok(None));
    let refusal = super::output(2, "call_9", r#""not available""#);
    assert_eq!(one(&refusal), Ok(Some("closed call_9 Refused".into())));
    let message = super::line(
        1,
        "event_msg",
        r#"{"type":"item_completed","item":{"type":"AgentMessage","id":"m","content":[],"delivery":"async","questions":[{"title":"Which?"}]}}"#,
    );
    assert_eq!(one(&message), Ok(Some("asked m Async 1=Which? ".into())));
}

#[test]
fn outputs_of_every_shape_close_their_call() {
    for (output, how) in [
        (
            r#"[{"type":"input_text","text":"{\"answers\":{}}"}]"#,
            "Answered",
        ),
        (
            r#"{"content":"aborted by user after 2s","success":false}"#,
            "Interrupted",
        ),
        (
            r#"[{"type":"input_text","text":"aborted by user"},{"text":"x"}]"#,
            "Interrupted",
        ),
        ("null", "Refused"),
        ("17", "Refused"),
        ("[[], {}, true, 1.5, -1]", "Refused"),
        (r#""\u00e9""#, "Refused"),
    ] {
        let line = super::output(1, "c", output);
        assert_eq!(one(&line), Ok(Some(format!("closed c {how}"))), "{output}");
    }
}

#[test]
fn order_and_spacing_of_keys_do_not_matter() {
    for line in [
        r#"{"timestamp":"2026-11-22T15:00:00Z","type":"event_msg","payload":{"type":"user_message","message":"hi"}}"#,
        r#" { "timestamp" : "2026-11-22T15:00:00Z" , "ordinal" : 12 , "type" : "event_msg" , "payload" : { "type" : "user_message" , "message" : "hi" } } "#,
        r#"{"payload":{"message":"hi","type":"user_message"},"type":"event_msg","timestamp":"2026-11-22T15:00:00Z"}"#,
        r#"{"timestamp":"2026-11-22T15:00:00Z","ordinal":null,"type":"event_msg","payload":{"type":"user_message","message":"hi"}}"#,
        r#"{"timestamp":"2026-11-22T15:00:00Z","type":"event\u005fmsg","payload":{"type":"user_messag\u0065","message":"h\u0069"}}"#,
    ] {
        assert_eq!(one(line), Ok(Some("user hi".into())), "{line}");
    }
}

#[test]
fn unknown_records_tell_nothing_and_damaged_ones_are_bad() {
    for line in [
        r#"{"timestamp":"2026-11-22T15:00:00Z","type":"world_state","payload":[1]}"#,
        r#"{"timestamp":"?","type":"event_msg","payload":{"type":"token_count"}}"#,
        r#"{"payload":7,"type":"novelty","timestamp":""}"#,
        r#"{"timestamp":"2026-11-22T15:00:00Z","type":"response_item","payload":{"type":"message","role":"user","content":[{"type":"input_text","text":"<turn_aborted>"}]}}"#,
        r#"{"timestamp":"2026-11-22T15:00:00Z","type":"event_msg","payload":{"type":"item_completed","item":{"type":"CommandExecution","content":7}}}"#,
    ] {
        assert_eq!(one(line), Ok(None), "{line}");
    }
    for line in [
        "",
        "{",
        "[]",
        "null",
        r#"{"type":"event_msg"}"#,
        r#"{"timestamp":"2026-11-22T15:00:00Z","type":"event_msg","payload":{"type":"user_message","mess"#,
        r#"{"timestamp":"2026-11-22T15:00:00Z","type":"event_msg","payload":{"type":"task_started","turn_id":"a b"}}"#,
        r#"{"timestamp":"2026-11-22T15:00:00Z","type":"response_item","payload":{"type":"function_call","name":"request_user_input","arguments":"{","call_id":"c"}}"#,
        r#"{"timestamp":"2026-11-22T15:00:00Z","type":"response_item","payload":{"type":"function_call","name":"request_user_input","arguments":"{\"questions\":[]}","call_id":"c"}}"#,
    ] {
        assert_eq!(one(line), Err(Bad), "{line}");
    }
    // What it says does not depend on when.
    let undated = r#"{"timestamp":"yesterday","type":"event_msg","payload":{"type":"user_message","message":"hi"}}"#;
    assert_eq!(one(undated), Ok(Some("user hi".into())));
    let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    assert_eq!(one(&super::output(1, "c", &deep)), Err(Bad));
}

#[test]
fn a_record_has_its_own_time() {
    let told = record(super::ended(7).as_bytes(), &session(THREAD)).unwrap();
    assert_eq!(told.unwrap().at, Wall(1_795_359_607_000));
}

#[test]
fn session_is_the_name_of_the_file() {
    let of = |name: &str| crate::ingress::rollouts::name::thread_of(Path::new(name));
    let name = format!("/s/2026/11/22/rollout-2026-11-22T14-45-18-{THREAD}.jsonl");
    assert_eq!(of(&name), Some(session(THREAD)));
    for other in [
        "rollout-2026-11-22T14-45-18-.jsonl",
        "rollout-2026-11-22T14-45-18-x.jsonl.zst",
        "rollout-2026-11-22 14-45-18-x.jsonl",
        "rollout-é026-11-22T14-45-18-x.jsonl",
        "rollout-x.jsonl",
        "rollout-2026-11-22T14-45-18-a b.jsonl",
        "history.jsonl",
        "/",
    ] {
        assert_eq!(of(other), None, "{other}");
    }
}

proptest! {
    #[test]
    fn arbitrary_bytes_never_panic(bytes in any::<Vec<u8>>()) {
        let _ = record(&bytes, &session(THREAD));
    }

    #[test]
    fn damaged_records_never_panic(at in 0_usize..400, with in any::<u8>()) {
        let samples = [
            super::meta(1),
            super::user(1, "hi"),
            super::asked(1, "request_user_input", "c"),
            super::output(1, "c", r#"[{"text":"{\"answers\":{}}"}]"#),
            super::ended(1),
        ];
        for sample in samples {
            let mut bytes = sample.into_bytes();
            let at = at % bytes.len();
            bytes[at] = with;
            let _ = record(&bytes, &session(THREAD));
            let _ = record(&bytes[..at], &session(THREAD));
        }
    }
}
