//! A new program in the place of the one that runs: the agent ends in good order,
//! and launchd, which keeps it alive, starts the new one. Only an agent that
//! launchd started does so; nobody would start another again.

use super::wake::{Wake, Wakes};
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

/// Between two looks. What is the same in two of them is not being written any more.
const LOOK: Duration = Duration::from_secs(3);

/// What tells one program file from another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Stamp {
    device: u64,
    inode: u64,
    size: u64,
    changed: (i64, i64),
}

impl Stamp {
    /// `None` where no program stands.
    fn of(path: &Path) -> Option<Self> {
        let data = path.metadata().ok()?;
        (data.is_file() && data.mode() & 0o111 != 0).then(|| Self {
            device: data.dev(),
            inode: data.ino(),
            size: data.size(),
            changed: (data.mtime(), data.mtime_nsec()),
        })
    }
}

/// Whether another program than `mine` stands there for good.
fn replaced(mine: Stamp, before: Option<Stamp>, now: Option<Stamp>) -> bool {
    now.is_some() && now != Some(mine) && now == before
}

/// Looks every few seconds, and stops the loop when a new program has come to stay.
pub(super) fn watch(wakes: Wakes, stopping: Arc<AtomicBool>) {
    // Where the system does not say which file this is, or it is gone already,
    // there is nothing to compare.
    let path = std::env::current_exe().unwrap_or_default();
    let Some(mine) = Stamp::of(&path) else {
        return;
    };
    tokio::spawn(async move {
        let mut before = Some(mine);
        loop {
            tokio::time::sleep(LOOK).await;
            let now = Stamp::of(&path);
            if replaced(mine, before, now) {
                tracing::info!("the program was upgraded; restarting");
                stopping.store(true, Ordering::Release);
                // A loop that has ended needs no stopping.
                let _ = wakes.send(Wake::Stop("a new program"));
                return;
            }
            before = now;
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs::{self, Permissions};
    use std::os::unix::fs::PermissionsExt as _;

    #[test]
    fn a_program_counts_when_it_is_whole_and_another() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("program");
        let put = |text: &str, mode: u32| {
            let new = dir.path().join("new");
            fs::write(&new, text).unwrap();
            fs::set_permissions(&new, Permissions::from_mode(mode)).unwrap();
            fs::rename(&new, &path).unwrap();
            Stamp::of(&path)
        };
        let mine = put("one", 0o755).unwrap();
        assert!(!replaced(mine, Some(mine), Some(mine)));
        let other = put("another", 0o755);
        assert!(!replaced(mine, Some(mine), other), "seen once");
        assert!(replaced(mine, other, other));
        assert_eq!(put("no program", 0o644), None);
        fs::remove_file(&path).unwrap();
        let gone = Stamp::of(&path);
        assert!(!replaced(mine, gone, gone), "an upgrade that is under way");
    }
}
