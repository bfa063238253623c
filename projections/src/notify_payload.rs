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

/// The kind of payload that tells the end of a turn.
pub const TURN_COMPLETE: &str = "agent-turn-complete";

/// What is wrong with a payload that is one, but of no thread.
pub const NO_THREAD: &str = "the payload names no thread";

/// What a payload tells, or one sentence on what is wrong with it.
pub fn read(raw: &str) -> Result<TurnTold, String> {
    if raw.trim().is_empty() {
        return Err("the payload is empty".into());
    }
    let json = raw.trim_start_matches('\u{feff}');
    let value: Value = serde_json::from_str(json).map_err(|e| {
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
    let id = text(&map, SESSION).ok_or(NO_THREAD)?;
    let session = SessionId::parse(id.trim())
        .ok_or_else(|| format!("the payload's thread id of {} bytes is not one", id.len()))?;
    Ok(TurnTold {
        kind: text(&map, KIND).map_or_else(|| TURN_COMPLETE.to_owned(), kind),
        session,
        turn: text(&map, TURN).and_then(|turn| TurnId::parse(turn.trim())),
        cwd: text(&map, CWD).map(ToOwned::to_owned),
        last: text(&map, LAST)
            .filter(|last| !last.trim().is_empty())
            .map(Text::from),
    })
}

/// Codex's own spelling of the one kind that is acted on; others as they are, cut short.
fn kind(kind: &str) -> String {
    let spelt = kind.to_lowercase().replace(['_', '.', '/'], "-");
    if spelt == TURN_COMPLETE {
        return spelt;
    }
    kind.chars().take(64).collect()
}

fn category(error: &serde_json::Error) -> &'static str {
    match error.classify() {
        serde_json::error::Category::Eof => "it ends too early",
        serde_json::error::Category::Io
        | serde_json::error::Category::Syntax
        | serde_json::error::Category::Data => "it is malformed",
    }
}

/// The first of these keys that holds a text, here or one level down.
fn text<'a>(map: &'a Map<String, Value>, keys: &[&str]) -> Option<&'a str> {
    let below = ["params", "payload", "msg", "event"];
    let below = below.iter().filter_map(|key| map.get(*key)?.as_object());
    let maps: Vec<_> = std::iter::once(map).chain(below).collect();
    let holds = |key: &&str| maps.iter().find_map(|map| map.get(*key)?.as_str());
    keys.iter().find_map(holds)
}
