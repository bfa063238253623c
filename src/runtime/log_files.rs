//! The log as text, checked, and made anew from that text.

use super::entries::{Bound, each_frame, summed};
use super::{log_upkeep, open};
use crate::config::Config;
use crate::error::{Answer, CommandError, Outcome};
use crate::store::{self, Checked, Compacted, Import, SledLog, StoreFault};
use crate::ui;
use events::{Envelope, Seq, Span, Tick, Wall};
use serde::Serialize;
use serde_json::Value;
use std::fmt::Write as _;
use std::ops::ControlFlow;
use std::path::Path;

/// Prints the log, one JSON object per line: for people the event, for programs its frame.
pub fn log_export(config: &Config, from: Option<Bound>, to: Option<Bound>) -> Outcome {
    let mut ended: Result<(), CommandError> = Ok(());
    let printed = store::look(&config.state_dir, |entry, frame| {
        if to.is_some_and(|to| to.is_before(&entry)) {
            return ControlFlow::Break(());
        }
        if !from.is_some_and(|from| from.is_after(&entry)) {
            ended = export(&entry, frame);
        }
        if ended.is_ok() {
            ControlFlow::Continue(())
        } else {
            ControlFlow::Break(())
        }
    });
    printed.map_err(open::fault)?;
    ended.map(|()| Answer::Yes)
}

fn export(entry: &Envelope, frame: &[u8]) -> Result<(), CommandError> {
    print(&format!("{}\n", export_line(entry, frame)))
}

/// One line of an export, in the order people read it.
#[derive(Serialize)]
struct Line<'a> {
    seq: Seq,
    kind: &'a str,
    wall_ms: Wall,
    tick: Tick,
    cause: Option<Seq>,
    event: &'a Value,
    frame: String,
}

/// One line of an export.
pub fn export_line(entry: &Envelope, frame: &[u8]) -> String {
    let event = serde_json::to_value(&entry.event).unwrap_or(Value::Null);
    // An event is written as its kind and, in it, its content.
    let (kind, content) = event
        .as_object()
        .and_then(|map| map.iter().next())
        .map_or(("", &Value::Null), |(k, v)| (k, v));
    let mut hex = String::with_capacity(frame.len() * 2);
    for byte in frame {
        let _ = write!(hex, "{byte:02x}");
    }
    let Envelope {
        seq,
        wall,
        tick,
        cause,
        ..
    } = *entry;
    let line = Line {
        seq,
        kind,
        wall_ms: wall,
        tick,
        cause,
        event: content,
        frame: hex,
    };
    summed(&serde_json::to_string(&line).unwrap_or_default())
}

/// Reads both copies of the log whole. The answer is no where something is damaged.
pub fn log_verify(config: &Config) -> Outcome {
    let verified = store::verify(&config.state_dir).map_err(open::fault)?;
    let copy = |name: &str, copy: &Checked| {
        let Checked {
            entries,
            files,
            bytes,
            damage,
        } = copy;
        let state = damage
            .as_ref()
            .map_or("whole".to_owned(), ToString::to_string);
        format!("{name}: {entries} entries, {bytes} bytes in {files} files, {state}\n")
    };
    let acknowledged = match &verified.acknowledged {
        Ok(seq) => format!("acknowledged: up to entry {seq}\n"),
        Err(fault) => format!("acknowledged: {fault}\n"),
    };
    let sled = copy("sled", &verified.sled);
    let journal = copy("journal", &verified.journal);
    let history = verified.history.as_ref();
    let history = history.map_or_else(String::new, |history| copy("packed history", history));
    print(&format!("{sled}{journal}{history}{acknowledged}"))?;
    if verified.is_whole() {
        return Ok(Answer::Yes);
    }
    ui::talk("hint: the next start rebuilds the log from both copies and keeps the damaged files");
    Ok(Answer::No)
}

fn print(text: &str) -> Result<(), CommandError> {
    ui::data(text).map_err(|error| CommandError::failure("cannot write to stdout").because(error))
}

/// Packs the entries that are older than `keep`, and forgets words that are older than `forget`.
/// The answer is no where nothing is that old.
pub fn log_compact(config: &Config, keep: Option<Span>, forget: Option<Span>) -> Outcome {
    let mut answer = Answer::No;
    if let Some(age) = forget {
        let mut log = SledLog::open(&config.state_dir).map_err(held)?;
        let snapshots = open::snapshots(&config.state_dir);
        let entries = log_upkeep::forget(
            &mut log,
            &config.state_dir,
            &snapshots,
            log_upkeep::ago(age),
        )
        .map_err(open::fault)?;
        if entries == 0 {
            ui::talk("no words are that old; nothing is forgotten");
        } else {
            ui::talk(&format!(
                "the words of {entries} entries are forgotten; what happened, when and why is still there"
            ));
            answer = Answer::Yes;
        }
    }
    match keep {
        Some(keep) if pack(config, keep)? => Ok(Answer::Yes),
        _ => Ok(answer),
    }
}

/// Only who holds the log can forget.
fn held(fault: StoreFault) -> CommandError {
    let locked = matches!(fault, StoreFault::Locked { .. });
    let error = open::fault(fault);
    if !locked {
        return error;
    }
    error.hint(
        "stop the agent, or set CODEX_IMESSAGE_LOG_FORGET_TEXT_DAYS: then it forgets old words itself",
    )
}

/// Packs what is older, and says so. Whether there was something.
fn pack(config: &Config, keep: Span) -> Result<bool, CommandError> {
    let dir = config.state_dir.join("history");
    let dir = dir.display();
    let said = match store::compact(&config.state_dir, log_upkeep::ago(keep), 1)
        .map_err(open::fault)?
    {
        Compacted::Nothing => {
            ui::talk("nothing is that old; the log stays as it is");
            return Ok(false);
        }
        Compacted::Done(last) => format!(
            "the entries up to {last} are packed in {dir}, and the log begins behind them; every command still reads them"
        ),
        Compacted::Packed { last, holder } => {
            let holder = holder.map_or_else(String::new, |pid| format!(" (process {pid})"));
            format!(
                "the entries up to {last} are packed in {dir}; the agent{holder} has the log open and makes it shorter at its next start"
            )
        }
    };
    ui::talk(&said);
    Ok(true)
}

/// Makes a log of what `log export` wrote, where there is none yet.
pub fn log_import(config: &Config, path: &Path) -> Outcome {
    let mut import = Import::into(&config.state_dir).map_err(open::fault)?;
    each_frame(path, &mut |frame| {
        import
            .push(frame)
            .map(|()| true)
            .map_err(|fault| fault.to_string())
    })?;
    let last = import.finish().map_err(open::fault)?;
    ui::talk(&format!("imported {last} entries"));
    Ok(Answer::Yes)
}
