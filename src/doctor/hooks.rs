//! Hooks of Codex that call this program. Set-up makes none, because `notify` needs
//! no trust; an owner may have added some. Codex silently skips hooks that it does not
//! trust. Only Codex knows whether it trusts a hook in its present form: its
//! fingerprint is never computed or written here.

use super::check::Check;
use std::path::Path;
use toml_edit::{Document, Item, TableLike};

const NAME: &str = "hooks";
const OURS: &str = "codex-imessage-control-plane";
const TRUST: &str = "in Codex, open /hooks and trust it";

/// Checks the hooks in `text`, the content of Codex's configuration `file`.
pub(super) fn check(file: &Path, text: &str) -> Check {
    let text = text.trim_start_matches('\u{feff}');
    let Ok(settings) = Document::parse(text) else {
        return Check::unknown(NAME, format!("{} is not valid TOML", file.display()));
    };
    let json = file.with_file_name("hooks.json");
    if std::fs::read_to_string(&json).is_ok_and(|text| text.contains(OURS)) {
        let evidence = format!(
            "{} calls this program; only Codex knows whether it trusts the hook",
            json.display()
        );
        return Check::unknown(NAME, evidence).then(TRUST);
    }
    let Some(hooks) = settings.get("hooks").and_then(Item::as_table_like) else {
        return none();
    };
    let ours = ours(file, hooks);
    if ours.is_empty() {
        return none();
    }
    let state = hooks.get("state").and_then(Item::as_table_like);
    let entry = |key: &String| state.and_then(|state| state.get(key)?.as_table_like());
    let trusted =
        |key: &&String| entry(key).is_some_and(|entry| entry.contains_key("trusted_hash"));
    let off = |key: &&String| {
        let enabled = entry(key).and_then(|entry| entry.get("enabled")?.as_bool());
        enabled == Some(false)
    };
    if let Some(key) = ours.iter().find(|key| !trusted(key)) {
        return Check::warn(
            NAME,
            format!("Codex does not trust {key} and skips it silently"),
            TRUST,
        );
    }
    if let Some(key) = ours.iter().find(off) {
        return Check::warn(
            NAME,
            format!("{key} is disabled"),
            "in Codex, open /hooks and enable it",
        );
    }
    let evidence = "Codex trusted the hooks that call this program; only Codex knows whether they changed since";
    Check::unknown(NAME, evidence).then("check /hooks in Codex")
}

fn none() -> Check {
    Check::ok(NAME, "no hook calls this program; `notify` needs no trust")
}

/// Codex's names for the hooks that call us: file, event, group, position.
fn ours(file: &Path, hooks: &dyn TableLike) -> Vec<String> {
    let mut found = Vec::new();
    for (event, groups) in hooks.iter().filter(|(event, _)| *event != "state") {
        for (nth, group) in tables(groups).into_iter().enumerate() {
            let members = group.get("hooks").map(tables).unwrap_or_default();
            for (at, hook) in members.into_iter().enumerate() {
                let command = hook
                    .get("command")
                    .and_then(Item::as_str)
                    .unwrap_or_default();
                if command.contains(OURS) {
                    found.push(format!("{}:{}:{nth}:{at}", file.display(), snake(event)));
                }
            }
        }
    }
    found
}

/// The tables of an array, in either TOML form.
fn tables(item: &Item) -> Vec<&dyn TableLike> {
    if let Some(array) = item.as_array_of_tables() {
        return array.iter().map(|table| table as &dyn TableLike).collect();
    }
    let array = item.as_array().into_iter().flatten();
    let tables = array.filter_map(toml_edit::Value::as_inline_table);
    tables.map(|table| table as &dyn TableLike).collect()
}

/// `SessionStart` is `session_start` in the names of hooks.
fn snake(event: &str) -> String {
    let mut name = String::new();
    for letter in event.chars() {
        if letter.is_uppercase() && !name.is_empty() {
            name.push('_');
        }
        name.extend(letter.to_lowercase());
    }
    name
}

#[cfg(test)]
mod tests {
    use super::super::Verdict;
    use super::*;

    const HOOK: &str = "[[hooks.PermissionRequest]]\nhooks = [{ type = \"command\", command = \"other\" }]\n\
        [[hooks.PermissionRequest]]\n[[hooks.PermissionRequest.hooks]]\ntype = \"command\"\n\
        command = \"/x/codex-imessage-control-plane notify\"\n";
    const STATE: &str = "[hooks.state.\"/h/config.toml:permission_request:1:0\"]\n";

    #[test]
    fn a_hook_of_ours_wants_trust_and_more_than_that_cannot_be_told() {
        let cases = [
            (String::new(), Verdict::Ok, "no hook"),
            (
                "[[hooks.Stop]]\nhooks = [{ command = \"other\" }]".into(),
                Verdict::Ok,
                "no hook",
            ),
            (
                HOOK.to_owned(),
                Verdict::Warn,
                "config.toml:permission_request:1:0",
            ),
            (
                format!("{HOOK}{STATE}trusted_hash = \"sha256:0\""),
                Verdict::Unknown,
                "only Codex",
            ),
            (
                format!("{HOOK}{STATE}trusted_hash = \"sha256:0\"\nenabled = false"),
                Verdict::Warn,
                "disabled",
            ),
            (
                format!("{HOOK}{STATE}enabled = true"),
                Verdict::Warn,
                "does not trust",
            ),
            ("hooks = 1 = 2".into(), Verdict::Unknown, "TOML"),
        ];
        for (text, verdict, evidence) in cases {
            let check = check(Path::new("/h/config.toml"), &text);
            assert_eq!(check.verdict, verdict, "{text}: {}", check.evidence);
            assert!(
                check.evidence.contains(evidence),
                "{text}: {}",
                check.evidence
            );
        }
    }
}
