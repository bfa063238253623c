//! What a record says about work that was done: commands that ran, files that were
//! patched. It is recorded in three forms over the versions of Codex: the model's call and its
//! output, an event of its own, an item. The call's name says which belong together.

use super::head;
use super::payload::payload;
use super::time;
use crate::ingress::cut::whole_words;
use events::id::SessionId;
use events::time::Wall;
use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::Value;
use std::collections::BTreeMap;

/// Most characters of a command that are kept, and of what it printed.
const KEPT: usize = 2_000;
const OUTPUT: usize = 16_000;

/// Work that a record tells of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Work {
    /// The model asked for a command.
    Called {
        /// The call.
        call: String,
        /// The command.
        command: String,
    },
    /// A call of the model's got its output.
    Output {
        /// The call.
        call: String,
        /// How its command ended, where the output says so.
        exit: Option<i32>,
        /// The end of what it printed.
        tail: String,
    },
    /// A command ran to its end.
    Ran {
        /// The call.
        call: String,
        /// The command.
        command: String,
        /// How it ended; `None`: it was not run.
        exit: Option<i32>,
        /// The end of what it printed.
        tail: String,
    },
    /// Files were patched.
    Patched {
        /// The call.
        call: String,
        /// The files.
        files: Vec<Patched>,
    },
}

/// A file that was patched.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Patched {
    /// Its path, as Codex names it.
    pub path: String,
    /// Lines added.
    pub added: u64,
    /// Lines removed.
    pub removed: u64,
}

/// What a line tells, and when it was written.
pub fn work(line: &[u8], session: &SessionId) -> Option<(Wall, Work)> {
    let head = head::of(line)?;
    let at = time::parse(&head.timestamp).unwrap_or(Wall(0));
    let work = match (&*head.record, &*head.payload) {
        ("event_msg", "item_completed") => item(line, session),
        ("event_msg", "exec_command_end") => ran(payload(line).ok()?),
        ("event_msg", "patch_apply_end") => patched(payload(line).ok()?),
        ("response_item", "function_call") => called(line),
        ("response_item", "function_call_output") => output(line),
        _ => None,
    };
    work.map(|work| (at, work))
}

#[derive(Deserialize)]
struct Ended {
    #[serde(alias = "call_id", alias = "id")]
    call: String,
    command: Option<Value>,
    exit_code: Option<i32>,
    #[serde(default)]
    status: String,
    #[serde(default)]
    aggregated_output: Option<String>,
}

fn ran(ended: Ended) -> Option<Work> {
    let declined = matches!(ended.status.as_str(), "declined" | "rejected");
    Some(Work::Ran {
        command: words(&ended.command?)?,
        exit: ended.exit_code.filter(|_| !declined),
        tail: tail(&ended.aggregated_output.unwrap_or_default()),
        call: ended.call,
    })
}

#[derive(Deserialize)]
struct Applied {
    #[serde(alias = "call_id", alias = "id")]
    call: String,
    #[serde(default)]
    changes: BTreeMap<String, Change>,
    success: Option<bool>,
    #[serde(default)]
    status: Option<String>,
}

#[derive(Deserialize)]
struct Change {
    #[serde(rename = "type")]
    kind: Option<String>,
    content: Option<String>,
    unified_diff: Option<String>,
    // Older versions: the kind is the name of the one field.
    add: Option<Box<Change>>,
    delete: Option<Box<Change>>,
    update: Option<Box<Change>>,
}

fn patched(applied: Applied) -> Option<Work> {
    let failed = applied.success == Some(false)
        || applied.status.is_some_and(|status| status != "completed");
    if failed || applied.changes.is_empty() {
        return None;
    }
    let file = |(path, change): (String, Change)| {
        let (added, removed) = counts(&change);
        Patched {
            path,
            added,
            removed,
        }
    };
    Some(Work::Patched {
        call: applied.call,
        files: applied.changes.into_iter().map(file).collect(),
    })
}

fn counts(change: &Change) -> (u64, u64) {
    let lines = |text: &Option<String>| text.as_ref().map_or(0, |text| text.lines().count() as u64);
    if let Some(inner) = &change.add {
        return (lines(&inner.content), 0);
    }
    if let Some(inner) = &change.delete {
        return (0, lines(&inner.content));
    }
    if let Some(inner) = &change.update {
        return counts(inner);
    }
    match change.kind.as_deref() {
        Some("add") => (lines(&change.content), 0),
        Some("delete") => (0, lines(&change.content)),
        _ => {
            let diff = change.unified_diff.as_deref().unwrap_or_default();
            // The names of the file may stand above the first part.
            let parts = diff.lines().skip_while(|line| !line.starts_with("@@"));
            let begins = |mark: char| {
                let lines = parts.clone().filter(|line| line.starts_with(mark));
                lines.count() as u64
            };
            (begins('+'), begins('-'))
        }
    }
}

fn item(line: &[u8], session: &SessionId) -> Option<Work> {
    #[derive(Deserialize)]
    struct Finished<I> {
        thread_id: Option<String>,
        item: I,
    }
    #[derive(Deserialize)]
    struct Tag {
        #[serde(rename = "type")]
        tag: String,
    }
    let head: Finished<Tag> = payload(line).ok()?;
    if head.thread_id.is_some_and(|id| id != session.as_str()) {
        return None;
    }
    match head.item.tag.as_str() {
        "CommandExecution" => ran(payload::<Finished<Ended>>(line).ok()?.item),
        "FileChange" => patched(payload::<Finished<Applied>>(line).ok()?.item),
        _ => None,
    }
}

fn called(line: &[u8]) -> Option<Work> {
    #[derive(Deserialize)]
    struct Invoked {
        name: String,
        call_id: String,
        arguments: String,
    }
    let call: Invoked = payload(line).ok()?;
    let runs = matches!(
        call.name.as_str(),
        "exec_command" | "shell" | "shell_command" | "container.exec" | "local_shell"
    );
    if !runs {
        return None;
    }
    let arguments: Value = serde_json::from_str(&call.arguments).ok()?;
    let command = arguments.get("cmd").or_else(|| arguments.get("command"))?;
    Some(Work::Called {
        call: call.call_id,
        command: words(command)?,
    })
}

fn output(line: &[u8]) -> Option<Work> {
    #[derive(Deserialize)]
    struct Closed {
        call_id: Option<String>,
        output: Option<Value>,
    }
    let closed: Closed = payload(line).ok()?;
    let said = closed.output?;
    let text = said
        .as_str()
        .or_else(|| said.get("content").and_then(Value::as_str))?;
    Some(Work::Output {
        call: closed.call_id?,
        exit: exit(text),
        tail: tail(text),
    })
}

/// `Process exited with code 1`, `Exit code: 1`, `{"metadata":{"exit_code":1}}`.
fn exit(text: &str) -> Option<i32> {
    #[derive(Deserialize)]
    struct Old {
        metadata: Code,
        #[allow(dead_code, reason = "what has both is such an output")]
        output: IgnoredAny,
    }
    #[derive(Deserialize)]
    struct Code {
        exit_code: i32,
    }
    if text.starts_with('{') {
        let old: Option<Old> = serde_json::from_str(text).ok();
        return old.map(|old| old.metadata.exit_code);
    }
    let said = ["Process exited with code ", "Exit code: "];
    text.lines().take(6).find_map(|line| {
        let code = said.iter().find_map(|said| line.strip_prefix(said))?;
        code.trim().parse().ok()
    })
}

/// A command as a person would type it: without the shell that is handed it.
fn words(command: &Value) -> Option<String> {
    let text = match command {
        Value::String(text) => text.clone(),
        Value::Array(words) => {
            let words: Vec<&str> = words.iter().filter_map(Value::as_str).collect();
            match words.as_slice() {
                [shell, flag, command] if shell.ends_with("sh") && flag.starts_with('-') => {
                    (*command).to_owned()
                }
                words => words.join(" "),
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Object(_) => return None,
    };
    Some(whole_words(&text, KEPT).to_owned())
}

/// The end of a text.
fn tail(text: &str) -> String {
    let chars = text.chars().count();
    text.chars().skip(chars.saturating_sub(OUTPUT)).collect()
}
