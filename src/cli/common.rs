//! What commands share: how settings are loaded, and how a command ends.

use crate::config::{Config, Environment, Flag, variables};
use crate::error::{Answer, CommandError, Outcome};
use crate::ui;
use std::process::ExitCode;

/// Loads the settings, with the command's options on top. Likely typos print a warning.
pub(super) fn settings(flags: &[Flag]) -> Result<Config, CommandError> {
    let config = Config::load(&Environment::of_this_process(), flags)?;
    for warning in &config.warnings {
        ui::talk(&format!("warning: {warning}"));
    }
    Ok(config)
}

/// The owner's address is not set; the caller adds what to do about it.
pub(super) fn no_recipient() -> CommandError {
    CommandError::usage("no recipient configured")
}

/// Loads the settings of a command that texts the owner; fails if no address is set.
pub(super) fn settings_with_owner(flags: &[Flag]) -> Result<Config, CommandError> {
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
pub(super) fn ended(outcome: Outcome) -> ExitCode {
    match outcome {
        Ok(answer) => answer.into(),
        Err(error) => {
            ui::talk(&error.report());
            error.exit_code()
        }
    }
}

/// Help and version are results; a bad command line is an error.
pub(super) fn misread(error: &clap::Error) -> ExitCode {
    let text = error.render().to_string();
    if error.use_stderr() {
        ui::talk(&text);
        return ExitCode::from(2);
    }
    ended(printed(&text))
}

/// Prints a result; some commands do nothing else.
pub(super) fn printed(text: &str) -> Outcome {
    match ui::data(text) {
        Ok(()) => Ok(Answer::Yes),
        Err(error) => Err(CommandError::failure("cannot write to stdout").because(error)),
    }
}
