//! May Codex have more permissions?

use super::request::{Asked, Words, choice, said};
use events::Text;
use events::prompt::{Meaning, PermissionsPrompt, PromptBody};
use serde::Deserialize;
use serde_json::{Value, json};

#[derive(Deserialize)]
struct Params {
    permissions: Value,
    #[serde(default)]
    reason: Option<String>,
    #[serde(default)]
    cwd: Option<String>,
}

pub(super) fn asked(params: &Value) -> Option<Asked> {
    let given = Params::deserialize(params).ok()?;
    let wants = lines(&given.permissions)?;
    // What is granted is what was asked for, to the letter.
    let grant = |scope: &str| json!({"permissions": given.permissions, "scope": scope});
    let choices = vec![
        (choice(Meaning::Accept, "Yes, for this turn"), grant("turn")),
        (
            choice(Meaning::AcceptForSession, "Yes, for this session"),
            grant("session"),
        ),
        (
            choice(Meaning::Decline, "No, and Codex goes on without it"),
            json!({"permissions": {}}),
        ),
    ];
    Some(Asked {
        body: PromptBody::Permissions(PermissionsPrompt {
            wants,
            reason: said(given.reason),
            cwd: given.cwd,
        }),
        choices,
        words: Words::None,
        whole: true,
    })
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Profile {
    #[serde(default)]
    network: Option<Network>,
    #[serde(default, rename = "fileSystem")]
    files: Option<Files>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Network {
    #[serde(default)]
    enabled: Option<bool>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Files {
    #[serde(default)]
    read: Option<Vec<String>>,
    #[serde(default)]
    write: Option<Vec<String>>,
    #[serde(default)]
    entries: Option<Vec<Value>>,
    #[serde(default, rename = "globScanMaxDepth")]
    _depth: Option<i64>,
}

/// What is wanted, one to a line; `None` where any of it is not understood: nobody is
/// asked to grant what they were not shown.
pub(super) fn lines(profile: &Value) -> Option<Vec<Text>> {
    let profile = Profile::deserialize(profile).ok()?;
    let mut lines = Vec::new();
    if profile.network.and_then(|network| network.enabled) == Some(true) {
        lines.push("network access".to_owned());
    }
    if let Some(files) = profile.files {
        let read = files.read.unwrap_or_default();
        lines.extend(read.iter().map(|path| format!("read {path}")));
        let write = files.write.unwrap_or_default();
        lines.extend(write.iter().map(|path| format!("write {path}")));
        for entry in files.entries.unwrap_or_default() {
            lines.push(self::entry(&entry)?);
        }
    }
    // The same is often said twice, in an older and in a newer way.
    let mut known = std::collections::BTreeSet::new();
    lines.retain(|line| known.insert(line.clone()));
    Some(lines.into_iter().map(Text::from).collect())
}

fn entry(entry: &Value) -> Option<String> {
    let access = entry.get("access")?.as_str()?;
    let path = entry.get("path")?;
    let place = match path.as_str() {
        Some(path) => path.to_owned(),
        None => match path.get("type")?.as_str()? {
            "path" => path.get("path")?.as_str()?.to_owned(),
            // Patterns and special places, as the server writes them.
            _ => path.to_string(),
        },
    };
    Some(format!("{access} {place}"))
}
