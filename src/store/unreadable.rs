//! Files of the log that the system does not give back: a bad sector, a directory in a
//! file's place, rights that are gone. A copy with such a file is as good as damaged, and
//! the other one has what was in it. What fails only now, for want of memory or
//! descriptors or because somebody holds a lock, is no damage: it can be read later.

use super::copy::BLOBS;
use super::files::LOG_DIR;
use super::{StoreFault, journal, mark};
use rustix::io::Errno;
use std::ffi::OsStr;
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

/// Whether the error says something of the file and not of the moment.
pub(super) fn is_lasting(error: &io::Error) -> bool {
    let lasting = [
        Errno::IO,
        Errno::ISDIR,
        Errno::NOTDIR,
        Errno::ACCESS,
        Errno::PERM,
        Errno::LOOP,
        Errno::NXIO,
        // So a file system speaks that keeps checksums.
        Errno::BADMSG,
        #[cfg(target_os = "linux")]
        Errno::UCLEAN,
    ];
    Errno::from_io_error(error).is_some_and(|errno| lasting.contains(&errno))
}

/// What of the log in `state` cannot be read, after an error that may come from that.
pub(super) fn refused(state: &Path) -> Option<StoreFault> {
    let parts = [LOG_DIR, journal::DIR, mark::NAME];
    parts.iter().find_map(|part| refusal(state, part))
}

/// The first file of a part of the log that cannot be read from its beginning to its end.
pub(super) fn refusal(state: &Path, part: &str) -> Option<StoreFault> {
    let whole = state.join(part);
    let (path, error) = match files(&whole) {
        Err(error) => (whole, error),
        Ok(files) => files.into_iter().find_map(|file| {
            let error = read(&file).err().filter(is_lasting)?;
            Some((file, error))
        })?,
    };
    is_lasting(&error).then(|| {
        let name = path.strip_prefix(state).unwrap_or(&path).display();
        let what = format!("{name} cannot be read: {error}");
        StoreFault::Unreadable { what }
    })
}

/// The files of a part of the log.
fn files(part: &Path) -> io::Result<Vec<PathBuf>> {
    if part.ends_with(mark::NAME) {
        return Ok(vec![part.to_owned()]);
    }
    let mut files = Vec::new();
    for entry in part.read_dir()? {
        let path = entry?.path();
        if path.file_name() != Some(OsStr::new(BLOBS)) {
            files.push(path);
        }
    }
    files.sort_unstable();
    Ok(files)
}

fn read(file: &Path) -> io::Result<u64> {
    io::copy(&mut File::open(file)?, &mut io::sink())
}
