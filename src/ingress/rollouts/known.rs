//! What is remembered of files and folders between two looks at them, so that
//! what did not change is not read again.

use super::reported::Reported;
use super::shapes::Shapes;
use super::tail::{Output, Progress, Tail};
use events::input::Input;
use events::time::Wall;
use std::collections::BTreeMap;
use std::fs::{self, Metadata};
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

/// A file that is followed.
#[derive(Debug)]
pub(super) struct Known {
    /// What was read of it.
    pub(super) tail: Tail,
    /// The file's metadata before it was read last; `None` until it was.
    pub(super) seen: Option<Stamp>,
    /// There is more than was read at once.
    pub(super) behind: bool,
    /// The same file at another place, as it was seen there last.
    other: Option<(PathBuf, Stamp)>,
}

/// What of a file's metadata changes when it is written to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Stamp {
    modified: (i64, i64),
    length: u64,
    identity: (u64, u64),
}

/// A day's folder as it was listed last. Its own time moves when a file is added;
/// that is trusted only when two listings saw the same, for a clock may tick
/// less often than files are made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Day {
    modified: (i64, i64),
    twice: bool,
}

impl Stamp {
    pub(super) fn of(about: &Metadata) -> Self {
        Self {
            modified: (about.mtime(), about.mtime_nsec()),
            length: about.len(),
            identity: (about.dev(), about.ino()),
        }
    }

    /// Whether it was written to after another file.
    pub(super) fn is_later(self, other: Self) -> bool {
        self.modified > other.modified
    }

    /// When it was written to last.
    pub(super) fn wall(self) -> Wall {
        let (seconds, nanos) = self.modified;
        Wall(
            seconds
                .saturating_mul(1000)
                .saturating_add(nanos / 1_000_000),
        )
    }
}

/// The newest day folders as they were listed last.
#[derive(Debug, Default)]
pub(super) struct Days(BTreeMap<PathBuf, Day>);

impl Days {
    /// Forgets all others.
    pub(super) fn keep(&mut self, days: &[PathBuf]) {
        self.0.retain(|day, _| days.contains(day));
    }

    /// Whether a folder is worth listing again.
    pub(super) fn may_have_new(&mut self, day: &Path) -> bool {
        let Ok(about) = fs::metadata(day) else {
            return true;
        };
        let modified = Stamp::of(&about).modified;
        let last = self.0.get(day);
        let same = last.is_some_and(|last| last.modified == modified);
        if same && last.is_some_and(|last| last.twice) {
            return false;
        }
        let listed = Day {
            modified,
            twice: same,
        };
        self.0.insert(day.to_owned(), listed);
        true
    }
}

impl Known {
    /// A file of which nothing is read yet.
    pub(super) fn new(tail: Tail) -> Self {
        Self {
            tail,
            seen: None,
            behind: false,
            other: None,
        }
    }

    /// Whether the file is followed at another place from now on: it is gone here, or the
    /// copy there is the one that grows. One that was only made is a copy.
    pub(super) fn gives_way(&mut self, to: &Path, stamp: Stamp) -> bool {
        let Ok(here) = fs::metadata(self.tail.path()) else {
            return true;
        };
        let here = Stamp::of(&here);
        let seen = self.other.replace((to.to_owned(), stamp));
        let grew = seen.is_some_and(|(path, seen)| path == to && seen != stamp);
        let live = grew && stamp.is_later(here);
        if live {
            self.other = Some((self.tail.path().to_owned(), here));
        }
        live
    }

    /// Reads on. The stamp was taken before, so that what is written meanwhile
    /// shows as a change; after a failure it is tried again.
    pub(super) fn read(
        &mut self,
        stamp: Stamp,
        reported: &mut Reported,
        shapes: &mut Shapes,
        out: &mut Vec<Input>,
    ) -> io::Result<()> {
        let (mut facts, mut strange) = (Vec::new(), Vec::new());
        let read = self.tail.read(&mut Output {
            reported,
            facts: &mut facts,
            strange: &mut strange,
        });
        out.extend(facts.into_iter().map(Input::Rollout));
        let path = self.tail.path();
        let shapes = strange.into_iter().filter_map(|s| shapes.found(path, s));
        out.extend(shapes.map(Input::Shape));
        self.behind = matches!(read, Ok(Progress::Behind));
        self.seen = read.is_ok().then_some(stamp);
        read.map(|_| ())
    }
}
