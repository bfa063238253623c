//! Whether Codex's configuration takes the sandbox from every session. What is
//! started from a phone runs while nobody looks, so such a session is started only
//! where the owner has said so by a setting of its own.

use events::outcome::Failure;
use std::path::Path;
use toml_edit::{Document, Item};

/// The value of `sandbox_mode` that is no sandbox.
const NONE: &str = "danger-full-access";

/// The key of `config.toml` in `codex_home` that gives full access. A file that
/// does not parse gives nothing: Codex does not start with it.
pub(super) fn given_by(codex_home: &Path) -> Option<String> {
    let text = std::fs::read_to_string(codex_home.join("config.toml")).ok()?;
    let document = Document::parse(text).ok()?;
    let mode = |item: Option<&Item>| item.and_then(Item::as_str).is_some_and(|m| m == NONE);
    if mode(document.get("sandbox_mode")) {
        return Some("sandbox_mode".to_owned());
    }
    let profile = document.get("profile")?.as_str()?;
    let chosen = document.get("profiles")?.get(profile)?;
    mode(chosen.get("sandbox_mode")).then(|| format!("profiles.{profile}.sandbox_mode"))
}

/// Why a session is not started.
pub(super) fn refusal(key: &str) -> Failure {
    Failure::Unsupported {
        what: format!(
            "{key} in Codex's config.toml gives every session full access, and a session \
             started from a phone should not have it. Start it at the desk, change that key, \
             or allow it with CODEX_IMESSAGE_START_SESSIONS_WITH_FULL_ACCESS=1."
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::given_by;

    #[test]
    fn only_a_missing_sandbox_is_full_access() {
        let full = r#"sandbox_mode = "danger-full-access""#;
        let profile = "profile = 'p'\n[profiles.p]\nsandbox_mode = 'danger-full-access'";
        let other = "[profiles.p]\nsandbox_mode = 'danger-full-access'";
        for (text, key) in [
            (full, Some("sandbox_mode")),
            (profile, Some("profiles.p.sandbox_mode")),
            (other, None),
            ("sandbox_mode = 'workspace-write'", None),
            ("approval_policy = 'never'", None),
            ("sandbox_mode = [", None),
            ("", None),
        ] {
            let home = tempfile::tempdir().expect("a directory");
            std::fs::write(home.path().join("config.toml"), text).expect("a file");
            assert_eq!(given_by(home.path()).as_deref(), key, "{text}");
        }
        let nowhere = tempfile::tempdir().expect("a directory");
        assert_eq!(given_by(nowhere.path()), None);
    }
}
