//! The notifier that Codex ran before ours: it gets the same payload once ours is
//! handed over. A process of its own looks after it, so that `notify` is done at
//! once. It must never come back to us with the same payload, never run for ever,
//! and never make a hand-over fail.

use crate::config::{Environment, Places};
use crate::effects::child::{self, Child, Ended};
use crate::error::{Answer, CommandError, Outcome};
use crate::mac::hook::{Place, chain};
use crate::ui;
use std::ffi::OsString;
use std::os::unix::ffi::{OsStrExt as _, OsStringExt as _};
use std::time::Duration;

/// What the notifier is given to know its payload by, and with it whoever it calls.
const MARK: &str = "CODEX_NOTIFY_CHAINED";
/// The time that it may take.
const BUDGET: Duration = Duration::from_secs(30);

fn mark(payload: &[u8]) -> String {
    format!("{:08x}-{}", crc32fast::hash(payload), payload.len())
}

/// The payload comes from a notifier that we have given it to.
pub fn is_echo(payload: &[u8]) -> bool {
    #[expect(
        clippy::disallowed_methods,
        reason = "the environment of a hand-over is read here"
    )]
    let given = std::env::var_os(MARK);
    given.is_some_and(|given| given.as_bytes() == mark(payload).as_bytes())
}

/// Starts what runs after us, if anything does. What goes wrong is only said.
pub fn start(payload: Vec<u8>) {
    let Ok(place) = place(&Environment::of_this_process()) else {
        return;
    };
    if !chain::is_recorded(&place) {
        return;
    }
    let started = std::env::current_exe().and_then(|program| {
        let payload = OsString::from_vec(payload);
        child::detached(&program, &["notify-chained".into(), "--".into(), payload])
    });
    if let Err(error) = started {
        ui::talk(&format!(
            "notify: cannot start the notifier that runs after ours: {error}"
        ));
    }
}

fn place(environment: &Environment) -> Result<Place, CommandError> {
    let places = Places::find(environment)?;
    Ok(Place {
        codex_home: places.codex_home,
        state_dir: places.state_dir,
    })
}

/// Runs it and says how it ended if it did not end well.
pub fn run(payload: OsString) -> Outcome {
    super::outlive_terminal();
    let environment = Environment::of_this_process();
    let next = chain::after_us(&place(&environment)?).map_err(CommandError::failure)?;
    let Some((program, given)) = next.as_deref().and_then(<[String]>::split_first) else {
        return Ok(Answer::Yes);
    };
    let mut variables = vec![(MARK.into(), mark(payload.as_bytes()).into())];
    for name in ["TMUX", "TMUX_PANE"] {
        let value = environment.get(name);
        variables.extend(value.map(|value| (name.into(), value.to_owned())));
    }
    let child = Child {
        program: program.into(),
        args: given.iter().map(OsString::from).chain([payload]).collect(),
        stdin: Vec::new(),
        cwd: None,
        environment: variables,
        budget: BUDGET,
    };
    let tasks = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    let tasks = tasks
        .map_err(|error| CommandError::failure("cannot start the async runtime").because(error))?;
    let what = match tasks.block_on(child.run()) {
        Ended::Exited { code: 0, .. } => return Ok(Answer::Yes),
        Ended::Exited { code, .. } => format!("ended with exit code {code}"),
        Ended::Signalled { signal } => format!("was ended by signal {signal}"),
        Ended::TimedOut => format!("took longer than {} s and was stopped", BUDGET.as_secs()),
        Ended::NotStarted(error) => format!("could not be started: {error}"),
    };
    Err(CommandError::failure(format!(
        "the notifier that runs after ours, {program}, {what}"
    ))
    .hint("this program recorded the notification; run the notifier yourself to see its error"))
}
