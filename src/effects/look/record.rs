//! What a session's record says was said and done last. The record is long; only its end
//! is read, and never held.

use super::nothing::nothing;
use crate::clock::wall;
use crate::ingress::rollouts::parse::{Record, record};
use crate::ingress::rollouts::work::{Work, work};
use crate::time_zone::Zone;
use events::command::Look;
use events::input::RolloutFact;
use events::outcome::Failure;
use events::{SessionId, Wall};
use std::collections::BTreeMap;
use std::fs::File;
use std::io::{Read as _, Seek as _, SeekFrom};

/// How much of the end is read.
const TAIL: u64 = 8 * 1024 * 1024;
/// Most steps that are shown, and most characters of one.
const STEPS: (usize, usize) = (25, 110);
/// The same beside a session's status.
const NEWEST: (usize, usize) = (6, 70);
/// Most characters of one message where several are shown.
const MESSAGE: usize = 6_000;

/// Takes the secrets out of a text.
type Redact = fn(&str) -> String;

/// The last messages of the session, the oldest first.
pub(super) async fn last(look: &Look, messages: u16, redact: Redact) -> Result<String, Failure> {
    let messages = usize::from(messages);
    read(look, move |lines, session, time| {
        let mut said: Vec<(Wall, &str, String)> = Vec::new();
        let all = lines.filter_map(|line| record(line, session).ok()?);
        for Record { at, fact, .. } in all {
            let (who, text) = if let RolloutFact::UserMessage { text, .. } = fact {
                ("You", text)
            } else if let RolloutFact::AssistantMessage { text, .. } = fact {
                ("Codex", text)
            } else {
                continue;
            };
            let text = text.reveal().trim().to_owned();
            // Some versions tell the same thing in two forms.
            let twice = said.last().is_some_and(|(_, w, t)| *w == who && *t == text);
            if !text.is_empty() && !twice {
                said.push((at, who, text));
            }
        }
        let from = said.len().saturating_sub(messages);
        let line = |(at, who, text): &(Wall, &str, String)| {
            let text: String = redact(text).chars().take(MESSAGE).collect();
            format!("{who}, {}:\n{text}", time.of(*at))
        };
        let lines: Vec<_> = said[from..].iter().map(line).collect();
        if lines.is_empty() {
            return "Nothing was said in it yet.".to_owned();
        }
        lines.join("\n\n")
    })
    .await
}

/// What was done last: turns, commands, instructions, in order.
pub(super) async fn steps(look: &Look, redact: Redact) -> Result<String, Failure> {
    let told = done(look, STEPS, redact).await?;
    Ok(told.unwrap_or_else(|| NOTHING_DONE.to_owned()))
}

/// The newest of these steps, short enough to stand beside something else.
pub(super) async fn newest(look: &Look, redact: Redact) -> Result<String, Failure> {
    let told = done(look, NEWEST, redact).await?;
    told.ok_or_else(|| nothing(NOTHING_DONE))
}

const NOTHING_DONE: &str = "Nothing was done in it yet.";

/// The last steps, if there are any.
async fn done(
    look: &Look,
    most: (usize, usize),
    redact: Redact,
) -> Result<Option<String>, Failure> {
    read(look, move |lines, session, time| {
        let mut steps = Steps::default();
        for line in lines {
            if let Ok(Some(Record { at, fact, .. })) = record(line, session) {
                steps.fact(at, &fact);
            }
            if let Some((at, work)) = work(line, session) {
                steps.work(at, work);
            }
        }
        steps.told(time, most, redact)
    })
    .await
}

/// Reads the end of the record beside the other work, and makes a text of it.
async fn read<T, F>(look: &Look, tell: F) -> Result<T, Failure>
where
    T: Send + 'static,
    F: FnOnce(&mut dyn Iterator<Item = &[u8]>, &SessionId, &Times) -> T + Send + 'static,
{
    let (path, session) = (look.rollout.clone(), look.session.clone());
    let told = tokio::task::spawn_blocking(move || {
        let bytes = tail(&path)?;
        let mut lines = bytes.split(|byte| *byte == b'\n');
        if !bytes.is_empty() && !lines.clone().any(is_record) {
            return Err(std::io::Error::other("nothing in it is a whole record"));
        }
        Ok(tell(&mut lines, &session, &Times::now()))
    });
    match told.await {
        Ok(Ok(text)) => Ok(text),
        Ok(Err(error)) => Err(nothing(format!("Its record cannot be read: {error}."))),
        Err(_) => Err(nothing("Its record could not be read.")),
    }
}

/// What was cut or damaged is none.
fn is_record(line: &[u8]) -> bool {
    serde_json::from_slice::<serde::de::IgnoredAny>(line).is_ok()
}

/// The end of a file, from the beginning of a line on.
fn tail(path: &str) -> std::io::Result<Vec<u8>> {
    // To open a pipe would wait for its other end.
    let about = std::fs::metadata(path)?;
    if !about.is_file() {
        return Err(std::io::Error::other("it is no file"));
    }
    let (mut file, length) = (File::open(path)?, about.len());
    let from = length.saturating_sub(TAIL);
    file.seek(SeekFrom::Start(from))?;
    let mut bytes = Vec::new();
    file.take(TAIL).read_to_end(&mut bytes)?;
    if from > 0 {
        let line = bytes.iter().position(|byte| *byte == b'\n');
        bytes.drain(..line.map_or(0, |at| at + 1));
    }
    Ok(bytes)
}

/// Times as the owner reads them.
struct Times {
    zone: Zone,
    now: Wall,
}

impl Times {
    fn now() -> Self {
        Self {
            zone: Zone::of_this_computer(),
            now: wall(),
        }
    }

    /// `14:05`, with the day where it is another one.
    fn of(&self, at: Wall) -> String {
        let clock: String = self.zone.clock(at).chars().take(5).collect();
        let day = self.zone.day(at);
        if day == self.zone.day(self.now) {
            clock
        } else {
            let day: Vec<_> = day.split(' ').take(3).collect();
            format!("{} {clock}", day.join(" "))
        }
    }
}

/// A step: what it is, its words, and how it ended.
#[derive(Clone, PartialEq, Eq)]
struct Step {
    what: &'static str,
    words: String,
    how: String,
}

/// Steps in the making.
#[derive(Default)]
struct Steps {
    /// When, and what.
    steps: Vec<(Wall, Step)>,
    /// Which step a call is, and its command.
    calls: BTreeMap<String, (usize, String)>,
}

impl Steps {
    fn push(&mut self, at: Wall, what: &'static str, words: &str) {
        let step = Step {
            what,
            words: words.to_owned(),
            how: String::new(),
        };
        let says_nothing = what.ends_with(' ') && words.trim().is_empty();
        if !says_nothing && self.steps.last().is_none_or(|(_, last)| *last != step) {
            self.steps.push((at, step));
        }
    }

    fn fact(&mut self, at: Wall, fact: &RolloutFact) {
        match fact {
            RolloutFact::TurnStarted { .. } => self.push(at, "a turn began", ""),
            RolloutFact::UserMessage { text, .. } => self.push(at, "you: ", text.reveal()),
            RolloutFact::AssistantMessage { text, .. } => self.push(at, "Codex: ", text.reveal()),
            RolloutFact::Asked { questions, .. } => {
                let asked = questions.first().map_or("", |q| q.text.reveal().as_str());
                self.push(at, "asked you: ", asked);
            }
            RolloutFact::TurnCompleted { error: None, .. } => self.push(at, "the turn ended", ""),
            RolloutFact::TurnCompleted {
                error: Some(error), ..
            } => self.push(at, "the turn failed: ", error.reveal()),
            RolloutFact::TurnAborted { .. } => self.push(at, "the turn was interrupted", ""),
            RolloutFact::Meta(_)
            | RolloutFact::Worked { .. }
            | RolloutFact::Goal(_)
            | RolloutFact::CallClosed { .. }
            | RolloutFact::Limits(_)
            | RolloutFact::Skipped { .. } => {}
        }
    }

    /// A command is one step, in however many records it is told.
    fn work(&mut self, at: Wall, work: Work) {
        match work {
            Work::Called { call, command } => self.ran(at, call, &command, String::new()),
            Work::Ran {
                call,
                command,
                exit,
                ..
            } => {
                let how = exit.map_or_else(|| " (not run)".to_owned(), ended);
                self.ran(at, call, &command, how);
            }
            Work::Output {
                call,
                exit: Some(code),
                ..
            } => {
                if let Some((_, command)) = self.calls.get(&call).cloned() {
                    self.ran(at, call, &command, ended(code));
                }
            }
            Work::Output { exit: None, .. } => {}
            Work::Patched { files, .. } => {
                let names: Vec<_> = files.iter().map(|file| file.path.as_str()).collect();
                self.push(at, "changed ", &names.join(", "));
            }
        }
    }

    fn ran(&mut self, at: Wall, call: String, command: &str, how: String) {
        let step = Step {
            what: "ran ",
            words: command.to_owned(),
            how,
        };
        if let Some((known, _)) = self.calls.get(&call) {
            if let Some(entry) = self.steps.get_mut(*known) {
                entry.1 = step;
            }
            return;
        }
        self.calls
            .insert(call, (self.steps.len(), command.to_owned()));
        self.steps.push((at, step));
    }

    /// So many of them, each in a line with so many characters of its words.
    fn told(&self, time: &Times, (most, room): (usize, usize), redact: Redact) -> Option<String> {
        let from = self.steps.len().saturating_sub(most);
        let line = |(at, step): &(Wall, Step)| {
            let words = short(&redact(&step.words), room);
            format!("{} {}{words}{}", time.of(*at), step.what, step.how)
        };
        let lines: Vec<_> = self.steps[from..].iter().map(line).collect();
        (!lines.is_empty()).then(|| lines.join("\n"))
    }
}

fn ended(code: i32) -> String {
    match code {
        0 => String::new(),
        code => format!(" → failed ({code})"),
    }
}

/// The words on one line, cut.
fn short(text: &str, room: usize) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if line.chars().count() <= room {
        return line;
    }
    let cut: String = line.chars().take(room - 1).collect();
    format!("{}…", cut.trim_end())
}
