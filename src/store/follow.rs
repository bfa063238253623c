//! A log read further and further while another process appends: `log tail -f`.

use super::journal::{self, following, split, whole};
use super::{Head, StoreFault};
use events::Envelope;
use std::fs::File;
use std::io::{self, Read as _, Seek as _, SeekFrom};
use std::path::{Path, PathBuf};

/// Reads what was appended since the last look.
#[derive(Debug)]
pub struct Follow {
    dir: PathBuf,
    head: Head,
    segment: Option<PathBuf>,
    /// Bytes of the segment that were read.
    at: u64,
}

impl Follow {
    /// From the first entry of the log in `state` on.
    pub fn of(state: &Path) -> Self {
        Self {
            dir: state.join(journal::DIR),
            head: Head::default(),
            segment: None,
            at: 0,
        }
    }

    /// Shows every entry that is new. A record that is not whole yet is left for the next look.
    pub fn further(&mut self, each: &mut dyn FnMut(Envelope)) -> Result<(), StoreFault> {
        let unread = |error: io::Error| StoreFault::io("reading the journal", &error);
        loop {
            let segments = journal::segments(&self.dir).map_err(unread)?;
            let known = self.segment.as_ref();
            if known.is_some_and(|known| !segments.contains(known)) {
                return Err(StoreFault::corrupt(
                    "the log was rebuilt meanwhile; start again",
                ));
            }
            let place = known.and_then(|known| segments.iter().position(|path| path == known));
            if let Some(segment) = self.segment.clone() {
                self.read(&segment, each)?;
            }
            // A segment is complete once there is one behind it.
            let next = place.map_or(0, |place| place + 1);
            match segments.get(next) {
                Some(path) => {
                    self.segment = Some(path.clone());
                    self.at = 0;
                }
                None => return Ok(()),
            }
        }
    }

    fn read(&mut self, segment: &Path, each: &mut dyn FnMut(Envelope)) -> Result<(), StoreFault> {
        let unread = |error: io::Error| StoreFault::io("reading the journal", &error);
        let mut file = File::open(segment).map_err(unread)?;
        file.seek(SeekFrom::Start(self.at)).map_err(unread)?;
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes).map_err(unread)?;
        let mut rest = bytes.as_slice();
        while let Some(frames) = whole(rest) {
            for frame in split(frames) {
                let (entry, head) = following(self.head, frame)?;
                self.head = head;
                each(entry);
            }
            let length = journal::HEADER + frames.len();
            rest = rest.get(length..).unwrap_or_default();
            self.at += length as u64;
        }
        Ok(())
    }
}
