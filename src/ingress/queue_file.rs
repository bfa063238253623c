//! The queue file: lines of `{"ts","to","text"}` that other programs append and
//! want sent. It is only ever read; how far is the log's business.
//!
//! A file is identified by device, inode and its first line, so that one that was rewritten
//! in place counts as new. So does one that begins alike and does not hold what was
//! read: it is shorter, or no line ends where the reading did.

use events::input::{QueueEntry, QueueLine};
use events::{Input, Text};
use serde_json::Value;
use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom};
use std::os::unix::fs::MetadataExt;
use std::path::PathBuf;

/// A longer line is not a message.
const LINE_MAX: u64 = 1024 * 1024;

/// The queue file and how far it was read.
#[derive(Debug)]
pub struct QueueFile {
    path: PathBuf,
    limit: usize,
    read: BTreeMap<String, u64>,
}

impl QueueFile {
    /// Continues where `read` says, at most `limit` lines at a time.
    pub const fn new(path: PathBuf, limit: usize, read: BTreeMap<String, u64>) -> Self {
        Self { path, limit, read }
    }

    /// Under which name the file was read last, and how far; under a new one from the
    /// start if it is not the file that it was.
    fn left_off(&self, base: &str, file: &mut (impl Read + Seek)) -> io::Result<(String, u64)> {
        let known = |again: &u32| self.read.contains_key(&named(base, *again));
        let again = (0..u32::MAX).take_while(known).last().unwrap_or(0);
        let name = named(base, again);
        let offset = self.read.get(&name).copied().unwrap_or(0);
        if ends_at(file, offset)? {
            Ok((name, offset))
        } else {
            Ok((named(base, again + 1), 0))
        }
    }

    /// New lines, oldest first. A line without its end is not one yet.
    pub fn poll(&mut self) -> io::Result<Vec<Input>> {
        let file = match File::open(&self.path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            file => file?,
        };
        let meta = file.metadata()?;
        let mut reader = BufReader::new(file);
        let Some(first) = line(&mut reader)? else {
            return Ok(Vec::new());
        };
        let base = format!(
            "{}:{}:{:08x}",
            meta.dev(),
            meta.ino(),
            crc32fast::hash(&first.bytes)
        );
        let (name, mut offset) = self.left_off(&base, &mut reader)?;
        reader.seek(SeekFrom::Start(offset))?;
        let mut lines = Vec::new();
        while lines.len() < self.limit {
            let Some(next) = line(&mut reader)? else {
                break;
            };
            offset += next.len;
            if !next.bytes.trim_ascii().is_empty() {
                lines.push(Input::QueueLine(parse(&name, offset, &next.bytes)));
            }
        }
        self.read.insert(name, offset);
        Ok(lines)
    }
}

/// The name of a file that was rewritten `again` times with the same beginning.
fn named(base: &str, again: u32) -> String {
    match again {
        0 => base.to_owned(),
        again => format!("{base}:{again}"),
    }
}

/// Whether a line ends here.
fn ends_at(reader: &mut (impl Read + Seek), offset: u64) -> io::Result<bool> {
    let Some(last) = offset.checked_sub(1) else {
        return Ok(true);
    };
    let mut byte = [0];
    reader.seek(SeekFrom::Start(last))?;
    Ok(reader.read(&mut byte)? == 1 && byte == *b"\n")
}

struct Line {
    bytes: Vec<u8>,
    len: u64,
}

/// The next complete line; of one that is too long only the beginning is kept.
fn line(reader: &mut impl BufRead) -> io::Result<Option<Line>> {
    let mut bytes = Vec::new();
    let mut len = reader
        .by_ref()
        .take(LINE_MAX)
        .read_until(b'\n', &mut bytes)? as u64;
    while len >= LINE_MAX && bytes.last() != Some(&b'\n') {
        let mut rest = Vec::new();
        let more = reader
            .by_ref()
            .take(LINE_MAX)
            .read_until(b'\n', &mut rest)? as u64;
        len += more;
        if more == 0 || rest.last() == Some(&b'\n') {
            bytes.push(if more == 0 { b' ' } else { b'\n' });
            break;
        }
    }
    Ok((bytes.last() == Some(&b'\n')).then_some(Line { bytes, len }))
}

fn parse(file: &str, offset: u64, bytes: &[u8]) -> QueueLine {
    let refuse = |why: &str| QueueLine {
        file: file.to_owned(),
        offset,
        stamp: String::new(),
        line: Err(why.to_owned()),
    };
    if bytes.len() as u64 > LINE_MAX {
        return refuse("the line is longer than 1 MiB");
    }
    let Ok(Value::Object(map)) = serde_json::from_slice(bytes) else {
        return refuse("the line is not a JSON object");
    };
    let stamp = map.get("ts").map(ToString::to_string).unwrap_or_default();
    let field = |name: &str| map.get(name).and_then(Value::as_str);
    let Some(text) = field("text").or_else(|| field("message")) else {
        return refuse("the line has no \"text\"");
    };
    let to = field("to")
        .filter(|to| !to.trim().is_empty())
        .map(Text::from);
    QueueLine {
        file: file.to_owned(),
        offset,
        stamp,
        line: Ok(QueueEntry {
            to,
            text: Text::from(text),
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    fn texts(inputs: &[Input]) -> Vec<Result<String, String>> {
        let text = |input: &Input| {
            let Input::QueueLine(line) = input else {
                return Err(format!("{input:?}"));
            };
            line.line.clone().map(|entry| entry.text.reveal().clone())
        };
        inputs.iter().map(text).collect()
    }

    #[test]
    fn complete_lines_are_taken_once_and_an_unfinished_one_waits() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("queue.jsonl");
        let mut file = File::create(&path).unwrap();
        let mut queue = QueueFile::new(path, 100, BTreeMap::new());
        file.write_all(b"{\"ts\":1,\"to\":\"+15555550123\",\"text\":\"one\"}\n{\"text\":\"tw")
            .unwrap();
        assert_eq!(texts(&queue.poll().unwrap()), [Ok("one".to_owned())]);
        file.write_all(b"o\"}\nnot json\n\n{}\n").unwrap();
        let found = texts(&queue.poll().unwrap());
        assert_eq!(found[0], Ok("two".to_owned()));
        assert!(
            found[1].is_err() && found[2].is_err() && found.len() == 3,
            "{found:?}"
        );
        assert_eq!(queue.poll().unwrap(), []);
    }

    #[test]
    fn it_goes_on_where_the_log_left_off_and_takes_a_rewritten_file_anew() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("queue.jsonl");
        std::fs::write(&path, "{\"text\":\"a\"}\n{\"text\":\"b\"}\n").unwrap();
        let mut first = QueueFile::new(path.clone(), 1, BTreeMap::new());
        assert_eq!(texts(&first.poll().unwrap()), [Ok("a".to_owned())]);
        let mut second = QueueFile::new(path.clone(), 9, first.read.clone());
        assert_eq!(texts(&second.poll().unwrap()), [Ok("b".to_owned())]);
        std::fs::write(&path, "{\"text\":\"c\"}\n").unwrap();
        assert_eq!(texts(&second.poll().unwrap()), [Ok("c".to_owned())]);
    }

    #[test]
    fn a_file_that_was_rewritten_with_the_same_beginning_is_read_from_its_start() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("queue.jsonl");
        let line = |text: &str| format!("{{\"text\":\"{text}\"}}\n");
        let mut queue = QueueFile::new(path.clone(), 9, BTreeMap::new());
        std::fs::write(&path, line("same") + &line("one") + &line("two")).unwrap();
        assert_eq!(queue.poll().unwrap().len(), 3);
        // Shorter, then longer with another end of lines where the reading ended.
        std::fs::write(&path, line("same") + &line("3")).unwrap();
        let found = queue.poll().unwrap();
        assert_eq!(texts(&found), [Ok("same".to_owned()), Ok("3".to_owned())]);
        std::fs::write(&path, line("same") + &line("a longer line") + &line("x")).unwrap();
        assert_eq!(queue.poll().unwrap().len(), 3);
        // A restart knows all of that.
        let mut again = QueueFile::new(path.clone(), 9, queue.read.clone());
        assert_eq!(again.poll().unwrap(), []);
        let mut file = File::options().append(true).open(path).unwrap();
        file.write_all(line("new").as_bytes()).unwrap();
        let found = again.poll().unwrap();
        assert_eq!(texts(&found), [Ok("new".to_owned())]);
        let Input::QueueLine(found) = &found[0] else {
            panic!()
        };
        assert!(found.file.ends_with(":2"), "{}", found.file);
    }

    #[test]
    fn a_line_without_end_in_sight_is_refused_and_the_next_is_taken() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("queue.jsonl");
        let long = "x".repeat(3 * 1024 * 1024);
        std::fs::write(
            &path,
            format!("{{\"text\":\"{long}\"}}\n{{\"text\":\"short\"}}\n"),
        )
        .unwrap();
        let found = texts(&QueueFile::new(path, 9, BTreeMap::new()).poll().unwrap());
        assert!(
            found[0].is_err() && found[1] == Ok("short".to_owned()),
            "{}",
            found.len()
        );
    }
}
