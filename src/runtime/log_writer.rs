//! The agent's own file of diagnosis, for when launchd starts it: launchd keeps
//! its file open for good and never shortens it. This one is cut into pieces of a
//! size, and the oldest piece goes.

use crate::store::private_dir;
use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

/// Its name in the state directory; older pieces have a number behind it.
const NAME: &str = "agent.log";
/// Size of a piece.
const LIMIT: u64 = 1 << 20;
/// Pieces kept besides the one that is written.
const OLDER: u32 = 3;

/// A file that begins anew when it is full.
pub(super) struct Pieces {
    path: PathBuf,
    limit: u64,
    file: File,
    size: u64,
}

impl Pieces {
    /// Goes on with the file in the state directory.
    pub(super) fn open(state_dir: &Path) -> io::Result<Self> {
        private_dir(state_dir)?;
        Self::at(state_dir.join(NAME), LIMIT)
    }

    fn at(path: PathBuf, limit: u64) -> io::Result<Self> {
        let file = append(&path)?;
        let size = file.metadata()?.len();
        Ok(Self {
            path,
            limit,
            file,
            size,
        })
    }

    fn older(&self, nth: u32) -> PathBuf {
        let mut name = self.path.clone().into_os_string();
        name.push(format!(".{nth}"));
        name.into()
    }

    fn begin_anew(&mut self) -> io::Result<()> {
        for nth in (1..OLDER).rev() {
            // A piece that is not there yet need not move.
            match std::fs::rename(self.older(nth), self.older(nth + 1)) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
                _ => {}
            }
        }
        std::fs::rename(&self.path, self.older(1))?;
        self.file = append(&self.path)?;
        self.size = 0;
        Ok(())
    }
}

impl Write for Pieces {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        if self.size > 0 && self.size + line.len() as u64 > self.limit {
            self.begin_anew()?;
        }
        let written = self.file.write(line)?;
        self.size += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

fn append(path: &Path) -> io::Result<File> {
    OpenOptions::new()
        .append(true)
        .create(true)
        .mode(0o600)
        .open(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_lines_are_kept_in_pieces_of_a_size_and_the_oldest_go() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("agent.log");
        for nth in 0..100 {
            // Opened anew each time, as by an agent that starts.
            let mut pieces = Pieces::at(path.clone(), 100).unwrap();
            pieces
                .write_all(format!("this is line {nth:03}\n").as_bytes())
                .unwrap();
        }
        let mut names: Vec<_> = dir
            .path()
            .read_dir()
            .unwrap()
            .flatten()
            .map(|e| e.file_name())
            .collect();
        names.sort();
        assert_eq!(
            names,
            ["agent.log", "agent.log.1", "agent.log.2", "agent.log.3"]
        );
        let read = |name: &str| std::fs::read_to_string(dir.path().join(name)).unwrap();
        let all =
            read("agent.log.3") + &read("agent.log.2") + &read("agent.log.1") + &read("agent.log");
        assert!(
            all.ends_with("this is line 098\nthis is line 099\n"),
            "{all}"
        );
        let lines: Vec<_> = all.lines().collect();
        assert!((15..=23).contains(&lines.len()), "{all}");
        assert!(lines.is_sorted());
    }
}
