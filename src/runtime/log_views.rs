//! The log looked at beside whoever holds it: its newest entries, as they come,
//! and what it is made of.

use super::open;
use super::trace::Printer;
use crate::config::{Config, Form};
use crate::error::{Answer, CommandError, Outcome};
use crate::store::{self, Follow};
use crate::terminal_text::TerminalText;
use crate::ui;
use events::{Envelope, Wall};
use projections::Machine;
use projections::describe::span;
use std::collections::{BTreeMap, VecDeque};
use std::fmt::Write as _;
use std::time::Duration;

/// How often a log is looked at that is followed.
const LOOK: Duration = Duration::from_millis(250);

fn unwritten(error: std::io::Error) -> CommandError {
    CommandError::failure("cannot write to stdout").because(error)
}

/// Prints the newest entries, and those that come if asked to.
pub fn log_tail(config: &Config, count: usize, follow: bool, form: Form) -> Outcome {
    let (mut machine, mut printer) = (Machine::default(), Printer::new(form));
    let mut newest: VecDeque<String> = VecDeque::new();
    let mut log = Follow::of(&config.state_dir);
    let mut take = |entry: &Envelope| {
        let before = machine.state().clone();
        machine.commit(std::slice::from_ref(entry));
        printer.text(&before, entry, machine.state())
    };
    log.further(&mut |entry| {
        newest.push_back(take(&entry));
        if newest.len() > count {
            newest.pop_front();
        }
    })
    .map_err(open::fault)?;
    let shown = Printer::new(form);
    for text in newest {
        shown.print(&text).map_err(unwritten)?;
    }
    if !follow {
        return Ok(Answer::Yes);
    }
    loop {
        std::thread::sleep(LOOK);
        let mut text = String::new();
        log.further(&mut |entry| text += &take(&entry))
            .map_err(open::fault)?;
        if !text.is_empty() {
            shown.print(&text).map_err(unwritten)?;
        }
    }
}

/// What a log is made of.
#[derive(Default, serde::Serialize)]
struct Stats {
    entries: u64,
    first: Option<Wall>,
    last: Option<Wall>,
    /// Entries and bytes by kind.
    kinds: BTreeMap<&'static str, (u64, u64)>,
    sled_bytes: u64,
    journal_bytes: u64,
    sessions: usize,
    open_texts: usize,
    open_commands: usize,
    /// Commands that ended done, failed, unknown, expired.
    settled: [u64; 4],
    digest: String,
}

/// Prints what the log is made of.
pub fn log_stats(config: &Config, json: bool) -> Outcome {
    let (mut stats, mut machine) = (Stats::default(), Machine::default());
    store::look(&config.state_dir, |entry, frame| {
        stats.entries += 1;
        stats.first.get_or_insert(entry.wall);
        stats.last = Some(entry.wall);
        let kind = stats
            .kinds
            .entry(events::upcast::kind(&entry.event).name)
            .or_default();
        kind.0 += 1;
        kind.1 += frame.len() as u64;
        machine.commit(std::slice::from_ref(&entry));
        std::ops::ControlFlow::Continue(())
    })
    .map_err(open::fault)?;
    let end = machine.state();
    (stats.sled_bytes, stats.journal_bytes) =
        store::sizes(&config.state_dir).map_err(open::fault)?;
    stats.sessions = end.sessions.by_id.len();
    stats.open_texts = end.outbox.open.len();
    stats.open_commands = end.ledger.open.len();
    stats.settled = end.ledger.settled;
    stats.digest = end.digest();
    let text = if json {
        serde_json::to_string_pretty(&stats).unwrap_or_default() + "\n"
    } else {
        told(&stats)
    };
    ui::data(&text).map_err(unwritten)?;
    Ok(Answer::Yes)
}

fn told(stats: &Stats) -> String {
    let terminal = TerminalText::new();
    let mut out = format!("entries: {}\n", stats.entries);
    if let (Some(first), Some(last)) = (stats.first, stats.last) {
        let time = first.until(last);
        let zone = terminal.zone();
        let _ = writeln!(
            out,
            "from {} to {} ({})",
            zone.full(first),
            zone.full(last),
            span(time)
        );
        let days = (time.0 / 86_400_000).max(1);
        let _ = writeln!(
            out,
            "a day: about {} entries, {}",
            stats.entries / days,
            size(stats.journal_bytes / days)
        );
    }
    let [sled, journal] = [stats.sled_bytes, stats.journal_bytes].map(size);
    let _ = writeln!(out, "on disk: {sled} in sled, {journal} in the journal");
    let _ = writeln!(
        out,
        "sessions: {}; texts on their way: {}; commands not ended: {}",
        stats.sessions, stats.open_texts, stats.open_commands
    );
    let [done, failed, unknown, expired] = stats.settled;
    let _ = writeln!(
        out,
        "commands ended: {done} done, {failed} failed, {unknown} unknown, {expired} expired"
    );
    let _ = writeln!(out, "digest: {}\n", stats.digest);
    let mut kinds: Vec<_> = stats.kinds.iter().collect();
    kinds.sort_by_key(|(_, (count, _))| std::cmp::Reverse(*count));
    for (kind, (count, bytes)) in kinds {
        let _ = writeln!(out, "{count:>9}  {:>9}  {kind}", size(*bytes));
    }
    out
}

/// A size as people read it.
fn size(bytes: u64) -> String {
    match bytes {
        0..=9_999 => format!("{bytes} B"),
        10_000..=9_999_999 => format!("{} kB", bytes / 1_000),
        _ => format!("{} MB", bytes / 1_000_000),
    }
}
