//! sled repairs while it opens: one flipped bit, and it cuts off and zeroes every
//! entry behind it before it has told anybody. So a log that was not closed in
//! good order, or was touched since, is first opened and read as a copy. Only if
//! everything acknowledged is there does sled get the log itself; else the files
//! stay exactly as they were found.
//!
//! On APFS the copy is a clone and costs nothing.

use super::mark::{Marked, Stamp};
use super::quiet::caught;
use super::reader::{self, Reader};
use super::{StoreFault, files};
use events::Seq;
use std::fs::{self, File};
use std::io;
use std::path::Path;

const SCRATCH: &str = "log.check";

/// Proves on a copy that the log in `dir` can be opened without losing anything.
pub(super) fn run(state: &Path, dir: &Path, marked: Marked) -> Result<(), StoreFault> {
    let doing = "checking the log on a copy";
    let fault = |error: io::Error| StoreFault::io(doing, &error);
    match File::open(dir.join("db")) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(fault(error)),
        Ok(file) if marked.closed == Some(Stamp::of(&file).map_err(fault)?) => return Ok(()),
        Ok(_) => {}
    }
    let scratch = state.join(SCRATCH);
    forget(&scratch).map_err(fault)?;
    let checked = copy(dir, &scratch)
        .map_err(fault)
        .and_then(|()| check(&scratch, marked));
    let forgotten = forget(&scratch).map_err(fault);
    checked.and(forgotten)
}

fn check(scratch: &Path, marked: Marked) -> Result<(), StoreFault> {
    let (db, tree) = reader::open(scratch)?;
    let checked = (|| {
        let head = reader::newest(&tree)?;
        reader::compare(&tree, head, marked.head)?;
        let mut entries = Reader::new(&tree, Seq(1), head.seq)?;
        while entries.entry()?.is_some() {}
        Ok(())
    })();
    // A panic while the copy closes says nothing about the log.
    let _ = caught(move || drop((tree, db)));
    checked
}

pub(super) fn copy(from: &Path, to: &Path) -> io::Result<()> {
    files::private_dir(to)?;
    for entry in from.read_dir()? {
        let entry = entry?;
        let name = entry.file_name();
        let half_written = name.to_string_lossy().ends_with(".generating");
        if entry.file_type()?.is_file() && !half_written {
            fs::copy(entry.path(), to.join(name))?;
        }
    }
    Ok(())
}

fn forget(scratch: &Path) -> io::Result<()> {
    match fs::remove_dir_all(scratch) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}
