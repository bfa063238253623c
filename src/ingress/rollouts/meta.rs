//! The head of a rollout, and whose thread it says it is. What is not known to
//! be the owner's is not the owner's: Codex runs threads of its own (titles,
//! recaps), and none of those must ever reach the phone.

use super::parse::{Bad, payload};
use super::time;
use events::input::{RolloutFact, SessionMeta, ThreadKind};
use serde::Deserialize;
use serde_json::Value;

#[derive(Deserialize)]
struct Meta {
    timestamp: String,
    cwd: String,
    #[serde(default)]
    cli_version: String,
    #[serde(default)]
    source: Value,
    #[serde(default)]
    thread_source: Value,
}

/// Reads a `session_meta` line. The path is left to who knows the file.
pub(super) fn fact(line: &[u8]) -> Result<RolloutFact, Bad> {
    let meta: Meta = payload(line)?;
    Ok(RolloutFact::Meta(SessionMeta {
        kind: kind(&meta.source, &meta.thread_source),
        cwd: meta.cwd,
        version: meta.cli_version,
        path: String::new(),
        created: time::parse(&meta.timestamp).ok_or(Bad)?,
    }))
}

/// `cli` is an embedded TUI, `vscode` a TUI of the daemon or another client of
/// the app-server. Up to 0.125 there is no `thread_source`, only users' threads
/// and those whose source is an object.
fn kind(source: &Value, thread_source: &Value) -> ThreadKind {
    let thread = thread_source.as_str();
    let users = thread_source.is_null() || thread == Some("user");
    if let Some(sub) = source.get("subagent") {
        return match sub.as_str() {
            Some("review") => ThreadKind::Review,
            None if sub.get("thread_spawn").is_some() => ThreadKind::Subagent,
            _ => ThreadKind::Internal,
        };
    }
    match source.as_str() {
        _ if source.is_null() && users => ThreadKind::Owner,
        Some("exec") if users => ThreadKind::Exec,
        Some("cli" | "vscode") if users => ThreadKind::Owner,
        Some(_) if thread == Some("user") => ThreadKind::Owner,
        Some(_) if thread == Some("subagent") => ThreadKind::Subagent,
        _ => ThreadKind::Internal,
    }
}
