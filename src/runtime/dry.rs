//! `--dry-run`: what would happen, and nothing of it. The real log is read, a
//! copy in memory grows; sources are only looked at; commands are printed.

use super::trace::Printer;
use super::{open, sources};
use crate::clock::{Clock, SystemClock};
use crate::config::Config;
use crate::error::{Answer, CommandError, Outcome};
use crate::ingress::chat_db::ChatDb;
use crate::ingress::inbox::Inbox;
use crate::ingress::queue_file::QueueFile;
use crate::ui;
use events::Input;
use events::event::Source;
use events::input::{SourceState, Started};
use projections::{Machine, State, describe};
use std::fmt::Write as _;
use std::path::PathBuf;

/// Looks at every source once and prints what a round would append and begin.
pub(super) fn once(config: &Config) -> Outcome {
    let mut machine = Machine::from(open::state_only(config)?);
    let mut clock = SystemClock::resume(machine.state().tick, machine.state().wall);
    let started = Started {
        version: crate::VERSION.to_owned(),
        pid: std::process::id(),
        settings: config.settings(),
    };
    print("This would be appended to the log:\n")?;
    let mut printer = Printer::new(config.trace_form);
    show(
        &mut machine,
        &mut clock,
        Input::Started(started),
        &mut printer,
    )?;
    for input in look(config, machine.state()) {
        show(&mut machine, &mut clock, input, &mut printer)?;
    }
    show(&mut machine, &mut clock, Input::Elapsed, &mut printer)?;
    let mut out = String::new();
    for (id, command) in machine.owed() {
        let name = describe::command_name(machine.state(), &command);
        let _ = writeln!(out, "would begin command {id}: {name}");
    }
    out.push_str("dry run: nothing was sent, typed or stored\n");
    print(&out)
}

fn show(
    machine: &mut Machine,
    clock: &mut SystemClock,
    input: Input,
    printer: &mut Printer,
) -> Outcome {
    let batch = machine.propose(input, clock.now());
    for envelope in batch.envelopes() {
        let before = machine.state().clone();
        machine.commit(std::slice::from_ref(envelope));
        let text = printer.text(&before, envelope, machine.state());
        printer.print(&text).map_err(unwritten)?;
    }
    Ok(Answer::Yes)
}

fn print(text: &str) -> Outcome {
    ui::data(text).map(|()| Answer::Yes).map_err(unwritten)
}

fn unwritten(error: std::io::Error) -> CommandError {
    CommandError::failure("cannot write to stdout").because(error)
}

fn look(config: &Config, state: &State) -> Vec<Input> {
    let mut inputs = Vec::new();
    match Inbox::new(&config.state_dir).peek() {
        Ok(found) => inputs.extend(found.into_iter().map(Input::from)),
        Err(error) => inputs.push(failed(Source::Inbox, &error)),
    }
    inputs.extend(sources::rollouts_left(config, state).scan());
    let mut cursor = sources::chat_cursor(state);
    // SQLite makes files beside a database that it reads: it gets a copy.
    let copy = tempfile::tempdir().and_then(|scratch| copy_of(config, scratch));
    let path = copy
        .as_ref()
        .map_or(config.chat_db.clone(), |(_, path)| path.clone());
    let rows =
        ChatDb::open(path).and_then(|mut db| db.poll(&mut cursor, std::time::Duration::ZERO));
    match rows {
        Ok(rows) => inputs.extend(rows),
        Err(fault) => inputs.push(failed(Source::ChatDb, &fault)),
    }
    match QueueFile::new(config.queue.clone(), usize::MAX, state.inbox.queue.clone()).poll() {
        Ok(lines) => inputs.extend(lines),
        Err(error) => inputs.push(failed(Source::QueueFile, &error)),
    }
    inputs
}

/// chat.db and its log of writes, in a directory that goes away again.
fn copy_of(
    config: &Config,
    scratch: tempfile::TempDir,
) -> std::io::Result<(tempfile::TempDir, PathBuf)> {
    let path = scratch.path().join("chat.db");
    std::fs::copy(&config.chat_db, &path)?;
    let mut wal = config.chat_db.clone().into_os_string();
    wal.push("-wal");
    if std::fs::exists(&wal)? {
        std::fs::copy(&wal, scratch.path().join("chat.db-wal"))?;
    }
    Ok((scratch, path))
}

fn failed(source: Source, why: &dyn std::fmt::Display) -> Input {
    Input::Source(source, SourceState::Failed(why.to_string()))
}
