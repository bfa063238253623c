//! What the server's news mean.

use events::Wall;
use events::prompt::{RateLimit, RateLimitsChanged, ThreadState};
use serde_json::Value;

/// What a session does; `None` where that is not understood.
pub(super) fn state(status: &Value) -> Option<ThreadState> {
    match status["type"].as_str()? {
        "idle" => Some(ThreadState::Idle),
        "notLoaded" => Some(ThreadState::NotLoaded),
        "systemError" => Some(ThreadState::Failed),
        "active" => {
            let flags = status["activeFlags"].as_array();
            let has = |name: &str| flags.is_some_and(|flags| flags.iter().any(|f| f == name));
            Some(ThreadState::Active {
                approval: has("waitingOnApproval"),
                input: has("waitingOnUserInput"),
            })
        }
        _ => None,
    }
}

/// The windows that say something.
pub(super) fn limits(limits: &Value) -> Option<RateLimitsChanged> {
    let windows: Vec<_> = ["primary", "secondary"]
        .into_iter()
        .filter_map(|name| {
            let window = &limits[name];
            let used = window["usedPercent"].as_i64()?;
            let whole = |value: &Value| u32::try_from(value.as_i64()?).ok();
            Some(RateLimit {
                // A limit of its own that some models have.
                name: match limits["limitId"].as_str() {
                    Some(id) if id != "codex" => format!("{id} {name}").chars().take(80).collect(),
                    _ => name.to_owned(),
                },
                used: u32::try_from(used.max(0)).unwrap_or(u32::MAX),
                minutes: whole(&window["windowDurationMins"]),
                resets: window["resetsAt"]
                    .as_i64()
                    .map(|seconds| Wall(seconds.saturating_mul(1000))),
            })
        })
        .collect();
    (!windows.is_empty()).then_some(RateLimitsChanged { windows })
}
