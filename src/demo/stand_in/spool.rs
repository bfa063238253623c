//! How instructions reach a stand-in that has no screen: `codex queue` leaves each
//! as a file in a directory of the session, and the session takes them in order.
//! A file appears under its name only when it is whole. Only a session that
//! looks there has such a directory, so nothing is ever left for nobody.

use super::keys::Key;
use super::stamp::uuid7;
use std::ffi::OsString;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// The instructions left for one session. Dropping it takes the directory away.
pub(super) struct Spool {
    directory: PathBuf,
    parent: Option<rustix::process::Pid>,
}

fn directory(home: &Path, thread: &str) -> PathBuf {
    home.join("stand-in-queue").join(thread)
}

impl Spool {
    pub(super) fn open(home: &Path, thread: &str) -> io::Result<Self> {
        let directory = directory(home, thread);
        fs::create_dir_all(&directory)?;
        let parent = rustix::process::getppid();
        Ok(Self { directory, parent })
    }

    /// What was left so far, as if it had been typed, the oldest first. The end of
    /// whoever started the session is the end of the session: no screen shows it.
    pub(super) fn take(&self) -> io::Result<Vec<Key>> {
        if rustix::process::getppid() != self.parent {
            return Ok(vec![Key::Interrupt]);
        }
        let mut left = Vec::new();
        for entry in fs::read_dir(&self.directory)? {
            let path = entry?.path();
            if path.extension().is_none() {
                left.push(path);
            }
        }
        left.sort();
        let mut keys = Vec::new();
        for path in left {
            keys.extend([Key::Text(fs::read_to_string(&path)?), Key::Enter]);
            fs::remove_file(path)?;
        }
        Ok(keys)
    }
}

impl Drop for Spool {
    fn drop(&mut self) {
        // The whole home may be gone already.
        let _gone = fs::remove_dir_all(&self.directory);
    }
}

/// `codex queue --thread=ID --message=TEXT`.
pub(super) fn queue(home: &Path, args: &[OsString]) -> Result<(), String> {
    let args: Vec<_> = args.iter().map(|arg| arg.to_string_lossy()).collect();
    let value = |name: &str| args.iter().find_map(|arg| arg.strip_prefix(name));
    let (Some(thread), Some(message)) = (value("--thread="), value("--message=")) else {
        return Err("`queue` needs --thread=ID and --message=TEXT.".to_owned());
    };
    let directory = directory(home, thread);
    if thread.contains(['/', '.']) || !directory.is_dir() {
        return Err(format!("No active session found for {thread}."));
    }
    let leave = || {
        let whole = directory.join(uuid7()?);
        let part = whole.with_extension("part");
        fs::write(&part, message)?;
        fs::rename(part, whole)
    };
    leave().map_err(|error: io::Error| format!("the instruction cannot be left: {error}."))
}
