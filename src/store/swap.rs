//! A log that was built anew takes the place of the one that was found, which is
//! kept below `damaged/`. Every step is one rename, and the next one follows from
//! what is on disk: whoever comes after a crash goes on where it was.

use super::copy::forget;
use super::files::{self, BUILT, DAMAGED, HISTORY, LOG_DIR};
use super::{StoreFault, journal, mark};
use std::io;
use std::path::{Path, PathBuf};

/// Where a log is built; not more than a draft.
const DRAFT: &str = "rebuilding";
/// In there: what stood in its place.
const FOUND: &str = "found";
/// The same for a log that was whole and is not kept.
const REPLACED: &str = "replaced";
/// What was found and done, beside the files it is about.
pub(super) const STORY: &str = "what-happened.txt";
/// The same before the log tells of it.
const UNTOLD: &str = "untold.txt";

/// Where a log is to be built.
pub(super) fn draft(state: &Path) -> PathBuf {
    state.join(DRAFT)
}

/// Puts the finished draft into the place of the log. With a story, what stood there is kept.
pub(super) fn put(state: &Path, story: Option<&str>) -> Result<(), StoreFault> {
    let write = || -> io::Result<()> {
        let draft = draft(state);
        if let Some(story) = story {
            let found = draft.join(FOUND);
            files::private_dir(&found)?;
            files::replace(&found, UNTOLD, story.as_bytes())?;
            files::sync_dir(&draft)?;
        }
        rename(&draft, &state.join(BUILT))
    };
    write().map_err(|error| fault(&error))?;
    finish(state)
}

/// Makes the finished draft the log that takes the place of a longer one; `finish` does it.
pub(super) fn replace(state: &Path) -> Result<(), StoreFault> {
    let draft = draft(state);
    files::private_dir(&draft.join(REPLACED))
        .and_then(|()| files::sync_dir(&draft))
        .and_then(|()| rename(&draft, &state.join(BUILT)))
        .map_err(|error| fault(&error))
}

/// Does what is left to do after the log was built.
pub(super) fn finish(state: &Path) -> Result<(), StoreFault> {
    let steps = || -> io::Result<()> {
        forget(&draft(state))?;
        while let Some((from, to)) = next(state)? {
            rename(&from, &to)?;
        }
        forget(&state.join(BUILT))
    };
    steps().map_err(|error| fault(&error))
}

fn fault(error: &io::Error) -> StoreFault {
    StoreFault::io("putting the rebuilt log in place", error)
}

/// The rename that comes next; `None`: all are done.
pub(super) fn next(state: &Path) -> io::Result<Option<(PathBuf, PathBuf)>> {
    let built = state.join(BUILT);
    let replaced = built.join(REPLACED);
    let kept = !replaced.try_exists()?;
    let found = if kept { built.join(FOUND) } else { replaced };
    for name in [LOG_DIR, journal::DIR, mark::NAME, HISTORY] {
        let (new, old) = (built.join(name), state.join(name));
        if new.try_exists()? {
            let step = if old.try_exists()? {
                (old, found.join(name))
            } else {
                (new, old)
            };
            return Ok(Some(step));
        }
    }
    if !kept || !found.try_exists()? {
        return Ok(None);
    }
    let damaged = state.join(DAMAGED);
    files::private_dir(&damaged)?;
    for nth in 1_u32.. {
        let kept = damaged.join(nth.to_string());
        if !kept.try_exists()? {
            return Ok(Some((found, kept)));
        }
    }
    Ok(None)
}

fn rename(from: &Path, to: &Path) -> io::Result<()> {
    std::fs::rename(from, to)?;
    for path in [from, to] {
        if let Some(dir) = path.parent() {
            files::sync_dir(dir)?;
        }
    }
    Ok(())
}

/// A log that came back and of which the log does not tell yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recovery {
    dir: PathBuf,
    /// What was found, and what was done.
    pub story: String,
}

impl Recovery {
    /// Those in `state`, oldest first.
    pub fn untold(state: &Path) -> io::Result<Vec<Self>> {
        let damaged = state.join(DAMAGED);
        let entries = match damaged.read_dir() {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            entries => entries?,
        };
        let mut untold = Vec::new();
        for entry in entries {
            let dir = entry?.path();
            match std::fs::read_to_string(dir.join(UNTOLD)) {
                Ok(story) => untold.push(Self { dir, story }),
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Err(error) => return Err(error),
            }
        }
        untold.sort_by(|one, other| one.dir.cmp(&other.dir));
        Ok(untold)
    }

    /// Where the files are that were found damaged.
    pub fn kept(&self) -> &Path {
        &self.dir
    }

    /// The log tells of it now.
    pub fn told(self) -> io::Result<()> {
        rename(&self.dir.join(UNTOLD), &self.dir.join(STORY))
    }
}
