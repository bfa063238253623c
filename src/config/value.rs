//! From what somebody wrote to what was meant. A text that makes no sense is a
//! sentence about what would; it is never replaced by a default, and one that
//! may hold an address is never repeated.

use super::variables::Kind;
use events::{Span, Text};
use projections::{handle, local_time, when_orders};
use std::fmt;
use std::path::{Path, PathBuf};

/// Where a value came from. Of two, the earlier in this list wins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// An option of the command.
    Flag,
    /// A variable.
    Environment,
    /// A line of the configuration file.
    File {
        /// Counted from 1.
        line: usize,
    },
    /// Nobody said anything.
    Default,
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Flag => f.write_str("option"),
            Self::Environment => f.write_str("environment"),
            Self::File { line } => write!(f, "config.toml line {line}"),
            Self::Default => f.write_str("default"),
        }
    }
}

/// A value in its own type.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// Of [`Kind::Switch`].
    Switch(bool),
    /// Of [`Kind::Count`].
    Count(u32),
    /// Of [`Kind::Seconds`].
    Span(Span),
    /// Of [`Kind::Path`].
    Path(PathBuf),
    /// Of [`Kind::Word`], [`Kind::Name`] and [`Kind::OneOf`].
    Word(String),
    /// Of [`Kind::Handles`].
    Handles(Vec<Text>),
    /// Of [`Kind::Hours`]: minutes of the day.
    Hours(Option<(u16, u16)>),
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Switch(true) => f.write_str("on"),
            Self::Switch(false) => f.write_str("off"),
            Self::Count(number) => write!(f, "{number}"),
            Self::Span(Span(ms)) if ms % 1000 == 0 => write!(f, "{} s", ms / 1000),
            Self::Span(Span(ms)) => write!(f, "{}.{:03} s", ms / 1000, ms % 1000),
            Self::Path(path) => write!(f, "{}", path.display()),
            Self::Word(word) => f.write_str(word),
            Self::Hours(None) => Ok(()),
            Self::Hours(Some((from, to))) => {
                write!(f, "{}-{}", local_time::clock(*from), local_time::clock(*to))
            }
            Self::Handles(handles) => match handles.len() {
                0 => Ok(()),
                1 => f.write_str("1 address"),
                more => write!(f, "{more} addresses"),
            },
        }
    }
}

/// What paths are relative to.
#[derive(Clone, Copy, Debug)]
pub struct Bases<'a> {
    /// What `~` stands for.
    pub home: Option<&'a Path>,
    /// What `$CODEX_HOME` stands for in a default.
    pub codex_home: Option<&'a Path>,
}

/// What `text` means, or what is wrong with it, as the end of a sentence.
pub fn parse(kind: Kind, text: &str, origin: &Origin, bases: Bases<'_>) -> Result<Value, String> {
    let text = text.trim();
    match kind {
        Kind::Switch => switch(text).map(Value::Switch),
        Kind::Count(low, high) => count(text, low, high).map(Value::Count),
        Kind::Seconds(low, high) => seconds(text, low, high).map(Value::Span),
        Kind::Path => path(text, origin, bases).map(Value::Path),
        Kind::Word => word(text).map(Value::Word),
        Kind::Name(extra) => name(text, extra).map(Value::Word),
        Kind::OneOf(words) => one_of(text, words).map(Value::Word),
        Kind::Handles => handles(text).map(Value::Handles),
        Kind::Hours => hours(text).map(Value::Hours),
    }
}

fn switch(text: &str) -> Result<bool, String> {
    match text.to_ascii_lowercase().as_str() {
        "1" | "true" | "yes" | "on" => Ok(true),
        "0" | "false" | "no" | "off" => Ok(false),
        _ => Err(format!(
            "{text:?} is neither on (1, true, yes, on) nor off (0, false, no, off)"
        )),
    }
}

fn count(text: &str, low: u32, high: u32) -> Result<u32, String> {
    let number = text.parse().ok();
    number
        .filter(|number| (low..=high).contains(number))
        .ok_or_else(|| format!("{text:?} is not a whole number from {low} to {high}"))
}

fn seconds(text: &str, low: f64, high: f64) -> Result<Span, String> {
    let number = text.parse::<f64>().ok();
    number
        .filter(|number| (low..=high).contains(number))
        .and_then(|number| std::time::Duration::try_from_secs_f64(number).ok())
        .and_then(|time| u64::try_from(time.as_millis()).ok())
        .map(Span)
        .ok_or_else(|| format!("{text:?} is not a number of seconds from {low} to {high}"))
}

fn path(text: &str, origin: &Origin, bases: Bases<'_>) -> Result<PathBuf, String> {
    let below = |base: Option<&Path>, name: &str, rest: &str| {
        base.map(|base| base.join(rest.trim_start_matches('/')))
            .ok_or_else(|| format!("{text:?} needs {name}, which is not set"))
    };
    if text == "~" {
        return bases
            .home
            .map(Path::to_path_buf)
            .ok_or_else(|| "needs HOME, which is not set".into());
    }
    if let Some(rest) = text.strip_prefix("~/") {
        return below(bases.home, "HOME", rest);
    }
    if let (Origin::Default, Some(rest)) = (origin, text.strip_prefix("$CODEX_HOME/")) {
        return below(bases.codex_home, "CODEX_HOME", rest);
    }
    let path = PathBuf::from(text);
    if path.is_absolute() {
        return Ok(path);
    }
    match origin {
        Origin::File { .. } => Err(format!("{text:?} must start with / or ~/")),
        Origin::Flag | Origin::Environment | Origin::Default => std::path::absolute(&path)
            .map_err(|error| format!("{text:?} cannot be made absolute: {error}")),
    }
}

fn word(text: &str) -> Result<String, String> {
    let sound = !text.chars().any(char::is_control) && !text.starts_with('-');
    sound
        .then(|| text.to_owned())
        .ok_or_else(|| format!("{text:?} starts with - or contains control characters"))
}

fn name(text: &str, extra: &str) -> Result<String, String> {
    let allowed = |c: char| c.is_alphanumeric() || c == '-' || c == '_' || extra.contains(c);
    let sound = text.starts_with(char::is_alphanumeric) && text.chars().all(allowed);
    sound
        .then(|| text.to_owned())
        .ok_or_else(|| format!("{text:?} may contain only letters, digits and -_{extra}, and must start with a letter or digit"))
}

fn one_of(text: &str, words: &[&str]) -> Result<String, String> {
    let lower = text.to_ascii_lowercase();
    words
        .contains(&lower.as_str())
        .then_some(lower)
        .ok_or_else(|| format!("{text:?} is not one of {}", words.join(", ")))
}

fn hours(text: &str) -> Result<Option<(u16, u16)>, String> {
    if text.is_empty() {
        return Ok(None);
    }
    when_orders::hours(text)
        .map(Some)
        .ok_or_else(|| format!("{text:?} is not two times of the day, such as 23-7 or 22:30-6:45"))
}

fn handles(text: &str) -> Result<Vec<Text>, String> {
    let mut found: Vec<Text> = Vec::new();
    let written = text.split(',').map(str::trim);
    for (index, one) in written.enumerate().filter(|(_, one)| !one.is_empty()) {
        let nth = index + 1;
        let handle = handle::complete(one).map(Text::from);
        let handle = handle.ok_or_else(|| format!("entry {nth} is {}", handle::NEITHER))?;
        if !found.contains(&handle) {
            found.push(handle);
        }
    }
    Ok(found)
}
