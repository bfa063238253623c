//! One rollout, read as it grows: only what is new, only complete lines, with
//! bounded memory, whatever happens to the file.
//!
//! A file may be cut, replaced (Codex migrates old files in place) or vanish.
//! When it is no longer the file that was read (another inode, shorter than
//! what was read, or no line end where one was), it is read again from its
//! head, and everything up to the newest fact already told is taken as told:
//! facts with an older timestamp, and as many with that very timestamp as were
//! told. Rewriting keeps timestamps and order, so nothing is told twice and
//! nothing new is lost. A tail must never tell a fact that it cannot place.

use super::echo::Echoes;
use super::history::History;
use super::lines::{Lines, Next};
use super::parse::{self, Record};
use events::id::SessionId;
use events::input::{Rollout, RolloutFact};
use events::time::Wall;
use std::fs::File;
use std::io::{self, Read, Seek};
use std::os::unix::fs::{FileExt, MetadataExt};
use std::path::{Path, PathBuf};

/// How much history is looked through for an open question.
const HISTORY: u64 = 4 << 20;
/// How much of a file is read at a time.
const AT_A_TIME: u64 = 16 << 20;

/// Where a tail begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Start {
    /// Behind what an earlier process told. Should that place be gone, what is
    /// older than `since` is history.
    At { offset: u64, since: Wall },
    /// The first time this file is seen: records before `since` are history and
    /// not told, but for the head and a question that is still open.
    Fresh { since: Wall },
}

/// How much a reading has left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Progress {
    /// Everything that is complete has been read.
    AtEnd,
    /// There is more; read again.
    Behind,
}

/// A rollout that is followed.
#[derive(Debug)]
pub struct Tail {
    session: SessionId,
    path: PathBuf,
    since: Wall,
    phase: Phase,
    identity: Option<(u64, u64)>,
    position: u64,
    passing: bool,
    told: Option<Told>,
    echoes: Echoes,
    passed_over: u64,
}

/// What a tail does with the records ahead of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    /// Nothing is read yet.
    Fresh,
    /// Records are told.
    Following,
    /// As in `Following`, once those that are told already are past.
    Again(Told),
    /// The file does not begin with a session's head: it is nobody's.
    Foreign,
}

/// The newest timestamp told, and how many facts had it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Told {
    newest: Wall,
    count: u32,
}

impl Tail {
    /// Follows the file at `path`. Nothing is read before [`Tail::read`].
    pub fn new(session: SessionId, path: PathBuf, start: Start) -> Self {
        let (phase, position, since) = match start {
            Start::At { offset, since } => (Phase::Following, offset, since),
            Start::Fresh { since } => (Phase::Fresh, 0, since),
        };
        Self {
            session,
            path,
            since,
            phase,
            identity: None,
            position,
            passing: false,
            told: None,
            echoes: Echoes::default(),
            passed_over: 0,
        }
    }

    /// Where the file is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The file was moved, or stands at another place now.
    pub fn moved(&mut self, path: PathBuf) {
        self.path = path;
    }

    /// How many readable records told nothing that matters.
    pub fn passed_over(&self) -> u64 {
        self.passed_over
    }

    /// Reads what is new and adds what it tells to `out`, also when it fails
    /// midway. The next reading goes on where this one ended.
    pub fn read(&mut self, out: &mut Vec<Rollout>) -> io::Result<Progress> {
        let file = File::open(&self.path)?;
        let (length, identity) = {
            let about = file.metadata()?;
            (about.len(), (about.dev(), about.ino()))
        };
        if !self.is_same(&file, length, identity)? {
            self.start_over();
        }
        self.identity = Some(identity);
        if self.phase == Phase::Fresh && !self.begin(&file, length, out)? {
            return Ok(Progress::AtEnd);
        }
        if self.phase == Phase::Foreign {
            return Ok(Progress::AtEnd);
        }
        self.follow(&file, out)
    }

    fn is_same(&self, file: &File, length: u64, identity: (u64, u64)) -> io::Result<bool> {
        if self.identity.is_some_and(|known| known != identity) || self.position > length {
            return Ok(false);
        }
        if self.position == 0 || self.passing {
            return Ok(true);
        }
        let mut before = [0];
        let read = file.read_at(&mut before, self.position - 1)?;
        Ok(read == 1 && before == *b"\n")
    }

    fn start_over(&mut self) {
        self.position = 0;
        self.passing = false;
        self.echoes = Echoes::default();
        self.phase = self.told.map_or(Phase::Fresh, Phase::Again);
    }

    /// Passes over the history. False if the head is not complete yet.
    fn begin(&mut self, file: &File, length: u64, out: &mut Vec<Rollout>) -> io::Result<bool> {
        let mut lines = Lines::at(file, 0, false)?;
        let head = match lines.next()? {
            Next::End => return Ok(false),
            Next::Line(_, line) => parse::record(line, &self.session).ok().flatten(),
            Next::Passed => None,
        };
        let (behind_head, _) = lines.place();
        let Some(head) = head.filter(|head| matches!(head.fact, RolloutFact::Meta(_))) else {
            self.phase = Phase::Foreign;
            self.push(
                behind_head,
                self.since,
                RolloutFact::Skipped { records: 1 },
                out,
            );
            return Ok(true);
        };
        let from = self.history_from(file, behind_head, length)?;
        let history = self.pass_history(Lines::at(file, from, from > behind_head)?)?;
        self.phase = Phase::Following;
        self.tell_beginning(head, history, out);
        Ok(true)
    }

    /// Goes to the end of the history: behind the last record that is older than
    /// `since`, before the first that is not. A line without a time of its own
    /// belongs to what follows it.
    fn pass_history<R: Read + Seek>(&mut self, mut lines: Lines<R>) -> io::Result<History> {
        let mut history = History::default();
        (self.position, self.passing) = lines.place();
        loop {
            let (start, line) = match lines.next()? {
                Next::End => return Ok(history),
                Next::Passed => continue,
                Next::Line(start, line) => (start, line),
            };
            match parse::timestamp(line) {
                None => continue,
                Some(at) if at >= self.since => return Ok(history),
                Some(_) => {}
            }
            if let Ok(Some(record)) = parse::record(line, &self.session)
                && !self.echoes.repeats(&record)
            {
                self.note(record.at);
                history.note(start, record);
            }
            (self.position, self.passing) = lines.place();
        }
    }

    /// Where to begin with the history: so far back that what is before is
    /// surely history, but no further back than needed for an open question.
    fn history_from(&self, file: &File, behind_head: u64, length: u64) -> io::Result<u64> {
        let mut span = HISTORY;
        loop {
            let from = length.saturating_sub(span);
            if from <= behind_head {
                return Ok(behind_head);
            }
            let mut lines = Lines::at(file, from, true)?;
            let first = loop {
                match lines.next()? {
                    Next::End => break None,
                    Next::Passed => {}
                    Next::Line(_, line) => {
                        if let Some(at) = parse::timestamp(line) {
                            break Some(at);
                        }
                    }
                }
            };
            if first.is_some_and(|at| at < self.since) {
                return Ok(from);
            }
            span = span.saturating_mul(2);
        }
    }

    /// Tells the head and the open questions. Each carries the place up to which
    /// the file is done with once it is told, so that a restart in between
    /// repeats something rather than losing a question.
    fn tell_beginning(&mut self, mut head: Record, history: History, out: &mut Vec<Rollout>) {
        if let RolloutFact::Meta(meta) = &mut head.fact {
            meta.path = self.path.to_string_lossy().into_owned();
        }
        let open = history.into_open();
        let done = self.position;
        let mut ends = open.iter().map(|(start, _)| *start).chain([done]);
        let first = ends.next().unwrap_or(done);
        self.note(head.at);
        self.push(first, head.at, head.fact, out);
        let ends: Vec<u64> = ends.collect();
        for ((_, asked), end) in open.into_iter().zip(ends) {
            self.push(end, asked.at, asked.fact, out);
        }
    }

    fn follow(&mut self, file: &File, out: &mut Vec<Rollout>) -> io::Result<Progress> {
        let mut lines = Lines::at(file, self.position, self.passing)?;
        let stop = self.position.saturating_add(AT_A_TIME);
        let mut unreadable = 0;
        let progress = loop {
            if self.position >= stop {
                break Ok(Progress::Behind);
            }
            let (is_first, told) = match lines.next() {
                Err(error) => break Err(error),
                Ok(Next::End) => break Ok(Progress::AtEnd),
                Ok(Next::Passed) => (false, Err(parse::Bad)),
                Ok(Next::Line(_, line)) if line.trim_ascii().is_empty() => (false, Ok(None)),
                Ok(Next::Line(start, line)) => (start == 0, parse::record(line, &self.session)),
            };
            (self.position, self.passing) = lines.place();
            match told {
                Ok(Some(record)) => self.take(record, is_first, out),
                Ok(None) => self.passed_over += 1,
                Err(parse::Bad) if matches!(self.phase, Phase::Again(_)) => {}
                Err(parse::Bad) => unreadable += 1,
            }
        };
        (self.position, self.passing) = lines.place();
        if unreadable > 0 {
            let at = self.told.map_or(self.since, |told| told.newest);
            let fact = RolloutFact::Skipped {
                records: unreadable,
            };
            self.push(self.position, at, fact, out);
        }
        progress
    }

    /// Tells a record, unless it was told before or tells nothing of this session.
    fn take(&mut self, mut record: Record, is_first: bool, out: &mut Vec<Rollout>) {
        if let RolloutFact::Meta(meta) = &mut record.fact {
            if !is_first {
                return;
            }
            meta.path = self.path.to_string_lossy().into_owned();
        }
        if self.echoes.repeats(&record) || self.is_told(record.at) {
            return;
        }
        self.note(record.at);
        self.push(self.position, record.at, record.fact, out);
    }

    /// In a file that is read again: whether a fact of this moment was told.
    fn is_told(&mut self, at: Wall) -> bool {
        let Phase::Again(told) = &mut self.phase else {
            return false;
        };
        if at < told.newest {
            return true;
        }
        if at == told.newest && told.count > 0 {
            told.count -= 1;
            return true;
        }
        self.phase = Phase::Following;
        false
    }

    fn note(&mut self, at: Wall) {
        match &mut self.told {
            Some(told) if at < told.newest => {}
            Some(told) if at == told.newest => told.count = told.count.saturating_add(1),
            told => {
                *told = Some(Told {
                    newest: at,
                    count: 1,
                });
            }
        }
    }

    fn push(&self, offset: u64, at: Wall, fact: RolloutFact, out: &mut Vec<Rollout>) {
        out.push(Rollout {
            session: self.session.clone(),
            path: self.path.to_string_lossy().into_owned(),
            offset,
            at,
            fact,
        });
    }
}
