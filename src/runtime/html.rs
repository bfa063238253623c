//! `replay --html`: a log as one page that needs nothing else.

use super::entries::each_batch;
use super::replay::Replay;
use crate::config::Config;
use crate::error::{Answer, CommandError, Outcome};
use crate::page;
use crate::terminal_text::TerminalText;
use crate::ui;
use projections::page::Builder;
use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;

/// Writes the page of a log, or of a part of it.
pub fn html(config: &Config, replay: &Replay, file: &Path, with_words: bool) -> Outcome {
    let mut builder = Builder::new(with_words);
    let part = (replay.from, replay.to);
    let state = each_batch(config, replay.file.as_deref(), part, |state, batch| {
        builder.batch(state, batch);
    })?;
    let made = builder.page(&state);
    let text = page::page(&made, TerminalText::new().zone(), with_words);
    let unwritten = |error| {
        CommandError::failure(format!("{} cannot be written", file.display())).because(error)
    };
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create(true).truncate(true).mode(0o600);
    options
        .open(file)
        .and_then(|mut file| file.write_all(text.as_bytes()))
        .map_err(unwritten)?;
    let count = made.items.len();
    ui::talk(&format!("wrote {count} items to {}", file.display()));
    Ok(Answer::Yes)
}
