//! What can go wrong with the log, as people are told it: what happened, what
//! was kept, and (the hint) what to do next.

use events::Seq;
use events::codec::{DecodeError, EncodeError};
use std::io;

/// Why the log cannot be opened, read or appended to.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StoreFault {
    /// No space left.
    #[error("the disk is full: {doing} failed; everything acknowledged before is kept")]
    Full { doing: &'static str },
    /// The system refused.
    #[error("{doing} failed: {why}; everything acknowledged before is kept")]
    Io { doing: &'static str, why: String },
    /// The bytes on disk are not what was written.
    #[error("the log is damaged: {what}; its files are kept as they are")]
    Corrupt { what: String },
    /// The system does not give a file of it back, and will not the next time.
    #[error("the log cannot be read: {what}; its files are kept as they are")]
    Unreadable { what: String },
    /// Another process has it.
    #[error("the log is held by another process{}", holder(*.pid))]
    Locked { pid: Option<u32> },
    /// It holds what this version does not know.
    #[error("{0}; nothing was changed")]
    Newer(DecodeError),
    /// The batch cannot be written; the log is as before.
    #[error("{0}; nothing was written")]
    TooLarge(EncodeError),
    /// The batch does not stand behind the newest entry; the log is as before.
    #[error(
        "a batch for position {found} was offered where {expected} is next; nothing was written"
    )]
    Misnumbered { expected: Seq, found: Seq },
    /// There is something already.
    #[error("there is a log already, up to entry {last}; nothing was changed")]
    NotEmpty { last: Seq },
    /// The log that was built anew is not what it has to be; it was thrown away.
    #[error("{why}; the log stays as it was")]
    Refused { why: String },
    /// An earlier error closed it for this process.
    #[error("the log was closed after an error; everything acknowledged before is kept")]
    Closed,
}

fn holder(pid: Option<u32>) -> String {
    pid.map_or_else(String::new, |pid| format!(" (process {pid})"))
}

impl StoreFault {
    /// What to do next.
    pub const fn hint(&self) -> &'static str {
        match self {
            Self::Full { .. } => {
                "free space on the disk of the state directory, twice the size of its `log` directory and 64 MiB; what waits \
                 for room goes on automatically, anything else has to be started again"
            }
            Self::Io { .. } | Self::Unreadable { .. } => {
                "check that the state directory is yours and its disk is healthy, then start again"
            }
            Self::Corrupt { .. } => {
                "copy the state directory to a safe place first; then restore it from a backup, or move its \
                 directories `log` and `journal` and the file `log.mark` aside to begin a new log"
            }
            Self::Locked { .. } => {
                "stop the other process, or hand over to it: notify and attention do so by themselves"
            }
            Self::Newer(_) => "install the newest version of this program",
            Self::TooLarge(_) | Self::Misnumbered { .. } | Self::Refused { .. } => {
                "this is a fault of the program: please report it"
            }
            Self::NotEmpty { .. } => {
                "import into a state directory without a log: CODEX_IMESSAGE_STATE_DIR names it"
            }
            Self::Closed => "see the error before this one, then start again",
        }
    }

    pub(crate) fn io(doing: &'static str, error: &io::Error) -> Self {
        let full = [io::ErrorKind::StorageFull, io::ErrorKind::QuotaExceeded];
        if full.contains(&error.kind()) {
            return Self::Full { doing };
        }
        let why = error.to_string();
        Self::Io { doing, why }
    }

    /// What is wrong with the log's files, where the fault says that.
    pub(super) fn damage(&self) -> Option<&str> {
        let (Self::Corrupt { what } | Self::Unreadable { what }) = self else {
            return None;
        };
        Some(what)
    }

    pub(super) fn corrupt(what: impl Into<String>) -> Self {
        Self::Corrupt { what: what.into() }
    }

    pub(super) fn decode(error: DecodeError, seq: Seq) -> Self {
        match error {
            DecodeError::Damaged { what } => Self::corrupt(format!("entry {seq}: {what}")),
            DecodeError::Unlinked { .. } => Self::corrupt(error.to_string()),
            DecodeError::Newer { .. } => Self::Newer(error),
        }
    }
}
