//! `setup-notify-hook`: Codex's configuration is made to run this program.

use super::common::{self, printed};
use crate::error::{CommandError, Outcome};
use crate::mac::hook::{self, Place, Plan, Titles};
use crate::ui;
use projections::handle;
use std::ffi::OsString;
use std::io::{BufRead as _, IsTerminal as _};

/// Notify this program when a Codex turn completes.
///
/// Adds a `notify` entry to `$CODEX_HOME/config.toml`. Everything else in that file
/// stays byte for byte, and a backup is kept beside it. An existing notifier still
/// runs, after ours. Running this again changes nothing.
#[derive(Debug, Default, clap::Args)]
pub struct Args {
    /// Your own phone number or Apple ID e-mail; stored in config.toml in the state directory
    #[arg(long, value_name = "TO")]
    recipient: Option<String>,
    #[command(flatten)]
    titles: PaneTitles,
    /// Print what would be done, and do nothing
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    python: Python,
}

impl Args {
    /// As a part of `setup`, which keeps the recipient itself.
    pub fn with(titles: PaneTitles) -> Self {
        Self {
            titles,
            ..Self::default()
        }
    }
}

/// Whether panes show their session.
#[derive(Clone, Copy, Debug, Default, clap::Args)]
pub struct PaneTitles {
    /// Show the session id in pane titles: the most reliable way to match panes and sessions
    #[arg(long, overrides_with = "no_pane_titles")]
    pane_titles: bool,
    /// Leave pane titles alone; without either option, ask (on a terminal)
    #[arg(long, overrides_with = "pane_titles")]
    no_pane_titles: bool,
}

/// What an older program needed.
#[derive(Debug, Default, clap::Args)]
pub struct Python {
    /// Has no effect; accepted for scripts written for the Python program
    #[arg(long, value_name = "X")]
    python_bin: Option<OsString>,
}

impl Python {
    /// Says that it is not used.
    pub fn tell(&self) {
        if self.python_bin.is_some() {
            ui::talk("--python-bin has no effect: this program does not use Python.");
        }
    }
}

/// Carries it out.
pub fn run(args: &Args) -> Outcome {
    args.python.tell();
    let recipient = args.recipient.as_deref().map(recipient).transpose()?;
    let config = common::settings(&[])?;
    let place = Place {
        codex_home: config.codex_home.clone(),
        state_dir: config.state_dir.clone(),
    };
    let program = program()?;
    let line = format!("notify = [{program:?}, \"notify\"]");
    let planned = |titles| hook::set_up(&place, &program, titles).map_err(CommandError::from);
    let mut plan = planned(args.titles.wanted())?;
    if args.titles.wanted() == Titles::Keep && !plan.shows_thread() && wants_titles() {
        plan = planned(Titles::Show)?;
    }
    if args.dry_run {
        let mut said = sentences(&plan, true);
        if recipient.is_some() {
            said.push_str("would write the recipient to config.toml in the state directory\n");
        }
        return printed(&said);
    }
    plan.carry_out(&line).map_err(CommandError::from)?;
    let mut said = sentences(&plan, false);
    if let Some(to) = recipient
        && hook::recipient::write(&place.state_dir, &to).map_err(CommandError::from)?
    {
        said.push_str("wrote the recipient to config.toml in the state directory\n");
    }
    printed(&said)
}

/// What the plan does, for people.
fn sentences(plan: &Plan, dry_run: bool) -> String {
    let file = plan.file().display();
    let mut said = match (plan.changes(), dry_run) {
        (false, _) => format!("{file} is already set up; no changes\n"),
        (true, true) => format!("would change {file}:\n"),
        (true, false) => format!("changed {file}:\n"),
    };
    for sentence in plan.says() {
        said.extend(["- ", sentence, "\n"]);
    }
    if plan.changes() && !dry_run {
        if plan.backup().exists() {
            let backup = plan.backup().to_string_lossy();
            said.extend(["backup: ", &*backup, "\n"]);
        }
        said.push_str("restart running Codex sessions: they read this file only when they start\n");
    }
    if !plan.shows_thread() {
        said.push_str("pane titles do not show session ids; --pane-titles turns that on\n");
    }
    said
}

impl PaneTitles {
    fn wanted(self) -> Titles {
        match (self.pane_titles, self.no_pane_titles) {
            (true, _) => Titles::Show,
            (false, true) => Titles::Hide,
            (false, false) => Titles::Keep,
        }
    }
}

/// Asks, where there is somebody to ask.
fn wants_titles() -> bool {
    if !std::io::stdin().is_terminal() || !std::io::stdout().is_terminal() {
        return false;
    }
    ui::talk(
        "Show the session id in the title of each Codex pane? It proves which pane shows which",
    );
    ui::talk("session, even with Codex's shared server. Your other title items stay. [Y/n]");
    let mut answer = String::new();
    let read = std::io::stdin().lock().read_line(&mut answer);
    let answer = answer.trim().to_ascii_lowercase();
    read.is_ok_and(|bytes| bytes > 0) && matches!(answer.as_str(), "" | "y" | "yes")
}

/// The addresses as they are compared, checked; never shown.
fn recipient(text: &str) -> Result<String, CommandError> {
    let written = text.split(',').map(str::trim).filter(|one| !one.is_empty());
    let handles: Option<Vec<_>> = written.map(handle::complete).collect();
    let handles = handles.filter(|handles| !handles.is_empty());
    handles.map(|handles| handles.join(",")).ok_or_else(|| {
        CommandError::usage(format!(
            "--recipient is {}; nothing was changed",
            handle::NEITHER
        ))
    })
}

/// The path of this program that stays.
fn program() -> Result<String, CommandError> {
    let file = std::env::current_exe().map_err(|error| {
        CommandError::failure("cannot find this program's own file").because(error)
    })?;
    hook::program::stable(&file)
        .into_os_string()
        .into_string()
        .map_err(|_| {
            CommandError::failure(
                "the path of this program is not UTF-8, so Codex's configuration cannot contain it",
            )
            .hint("install it somewhere else")
        })
}
