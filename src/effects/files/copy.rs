//! One file, copied. It is opened once, and everything that is checked is checked on what
//! is open: nobody can put another file in its place meanwhile. Links are not followed.

use super::kinds::{HEAD, Kind, kind};
use events::outcome::NoCopy;
use rustix::fs::{Mode, OFlags};
use std::fs::{File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

/// A file that was opened, and is one.
pub(super) struct Source {
    file: File,
    /// Its size.
    pub(super) bytes: u64,
}

/// Opens a file below a directory, wherever links may lead.
pub(super) fn open(path: &Path, below: &Path) -> Result<Source, NoCopy> {
    let real = path.canonicalize().map_err(|error| unreadable(&error))?;
    let below = below.canonicalize().map_err(|error| unreadable(&error))?;
    if !real.starts_with(below) {
        return Err(NoCopy::Unreadable {
            why: "it is not among the files that Messages keeps".into(),
        });
    }
    open_plain(&real)
}

/// Opens what is a plain file, and not a link to one.
pub(super) fn open_plain(path: &Path) -> Result<Source, NoCopy> {
    // A pipe would make whoever opens it wait.
    let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
    let opened = rustix::fs::open(path, flags, Mode::empty());
    let file = File::from(opened.map_err(|error| unreadable(&error.into()))?);
    let about = file.metadata().map_err(|error| unreadable(&error))?;
    if !about.is_file() {
        return Err(NoCopy::Unreadable {
            why: "it is not a plain file".into(),
        });
    }
    Ok(Source {
        bytes: about.len(),
        file,
    })
}

impl Source {
    /// What is open.
    pub(super) const fn file(&mut self) -> &mut File {
        &mut self.file
    }

    /// Copies it to `place`, which gets the end of name that its bytes ask for.
    pub(super) fn copy(mut self, place: &Path, max: u64) -> Result<(PathBuf, Kind, u64), NoCopy> {
        if self.bytes > max {
            let bytes = self.bytes;
            return Err(NoCopy::TooLarge { bytes, max });
        }
        let mut head = Vec::new();
        let mut first = (&mut self.file).take(HEAD as u64);
        first.read_to_end(&mut head).map_err(|e| unreadable(&e))?;
        let kind = kind(&head);
        let path = place.with_extension(kind.extension());
        let mut to = OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(&path)
            .map_err(|error| unreadable(&error))?;
        to.write_all(&head).map_err(|error| unreadable(&error))?;
        let rest = self.bytes.saturating_sub(head.len() as u64);
        // One byte more than is there shows that it grows.
        let mut more = self.file.take(rest + 1);
        let copied = io::copy(&mut more, &mut to).map_err(|error| unreadable(&error))?;
        if copied != rest {
            return Err(NoCopy::NotWhole);
        }
        to.sync_data().map_err(|error| unreadable(&error))?;
        Ok((path, kind, self.bytes))
    }
}

/// Only what kind of error it is: its text may hold a path.
fn unreadable(error: &io::Error) -> NoCopy {
    NoCopy::Unreadable {
        why: error.kind().to_string(),
    }
}
