//! Room that is kept for the moment when the disk is full: a file that is given
//! up then, so that what is happening can still be recorded and reported, and taken
//! again when there is plenty.

use super::files;
use rustix::fs::{FallocateFlags, fallocate, statvfs};
use std::fs::OpenOptions;
use std::io::{self, Read as _};
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

const NAME: &str = "reserve";
/// What sled and the journal take for the next few dozen entries, reopening included.
pub(super) const SIZE: u64 = 4 << 20;
/// So much must be free before the reserve is taken: many times its size.
const PLENTY: u64 = 4 * SIZE;

#[derive(Debug)]
pub(super) struct Reserve {
    state: PathBuf,
}

impl Reserve {
    pub(super) fn of(state: &Path) -> Self {
        let state = state.to_owned();
        Self { state }
    }

    fn path(&self) -> PathBuf {
        self.state.join(NAME)
    }

    pub(super) fn is_held(&self) -> bool {
        self.path().metadata().is_ok_and(|data| data.size() == SIZE)
    }

    /// Gives it up. `false`: there was none.
    pub(super) fn release(&self) -> bool {
        let released = std::fs::remove_file(self.path()).is_ok();
        if released {
            tracing::warn!("the disk is full: the reserve in the state directory was given up");
        }
        released
    }

    /// Takes it if there is plenty of room, and says whether it is held now.
    pub(super) fn take(&self) -> bool {
        if self.is_held() {
            return true;
        }
        let taken = self.has_plenty().and_then(|plenty| {
            if plenty {
                self.fill()?;
            }
            Ok(plenty)
        });
        taken.unwrap_or_else(|error| {
            tracing::debug!(%error, "no reserve could be taken");
            let _ = std::fs::remove_file(self.path());
            false
        })
    }

    fn has_plenty(&self) -> io::Result<bool> {
        let disk = statvfs(&self.state)?;
        Ok(disk.f_bavail.saturating_mul(disk.f_frsize) >= PLENTY)
    }

    fn fill(&self) -> io::Result<()> {
        let mut file = OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(true)
            .mode(0o600)
            .open(self.path())?;
        if fallocate(&file, FallocateFlags::empty(), 0, SIZE).is_err() {
            // Not every file system can promise blocks; written ones are there in all.
            io::copy(&mut io::repeat(0xE5).take(SIZE), &mut file)?;
        }
        file.sync_all()?;
        files::sync_dir(&self.state)
    }
}
