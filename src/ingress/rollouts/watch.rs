//! Wakes whoever follows rollouts when one is touched. It only ever says where
//! to look: a queue can overflow and a folder can appear with its file already
//! in it, so the rescans of [`super::Rollouts`] stay.
//!
//! On Linux one watch per folder reports every write in it. A new folder is
//! watched first and reported then, so that whoever looks into it misses
//! nothing. kqueue, on a Mac, wants an open descriptor per file and reports of
//! a folder only that something in it changed, not what; there only the few
//! active files are watched, and new ones are found by
//! [`super::Rollouts::recent`].

use super::discover;
use super::name::{Named, named};
use notify::event::{EventKind, ModifyKind, RenameMode};
use notify::{Config, Error, Event, RecommendedWatcher, RecursiveMode, Watcher};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;

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
    orders: Sender<Order>,
}

/// What the watch's thread is to do.
enum Order {
    Report(notify::Result<Event>),
    Follow(Vec<PathBuf>, Sender<notify::Result<()>>),
    Stop,
}

impl Watch {
    /// Watches a `sessions` folder, which need not exist yet. `touched` is called
    /// on the watch's own thread with the file, or the folder, to look at.
    pub fn new(
        folder: PathBuf,
        scope: Scope,
        touched: impl Fn(PathBuf) + Send + 'static,
    ) -> notify::Result<Self> {
        let (orders, received) = channel();
        let reports = orders.clone();
        let report = move |event| {
            // Nobody receives once the watch has ended.
            let _ = reports.send(Order::Report(event));
        };
        let arms = Arms {
            watcher: RecommendedWatcher::new(report, Config::default())?,
            scope,
            folder,
            armed: BTreeMap::new(),
        };
        thread::Builder::new()
            .name("rollouts-watch".into())
            .spawn(move || arms.obey(&received, &touched))?;
        let watch = Self { orders };
        watch.follow(&[])?;
        Ok(watch)
    }

    /// Call after each [`super::Rollouts::scan`], and with [`Scope::Files`] after
    /// each `recent` too, with the files that changed last. Watches what is not
    /// watched yet, among it a folder or file that has been made anew.
    pub fn follow(&self, active: &[PathBuf]) -> notify::Result<()> {
        let (reply, replied) = channel();
        let sent = self.orders.send(Order::Follow(active.to_vec(), reply));
        let ended = || Error::generic("The thread that watches Codex's sessions has ended.");
        sent.map_err(|_| ended())?;
        replied.recv().map_err(|_| ended())?
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        // If its thread is gone already, there is nothing to stop.
        let _ = self.orders.send(Order::Stop);
    }
}

/// What is watched at the moment, each with its identity.
struct Arms {
    watcher: RecommendedWatcher,
    scope: Scope,
    folder: PathBuf,
    armed: BTreeMap<PathBuf, (u64, u64)>,
}

impl Arms {
    fn obey(mut self, orders: &Receiver<Order>, touched: &impl Fn(PathBuf)) {
        for order in orders {
            match order {
                Order::Report(event) => self.report(event, touched),
                Order::Follow(active, reply) => {
                    // Who asked may have given up waiting.
                    let _ = reply.send(self.follow(active));
                }
                Order::Stop => return,
            }
        }
    }

    /// A folder that cannot be watched is tried again, and reported, by `follow`.
    fn report(&mut self, event: notify::Result<Event>, touched: &impl Fn(PathBuf)) {
        if let Ok(event) = &event
            && matches!(event.kind, EventKind::Remove(_))
        {
            for path in &event.paths {
                self.removed(path, touched);
            }
        }
        for path in places(event, &self.folder) {
            if self.scope == Scope::Folders && path.is_dir() {
                let folders = discover::folders(&self.folder, &path);
                let _ = self.arm_all(folders);
            }
            touched(path);
        }
    }

    /// What was watched is gone, and its watch with it; something new may stand
    /// in its place already.
    fn removed(&mut self, path: &Path, touched: &impl Fn(PathBuf)) {
        if self.armed.contains_key(path) {
            self.disarm(path);
            let _ = self.arm(path);
        }
        if self.armed.contains_key(path) {
            touched(path.to_owned());
        }
    }

    fn follow(&mut self, active: Vec<PathBuf>) -> notify::Result<()> {
        let wanted = match self.scope {
            Scope::Folders => discover::folders(&self.folder, &self.folder),
            Scope::Files => active,
        };
        let idle: BTreeSet<PathBuf> = self.armed.keys().cloned().collect();
        let wanted = wanted.into_iter().collect();
        for path in idle.difference(&wanted) {
            self.disarm(path);
        }
        self.arm_all(wanted)
    }

    /// Watches as much as can be, and tells of the last that cannot.
    fn arm_all(&mut self, paths: impl IntoIterator<Item = PathBuf>) -> notify::Result<()> {
        let mut all = Ok(());
        for path in paths {
            if let Err(error) = self.arm(&path) {
                all = Err(error);
            }
        }
        all
    }

    fn arm(&mut self, path: &Path) -> notify::Result<()> {
        let about = fs::metadata(path).ok();
        let identity = about.map(|about| (about.dev(), about.ino()));
        if self.armed.get(path).copied() == identity {
            return Ok(());
        }
        self.disarm(path);
        if let Some(identity) = identity {
            self.watcher.watch(path, RecursiveMode::NonRecursive)?;
            self.armed.insert(path.to_owned(), identity);
        }
        Ok(())
    }

    fn disarm(&mut self, path: &Path) {
        if self.armed.remove(path).is_some() {
            // A watch ends together with what it watches: there may be none to end.
            let _ = self.watcher.unwatch(path);
        }
    }
}

/// Where an event says to look. What is not understood means: everywhere.
fn places(event: notify::Result<Event>, folder: &Path) -> Vec<PathBuf> {
    match event {
        Err(_) => vec![folder.to_owned()],
        Ok(event) if event.need_rescan() => vec![folder.to_owned()],
        Ok(event) if !matters(event.kind) => Vec::new(),
        Ok(Event { mut paths, .. }) => {
            let rollout = |path: &Path| matches!(named(path), Some(Named::Rollout(_)));
            paths.retain(|path| rollout(path) || path.is_dir());
            paths
        }
    }
}

/// Opening and closing a file is not touching it; this process does so itself.
fn matters(kind: EventKind) -> bool {
    match kind {
        EventKind::Access(_)
        | EventKind::Remove(_)
        | EventKind::Modify(ModifyKind::Name(RenameMode::From)) => false,
        EventKind::Any | EventKind::Create(_) | EventKind::Modify(_) | EventKind::Other => true,
    }
}
