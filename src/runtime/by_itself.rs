//! Commands that hand something over and end: to the holder of the log, to the
//! log itself, or to the inbox. Codex never sees them fail.

use super::open;
use crate::cli::error::{Answer, CommandError, Outcome};
use crate::cli::hand_over::{self as fast, AppendError, Deadlines, Handed};
use crate::cli::helper::Attention;
use crate::cli::ui;
use crate::clock::{Clock, SystemClock};
use crate::config::{Config, Environment, Places};
use crate::driver::Driver;
use crate::ingress::handover::HandOver;
use crate::ingress::inbox::Inbox;
use crate::store::{SledLog, StoreFault};
use events::{Input, Seq, Text};
use projections::{Machine, handle};
use std::ffi::OsString;
use std::path::Path;
use std::time::Duration;

/// Hands a payload over. Whatever happens, the exit code is 0: Codex has no use for another.
pub fn notify(payload: Option<OsString>, dry_run: bool) -> Outcome {
    fast::outlive_terminal();
    let Some(payload) = fast::payload(payload) else {
        ui::talk(
            "notify: no payload; pass it as the last argument, in CODEX_NOTIFY_PAYLOAD or on stdin",
        );
        return Ok(Answer::Yes);
    };
    if fast::chained::is_echo(&payload) {
        ui::talk(
            "notify: a parent process already recorded this payload; it is not recorded twice",
        );
        return Ok(Answer::Yes);
    }
    let Some(notify) = fast::notify(&payload) else {
        ui::talk(
            "notify: the system clock is not usable; this turn will be read from the rollout instead",
        );
        return Ok(Answer::Yes);
    };
    hand_over(HandOver::Notify(notify), dry_run);
    if !dry_run {
        fast::chained::start(payload);
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
    let Some(key) = fast::key() else {
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
    match fast::payload(payload).filter(|payload| !payload.trim_ascii().is_empty()) {
        None => attention(request),
        Some(payload) => {
            if let Some(notify) = fast::notify(&payload) {
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
    match fast::hand_over(&places.state_dir, &handed, Deadlines::default(), own) {
        Handed::Acknowledged(_) | Handed::Appended(_) => {}
        Handed::Spooled(why) => {
            tracing::debug!(why, "left in the inbox");
            let state_dir = places.state_dir;
            fast::within(LOOK_AGAIN, move || empty_inbox(&state_dir));
        }
        Handed::Failed(why) => ui::talk(&why),
    }
}

/// Opens the log and appends, as its holder would: what lies in the inbox too.
pub fn append(state_dir: &Path, handed: &HandOver) -> Result<Seq, AppendError> {
    let reason = |fault: StoreFault| {
        let held = matches!(fault, StoreFault::Locked { .. });
        if held {
            AppendError::Locked
        } else {
            AppendError::Failed(fault.to_string())
        }
    };
    let (mut driver, _) = open::now(state_dir).map_err(reason)?;
    if driver.machine().state().began.is_none() && matches!(handed, HandOver::Attention(_)) {
        let why = "the program has never run, so the recipient is not known yet";
        return Err(AppendError::Failed(why.into()));
    }
    take(&mut driver, input(handed.clone())).map_err(reason)?;
    let seq = driver.machine().state().last;
    take_waiting(&mut driver, &Inbox::new(state_dir)).map_err(reason)?;
    drop(driver);
    empty_inbox(state_dir);
    Ok(seq)
}

/// Takes over what others left because somebody held the log. Whoever leaves
/// something calls this, and so does whoever lets go: one of them comes last.
fn empty_inbox(state_dir: &Path) {
    let inbox = Inbox::new(state_dir);
    for _ in 0..ROUNDS {
        if inbox.is_empty() {
            return;
        }
        let Ok((mut driver, _)) = open::now(state_dir) else {
            return;
        };
        if take_waiting(&mut driver, &inbox).is_err() {
            return;
        }
    }
}

/// Times that the inbox is looked at before its next holder does so.
const ROUNDS: usize = 8;

fn take_waiting(driver: &mut Driver<SledLog>, inbox: &Inbox) -> Result<(), StoreFault> {
    // An inbox that cannot be read stays as it is for the next holder, who reports it.
    let Ok(waiting) = inbox.waiting() else {
        return Ok(());
    };
    for waiting in waiting.flatten() {
        // Who is told is known from the first start on.
        if driver.machine().state().began.is_none()
            && matches!(waiting.hand_over, HandOver::Attention(_))
        {
            continue;
        }
        take(driver, input(waiting.hand_over.clone()))?;
        // Left behind, it is taken again and known by its key.
        let _ = waiting.done();
    }
    Ok(())
}

fn take(driver: &mut Driver<SledLog>, input: Input) -> Result<(), StoreFault> {
    let state = driver.machine().state();
    let mut clock = SystemClock::resume(state.tick, state.wall);
    driver.take(input, clock.now()).map(drop)
}

/// What a hand-over is for the machine.
pub(super) fn input(handed: HandOver) -> Input {
    match handed {
        HandOver::Notify(notify) => Input::Notify(notify),
        HandOver::Attention(attention) => Input::Attention(attention),
    }
}

/// Prints the events that an empty log would get.
fn show(handed: HandOver) {
    let machine = Machine::default();
    let mut clock = SystemClock::resume(events::Tick(0), events::Wall(0));
    let batch = machine.propose(input(handed), clock.now());
    for envelope in batch.envelopes() {
        let block = projections::view::block(machine.state(), envelope, machine.state());
        // Whoever closed standard output does not want to read on.
        let _ = ui::data(&block);
    }
}
