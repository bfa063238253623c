//! Whether a session would come back with full access. Codex resumes a thread with the
//! permissions of its last turn, whatever its configuration says; its record holds them.

use events::outcome::Failure;
use serde::Deserialize;
use serde_json::Value;
use std::fs::File;
use std::io::{self, Read as _, Seek as _, SeekFrom};
use std::path::PathBuf;

/// Records that hold permissions.
const MARKS: [&str; 2] = ["\"turn_context\"", "\"thread_settings_applied\""];
/// The values of a policy or profile that are a sandbox.
const SANDBOXES: [&str; 3] = ["read-only", "workspace-write", "managed"];
/// How much of a record is looked through, from its end.
const MOST: u64 = 256 << 20;
const PIECE: u64 = 1 << 20;

#[derive(Deserialize)]
struct Line {
    payload: Payload,
}

#[derive(Deserialize)]
struct Payload {
    thread_settings: Option<Permissions>,
    #[serde(flatten)]
    permissions: Permissions,
}

#[derive(Default, Deserialize)]
struct Permissions {
    sandbox_policy: Option<Value>,
    permission_profile: Option<Value>,
}

/// Why the session of this record is not opened; `None`: its last turn had a sandbox.
pub(super) async fn refused_by(rollout: &str) -> Option<Failure> {
    let path = PathBuf::from(rollout);
    let found = tokio::task::spawn_blocking(move || File::open(path).and_then(last)).await;
    match found {
        Ok(Ok(Some(permissions))) if permissions.are_a_sandbox() => None,
        Ok(Ok(Some(permissions))) if permissions.are_full() => Some(Failure::Unsupported {
            what: "it had full access at the desk and would have it again, and a session opened \
                   from a phone should not. Open it at the desk, or allow it with \
                   CODEX_IMESSAGE_START_SESSIONS_WITH_FULL_ACCESS=1."
                .to_owned(),
        }),
        Ok(_) | Err(_) => Some(Failure::Unsupported {
            what: "its record does not say whether it had full access. Open it at the desk, or \
                   allow it with CODEX_IMESSAGE_START_SESSIONS_WITH_FULL_ACCESS=1."
                .to_owned(),
        }),
    }
}

/// The permissions that the record names last. It is read from its end, in pieces.
fn last(mut file: File) -> io::Result<Option<Permissions>> {
    let mut end = file.seek(SeekFrom::End(0))?;
    let least = end.saturating_sub(MOST);
    // The beginning of a line whose end was read before.
    let mut rest: Vec<u8> = Vec::new();
    while end > least {
        let start = end.saturating_sub(PIECE).max(least);
        file.seek(SeekFrom::Start(start))?;
        let mut piece = Vec::new();
        file.by_ref().take(end - start).read_to_end(&mut piece)?;
        piece.append(&mut rest);
        let whole = if start == 0 {
            0
        } else {
            match piece.iter().position(|byte| *byte == b'\n') {
                Some(at) => at + 1,
                None => piece.len(),
            }
        };
        let mut lines = piece[whole..].rsplit(|byte| *byte == b'\n');
        if let Some(found) = lines.find_map(permissions) {
            return Ok(Some(found));
        }
        piece.truncate(whole);
        rest = piece;
        end = start;
    }
    Ok(None)
}

fn permissions(line: &[u8]) -> Option<Permissions> {
    let text = std::str::from_utf8(line).ok()?;
    if !MARKS.iter().any(|mark| text.contains(mark)) {
        return None;
    }
    let payload = serde_json::from_str::<Line>(text).ok()?.payload;
    let found = payload.thread_settings.unwrap_or(payload.permissions);
    let named = found.sandbox_policy.is_some() || found.permission_profile.is_some();
    named.then_some(found)
}

impl Permissions {
    fn are_a_sandbox(&self) -> bool {
        let mut kinds = self.kinds().peekable();
        kinds.peek().is_some()
            && kinds.all(|kind| kind.is_some_and(|kind| SANDBOXES.contains(&kind)))
    }

    fn are_full(&self) -> bool {
        let full = |kind: Option<&str>| matches!(kind, Some("danger-full-access" | "disabled"));
        self.kinds().any(full)
    }

    /// What each says, `None` where that is not known.
    fn kinds(&self) -> impl Iterator<Item = Option<&str>> {
        let both = [&self.sandbox_policy, &self.permission_profile];
        both.into_iter().flatten().map(|value| {
            let kind = value.get("type").or_else(|| value.get("mode"));
            kind.unwrap_or(value).as_str()
        })
    }
}

#[cfg(test)]
mod tests {
    use super::refused_by;
    use std::io::Write as _;

    fn said(lines: &[&str]) -> Option<String> {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        for line in lines {
            writeln!(file, "{line}").unwrap();
        }
        let runtime = tokio::runtime::Builder::new_current_thread()
            .build()
            .unwrap();
        let path = file.path().to_str().unwrap().to_owned();
        let refused = runtime.block_on(refused_by(&path));
        refused.map(|failure| format!("{failure:?}"))
    }

    const READ_ONLY: &str =
        r#"{"type":"turn_context","payload":{"sandbox_policy":{"type":"read-only"}}}"#;
    const FULL: &str =
        r#"{"type":"turn_context","payload":{"permission_profile":{"type":"disabled"}}}"#;
    const OLD_FULL: &str =
        r#"{"type":"turn_context","payload":{"sandbox_policy":{"mode":"danger-full-access"}}}"#;
    const APPLIED: &str = r#"{"type":"event_msg","payload":{"type":"thread_settings_applied","thread_settings":{"permission_profile":{"type":"managed"}}}}"#;
    const OTHER: &str = r#"{"type":"event_msg","payload":{"type":"agent_message","message":"\"turn_context\" is a word"}}"#;

    #[test]
    fn the_newest_permissions_count() {
        assert_eq!(said(&[FULL, READ_ONLY, OTHER]), None);
        assert_eq!(said(&[FULL, APPLIED, OTHER, ""]), None);
        for full in [FULL, OLD_FULL] {
            let why = said(&[READ_ONLY, full, OTHER]).unwrap();
            assert!(why.contains("had full access"), "{why}");
        }
    }

    #[test]
    fn what_is_not_known_is_not_taken_for_a_sandbox() {
        let strange = r#"{"type":"turn_context","payload":{"sandbox_policy":{"type":"new"}}}"#;
        let both = r#"{"type":"turn_context","payload":{"sandbox_policy":{"type":"read-only"},"permission_profile":{"type":"new"}}}"#;
        for lines in [&[strange][..], &[both], &[OTHER], &[], &["{"]] {
            let why = said(lines).unwrap();
            assert!(why.contains("does not say"), "{lines:?}: {why}");
        }
    }

    #[test]
    fn a_long_record_is_read_in_pieces() {
        let long = format!(
            r#"{{"type":"event_msg","payload":{{"message":"{}"}}}}"#,
            "x".repeat(3 << 20)
        );
        assert_eq!(said(&[FULL, READ_ONLY, &long, OTHER]), None);
        let context = READ_ONLY.replace(
            "{\"sandbox",
            &format!("{{\"x\":\"{}\",\"sandbox", "y".repeat(2 << 20)),
        );
        assert_eq!(said(&[FULL, &context, &long]), None);
    }
}
