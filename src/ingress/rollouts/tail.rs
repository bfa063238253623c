//! One rollout, read as it grows: only what is new, only complete lines, with
//! bounded memory, whatever happens to the file.
//!
//! A file may be cut, replaced (Codex migrates old files in place) or vanish.
//! When it is no longer the file that was read (another inode, shorter than
//! what was read, or no line end where one was), it is read again from its
//! head, and what was reported of its thread is not reported again ([`super::reported`]).

use super::echo::Echoes;
use super::first;
use super::fork::Fork;
use super::history::{self, History};
use super::lines::{Lines, Next};
use super::meta::Head;
use super::parse::{self, Form, Line, Record};
use super::reported::{Moment, Reported};
use super::shapes::Strange;
use super::sum;
use events::event::ShapeEffect;
use events::id::SessionId;
use events::input::{Rollout, RolloutFact};
use events::time::Wall;
use std::fs::File;
use std::io::{self, Read, Seek};
use std::os::unix::fs::{FileExt, MetadataExt};
use std::path::{Path, PathBuf};

/// What a line is called that is no record.
const DAMAGED: &str = "record cut, damaged or too long";
/// How much of a file is read at a time.
const AT_A_TIME: u64 = 16 << 20;

/// Where a tail begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Start {
    /// Behind what an earlier process reported. Should that place be gone, what is
    /// older than `since` is history.
    At { offset: u64, since: Wall },
    /// The first time this file is seen: records before `since` are history and
    /// not reported, but for the head and a question that is still open.
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
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a doubt of its own about the file"
)]
pub struct Tail {
    session: SessionId,
    path: PathBuf,
    since: Wall,
    phase: Phase,
    identity: Option<(u64, u64)>,
    position: u64,
    passing: bool,
    /// What is reported of this thread may stand in another file, or in this one as it was.
    again: bool,
    /// A newer file of the thread goes on where this one ends.
    superseded: bool,
    fork: Option<Fork>,
    version: String,
    /// The time of the newest record.
    at: Option<Wall>,
    turn_open: bool,
    /// Where the running turn began.
    turn_start: Option<u64>,
    unknown_in_turn: Option<String>,
    moment: Moment,
    echoes: Echoes,
    passed_over: u64,
}

/// What a tail does with the records ahead of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    /// Nothing is read yet.
    Fresh,
    /// It goes on behind what an earlier process reported, once its head is read.
    Resumed,
    /// Records are reported.
    Following,
    /// There is no head where one should be: the file is nobody's.
    Foreign,
}

/// What reading a file gives.
pub struct Output<'a> {
    /// What was reported of every thread.
    pub reported: &'a mut Reported,
    /// What is new.
    pub facts: &'a mut Vec<Rollout>,
    /// What is not understood.
    pub(super) strange: &'a mut Vec<Strange>,
}

impl Tail {
    /// Follows the file at `path`. Nothing is read before [`Tail::read`]. Whose file it
    /// is its head says; until then it is what its name says.
    pub fn new(session: SessionId, path: PathBuf, start: Start) -> Self {
        let (phase, position, since) = match start {
            Start::At { offset, since } => (Phase::Resumed, offset, since),
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
            again: false,
            superseded: false,
            fork: None,
            version: String::new(),
            at: None,
            turn_open: false,
            turn_start: None,
            unknown_in_turn: None,
            moment: Moment::default(),
            echoes: Echoes::default(),
            passed_over: 0,
        }
    }

    /// Where the file is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The thread whose file it is.
    pub const fn session(&self) -> &SessionId {
        &self.session
    }

    /// The file was moved, or stands at another place now.
    pub fn moved(&mut self, path: PathBuf) {
        self.path = path;
    }

    /// Its thread has a newer file: what is open here is not open any more.
    pub const fn supersede(&mut self) {
        self.superseded = true;
    }

    /// How many readable records held nothing that matters.
    pub fn passed_over(&self) -> u64 {
        self.passed_over
    }

    /// Reads what is new and adds what it tells to `out`, also when it fails
    /// midway. The next reading goes on where this one ended.
    pub fn read(&mut self, out: &mut Output<'_>) -> io::Result<Progress> {
        let file = File::open(&self.path)?;
        let about = file.metadata()?;
        let (length, identity) = (about.len(), (about.dev(), about.ino()));
        if !self.is_same(&file, length, identity)? {
            self.start_over();
        }
        self.identity = Some(identity);
        let modified = Wall(about.mtime().saturating_mul(1000));
        if self.phase == Phase::Resumed {
            self.resume(&file, modified)?;
        }
        if self.phase == Phase::Fresh && !self.begin(&file, length, modified, out)? {
            return Ok(Progress::AtEnd);
        }
        if self.phase == Phase::Foreign {
            return Ok(Progress::AtEnd);
        }
        self.follow(&file, modified, out)
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
        self.turn_start = None;
        self.echoes = Echoes::default();
        self.moment = Moment::default();
        self.again = true;
        self.phase = if self.phase == Phase::Following {
            Phase::Following
        } else {
            Phase::Fresh
        };
    }

    /// Takes over what the head says of the file.
    fn know(&mut self, head: &Head, at: Wall) {
        if let Some(thread) = &head.thread {
            self.session = thread.clone();
        }
        self.version.clone_from(&head.meta.version);
        self.at = Some(at);
        let fork = || Fork::new(self.session.clone(), at);
        self.fork = head.copied.then(fork);
    }

    /// Before it goes on behind what was reported, whose file it is, and whether what it
    /// copied from another thread ends before that place.
    fn resume(&mut self, file: &File, modified: Wall) -> io::Result<()> {
        self.phase = Phase::Following;
        let (head, _, behind) = first::find_head(file, modified)?;
        let Some((head, at)) = head else {
            return Ok(());
        };
        self.know(&head, at);
        let mut lines = Lines::at(file, behind, false)?;
        while self.fork.is_some() && lines.place().0 < self.position {
            let Next::Line(_, line) = lines.next()? else {
                break;
            };
            if let Line::Fact(record) = parse::read(line, &self.session, at) {
                self.is_copied(&record);
            }
        }
        Ok(())
    }

    /// Passes over the history. False if there is no head yet.
    fn begin(
        &mut self,
        file: &File,
        length: u64,
        modified: Wall,
        out: &mut Output<'_>,
    ) -> io::Result<bool> {
        let (head, lines, behind_head) = first::find_head(file, modified)?;
        let Some((head, at)) = head else {
            if lines > 0 && self.phase == Phase::Fresh {
                self.strange("session file without a head", ShapeEffect::Lost, 0, out);
            }
            if lines >= first::HEAD_LINES {
                self.phase = Phase::Foreign;
            }
            return Ok(false);
        };
        self.know(&head, at);
        for field in &head.lacks {
            // What stands in for the time is as good; for the others it may be wrong.
            let effect = match *field {
                "timestamp" => ShapeEffect::Replaced,
                _ => ShapeEffect::Lost,
            };
            self.strange(&format!("session head without {field}"), effect, 0, out);
        }
        self.again |= out.reported.any(&self.session);
        let from = history::from(file, behind_head, length, self.since)?;
        let lines = Lines::at(file, from, from > behind_head)?;
        let history = self.pass_history(lines, modified, out)?;
        self.phase = Phase::Following;
        let fact = RolloutFact::Meta(head.meta);
        let form = Form::Only;
        self.tell_beginning(Record { at, form, fact }, history, out);
        Ok(true)
    }

    /// Goes to the end of the history: behind the last record that is older than
    /// `since`, before the first that is not. A line without a time of its own
    /// belongs to what follows it.
    fn pass_history<R: Read + Seek>(
        &mut self,
        mut lines: Lines<R>,
        modified: Wall,
        out: &mut Output<'_>,
    ) -> io::Result<History> {
        let mut history = History::default();
        let mut timed = false;
        (self.position, self.passing) = lines.place();
        loop {
            let (start, line) = match lines.next()? {
                Next::End => return Ok(history),
                Next::Passed => continue,
                Next::Line(start, line) => (start, line),
            };
            let at = parse::timestamp(line);
            timed |= at.is_some();
            match at {
                // Where no record says when it was, the file says it for all of them.
                None if timed || modified >= self.since => continue,
                Some(at) if at >= self.since => return Ok(history),
                None | Some(_) => {}
            }
            if let Line::Fact(record) = parse::read(line, &self.session, modified)
                && !self.is_copied(&record)
                && !self.echoes.repeats(&record)
            {
                let key = self.moment.key(&record);
                if !(self.again && out.reported.contains(&self.session, key)) {
                    out.reported.note(&self.session, key);
                    history.note(start, record);
                }
            }
            (self.position, self.passing) = lines.place();
        }
    }

    /// Tells the head, the goal and the open questions. Each carries the place up to
    /// which the file is done with once it is reported, so that a restart in between
    /// repeats something rather than losing a question.
    fn tell_beginning(&mut self, mut head: Record, history: History, out: &mut Output<'_>) {
        if let RolloutFact::Meta(meta) = &mut head.fact {
            meta.path = self.path.to_string_lossy().into_owned();
        }
        let mut open = history.into_open();
        if self.superseded {
            open.clear();
        }
        let done = self.position;
        let mut ends = open.iter().map(|(start, _)| *start).chain([done]);
        let first = ends.next().unwrap_or(done);
        let key = Moment::default().key(&head);
        if !(self.again && out.reported.contains(&self.session, key)) {
            out.reported.note(&self.session, key);
            self.push(first, head.at, head.fact, out);
        }
        let ends: Vec<u64> = ends.collect();
        for ((_, open), end) in open.into_iter().zip(ends) {
            self.push(end, open.at, open.fact, out);
        }
    }

    fn follow(
        &mut self,
        file: &File,
        modified: Wall,
        out: &mut Output<'_>,
    ) -> io::Result<Progress> {
        let mut lines = Lines::at(file, self.position, self.passing)?;
        let stop = self.position.saturating_add(AT_A_TIME);
        let mut damaged = 0;
        let progress = loop {
            if self.position >= stop {
                break Ok(Progress::Behind);
            }
            let (start, read) = match lines.next() {
                Err(error) => break Err(error),
                Ok(Next::End) => break Ok(Progress::AtEnd),
                Ok(Next::Passed) => (self.position, Line::Damaged),
                Ok(Next::Line(start, line)) if line.trim_ascii().is_empty() => {
                    (start, Line::Passed)
                }
                Ok(Next::Line(start, line)) => {
                    let otherwise = self.at.unwrap_or(modified);
                    (start, parse::read(line, &self.session, otherwise))
                }
            };
            (self.position, self.passing) = lines.place();
            match read {
                Line::Fact(record) => self.take(record, (file, start), out),
                Line::Passed => self.passed_over += 1,
                Line::Unknown(kind) => {
                    self.passed_over += 1;
                    self.strange(&kind, ShapeEffect::Counted, start, out);
                    self.unknown_in_turn = self.turn_open.then_some(kind);
                }
                Line::Strange(kind) => self.strange(&kind, ShapeEffect::Lost, start, out),
                Line::Damaged => {
                    damaged += 1;
                    self.strange(DAMAGED, ShapeEffect::Counted, start, out);
                    self.unknown_in_turn = self.turn_open.then(|| DAMAGED.to_owned());
                }
            }
        };
        (self.position, self.passing) = lines.place();
        if damaged > 0 {
            let at = self.at.unwrap_or(self.since);
            self.push(
                self.position,
                at,
                RolloutFact::Skipped { records: damaged },
                out,
            );
        }
        progress
    }

    /// Reports a record, unless it was reported before or says nothing of this session.
    fn take(&mut self, record: Record, (file, start): (&File, u64), out: &mut Output<'_>) {
        if self.is_copied(&record) {
            return;
        }
        // Behind the head, a head is that of the thread whose history was copied.
        if matches!(record.fact, RolloutFact::Meta(_)) && start != 0 {
            return;
        }
        self.at = Some(record.at);
        if self.echoes.repeats(&record) {
            return;
        }
        let key = self.moment.key(&record);
        let old = record.at < self.since || out.reported.contains(&self.session, key);
        if self.again && old {
            return;
        }
        out.reported.note(&self.session, key);
        if let Some(worked) = sum::of(file, &self.session, self.turn_start, (start, &record)) {
            self.push(start, record.at, worked, out);
        }
        self.watch_turns(&record.fact, out);
        self.push(self.position, record.at, record.fact, out);
    }

    /// Whether a record is another thread's, copied when this one was forked.
    fn is_copied(&mut self, record: &Record) -> bool {
        self.fork = self.fork.take().filter(|fork| !fork.ends_with(record));
        self.fork.is_some()
    }

    /// A turn without an end, but with something unknown in it: the end may be that.
    fn watch_turns(&mut self, fact: &RolloutFact, out: &mut Output<'_>) {
        match fact {
            RolloutFact::TurnStarted { .. } => {
                let unknown = self.unknown_in_turn.take().filter(|_| self.turn_open);
                if let Some(kind) = unknown {
                    let kind = format!("{kind}, perhaps the end of a turn");
                    self.strange(&kind, ShapeEffect::Lost, self.position, out);
                }
                self.turn_open = true;
                self.turn_start = Some(self.position);
            }
            RolloutFact::TurnCompleted { .. } | RolloutFact::TurnAborted { .. } => {
                self.turn_open = false;
                self.turn_start = None;
                self.unknown_in_turn = None;
            }
            RolloutFact::Meta(_)
            | RolloutFact::Worked { .. }
            | RolloutFact::Goal(_)
            | RolloutFact::Limits(_)
            | RolloutFact::UserMessage { .. }
            | RolloutFact::AssistantMessage { .. }
            | RolloutFact::Asked { .. }
            | RolloutFact::CallClosed { .. }
            | RolloutFact::Skipped { .. } => {}
        }
    }

    fn strange(&self, kind: &str, effect: ShapeEffect, offset: u64, out: &mut Output<'_>) {
        out.strange.push(Strange {
            kind: kind.to_owned(),
            effect,
            version: self.version.clone(),
            offset,
        });
    }

    fn push(&self, offset: u64, at: Wall, fact: RolloutFact, out: &mut Output<'_>) {
        out.facts.push(Rollout {
            session: self.session.clone(),
            path: self.path.to_string_lossy().into_owned(),
            offset,
            at,
            fact,
        });
    }
}
