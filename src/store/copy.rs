//! sled repairs while it opens: one flipped bit, and it cuts off and zeroes every
//! entry behind it before it has acknowledged anything. So a log that was not closed in
//! good order, or was touched since, is first opened and read as a copy. Only if
//! everything acknowledged is there does sled get the log itself; else the files
//! stay exactly as they were found, and are moved aside.
//!
//! On APFS the copy is a clone and costs nothing.

use super::files::LOG_DIR;
use super::mark::Marked;
use super::panics::caught;
use super::reader::{self, Reader};
use super::{StoreFault, archives, files};
use events::Seq;
use sled::Tree;
use std::fs;
use std::io;
use std::path::Path;

const SCRATCH: &str = "log.check";
/// sled's directory for values that are larger than ours.
pub(super) const BLOBS: &str = "blobs";

/// Proves on a copy that sled's files in `state` can be opened without losing anything.
pub(super) fn run(state: &Path, marked: Marked) -> Result<(), StoreFault> {
    if !state.join(LOG_DIR).join("db").exists() {
        return Ok(());
    }
    on_copy(state, true, |tree| {
        let head = reader::newest(tree)?;
        reader::compare(tree, head, marked.head)?;
        let base = archives::before(state, reader::first_behind(tree, Seq(0)))?;
        let mut entries = Reader::new(tree, base, Seq(1), head.seq)?;
        while entries.entry()?.is_some() {}
        Ok(())
    })
}

/// Lets `work` use sled's files in `state`, all or only those that it cannot make again
/// by itself, as a copy that goes away again.
pub(super) fn on_copy<T>(
    state: &Path,
    all: bool,
    work: impl FnOnce(&Tree) -> Result<T, StoreFault>,
) -> Result<T, StoreFault> {
    let fault = |error: io::Error| StoreFault::io("checking the log on a copy", &error);
    let scratch = state.join(SCRATCH);
    forget(&scratch).map_err(fault)?;
    let done = copy(&state.join(LOG_DIR), &scratch, all)
        .map_err(fault)
        .and_then(|()| opened(&scratch, work));
    let forgotten = forget(&scratch).map_err(fault);
    done.and_then(|done| forgotten.map(|()| done))
}

/// Opens the copy in `dir`, lets `work` use it and closes it.
pub(super) fn opened<T>(
    dir: &Path,
    work: impl FnOnce(&Tree) -> Result<T, StoreFault>,
) -> Result<T, StoreFault> {
    let (db, tree) = reader::open(dir)?;
    let done = work(&tree);
    // A panic while the copy closes says nothing about the log.
    let _ = caught(move || drop((tree, db)));
    done
}

/// Copies sled's files. Snapshots are a cache, and half written ones are no use; what
/// `conf` says is what we ask for. Its directory of blobs stays empty.
pub(super) fn copy(from: &Path, to: &Path, all: bool) -> io::Result<()> {
    files::private_dir(to)?;
    for entry in from.read_dir()? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        let spare = name.starts_with("snap.") || name == "conf";
        let useless = name.ends_with(".generating") || name == BLOBS;
        if !useless && (all || !spare) {
            fs::copy(entry.path(), to.join(name))?;
        }
    }
    Ok(())
}

/// Removes a directory of ours that may be there.
pub(super) fn forget(scratch: &Path) -> io::Result<()> {
    match fs::remove_dir_all(scratch) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}
