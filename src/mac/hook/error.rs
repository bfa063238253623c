//! Why a configuration file is left as it is. No sentence here repeats what stands
//! in the file, as that may be secret.

use super::text::Fault;
use crate::error::CommandError;
use std::io;
use std::path::{Path, PathBuf};

/// What went wrong. In every case the file is as it was.
#[derive(Debug, thiserror::Error)]
pub enum HookError {
    /// It is no TOML, or not what Codex takes.
    #[error("{} was not changed: {fault}", .path.display())]
    Fault {
        /// The file.
        path: PathBuf,
        /// Where and what.
        fault: Fault,
    },
    /// It cannot be read.
    #[error("cannot read {}; nothing was changed", .path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// It may not be written.
    #[error("{} is read-only; nothing was changed", .path.display())]
    ReadOnly {
        /// The file or directory.
        path: PathBuf,
        /// The line that would have been written.
        line: String,
    },
    /// It could not be written.
    #[error("cannot write {}; it was not changed", .path.display())]
    Unwritten {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// Somebody else wrote it at the same time.
    #[error("another program changed {} at the same time; nothing was changed", .path.display())]
    Changed {
        /// The file.
        path: PathBuf,
    },
    /// The program's file has another name, by which its entry would not be known again.
    #[error("this program runs as {}; nothing was changed", .path.display())]
    Renamed {
        /// Its file.
        path: PathBuf,
    },
    /// What was recorded cannot be read or kept.
    #[error("cannot use {}, the record of earlier changes; nothing was changed", .path.display())]
    Record {
        /// The record.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
}

fn parent(path: &Path) -> std::path::Display<'_> {
    path.parent().unwrap_or(path).display()
}

impl HookError {
    /// What to do next.
    pub fn hint(&self) -> String {
        match self {
            Self::Fault { .. } => "fix that line and run the command again".into(),
            Self::Unreadable { .. } => {
                "check that you own the file, that it is not a broken link, and that it is UTF-8 text"
                    .into()
            }
            Self::ReadOnly { path, line } => format!(
                "make it writable with `chmod u+w '{}'`, or put `{line}` before its first table where you keep it",
                path.display()
            ),
            Self::Unwritten { .. } => "check that the disk is not full and that you own the directory".into(),
            Self::Renamed { .. } => format!(
                "rename its file back to {}: the entry is recognised by that name",
                super::command::PROGRAM
            ),
            Self::Changed { .. } => "run the command again".into(),
            Self::Record { path, source } if source.kind() == io::ErrorKind::PermissionDenied => {
                format!("make '{}' writable for you, then run the command again", parent(path))
            }
            Self::Record { path, .. } => format!(
                "use the version of this program that wrote it, or move '{}' elsewhere",
                path.display()
            ),
        }
    }
}

/// A file that is left alone, as a command's error.
impl From<HookError> for CommandError {
    fn from(error: HookError) -> Self {
        let failure = Self::failure(error.to_string()).hint(error.hint());
        match std::error::Error::source(&error) {
            Some(source) => failure.because(source.to_string()),
            None => failure,
        }
    }
}
