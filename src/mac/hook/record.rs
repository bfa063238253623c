//! What set-up changed in Codex's configuration, kept in the state directory: the
//! exact text before and after each change, to undo it, and the notifier that runs
//! after ours. Versioned; a version that is not known is never overwritten.

use super::command::Argv;
use super::text::Edit;
use crate::store::files;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use std::io;
use std::path::Path;

/// The name of its file.
pub(super) const FILE: &str = "notify-hook.json";
const VERSION: u32 = 1;

/// What is remembered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Record {
    version: u32,
    /// SHA-256 of the whole text as set-up found it. A record stands before the changes do,
    /// and behind their undoing: who was cut off between leaves that text.
    #[serde(default)]
    found: String,
    /// SHA-256 of the whole text as set-up left it.
    written: String,
    /// There was no file before.
    pub created: bool,
    /// What undoes the changes in that text.
    pub edits: Vec<Edit>,
    /// What runs after us.
    pub chain: Option<Argv>,
}

impl Record {
    /// The record of having made `after` of `before` by these edits.
    pub(super) fn of(before: &str, after: &str, edits: Vec<Edit>) -> Self {
        Self {
            version: VERSION,
            found: digest(before),
            written: digest(after),
            created: false,
            edits,
            chain: None,
        }
    }

    /// The text has none of the changes.
    pub(super) fn is_before(&self, text: &str) -> bool {
        self.found == digest(text)
    }

    /// Nothing has changed in the text since.
    pub(super) fn is_of(&self, text: &str) -> bool {
        self.written == digest(text)
    }

    /// The same without a notifier that runs after us.
    pub(super) fn unchained(self) -> Self {
        Self {
            chain: None,
            ..self
        }
    }

    /// Reads it; `None` if nothing is recorded.
    pub(super) fn load(state: &Path) -> io::Result<Option<Self>> {
        let bytes = match std::fs::read(state.join(FILE)) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error),
        };
        let record: Self = serde_json::from_slice(&bytes)?;
        if record.version != VERSION {
            return Err(io::Error::other(format!(
                "it has version {}, but only version {VERSION} is supported",
                record.version
            )));
        }
        Ok(Some(record))
    }

    /// Keeps it.
    pub(super) fn save(&self, state: &Path) -> io::Result<()> {
        files::private_dir(state)?;
        files::replace(state, FILE, &serde_json::to_vec_pretty(self)?)
    }

    /// Forgets it.
    pub(super) fn forget(state: &Path) -> io::Result<()> {
        match std::fs::remove_file(state.join(FILE)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            Ok(()) | Err(_) => files::sync_dir(state),
        }
    }
}

fn digest(text: &str) -> String {
    use std::fmt::Write as _;
    let mut hex = String::new();
    for byte in Sha256::digest(text.as_bytes()) {
        // Writing to a text cannot fail.
        let _ = write!(hex, "{byte:02x}");
    }
    hex
}
