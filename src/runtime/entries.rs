//! The entries of a log, from the log itself or from a file that `log export` or
//! `report` wrote.

use super::open;
use crate::config::Config;
use crate::error::CommandError;
use crate::store;
use events::{Envelope, Link, Seq, Wall, codec};
use serde_json::Value;
use std::fs::File;
use std::io::{self, BufRead, BufReader};
use std::ops::ControlFlow;
use std::path::Path;

/// Where a part of a log begins or ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bound {
    /// At this event.
    Seq(Seq),
    /// At this time.
    Wall(Wall),
}

impl Bound {
    /// Whether the entry lies before it.
    pub(super) fn is_after(self, entry: &Envelope) -> bool {
        match self {
            Self::Seq(seq) => entry.seq < seq,
            Self::Wall(wall) => entry.wall < wall,
        }
    }

    /// Whether the entry lies behind it.
    pub(super) fn is_before(self, entry: &Envelope) -> bool {
        match self {
            Self::Seq(seq) => entry.seq > seq,
            Self::Wall(wall) => entry.wall > wall,
        }
    }
}

/// What the last line of a report says of its log.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct ReportEnd {
    /// Entries.
    pub entries: u64,
    /// Fingerprint of the state where the log comes from.
    pub digest: String,
    /// Fingerprint of the state that the masked log gives, anywhere.
    pub digest_here: String,
    /// It holds the words of people.
    pub words: bool,
}

/// Shows every entry of the log, or of a file, until `each` says no.
pub fn each_entry(
    config: &Config,
    file: Option<&Path>,
    each: &mut dyn FnMut(Envelope) -> bool,
) -> Result<(), CommandError> {
    let Some(path) = file else {
        let each = |entry, _: &[u8]| {
            if each(entry) {
                ControlFlow::Continue(())
            } else {
                ControlFlow::Break(())
            }
        };
        return store::look(&config.state_dir, each).map_err(open::fault);
    };
    let mut link: Option<Link> = None;
    each_frame(path, &mut |frame| {
        let (entry, next) = codec::decode(link, &frame).map_err(|error| error.to_string())?;
        link = Some(next);
        Ok(each(entry))
    })
}

/// Shows the frame of each line to `each`, until it says no, or what is wrong with it.
pub(super) fn each_frame(
    path: &Path,
    each: &mut dyn FnMut(Vec<u8>) -> Result<bool, String>,
) -> Result<(), CommandError> {
    let unread = |error: io::Error| {
        CommandError::failure(format!("cannot read {}", path.display())).because(error)
    };
    let file = File::open(path).map_err(unread)?;
    for (nth, text) in BufReader::new(file).lines().enumerate() {
        let text = text.map_err(unread)?;
        let damaged = |why: &str| {
            CommandError::failure(format!(
                "line {} of {} is not from log export: {why}",
                nth + 1,
                path.display()
            ))
            .hint("nothing was changed; pass a complete file from `log export`")
        };
        let value: Value = serde_json::from_str(&text).map_err(|_| damaged("it is not JSON"))?;
        // The first and the last line of a report are about it.
        if value.get("report").is_some() || value.get("end").is_some() {
            continue;
        }
        let frame = value
            .get("frame")
            .and_then(Value::as_str)
            .and_then(unhex)
            .ok_or_else(|| damaged("it has no frame"))?;
        if !each(frame).map_err(|why| damaged(&why))? {
            return Ok(());
        }
    }
    Ok(())
}

fn unhex(text: &str) -> Option<Vec<u8>> {
    let digits = text.as_bytes();
    let pair = |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok();
    digits
        .len()
        .is_multiple_of(2)
        .then(|| digits.chunks(2).map(pair).collect())?
}

/// What a file says of its log, if it is a report.
pub(super) fn report_end(path: &Path) -> io::Result<Option<ReportEnd>> {
    let mut lines = BufReader::new(File::open(path)?).lines();
    let first: Value = match lines.next().transpose()? {
        Some(line) => serde_json::from_str(&line).unwrap_or_default(),
        None => return Ok(None),
    };
    if first.get("report").is_none() {
        return Ok(None);
    }
    let mut last = String::new();
    for line in lines {
        last = line?;
    }
    let last: Value = serde_json::from_str(&last).unwrap_or_default();
    Ok(last
        .get("end")
        .and_then(|end| serde_json::from_value(end.clone()).ok()))
}
