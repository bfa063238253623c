//! The entries of a log, from the log itself or from a file that `log export`, `report` or
//! `log compact` wrote. A file may be packed with zstd.

use super::open;
use crate::config::Config;
use crate::error::CommandError;
use crate::store::{self, Records};
use events::{Envelope, Link, Seq, Wall, codec};
use projections::State;
use projections::explain::Batches;
use serde_json::Value;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Cursor, Read};
use std::ops::ControlFlow;
use std::path::Path;

/// What a file that is packed with zstd begins with.
const ZSTD: [u8; 4] = [0x28, 0xB5, 0x2F, 0xFD];
/// What packed history begins with once it is unpacked.
const RECORDS: [u8; 4] = *b"CXJ1";

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
    each_entry_of(path, each)
}

/// Shows the batches of a part of the log, or of a file, each with the State before it. Gives
/// the State at the end of the part.
pub(super) fn each_batch(
    config: &Config,
    file: Option<&Path>,
    (from, to): (Option<Bound>, Option<Bound>),
    mut each: impl FnMut(&State, &[Envelope]),
) -> Result<State, CommandError> {
    let mut each = |state: &State, batch: &[Envelope]| {
        let early = |entry: &Envelope| from.is_some_and(|from| from.is_after(entry));
        if !batch.first().is_some_and(early) {
            each(state, batch);
        }
    };
    let mut batches = Batches::default();
    each_entry(config, file, &mut |entry| {
        let over = to.is_some_and(|to| to.is_before(&entry));
        if !over {
            batches.push(entry, &mut each);
        }
        !over
    })?;
    Ok(batches.end(&mut each))
}

/// Shows every entry of a file until `each` says no.
pub fn each_entry_of(
    path: &Path,
    each: &mut dyn FnMut(Envelope) -> bool,
) -> Result<(), CommandError> {
    let mut link: Option<Link> = None;
    each_frame(path, &mut |frame| {
        let (entry, next) = codec::decode(link, &frame).map_err(|error| error.to_string())?;
        link = Some(next);
        Ok(each(entry))
    })
}

/// A file's content, unpacked if it is packed, with its first bytes.
fn content(path: &Path) -> io::Result<(Box<dyn BufRead + Send>, [u8; 4])> {
    let (file, start) = begun(BufReader::new(File::open(path)?))?;
    if start != ZSTD {
        return Ok((Box::new(file), start));
    }
    let (content, start) = begun(BufReader::new(zstd::Decoder::with_buffer(file)?))?;
    Ok((Box::new(content), start))
}

/// The first bytes, and a reader that gives them once more.
fn begun<R: BufRead + Send>(mut from: R) -> io::Result<(impl BufRead + Send + use<R>, [u8; 4])> {
    let mut start = Vec::new();
    (&mut from).take(4).read_to_end(&mut start)?;
    let first = start.first_chunk().copied().unwrap_or_default();
    Ok((Cursor::new(start).chain(from), first))
}

/// Shows the frames of packed history to `each`.
fn each_packed(
    records: Records,
    each: &mut dyn FnMut(Vec<u8>) -> Result<bool, String>,
) -> Result<(), String> {
    for record in records {
        for frame in store::split(&record?) {
            if !each(frame.to_vec())? {
                return Ok(());
            }
        }
    }
    Ok(())
}

/// Shows the frame of each line to `each`, until it says no, or what is wrong with it.
pub(super) fn each_frame(
    path: &Path,
    each: &mut dyn FnMut(Vec<u8>) -> Result<bool, String>,
) -> Result<(), CommandError> {
    let unread = |error: io::Error| {
        CommandError::failure(format!("cannot read {}", path.display())).because(error)
    };
    let (content, start) = content(path).map_err(unread)?;
    if start == RECORDS {
        return each_packed(Records::read(content), each).map_err(|why| {
            CommandError::failure(format!("{} is not whole: {why}", path.display()))
                .hint("nothing was changed; pass a complete file that `log compact` wrote")
        });
    }
    for (nth, text) in content.lines().enumerate() {
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
        if !is_sound(&text) {
            return Err(damaged("its checksum does not match"));
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

/// A line of an export with its checksum as its last field: a change of what people read is
/// detected as well as one of the frame.
pub(super) fn summed(line: &str) -> String {
    let content = line.strip_suffix('}').unwrap_or(line);
    let sum = crc32fast::hash(content.as_bytes());
    format!("{content},\"sum\":\"{sum:08x}\"}}")
}

/// Whether the line is as it was written.
fn is_sound(line: &str) -> bool {
    let content = line.rsplit_once(",\"sum\":").map(|(content, _)| content);
    content.is_some_and(|content| summed(&format!("{content}}}")) == line)
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
    let mut lines = content(path)?.0.lines();
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
