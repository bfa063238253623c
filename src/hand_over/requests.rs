//! What `notify` and `codex-imessage-notify` ask for, carried out: handed to the
//! holder of the log, to the log itself, or to the inbox. Codex never sees them fail.

use super::{Deadlines, Handed, chained};
use crate::clock::{Clock, SystemClock};
use crate::config::{Config, Environment, Places};
use crate::error::{Answer, CommandError, Outcome};
use crate::ingress::hand_over_frame::HandOver;
use crate::runtime::{append, empty_inbox};
use crate::terminal_text::TerminalText;
use crate::ui;
use events::Text;
use projections::trace::Trace;
use projections::{Machine, handle};
use std::ffi::OsString;
use std::path::PathBuf;
use std::time::Duration;

/// What somebody wants the owner to know.
#[derive(Debug)]
pub struct Attention {
    /// Where it comes from.
    pub cwd: PathBuf,
    /// What is needed.
    pub need: Text,
    /// The recipient; `None` is the owner.
    pub to: Option<Text>,
    /// Only say what would be done.
    pub dry_run: bool,
}

/// Hands a payload over. Whatever happens, the exit code is 0: Codex has no use for another.
pub fn notify(payload: Option<OsString>, dry_run: bool) -> Outcome {
    super::outlive_terminal();
    let Some(payload) = super::payload(payload) else {
        ui::talk(
            "notify: no payload; pass it as the last argument, in CODEX_NOTIFY_PAYLOAD or on stdin",
        );
        return Ok(Answer::Yes);
    };
    if chained::is_echo(&payload) {
        ui::talk(
            "notify: a parent process already recorded this payload; it is not recorded twice",
        );
        return Ok(Answer::Yes);
    }
    let Some(notify) = super::notify(&payload) else {
        ui::talk(
            "notify: the system clock is not usable; this turn will be read from the rollout instead",
        );
        return Ok(Answer::Yes);
    };
    hand_over(HandOver::Notify(notify), dry_run);
    if !dry_run {
        chained::start(payload);
    }
    Ok(Answer::Yes)
}

/// Asks for a text to the owner.
pub fn attention(request: Attention) -> Outcome {
    let Attention {
        cwd,
        need,
        to,
        dry_run,
    } = request;
    let Some(key) = super::key() else {
        return Err(CommandError::failure("the system clock is not usable"));
    };
    let cwd = cwd.to_string_lossy().into_owned();
    if let Some(to) = &to {
        tell_of_stranger(to);
    }
    hand_over(
        HandOver::Attention(events::input::Attention { key, cwd, need, to }),
        dry_run,
    );
    Ok(Answer::Yes)
}

/// Who is asked for is decided by the holder of the log, which answers nobody; here it can be said.
fn tell_of_stranger(to: &Text) {
    let Ok(config) = Config::load(&Environment::of_this_process(), &[]) else {
        return;
    };
    let owner = config.settings().owner;
    let is_owner = |mine: &Text| handle::same(mine.reveal(), to.reveal());
    if !owner.is_empty() && !owner.iter().any(is_owner) {
        ui::talk(
            "not sent: --to must be one of your own addresses (CODEX_IMESSAGE_TO); texts go to nobody else",
        );
    }
}

/// A payload goes the way of `notify`; without one it is a text to the owner.
pub fn route(request: Attention, payload: Option<OsString>) -> Outcome {
    match super::payload(payload).filter(|payload| !payload.trim_ascii().is_empty()) {
        None => attention(request),
        Some(payload) => {
            if let Some(notify) = super::notify(&payload) {
                hand_over(HandOver::Notify(notify), request.dry_run);
            }
            Ok(Answer::Yes)
        }
    }
}

/// How long the log is looked for once more after something was left in the inbox.
const LOOK_AGAIN: Duration = Duration::from_millis(200);

fn hand_over(handed: HandOver, dry_run: bool) {
    if dry_run {
        return show(handed);
    }
    let places = match Places::find(&Environment::of_this_process()) {
        Ok(places) => places,
        Err(error) => return ui::talk(&format!("not recorded: {error}")),
    };
    let state_dir = places.state_dir.clone();
    let own = move |handed: &HandOver| append(&state_dir, handed);
    match super::hand_over(&places.state_dir, &handed, Deadlines::default(), own) {
        Handed::Acknowledged(_) | Handed::Appended(_) => {}
        Handed::Spooled(why) => {
            tracing::debug!(why, "left in the inbox");
            let state_dir = places.state_dir;
            super::within(LOOK_AGAIN, move || empty_inbox(&state_dir));
        }
        Handed::Failed(why) => ui::talk(&why),
    }
}

/// Prints the events that an empty log would get.
fn show(handed: HandOver) {
    let machine = Machine::default();
    let mut clock = SystemClock::resume(events::Tick(0), events::Wall(0));
    let batch = machine.propose(handed.into(), clock.now());
    let (mut trace, mut terminal) = (Trace::default(), TerminalText::new());
    for envelope in batch.envelopes() {
        let block = trace.block(machine.state(), envelope, machine.state());
        let text = terminal.block(&block);
        // Whoever closed standard output does not want to read on.
        let _ = terminal.print(&text);
    }
}
