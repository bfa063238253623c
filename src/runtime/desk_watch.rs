//! Looks at the desk when a text waits to know whether somebody is there, and only then.

use super::wake::{Wake, Wakes};
use crate::effects::Desk;
use events::{Input, Seq};
use projections::{State, holding};
use tokio::runtime::Runtime;
use tokio::sync::watch;

/// Says for which text a look is wanted, where that is new.
pub(super) fn publish(wanted: &watch::Sender<Option<Seq>>, state: &State) {
    let now = holding::wants_look(state);
    wanted.send_if_modified(|before| {
        let changed = now.is_some() && *before != now;
        if changed {
            *before = now;
        }
        changed
    });
}

/// Begins to look whenever a look is published to be wanted.
pub(super) fn start(tasks: &Runtime, desk: Desk, wakes: Wakes) -> watch::Sender<Option<Seq>> {
    let (wanted, wanting) = watch::channel(None);
    tasks.spawn(run(desk, wanting, wakes));
    wanted
}

async fn run(desk: Desk, mut wanted: watch::Receiver<Option<Seq>>, wakes: Wakes) {
    while wanted.changed().await.is_ok() {
        wanted.borrow_and_update();
        let seen = desk.look().await;
        if wakes.send(Wake::Inputs(vec![Input::Desk(seen)])).is_err() {
            return;
        }
    }
}
