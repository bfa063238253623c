//! `run`: hold the log and work until told to stop.

use crate::config::{Flag, Form};
use crate::error::Outcome;
use crate::runtime;

/// Connect Codex and iMessage until SIGTERM or SIGINT.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Longest interval between two polls of the sources, in seconds
    #[arg(long, value_name = "S", allow_negative_numbers = true)]
    poll: Option<String>,
    /// Stop when stdin closes: the launcher holds its other end
    #[arg(long, hide = true)]
    launched: bool,
    #[command(flatten)]
    watch: Watch,
}

/// What `run` and `once` have in common.
#[derive(Debug, clap::Args)]
pub struct Watch {
    /// Print what would be done; send, type and store nothing
    #[arg(long)]
    pub dry_run: bool,
    /// Print every event as it is appended, and what it changed; `full` prints every field
    #[arg(long, value_name = "HOW", num_args = 0..=1, require_equals = true, default_missing_value = "people")]
    pub trace: Option<How>,
    /// Print the trace as one JSON object a line
    #[arg(long, requires = "trace")]
    pub json: bool,
}

/// How a trace is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum How {
    /// What happened, in sentences
    People,
    /// Every field and every change, by paths
    Full,
}

impl Watch {
    /// How the trace is printed.
    pub fn form(&self) -> Form {
        match (self.json, self.trace) {
            (true, _) => Form::Json,
            (false, Some(How::Full)) => Form::Full,
            (false, Some(How::People) | None) => Form::People,
        }
    }

    /// The settings that these options override.
    pub fn flags(&self) -> Vec<Flag> {
        let trace = self
            .trace
            .is_some()
            .then(|| ("CODEX_IMESSAGE_TRACE", "on".to_owned()));
        trace.into_iter().collect()
    }
}

/// Carries it out.
pub fn run(args: &Args) -> Outcome {
    let mut flags = args.watch.flags();
    flags.extend(
        args.poll
            .iter()
            .map(|poll| ("CODEX_IMESSAGE_INBOUND_POLL_S", poll.clone())),
    );
    let mut config = super::common::settings_with_owner(&flags)?;
    config.trace_form = args.watch.form();
    if args.launched {
        config.launched();
    }
    if args.launched && !args.watch.dry_run {
        return runtime::run_until(&config, crate::mac::launcher::gone());
    }
    runtime::run(&config, args.watch.dry_run)
}
