//! What a turn did, summed up from its records: files, commands, tests, commits.

use super::head;
use super::lines::{Lines, Next};
use super::parse::{self, Record};
use super::payload::payload;
use super::runners;
use super::said;
use super::time;
use super::work::{Work, work};
use events::event::{Commit, FailedCommand, FileWork, TurnWork};
use events::id::SessionId;
use events::input::RolloutFact;
use events::private::Text;
use events::time::Wall;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::os::unix::fs::FileExt;

/// Most that is named of each sort.
const NAMED: usize = 20;
/// Most different commands of one turn that are told apart.
const COMMANDS: usize = 2_000;

/// How much of one turn is summed up.
const TURN: u64 = 32 << 20;

/// What the turn did that ends with the record at `end`, if that is worth knowing. All its
/// records are read once more, so that a restart in the middle of a turn forgets none of it.
pub(super) fn of(
    file: &File,
    session: &SessionId,
    from: Option<u64>,
    (end, record): (u64, &Record),
) -> Option<RolloutFact> {
    let turn = if let RolloutFact::TurnCompleted { turn, .. } = &record.fact {
        Some(turn.clone())
    } else if let RolloutFact::TurnAborted { turn, .. } = &record.fact {
        turn.clone()
    } else {
        return None;
    };
    // What cannot be read now is not summed up; that the turn ended is told all the same.
    let from = from.or_else(|| start(file, end).ok()?)?;
    let from = from.max(end.saturating_sub(TURN));
    let mut lines = Lines::at(Place { file, at: 0 }, from, false).ok()?;
    let mut sum = Sum::default();
    loop {
        match lines.next().ok()? {
            Next::Passed => {}
            Next::End => return None,
            Next::Line(at, line) if at >= end => {
                let work = sum.done(line, record.at);
                let known = work.is_worth_knowing();
                return known.then_some(RolloutFact::Worked { turn, work });
            }
            Next::Line(_, line) => sum.line(line, session),
        }
    }
}

/// Where the turn begins that ends at `end`, if that is not too far back.
fn start(file: &File, end: u64) -> io::Result<Option<u64>> {
    let from = end.saturating_sub(TURN);
    let mut lines = Lines::at(Place { file, at: 0 }, from, from > 0)?;
    let mut found = None;
    loop {
        match lines.next()? {
            Next::Line(at, line) if at < end => {
                if parse::starts_turn(line) {
                    found = Some(at);
                }
            }
            Next::Passed => {}
            Next::Line(..) | Next::End => return Ok(found),
        }
    }
}

/// A place in a file that somebody else is reading.
struct Place<'a> {
    file: &'a File,
    at: u64,
}

impl Read for Place<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.file.read_at(buffer, self.at)?;
        self.at += read as u64;
        Ok(read)
    }
}

impl Seek for Place<'_> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let SeekFrom::Start(at) = to else {
            return Err(io::ErrorKind::Unsupported.into());
        };
        self.at = at;
        Ok(at)
    }
}

/// The records of a turn so far.
#[derive(Debug, Default)]
pub(super) struct Sum {
    began: Option<Wall>,
    files: BTreeMap<String, (u64, u64)>,
    /// Which command a call is.
    calls: BTreeMap<String, String>,
    /// How each command ended last, and when, counted from the first.
    commands: BTreeMap<String, (usize, i32)>,
    count: usize,
    ran: usize,
    tests: Option<events::event::TestRun>,
    commits: Vec<Commit>,
    links: Vec<String>,
    /// Tokens used before the turn, and by now.
    tokens: Option<(u64, u64)>,
}

impl Sum {
    /// Takes the next line.
    pub(super) fn line(&mut self, line: &[u8], session: &SessionId) {
        let Some(head) = head::of(line) else { return };
        if self.began.is_none() {
            self.began = time::parse(&head.timestamp);
        }
        if (&*head.record, &*head.payload) == ("event_msg", "token_count") {
            return self.counted(line);
        }
        if let Some((_, work)) = work(line, session) {
            self.work(work);
        }
    }

    fn work(&mut self, work: Work) {
        match work {
            Work::Called { call, command } => {
                self.calls.insert(call, command);
            }
            Work::Output { call, exit, tail } => {
                // What has a record of its own was taken from there.
                if let (Some(command), Some(exit)) = (self.calls.remove(&call), exit) {
                    self.ran(&command, exit, &tail);
                }
            }
            Work::Ran {
                call,
                command,
                exit,
                tail,
            } => {
                self.calls.remove(&call);
                if let Some(exit) = exit {
                    self.ran(&command, exit, &tail);
                }
            }
            Work::Patched { files, .. } => {
                for file in files {
                    let sum = self.files.entry(file.path).or_default();
                    sum.0 += file.added;
                    sum.1 += file.removed;
                }
            }
        }
    }

    fn ran(&mut self, command: &str, exit: i32, output: &str) {
        self.count += 1;
        let name: Vec<_> = command.split_whitespace().collect();
        let name = name.join(" ");
        if self.commands.len() < COMMANDS || self.commands.contains_key(&name) {
            let known = self.commands.insert(name, (self.count, exit));
            self.ran += usize::from(known.is_none());
        }
        if let Some(tests) = runners::tests(command, output) {
            self.tests = Some(tests);
        }
        if exit == 0 {
            self.commits.extend(said::commits(command, output));
            for link in said::links(command, output) {
                if !self.links.contains(&link) {
                    self.links.push(link);
                }
            }
        }
    }

    fn counted(&mut self, line: &[u8]) {
        #[derive(Deserialize)]
        struct Count {
            info: Option<Info>,
        }
        #[derive(Deserialize)]
        struct Info {
            total_token_usage: Usage,
            last_token_usage: Usage,
        }
        #[derive(Deserialize)]
        struct Usage {
            #[serde(default, rename = "input_tokens")]
            input: u64,
            #[serde(default, rename = "cached_input_tokens")]
            cached: u64,
            #[serde(default, rename = "output_tokens")]
            output: u64,
        }
        let used = |usage: &Usage| {
            let input = usage.input.saturating_sub(usage.cached);
            input.saturating_add(usage.output)
        };
        let Some(info) = payload::<Count>(line).ok().and_then(|count| count.info) else {
            return;
        };
        let total = used(&info.total_token_usage);
        let before = total.saturating_sub(used(&info.last_token_usage));
        let (first, _) = self.tokens.unwrap_or((before, total));
        self.tokens = Some((first, total));
    }

    /// All of it, of a turn that ends with this line, written then.
    pub(super) fn done(self, end: &[u8], at: Wall) -> TurnWork {
        #[derive(Deserialize)]
        struct End {
            duration_ms: Option<u64>,
        }
        let told = payload::<End>(end).ok().and_then(|end| end.duration_ms);
        let measured = self.began.map_or(0, |began| began.until(at).0);
        let mut files: Vec<_> = self.files.into_iter().collect();
        files.sort_by_key(|(_, (added, removed))| std::cmp::Reverse(added + removed));
        let more = files.len().saturating_sub(NAMED);
        let file = |(path, (added, removed)): (String, (u64, u64))| FileWork {
            path: Text::from(path),
            added,
            removed,
        };
        let failed = self.commands.into_iter();
        let failed = failed.filter(|(name, (_, exit))| said::is_failure(name, *exit));
        let mut failed: Vec<_> = failed.collect();
        failed.sort_by_key(|(_, (nth, _))| *nth);
        let failed = failed.into_iter().rev().take(NAMED).rev();
        let failed = failed.map(|(command, (_, exit))| FailedCommand {
            command: Text::from(command),
            exit,
        });
        let newest = self.commits.len().saturating_sub(NAMED);
        TurnWork {
            files: files.into_iter().take(NAMED).map(file).collect(),
            more_files: more.try_into().unwrap_or(u32::MAX),
            ran: self.ran.try_into().unwrap_or(u32::MAX),
            failed: failed.collect(),
            tests: self.tests,
            commits: self.commits.into_iter().skip(newest).collect(),
            links: self.links.into_iter().take(3).map(Text::from).collect(),
            millis: told.unwrap_or(measured),
            tokens: self
                .tokens
                .map_or(0, |(before, now)| now.saturating_sub(before)),
        }
    }
}
