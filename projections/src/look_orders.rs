//! What the owner asks to see of a session: `screen @ref`, `last @ref 3`, `diff @ref path`,
//! `log @ref`, `more @ref`, `send @ref path`, `open @ref`. Only what is exactly one of these is one; other words that
//! begin so are words for a session.

use crate::phone_text::AT;
use events::Text;
use events::command::Change;

/// What is to be shown, and of which session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LookOrder {
    /// What.
    pub show: Show,
    /// Of which session.
    pub whose: Whose,
}

/// What is to be shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Show {
    /// What its pane shows.
    Screen,
    /// So many of its last messages.
    Last(u16),
    /// What is changed in its directory, or below this path.
    Diff(Option<String>),
    /// What was done in it last.
    Log,
    /// What was cut from the last long text about it.
    More,
    /// A file of its directory, to be sent.
    File(String),
    /// It is to be opened in a window.
    Open,
    /// It is to be changed.
    Change(Change),
    /// A command of Codex's own that cannot be used from the phone.
    CodexOnly,
    /// It is written wrongly; here is how it is written.
    NearMiss(&'static str),
}

/// Which session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Whose {
    /// The one whose text is replied to, else the only one.
    Thread,
    /// The one of this name.
    Named(String),
    /// The one with this ref, if there is one; else these are words for a session.
    Perhaps(String),
}

impl Show {
    /// What is said instead of doing it, where it is refused.
    pub const fn refusal(&self) -> Option<&'static str> {
        match self {
            Self::CodexOnly => Some(CODEX_ONLY_HINT),
            Self::NearMiss(hint) => Some(hint),
            Self::Screen
            | Self::Last(_)
            | Self::Diff(_)
            | Self::Log
            | Self::More
            | Self::File(_)
            | Self::Open
            | Self::Change(_) => None,
        }
    }

    /// How it is written.
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Screen => "screen",
            Self::Last(_) => "last",
            Self::Diff(_) => "diff",
            Self::Log => "log",
            Self::More => "more",
            Self::File(_) => "send",
            Self::Open => "open",
            Self::Change(Change::Rename { .. }) => "rename",
            Self::Change(Change::Compact) => "/compact",
            Self::Change(Change::Model { .. }) => "/model",
            Self::Change(Change::Effort { .. }) => "/effort",
            Self::CodexOnly | Self::NearMiss(_) => "help look",
        }
    }
}

/// Most messages that `last` brings.
pub const LAST_MAX: u16 = 20;

const QUOTES: [char; 8] = ['"', '\'', '“', '”', '„', '‘', '’', '«'];
const PLAIN: &str =
    "Write \"screen @ref\", \"log @ref\" or \"more @ref\", with nothing behind the ref.";
const SEND: &str = "Write \"send @ref docs/report.pdf\" for a file in the session's folder. Words for the session begin with its ref.";
const OPEN: &str = "Write \"open @ref\" or \"resume @ref\" to open it in a window, or \"resume @ref at 18:00\" to have it continue then.";
const RENAME: &str = "Write \"rename @ref new name\", a name of at most 40 characters on one line.";
const COMPACT: &str = "Write \"/compact @ref\", with nothing behind the ref.";
const MODEL: &str = "Write \"/model @ref name\", with the name of one model.";
const EFFORT: &str =
    "Write \"/effort @ref high\"; the levels are minimal, low, medium, high and xhigh.";
const CODEX_ONLY_HINT: &str = "Of Codex's own commands only /compact, /model and /effort can be used from the phone, so nothing was done. Others would reach Codex as plain words.";
/// How hard a model may think.
const LEVELS: [&str; 5] = ["minimal", "low", "medium", "high", "xhigh"];
/// Commands of Codex that are words to it when they are not typed at the desk.
const CODEX_ONLY: [&str; 18] = [
    "clear",
    "init",
    "review",
    "approvals",
    "permissions",
    "mcp",
    "undo",
    "fork",
    "quit",
    "exit",
    "logout",
    "plan",
    "goal",
    "agents",
    "fast",
    "rewind",
    "skills",
    "hooks",
];
const NAME_MAX: usize = 40;
const LAST: &str = "Write \"last @ref\", or \"last @ref 3\" for the last three messages.";

/// Understands one line, without the marks at its end.
pub fn read(line: &str) -> Option<LookOrder> {
    let line = line.trim();
    if let Some(order) = slash(line) {
        return Some(order);
    }
    let (word, rest) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
    let (whose, behind) = whose(rest.trim());
    let named = matches!(whose, Whose::Named(_));
    let show = match (word.to_lowercase().as_str(), behind) {
        ("screen" | "screenshot", "") => Show::Screen,
        ("log", "") => Show::Log,
        ("more", "") => Show::More,
        ("screen" | "screenshot" | "log" | "more", _) if named => Show::NearMiss(PLAIN),
        ("last", behind) => match count(behind) {
            Some(messages) => Show::Last(messages),
            None if named => Show::NearMiss(LAST),
            None => return last_of(behind),
        },
        ("rename", name) if named => renamed(name),
        // Alone it is a word like any other, also in reply to a text.
        ("open" | "resume", "") if whose != Whose::Thread => Show::Open,
        ("open" | "resume", _) if named => Show::NearMiss(OPEN),
        ("open", name) => return opened(name),
        ("send", "") if rest.is_empty() => return None,
        ("send", "") => Show::NearMiss(SEND),
        ("send", path) if named => Show::File(unquoted(path).to_owned()),
        ("send", path) => return sent(path, whose),
        ("diff", "") => Show::Diff(None),
        ("diff", path) if named || is_path(path) => Show::Diff(Some(unquoted(path).to_owned())),
        _ => return None,
    };
    Some(LookOrder { show, whose })
}

/// The session at the front of the words, and the words behind it.
fn whose(rest: &str) -> (Whose, &str) {
    if let Some(marked) = rest.strip_prefix(AT) {
        let marked = marked.trim_start();
        let (name, behind) = marked
            .split_once(char::is_whitespace)
            .unwrap_or((marked, ""));
        let name = name.trim_end_matches([',', ':']);
        if !name.is_empty() {
            return (Whose::Named(name.to_owned()), behind.trim());
        }
    }
    let one = !rest.is_empty() && !rest.contains(char::is_whitespace);
    if one && rest.chars().any(char::is_alphabetic) && !is_path(rest) {
        return (Whose::Perhaps(rest.to_owned()), "");
    }
    (Whose::Thread, rest)
}

/// How many messages; nothing said means one.
fn count(behind: &str) -> Option<u16> {
    if behind.is_empty() {
        return Some(1);
    }
    let number: u16 = behind.parse().ok()?;
    (number > 0).then(|| number.min(LAST_MAX))
}

/// `last 3 @ref`
fn last_of(behind: &str) -> Option<LookOrder> {
    let (number, name) = behind.split_once(char::is_whitespace)?;
    let (whose, "") = whose(name.trim()) else {
        return None;
    };
    matches!(whose, Whose::Named(_)).then_some(LookOrder {
        show: Show::Last(count(number)?),
        whose,
    })
}

/// `open login fix`: a session may be called so.
fn opened(name: &str) -> Option<LookOrder> {
    let name = unquoted(name);
    let fits = !name.is_empty() && name.chars().count() <= NAME_MAX;
    fits.then(|| LookOrder {
        show: Show::Open,
        whose: Whose::Perhaps(name.to_owned()),
    })
}

/// A name that the owner gives.
fn renamed(name: &str) -> Show {
    let name = unquoted(name.trim_start_matches("to ").trim());
    let fits = name.chars().count() <= NAME_MAX
        && name.chars().any(char::is_alphanumeric)
        && !name.chars().any(char::is_control)
        && !name.contains(AT);
    if fits {
        let name = Text::from(name);
        Show::Change(Change::Rename { name })
    } else {
        Show::NearMiss(RENAME)
    }
}

/// `/compact @ref`, `@ref /model name`, `/effort high`: what Codex itself calls so.
fn slash(line: &str) -> Option<LookOrder> {
    let (first, rest) = if line.starts_with(AT) {
        whose(line)
    } else {
        (Whose::Thread, line)
    };
    let rest = rest.strip_prefix('/')?;
    let (word, args) = rest.split_once(char::is_whitespace).unwrap_or((rest, ""));
    let args = args.trim();
    let (whose, args) = if args.starts_with(AT) && first == Whose::Thread {
        whose(args)
    } else {
        (first, args)
    };
    let one = !args.is_empty() && !args.contains(char::is_whitespace);
    let level = args.to_lowercase();
    let show = match word.to_lowercase().as_str() {
        "compact" if args.is_empty() => Show::Change(Change::Compact),
        "compact" => Show::NearMiss(COMPACT),
        "model" if one => Show::Change(Change::Model { model: args.into() }),
        "model" => Show::NearMiss(MODEL),
        "effort" if LEVELS.contains(&level.as_str()) => Show::Change(Change::Effort { level }),
        "effort" => Show::NearMiss(EFFORT),
        word if CODEX_ONLY.contains(&word) => Show::CodexOnly,
        _ => return None,
    };
    Some(LookOrder { show, whose })
}

/// `send src/main.rs`, and `send k3f9 src/main.rs` if that is a ref.
fn sent(path: &str, whose: Whose) -> Option<LookOrder> {
    let (whose, path) = match path.split_once(char::is_whitespace) {
        Some((name, path)) if is_plain(name) => (Whose::Perhaps(name.to_owned()), path.trim()),
        _ => (whose, path),
    };
    let address = path.contains(AT) || path.contains("://");
    let path = unquoted(path);
    (is_path(path) && !address).then(|| LookOrder {
        show: Show::File(path.to_owned()),
        whose,
    })
}

/// What a ref looks like.
fn is_plain(word: &str) -> bool {
    word.chars().all(char::is_alphanumeric) && word.chars().any(char::is_alphabetic)
}

/// One word with a mark that names of files have.
fn is_path(words: &str) -> bool {
    !words.contains(char::is_whitespace) && words.contains(['/', '.'])
}

fn unquoted(path: &str) -> &str {
    path.trim_matches(QUOTES).trim()
}
