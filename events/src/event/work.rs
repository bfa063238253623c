//! What a turn did, counted from its records.

use crate::id::{SessionId, TurnId};
use crate::private::Text;
use serde::{Deserialize, Serialize};

/// See [`super::Event::TurnWorked`]. It comes before the end of the turn, and only where
/// there is something to tell.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TurnWorked {
    /// The session.
    pub session: SessionId,
    /// Offset before the record of the end.
    pub offset: u64,
    /// The turn; `None` when the record does not name it.
    pub turn: Option<TurnId>,
    /// What it did.
    pub work: TurnWork,
}

/// What a turn did.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TurnWork {
    /// Files that were patched, the most changed first.
    pub files: Vec<FileWork>,
    /// Further files that are not named.
    pub more_files: u32,
    /// Different commands that ran.
    pub ran: u32,
    /// Commands whose last run failed, in the order of that run.
    pub failed: Vec<FailedCommand>,
    /// The newest run of tests whose output can be read.
    pub tests: Option<TestRun>,
    /// Commits that were made.
    pub commits: Vec<Commit>,
    /// Pull requests that were opened or named by the program that opens them.
    pub links: Vec<Text>,
    /// How long it took, in milliseconds.
    pub millis: u64,
    /// Tokens it used, without those that were cached.
    pub tokens: u64,
}

/// A file that was patched.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileWork {
    /// Its path, below the session's directory where it lies there.
    pub path: Text,
    /// Lines added.
    pub added: u64,
    /// Lines removed.
    pub removed: u64,
}

/// A command that failed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FailedCommand {
    /// The command, redacted.
    pub command: Text,
    /// Its exit code.
    pub exit: i32,
}

/// What a run of tests said.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TestRun {
    /// Tests that passed.
    pub passed: u64,
    /// Tests that failed.
    pub failed: u64,
}

/// A commit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Commit {
    /// The beginning of its name.
    pub hash: String,
    /// Its subject, redacted.
    pub subject: Text,
}

impl TurnWork {
    /// Whether the owner would want to know any of it.
    pub const fn is_worth_knowing(&self) -> bool {
        let quiet = self.files.is_empty()
            && self.failed.is_empty()
            && self.tests.is_none()
            && self.commits.is_empty()
            && self.links.is_empty();
        !quiet || self.millis >= 60_000
    }
}
