//! Sources at work: each has a thread that waits for a hint or for its period,
//! looks, and sends what is new. A hint is only ever a reason to look sooner.

use super::wake::{Wake, Wakes};
use events::Input;
use std::path::PathBuf;
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::time::Duration;

/// Inputs that are handed on at once.
const MAX_INPUTS: usize = 32;

/// A reason to look now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Hint {
    /// Something changed.
    Look,
    /// This file changed.
    Touched(PathBuf),
}

/// What looking at a source gave.
pub(super) struct Look {
    /// News, oldest first.
    pub(super) inputs: Vec<Input>,
    /// When to look again without a hint.
    pub(super) again: Duration,
}

/// Where hints are sent. If there is no room, it is dropped: the next poll finds the same change.
pub(super) type Hints = SyncSender<Hint>;

/// Hints that wait at most.
const WAITING: usize = 1024;

/// The two ends of a source's hints.
pub(super) fn hints() -> (Hints, Receiver<Hint>) {
    sync_channel(WAITING)
}

/// Starts a source's thread. It ends with the loop it sends to.
pub(super) fn start<F>(
    name: &'static str,
    wakes: Wakes,
    hints: Receiver<Hint>,
    mut look: F,
) -> std::io::Result<()>
where
    F: FnMut(Vec<Hint>) -> Look + Send + 'static,
{
    let body = move || {
        let mut waiting = vec![Hint::Look];
        let mut first = true;
        loop {
            let Look { inputs, again } = look(std::mem::take(&mut waiting));
            // In small batches, so that other sources do not wait long.
            let mut inputs = inputs.into_iter().peekable();
            while inputs.peek().is_some() {
                let some = inputs.by_ref().take(MAX_INPUTS).collect();
                if wakes.send(Wake::Inputs(some)).is_err() {
                    return;
                }
            }
            if std::mem::take(&mut first) && wakes.send(Wake::Looked(name)).is_err() {
                return;
            }
            match hints.recv_timeout(again) {
                Ok(hint) => waiting.push(hint),
                Err(RecvTimeoutError::Timeout) => {}
                // Without a watch only the period is left.
                Err(RecvTimeoutError::Disconnected) => std::thread::sleep(again),
            }
            waiting.extend(hints.try_iter().take(WAITING));
            waiting.dedup();
        }
    };
    std::thread::Builder::new()
        .name(name.to_owned())
        .stack_size(1024 * 1024)
        .spawn(body)
        .map(drop)
}
