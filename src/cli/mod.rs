//! The command line: the list of commands and their exit codes. A command loads
//! the settings and calls the runtime; it has no logic of its own and changes
//! state only through an input. `docs/cli.md`, the manual pages and the shell
//! completions are generated from the definitions here.

pub mod completions;
pub mod demo;
pub mod docs;
pub mod doctor;
pub mod error;
pub mod explain;
pub mod hand_over;
pub mod helper;
pub mod log;
pub mod man;
pub mod notify;
pub mod once;
pub mod replay;
pub mod run;
pub mod setup;
pub mod setup_notify_hook;
pub mod telling;
pub mod ui;
pub mod when;

#[cfg(test)]
mod tests;

use crate::config::{Config, Environment, variables};
use clap::{CommandFactory as _, Parser, Subcommand};
use error::{CommandError, Outcome};
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
    Log(log::Args),
    Completions(completions::Args),
    Man(man::Args),
    #[command(hide = true)]
    NotifyChained(hand_over::chained::Args),
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

/// Loads the settings, with the command's options on top. Likely typos print a warning.
pub fn settings(flags: &[crate::config::Flag]) -> Result<Config, CommandError> {
    let config = Config::load(&Environment::of_this_process(), flags)?;
    for warning in &config.warnings {
        ui::talk(&format!("warning: {warning}"));
    }
    Ok(config)
}

/// The owner's address is not set; the caller adds what to do about it.
fn no_recipient() -> CommandError {
    CommandError::usage("no recipient configured")
}

/// Loads the settings of a command that texts the owner; fails if no address is set.
fn settings_with_owner(flags: &[crate::config::Flag]) -> Result<Config, CommandError> {
    let config = settings(flags)?;
    if config.settings().owner.is_empty() {
        let file = config.state_dir.join("config.toml");
        return Err(no_recipient()
            .hint(format!(
                "set {}=+15555550123, with your own number or Apple ID e-mail",
                variables::TO
            ))
            .hint(format!(
                "or write `to = \"+15555550123\"` into {}",
                file.display()
            )));
    }
    Ok(config)
}

/// Turns a command's outcome into an exit code and prints its error.
pub fn ended(outcome: Outcome) -> ExitCode {
    match outcome {
        Ok(answer) => answer.into(),
        Err(error) => {
            ui::talk(&error.report());
            error.exit_code()
        }
    }
}

/// Help and version are results; a bad command line is an error.
pub fn misread(error: &clap::Error) -> ExitCode {
    let text = error.render().to_string();
    if error.use_stderr() {
        ui::talk(&text);
        return ExitCode::from(2);
    }
    ended(printed(&text))
}

/// Prints a result; some commands do nothing else.
fn printed(text: &str) -> Outcome {
    match ui::data(text) {
        Ok(()) => Ok(error::Answer::Yes),
        Err(error) => Err(CommandError::failure("cannot write to stdout").because(error)),
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
        Command::NotifyChained(args) => hand_over::chained::run(args),
        Command::Demo(args) => demo::run(&args),
        Command::Replay(args) => replay::run(args),
        Command::Log(args) => log::run(&args),
        Command::Completions(args) => completions::run(&args),
        Command::Man(args) => man::run(&args),
        Command::DemoOsascript(args) => crate::demo::osascript(args.arguments),
        Command::DemoCodex(args) => crate::demo::codex(&args.arguments),
    }
}

/// The definition from which the documentation is generated.
fn definition() -> clap::Command {
    Cli::command()
}
