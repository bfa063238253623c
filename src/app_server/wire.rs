//! Frames of the protocol: JSON-RPC without its version field. What is not
//! understood is distinguished from what is not meant for us.

use serde::Deserialize;
use serde_json::{Value, json};

/// Most bytes of one message. Larger ones end the connection.
pub const MESSAGE_MAX: usize = 64 * 1024 * 1024;

/// One frame from the server.
#[derive(Clone, Debug, PartialEq)]
pub enum Incoming {
    /// The answer to a call of ours.
    Answer {
        /// The call's number.
        id: u64,
        /// What came of it.
        result: Result<Value, Rejected>,
    },
    /// The server asks; `id` is JSON text, so that a string and a number stay apart.
    Request {
        /// The request's id.
        id: String,
        /// What is asked.
        method: String,
        /// About what.
        params: Value,
    },
    /// The server tells.
    News {
        /// What it reports.
        method: String,
        /// About what.
        params: Value,
    },
    /// It is none of these.
    Unknown,
}

/// The server refused a call.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Rejected {
    /// Its number for that.
    pub code: i64,
    /// What it says.
    #[serde(default)]
    pub message: String,
}

#[derive(Deserialize)]
struct Frame {
    #[serde(default)]
    id: Option<Value>,
    #[serde(default)]
    method: Option<String>,
    #[serde(default)]
    params: Value,
    #[serde(default)]
    result: Option<Value>,
    #[serde(default)]
    error: Option<Rejected>,
}

/// Reads one frame.
pub fn read(text: &str) -> Incoming {
    let Ok(frame) = serde_json::from_str::<Frame>(text) else {
        return Incoming::Unknown;
    };
    match (frame.method, frame.id) {
        (Some(method), Some(id)) => Incoming::Request {
            id: id.to_string(),
            method,
            params: frame.params,
        },
        (Some(method), None) => Incoming::News {
            method,
            params: frame.params,
        },
        (None, Some(id)) => match (id.as_u64(), frame.error) {
            (Some(id), Some(error)) => Incoming::Answer {
                id,
                result: Err(error),
            },
            // A result of null is none that can be read.
            (Some(id), None) => Incoming::Answer {
                id,
                result: Ok(frame.result.unwrap_or(Value::Null)),
            },
            (None, _) => Incoming::Unknown,
        },
        (None, None) => Incoming::Unknown,
    }
}

/// A call of ours.
pub fn call(id: u64, method: &str, params: &Value) -> String {
    json!({"id": id, "method": method, "params": params}).to_string()
}

/// Something we tell the server.
pub fn tell(method: &str) -> String {
    json!({"method": method}).to_string()
}

/// Our answer to a request of the server. `id` is the JSON text it came with.
pub fn answer(id: &str, result: &Value) -> String {
    let id = serde_json::from_str::<Value>(id).unwrap_or(Value::Null);
    json!({"id": id, "result": result}).to_string()
}

/// What a client says of itself, and what it does not want to hear.
pub fn initialize() -> Value {
    json!({
        "clientInfo": {
            "name": "codex-imessage-control-plane",
            "title": "Codex from iMessage",
            "version": env!("CARGO_PKG_VERSION"),
        },
        "capabilities": {
            "experimentalApi": true,
            "optOutNotificationMethods": UNWANTED,
        },
    })
}

/// News that would wake us for nothing. A name that the server does not know does no harm.
pub const UNWANTED: [&str; 30] = [
    "app/list/updated",
    "command/exec/outputDelta",
    "configWarning",
    "deprecationNotice",
    "hook/completed",
    "hook/started",
    "item/agentMessage/delta",
    "item/commandExecution/outputDelta",
    "item/commandExecution/terminalInteraction",
    "item/fileChange/outputDelta",
    "item/mcpToolCall/progress",
    "item/plan/delta",
    "item/reasoning/summaryPartAdded",
    "item/reasoning/summaryTextDelta",
    "item/reasoning/textDelta",
    "mcpServer/startupStatus/updated",
    "model/safetyBuffering/updated",
    "process/outputDelta",
    "rawResponse/completed",
    "rawResponseItem/completed",
    "remoteControl/status/changed",
    "skills/changed",
    "thread/goal/cleared",
    "thread/goal/updated",
    "thread/name/updated",
    "thread/queue/changed",
    "thread/readState/changed",
    "thread/tokenUsage/updated",
    "turn/diff/updated",
    "turn/plan/updated",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_are_told_apart() {
        let answer = read(r#"{"id":3,"result":{"x":1}}"#);
        assert_eq!(
            answer,
            Incoming::Answer {
                id: 3,
                result: Ok(json!({"x": 1}))
            }
        );
        let refused = read(r#"{"error":{"code":-32600,"message":"no","data":1},"id":4}"#);
        let error = Rejected {
            code: -32600,
            message: "no".into(),
        };
        assert_eq!(
            refused,
            Incoming::Answer {
                id: 4,
                result: Err(error)
            }
        );
        assert!(matches!(read(r#"{"method":"a/b"}"#), Incoming::News { .. }));
        for garbage in [
            "",
            "[]",
            "{}",
            "null",
            "{\"id\":\"x\",\"result\":1}",
            "{",
            "7",
        ] {
            assert_eq!(read(garbage), Incoming::Unknown, "{garbage}");
        }
    }

    #[test]
    fn the_id_of_a_request_goes_back_as_it_came() {
        for id in ["0", "\"0\"", "12345678901234567890", "\"a b\""] {
            let text = format!(r#"{{"id":{id},"method":"m","params":{{}}}}"#);
            let Incoming::Request { id: read, .. } = read(&text) else {
                panic!("{text}")
            };
            assert_eq!(read, id);
            let back = answer(&read, &json!({}));
            assert!(back.contains(&format!("\"id\":{id}")), "{back}");
        }
    }
}
