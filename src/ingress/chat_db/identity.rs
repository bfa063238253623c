//! Which file a cursor belongs to. Row numbers mean nothing in another file,
//! yet a file keeps its place in history through a restart that renumbers its
//! device, and through the deletion of its oldest messages.

use super::schema;
use rusqlite::{Connection, OptionalExtension as _};
use sha2::{Digest as _, Sha256};
use std::fmt;
use std::fs::Metadata;
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;

/// Device and inode.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Place {
    device: u64,
    inode: u64,
}

impl Place {
    pub(super) fn of(file: &Metadata) -> Self {
        Self {
            device: file.dev(),
            inode: file.ino(),
        }
    }
}

/// The log and the index that `SQLite` keeps beside a database; none when it is at rest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Companions([Option<Place>; 2]);

impl Companions {
    /// Those of the database at `path`. One that cannot be asked for counts as not there.
    pub(super) fn of(path: &Path) -> Self {
        let place = |end| {
            let mut name = path.as_os_str().to_owned();
            name.push(end);
            let file = std::fs::metadata(name).ok()?;
            Some(Place::of(&file))
        };
        Self(["-wal", "-shm"].map(place))
    }
}

/// A file with its oldest row: number and digest of its id; both 0 when it has none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Identity {
    place: Place,
    first: i64,
    print: u64,
}

impl Identity {
    /// The identity of the file that `db` has open.
    pub(super) fn of(place: Place, db: &Connection) -> rusqlite::Result<Self> {
        let mut query = db.prepare_cached(schema::FIRST)?;
        let oldest = query
            .query_row([], |row| {
                let guid = row.get_ref(1)?;
                let guid = guid.as_bytes_or_null().ok().flatten();
                let digest = Sha256::digest(guid.unwrap_or_default());
                let mut print = [0; 8];
                print.copy_from_slice(&digest[..8]);
                Ok((row.get(0)?, u64::from_be_bytes(print)))
            })
            .optional()?;
        let (first, print) = oldest.unwrap_or_default();
        Ok(Self {
            place,
            first,
            print,
        })
    }

    /// Reads what `Display` wrote.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let mut parts = text.splitn(4, '.');
        Some(Self {
            place: Place {
                device: parts.next()?.parse().ok()?,
                inode: parts.next()?.parse().ok()?,
            },
            first: parts.next()?.parse().ok()?,
            print: u64::from_str_radix(parts.next()?, 16).ok()?,
        })
    }

    /// Whether row numbers of `self`, seen earlier, still mean the same in `now`.
    ///
    /// The same oldest row is the same history, wherever the file stands. Else
    /// it must be the same inode (the device's number may change with a restart)
    /// and the oldest row must have been deleted: numbers are never used again,
    /// so what is oldest now has a higher one.
    pub(super) fn continues_in(&self, now: &Self) -> bool {
        if self.first != 0 && (self.first, self.print) == (now.first, now.print) {
            return true;
        }
        let emptied = now.first == 0;
        self.place.inode == now.place.inode && (emptied || now.first > self.first)
    }
}

impl fmt::Display for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Place { device, inode } = self.place;
        write!(f, "{device}.{inode}.{}.{:016x}", self.first, self.print)
    }
}
