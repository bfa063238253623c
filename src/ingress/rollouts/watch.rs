//! Wakes whoever follows rollouts when one is touched. It only ever says where
//! to look: a watch can miss things (a queue that overflows, a file made before
//! its new folder is watched), so the rescans of [`super::Rollouts`] stay.
//!
//! On Linux one watch per folder reports every write in it, and new folders are
//! taken in by themselves. kqueue, on a Mac, wants an open descriptor per file
//! and reports of a folder only that something in it changed, not what; there
//! only the few active files are watched, and new ones are found by
//! [`super::Rollouts::recent`].

use super::discover::session_of;
use notify::event::{CreateKind, EventKind, ModifyKind, RenameMode};
use notify::{Config, Event, RecommendedWatcher, RecursiveMode, Watcher};
use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

/// What is watched.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// The whole tree of folders.
    Folders,
    /// The files given to [`Watch::follow`].
    Files,
}

impl Scope {
    /// What this system can watch cheaply.
    pub const HERE: Self = if cfg!(target_os = "linux") {
        Self::Folders
    } else {
        Self::Files
    };
}

/// A running watch; it ends when dropped.
pub struct Watch {
    watcher: RecommendedWatcher,
    scope: Scope,
    folder: PathBuf,
    armed: BTreeMap<PathBuf, (u64, u64)>,
}

impl Watch {
    /// Watches a `sessions` folder, which need not exist yet. `touched` is called
    /// on the watch's own thread with the file, or the folder, to look at.
    pub fn new(
        folder: PathBuf,
        scope: Scope,
        touched: impl Fn(PathBuf) + Send + 'static,
    ) -> notify::Result<Self> {
        let root = folder.clone();
        let handler = move |event: notify::Result<Event>| places(event, &root).for_each(&touched);
        let watcher = RecommendedWatcher::new(handler, Config::default())?;
        let mut watch = Self {
            watcher,
            scope,
            folder,
            armed: BTreeMap::new(),
        };
        watch.follow(&[])?;
        Ok(watch)
    }

    /// Call after each rescan, with the files that changed last. Watches what is
    /// not watched yet, among it a folder or file that has been made anew.
    pub fn follow(&mut self, active: &[PathBuf]) -> notify::Result<()> {
        let (wanted, mode) = match self.scope {
            Scope::Folders => (vec![self.folder.clone()], RecursiveMode::Recursive),
            Scope::Files => (active.to_vec(), RecursiveMode::NonRecursive),
        };
        let idle: Vec<_> = self
            .armed
            .keys()
            .filter(|at| !wanted.contains(at))
            .cloned()
            .collect();
        for path in idle {
            self.disarm(&path);
        }
        wanted.iter().try_for_each(|path| self.arm(path, mode))
    }

    fn arm(&mut self, path: &Path, mode: RecursiveMode) -> notify::Result<()> {
        let identity = fs::metadata(path)
            .ok()
            .map(|about| (about.dev(), about.ino()));
        if self.armed.get(path).copied() == identity {
            return Ok(());
        }
        self.disarm(path);
        if let Some(identity) = identity {
            self.watcher.watch(path, mode)?;
            self.armed.insert(path.to_owned(), identity);
        }
        Ok(())
    }

    /// A watch ends by itself with what it watches, so that there may be none to end.
    fn disarm(&mut self, path: &Path) {
        if self.armed.remove(path).is_some() {
            let _ = self.watcher.unwatch(path);
        }
    }
}

/// Where an event says to look. What is not understood means: everywhere.
fn places(event: notify::Result<Event>, folder: &Path) -> impl Iterator<Item = PathBuf> {
    let paths = match event {
        Err(_) => vec![folder.to_owned()],
        Ok(event) if event.need_rescan() => vec![folder.to_owned()],
        Ok(event) if !matters(event.kind) => Vec::new(),
        Ok(event) => {
            let is_folder = event.kind == EventKind::Create(CreateKind::Folder)
                || matches!(event.kind, EventKind::Modify(ModifyKind::Name(_)));
            let mut paths = event.paths;
            paths.retain(|path| session_of(path).is_some() || (is_folder && path.is_dir()));
            paths
        }
    };
    paths.into_iter()
}

/// Opening and closing a file is not touching it; this process does so itself.
fn matters(kind: EventKind) -> bool {
    match kind {
        EventKind::Access(_) | EventKind::Remove(_) => false,
        EventKind::Modify(ModifyKind::Name(RenameMode::From)) => false,
        EventKind::Any | EventKind::Create(_) | EventKind::Modify(_) | EventKind::Other => true,
    }
}
