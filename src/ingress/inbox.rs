//! The durable inbox: where a hand-over waits when the log is held and its holder is silent.
//!
//! Like a maildir: written under `tmp`, flushed, renamed into `new`. Whoever
//! holds the log reads `new` in the order of names and removes a file only after
//! its append was confirmed; a file taken twice counts once, by its key. What is
//! not a plain file of this user is never opened for its content. What cannot be
//! understood is moved to `bad` and reported, never deleted.

use super::hand_over_frame::{self, HandOver, MAX_FRAME};
use crate::store::files;
use rustix::fs::{Mode, OFlags};
use std::fs::File;
use std::io::{self, Read as _, Write as _};
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

/// The inbox of a state directory.
#[derive(Clone, Debug)]
pub struct Inbox {
    dir: PathBuf,
}

/// A hand-over that still lies in the inbox.
#[derive(Debug)]
pub struct Waiting {
    path: PathBuf,
    /// What was handed over.
    pub hand_over: HandOver,
}

/// A file that is not a hand-over.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{name} in the inbox was passed over: {why}; {kept}")]
pub struct Refused {
    /// Its name.
    pub name: String,
    /// What is wrong with it.
    pub why: String,
    /// Where it is now.
    pub kept: String,
}

impl Inbox {
    /// The inbox in `state`.
    pub fn new(state: &Path) -> Self {
        Self {
            dir: state.join("inbox"),
        }
    }

    /// Leaves a hand-over. When this returns, it survives the death of every process.
    pub fn leave(&self, hand_over: &HandOver) -> io::Result<()> {
        let frame = hand_over_frame::encode(hand_over).map_err(io::Error::other)?;
        let (tmp, new) = (self.dir.join("tmp"), self.dir.join("new"));
        files::private_dir(&tmp)?;
        files::private_dir(&new)?;
        let name = file_name(hand_over);
        let written = tmp.join(&name);
        let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::TRUNC | OFlags::NOFOLLOW;
        let mode = Mode::RUSR | Mode::WUSR;
        let mut file = File::from(rustix::fs::open(&written, flags | OFlags::CLOEXEC, mode)?);
        // Not `sync_all`: on macOS that empties the drive's cache, twice. The holder's flush does that once.
        let whole = { file.write_all(&frame) }.and_then(|()| Ok(rustix::fs::fsync(&file)?));
        if let Err(error) = whole {
            // Half a file is of no use, and the disk may be full.
            let _ = std::fs::remove_file(&written);
            return Err(error);
        }
        std::fs::rename(&written, new.join(name))?;
        rustix::fs::fsync(File::open(new)?)?;
        Ok(())
    }

    /// Nothing waits; an inbox that cannot be read has nothing to give.
    pub fn is_empty(&self) -> bool {
        self.names().map_or(true, |names| names.is_empty())
    }

    /// What waits now, for somebody who only looks: nothing is moved or taken.
    pub fn peek(&self) -> io::Result<Vec<HandOver>> {
        let names = self.names()?;
        let paths = names
            .into_iter()
            .map(|name| self.dir.join("new").join(name));
        Ok(paths.filter_map(|path| read(&path).ok()).collect())
    }

    /// What waits now, in the order of names; files are read one by one as they are asked for.
    pub fn waiting(&self) -> io::Result<impl Iterator<Item = Result<Waiting, Refused>> + use<>> {
        let names = self.names()?;
        let inbox = self.clone();
        Ok(names
            .into_iter()
            .filter_map(move |name| inbox.take(Path::new(&name))))
    }

    fn names(&self) -> io::Result<Vec<std::ffi::OsString>> {
        let mut names = Vec::new();
        match self.dir.join("new").read_dir() {
            Ok(entries) => {
                for entry in entries {
                    names.push(entry?.file_name());
                }
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(error),
        }
        names.sort_unstable();
        Ok(names)
    }

    /// `None`: somebody else has taken it.
    fn take(&self, name: &Path) -> Option<Result<Waiting, Refused>> {
        let path = self.dir.join("new").join(name);
        match read(&path) {
            Ok(hand_over) => Some(Ok(Waiting { path, hand_over })),
            Err(Unread::Gone) => None,
            Err(Unread::Unreadable(why)) => Some(Err(Refused {
                name: name.display().to_string(),
                why,
                kept: "it stays where it is".into(),
            })),
            Err(Unread::Bad(why)) => Some(Err(Refused {
                name: name.display().to_string(),
                why,
                kept: self.set_aside(&path, name),
            })),
        }
    }

    fn set_aside(&self, path: &Path, name: &Path) -> String {
        let bad = self.dir.join("bad");
        let moved = files::private_dir(&bad).and_then(|()| std::fs::rename(path, bad.join(name)));
        match moved {
            Ok(()) => "it was moved to `inbox/bad`".into(),
            Err(error) => format!("moving it to `inbox/bad` failed: {error}"),
        }
    }
}

impl Waiting {
    /// Removes it from the inbox. Only for what was appended and flushed.
    pub fn done(self) -> io::Result<()> {
        match std::fs::remove_file(self.path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }
    }
}

/// Keys begin with the time, so names sort by it.
fn file_name(hand_over: &HandOver) -> String {
    let plain = |c: char| if c.is_ascii_alphanumeric() { c } else { '-' };
    hand_over.key().as_str().chars().map(plain).collect()
}

enum Unread {
    Gone,
    /// It may be readable another time.
    Unreadable(String),
    Bad(String),
}

fn read(path: &Path) -> Result<HandOver, Unread> {
    // A symbolic link is not followed, and a pipe does not make us wait.
    let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
    let file = match rustix::fs::open(path, flags, Mode::empty()) {
        Ok(file) => File::from(file),
        Err(rustix::io::Errno::NOENT) => return Err(Unread::Gone),
        Err(rustix::io::Errno::LOOP) => return Err(Unread::Bad("it is a symbolic link".into())),
        // What a socket answers.
        Err(rustix::io::Errno::NXIO | rustix::io::Errno::OPNOTSUPP) => {
            return Err(Unread::Bad("it is not a plain file".into()));
        }
        Err(error) => return Err(Unread::Unreadable(error.to_string())),
    };
    let unreadable = |error: io::Error| Unread::Unreadable(error.to_string());
    let data = file.metadata().map_err(unreadable)?;
    if !data.is_file() {
        return Err(Unread::Bad("it is not a plain file".into()));
    }
    if data.uid() != rustix::process::geteuid().as_raw() {
        return Err(Unread::Bad("it belongs to another user".into()));
    }
    let mut frame = Vec::new();
    file.take(MAX_FRAME as u64 + 1)
        .read_to_end(&mut frame)
        .map_err(unreadable)?;
    hand_over_frame::decode(&frame).map_err(|error| Unread::Bad(error.to_string()))
}
