//! Complete lines of a growing file, with their positions. A last line without
//! line feed waits for its end. A line longer than `LONGEST` is passed over:
//! however long it is, no more than that of it is ever held.

use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom};

/// Codex writes lines of 300 kB and more; no record that matters comes near this.
pub(super) const LONGEST: usize = 8 << 20;

const CHUNK: usize = 64 << 10;

/// A reader of lines.
pub(super) struct Lines<R> {
    source: BufReader<R>,
    line: Vec<u8>,
    /// Behind the last complete line, or further inside one that is passed over.
    position: u64,
    passing: bool,
}

/// The first line without the byte order mark that some editors and tools put there.
fn unmarked(start: u64, line: &[u8]) -> &[u8] {
    let mark = "\u{feff}".as_bytes();
    line.strip_prefix(mark)
        .filter(|_| start == 0)
        .unwrap_or(line)
}

/// What came next.
pub(super) enum Next<'a> {
    /// A line without its line feed, and where it starts.
    Line(u64, &'a [u8]),
    /// The end of a line that was passed over.
    Passed,
    /// No further line is complete.
    End,
}

impl<R: Read + Seek> Lines<R> {
    /// Starts at `position`; `passing` if that is inside a line to pass over.
    pub(super) fn at(mut source: R, position: u64, passing: bool) -> io::Result<Self> {
        source.seek(SeekFrom::Start(position))?;
        Ok(Self {
            source: BufReader::with_capacity(CHUNK, source),
            line: Vec::new(),
            position,
            passing,
        })
    }

    /// Where to go on in another reader, and whether that is inside a line to pass over.
    pub(super) fn place(&self) -> (u64, bool) {
        (self.position, self.passing)
    }

    /// The next line.
    pub(super) fn next(&mut self) -> io::Result<Next<'_>> {
        loop {
            self.line.clear();
            let mut limited = (&mut self.source).take(LONGEST as u64 + 1);
            let count = limited.read_until(b'\n', &mut self.line)?;
            let start = self.position;
            let complete = self.line.last() == Some(&b'\n');
            if !complete && !self.passing && count <= LONGEST {
                return Ok(Next::End);
            }
            self.position += count as u64;
            match (complete, self.passing) {
                (true, true) => {
                    self.passing = false;
                    return Ok(Next::Passed);
                }
                (true, false) => {
                    self.line.pop();
                    return Ok(Next::Line(start, unmarked(start, &self.line)));
                }
                (false, true) if count <= LONGEST => return Ok(Next::End),
                (false, _) => self.passing = true,
            }
        }
    }
}
