//! Which thread a Codex works on, by the files it holds open and by its title.
//!
//! An embedded Codex keeps the lock of its thread open from its start, and the
//! rollout from the first prompt. A file name is all that is compared here; a
//! lock that nobody holds open says nothing, since they stay behind.

use crate::ingress::rollouts::name;
use events::SessionId;
use serde::Deserialize;
use std::io::{BufRead as _, BufReader, Read as _};
use std::path::{Path, PathBuf};

/// The threads one Codex holds open.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Held(Vec<Thread>);

#[derive(Debug, PartialEq, Eq)]
struct Thread {
    id: String,
    rollout: Option<PathBuf>,
}

impl Held {
    /// Picks the threads out of a list of open files. A thread of another `CODEX_HOME` is
    /// another one, whatever its id: it is known by its file.
    pub(crate) fn among<'a>(
        codex_home: &Path,
        files: impl IntoIterator<Item = &'a PathBuf>,
    ) -> Self {
        let ours = folders(codex_home);
        let mut held = Self::default();
        for file in files {
            let Some((mut id, rollout)) = thread_of(file) else {
                continue;
            };
            if !ours.iter().any(|folder| file.starts_with(folder)) {
                id = file.display().to_string();
            }
            let at = held.0.iter().position(|thread| thread.id == id);
            let at = at.unwrap_or_else(|| {
                held.0.push(Thread { id, rollout: None });
                held.0.len() - 1
            });
            held.0[at].rollout = held.0[at].rollout.take().or(rollout);
        }
        held
    }

    /// Whether the session's own thread is among them.
    pub(crate) fn holds(&self, session: &SessionId) -> bool {
        self.0.iter().any(|thread| thread.id == session.as_str())
    }

    /// The threads that a person could be looking at: all but those whose
    /// rollout says that another thread made them.
    /// Each with whether its rollout was begun.
    pub(crate) fn visible(&self) -> impl Iterator<Item = (&str, bool)> {
        let visible = self.0.iter().filter(|thread| !thread.is_made_by_another());
        visible.map(|thread| (thread.id.as_str(), thread.rollout.is_some()))
    }
}

impl Thread {
    fn is_made_by_another(&self) -> bool {
        self.rollout.as_deref().is_some_and(is_made_by_another)
    }
}

/// Where the files of this `CODEX_HOME` are, links resolved: a process is known to have
/// open what a link leads to.
fn folders(codex_home: &Path) -> Vec<PathBuf> {
    let folders = ["", "sessions", "thread-writer-locks"].map(|name| codex_home.join(name));
    let real = folders
        .iter()
        .filter_map(|folder| folder.canonicalize().ok());
    real.chain([codex_home.to_owned()]).collect()
}

/// `thread-writer-locks/ID.lock`, or `rollout-TIME-ID.jsonl`.
fn thread_of(file: &Path) -> Option<(String, Option<PathBuf>)> {
    let name = file.file_name()?.to_str()?;
    if let Some(id) = name.strip_suffix(".lock") {
        let folder = file.parent()?.file_name()?;
        return (folder == "thread-writer-locks").then(|| (id.to_owned(), None));
    }
    let thread = name::thread_of(file)?;
    let id = thread.as_str();
    name::is_uuid(id).then(|| (id.to_owned(), Some(file.to_owned())))
}

#[derive(Deserialize)]
struct Head {
    payload: Meta,
}

#[derive(Deserialize)]
struct Meta {
    #[serde(default)]
    source: serde_json::Value,
    #[serde(default)]
    thread_source: Option<String>,
}

/// Reads the head of a rollout. What cannot be read counts as the owner's, for
/// then it stands in the way of a proof.
fn is_made_by_another(rollout: &Path) -> bool {
    let Ok(file) = std::fs::File::open(rollout) else {
        return false;
    };
    let mut line = Vec::new();
    let mut reader = BufReader::new(file.take(1024 * 1024));
    if reader.read_until(b'\n', &mut line).is_err() {
        return false;
    }
    serde_json::from_slice::<Head>(&line).is_ok_and(|head| {
        head.payload.source.get("subagent").is_some()
            || head.payload.thread_source.as_deref() == Some("subagent")
    })
}

/// What a pane's title says about its thread.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Titled {
    /// It names the session.
    This,
    /// It names another, or several.
    Another,
    /// It names none.
    None,
}

/// Codex cuts the id to 29 characters; the first 13 are the time and the same
/// for threads made in one millisecond, so a shorter piece names nobody.
const SHORTEST: usize = 20;

/// Reads the title's items, `Ready | 01a203cb-6906-7a82-8fcb-429f6... | name`.
/// Only a whole item counts: a thread's name may quote an id.
pub(super) fn titled(title: &str, session: &SessionId) -> Titled {
    let ids: Vec<&str> = title
        .split(" | ")
        .map(|item| item.trim_matches(|c: char| !c.is_ascii_alphanumeric()))
        .filter(|item| item.len() >= SHORTEST && name::is_uuid_start(item))
        .collect();
    match ids.as_slice() {
        [] => Titled::None,
        [id] if session.as_str().starts_with(id) => Titled::This,
        _ => Titled::Another,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "01a203cb-6906-7a82-8fcb-429f6aaaaaaa";
    const OTHER: &str = "01a203cb-6906-7a82-9fcb-429f6bbbbbbb";

    #[test]
    fn a_title_names_a_thread_by_a_whole_item() {
        let session = SessionId::parse(ID).expect("id");
        for (title, expected) in [
            (
                "Ready | 01a203cb-6906-7a82-8fcb-429f6... | name",
                Titled::This,
            ),
            ("⠋ 01a203cb-6906-7a82-8fcb-429f6… | name", Titled::This),
            (
                "[ ! ] Action Required | 01a203cb-6906-7a82-8fcb-429f6...",
                Titled::This,
            ),
            (ID, Titled::This),
            (
                "Ready | 01a203cb-6906-7a82-9fcb-429f6... | name",
                Titled::Another,
            ),
            (
                "01a203cb-6906-7a82-8fcb-429f6... | 01a203cb-6906-7a82-9fcb-429f6...",
                Titled::Another,
            ),
            ("Ready | 01a203cb-6906-7a8... | name", Titled::None),
            (
                "⠋ look into 01a203cb-6906-7a82-8fcb-429f6aaaaaaa | lab",
                Titled::None,
            ),
            ("", Titled::None),
        ] {
            assert_eq!(titled(title, &session), expected, "{title}");
        }
    }

    #[test]
    fn threads_are_read_from_file_names() {
        let files = [
            format!("/h/thread-writer-locks/{ID}.lock"),
            format!("/h/sessions/2026/11/22/rollout-2026-11-22T14-55-01-{ID}.jsonl"),
            format!("/h/sessions/rollout-2026-11-22T15-55-01-{ID}_{OTHER}.jsonl"),
            format!("/elsewhere/{OTHER}.lock"),
            "/h/sessions/rollout-short.jsonl".to_owned(),
            "/dev/null".to_owned(),
        ];
        let files = files.map(PathBuf::from);
        let elsewhere = Held::among(Path::new("/other"), &files);
        assert!(!elsewhere.holds(&SessionId::parse(ID).expect("id")));
        assert_eq!(elsewhere.visible().count(), 3);
        let held = Held::among(Path::new("/h"), &files);
        assert_eq!(held.visible().collect::<Vec<_>>(), [(ID, true)]);
        assert!(held.holds(&SessionId::parse(ID).expect("id")));
        assert!(!held.holds(&SessionId::parse(OTHER).expect("id")));
    }

    #[test]
    fn a_thread_made_by_another_is_not_looked_at() {
        let dir = tempfile::tempdir().expect("dir");
        let rollout = |id: &str, source: &str| {
            let path = dir
                .path()
                .join(format!("rollout-2026-11-22T14-55-01-{id}.jsonl"));
            let line =
                format!("{{\"type\":\"session_meta\",\"payload\":{{\"source\":{source}}}}}\n");
            std::fs::write(&path, line).expect("written");
            path
        };
        let own = rollout(ID, "\"cli\"");
        let sub = rollout(OTHER, "{\"subagent\":{\"thread_spawn\":{}}}");
        let held = Held::among(dir.path(), &[own, sub]);
        assert_eq!(held.visible().collect::<Vec<_>>(), [(ID, true)]);
    }
}
