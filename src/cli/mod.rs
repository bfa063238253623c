//! The command line: the list of commands and their exit codes. A command loads
//! the settings and calls the runtime; it has no logic of its own and changes
//! state only through an input. `docs/cli.md`, the manual pages and the shell
//! completions are generated from the definitions here.

mod common;
pub mod completions;
pub mod demo;
pub mod docs;
pub mod doctor;
pub mod explain;
pub mod helper;
pub mod log;
pub mod man;
pub mod notify;
pub mod once;
pub mod replay;
pub mod report;
pub mod run;
pub mod setup;
pub mod setup_notify_hook;

#[cfg(test)]
mod tests;

use crate::error::Outcome;
use clap::{CommandFactory as _, Parser, Subcommand};
use common::{ended, misread};
use std::ffi::OsString;
use std::process::ExitCode;

/// Run Codex CLI sessions from iMessage.
///
/// Results go to stdout, diagnostics to stderr. Exit codes: 0 success, 1 a check
/// failed, 2 error or bad usage. Settings are environment variables or keys of
/// config.toml in the state directory; docs/settings.md lists them.
#[derive(Debug, Parser)]
#[command(name = "codex-imessage-control-plane", version)]
#[command(disable_help_subcommand = true, verbatim_doc_comment)]
pub struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Run(run::Args),
    Once(once::Args),
    Notify(notify::Args),
    Doctor(doctor::Args),
    Explain(explain::Args),
    Setup(setup::Setup),
    SetupLaunchd(setup::Launchd),
    SetupPermissions(setup::Permissions),
    Uninstall(setup::Uninstall),
    SetupNotifyHook(setup_notify_hook::Args),
    Demo(demo::Args),
    Replay(replay::Args),
    Report(report::Args),
    Log(log::Args),
    Completions(completions::Args),
    Man(man::Args),
    #[command(hide = true)]
    NotifyChained(notify::Chained),
    #[command(hide = true)]
    DemoOsascript(demo::StandIn),
    #[command(hide = true)]
    DemoCodex(demo::StandIn),
}

/// Runs the program, except for the fast path of `notify`.
pub fn main(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    match Cli::try_parse_from(arguments) {
        Ok(cli) => ended(dispatch(cli.command)),
        Err(error) => misread(&error),
    }
}

fn dispatch(command: Command) -> Outcome {
    match command {
        Command::Run(args) => run::run(&args),
        Command::Once(args) => once::run(&args),
        Command::Notify(args) => notify::run(args),
        Command::Doctor(args) => doctor::run(&args),
        Command::Explain(args) => explain::run(&args),
        Command::Setup(args) => setup::all(&args),
        Command::SetupLaunchd(args) => setup::launchd(&args),
        Command::SetupPermissions(args) => setup::permissions(&args),
        Command::Uninstall(args) => setup::uninstall(&args),
        Command::SetupNotifyHook(args) => setup_notify_hook::run(&args),
        Command::NotifyChained(args) => notify::run_chained(args),
        Command::Demo(args) => demo::run(&args),
        Command::Replay(args) => replay::run(args),
        Command::Report(args) => report::run(&args),
        Command::Log(args) => log::run(&args),
        Command::Completions(args) => completions::run(&args, definition()),
        Command::Man(args) => man::run(&args, definition()),
        Command::DemoOsascript(args) => crate::demo::osascript(args.arguments),
        Command::DemoCodex(args) => crate::demo::codex(&args.arguments),
    }
}

/// The definition from which the documentation is generated.
fn definition() -> clap::Command {
    Cli::command()
}
