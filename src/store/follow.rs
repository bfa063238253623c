//! A log read further and further while another process appends: `log tail -f`.

use super::journal::{self, following, split, whole};
use super::{Head, StoreFault, history};
use events::{Envelope, codec};
use std::fs::File;
use std::io::{self, Read as _, Seek as _, SeekFrom};
use std::path::{Path, PathBuf};

/// Reads what was appended since the last look.
#[derive(Debug)]
pub struct Follow {
    state: PathBuf,
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
            state: state.to_owned(),
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
            // The log was made shorter or anew meanwhile: it goes on behind what was shown.
            if self
                .segment
                .as_ref()
                .is_some_and(|known| !segments.contains(known))
            {
                self.segment = None;
            }
            let known = self.segment.as_ref();
            let place = known.and_then(|known| segments.iter().position(|path| path == known));
            if let Some(segment) = self.segment.clone() {
                self.read(&segment, each)?;
            }
            // A segment is complete once there is one behind it.
            let next = place.map_or(0, |place| place + 1);
            match segments.get(next) {
                Some(path) => {
                    if self.segment.is_none() {
                        self.packed(each)?;
                    }
                    self.segment = Some(path.clone());
                    self.at = 0;
                }
                None => return Ok(()),
            }
        }
    }

    /// Shows what is packed and was not shown yet.
    fn packed(&mut self, each: &mut dyn FnMut(Envelope)) -> Result<(), StoreFault> {
        let base = journal::before(&self.dir)?;
        if base.seq <= self.head.seq {
            return Ok(());
        }
        for entry in history::until(&self.state, base)? {
            let (entry, head, _) = entry?;
            if entry.seq > self.head.seq {
                self.head = head;
                each(entry);
            }
        }
        Ok(())
    }

    fn read(&mut self, segment: &Path, each: &mut dyn FnMut(Envelope)) -> Result<(), StoreFault> {
        let unread = |error: io::Error| StoreFault::io("reading the journal", &error);
        let mut file = match File::open(segment) {
            // The log is being made shorter: the next look finds where it goes on.
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
            file => file.map_err(unread)?,
        };
        file.seek(SeekFrom::Start(self.at)).map_err(unread)?;
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes).map_err(unread)?;
        let mut rest = bytes.as_slice();
        while let Some(frames) = whole(rest) {
            for frame in split(frames) {
                let shown = codec::decode(None, frame);
                if shown.is_ok_and(|(entry, _)| entry.seq <= self.head.seq) {
                    continue;
                }
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
