//! Codex's usage limits: what is new and worth a text is sent, once for each window.

use super::draft::Draft;
use super::notices;
use crate::heading::Heading;
use crate::limits::{is_told, merged, name, reset, resets, stopped, used_up};
use crate::local_time;
use events::event::{Ending, OwnerWarned, Topic, Warning};
use events::prompt::{RateLimit, RateLimitsChanged};
use events::settings::NotifyMode;
use events::{Event, SessionId};

/// Percentages that are worth a text, the highest first.
const LEVELS: [u32; 2] = [95, 80];

/// Codex tells how much is used.
pub(super) fn changed(draft: &mut Draft, news: &RateLimitsChanged) {
    let known = &draft.state().server.limits;
    let windows = merged(known, &news.windows, draft.now().wall);
    if windows == *known {
        return;
    }
    draft.record(Event::RateLimitsChanged(RateLimitsChanged {
        windows: windows.clone(),
    }));
    for window in windows.iter().filter(|window| window.used < 100) {
        let level = LEVELS.into_iter().find(|level| window.used >= *level);
        if let Some(level) = level.filter(|level| !is_told(draft.state(), window, *level)) {
            let body = format!("{} % of the {} is used.", window.used, name(window));
            tell(draft, window, level, &body);
        }
    }
}

/// It is used up, and no turn has said so.
pub(super) fn due(draft: &mut Draft) {
    let now = draft.now().wall;
    let windows: Vec<_> = used_up(draft.state(), now).cloned().collect();
    for window in windows {
        if !is_told(draft.state(), &window, 100) {
            let body = format!("The {} is used up.", name(&window));
            tell(draft, &window, 100, &body);
        }
    }
}

fn tell(draft: &mut Draft, window: &RateLimit, level: u32, body: &str) {
    let settings = &draft.state().settings;
    let wanted = settings.limits && settings.mode != NotifyMode::StateOnly;
    let mut body = body.to_owned() + &resets(draft.state(), window.resets, draft.now().wall);
    if level >= 100 {
        body += " \"resume @ref at reset\" has a session continue then.";
    }
    warned(draft, window, level);
    if wanted {
        notices::queue(draft, None, Topic::Health, &Heading::UsageLimit, &body);
    }
}

fn warned(draft: &mut Draft, window: &RateLimit, level: u32) {
    let of = Warning::Limit {
        name: window.name.clone(),
        resets: window.resets,
        level,
    };
    draft.record(Event::OwnerWarned(OwnerWarned { of }));
}

/// What is said of a turn that failed because the limit is used up: when it resets, and
/// that the session can go on then.
pub(super) fn failed(draft: &Draft, session: &SessionId, ending: &Ending) -> Option<String> {
    let Ending::Failed { error } = ending else {
        return None;
    };
    if !stopped(ending) {
        return None;
    }
    let state = draft.state();
    let now = draft.now().wall;
    let reference = state.sessions.get(session)?.reference.to_string();
    used_up(state, now).next()?;
    let at = local_time::at(now, reset(state, now)?, state.holds.offset);
    let offer = format!(
        "The limit resets at {at}. Write \"resume @{reference} at reset\", and this session continues then."
    );
    Some(format!("{}\n{offer}", error.reveal().trim()))
}

/// A turn's end said that it is used up.
pub(super) fn told_by_turn(draft: &mut Draft, ending: &Ending) {
    if !stopped(ending) {
        return;
    }
    let now = draft.now().wall;
    let windows: Vec<_> = used_up(draft.state(), now).cloned().collect();
    for window in windows {
        if !is_told(draft.state(), &window, 100) {
            warned(draft, &window, 100);
        }
    }
}
