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
mod first;
mod fork;
mod goal;
mod head;
mod history;
mod kinds;
mod known;
mod life;
mod limits;
mod lines;
pub mod meta;
pub mod name;
pub mod parse;
mod payload;
mod question;
mod reported;
mod runners;
mod said;
mod shapes;
mod sum;
pub mod tail;
mod time;
pub mod watch;
pub mod work;

#[cfg(test)]
mod tests;

pub use life::life;
pub use tail::{Output, Progress, Start, Tail};
pub use watch::Watch;

use discover::{Walk, is_gone};
use events::event::Source;
use events::id::SessionId;
use events::input::{Input, SourceState};
use events::time::{Span, Wall};
use known::{Days, Known, Stamp};
use name::{Named, thread_of};
use reported::Reported;
use shapes::Shapes;
use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// How long before the start a file may have been changed last for its session
/// to be reported at the first start.
pub const LOOK_BACK: Span = Span::seconds(24 * 3600);

/// How many of the files that changed last count as active.
const ACTIVE: usize = 16;

/// Before a session was heard of last, by so much, its records were surely read.
const READ_WITHIN: Span = Span::seconds(5);

/// How far a file was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cursor {
    /// Whose file it is.
    pub session: SessionId,
    /// The file.
    pub path: PathBuf,
    /// Offset behind the last fact that was kept.
    pub offset: u64,
    /// When anything of the session was kept last.
    pub heard: Wall,
}

/// All rollouts of a Codex home.
#[derive(Debug)]
pub struct Rollouts {
    folder: PathBuf,
    since: Wall,
    look_back: Span,
    /// By name: a file that is moved keeps it.
    known: BTreeMap<OsString, Known>,
    /// What was reported of each thread, in this process.
    reported: Reported,
    /// When an earlier process heard of each thread last.
    heard: BTreeMap<SessionId, Wall>,
    shapes: Shapes,
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
    /// with a cursor are read from there on. In others, what is older than `since` is
    /// history: that is when this program was started for the first time. Of a session
    /// that has a cursor, history is what is older than what was heard of it last.
    pub fn new(folder: PathBuf, since: Wall, cursors: Vec<Cursor>) -> Self {
        let mut known = BTreeMap::new();
        let mut heard = BTreeMap::new();
        for cursor in cursors {
            let Cursor {
                session,
                path,
                offset,
                heard: at,
            } = cursor;
            let at = Wall(at.0.saturating_sub_unsigned(READ_WITHIN.0)).max(since);
            heard.insert(session.clone(), at);
            let Some(name) = path.file_name().map(ToOwned::to_owned) else {
                continue;
            };
            let start = Start::At { offset, since: at };
            known.insert(name, Known::new(Tail::new(session, path, start)));
        }
        Self {
            folder,
            since,
            look_back: LOOK_BACK,
            known,
            reported: Reported::default(),
            heard,
            shapes: Shapes::default(),
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
        self.archived(&mut out);
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
            self.look(&path, &mut out);
        }
        self.settle(&mut out);
        out
    }

    /// Looks at one file, or at the files in one folder.
    pub fn touched(&mut self, path: &Path) -> Vec<Input> {
        let mut out = Vec::new();
        if matches!(name::named(path), Some(Named::Rollout(_))) {
            self.look(path, &mut out);
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

    /// The rollout of a session, whether it is followed or not: of several the newest.
    pub fn find(&self, session: &SessionId) -> Option<PathBuf> {
        let known = self.known.values().map(|known| &known.tail);
        let own = known.filter(|tail| tail.session() == session && tail.path().exists());
        if let Some(newest) = own.max_by_key(|tail| tail.path().file_name()) {
            return Some(newest.path().to_owned());
        }
        let (rollouts, _) = discover::all(&self.folder);
        let own = rollouts.into_iter();
        let own = own.filter(|path| thread_of(path).as_ref() == Some(session));
        own.max_by(|a, b| a.file_name().cmp(&b.file_name()))
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
            let mut file = |path, named| {
                if let Named::Rollout(thread) = named {
                    found.push((path, thread));
                }
            };
            Walk {
                file: &mut file,
                failed: walk.failed,
            }
            .run(folder);
        });
        // Names begin with the time: the last of a thread's files is the live one.
        let newest: BTreeMap<_, _> = found.iter().map(|(path, thread)| (thread, path)).collect();
        let live = |path: &PathBuf, thread| newest.get(thread).is_none_or(|last| *last == path);
        let superseded = found.iter().filter(|(path, thread)| !live(path, thread));
        let superseded: Vec<_> = superseded.map(|(path, _)| path.clone()).collect();
        for (path, _) in &found {
            self.add(path, superseded.contains(path));
            self.look(path, out);
        }
    }

    /// A session that was archived while nobody looked may have ended before.
    fn archived(&mut self, out: &mut Vec<Input>) {
        let unread = self.known.values().filter(|known| known.seen.is_none());
        let unread = unread.map(|known| known.tail.path().to_owned());
        let gone: Vec<_> = unread.filter(|path| !path.exists()).collect();
        for path in gone {
            if let Some(archived) = self.in_archive(&path) {
                self.look(&archived, out);
            }
        }
    }

    fn in_archive(&self, path: &Path) -> Option<PathBuf> {
        let archive = self.folder.parent()?.join("archived_sessions");
        let there = archive.join(path.file_name()?);
        there.is_file().then_some(there)
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

    /// Follows a file that is new, unless nobody wrote to it since long before the start.
    fn add(&mut self, path: &Path, superseded: bool) {
        let Some(name) = path
            .file_name()
            .filter(|name| !self.known.contains_key(*name))
        else {
            return;
        };
        let Ok(about) = fs::metadata(path) else {
            return;
        };
        let written = Stamp::of(&about).wall();
        if !about.is_file() || written.until(self.since) > self.look_back {
            return;
        }
        // Where the name tells no thread, the head does.
        let unnamed = || SessionId::parse("unnamed");
        let Some(thread) = thread_of(path).or_else(unnamed) else {
            return;
        };
        let since = self.heard.get(&thread).copied().unwrap_or(self.since);
        let mut tail = Tail::new(thread, path.to_owned(), Start::Fresh { since });
        if superseded {
            tail.supersede();
        }
        self.known.insert(name.to_owned(), Known::new(tail));
    }

    /// Reads a file if its metadata says that there is something new.
    fn look(&mut self, path: &Path, out: &mut Vec<Input>) {
        let Some(name) = path.file_name() else {
            return;
        };
        let stamp = match fs::metadata(path) {
            Ok(about) if about.is_file() => Stamp::of(&about),
            Ok(_) => return,
            Err(error) => return self.gone(path, error, out),
        };
        self.add(path, false);
        let Some(known) = self.known.get_mut(name) else {
            return;
        };
        if known.tail.path() != path {
            let here = known.tail.path().starts_with(&self.folder);
            if here && !known.gives_way(path, stamp) {
                return;
            }
            known.tail.moved(path.to_owned());
            self.changed = true;
        }
        if known.seen == Some(stamp) && !known.behind {
            return;
        }
        let read = known.read(stamp, &mut self.reported, &mut self.shapes, out);
        self.changed = true;
        self.outcome(path, read);
    }

    /// A file cannot be looked at. One that was archived is read to its end there.
    fn gone(&mut self, path: &Path, error: io::Error, out: &mut Vec<Input>) {
        let known = path.file_name().and_then(|name| self.known.get_mut(name));
        if let Some(known) = known {
            self.changed |= known.behind;
            known.behind = false;
            let here = known.tail.path() == path;
            if here
                && is_gone(&error)
                && let Some(archived) = self.in_archive(path)
            {
                return self.look(&archived, out);
            }
        }
        self.outcome(path, Err(error));
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
