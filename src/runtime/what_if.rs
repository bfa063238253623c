//! `replay --what-if`: recorded facts decided again. There is no executor here, no
//! source and no way to append.

use super::entries::{each_batch, each_entry, report_end};
use super::replay::Replay;
use crate::config::{Config, Form};
use crate::error::{Answer, CommandError, Outcome};
use crate::terminal_text::TerminalText;
use events::{Envelope, Seq, Settings};
use projections::describe::words;
use projections::explain::fact;
use projections::whatif::{Again, Difference, again};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

/// What is asked.
pub struct WhatIf<'a> {
    /// The settings that are asked about, made of those that held.
    pub change: &'a dyn Fn(&Settings) -> Settings,
    /// A log of another version, whose decisions are compared with.
    pub against: Option<&'a Path>,
}

/// What came of all facts.
#[derive(Default, serde::Serialize)]
struct Count {
    facts: u64,
    differ: u64,
    untold: u64,
    elsewhere: u64,
}

/// Decides again and prints where that differs. The answer is no where it does.
pub fn what_if(config: &Config, replay: &Replay, asked: &WhatIf<'_>) -> Outcome {
    let others = asked
        .against
        .map(|path| decisions(config, path))
        .transpose()?;
    let report = replay.file.as_deref().map(report_end).transpose();
    let words = !matches!(report, Ok(Some(Some(ends))) if !ends.words);
    let mut terminal = TerminalText::new();
    let (mut count, mut printed) = (Count::default(), Ok(()));
    let part = (replay.from, replay.to);
    each_batch(config, replay.file.as_deref(), part, |state, batch| {
        let then = match (&others, batch.first()) {
            (Some(others), Some(first)) => match others.get(&first.seq) {
                Some(other) if same_fact(batch, other) => other.as_slice(),
                _ => {
                    count.elsewhere += 1;
                    return;
                }
            },
            _ => batch,
        };
        match again(state, batch, then, words, asked.change) {
            Again::Nothing => {}
            Again::Same => count.facts += 1,
            Again::Untold => count.untold += 1,
            Again::Differs(difference) => {
                count.facts += 1;
                count.differ += 1;
                let text = difference_text(&terminal, replay.form, &difference);
                if printed.is_ok() {
                    printed = terminal.print(&text);
                }
            }
        }
    })?;
    summary(&mut terminal, replay.form, &count)
        .and(printed)
        .map_err(|error| CommandError::failure("cannot write to stdout").because(error))?;
    Ok(if count.differ == 0 {
        Answer::Yes
    } else {
        Answer::No
    })
}

/// The batches of another log, by their first position.
fn decisions(config: &Config, path: &Path) -> Result<BTreeMap<Seq, Vec<Envelope>>, CommandError> {
    let mut found: BTreeMap<Seq, Vec<Envelope>> = BTreeMap::new();
    each_entry(config, Some(path), &mut |entry| {
        found
            .entry(entry.cause.unwrap_or(entry.seq))
            .or_default()
            .push(entry);
        true
    })?;
    Ok(found)
}

fn same_fact(one: &[Envelope], other: &[Envelope]) -> bool {
    match (fact(one), fact(other)) {
        (Some(one), Some(other)) => one.event == other.event,
        _ => false,
    }
}

fn difference_text(terminal: &TerminalText, form: Form, difference: &Difference) -> String {
    if form == Form::Json {
        let rule = |rule: Option<events::event::Rule>| rule.map(|rule| format!("{rule:?}"));
        let json = serde_json::json!({
            "seq": difference.seq.0,
            "time": terminal.zone().exact(difference.wall),
            "fact": difference.fact,
            "rule_then": rule(difference.rule_then),
            "rule_now": rule(difference.rule_now),
            "then": difference.then,
            "now": difference.now,
        });
        return format!("{json}\n");
    }
    let mut out = terminal.place(difference.wall, difference.seq.0, &difference.fact);
    if let (Some(then), Some(now)) = (difference.rule_then, difference.rule_now)
        && then != now
    {
        out += &terminal.detail(
            "rule",
            &format!("{} → {}", words::rule(then), words::rule(now)),
        );
    }
    for line in &difference.then {
        out += &terminal.detail("then", line);
    }
    for line in &difference.now {
        out += &terminal.detail("now", line);
    }
    out
}

fn summary(terminal: &mut TerminalText, form: Form, count: &Count) -> std::io::Result<()> {
    if form == Form::Json {
        let json = serde_json::to_string(count).unwrap_or_default();
        return terminal.print(&format!("{json}\n"));
    }
    let mut out = format!(
        "decided again: {} facts, {} with another outcome\n",
        count.facts, count.differ
    );
    if count.untold > 0 {
        let why = "not decided again, because the log does not hold what it takes";
        let _ = writeln!(out, "{why}: {}", count.untold);
    }
    if count.elsewhere > 0 {
        let _ = writeln!(out, "not in the other log: {}", count.elsewhere);
    }
    terminal.print(&out)
}
