//! Local time, as people write and read it. The distance from UTC is a fact in the log.

use events::{Span, Wall};

const MINUTE: i64 = 60_000;
const DAY: i64 = 24 * 60;
const WEEK: [&str; 7] = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"];

/// Minutes since 1970 in local time.
const fn minutes(wall: Wall, offset: i32) -> i64 {
    wall.0.div_euclid(MINUTE) + offset as i64
}

/// The minute of the day.
pub fn minute_of_day(wall: Wall, offset: i32) -> u16 {
    u16::try_from(minutes(wall, offset).rem_euclid(DAY)).unwrap_or(0)
}

/// The next time at which the clock shows this minute of the day; never now.
pub fn next(wall: Wall, offset: i32, minute: u16) -> Wall {
    let now = i64::from(minute_of_day(wall, offset));
    let ahead = (i64::from(minute) - now).rem_euclid(DAY);
    let ahead = if ahead == 0 { DAY } else { ahead };
    Wall((wall.0.div_euclid(MINUTE) + ahead) * MINUTE)
}

/// `07:05`
pub fn clock(minute: u16) -> String {
    format!("{:02}:{:02}", minute / 60, minute % 60)
}

/// `07:05` today, `Sun 07:05` within a week, else in how many days.
pub fn at(now: Wall, wall: Wall, offset: i32) -> String {
    let day = |wall| minutes(wall, offset).div_euclid(DAY);
    let time = clock(minute_of_day(wall, offset));
    match day(wall) - day(now) {
        0 => time,
        days @ -6..=6 => {
            let nth = usize::try_from((day(now) + days).rem_euclid(7)).unwrap_or(0);
            format!("{} {time}", WEEK.get(nth).copied().unwrap_or_default())
        }
        days if days > 0 => format!("{time} in {days} days"),
        days => format!("{time} {} days ago", -days),
    }
}

/// `45 s`, `12 min`, `3 h`, `2 d`
pub fn length(span: Span) -> String {
    match span.0 / 1000 {
        seconds @ 0..=59 => format!("{seconds} s"),
        seconds @ 60..=3_599 => format!("{} min", seconds / 60),
        seconds @ 3_600..=86_399 => format!("{} h", seconds / 3_600),
        seconds => format!("{} d", seconds / 86_400),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Sat 28 Nov 2026, 21:30 UTC.
    const NOW: Wall = Wall(1_795_901_400_000);

    #[test]
    fn times_read_as_on_a_clock_in_the_same_place() {
        assert_eq!(at(NOW, NOW, 0), "21:30");
        assert_eq!(at(NOW, NOW, -210), "18:00");
        // An hour later it is another day further east.
        let later = Wall(NOW.0 + 3_600_000);
        assert_eq!(at(NOW, later, 120), "Sun 00:30");
        assert_eq!(at(later, NOW, 120), "Sat 23:30");
        assert_eq!(at(NOW, Wall(NOW.0 + 9 * 86_400_000), 0), "21:30 in 9 days");
    }

    #[test]
    fn the_next_time_is_ahead_and_on_the_minute() {
        for (offset, minute) in [(0, 7 * 60), (-210, 0), (330, 1439), (60, 22 * 60 + 30)] {
            let next = next(NOW, offset, minute);
            assert!(next > NOW && next.0 - NOW.0 <= DAY * MINUTE, "{next:?}");
            assert_eq!(minute_of_day(next, offset), minute);
            assert_eq!(next.0 % MINUTE, 0);
        }
    }
}
