//! Notify payloads: Codex's own of every version, others' spellings, and rubbish.

use projections::notify_payload::read;
use proptest::prelude::*;
use serde_json::json;

const SAMPLES: &[(&str, &str, &str)] = &[
    (
        "exec",
        include_str!("notify/exec.json"),
        "echo[58]: exec hello",
    ),
    (
        "exec ephemeral",
        include_str!("notify/exec-ephemeral.json"),
        "echo[",
    ),
    (
        "recap",
        include_str!("notify/internal-recap-thread.json"),
        "",
    ),
    (
        "title",
        include_str!("notify/internal-title-thread.json"),
        "{\"title\"",
    ),
    (
        "title, daemon",
        include_str!("notify/internal-title-thread-daemon.json"),
        "{\"title\"",
    ),
    ("plan", include_str!("notify/plan-turn.json"), "Here is it."),
    ("review", include_str!("notify/review-subagent.json"), ""),
    (
        "side",
        include_str!("notify/side-conversation-ephemeral.json"),
        "echo[98]: what is this",
    ),
    ("subagent", include_str!("notify/subagent.json"), "echo[94]"),
    (
        "0.104",
        include_str!("notify/tui-0.104.json"),
        "echo[375]: hello old",
    ),
    ("0.125", include_str!("notify/tui-0.125.json"), "echo["),
    ("0.145", include_str!("notify/tui-0.145.json"), "echo["),
    ("0.150.1", include_str!("notify/tui-0.150.1.json"), "echo["),
    ("0.155.1", include_str!("notify/tui-0.155.1.json"), "echo["),
    ("0.159.3", include_str!("notify/tui-0.159.3.json"), "echo["),
    ("0.164.0", include_str!("notify/tui-0.164.0.json"), "echo["),
    ("daemon", include_str!("notify/tui-daemon.json"), "echo["),
    (
        "first",
        include_str!("notify/tui-embedded-first-turn.json"),
        "echo[",
    ),
    (
        "accumulated",
        include_str!("notify/tui-accumulated.json"),
        "",
    ),
    (
        "client",
        include_str!("notify/turn-started-by-app-server-client.json"),
        "",
    ),
];

#[test]
fn every_sample_of_codex_is_read() {
    for (name, raw, last) in SAMPLES {
        let told = read(raw).unwrap_or_else(|e| panic!("{name}: {e}"));
        assert_eq!(told.kind, "agent-turn-complete", "{name}");
        assert_eq!(told.session.as_str().len(), 36, "{name}");
        assert!(told.turn.is_some() && told.cwd.is_some(), "{name}");
        let said = told.last.unwrap();
        assert!(said.reveal().starts_with(last), "{name}: {}", said.reveal());
    }
}

#[test]
fn the_spellings_of_the_predecessor_count_here_and_nested() {
    for key in [
        "thread-id",
        "thread_id",
        "threadId",
        "session-id",
        "session_id",
        "sessionId",
        "conversation_id",
    ] {
        let here = json!({ key: "abc", "turn_id": "t1", "lastAssistantMessage": "hi" });
        let nested = json!({ "method": "notify", "params": { key: "abc", "type": "agent-turn-complete", "turnId": "t1", "last_assistant_message": "hi" } });
        for payload in [here, nested] {
            let told = read(&payload.to_string()).unwrap();
            assert_eq!(told.session.as_str(), "abc", "{key}");
            assert_eq!(told.kind, "agent-turn-complete");
            assert_eq!(told.turn.unwrap().as_str(), "t1");
            assert_eq!(told.last.unwrap().reveal(), "hi");
        }
    }
    let spelt = read(r#"{"type":"agent_turn_complete","thread-id":"x"}"#).unwrap();
    assert_eq!(spelt.kind, "agent-turn-complete");
    let other = read(r#"{"type":"approval-requested","thread-id":"x"}"#).unwrap();
    assert_eq!(other.kind, "approval-requested");
}

#[test]
fn what_is_no_json_is_called_so() {
    let fault = |raw: &str| read(raw).unwrap_err();
    assert!(fault("{\"thread-id\":").contains("it ends too early"));
    assert!(fault("{sekret}").contains("it is malformed"));
}

#[test]
fn rubbish_is_one_sentence_without_its_words() {
    let long = format!(r#"{{"thread-id":"{}"}}"#, "a".repeat(70_000));
    for raw in [
        "",
        " ",
        "{",
        "[]",
        "{}",
        "null",
        "3",
        "\"sekret\"",
        "{\"thread-id\":3}",
        "{\"thread-id\":null}",
        "{\"thread-id\":{}}",
        "{\"thread-id\":\"\"}",
        "{\"thread-id\":\"has space sekret\"}",
        "{\"sekret\":1,}",
        "\u{fffd}\u{fffd}",
        &long,
        &"[".repeat(100_000),
        "{\"params\":[{\"thread-id\":\"x\"}]}",
    ] {
        let fault = read(raw).unwrap_err();
        assert!(
            !fault.is_empty()
                && fault.len() < 120
                && !fault.contains('\n')
                && !fault.contains("sekret"),
            "{fault}"
        );
    }
}

#[test]
fn odd_parts_leave_the_rest_usable() {
    let long = "t".repeat(70_000);
    let told = read(&json!({ "thread-id": " abc ", "turn-id": long, "type": long, "cwd": 3, "last-assistant-message": null }).to_string()).unwrap();
    assert_eq!(
        (told.session.as_str(), told.turn, told.cwd, told.last),
        ("abc", None, None, None)
    );
    assert_eq!(told.kind.len(), 64);
    assert!(
        read(r#"{"thread-id":"x","last-assistant-message":" \n"}"#)
            .unwrap()
            .last
            .is_none()
    );
    assert!(read("\u{feff}{\"thread-id\":\"x\"}").is_ok());
}

proptest! {
    #[test]
    fn any_text_is_read_or_refused(text in any::<String>()) {
        let _ = read(&text);
    }

    #[test]
    fn any_object_is_read_or_refused(keys in proptest::collection::vec(("(thread-id|params|type|event|turn-id|cwd|message)", "[ -~]{0,20}"), 0..6)) {
        let map: serde_json::Map<_, _> = keys.into_iter().map(|(k, v)| (k, json!({ "thread-id": v }))).collect();
        let _ = read(&serde_json::Value::Object(map).to_string());
    }
}
