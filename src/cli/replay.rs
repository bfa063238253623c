//! `replay`: read a log again and show what happened. It executes nothing.

use crate::clock::wall;
use crate::config::Changed;
use crate::error::{CommandError, Outcome};
use crate::runtime::{self, Bound, Replay, WhatIf};
use crate::telling::Form;
use crate::when::Zone;
use events::Seq;
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
    #[arg(long, value_name = "TIME")]
    at: Option<String>,
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
#[derive(Clone, Debug, clap::Args)]
pub struct Range {
    /// First event to show: its number, or a time
    #[arg(long, value_name = "N|TIME")]
    from: Option<String>,
    /// Last event to read: its number, or a time
    #[arg(long, value_name = "N|TIME")]
    to: Option<String>,
}

impl Range {
    /// First and last event.
    pub fn ends(&self) -> Result<(Option<Bound>, Option<Bound>), CommandError> {
        let zone = Zone::of_this_computer();
        let bound = |written: &Option<String>, last: bool| {
            written
                .as_ref()
                .map(|text| bound(text, last, &zone))
                .transpose()
        };
        Ok((bound(&self.from, false)?, bound(&self.to, true)?))
    }
}

fn bound(written: &str, last: bool, zone: &Zone) -> Result<Bound, CommandError> {
    if let Ok(number) = written.parse() {
        return Ok(Bound::Seq(Seq(number)));
    }
    let (from, to) = time(written, zone)?;
    Ok(Bound::Wall(if last { to } else { from }))
}

fn time(written: &str, zone: &Zone) -> Result<(events::Wall, events::Wall), CommandError> {
    zone.read(written, wall()).ok_or_else(|| {
        CommandError::usage(format!("{written:?} is no time"))
            .hint("write 14:05, \"yesterday 18:00\", \"2026-11-28 14:05\" or \"10 min ago\"")
    })
}

/// Carries it out.
pub fn run(args: Args) -> Outcome {
    let (from, to) = args.range.ends()?;
    let at = args
        .at
        .as_deref()
        .map(|at| time(at, &Zone::of_this_computer()))
        .transpose()?;
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
        at: at.map(|(_, last)| last),
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
