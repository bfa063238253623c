//! Where rollouts are: in `sessions/YYYY/MM/DD/`; what their names mean is in
//! [`super::name`].
//! Only names and metadata are looked at, never contents. `.jsonl.zst`, which
//! Codex may make of a session after idle days, is history and is passed over:
//! Codex turns it back into `.jsonl` before it writes to it again.

use super::name::{Named, named};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// How deep below the root the days are.
const DAYS: usize = 3;

/// What a walk came upon.
pub(super) struct Walk<'a> {
    /// Called for each rollout and each copy of one.
    pub(super) file: &'a mut dyn FnMut(PathBuf, Named),
    /// Called for each folder that cannot be read.
    pub(super) failed: &'a mut dyn FnMut(&Path, &io::Error),
}

impl Walk<'_> {
    /// All rollouts in a folder and the folders of numbers below it, by name. A
    /// folder that is not there has none.
    pub(super) fn run(&mut self, folder: &Path) {
        for path in self.entries(folder) {
            if let Some(named) = named(&path) {
                (self.file)(path, named);
            } else if is_number(&path) && path.is_dir() {
                self.run(&path);
            }
        }
    }

    /// The newest two day folders: what is new appears in them, and for a while
    /// around midnight in the one before.
    pub(super) fn newest_days(&mut self, root: &Path) -> Vec<PathBuf> {
        let mut days = Vec::new();
        for year in self.numbers(root) {
            for month in self.numbers(&year) {
                days.extend(self.numbers(&month));
                if days.len() >= 2 {
                    days.truncate(2);
                    return days;
                }
            }
        }
        days
    }

    /// Entries that are numbers, the highest first.
    fn numbers(&mut self, folder: &Path) -> Vec<PathBuf> {
        let mut entries = self.entries(folder);
        entries.retain(|path| is_number(path));
        entries.reverse();
        entries
    }

    fn entries(&mut self, folder: &Path) -> Vec<PathBuf> {
        let listed = fs::read_dir(folder).and_then(|entries| {
            entries
                .map(|entry| entry.map(|entry| entry.path()))
                .collect::<io::Result<Vec<_>>>()
        });
        match listed {
            Ok(mut entries) => {
                entries.sort_unstable();
                entries
            }
            Err(error) => {
                if !is_gone(&error) {
                    (self.failed)(folder, &error);
                }
                Vec::new()
            }
        }
    }
}

/// `from`, a folder at or below `root`, and the folders below it down to the
/// days; what is in a day is not listed. What cannot be read has none below.
pub(super) fn folders(root: &Path, from: &Path) -> Vec<PathBuf> {
    let mut found = vec![from.to_owned()];
    for level in depth(root, from)..DAYS {
        let mut walk = Walk {
            file: &mut |_, _| {},
            failed: &mut |_, _| {},
        };
        let parents = found.iter().filter(|folder| depth(root, folder) == level);
        let next: Vec<_> = parents.flat_map(|folder| walk.numbers(folder)).collect();
        found.extend(next);
    }
    found
}

fn depth(root: &Path, folder: &Path) -> usize {
    let below = folder.strip_prefix(root);
    below.map_or(0, |below| below.components().count())
}

/// All rollouts below a folder, and the copies of some that stand beside them.
pub fn all(root: &Path) -> (Vec<PathBuf>, Vec<PathBuf>) {
    let (mut rollouts, mut copies) = (Vec::new(), Vec::new());
    let mut file = |path, named| match named {
        Named::Rollout(_) => rollouts.push(path),
        Named::Copy => copies.push(path),
    };
    Walk {
        file: &mut file,
        failed: &mut |_, _| {},
    }
    .run(root);
    (rollouts, copies)
}

/// Nothing is there, which is no failure: sessions come and go.
pub(super) fn is_gone(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::NotFound | io::ErrorKind::NotADirectory
    )
}

fn is_number(path: &Path) -> bool {
    let name = path.file_name().and_then(|name| name.to_str());
    name.is_some_and(|name| !name.is_empty() && name.bytes().all(|b| b.is_ascii_digit()))
}
