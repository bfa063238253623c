//! Who holds the log: a lock of our own, taken before sled's.
//!
//! sled reports its lock by a text inside an I/O error; this one is an answer,
//! and knows the holder's process id. It dies with its process, however that dies.
//!
//! A child holds a copy of every lock of its parent from the moment it is started
//! until it becomes its own program, so a lock is asked for a few times.

use super::StoreFault;
use rustix::fs::{FlockOperation, flock};
use std::fs::{File, OpenOptions};
use std::io::{Read as _, Seek as _, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;
use std::time::Duration;

const TRIES: u32 = 20;
const PAUSE: Duration = Duration::from_millis(5);

/// Asks again, a tenth of a second long, while somebody else holds the lock.
pub(super) fn patiently<T>(
    mut ask: impl FnMut() -> Result<T, StoreFault>,
) -> Result<T, StoreFault> {
    for _ in 1..TRIES {
        match ask() {
            Err(StoreFault::Locked { .. }) => std::thread::sleep(PAUSE),
            answer => return answer,
        }
    }
    ask()
}

/// Held until dropped.
#[derive(Debug)]
pub(super) struct Lock {
    _file: File,
}

impl Lock {
    /// Takes the lock file at `path`, or says who has it.
    pub(super) fn take(path: &Path) -> Result<Self, StoreFault> {
        patiently(|| Self::try_take(path))
    }

    fn try_take(path: &Path) -> Result<Self, StoreFault> {
        let fault = |error| StoreFault::io("taking the lock of the log", &error);
        let mut file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .mode(0o600)
            .open(path)
            .map_err(fault)?;
        match flock(&file, FlockOperation::NonBlockingLockExclusive) {
            Ok(()) => {}
            Err(rustix::io::Errno::WOULDBLOCK) => {
                return Err(StoreFault::Locked {
                    pid: written(&mut file),
                });
            }
            Err(error) => return Err(fault(error.into())),
        }
        // The id is for people only: the lock holds without it, a full disk included.
        let written = file
            .set_len(0)
            .and_then(|()| file.rewind())
            .and_then(|()| writeln!(file, "{}", std::process::id()));
        if let Err(error) = written {
            tracing::debug!(%error, "the process id could not be written into the lock file");
        }
        Ok(Self { _file: file })
    }
}

/// Whether a process holds the log of `state`, and which where that is known. The
/// lock is what tells: a process id alone may be another process's by now.
pub fn holder(state: &Path) -> Option<Option<u32>> {
    let mut file = File::open(state.join(super::files::LOCK)).ok()?;
    let shared = flock(&file, FlockOperation::NonBlockingLockShared);
    (shared == Err(rustix::io::Errno::WOULDBLOCK)).then(|| written(&mut file))
}

fn written(file: &mut File) -> Option<u32> {
    let mut text = String::new();
    file.take(32).read_to_string(&mut text).ok()?;
    text.trim().parse().ok()
}
