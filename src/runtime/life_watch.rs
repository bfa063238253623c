//! Looks for a sign of life of turns whose record has not grown for long, and only then.

use super::wake::{Wake, Wakes};
use crate::ingress::rollouts::life;
use events::event::LifeSeen;
use events::{Input, SessionId};
use projections::State;
use std::path::PathBuf;
use tokio::runtime::Runtime;
use tokio::sync::watch;

/// Sessions, and where a sign of their life would be.
type Places = Vec<(SessionId, PathBuf)>;

/// Says of which sessions a sign of life is wanted, and where it would be.
pub(super) fn publish(wanted: &watch::Sender<Places>, state: &State) {
    let place = |id: &SessionId| {
        let session = state.sessions.get(id)?;
        Some((id.clone(), PathBuf::from(&session.meta.path)))
    };
    let looking = state.watch.looking.iter();
    let now: Vec<_> = looking.filter_map(place).collect();
    wanted.send_if_modified(|before| {
        let changed = *before != now;
        *before = now;
        changed
    });
}

/// Begins to look whenever a look is published to be wanted.
pub(super) fn start(tasks: &Runtime, wakes: Wakes) -> watch::Sender<Places> {
    let (wanted, wanting) = watch::channel(Vec::new());
    tasks.spawn(run(wanting, wakes));
    wanted
}

async fn run(mut wanted: watch::Receiver<Places>, wakes: Wakes) {
    while wanted.changed().await.is_ok() {
        let places = wanted.borrow_and_update().clone();
        let looked = tokio::task::spawn_blocking(|| places.into_iter().map(look).collect());
        let Ok(inputs) = looked.await else { continue };
        if wakes.send(Wake::Inputs(inputs)).is_err() {
            return;
        }
    }
}

fn look((session, path): (SessionId, PathBuf)) -> Input {
    let seen = life(&path).ok();
    Input::Life(LifeSeen {
        session,
        last: seen.map(|(written, _)| written),
        tool: seen.is_some_and(|(_, tool)| tool),
    })
}
