//! Whether Codex's configuration takes the sandbox from every session. What is
//! started from a phone runs while nobody looks, so such a session is started only
//! where the owner has said so by a setting of its own. A configuration that cannot be
//! read or understood is not taken for a sandbox.

use events::outcome::Failure;
use std::io::ErrorKind;
use std::path::Path;
use toml_edit::{Document, Item, Table, TomlError};

/// The values of `sandbox_mode` that are a sandbox.
const SANDBOXES: [&str; 2] = ["read-only", "workspace-write"];

/// Why a session is not started: `config.toml` in `codex_home` gives it full access,
/// or it is not known whether it does. No file gives nothing.
pub(super) fn refused_by(codex_home: &Path) -> Option<Failure> {
    let path = codex_home.join("config.toml");
    let text = match std::fs::read_to_string(&path) {
        Ok(text) => text,
        Err(error) if error.kind() == ErrorKind::NotFound => return None,
        Err(error) => return Some(not_known(&path, &error.to_string())),
    };
    match Document::parse(text) {
        Ok(document) => given_by(document.as_table()).map(|key| refusal(&key)),
        // The parser quotes the line that it does not understand, and a line may hold a secret.
        Err(error) => Some(not_known(&path, &place(&error))),
    }
}

/// The key that gives full access. What is set to anything but a text that is known
/// not to be full access is not taken for a sandbox.
fn given_by(config: &Table) -> Option<String> {
    if open(config.get("sandbox_mode")) {
        return Some("sandbox_mode".to_owned());
    }
    let profile = config.get("profile")?;
    let Some(name) = profile.as_str() else {
        return Some("profile".to_owned());
    };
    let chosen = config.get("profiles")?.get(name)?;
    open(chosen.get("sandbox_mode")).then(|| format!("profiles.{name}.sandbox_mode"))
}

fn open(mode: Option<&Item>) -> bool {
    mode.is_some_and(|mode| !mode.as_str().is_some_and(|mode| SANDBOXES.contains(&mode)))
}

fn place(error: &TomlError) -> String {
    let at = error.span().map_or(0, |span| span.start);
    format!("it is not valid TOML (at byte {at})")
}

fn not_known(path: &Path, why: &str) -> Failure {
    Failure::Unsupported {
        what: format!(
            "it is not known whether Codex gives every session full access, because {} cannot \
             be read: {why}. Repair that file, start the session at the desk, or allow it with \
             CODEX_IMESSAGE_START_SESSIONS_WITH_FULL_ACCESS=1.",
            path.display()
        ),
    }
}

fn refusal(key: &str) -> Failure {
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
    use super::refused_by;
    use events::outcome::Failure;

    fn said(home: &std::path::Path) -> Option<String> {
        refused_by(home).map(|failure| {
            let Failure::Unsupported { what } = failure else {
                panic!("{failure:?}");
            };
            what
        })
    }

    #[test]
    fn only_a_known_sandbox_or_none_named_lets_a_session_start() {
        let full = r#"sandbox_mode = "danger-full-access""#;
        let profile = "profile = 'p'\n[profiles.p]\nsandbox_mode = 'danger-full-access'";
        let other = "[profiles.p]\nsandbox_mode = 'danger-full-access'";
        for (text, why) in [
            (full, Some("sandbox_mode in Codex's")),
            (profile, Some("profiles.p.sandbox_mode in")),
            (other, None),
            ("sandbox_mode = 'workspace-write'", None),
            ("sandbox_mode = 'read-only'", None),
            ("sandbox_mode = 'full'", Some("sandbox_mode in")),
            ("sandbox_mode = 1", Some("sandbox_mode in")),
            ("profile = 2", Some("profile in")),
            ("approval_policy = 'never'", None),
            ("", None),
            (
                "key = 'sk-secret'\nsandbox_mode = [",
                Some("not valid TOML"),
            ),
            ("\u{feff}sandbox_mode = 'danger-full-access'", Some("")),
        ] {
            let home = tempfile::tempdir().expect("a directory");
            std::fs::write(home.path().join("config.toml"), text).expect("a file");
            let said = said(home.path());
            assert_eq!(said.is_some(), why.is_some(), "{text}: {said:?}");
            let said = said.unwrap_or_default();
            assert!(said.contains(why.unwrap_or_default()), "{text}: {said}");
            assert!(!said.contains("sk-secret"));
        }
    }

    #[test]
    fn a_file_that_cannot_be_read_is_not_a_sandbox() {
        let home = tempfile::tempdir().expect("a directory");
        assert_eq!(said(home.path()), None, "there is no file");
        let file = home.path().join("config.toml");
        std::fs::write(&file, b"model = '\xff'").expect("a file");
        assert!(said(home.path()).is_some_and(|said| said.contains("cannot be read")));
        std::fs::remove_file(&file).expect("gone");
        std::fs::create_dir(&file).expect("a directory");
        assert!(said(home.path()).is_some_and(|said| said.contains("cannot be read")));
        std::fs::remove_dir(&file).expect("gone");
        std::os::unix::fs::symlink(&file, &file).expect("a circle");
        assert!(said(home.path()).is_some_and(|said| said.contains("cannot be read")));
    }
}
