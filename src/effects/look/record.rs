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
/// Most steps that are shown.
const STEPS: usize = 25;
/// Most characters of one step, and of one message where several are shown.
const STEP: usize = 110;
const MESSAGE: usize = 6_000;

/// The last messages of the session, the oldest first.
pub(super) async fn last(look: &Look, messages: u16) -> Result<String, Failure> {
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
            let text: String = text.reveal().trim().chars().take(MESSAGE).collect();
            // Some versions tell the same thing in two forms.
            let twice = said.last().is_some_and(|(_, w, t)| *w == who && *t == text);
            if !text.is_empty() && !twice {
                said.push((at, who, text));
            }
        }
        let from = said.len().saturating_sub(messages);
        let line =
            |(at, who, text): &(Wall, &str, String)| format!("{who}, {}:\n{text}", time.of(*at));
        let lines: Vec<_> = said[from..].iter().map(line).collect();
        if lines.is_empty() {
            return "Nothing was said in it yet.".to_owned();
        }
        lines.join("\n\n")
    })
    .await
}

/// What was done last: turns, commands, instructions, in order.
pub(super) async fn steps(look: &Look) -> Result<String, Failure> {
    read(look, |lines, session, time| {
        let mut steps = Steps::default();
        for line in lines {
            if let Ok(Some(Record { at, fact, .. })) = record(line, session) {
                steps.fact(at, &fact);
            }
            if let Some((at, work)) = work(line, session) {
                steps.work(at, work);
            }
        }
        steps.told(time)
    })
    .await
}

/// Reads the end of the record beside the other work, and makes a text of it.
async fn read<F>(look: &Look, tell: F) -> Result<String, Failure>
where
    F: FnOnce(&mut dyn Iterator<Item = &[u8]>, &SessionId, &Times) -> String + Send + 'static,
{
    let (path, session) = (look.rollout.clone(), look.session.clone());
    let told = tokio::task::spawn_blocking(move || {
        let bytes = tail(&path)?;
        let mut lines = bytes.split(|byte| *byte == b'\n');
        Ok::<_, std::io::Error>(tell(&mut lines, &session, &Times::now()))
    });
    match told.await {
        Ok(Ok(text)) => Ok(text),
        Ok(Err(error)) => Err(nothing(format!("Its record cannot be read: {error}."))),
        Err(_) => Err(nothing("Its record could not be read.")),
    }
}

/// The end of a file, from the beginning of a line on.
fn tail(path: &str) -> std::io::Result<Vec<u8>> {
    let mut file = File::open(path)?;
    let length = file.metadata()?.len();
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

/// Steps in the making.
#[derive(Default)]
struct Steps {
    /// When, and what.
    steps: Vec<(Wall, String)>,
    /// Which step a call is, and its command.
    calls: BTreeMap<String, (usize, String)>,
}

impl Steps {
    fn push(&mut self, at: Wall, step: String) {
        if self.steps.last().is_none_or(|(_, last)| *last != step) {
            self.steps.push((at, step));
        }
    }

    fn fact(&mut self, at: Wall, fact: &RolloutFact) {
        let step = match fact {
            RolloutFact::TurnStarted { .. } => "a turn began".to_owned(),
            RolloutFact::UserMessage { text, .. } => format!("you: {}", short(text.reveal())),
            RolloutFact::AssistantMessage { text, .. } => {
                format!("Codex: {}", short(text.reveal()))
            }
            RolloutFact::Asked { questions, .. } => {
                let asked = questions.first().map_or("", |q| q.text.reveal().as_str());
                format!("asked you: {}", short(asked))
            }
            RolloutFact::TurnCompleted { error: None, .. } => "the turn ended".to_owned(),
            RolloutFact::TurnCompleted {
                error: Some(error), ..
            } => format!("the turn failed: {}", short(error.reveal())),
            RolloutFact::TurnAborted { .. } => "the turn was interrupted".to_owned(),
            RolloutFact::Meta(_)
            | RolloutFact::Worked { .. }
            | RolloutFact::Goal(_)
            | RolloutFact::CallClosed { .. }
            | RolloutFact::Limits(_)
            | RolloutFact::Skipped { .. } => return,
        };
        if !step.ends_with(": ") {
            self.push(at, step);
        }
    }

    /// A command is one step, in however many records it is told.
    fn work(&mut self, at: Wall, work: Work) {
        match work {
            Work::Called { call, command } => self.ran(at, call, &command, ""),
            Work::Ran {
                call,
                command,
                exit,
                ..
            } => {
                let how = exit.map_or_else(|| " (not run)".to_owned(), ended);
                self.ran(at, call, &command, &how);
            }
            Work::Output {
                call,
                exit: Some(code),
                ..
            } => {
                if let Some((_, command)) = self.calls.get(&call).cloned() {
                    self.ran(at, call, &command, &ended(code));
                }
            }
            Work::Output { exit: None, .. } => {}
            Work::Patched { files, .. } => {
                let names: Vec<_> = files.iter().map(|file| file.path.as_str()).collect();
                self.push(at, format!("changed {}", short(&names.join(", "))));
            }
        }
    }

    fn ran(&mut self, at: Wall, call: String, command: &str, how: &str) {
        let step = format!("ran {}{how}", short(command));
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

    fn told(&self, time: &Times) -> String {
        let from = self.steps.len().saturating_sub(STEPS);
        let line = |(at, step): &(Wall, String)| format!("{} {step}", time.of(*at));
        let lines: Vec<_> = self.steps[from..].iter().map(line).collect();
        if lines.is_empty() {
            return "Nothing was done in it yet.".to_owned();
        }
        lines.join("\n")
    }
}

fn ended(code: i32) -> String {
    match code {
        0 => String::new(),
        code => format!(" → failed ({code})"),
    }
}

/// The words on one line, cut.
fn short(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if line.chars().count() <= STEP {
        return line;
    }
    let cut: String = line.chars().take(STEP - 1).collect();
    format!("{}…", cut.trim_end())
}
