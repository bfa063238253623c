//! Why chat.db cannot be read, as a sentence for the owner: which step, what
//! the system answered, what it means and what to do. Nothing is lost by a
//! fault: the cursor stays where it was.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

/// What was being done to the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Finding and opening it.
    Open,
    /// Asking it for its tables and columns.
    Probe,
    /// Reading rows.
    Read,
}

/// chat.db could not be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The step that failed.
    pub step: Step,
    /// The file.
    pub path: PathBuf,
    /// The system's error number, when the file itself could not be reached.
    pub errno: Option<i32>,
    /// The extended result code of `SQLite`, when that is what failed.
    pub sqlite: Option<i32>,
    answer: String,
}

impl Fault {
    pub(super) fn io(path: &Path, error: &io::Error) -> Self {
        Self {
            step: Step::Open,
            path: path.to_owned(),
            errno: error.raw_os_error(),
            sqlite: None,
            answer: error.to_string(),
        }
    }

    pub(super) fn sqlite(step: Step, path: &Path, error: &rusqlite::Error) -> Self {
        Self {
            step,
            path: path.to_owned(),
            errno: None,
            sqlite: error.sqlite_error().map(|e| e.extended_code),
            answer: error.to_string(),
        }
    }

    pub(super) fn schema(path: &Path, missing: &str) -> Self {
        Self {
            step: Step::Probe,
            path: path.to_owned(),
            errno: None,
            sqlite: None,
            answer: format!("it has no {missing}, so it is not a database of Messages"),
        }
    }

    /// Somebody holds the database for a moment: the next poll may simply work.
    pub fn passing(&self) -> bool {
        self.sqlite.is_some_and(|code| matches!(code & 0xff, 5 | 6))
    }

    /// macOS keeps the file from this program, or it may be that.
    fn permission(&self) -> bool {
        matches!(self.errno, Some(1 | 13))
            || self
                .sqlite
                .is_some_and(|code| matches!(code & 0xff, 3 | 14 | 23))
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = match self.step {
            Step::Open => "could not be opened",
            Step::Probe => "could not be understood",
            Step::Read => "could not be read",
        };
        write!(
            f,
            "chat.db at {} {what}: {}",
            self.path.display(),
            self.answer
        )?;
        if let Some(code) = self.sqlite {
            write!(f, " (SQLite code {code})")?;
        }
        f.write_str(". No message is lost: reading goes on where it stopped.")?;
        if self.permission() {
            f.write_str(
                " Grant Full Disk Access to this program in System Settings > Privacy & Security > \
                 Full Disk Access; if it is listed already, switch it off and on again.",
            )?;
        } else if self.errno == Some(2) {
            f.write_str(" Sign in to Messages once on this Mac, or set CODEX_IMESSAGE_CHAT_DB.")?;
        }
        Ok(())
    }
}

impl std::error::Error for Fault {}
