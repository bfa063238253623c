//! Wakes somebody when chat.db may have changed. A wake is only a hint that
//! makes reading soon; polling on a timer is what makes it certain, because
//! watches stop reporting after sleep and when files are replaced.
//!
//! A watch sees the write, but a commit is visible only when it is synced and
//! its log's index is written, a moment later and without a further event. So
//! each change wakes several times, closely at first.

use notify::event::{AccessKind, AccessMode};
use notify::{EventKind, RecommendedWatcher, RecursiveMode, Watcher as _};
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::time::Duration;

/// Pauses between the wakes after a change.
const ECHOES: [Duration; 6] = [ms(1), ms(2), ms(4), ms(10), ms(30), ms(100)];
/// How often the files are compared with those that are watched.
const CHECK: Duration = Duration::from_secs(2);
/// The back-end for kqueue answers a change in a directory by watching what it
/// finds there, with all below: every attachment ever received, each an open
/// file. So there only the files are watched, and the check finds new ones.
const DIRECTORY: bool = cfg!(not(target_os = "macos"));

const fn ms(count: u64) -> Duration {
    Duration::from_millis(count)
}

/// Watches until it is dropped. Drop it after the reader: on macOS it holds the
/// files open, and closing a file drops the locks that `SQLite` has on it.
#[derive(Debug)]
pub struct Watch {
    stopped: Arc<AtomicBool>,
    signal: SyncSender<()>,
}

impl Watch {
    /// Begins to watch the chat.db at `path` and all that belongs to it, and calls
    /// `wake` from a thread of its own. What is not there yet is watched once it is.
    pub fn new(path: impl Into<PathBuf>, wake: impl Fn() + Send + 'static) -> notify::Result<Self> {
        let path = path.into();
        // One signal is enough: whoever finds it waiting has nothing to add.
        let (signal, changes) = sync_channel(1);
        let stopped = Arc::new(AtomicBool::new(false));
        let sender = signal.clone();
        let watcher = notify::recommended_watcher(move |event: notify::Result<notify::Event>| {
            if event.map_or(true, |event| counts(event.kind)) {
                // Full means that a wake is due already.
                let _ = sender.try_send(());
            }
        })?;
        let mut files = Files::new(path, watcher);
        files.check();
        let stop = Arc::clone(&stopped);
        std::thread::Builder::new()
            .name("chat.db watch".to_owned())
            .spawn(move || run(&mut files, &changes, &stop, &wake))
            .map_err(notify::Error::io)?;
        Ok(Self { stopped, signal })
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        self.stopped.store(true, Ordering::Release);
        // Full means that the thread is about to look anyway.
        let _ = self.signal.try_send(());
    }
}

/// Reading chat.db must not count as a change of it.
fn counts(kind: EventKind) -> bool {
    !kind.is_access() || kind == EventKind::Access(AccessKind::Close(AccessMode::Write))
}

fn run(files: &mut Files, changes: &Receiver<()>, stop: &AtomicBool, wake: &dyn Fn()) {
    let mut echoes = [].iter();
    loop {
        let echo = echoes.next();
        let change = changes.recv_timeout(*echo.unwrap_or(&CHECK));
        if stop.load(Ordering::Acquire) || change == Err(RecvTimeoutError::Disconnected) {
            return;
        }
        let replaced = (echo.is_none() || change.is_ok()) && files.check();
        if change.is_ok() || replaced {
            echoes = ECHOES.iter();
        }
        if change.is_ok() || replaced || echo.is_some() {
            wake();
        }
    }
}

/// What is watched, each with the device and inode it had then.
struct Files {
    watcher: RecommendedWatcher,
    watched: Vec<(PathBuf, Option<(u64, u64)>)>,
}

impl Files {
    fn new(path: PathBuf, watcher: RecommendedWatcher) -> Self {
        let mut wal = path.clone().into_os_string();
        wal.push("-wal");
        let directory = path
            .parent()
            .filter(|p| !p.as_os_str().is_empty())
            .unwrap_or(Path::new("."))
            .to_owned();
        let mut paths = vec![path, PathBuf::from(wal)];
        if DIRECTORY {
            paths.push(directory);
        }
        Self {
            watcher,
            watched: paths.into_iter().map(|path| (path, None)).collect(),
        }
    }

    /// Watches what is new at its path; true when there was anything.
    fn check(&mut self) -> bool {
        let mut replaced = false;
        for (path, watched) in &mut self.watched {
            let there = std::fs::metadata(&*path)
                .ok()
                .map(|file| (file.dev(), file.ino()));
            if there == *watched {
                continue;
            }
            replaced = true;
            // The old watch is usually gone with its file; a failure to begin the
            // new one is tried again by the next check.
            let _ = self.watcher.unwatch(path);
            let begun = there.filter(|_| {
                self.watcher
                    .watch(path, RecursiveMode::NonRecursive)
                    .is_ok()
            });
            *watched = begun;
        }
        replaced
    }
}
