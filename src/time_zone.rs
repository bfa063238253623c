//! Times as people write and read them, in the time zone of this computer.

use events::{Span, Wall};
use jiff::civil::{Date, Time, Weekday};
use jiff::tz::TimeZone;
use jiff::{Timestamp, Zoned};

/// The time zone that times are written and read in.
#[derive(Clone, Debug)]
pub struct Zone(TimeZone);

impl Zone {
    /// That of this computer.
    pub fn of_this_computer() -> Self {
        Self(TimeZone::system())
    }

    /// By a rule in POSIX form, such as `CET-1CEST,M3.5.0,M10.5.0/3`; UTC where it is none.
    pub fn ruled(rule: &str) -> Self {
        Self(TimeZone::posix(rule).unwrap_or(TimeZone::UTC))
    }

    /// Minutes by which it is ahead of UTC at this moment.
    pub fn ahead(&self, wall: Wall) -> i32 {
        let zoned = self.zoned(wall);
        zoned.map_or(0, |zoned| zoned.offset().seconds() / 60)
    }

    fn zoned(&self, wall: Wall) -> Option<Zoned> {
        let stamp = Timestamp::from_millisecond(wall.0).ok()?;
        Some(stamp.to_zoned(self.0.clone()))
    }

    fn shown(&self, wall: Wall, form: &str) -> String {
        self.zoned(wall).map_or_else(
            || format!("{} ms", wall.0),
            |zoned| zoned.strftime(form).to_string(),
        )
    }

    /// `14:05:07`
    pub fn clock(&self, wall: Wall) -> String {
        self.shown(wall, "%H:%M:%S")
    }

    /// `Sat 28 Nov 2026`
    pub fn day(&self, wall: Wall) -> String {
        self.shown(wall, "%a %-d %b %Y")
    }

    /// `2026-11-28 14:05:07`
    pub fn full(&self, wall: Wall) -> String {
        self.shown(wall, "%Y-%m-%d %H:%M:%S")
    }

    /// `2026-11-28T14:05:07.123+01:00`, for programs.
    pub fn exact(&self, wall: Wall) -> String {
        self.shown(wall, "%Y-%m-%dT%H:%M:%S%.3f%:z")
    }

    /// The first and last moment of a time as it is written; `None`: it is none. `14:05` is
    /// that minute, today or, if it is still to come, yesterday.
    pub fn read(&self, written: &str, now: Wall) -> Option<(Wall, Wall)> {
        let written = written.trim().to_lowercase();
        if let Some(past) = written.strip_suffix(" ago") {
            let at = Wall(now.0.saturating_sub(i64::try_from(length(past)?.0).ok()?));
            return Some((at, at));
        }
        if let Ok(stamp) = written.to_uppercase().parse::<Timestamp>() {
            let at = Wall(stamp.as_millisecond());
            return Some((at, Wall(at.0.saturating_add(999))));
        }
        let today = self.zoned(now)?;
        let digit = written.starts_with(|c: char| c.is_ascii_digit());
        let between = |c: char| c == ' ' || (digit && c == 't');
        let (day, rest) = match written.split_once(between) {
            Some((first, rest)) => match date(first, today.date()) {
                Some(date) => (Some(date), rest.trim()),
                None => (None, written.as_str()),
            },
            None => (None, written.as_str()),
        };
        let whole = date(rest, today.date());
        if let (None, Some(date)) = (day, whole) {
            let first = self.at(date, Time::midnight())?;
            let next = self.at(date.tomorrow().ok()?, Time::midnight())?;
            return Some((first, Wall(next.0.saturating_sub(1))));
        }
        let (time, length) = clock(rest)?;
        let mut from = self.at(day.unwrap_or(today.date()), time)?;
        if day.is_none() && from > now {
            from = self.at(today.date().yesterday().ok()?, time)?;
        }
        Some((from, Wall(from.0.saturating_add(length))))
    }

    fn at(&self, date: Date, time: Time) -> Option<Wall> {
        let zoned = date.to_datetime(time).to_zoned(self.0.clone()).ok()?;
        Some(Wall(zoned.timestamp().as_millisecond()))
    }
}

/// `today`, `yesterday`, `monday`, `2026-11-28`: a weekday is the last one before today.
fn date(written: &str, today: Date) -> Option<Date> {
    let days = [
        ("mon", Weekday::Monday),
        ("tue", Weekday::Tuesday),
        ("wed", Weekday::Wednesday),
        ("thu", Weekday::Thursday),
        ("fri", Weekday::Friday),
        ("sat", Weekday::Saturday),
        ("sun", Weekday::Sunday),
    ];
    match written {
        "today" => Some(today),
        "yesterday" => today.yesterday().ok(),
        _ => {
            let long = |(short, day): &(&str, Weekday)| {
                let full = format!("{day:?}").to_lowercase();
                (written == *short || written == full).then_some(*day)
            };
            match days.iter().find_map(long) {
                Some(day) => today.nth_weekday(-1, day).ok(),
                None => Date::strptime("%Y-%m-%d", written).ok(),
            }
        }
    }
}

/// A time of day, and how many milliseconds it leaves open.
fn clock(written: &str) -> Option<(Time, i64)> {
    let seconds = Time::strptime("%H:%M:%S", written).map(|time| (time, 999));
    let minutes = || Time::strptime("%H:%M", written).map(|time| (time, 59_999));
    seconds.or_else(|_| minutes()).ok()
}

/// A length of time: `90d`, `12h`, `30 min`, `45s`.
pub fn length(written: &str) -> Option<Span> {
    let written = written.trim();
    let digits = written.find(|c: char| !c.is_ascii_digit())?;
    let (count, unit) = written.split_at(digits);
    let seconds: u64 = match unit.trim() {
        "s" | "sec" | "second" | "seconds" => 1,
        "m" | "min" | "minute" | "minutes" => 60,
        "h" | "hour" | "hours" => 3_600,
        "d" | "day" | "days" => 86_400,
        "w" | "week" | "weeks" => 7 * 86_400,
        "y" | "year" | "years" => 365 * 86_400,
        _ => return None,
    };
    Some(Span::seconds(
        count.parse::<u64>().ok()?.checked_mul(seconds)?,
    ))
}

#[cfg(test)]
mod tests {
    use super::{Zone, length};
    use events::{Span, Wall};

    fn berlin() -> (Zone, Wall) {
        // Saturday, 28 November 2026, 14:30:00 in Berlin.
        (
            Zone::ruled("CET-1CEST,M3.5.0,M10.5.0/3"),
            Wall(1_795_872_600_000),
        )
    }

    #[test]
    fn times_are_read_as_people_write_them() {
        let (zone, now) = berlin();
        let read = |written: &str| {
            let (from, to) = zone
                .read(written, now)
                .unwrap_or_else(|| panic!("{written}"));
            (zone.full(from), to.0 - from.0)
        };
        for (written, from, length) in [
            ("14:05", "2026-11-28 14:05:00", 59_999),
            ("14:45", "2026-11-27 14:45:00", 59_999),
            ("9:05:07", "2026-11-28 09:05:07", 999),
            ("yesterday 18:00", "2026-11-27 18:00:00", 59_999),
            ("Today 08:00", "2026-11-28 08:00:00", 59_999),
            ("friday 07:00", "2026-11-27 07:00:00", 59_999),
            ("2026-11-01 00:30", "2026-11-01 00:30:00", 59_999),
            ("2026-11-01T00:30:10", "2026-11-01 00:30:10", 999),
            ("2026-11-28T12:00:00Z", "2026-11-28 13:00:00", 999),
            ("yesterday", "2026-11-27 00:00:00", 86_399_999),
            // The day on which the clocks go forward has 23 hours.
            ("2026-03-29", "2026-03-29 00:00:00", 82_799_999),
            ("10 min ago", "2026-11-28 14:20:00", 0),
        ] {
            assert_eq!(read(written), (from.to_owned(), length), "{written}");
        }
    }

    #[test]
    fn what_is_no_time_is_none() {
        let (zone, now) = berlin();
        for written in [
            "",
            "linter",
            "25:00",
            "14:61",
            "yesterday",
            "last",
            "41",
            "ago",
            "x ago",
        ] {
            let read = zone.read(written, now);
            assert_eq!(read.is_some(), written == "yesterday", "{written}");
        }
    }

    #[test]
    fn lengths_have_a_unit() {
        assert_eq!(length("90d"), Some(Span::seconds(90 * 86_400)));
        assert_eq!(length("30 min"), Some(Span::seconds(1_800)));
        for none in ["90", "", "d", "9x", "99999999999999999999d", "-1d"] {
            assert_eq!(length(none), None, "{none}");
        }
    }

    #[test]
    fn a_time_far_off_is_shown_as_it_is() {
        let (zone, now) = berlin();
        assert_eq!(zone.full(Wall(i64::MAX)), format!("{} ms", i64::MAX));
        assert_eq!(zone.day(now), "Sat 28 Nov 2026");
        assert_eq!(zone.exact(now), "2026-11-28T14:30:00.000+01:00");
    }
}
