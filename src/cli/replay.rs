//! `replay`: read a log again and show what happened. It executes nothing.

use crate::clock::wall;
use crate::config::{Changed, Form};
use crate::error::Outcome;
use crate::runtime::{self, Bound, Replay, WhatIf};
use crate::time_zone::Zone;
use events::{Seq, Wall};
use std::path::PathBuf;

/// Tell what happened, event by event, and what holds at the end
///
/// Reads the log beside a running agent, or a file that `log export` or `report`
/// wrote. Executes nothing. The exit code is 1 when something does not hold, and
/// with --what-if when some outcome differs.
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment)]
#[allow(clippy::struct_excessive_bools, reason = "each is a flag")]
pub struct Args {
    /// A file from `log export` or `report`; the log itself if not given
    file: Option<PathBuf>,
    #[command(flatten)]
    range: Range,
    /// Only what has to do with this session: its ref, label or id
    #[arg(long, value_name = "REF")]
    session: Option<String>,
    /// The sessions as `list` would have shown them then, such as "yesterday 18:00"
    #[arg(long, value_name = "TIME", value_parser = moment)]
    at: Option<Wall>,
    /// Wait for Enter after each event; q ends
    #[arg(long)]
    step: bool,
    /// Show no events, only whether everything holds
    #[arg(long)]
    check: bool,
    /// Check also that reading the log in pieces gives the same state
    #[arg(long)]
    verify: bool,
    /// Every field of every event and everything it changed, by paths
    #[arg(long, conflicts_with = "json")]
    full: bool,
    /// The whole state at the end, by paths
    #[arg(long)]
    state: bool,
    /// One JSON object a line, for programs
    #[arg(long)]
    json: bool,
    /// Write it as a page for a browser, which needs nothing else
    #[arg(long, value_name = "FILE", conflicts_with_all = ["what_if", "at", "step", "session"])]
    html: Option<PathBuf>,
    /// With --html: the page holds the words of messages and texts too; it is for you alone
    #[arg(long, requires = "html")]
    with_text: bool,
    /// Decide again with this version, and show only where the outcome differs
    #[arg(long, conflicts_with_all = ["at", "step", "session", "verify", "full", "state"])]
    what_if: bool,
    /// With --what-if: another value for a setting, such as `strict_tmux=0`
    #[arg(long, value_name = "NAME=VALUE", requires = "what_if")]
    set: Vec<String>,
    /// With --what-if: the settings in this file instead
    #[arg(long, value_name = "FILE", requires = "what_if")]
    settings: Option<PathBuf>,
    /// With --what-if: compare with the decisions in this export, of another version
    #[arg(long, value_name = "EXPORT", requires = "what_if")]
    against: Option<PathBuf>,
}

/// Part of a log.
#[derive(Clone, Copy, Debug, clap::Args)]
pub struct Range {
    /// First event to show: its number, or a time
    #[arg(long, value_name = "N|TIME", value_parser = first)]
    from: Option<Bound>,
    /// Last event to read: its number, or a time
    #[arg(long, value_name = "N|TIME", value_parser = last)]
    to: Option<Bound>,
}

impl Range {
    /// First and last event.
    pub const fn ends(&self) -> (Option<Bound>, Option<Bound>) {
        (self.from, self.to)
    }
}

fn first(written: &str) -> Result<Bound, String> {
    bound(written, |(first, _)| first)
}

fn last(written: &str) -> Result<Bound, String> {
    bound(written, |(_, last)| last)
}

fn bound(written: &str, end: impl Fn((Wall, Wall)) -> Wall) -> Result<Bound, String> {
    match written.parse() {
        Ok(number) => Ok(Bound::Seq(Seq(number))),
        Err(_) => time(written).map(|range| Bound::Wall(end(range))),
    }
}

fn time(written: &str) -> Result<(Wall, Wall), String> {
    let read = Zone::of_this_computer().read(written, wall());
    read.ok_or_else(|| {
        "this is no time; write 14:05, \"yesterday 18:00\", \"2026-11-28 14:05\" or \"10 min ago\""
            .into()
    })
}

fn moment(written: &str) -> Result<Wall, String> {
    if written == "now" {
        return Ok(wall());
    }
    time(written).map(|(_, last)| last)
}

/// Carries it out.
pub fn run(args: Args) -> Outcome {
    let (from, to) = args.range.ends();
    let form = match (args.full, args.json) {
        (true, _) => Form::Full,
        (_, true) => Form::Json,
        _ => Form::People,
    };
    let replay = Replay {
        file: args.file,
        from,
        to,
        session: args.session,
        at: args.at,
        step: args.step,
        check: args.check,
        verify: args.verify,
        state: args.state,
        form,
    };
    let config = super::common::settings(&[])?;
    if let Some(file) = &args.html {
        return runtime::html(&config, &replay, file, args.with_text);
    }
    if !args.what_if {
        return runtime::replay(&config, &replay);
    }
    let changed = Changed::read(&args.set, args.settings.as_deref())?;
    let asked = WhatIf {
        change: &|settings| changed.of(settings),
        against: args.against.as_deref(),
    };
    runtime::what_if(&config, &replay, &asked)
}
