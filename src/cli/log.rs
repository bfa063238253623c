//! `log`: the log as text for people, checked, and made anew from that text.

use super::replay::Range;
use crate::config::Form;
use crate::error::Outcome;
use crate::runtime;
use crate::time_zone::length;
use events::Span;
use std::path::PathBuf;

/// Watch, measure, export, verify, compact or import the log
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, clap::Subcommand)]
enum Action {
    /// Print the log as JSON Lines, including texts and addresses
    Export {
        #[command(flatten)]
        range: Range,
    },
    /// Show the newest events, and with -f those that come
    Tail {
        /// How many
        #[arg(short = 'n', long, default_value_t = 20)]
        count: usize,
        /// Go on, and show each event as it is appended
        #[arg(short, long)]
        follow: bool,
        /// Every field and every change, by paths
        #[arg(long, conflicts_with = "json")]
        full: bool,
        /// One JSON object a line, for programs
        #[arg(long)]
        json: bool,
    },
    /// Show what the log is made of: kinds of events, sizes, how it grows
    Stats {
        /// As one JSON object
        #[arg(long)]
        json: bool,
    },
    /// Read and check both copies of the log; the exit code is 1 if one is damaged
    ///
    /// Changes nothing, and works beside a running agent.
    Verify,
    /// Pack old history into one file, and make both copies of the log shorter
    ///
    /// Nothing is lost: what is packed stands in `history/` in the state directory, and every
    /// command still reads it there. A running agent makes its log shorter at its next start.
    ///
    /// With --forget-text the log forgets words instead, or as well: of messages, texts, replies
    /// and prompts that are over. That cannot be undone. What happened, when and why stays, and so
    /// do the words of what is still open. It needs the log for itself: stop the agent first.
    #[command(verbatim_doc_comment)]
    Compact {
        /// What stays in the log itself, such as 90d or 12w
        #[arg(
            long,
            value_name = "AGE",
            value_parser = age,
            required_unless_present = "forget_text"
        )]
        keep: Option<Span>,
        /// After how long words are forgotten, such as 7d
        #[arg(long, value_name = "AGE", value_parser = age)]
        forget_text: Option<Span>,
    },
    /// Create the log from an export; the log must be empty
    Import {
        /// A file written by `log export` or `log compact`, starting at the first entry
        file: PathBuf,
    },
}

fn age(written: &str) -> Result<Span, String> {
    length(written).ok_or_else(|| format!("{written:?} is no age, such as 90d, 12w or 1y"))
}

/// Carries it out.
pub fn run(args: &Args) -> Outcome {
    let settings = super::common::settings(&[])?;
    match &args.action {
        Action::Export { range } => {
            let (from, to) = range.ends();
            runtime::log_export(&settings, from, to)
        }
        Action::Tail {
            count,
            follow,
            full,
            json,
        } => {
            let form = match (full, json) {
                (true, _) => Form::Full,
                (_, true) => Form::Json,
                _ => Form::People,
            };
            runtime::log_tail(&settings, *count, *follow, form)
        }
        Action::Stats { json } => runtime::log_stats(&settings, *json),
        Action::Compact { keep, forget_text } => {
            runtime::log_compact(&settings, *keep, *forget_text)
        }
        Action::Verify => runtime::log_verify(&settings),
        Action::Import { file } => runtime::log_import(&settings, file),
    }
}
