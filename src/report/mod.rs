//! `report`: all that somebody needs who looks into a fault, in one file. Each line
//! is a JSON object: first what the program and its surroundings are, then the log
//! as `log export` writes it, last the fingerprints. Words of people are masked
//! unless the owner says otherwise; `replay` reads the file anywhere.

mod mask;

use crate::config::Config;
use crate::doctor::Report as Doctor;
use crate::error::CommandError;
use crate::runtime::{self, ReportEnd};
use events::masked::masked;
use events::{Envelope, Event, Link, codec};
use mask::Words;
use projections::Machine;
use serde_json::{Value, json};
use std::io::{self, Write};

/// The form of the file.
const SCHEMA: u16 = 1;

/// Writes the report.
pub fn write(
    config: &Config,
    doctor: &Doctor,
    with_words: bool,
    out: &mut dyn Write,
) -> Result<ReportEnd, CommandError> {
    let unwritten =
        |error: io::Error| CommandError::failure("the report cannot be written").because(error);
    let mut words = Words::new().map_err(|error| {
        CommandError::failure("no random number can be had to mask words with").because(error)
    })?;
    if !with_words {
        runtime::each_entry(config, None, &mut |entry| {
            words.learn(&entry.event);
            true
        })?;
    }
    let head = head(config, doctor, with_words);
    writeln!(out, "{head}").map_err(unwritten)?;
    let (mut whole, mut here) = (Machine::default(), Machine::default());
    let (mut link, mut fault) = (Link::START, None);
    runtime::each_entry(config, None, &mut |entry| {
        whole.commit(std::slice::from_ref(&entry));
        let shown = if with_words {
            Ok(entry)
        } else {
            other(entry, &words)
        };
        let text = shown.and_then(|entry| {
            here.commit(std::slice::from_ref(&entry));
            let (frame, next) = codec::encode(link, &entry).map_err(|error| error.to_string())?;
            link = next;
            Ok(runtime::export_line(&entry, &frame))
        });
        let written =
            text.and_then(|line| writeln!(out, "{line}").map_err(|error| error.to_string()));
        fault = written.err();
        fault.is_none()
    })?;
    if let Some(fault) = fault {
        return Err(CommandError::failure(format!(
            "the report cannot be written: {fault}"
        )));
    }
    let ends = ReportEnd {
        entries: whole.state().last.0,
        digest: whole.state().digest(),
        digest_here: here.state().digest(),
        words: with_words,
    };
    writeln!(out, "{}", json!({ "end": ends })).map_err(unwritten)?;
    out.flush().map_err(unwritten)?;
    Ok(ends)
}

fn head(config: &Config, doctor: &Doctor, with_words: bool) -> Value {
    let settings: Vec<_> = config
        .table()
        .iter()
        .map(|row| json!({ "name": row.name, "value": row.shown, "from": row.origin.to_string() }))
        .collect();
    let head = json!({
        "report": SCHEMA,
        "program": crate::VERSION,
        "system": format!("{} {}", std::env::consts::OS, std::env::consts::ARCH),
        "words": with_words,
        "settings": settings,
        "doctor": doctor,
    });
    // Paths name their owner.
    if with_words { head } else { mask::paths(&head) }
}

/// The same entry with other words.
fn other(entry: Envelope, words: &Words) -> Result<Envelope, String> {
    let event = if let Event::RuntimeStarted(mut started) = entry.event {
        let settings = masked(&started.settings.settings(), words);
        let settings = settings.and_then(serde_json::from_value::<events::Settings>);
        let settings = settings.map_err(|error| error.to_string())?;
        started.settings = (&settings).into();
        Event::RuntimeStarted(started)
    } else {
        let value = masked(&entry.event, words).map_err(|error| error.to_string())?;
        serde_json::from_value(value).map_err(|error| error.to_string())?
    };
    let event = serde_json::to_value(&event).map_err(|error| error.to_string())?;
    let event = serde_json::from_value(mask::paths(&event)).map_err(|error| error.to_string())?;
    Ok(Envelope { event, ..entry })
}
