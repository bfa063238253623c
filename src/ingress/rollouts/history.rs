//! What is left of a file's history when its tail begins: the goal that Codex
//! works on, and the questions that nobody has answered. A modal is gone when its call is closed or its turn
//! over; an asynchronous question when the user has said something since.

use super::lines::{Lines, Next};
use super::parse::{self, Record};
use events::event::{GoalStatus, QuestionKind};
use events::input::RolloutFact;
use events::time::Wall;
use std::fs::File;
use std::io;

/// How much history is looked through for an open question.
const HISTORY: u64 = 4 << 20;

/// What is open at this point of the file.
#[derive(Debug, Default)]
pub(super) struct History {
    open: Vec<(u64, Record)>,
}

impl History {
    /// Takes the next record, which starts at `start`.
    pub(super) fn note(&mut self, start: u64, record: Record) {
        match &record.fact {
            RolloutFact::Asked { .. } => self.open.push((start, record)),
            RolloutFact::Goal(status) => {
                let active = *status == GoalStatus::Active;
                self.open
                    .retain(|(_, open)| !matches!(open.fact, RolloutFact::Goal(_)));
                if active {
                    self.open.push((start, record));
                }
            }
            RolloutFact::CallClosed { call, .. } => self
                .open
                .retain(|(_, asked)| !matches!(&asked.fact, RolloutFact::Asked { call: open, .. } if open == call)),
            RolloutFact::UserMessage { .. } => self.close(QuestionKind::Async),
            RolloutFact::TurnStarted { .. }
            | RolloutFact::TurnCompleted { .. }
            | RolloutFact::TurnAborted { .. } => self.close(QuestionKind::Modal),
            RolloutFact::Meta(_)
            | RolloutFact::Worked { .. }
            | RolloutFact::AssistantMessage { .. }
            | RolloutFact::Limits(_)
            | RolloutFact::Skipped { .. } => {}
        }
    }

    fn close(&mut self, closed: QuestionKind) {
        self.open.retain(
            |(_, asked)| !matches!(&asked.fact, RolloutFact::Asked { kind, .. } if *kind == closed),
        );
    }

    /// What is open, each with the position where it starts.
    pub(super) fn into_open(self) -> Vec<(u64, Record)> {
        self.open
    }
}

/// Where to begin with the history: so far back that what is before is
/// surely history, but no further back than needed for an open question.
pub(super) fn from(file: &File, behind_head: u64, length: u64, since: Wall) -> io::Result<u64> {
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
        if first.is_some_and(|at| at < since) {
            return Ok(from);
        }
        span = span.saturating_mul(2);
    }
}
