//! Codex's rollouts as a source of facts: every thread writes what happens to
//! it into its own file, and that record is the truth that notify and hooks
//! only push towards. Nothing is ever written here, and no file is held open.
//!
//! Three ways lead to a new line, each covering for the others: [`Watch`] names
//! the touched path within milliseconds; [`Rollouts::recent`], called every
//! second or two, looks at the newest two day folders and the files that
//! changed last; [`Rollouts::scan`], once a minute, at every file's metadata,
//! so that an old session that is resumed is found too. Files are read only
//! when their metadata changed, and files that nobody wrote to since long
//! before the start cost neither memory nor a read until they grow.

mod closing;
pub mod discover;
mod echo;
mod head;
mod history;
mod known;
mod lines;
mod meta;
pub mod parse;
mod question;
pub mod tail;
mod time;
pub mod watch;

#[cfg(test)]
mod tests;

pub use tail::{Progress, Start, Tail};
pub use watch::Watch;

use discover::{Walk, is_gone, session_of};
use events::id::SessionId;
use events::input::{Input, Source, SourceState};
use events::time::{Span, Wall};
use known::{Days, Known, Stamp};
use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// How long before the start a file may have been changed last for its session
/// to be told of at the first start.
pub const LOOK_BACK: Span = Span::seconds(24 * 3600);

/// How many of the files that changed last count as active.
const ACTIVE: usize = 16;

/// All rollouts of a Codex home.
#[derive(Debug)]
pub struct Rollouts {
    folder: PathBuf,
    since: Wall,
    look_back: Span,
    known: BTreeMap<SessionId, Known>,
    /// The files that changed last, and those not read to their end. Kept, since there
    /// may be thousands of others, and most looks find nothing new in any.
    active: Vec<PathBuf>,
    behind: Vec<PathBuf>,
    /// Since these two were picked out, something of what is known has changed.
    changed: bool,
    days: Days,
    failures: BTreeMap<PathBuf, String>,
    failed: bool,
}

impl Rollouts {
    /// The rollouts below a `sessions` folder, which need not exist yet. Files
    /// with a cursor (the offset of the last fact that was kept) are read from
    /// there on; in others, what is older than `since` is history. That is the
    /// start of this program the first time, later the moment it stopped, or
    /// what new sessions did meanwhile is lost.
    pub fn new(folder: PathBuf, since: Wall, cursors: BTreeMap<SessionId, (PathBuf, u64)>) -> Self {
        let follow = |(session, (path, offset)): (SessionId, (PathBuf, u64))| {
            let tail = Tail::new(session.clone(), path, Start::At { offset, since });
            (session, Known::new(tail))
        };
        Self {
            folder,
            since,
            look_back: LOOK_BACK,
            known: cursors.into_iter().map(follow).collect(),
            active: Vec::new(),
            behind: Vec::new(),
            changed: false,
            days: Days::default(),
            failures: BTreeMap::new(),
            failed: false,
        }
    }

    /// Another [`LOOK_BACK`].
    #[must_use]
    pub fn look_back(mut self, look_back: Span) -> Self {
        self.look_back = look_back;
        self
    }

    /// Looks at every file and reads those that changed.
    pub fn scan(&mut self) -> Vec<Input> {
        let mut out = Vec::new();
        self.failures.clear();
        self.walk(&self.folder.clone(), &mut out);
        self.settle(&mut out);
        out
    }

    /// Looks at what is most likely to have changed: new files in the newest two
    /// day folders, the files that changed last, and files not read to their end.
    pub fn recent(&mut self) -> Vec<Input> {
        let mut out = Vec::new();
        let folder = self.folder.clone();
        let days = self.listing(|walk| walk.newest_days(&folder));
        self.days.keep(&days);
        for day in days {
            if self.days.may_have_new(&day) {
                self.walk(&day, &mut out);
            }
        }
        self.pick();
        for path in [self.behind.clone(), self.active.clone()].concat() {
            if let Some(session) = session_of(&path) {
                self.look(&path, &session, &mut out);
            }
        }
        self.settle(&mut out);
        out
    }

    /// Looks at one file, or at the files in one folder.
    pub fn touched(&mut self, path: &Path) -> Vec<Input> {
        let mut out = Vec::new();
        if let Some(session) = session_of(path) {
            self.look(path, &session, &mut out);
        } else if path.starts_with(&self.folder) {
            self.walk(path, &mut out);
        }
        self.settle(&mut out);
        out
    }

    /// Some file has more than was read at once: call [`Rollouts::recent`] again.
    pub fn is_behind(&self) -> bool {
        !self.behind.is_empty()
    }

    /// The files that changed last, for [`Watch::follow`].
    pub fn active(&self) -> &[PathBuf] {
        &self.active
    }

    /// The rollout of a session, whether it is followed or not.
    pub fn find(&self, session: &SessionId) -> Option<PathBuf> {
        let known = self.known.get(session).map(|known| known.tail.path());
        if let Some(path) = known.filter(|path| path.exists()) {
            return Some(path.to_owned());
        }
        let mut found = None;
        let mut file = |path, of| {
            if of == *session {
                found = Some(path);
            }
        };
        Walk {
            file: &mut file,
            failed: &mut |_, _| {},
        }
        .run(&self.folder);
        found
    }

    /// How many records were read that tell nothing that matters.
    pub fn passed_over(&self) -> u64 {
        self.known
            .values()
            .map(|known| known.tail.passed_over())
            .sum()
    }

    /// Picks out the files to look at again, where they may be others than before.
    fn pick(&mut self) {
        if !std::mem::take(&mut self.changed) {
            return;
        }
        let path = |known: &Known| known.tail.path().to_owned();
        let behind = self.known.values().filter(|known| known.behind);
        self.behind = behind.map(path).collect();
        let read = self.known.values().filter(|known| known.seen.is_some());
        let mut read: Vec<_> = read.collect();
        let newest = ACTIVE.min(read.len());
        if newest < read.len() {
            read.select_nth_unstable_by(newest, |a, b| {
                (b.seen, b.tail.path()).cmp(&(a.seen, a.tail.path()))
            });
        }
        self.active = read.into_iter().take(newest).map(path).collect();
    }

    fn walk(&mut self, folder: &Path, out: &mut Vec<Input>) {
        let mut found = Vec::new();
        self.listing(|walk| {
            let mut file = |path, session| found.push((path, session));
            Walk {
                file: &mut file,
                failed: walk.failed,
            }
            .run(folder);
        });
        for (path, session) in found {
            self.look(&path, &session, out);
        }
    }

    /// Lists folders, and remembers those that cannot be read.
    fn listing<T>(&mut self, list: impl FnOnce(&mut Walk<'_>) -> T) -> T {
        let failures = &mut self.failures;
        list(&mut Walk {
            file: &mut |_, _| {},
            failed: &mut |path, error| {
                failures.insert(path.to_owned(), error.to_string());
            },
        })
    }

    /// Reads a file if its metadata says that there is something new.
    fn look(&mut self, path: &Path, session: &SessionId, out: &mut Vec<Input>) {
        let stamp = match fs::metadata(path) {
            Ok(about) if about.is_file() => Stamp::of(&about),
            Ok(_) => return,
            Err(error) => {
                if let Some(known) = self.known.get_mut(session) {
                    self.changed |= known.behind;
                    known.behind = false;
                }
                return self.outcome(path, Err(error));
            }
        };
        if !self.known.contains_key(session) {
            let dormant = stamp.wall().until(self.since) > self.look_back;
            if dormant {
                return;
            }
            let start = Start::Fresh { since: self.since };
            let tail = Tail::new(session.clone(), path.to_owned(), start);
            self.known.insert(session.clone(), Known::new(tail));
        }
        let Some(known) = self.known.get_mut(session) else {
            return;
        };
        if known.tail.path() != path {
            if known.tail.path().exists() {
                return;
            }
            known.tail.moved(path.to_owned());
            self.changed = true;
        }
        if known.seen == Some(stamp) && !known.behind {
            return;
        }
        let read = known.read(stamp, out);
        self.changed = true;
        self.outcome(path, read);
    }

    fn outcome(&mut self, path: &Path, read: io::Result<()>) {
        match read {
            Err(error) if !is_gone(&error) => {
                self.failures.insert(path.to_owned(), error.to_string());
            }
            Ok(()) | Err(_) => {
                self.failures.remove(path);
            }
        }
    }

    /// Tells when reading starts to fail and when nothing fails any more.
    fn settle(&mut self, out: &mut Vec<Input>) {
        self.pick();
        let state = match (self.failed, self.failures.first_key_value()) {
            (false, Some((path, why))) => SourceState::Failed(format!(
                "Codex's session file or folder {} cannot be read ({why}). All other sessions \
                 are followed; this one is tried again by itself once its permissions allow it.",
                path.display()
            )),
            (true, None) => SourceState::Works,
            (true, Some(_)) | (false, None) => return,
        };
        self.failed = !self.failed;
        out.push(Input::Source(Source::Rollouts, state));
    }
}
