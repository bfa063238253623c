//! Opening the log: both copies are checked against each other and against the
//! mark. What a crash leaves is levelled: the journal is written first, so it may
//! be ahead of sled by what was never acknowledged. Anything else is damage, and
//! `rebuild` has the word.

use super::files::LOG_DIR;
use super::insert::{CHUNK, insert};
use super::journal::{self, End, Journal, Torn};
use super::lock::patiently;
use super::mark::{self, Mark, Marked, Stamp};
use super::panics::caught;
use super::reader::{self, guarded};
use super::{Head, StoreFault, archives, copy, files, rebuild, shorten, swap, unreadable};
use events::Seq;
use sled::{Db, Tree};
use std::fs::{File, OpenOptions, Permissions};
use std::io;
use std::ops::ControlFlow;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

/// Both copies, open.
#[derive(Debug)]
pub(super) struct Open {
    pub(super) tree: Tree,
    pub(super) db: Db,
    pub(super) mark: Mark,
    /// What stands before the first entry: nothing, or the end of what is packed.
    pub(super) base: Head,
    file: File,
    journal: Journal,
}

impl Open {
    /// Opens both copies in `state`, rebuilding them where one is damaged.
    pub(super) fn of(state: &Path) -> Result<(Self, Head), StoreFault> {
        swap::finish(state)?;
        // sled may also panic where it is closed after it was found damaged.
        let as_found = || {
            caught(|| Self::as_found(state)).unwrap_or_else(|message| {
                let what = format!("opening the log: sled gave up: {message}");
                Err(StoreFault::corrupt(what))
            })
        };
        let opened = match as_found() {
            Err(fault @ StoreFault::Io { .. }) => Err(unreadable::refused(state).unwrap_or(fault)),
            opened => opened,
        };
        let (open, head) = match opened {
            Err(fault @ (StoreFault::Corrupt { .. } | StoreFault::Unreadable { .. })) => {
                rebuild::run(state, &fault)?;
                as_found()
            }
            opened => opened,
        }?;
        let Some(base) = shorten::due(state, &open.tree, open.base, head)? else {
            return Ok((open, head));
        };
        let _ = caught(move || drop(open));
        if let Err(fault) = shorten::shorten(state, base) {
            tracing::warn!("the log stays as long as it is: {fault}");
        }
        as_found()
    }

    fn as_found(state: &Path) -> Result<(Self, Head), StoreFault> {
        let making = |error: io::Error| StoreFault::io("preparing the state directory", &error);
        let dir = state.join(LOG_DIR);
        let (mark, marked) = Mark::open(state)?;
        let stamp = Stamp::of(state).map_err(making)?;
        let end = if stamp.is_some() && marked.closed == stamp {
            let head = marked.head;
            End { head, torn: None }
        } else {
            checked(state, marked)?
        };
        files::private_dir(&dir).map_err(making)?;
        forget_half_written_snapshots(&dir).map_err(making)?;
        let (db, tree) = patiently(|| reader::open(&dir))?;
        let file = File::open(dir.join("db")).map_err(making)?;
        let head = reader::newest(&tree)?;
        reader::compare(&tree, head, marked.head)?;
        if head.seq > end.head.seq || (head.seq == end.head.seq && head != end.head) {
            return Err(StoreFault::corrupt(format!(
                "the journal ends at entry {}, and sled at another entry {}",
                end.head.seq, head.seq
            )));
        }
        let base = archives::before(state, reader::first_behind(&tree, Seq(0)))?;
        if head.last().is_none() {
            settle_new_files(state, &dir, &db, &file)?;
        }
        if let Some(torn) = &end.torn {
            cut(torn).map_err(making)?;
        }
        let journal = Journal::open(state.join(journal::DIR)).map_err(making)?;
        files::close_to_others(state).map_err(making)?;
        let open = Self {
            tree,
            db,
            mark,
            base,
            file,
            journal,
        };
        if head != end.head {
            open.level(state, head)?;
        }
        open.note(end.head)?;
        Ok((open, end.head))
    }

    /// Gives sled what only the journal has.
    fn level(&self, state: &Path, sled: Head) -> Result<(), StoreFault> {
        let (mut chunk, mut result) = (Vec::new(), Ok(()));
        journal::read(&state.join(journal::DIR), |entry, link, frame| {
            if entry.seq == sled.seq && link != sled.link {
                result = Err(StoreFault::corrupt(format!(
                    "entry {} is not the same in both copies",
                    entry.seq
                )));
            }
            if entry.seq > sled.seq {
                chunk.push((entry.seq, frame.to_vec()));
            }
            if result.is_ok() && chunk.len() >= CHUNK {
                result = self.insert(&std::mem::take(&mut chunk));
            }
            match result {
                Ok(()) => ControlFlow::Continue(()),
                Err(_) => ControlFlow::Break(()),
            }
        })?;
        result.and_then(|()| self.insert(&chunk))
    }

    /// Writes a batch to both copies and returns when they are on disk.
    pub(super) fn write(
        &mut self,
        frames: &[(Seq, Vec<u8>)],
        head: Head,
    ) -> Result<(), StoreFault> {
        self.journal
            .append(frames)
            .map_err(|error| StoreFault::io("appending to the journal", &error))?;
        self.insert(frames)?;
        self.note(head)
    }

    /// Gives frames to sled and returns when they are on disk.
    pub(super) fn insert(&self, frames: &[(Seq, Vec<u8>)]) -> Result<(), StoreFault> {
        let doing = "appending to the log";
        guarded(doing, || {
            insert(&self.tree, frames)?;
            self.db.flush()
        })?;
        // On Linux sled's flush leaves the file's size behind.
        if cfg!(target_os = "linux") {
            self.file
                .sync_data()
                .map_err(|error| StoreFault::io(doing, &error))?;
        }
        Ok(())
    }

    fn note(&self, head: Head) -> Result<(), StoreFault> {
        self.mark
            .set(head, None)
            .map_err(|error| StoreFault::io("writing the mark of the log", &error))
    }
}

/// Both copies of a log that was not closed in good order, or was touched since,
/// read whole: sled as a copy, because it repairs while it opens.
fn checked(state: &Path, marked: Marked) -> Result<End, StoreFault> {
    let Head { seq, link } = marked.head;
    let mut found = marked.head.last().is_none();
    let end = journal::read(&state.join(journal::DIR), |entry, its, _| {
        found |= entry.seq == seq && its == link;
        ControlFlow::Continue(())
    })?;
    if end.head.seq < seq {
        return Err(StoreFault::corrupt(format!(
            "the journal ends at entry {}, but entry {seq} had been acknowledged",
            end.head.seq
        )));
    }
    if !found {
        let name = mark::NAME;
        return Err(StoreFault::corrupt(format!(
            "entry {seq} of the journal is not the one that {name} names"
        )));
    }
    match copy::run(state, marked) {
        Err(StoreFault::Full { .. }) => {
            tracing::info!("no room to check a copy of sled's files; the journal is whole");
            Ok(end)
        }
        checked => checked.map(|()| end),
    }
}

/// Takes a record off that was being written when the process ended: sled, which
/// comes second, has nothing of it, so it was never acknowledged.
fn cut(torn: &Torn) -> io::Result<()> {
    let file = OpenOptions::new().write(true).open(&torn.segment)?;
    file.set_len(torn.at)?;
    file.sync_all()
}

/// Leftovers of a crash that sled 0.34.7 mistakes for its newest snapshot and then
/// refuses to open. They are incomplete by their name, and only a cache.
fn forget_half_written_snapshots(dir: &Path) -> io::Result<()> {
    for entry in dir.read_dir()? {
        let path = entry?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        if name.starts_with("snap.") && name.ends_with(".generating") {
            tracing::info!(file = %path.display(), "removed a snapshot that a crash left half written");
            std::fs::remove_file(&path)?;
        }
    }
    Ok(())
}

/// sled never flushes `conf` and the names of its files, and cannot open without them.
fn settle_new_files(state: &Path, dir: &Path, db: &Db, file: &File) -> Result<(), StoreFault> {
    let doing = "creating the log";
    guarded(doing, || db.flush())?;
    let sync = || -> io::Result<()> {
        let conf = File::open(dir.join("conf"))?;
        for ours in [&conf, file] {
            ours.set_permissions(Permissions::from_mode(0o600))?;
            ours.sync_all()?;
        }
        files::private_dir(&state.join(journal::DIR))?;
        files::sync_dir(dir)?;
        files::sync_dir(state)
    };
    sync().map_err(|error| StoreFault::io(doing, &error))
}
