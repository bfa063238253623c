//! Keeps the Mac awake while a turn runs or something is on its way: short leases, each
//! renewed before it ends.

use crate::clock::{self, Stopwatch};
use crate::effects::{Awake, Lease};
use events::Wall;
use projections::State;
use projections::awake::awake_until;
use std::time::Duration;
use tokio::runtime::Runtime;
use tokio::sync::watch;
use tokio::time::timeout;

/// After how long the next lease is taken.
const RENEW: Duration = Duration::from_secs(60);
/// How long a lease lasts on when nothing is owed any more.
const LINGER: Duration = Duration::from_secs(5);
/// Ends that are no further apart are the same, in milliseconds.
const CLOSE: u64 = 600_000;

/// Says until when the Mac is to be kept awake.
pub(super) fn publish(wanted: &watch::Sender<Option<Wall>>, state: &State) {
    let now = awake_until(state);
    wanted.send_if_modified(|before| {
        let close = match (*before, now) {
            (Some(before), Some(now)) => before.0.abs_diff(now.0) < CLOSE,
            (before, now) => before == now,
        };
        if !close {
            *before = now;
        }
        !close
    });
}

/// Begins to keep the Mac awake as long as that is published.
pub(super) fn start(tasks: &Runtime, awake: Awake) -> watch::Sender<Option<Wall>> {
    let (wanted, wanting) = watch::channel(None);
    tasks.spawn(run(awake, wanting));
    wanted
}

/// Takes and renews leases as long as somebody publishes that they are wanted.
async fn run(awake: Awake, mut wanted: watch::Receiver<Option<Wall>>) {
    // No lease in it: the Mac runs on its battery.
    let mut taken: Option<(Option<Lease>, Stopwatch)> = None;
    loop {
        let until = *wanted.borrow_and_update();
        if until.is_some_and(|until| until > clock::wall()) {
            let fresh = |(_, since): &(_, Stopwatch)| since.elapsed() < RENEW;
            if !taken.as_ref().is_some_and(fresh) {
                // The new one begins before the old one is let go.
                taken = Some((awake.lease().await, Stopwatch::start()));
            }
            if let Ok(Err(_)) = timeout(RENEW, wanted.changed()).await {
                return;
            }
        } else if taken.is_some() {
            // Where more is owed at once, as in a conversation, it goes on.
            match timeout(LINGER, wanted.changed()).await {
                Ok(Ok(())) => {}
                Ok(Err(_)) => return,
                Err(_) => taken = None,
            }
        } else if wanted.changed().await.is_err() {
            return;
        }
    }
}
