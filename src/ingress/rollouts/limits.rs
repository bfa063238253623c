//! What a rollout says about how much of the account's allowance is used: Codex writes it
//! down with each count of tokens.

use super::payload::{Bad, payload};
use events::input::RolloutFact;
use events::prompt::{RateLimit, RateLimitsChanged};
use events::time::Wall;
use serde::Deserialize;
use serde_json::{Number, Value};

#[derive(Deserialize)]
struct Count {
    rate_limits: Option<Limits>,
}

#[derive(Deserialize)]
struct Limits {
    limit_id: Option<String>,
    primary: Option<Window>,
    secondary: Option<Window>,
}

#[derive(Deserialize)]
struct Window {
    used_percent: Number,
    #[serde(rename = "window_minutes")]
    minutes: Option<u32>,
    resets_at: Option<Value>,
    resets_in_seconds: Option<i64>,
}

/// The windows of a `token_count` that say something.
pub(super) fn read(line: &[u8], at: Wall) -> Result<Option<RolloutFact>, Bad> {
    let Some(limits) = payload::<Count>(line)?.rate_limits else {
        return Ok(None);
    };
    // A limit of its own that some models have.
    let other = limits.limit_id.filter(|id| id != "codex");
    let name = |window: &str| match &other {
        Some(id) => format!("{id} {window}").chars().take(80).collect(),
        None => window.to_owned(),
    };
    let windows = [("primary", limits.primary), ("secondary", limits.secondary)];
    let windows = windows.into_iter().filter_map(|(called, window)| {
        let window = window?;
        Some(RateLimit {
            name: name(called),
            used: whole(&window.used_percent),
            minutes: window.minutes,
            resets: window.resets(at),
        })
    });
    let windows: Vec<_> = windows.collect();
    let limits = RateLimitsChanged { windows };
    Ok((!limits.windows.is_empty()).then_some(RolloutFact::Limits(limits)))
}

impl Window {
    /// Seconds since 1970, a time, or seconds from then on in versions of 2025.
    fn resets(&self, at: Wall) -> Option<Wall> {
        let since = |seconds: i64| Wall(seconds.saturating_mul(1000));
        match &self.resets_at {
            Some(Value::Number(seconds)) => Some(since(seconds.as_i64()?)),
            Some(Value::String(time)) => super::time::parse(time),
            _ => {
                let seconds = self.resets_in_seconds?;
                Some(Wall(at.0.saturating_add(seconds.saturating_mul(1000))))
            }
        }
    }
}

/// The whole percent that are used for certain: 99.9 is not 100.
fn whole(percent: &Number) -> u32 {
    let text = percent.to_string();
    let whole = text.split('.').next().unwrap_or_default();
    whole.parse().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn windows(limits: &str) -> Vec<RateLimit> {
        let line = format!(r#"{{"payload": {{"type": "token_count", "rate_limits": {limits}}}}}"#);
        match read(line.as_bytes(), Wall(5_000)) {
            Ok(Some(RolloutFact::Limits(limits))) => limits.windows,
            other => {
                assert_eq!(other, Ok(None), "{limits}");
                Vec::new()
            }
        }
    }

    #[test]
    fn windows_are_read_as_each_version_writes_them() {
        let window = |name: &str, used, minutes, resets| RateLimit {
            name: name.to_owned(),
            used,
            minutes,
            resets,
        };
        // 0.169 and 0.171.
        let told = r#"{"limit_id": "codex", "primary": {"used_percent": 99.9, "window_minutes": 300,
            "resets_at": 1795927994}, "secondary": {"used_percent": 40.0, "window_minutes": 10080,
            "resets_at": 1796014394}, "credits": null}"#;
        let expected = [
            window("primary", 99, Some(300), Some(Wall(1_795_927_994_000))),
            window("secondary", 40, Some(10_080), Some(Wall(1_796_014_394_000))),
        ];
        assert_eq!(windows(told), expected);
        let older =
            r#"{"primary": {"used_percent": 7, "resets_in_seconds": 60}, "secondary": null}"#;
        assert_eq!(
            windows(older),
            [window("primary", 7, None, Some(Wall(65_000)))]
        );
        let other = r#"{"limit_id": "spark", "primary": {"used_percent": 100.0}}"#;
        assert_eq!(windows(other), [window("spark primary", 100, None, None)]);
        for nothing in ["null", r#"{"primary": null, "secondary": null}"#, "{}"] {
            assert!(windows(nothing).is_empty());
        }
    }

    #[test]
    fn another_form_is_told_and_not_guessed() {
        let line = br#"{"payload": {"rate_limits": {"primary": {"used": 80}}}}"#;
        assert_eq!(read(line, Wall(0)), Err(Bad));
    }
}
