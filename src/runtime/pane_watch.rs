//! Panes of sessions that no app-server has: looked at while a turn runs, because a
//! prompt there is reported by nobody else. Where nothing runs, nothing is looked at.

use super::wake::{Wake, Wakes};
use crate::clock::Stopwatch;
use crate::effects::{EffectsConfig, Looked, Watch};
use events::prompt::{PromptEnd, PromptResolved, PromptSource};
use events::{Input, Pane, SessionId, Span};
use projections::State;
use projections::prompts::Prompt;
use projections::sessions::Session;
use std::collections::BTreeMap;
use std::time::Duration;
use tokio::sync::watch;
use tokio::time::sleep;

/// Between two looks at the same pane.
const EVERY: Duration = Duration::from_millis(500);
/// After the end of a turn, for the plan that it may have ended with.
const AFTER: Span = Span(8_000);
/// Between two looks where nothing has changed for a minute.
const SELDOM: Duration = Duration::from_secs(2);

/// A session that is to be looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Watched {
    session: SessionId,
    hints: Vec<Pane>,
    /// A prompt of its screen is open: its end is looked for.
    open: Vec<PromptSource>,
    /// Its turn has ended: only a plan can be asked about, and only at once.
    ended: bool,
}

/// What is to be looked at now.
fn watched(state: &State) -> Vec<Watched> {
    let typed = state.settings.route_via_tmux;
    let sessions = state.sessions.by_id.iter().filter(|_| typed);
    sessions
        .filter_map(|(id, session)| one(state, id, session))
        .collect()
}

/// Says what is to be looked at from now on, where that has changed.
pub(super) fn publish(list: &watch::Sender<Vec<Watched>>, state: &State) {
    let now = watched(state);
    list.send_if_modified(|before| {
        let changed = *before != now;
        *before = now;
        changed
    });
}

fn one(state: &State, id: &SessionId, session: &Session) -> Option<Watched> {
    let seen = |prompt: &Prompt| {
        let sources = prompt
            .witnesses
            .iter()
            .map(|witness| witness.source.clone());
        sources
            .filter(|source| matches!(source, PromptSource::Screen { .. }))
            .collect::<Vec<_>>()
    };
    let open: Vec<_> = state
        .prompts
        .of(id)
        .flat_map(|(_, prompt)| seen(prompt))
        .collect();
    let lately = session.finished && session.active.until(state.wall) < AFTER;
    let runs = session.turn.is_some();
    // Most sessions are at rest: what costs least is asked first.
    // The server tells of everything but plans: whether to carry one out is asked on the
    // screen alone, when the turn has ended.
    let told = state.server.has(id).is_some() && (runs || !session.plan_mode);
    let wanted = (runs || lately) && session.is_owners() && !told;
    (wanted || !open.is_empty()).then(|| Watched {
        session: id.clone(),
        hints: session.panes.iter().rev().cloned().collect(),
        open,
        ended: !runs,
    })
}

/// A pane as it is looked at.
struct Looking {
    watch: Watch,
    misses: u8,
    /// Since the turn was seen to have ended.
    ended: Option<Stopwatch>,
    /// Since it last showed something new.
    quiet: Stopwatch,
}

/// Looks as long as somebody publishes what is to be looked at.
pub(super) async fn run(
    config: EffectsConfig,
    mut list: watch::Receiver<Vec<Watched>>,
    wakes: Wakes,
) {
    let mut looks: BTreeMap<SessionId, Looking> = BTreeMap::new();
    loop {
        let now = list.borrow_and_update().clone();
        looks.retain(|session, _| now.iter().any(|watched| watched.session == *session));
        let mut pause = None;
        for watched in &now {
            let fresh = || Looking {
                watch: Watch::new(config.clone(), watched.session.clone()),
                misses: 0,
                ended: None,
                quiet: Stopwatch::start(),
            };
            let looking = looks.entry(watched.session.clone()).or_insert_with(fresh);
            let Some(next) = due(watched, looking) else {
                continue;
            };
            pause = Some(pause.map_or(next, |least: Duration| least.min(next)));
            let news = news(watched, looking.watch.look(&watched.hints).await, looking);
            if !news.is_empty() && wakes.send(Wake::Inputs(news)).is_err() {
                return;
            }
        }
        let ended = match pause {
            None => list.changed().await.is_err(),
            Some(pause) => {
                sleep(pause).await;
                list.has_changed().is_err()
            }
        };
        if ended {
            return;
        }
    }
}

/// How soon it is to be looked at again; `None`: no more, until something happens.
fn due(watched: &Watched, looking: &mut Looking) -> Option<Duration> {
    if watched.ended {
        looking.ended.get_or_insert_with(Stopwatch::start);
    } else {
        looking.ended = None;
    }
    let over = looking.ended.is_some_and(|at| at.millis() > AFTER.0);
    if over && watched.open.is_empty() {
        return None;
    }
    let waits = !watched.open.is_empty() && looking.quiet.elapsed() > Duration::from_secs(60);
    Some(if waits { SELDOM } else { EVERY })
}

fn news(watched: &Watched, looked: Looked, looking: &mut Looking) -> Vec<Input> {
    match looked {
        Looked::Prompt(raised) => {
            looking.misses = 0;
            if watched.open.is_empty() {
                looking.quiet = Stopwatch::start();
            }
            vec![Input::Prompt(raised)]
        }
        Looked::Nothing(_) | Looked::NoPane if !watched.open.is_empty() => {
            looking.misses = looking.misses.saturating_add(1);
            // One look may meet a screen that is being drawn.
            if looking.misses < 2 {
                return Vec::new();
            }
            let how = if looked == Looked::NoPane {
                PromptEnd::Gone
            } else {
                PromptEnd::Elsewhere
            };
            let gone = |source: &PromptSource| {
                Input::PromptResolved(PromptResolved {
                    session: watched.session.clone(),
                    source: source.clone(),
                    how: how.clone(),
                })
            };
            watched.open.iter().map(gone).collect()
        }
        Looked::Nothing(_) | Looked::Unclear | Looked::NoPane => Vec::new(),
    }
}
