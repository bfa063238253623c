//! What the owner says about when they want to be texted: `away`, `here`, `mute @ref 2h`,
//! `unmute`, `quiet 23-7`, `resume`. Only what is exactly one of these is one; other words
//! that begin so are words for a session.

use crate::phone_text::AT;
use events::Span;

/// One such order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WhenOrder {
    /// Not at the Mac.
    Away,
    /// At the Mac, for so long.
    Here(Option<Until>),
    /// All of this is over.
    Resume,
    /// A session goes on at this time.
    ResumeAt(Whom, At),
    /// No texts about these.
    Mute(Whom, Option<Until>),
    /// Texts about these again.
    Unmute(Whom),
    /// No texts between these minutes of the day, but for these.
    Quiet { from: u16, to: u16, but: But },
    /// No texts for now.
    QuietFor(Until),
    /// No quiet hours.
    QuietOff,
    /// What holds?
    QuietAsk,
    /// Nearly one of these; here is how it is written.
    NearMiss(&'static str),
}

/// About which sessions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Whom {
    /// The one whose text is replied to, else everything where the order can mean that.
    Thread,
    /// All of them.
    All,
    /// The one of this name.
    Named(String),
    /// The one of this name, if there is one; else these are words for a session.
    Perhaps(String),
}

/// When something ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Until {
    /// After so long.
    For(Span),
    /// When the clock shows this minute of the day.
    At(u16),
}

/// When a session goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum At {
    /// When Codex's usage limit resets.
    Reset,
    /// At a time.
    Time(Until),
}

/// What comes in quiet hours all the same.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct But {
    /// Approvals and questions; `None`: as the settings say.
    pub approvals: Option<bool>,
    /// Those of these sessions.
    pub names: Vec<String>,
}

const MUTE: &str = "Write \"mute @ref 2h\", or \"mute all 2h\". \"unmute\" ends it.";
const QUIET: &str = "Write \"quiet 23-7\" for every night, \"quiet 2h\" for now, or \"quiet off\".";
const RESUME: &str = "Write \"resume @ref at reset\", or \"resume @ref at 18:00\".";
const DAY: u64 = 86_400;

/// Understands one line, without the marks at its end.
pub fn read(line: &str) -> Option<WhenOrder> {
    let line = line.to_lowercase();
    let words: Vec<&str> = line.split_whitespace().collect();
    let (first, rest) = words.split_first()?;
    match (*first, rest) {
        ("away", []) => Some(WhenOrder::Away),
        ("here", []) => Some(WhenOrder::Here(None)),
        ("here", rest) => until(rest).map(|until| WhenOrder::Here(Some(until))),
        ("resume", []) => Some(WhenOrder::Resume),
        ("resume", rest) => resume(rest),
        ("mute", rest) => mute(rest),
        ("unmute", rest) => match whom(rest) {
            (Whom::Perhaps(_), []) if rest.len() > 1 => None,
            (whom, []) => Some(WhenOrder::Unmute(whom)),
            _ => None,
        },
        ("quiet", rest) => quiet(rest),
        _ => None,
    }
}

/// Whom the words name, and the words behind.
fn whom<'a, 'b>(rest: &'b [&'a str]) -> (Whom, &'b [&'a str]) {
    match rest {
        ["all" | "everything" | "everybody", rest @ ..] => (Whom::All, rest),
        // A phone may put a blank behind the sign.
        ["@" | "＠", name, rest @ ..] => (Whom::Named((*name).to_owned()), rest),
        [name, rest @ ..] if name.starts_with(AT) => {
            let name = name.trim_start_matches(AT).trim_end_matches([',', ':']);
            (Whom::Named(name.to_owned()), rest)
        }
        [name, tail @ ..] if until(rest).is_none() => (Whom::Perhaps((*name).to_owned()), tail),
        _ => (Whom::Thread, rest),
    }
}

fn mute(rest: &[&str]) -> Option<WhenOrder> {
    let (whom, behind) = whom(rest);
    match (behind, until(behind)) {
        ([], _) => Some(WhenOrder::Mute(whom, None)),
        (_, Some(until)) => Some(WhenOrder::Mute(whom, Some(until))),
        (_, None) if matches!(whom, Whom::Named(_) | Whom::All) => Some(WhenOrder::NearMiss(MUTE)),
        _ => None,
    }
}

/// `resume @ref at reset`, in a thread `resume at reset`.
fn resume(rest: &[&str]) -> Option<WhenOrder> {
    let begins = |word: &str| matches!(word, "at" | "after" | "on" | "when" | "in");
    let (whom, behind) = match rest {
        [first, ..] if begins(first) => (Whom::Thread, rest),
        _ => whom(rest),
    };
    if !matches!(whom, Whom::Thread | Whom::Named(_)) {
        return None;
    }
    let near = matches!(whom, Whom::Named(_)) && behind.first().is_some_and(|word| begins(word));
    match at(behind) {
        Some(at) => Some(WhenOrder::ResumeAt(whom, at)),
        None => near.then_some(WhenOrder::NearMiss(RESUME)),
    }
}

/// `at reset`, `at 18:00`, `in 2h`
fn at(words: &[&str]) -> Option<At> {
    let said: Vec<&str> = words
        .iter()
        .filter(|word| **word != "the")
        .copied()
        .collect();
    match said.as_slice() {
        ["at" | "after" | "on", "reset"] | ["when", "it" | "limit", "resets"] => Some(At::Reset),
        ["at", rest @ ..] if !rest.is_empty() => {
            minute(&rest.join(" ")).map(|minute| At::Time(Until::At(minute)))
        }
        ["in", rest @ ..] => length(&rest.concat()).map(|span| At::Time(Until::For(span))),
        _ => None,
    }
}

fn quiet(rest: &[&str]) -> Option<WhenOrder> {
    if rest.is_empty() {
        return Some(WhenOrder::QuietAsk);
    }
    if let ["off" | "none" | "never"] = rest {
        return Some(WhenOrder::QuietOff);
    }
    if let Some(until) = until(rest) {
        return Some(WhenOrder::QuietFor(until));
    }
    let cut = rest.iter().position(|word| {
        matches!(
            *word,
            "but" | "except" | "with" | "without" | "approvals" | "no"
        )
    });
    let (times, but) = rest.split_at(cut.unwrap_or(rest.len()));
    let looks = times
        .iter()
        .any(|word| word.starts_with(|c: char| c.is_ascii_digit()));
    match (hours(&times.join(" ")), self::but(but)) {
        (Some((from, to)), Some(but)) => Some(WhenOrder::Quiet { from, to, but }),
        _ if looks => Some(WhenOrder::NearMiss(QUIET)),
        _ => None,
    }
}

/// `23-7`, `23:30 - 7:15`, `from 11pm to 7am`: two minutes of the day.
pub fn hours(text: &str) -> Option<(u16, u16)> {
    let text = text.to_lowercase().replace(['–', '—', '‑', '−'], "-");
    let text = text.trim().trim_start_matches("from ").replace(" to ", "-");
    let text = text.replace(" until ", "-").replace(" till ", "-");
    let (from, to) = text.split_once('-')?;
    let (from, to) = (minute(from.trim())?, minute(to.trim())?);
    (from != to).then_some((from, to))
}

/// `7`, `7:15`, `07.15`, `7am`, `11 pm`, `24:00`
fn minute(text: &str) -> Option<u16> {
    let text = text
        .trim_end_matches("o'clock")
        .trim_end_matches(" h")
        .trim();
    let (text, half) = match (text.strip_suffix("am"), text.strip_suffix("pm")) {
        (Some(text), _) => (text.trim(), Some(0)),
        (_, Some(text)) => (text.trim(), Some(12)),
        _ => (text, None),
    };
    let (hour, minute) = text.split_once([':', '.']).unwrap_or((text, "0"));
    let number = |text: &str| {
        let digits = !text.is_empty() && text.chars().all(|c| c.is_ascii_digit());
        digits.then(|| text.parse::<u16>().ok()).flatten()
    };
    let (hour, minute) = (number(hour)?, number(minute)?);
    let hour = match half {
        Some(_) if !(1..=12).contains(&hour) => return None,
        Some(half) => hour % 12 + half,
        None if hour == 24 && minute == 0 => 0,
        None => hour,
    };
    (hour < 24 && minute < 60).then(|| hour * 60 + minute)
}

/// `2h`, `90 min`, `for 2 hours`, `until 18:00`
fn until(words: &[&str]) -> Option<Until> {
    match words {
        ["until" | "till" | "til", rest @ ..] if !rest.is_empty() => {
            minute(&rest.join(" ")).map(Until::At)
        }
        ["for", rest @ ..] | rest => length(&rest.concat()).map(Until::For),
    }
}

fn length(text: &str) -> Option<Span> {
    let end = text.find(|c: char| !c.is_ascii_digit())?;
    let (number, unit) = text.split_at(end);
    let number: u64 = number.parse().ok()?;
    let seconds = match unit {
        "m" | "min" | "mins" | "minute" | "minutes" => 60,
        "h" | "hr" | "hrs" | "hour" | "hours" => 3_600,
        "d" | "day" | "days" => DAY,
        "w" | "week" | "weeks" => 7 * DAY,
        _ => return None,
    };
    let span = number.checked_mul(seconds)?;
    (1..=366 * DAY)
        .contains(&span)
        .then_some(Span::seconds(span))
}

/// `but approvals`, `except @k3f9 @b2d4`, `no approvals`
fn but(words: &[&str]) -> Option<But> {
    let mut but = But::default();
    let mut not = false;
    for word in words {
        let word = word.trim_matches([',', ';']);
        match word {
            "but" | "except" | "with" | "for" | "and" | "of" | "from" | "pass" | "come"
            | "questions" => {}
            "no" | "without" => not = true,
            "approvals" | "approval" => but.approvals = Some(!not),
            name => but.names.push(name.strip_prefix(AT)?.to_owned()),
        }
    }
    // Those of some sessions are not those of all.
    if !but.names.is_empty() {
        but.approvals = Some(false);
    }
    Some(but)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hours_are_read_as_people_write_them() {
        let night = Some((23 * 60, 7 * 60));
        for text in [
            "23-7",
            "23–7",
            "23:00 - 07:00",
            "11pm-7am",
            "11 pm to 7 am",
            "from 23 to 7",
            "23.00 until 7",
            "23—7",
        ] {
            assert_eq!(hours(text), night, "{text}");
        }
        assert_eq!(hours("22:30-6:45"), Some((1350, 405)));
        assert_eq!(hours("12am-24"), None);
        assert_eq!(hours("12pm-12am"), Some((720, 0)));
        for text in [
            "", "23", "7-7", "25-7", "23-7:60", "-7", "23-", "13pm-2", "0pm-2", "a-b",
        ] {
            assert_eq!(hours(text), None, "{text}");
        }
    }

    #[test]
    fn lengths_and_ends_are_read_as_people_write_them() {
        let two = Some(Until::For(Span::seconds(7_200)));
        for text in ["2h", "2 h", "for 2 hours", "120 min", "120m", "2 hrs"] {
            let words: Vec<_> = text.split_whitespace().collect();
            assert_eq!(until(&words), two, "{text}");
        }
        for text in [
            "",
            "2",
            "h",
            "0h",
            "2 weeks of work",
            "99999999999999999999h",
            "9999d",
        ] {
            let words: Vec<_> = text.split_whitespace().collect();
            assert_eq!(until(&words), None, "{text}");
        }
        assert_eq!(until(&["until", "6", "pm"]), Some(Until::At(18 * 60)));
    }

    #[test]
    fn only_what_is_exactly_an_order_is_one() {
        for text in [
            "quiet please",
            "quiet the logger in api",
            "mute the player when hidden",
            "unmute the player in tests",
            "resume the work",
            "resume at the reset button",
            "resume in the morning",
            "resume when the tests pass",
            "here is the log",
            "away with it",
            "mute for the demo only",
            "quiet as a mouse",
        ] {
            assert_eq!(read(text), None, "{text}");
        }
        let named = |name: &str| Whom::Named(name.to_owned());
        let hour = Some(Until::For(Span::seconds(3_600)));
        assert_eq!(
            read("Mute @k3f9 1h"),
            Some(WhenOrder::Mute(named("k3f9"), hour))
        );
        assert_eq!(
            read("mute @ k3f9"),
            Some(WhenOrder::Mute(named("k3f9"), None))
        );
        assert_eq!(read("mute all"), Some(WhenOrder::Mute(Whom::All, None)));
        assert_eq!(read("mute 1h"), Some(WhenOrder::Mute(Whom::Thread, hour)));
        assert_eq!(read("unmute"), Some(WhenOrder::Unmute(Whom::Thread)));
        assert_eq!(read("mute @k3f9 tomorrow"), Some(WhenOrder::NearMiss(MUTE)));
        assert_eq!(read("quiet 25-7"), Some(WhenOrder::NearMiss(QUIET)));
        assert_eq!(read("quiet off"), Some(WhenOrder::QuietOff));
        let six = At::Time(Until::At(18 * 60));
        for (text, order) in [
            (
                "resume @k3f9 at reset",
                WhenOrder::ResumeAt(named("k3f9"), At::Reset),
            ),
            (
                "Resume @ k3f9 after the reset",
                WhenOrder::ResumeAt(named("k3f9"), At::Reset),
            ),
            (
                "resume at reset",
                WhenOrder::ResumeAt(Whom::Thread, At::Reset),
            ),
            (
                "resume when it resets",
                WhenOrder::ResumeAt(Whom::Thread, At::Reset),
            ),
            (
                "resume @k3f9 at 6 pm",
                WhenOrder::ResumeAt(named("k3f9"), six),
            ),
            ("resume at 18:00", WhenOrder::ResumeAt(Whom::Thread, six)),
            ("resume @k3f9 at dawn", WhenOrder::NearMiss(RESUME)),
        ] {
            assert_eq!(read(text), Some(order), "{text}");
        }
    }
}
