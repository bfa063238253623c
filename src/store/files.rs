//! Files of ours: private directories, and writes that are there whole or not at all.

use std::fs::{DirBuilder, File, OpenOptions, Permissions};
use std::io::{self, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

/// sled's directory, below the state directory.
pub(super) const LOG_DIR: &str = "log";
/// The file whose lock the owner of the log holds.
pub(super) const LOCK: &str = "daemon.lock";
/// The journal's directory.
pub(super) const JOURNAL: &str = "journal";
/// Where packed history is.
pub(super) const HISTORY: &str = "history";
/// A log that was built and is whole. From here on it is the log.
pub(super) const BUILT: &str = "rebuilt";
/// Where damaged files are kept, below the state directory.
pub(super) const DAMAGED: &str = "damaged";

/// Whether a log that was built is being put in place, or was when the program ended.
pub(super) fn is_under_way(state: &Path) -> bool {
    state.join(BUILT).exists()
}

/// Where the archives are to which the journal belongs: they are put in place after it.
pub(super) fn history(state: &Path) -> PathBuf {
    let built = state.join(BUILT);
    let new = built.join(HISTORY);
    if new.exists() && !built.join(JOURNAL).exists() {
        new
    } else {
        state.join(HISTORY)
    }
}

/// Makes `dir` and what is missing above it, and closes it to everybody else.
pub(crate) fn private_dir(dir: &Path) -> io::Result<()> {
    DirBuilder::new().recursive(true).mode(0o700).create(dir)?;
    if dir.metadata()?.permissions().mode() & 0o077 != 0 {
        std::fs::set_permissions(dir, Permissions::from_mode(0o700))?;
    }
    Ok(())
}

/// Closes everything below `dir` to everybody else. Links are not followed, and
/// what vanishes meanwhile needs no closing. What was set aside as damaged lies in a closed
/// directory, and may be what nobody can open any more: it is in nobody's way.
pub(crate) fn close_to_others(dir: &Path) -> io::Result<()> {
    for entry in dir.read_dir()? {
        let entry = entry?;
        let Ok(found) = entry.path().symlink_metadata() else {
            continue;
        };
        let wanted = if found.is_dir() { 0o700 } else { 0o600 };
        let open = found.permissions().mode() & 0o077 != 0;
        if open && !found.is_symlink() {
            std::fs::set_permissions(entry.path(), Permissions::from_mode(wanted))?;
        }
        if found.is_dir() {
            match close_to_others(&entry.path()) {
                Err(_) if entry.file_name() == DAMAGED => {}
                closed => closed?,
            }
        }
    }
    Ok(())
}

/// Makes the names in `dir` survive a power cut.
pub(crate) fn sync_dir(dir: &Path) -> io::Result<()> {
    File::open(dir)?.sync_all()
}

/// Puts `bytes` in the place of `path`: whoever reads it finds the old or the new content.
pub(crate) fn replace(dir: &Path, name: &str, bytes: &[u8]) -> io::Result<()> {
    let temporary = dir.join(format!("{name}.tmp"));
    let mut file = OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(&temporary)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    std::fs::rename(&temporary, dir.join(name))?;
    sync_dir(dir)
}
