//! Reading and replacing a file that belongs to somebody else: through links, with
//! its permissions, whole or not at all, and only if it still says what was read.

use super::error::HookError;
use rustix::io::Errno;
use rustix::process::{Pid, test_kill_process};
use std::fs::{OpenOptions, Permissions};
use std::io::{self, Write as _};
use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

/// A file that grew beyond this is broken, whatever it says.
const MAX: u64 = 16 << 20;

/// The file as it was found.
#[derive(Clone, Debug)]
pub(super) struct Found {
    /// The file itself, where links led to.
    pub path: PathBuf,
    /// `None`: there is none.
    pub text: Option<String>,
    mode: u32,
}

/// Reads it.
pub(super) fn read(path: &Path) -> Result<Found, HookError> {
    let unreadable = |source| HookError::Unreadable {
        path: path.to_path_buf(),
        source,
    };
    match path.symlink_metadata() {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            return Ok(Found {
                path: path.to_path_buf(),
                text: None,
                mode: 0o600,
            });
        }
        Ok(_) | Err(_) => {}
    }
    let real = path.canonicalize().map_err(unreadable)?;
    let about = real.metadata().map_err(unreadable)?;
    if about.len() > MAX {
        let why = "it is larger than 16 MiB; two programs may be wrapping each other";
        return Err(unreadable(io::Error::other(why)));
    }
    let text = std::fs::read_to_string(&real).map_err(unreadable)?;
    Ok(Found {
        path: real,
        text: Some(text),
        mode: about.permissions().mode() & 0o7777,
    })
}

impl Found {
    /// Refuses what its owner has closed to writing, though a rename would do it.
    pub(super) fn writable(&self, line: &str) -> Result<(), HookError> {
        let closed = |path: &Path| {
            path.metadata()
                .is_ok_and(|about| about.permissions().mode() & 0o200 == 0)
        };
        let directory = self.path.parent().filter(|directory| closed(directory));
        match directory.or_else(|| closed(&self.path).then_some(self.path.as_path())) {
            None => Ok(()),
            Some(path) => Err(HookError::ReadOnly {
                path: path.to_path_buf(),
                line: line.to_owned(),
            }),
        }
    }

    /// A file beside this one.
    pub(super) fn beside(&self, suffix: &str) -> PathBuf {
        let mut name = self.path.file_name().unwrap_or_default().to_os_string();
        name.push(suffix);
        self.path.with_file_name(name)
    }

    /// Puts `text` in its place, or takes it away, unless somebody else changed it.
    pub(super) fn replace(&self, text: Option<&str>) -> Result<(), HookError> {
        if read(&self.path)?.text != self.text {
            return Err(HookError::Changed {
                path: self.path.clone(),
            });
        }
        let done = match text {
            Some(text) => write(&self.path, text, self.mode),
            None => std::fs::remove_file(&self.path),
        };
        done.map_err(|source| HookError::Unwritten {
            path: self.path.clone(),
            source,
        })
    }

    /// Keeps what it says in a file beside it.
    pub(super) fn back_up(&self, path: &Path) -> Result<(), HookError> {
        let text = self.text.as_deref().unwrap_or_default();
        write(path, text, self.mode).map_err(|source| HookError::Unwritten {
            path: path.to_path_buf(),
            source,
        })
    }
}

/// Writes a file whole or not at all.
fn write(path: &Path, text: &str, mode: u32) -> io::Result<()> {
    let directory = path.parent().unwrap_or(Path::new("."));
    std::fs::create_dir_all(directory)?;
    let file = path.file_name().unwrap_or_default().to_string_lossy();
    forget_half_written(directory, &file)?;
    let temporary = directory.join(format!(".{file}.{}.tmp", std::process::id()));
    let done = written(&temporary, text, mode).and_then(|()| std::fs::rename(&temporary, path));
    if done.is_err() {
        // What cannot be written can perhaps not be removed either; the error is reported.
        let _ = std::fs::remove_file(&temporary);
        return done;
    }
    crate::store::files::sync_dir(directory)
}

/// Removes what a process that was killed while it wrote this file left beside it.
fn forget_half_written(directory: &Path, file: &str) -> io::Result<()> {
    let prefix = format!(".{file}.");
    for entry in directory.read_dir()? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        let process = name.strip_prefix(&prefix);
        let process = process.and_then(|rest| rest.strip_suffix(".tmp")?.parse().ok());
        let gone = |process| test_kill_process(process) == Err(Errno::SRCH);
        if process.and_then(Pid::from_raw).is_some_and(gone) {
            std::fs::remove_file(entry.path())?;
        }
    }
    Ok(())
}

fn written(temporary: &Path, text: &str, mode: u32) -> io::Result<()> {
    let mut file = OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(temporary)?;
    file.write_all(text.as_bytes())?;
    file.set_permissions(Permissions::from_mode(mode))?;
    file.sync_all()
}
