//! States kept beside the log, to start faster: a cache and nothing more.
//!
//! A snapshot counts only if it is whole, was made by this very version of the
//! reducers, and belongs to this log, which the link of its entry proves.
//! Anything else is passed over: replaying from the start gives the same State.
//! No entry of the log is ever given up because a snapshot covers it.

use super::{EventLog, StoreFault, files};
use events::{Link, Seq};
use std::io;
use std::path::{Path, PathBuf};

const MAGIC: &[u8; 4] = b"CXS1";
const KEPT: usize = 2;

/// A state as it was after an entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Snapshot {
    /// The entry.
    pub seq: Seq,
    /// The state, in its owner's encoding.
    pub bytes: Vec<u8>,
}

/// The directory of snapshots, for one version of the reducers.
#[derive(Clone, Debug)]
pub struct Snapshots {
    dir: PathBuf,
    version: String,
}

impl Snapshots {
    /// Those in the state directory, made by reducers of this `version`.
    pub fn new(state: &Path, version: &str) -> Self {
        Self {
            dir: state.join("snapshots"),
            version: version.to_owned(),
        }
    }

    /// Keeps `bytes` as the state after entry `seq`, whose link is `link`; of older ones one stays.
    pub fn save(&self, seq: Seq, link: Link, bytes: &[u8]) -> io::Result<()> {
        files::private_dir(&self.dir)?;
        let content = encode(&self.version, seq, link, bytes);
        files::replace(&self.dir, &format!("snap-{:020}.bin", seq.0), &content)?;
        for old in self.newest_first()?.into_iter().skip(KEPT) {
            std::fs::remove_file(old)?;
        }
        Ok(())
    }

    /// Removes all of them: the next start reads the log.
    pub fn clear(&self) -> io::Result<()> {
        match std::fs::remove_dir_all(&self.dir) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }
    }

    /// The newest snapshot that belongs to `log`.
    pub fn load(&self, log: &impl EventLog) -> Result<Option<Snapshot>, StoreFault> {
        let files = match self.newest_first() {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => {
                let dir = self.dir.display();
                tracing::warn!("{dir} cannot be read: {error}; the log is read from its start");
                return Ok(None);
            }
            Ok(files) => files,
        };
        for path in files {
            let content = match std::fs::read(&path) {
                Ok(content) => content,
                Err(error) => {
                    tracing::warn!("passed over {}: {error}", path.display());
                    continue;
                }
            };
            let found = decode(&self.version, &content);
            if let Some((snapshot, link)) = found
                && log.link(snapshot.seq)? == Some(link)
            {
                return Ok(Some(snapshot));
            }
            tracing::debug!(file = %path.display(), "passed over a snapshot of another version or log");
        }
        Ok(None)
    }

    fn newest_first(&self) -> io::Result<Vec<PathBuf>> {
        let mut paths = Vec::new();
        for entry in self.dir.read_dir()? {
            let path = entry?.path();
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            if name.starts_with("snap-") && name.ends_with(".bin") {
                paths.push(path);
            }
        }
        paths.sort_unstable_by(|a, b| b.cmp(a));
        Ok(paths)
    }
}

/// Magic, checksum over the rest, version with its length, position, link, state.
fn encode(version: &str, seq: Seq, link: Link, bytes: &[u8]) -> Vec<u8> {
    let mut rest = (version.len() as u64).to_be_bytes().to_vec();
    rest.extend(version.as_bytes());
    rest.extend(seq.0.to_be_bytes());
    rest.extend(link.0.to_be_bytes());
    rest.extend(bytes);
    let crc = crc32fast::hash(&rest).to_be_bytes();
    [MAGIC.as_slice(), &crc, &rest].concat()
}

fn decode(version: &str, content: &[u8]) -> Option<(Snapshot, Link)> {
    let (crc, rest) = content.strip_prefix(MAGIC)?.split_first_chunk()?;
    if u32::from_be_bytes(*crc) != crc32fast::hash(rest) {
        return None;
    }
    let (length, rest) = rest.split_first_chunk()?;
    if u64::from_be_bytes(*length) != version.len() as u64 {
        return None;
    }
    let rest = rest.strip_prefix(version.as_bytes())?;
    let (seq, rest) = rest.split_first_chunk()?;
    let (link, bytes) = rest.split_first_chunk()?;
    let snapshot = Snapshot {
        seq: Seq(u64::from_be_bytes(*seq)),
        bytes: bytes.to_vec(),
    };
    Some((snapshot, Link(u32::from_be_bytes(*link))))
}
