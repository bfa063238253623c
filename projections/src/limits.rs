//! Codex's usage limits: each is a window of time with a percentage that is used.

use crate::local_time;
use crate::state::State;
use crate::watch::LimitWarning;
use events::Wall;
use events::event::Ending;
use events::prompt::RateLimit;

/// Most windows that are remembered.
const WINDOWS_MAX: usize = 16;
/// Ends of one window that different sources report lie no further apart, in milliseconds.
const CLOSE: u64 = 300_000;

/// What is known, with news of it. Within a window the use only grows; what is over is
/// forgotten. So news may be old, and come in any order.
pub(crate) fn merged(known: &[RateLimit], news: &[RateLimit], now: Wall) -> Vec<RateLimit> {
    let lasts = |window: &&RateLimit| window.resets.is_none_or(|resets| now < resets);
    let mut all: Vec<RateLimit> = known.iter().filter(lasts).cloned().collect();
    let mut new = Vec::new();
    for window in news.iter().filter(lasts) {
        match all.iter_mut().find(|known| known.name == window.name) {
            None => new.push(window.clone()),
            Some(known) if window.resets.is_some() && same(known.resets, window.resets) => {
                known.used = known.used.max(window.used);
            }
            Some(known) if known.resets > window.resets => {}
            Some(known) => *known = window.clone(),
        }
    }
    all.extend(new);
    all.truncate(WINDOWS_MAX);
    all
}

/// Whether two ends are of the same window.
pub(crate) fn same(one: Option<Wall>, other: Option<Wall>) -> bool {
    match (one, other) {
        (Some(one), Some(other)) => one.0.abs_diff(other.0) <= CLOSE,
        (one, other) => one == other,
    }
}

/// Whether the owner was told that so much of a window is used.
pub(crate) fn is_told(state: &State, window: &RateLimit, level: u32) -> bool {
    let told = |told: &LimitWarning| {
        told.name == window.name && told.level >= level && same(told.resets, window.resets)
    };
    state.watch.limits.iter().any(told)
}

/// Windows that are used up.
pub(crate) fn used_up(state: &State, now: Wall) -> impl Iterator<Item = &RateLimit> {
    let lasts = move |window: &RateLimit| window.resets.is_none_or(|resets| now < resets);
    let windows = state.server.limits.iter();
    windows.filter(move |window| window.used >= 100 && lasts(window))
}

/// When Codex can go on: once every window that is used up has begun anew; where none is,
/// the one of which most is used.
pub(crate) fn reset(state: &State, now: Wall) -> Option<Wall> {
    let up = used_up(state, now).filter_map(|window| window.resets).max();
    let next = || {
        let windows = state.server.limits.iter();
        let windows = windows.filter(|window| window.resets.is_some_and(|resets| now < resets));
        windows.max_by_key(|window| window.used)?.resets
    };
    up.or_else(next)
}

/// Whether a turn failed because the limit is used up, by what Codex says.
pub(crate) fn stopped(ending: &Ending) -> bool {
    let Ending::Failed { error } = ending else {
        return false;
    };
    error.reveal().to_lowercase().contains("usage limit")
}

/// `5-hour limit`
pub(crate) fn name(window: &RateLimit) -> String {
    match window.minutes {
        Some(10_080) => "weekly limit".into(),
        Some(1_440) => "daily limit".into(),
        Some(minutes) if minutes > 0 && minutes % 1_440 == 0 => {
            format!("{}-day limit", minutes / 1_440)
        }
        Some(minutes) if minutes > 0 && minutes % 60 == 0 => format!("{}-hour limit", minutes / 60),
        Some(minutes) if minutes > 0 => format!("{minutes}-minute limit"),
        Some(_) | None => "usage limit".into(),
    }
}

/// ` It resets at 18:05.`
pub(crate) fn resets(state: &State, resets: Option<Wall>, now: Wall) -> String {
    resets.map_or_else(String::new, |at| {
        format!(
            " It resets at {}.",
            local_time::at(now, at, state.holds.offset)
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn window(used: u32, resets: i64) -> RateLimit {
        RateLimit {
            name: "primary".into(),
            used,
            minutes: Some(300),
            resets: Some(Wall(resets)),
        }
    }

    #[test]
    fn old_news_change_nothing_and_a_new_window_begins_anew() {
        let now = Wall(1_000);
        let known = merged(&[], &[window(82, 9_000_000)], now);
        assert_eq!(known, [window(82, 9_000_000)]);
        // Read again after a restart; by another source a second later; of an earlier window.
        for old in [
            window(70, 9_000_000),
            window(82, 9_001_000),
            window(99, 5_000_000),
        ] {
            assert_eq!(merged(&known, &[old], now), known);
        }
        assert_eq!(merged(&known, &[window(83, 9_000_500)], now)[0].used, 83);
        let next = window(1, 27_000_000);
        assert_eq!(merged(&known, std::slice::from_ref(&next), now), [next]);
        assert!(merged(&known, &[], Wall(9_000_000)).is_empty());
    }

    #[test]
    fn a_window_is_called_by_its_length() {
        for (minutes, called) in [
            (Some(300), "5-hour limit"),
            (Some(10_080), "weekly limit"),
            (Some(43_200), "30-day limit"),
            (Some(90), "90-minute limit"),
            (Some(0), "usage limit"),
            (None, "usage limit"),
        ] {
            let window = RateLimit {
                minutes,
                ..window(1, 1)
            };
            assert_eq!(name(&window), called);
        }
    }
}
