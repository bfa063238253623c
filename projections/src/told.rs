//! Reading a notify payload: the keys Codex uses, and the spellings that the
//! predecessor accepted. Anything may stand here; nothing may break.

use events::event::TurnTold;
use events::{SessionId, Text, TurnId};
use serde_json::{Map, Value};

const SESSION: &[&str] = &[
    "thread-id",
    "thread_id",
    "threadId",
    "session-id",
    "session_id",
    "sessionId",
    "conversation-id",
    "conversation_id",
    "conversationId",
];
const TURN: &[&str] = &["turn-id", "turn_id", "turnId"];
const KIND: &[&str] = &["type", "event", "kind", "hook_event_name", "method"];
const CWD: &[&str] = &["cwd", "workdir", "working_directory", "workingDirectory"];
const LAST: &[&str] = &[
    "last-assistant-message",
    "last_assistant_message",
    "lastAssistantMessage",
    "last-agent-message",
    "last_agent_message",
    "message",
];

/// What a payload tells, or one sentence on what is wrong with it.
pub fn read(raw: &str) -> Result<TurnTold, String> {
    if raw.trim().is_empty() {
        return Err("the payload is empty".into());
    }
    let value: Value = serde_json::from_str(raw).map_err(|e| {
        format!(
            "the payload is not JSON: {} at line {}, column {}",
            category(&e),
            e.line(),
            e.column()
        )
    })?;
    let Value::Object(map) = value else {
        return Err("the payload is JSON, but not an object".into());
    };
    let id = text(&map, SESSION).ok_or("the payload names no thread")?;
    let session = SessionId::parse(id.trim())
        .ok_or_else(|| format!("the payload's thread id of {} bytes is not one", id.len()))?;
    Ok(TurnTold {
        kind: text(&map, KIND).map_or_else(
            || "agent-turn-complete".to_owned(),
            |kind| kind.chars().take(64).collect(),
        ),
        session,
        turn: text(&map, TURN).and_then(|turn| TurnId::parse(turn.trim())),
        cwd: text(&map, CWD).map(ToOwned::to_owned),
        last: text(&map, LAST).map(Text::from),
    })
}

fn category(error: &serde_json::Error) -> &'static str {
    match error.classify() {
        serde_json::error::Category::Eof => "it ends too early",
        _ => "it is malformed",
    }
}

/// The first of these keys that holds a text, here or one level down.
fn text<'a>(map: &'a Map<String, Value>, keys: &[&str]) -> Option<&'a str> {
    let here = |map: &'a Map<String, Value>| {
        keys.iter()
            .find_map(|key| map.get(*key).and_then(Value::as_str))
    };
    let below = || {
        ["params", "payload", "msg", "event"]
            .iter()
            .filter_map(|key| map.get(*key)?.as_object())
            .find_map(here)
    };
    here(map).or_else(below)
}
