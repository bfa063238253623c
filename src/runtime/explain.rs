//! The story of one message, read from the log beside whoever holds it.

use super::entries::each_entry;
use crate::config::Config;
use crate::error::{Answer, CommandError, Outcome};
use crate::terminal_text::TerminalText;
use crate::ui;
use projections::State;
use projections::explain::{Batches, Finder, Found, Hit, Matter, Story, Subject};
use std::fmt::Write as _;

/// Most places that are listed; the newest of them.
const LISTED: usize = 30;

/// Prints the story. The answer is no where the log knows nothing of it.
pub fn explain(config: &Config, subject: &Subject, with_words: bool) -> Outcome {
    let mut finder = Finder::new(subject.clone());
    let state = read(config, &mut |state, batch| finder.batch(state, batch))?;
    let mut terminal = TerminalText::new();
    let text = match finder.found(&state) {
        Found::Nothing => {
            ui::talk("the log knows nothing of it; what was before the first start is not in it");
            return Ok(Answer::No);
        }
        Found::Several(hits) => listed(&terminal, &hits),
        Found::One(matter) => {
            let mut story = Story::new(matter);
            let state = read(config, &mut |state, batch| story.batch(state, batch))?;
            terminal.story(&story.explanation(&state), with_words)
        }
    };
    terminal
        .print(&text)
        .map_err(|error| CommandError::failure("cannot write to stdout").because(error))?;
    Ok(Answer::Yes)
}

/// Shows the log to `each`, batch by batch, and gives the State at its end.
fn read(
    config: &Config,
    each: &mut impl FnMut(&State, &[events::Envelope]),
) -> Result<State, CommandError> {
    let mut batches = Batches::default();
    each_entry(config, None, &mut |entry| {
        batches.push(entry, each);
        true
    })?;
    Ok(batches.end(each))
}

fn listed(terminal: &TerminalText, hits: &[Hit]) -> String {
    let left_out = hits.len().saturating_sub(LISTED);
    let mut out =
        String::from("It fits in several places. `explain event:N` tells one of them:\n\n");
    if left_out > 0 {
        let _ = writeln!(out, "({left_out} older ones are left out)");
    }
    for hit in hits.iter().skip(left_out) {
        if let Matter::Session(id) = &hit.matter {
            let _ = writeln!(out, "{}  `explain @{id}`", hit.sentence);
        } else {
            out += &terminal.place(hit.wall, hit.seq.0, &hit.sentence);
        }
    }
    out
}
