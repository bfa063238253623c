//! Timestamps as Codex writes them, RFC 3339, into `Wall`.

use ::time::OffsetDateTime;
use ::time::format_description::well_known::Rfc3339;
use events::time::Wall;

/// Milliseconds since 1970 of an RFC 3339 timestamp; `None` if it is not one.
pub(super) fn parse(text: &str) -> Option<Wall> {
    let at = OffsetDateTime::parse(text, &Rfc3339).ok()?;
    let millis = at.unix_timestamp_nanos().div_euclid(1_000_000);
    i64::try_from(millis).ok().map(Wall)
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
            "2026-02-31T14:45:19Z",
            "2025-02-29T14:45:19Z",
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
