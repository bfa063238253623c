//! The head of a rollout, and whose thread it says it is. What is not known to
//! be the owner's is not the owner's: Codex runs threads of its own (titles,
//! recaps), and none of those must ever reach the phone. A field that is missing
//! is replaced by what else is known, and named, so that it can be reported.

use super::payload::{Bad, payload};
use super::time;
use events::event::{SessionMeta, ThreadKind};
use events::id::SessionId;
use events::time::Wall;
use serde_json::{Map, Value};

/// What the first record of a file says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Head {
    /// The thread; `None` where the file's name has to tell it.
    pub(super) thread: Option<SessionId>,
    /// Another thread's history may stand below, with times of its own.
    pub(super) copied: bool,
    /// The rest. The path is left to who knows the file.
    pub(super) meta: SessionMeta,
    /// Fields that it should have and does not.
    pub(super) lacks: Vec<&'static str>,
}

/// Reads a `session_meta` line that was written at `at`.
pub(super) fn read(line: &[u8], at: Wall) -> Result<Head, Bad> {
    let fields: Map<String, Value> = payload(line)?;
    let text = |key: &str| fields.get(key).and_then(Value::as_str);
    let mut lacks = Vec::new();
    let mut have = |key: &'static str, value: Option<&str>| {
        if value.is_none() {
            lacks.push(key);
        }
        value.unwrap_or_default().to_owned()
    };
    let thread = have("id", text("id"));
    let cwd = have("cwd", text("cwd"));
    let version = have("cli_version", text("cli_version"));
    let created = have("timestamp", text("timestamp"));
    let null = Value::Null;
    let source = fields.get("source").unwrap_or(&null);
    let thread_source = fields.get("thread_source").unwrap_or(&null);
    let kind = kind(source, thread_source);
    if source.is_null() && thread_source.is_null() {
        lacks.push("source");
    } else if !is_told_apart(kind, source, thread_source) {
        lacks.push("a known source");
    }
    let forked = fields.get("forked_from_id").is_some_and(|id| !id.is_null());
    let own = fields.get("history_base").is_some_and(|at| !at.is_null());
    Ok(Head {
        thread: SessionId::parse(&thread),
        copied: forked && !own,
        meta: SessionMeta {
            kind,
            cwd,
            version,
            path: String::new(),
            created: time::parse(&created).unwrap_or(at),
        },
        lacks,
    })
}

/// `cli` is an embedded TUI, `vscode` a TUI of the daemon or another client of
/// the app-server. Up to 0.125 there is no `thread_source`, only users' threads
/// and those whose source is an object.
pub fn kind(source: &Value, thread_source: &Value) -> ThreadKind {
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
        // Another client's own, `{"custom": …}`.
        None if thread == Some("user") && source.get("internal").is_none() => ThreadKind::Owner,
        Some(_) if thread == Some("subagent") => ThreadKind::Subagent,
        _ => ThreadKind::Internal,
    }
}

/// What `thread_source` says of threads that are Codex's own.
const CODEX_OWN: [&str; 6] = [
    "subagent",
    "title",
    "recap",
    "review",
    "guardian",
    "memory_consolidation",
];

/// Whether it is known whose a thread is. One that only may be the owner's is silent,
/// and the owner has to hear that.
fn is_told_apart(kind: ThreadKind, source: &Value, thread_source: &Value) -> bool {
    let users = matches!(kind, ThreadKind::Owner | ThreadKind::Exec);
    let inside = ["subagent", "internal"]
        .iter()
        .any(|key| source.get(key).is_some());
    let own = thread_source
        .as_str()
        .is_some_and(|of| CODEX_OWN.contains(&of));
    users || inside || own || source.as_str() == Some("mcp")
}
