//! Appending without the running program: `notify` does so where nobody holds the
//! log, and takes in what lies in the inbox as its holder would.

use super::open;
use crate::clock::{Clock, SystemClock};
use crate::driver::Driver;
use crate::ingress::hand_over_frame::HandOver;
use crate::ingress::inbox::{Inbox, Waiting};
use crate::store::{SledLog, StoreFault};
use events::{Input, Seq};
use std::path::Path;

/// Why this process could not append.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AppendError {
    /// Another process holds the log.
    Locked,
    /// The sentence says what.
    Failed(String),
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
    take(&mut driver, std::iter::once(handed.clone().into())).map_err(reason)?;
    let seq = driver.machine().state().last;
    take_waiting(&mut driver, &Inbox::new(state_dir)).map_err(reason)?;
    drop(driver);
    empty_inbox(state_dir);
    Ok(seq)
}

/// Takes over what others left because somebody held the log. Whoever leaves
/// something calls this, and so does whoever lets go: one of them comes last.
pub fn empty_inbox(state_dir: &Path) {
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
    // The recipient is known from the first start on.
    let started = driver.machine().state().began.is_some();
    let mine = |w: &Waiting| started || !matches!(w.hand_over, HandOver::Attention(_));
    let mut waiting = waiting.flatten().filter(mine);
    loop {
        let some: Vec<_> = waiting.by_ref().take(AT_ONCE).collect();
        if some.is_empty() {
            return Ok(());
        }
        take(driver, some.iter().map(|w| w.hand_over.clone().into()))?;
        for waiting in some {
            // Left behind, it is taken again and known by its key.
            let _ = waiting.done();
        }
    }
}

/// Hand-overs from the inbox that share one flush.
const AT_ONCE: usize = 128;

fn take(
    driver: &mut Driver<SledLog>,
    inputs: impl Iterator<Item = Input>,
) -> Result<(), StoreFault> {
    let state = driver.machine().state();
    let mut clock = SystemClock::resume(state.tick, state.wall);
    driver.take_all(inputs, clock.now()).map(drop)
}
