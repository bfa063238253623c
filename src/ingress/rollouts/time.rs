//! RFC 3339 timestamps as Codex writes them (`2026-11-22T14:45:19.900Z`), into
//! `Wall`. Any other offset and any number of decimals are understood too, so
//! that another writer's file is dated right instead of refused.

use events::time::Wall;

/// Milliseconds since 1970 of an RFC 3339 timestamp; `None` if it is not one.
pub(super) fn parse(text: &str) -> Option<Wall> {
    let bytes = text.as_bytes();
    let marks = [(4, b'-'), (7, b'-'), (10, b'T'), (13, b':'), (16, b':')];
    if marks.iter().any(|&(at, mark)| bytes.get(at) != Some(&mark)) {
        return None;
    }
    let (year, month, day) = (
        digits(text, 0, 4)?,
        digits(text, 5, 7)?,
        digits(text, 8, 10)?,
    );
    let (hour, minute, second) = (
        digits(text, 11, 13)?,
        digits(text, 14, 16)?,
        digits(text, 17, 19)?,
    );
    let sane = (1..=12).contains(&month) && (1..=31).contains(&day);
    if !sane || hour > 23 || minute > 59 || second > 60 {
        return None;
    }
    let (millis, zone) = fraction(text.get(19..)?)?;
    let seconds = ((days(year, month, day) * 24 + hour) * 60 + minute) * 60 + second;
    Some(Wall((seconds - offset(zone)?) * 1000 + millis))
}

fn digits(text: &str, from: usize, to: usize) -> Option<i64> {
    let part = text.get(from..to)?;
    let plain = part.bytes().all(|b| b.is_ascii_digit());
    plain.then(|| part.parse().ok()).flatten()
}

/// Splits `.123456Z` into milliseconds and what follows the decimals.
fn fraction(rest: &str) -> Option<(i64, &str)> {
    let Some(rest) = rest.strip_prefix('.') else {
        return Some((0, rest));
    };
    let length = rest.bytes().take_while(u8::is_ascii_digit).count();
    let (decimals, zone) = rest.split_at_checked(length)?;
    if decimals.is_empty() {
        return None;
    }
    let padded: String = decimals.chars().chain("00".chars()).take(3).collect();
    Some((padded.parse().ok()?, zone))
}

/// Seconds east of Greenwich.
fn offset(zone: &str) -> Option<i64> {
    if zone == "Z" || zone == "z" {
        return Some(0);
    }
    let sign = match zone.as_bytes().first()? {
        b'+' => 1,
        b'-' => -1,
        _ => return None,
    };
    let shaped = zone.len() == 6 && zone.as_bytes().get(3) == Some(&b':');
    let (hours, minutes) = (digits(zone, 1, 3)?, digits(zone, 4, 6)?);
    shaped.then_some(sign * (hours * 60 + minutes) * 60)
}

/// Days from 1970-01-01 in the Gregorian calendar: years are counted from
/// March, so that the leap day is a year's last.
fn days(year: i64, month: i64, day: i64) -> i64 {
    let (year, month) = if month > 2 {
        (year, month - 3)
    } else {
        (year - 1, month + 9)
    };
    let leaps = year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400);
    year * 365 + leaps + (month * 153 + 2) / 5 + day - 1 - 719_468
}

#[cfg(test)]
mod tests {
    use super::parse;
    use events::time::Wall;

    #[test]
    fn codex_timestamps_and_other_spellings_of_the_same_moment_agree() {
        let moment = Some(Wall(1_795_358_719_900));
        assert_eq!(parse("2026-11-22T14:45:19.900Z"), moment);
        assert_eq!(parse("2026-11-22T14:45:19.900123456Z"), moment);
        assert_eq!(parse("2026-11-22T16:15:19.9+01:30"), moment);
        assert_eq!(parse("1970-01-01T00:00:00Z"), Some(Wall(0)));
        assert_eq!(parse("2024-02-29T00:00:00Z"), Some(Wall(1_709_164_800_000)));
        assert_eq!(parse("1969-12-31T23:59:59.999Z"), Some(Wall(-1)));
    }

    #[test]
    fn what_is_not_a_moment_is_refused() {
        for text in [
            "",
            "2026-11-22",
            "2026-11-22T14:45:19",
            "2026-13-22T14:45:19Z",
            "2026-11-22T25:45:19Z",
            "2026-11-22T14:45:19.Z",
            "2026-11-22T14:45:19é",
            "+026-11-22T14:45:19Z",
            "2026-11-22T14:45:19+1:300",
        ] {
            assert_eq!(parse(text), None, "{text}");
        }
    }
}
