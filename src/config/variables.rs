//! Every setting there is, once: its name, what it may hold, its default and what
//! it is for. The loader, the file's keys, the README's table and `doctor` all
//! read this list, so none of them can disagree with another.

use super::programs::Program;

/// What all names of ours begin with.
pub const PREFIX: &str = "CODEX_IMESSAGE_";

/// What a setting may hold.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Kind {
    /// On or off.
    Switch,
    /// A whole number within bounds.
    Count(u32, u32),
    /// Seconds, fractions allowed, within bounds.
    Seconds(f64, f64),
    /// A file or directory.
    Path,
    /// A program or a tmux socket, by name or path.
    Word,
    /// Letters, digits, `-`, `_` and these.
    Name(&'static str),
    /// One of these words.
    OneOf(&'static [&'static str]),
    /// Addresses separated by commas; never shown.
    Handles,
}

/// One setting.
#[derive(Clone, Copy, Debug)]
pub struct Variable {
    /// Its name in the environment.
    pub name: &'static str,
    /// What it may hold.
    pub kind: Kind,
    /// Its default as it would be written; empty when there is none.
    pub default: &'static str,
    /// What it is for.
    pub about: &'static str,
}

impl Variable {
    /// Its key in the configuration file; `None` for the two that say where the file is.
    pub fn key(&self) -> Option<String> {
        let places = [HOME, STATE_DIR];
        let word = self.name.strip_prefix(PREFIX)?;
        (!places.contains(&self.name)).then(|| word.to_ascii_lowercase())
    }
}

/// Who may speak and is spoken to.
pub const TO: &str = "CODEX_IMESSAGE_TO";
/// Codex's own directory.
pub const HOME: &str = "CODEX_HOME";
/// Our directory.
pub const STATE_DIR: &str = "CODEX_IMESSAGE_STATE_DIR";
/// Name of the launchd job.
pub const LABEL: &str = "CODEX_IMESSAGE_LAUNCHD_LABEL";

/// The settings that are not programs.
pub const VARIABLES: &[Variable] = &[
    v(
        TO,
        Kind::Handles,
        "",
        "your own number or Apple ID e-mail, several separated by commas; notices go to the first",
    ),
    v(HOME, Kind::Path, "~/.codex", "Codex's directory"),
    v(
        STATE_DIR,
        Kind::Path,
        "$CODEX_HOME/imessage-control-plane",
        "the log, the socket, the configuration file",
    ),
    v(
        "CODEX_IMESSAGE_CHAT_DB",
        Kind::Path,
        "~/Library/Messages/chat.db",
        "the database of Messages, only read",
    ),
    v(
        "CODEX_IMESSAGE_QUEUE",
        Kind::Path,
        "$CODEX_HOME/imessage_queue.jsonl",
        "lines that other programs append here are sent, once",
    ),
    v(
        "CODEX_IMESSAGE_DEFAULT_CWD",
        Kind::Path,
        "~",
        "where a new session starts when none was spoken to yet",
    ),
    v(
        "CODEX_IMESSAGE_NOTIFY_MODE",
        Kind::OneOf(&["send", "state_only", "route"]),
        "route",
        "what becomes a notice: all Codex says, nothing, or input needed and final status",
    ),
    v(
        "CODEX_IMESSAGE_ONLY_NEEDS_INPUT",
        Kind::Switch,
        "0",
        "only what needs your input becomes a notice",
    ),
    v(
        "CODEX_IMESSAGE_FINAL_STATUS_ENABLED",
        Kind::Switch,
        "1",
        "final answers become notices",
    ),
    v(
        "CODEX_IMESSAGE_REDACT",
        Kind::Switch,
        "1",
        "secrets are cut out before anything is stored",
    ),
    v(
        "CODEX_IMESSAGE_MAX_LEN",
        Kind::Count(40, 20_000),
        "1800",
        "characters in one iMessage",
    ),
    v(
        "CODEX_IMESSAGE_ALLOW_SMS",
        Kind::Switch,
        "0",
        "a text of ours that left as SMS is no fault",
    ),
    v(
        "CODEX_IMESSAGE_MAX_PER_HOUR",
        Kind::Count(8, 100_000),
        "160",
        "most texts to you in an hour; beyond it texts about one session are merged",
    ),
    v(
        "CODEX_IMESSAGE_EXPIRY_S",
        Kind::Seconds(60.0, 31_536_000.0),
        "86400",
        "how long a text may wait and still be sent",
    ),
    v(
        "CODEX_IMESSAGE_SELF_TEST_S",
        Kind::Seconds(0.0, 31_536_000.0),
        "0",
        "how often a text tries out the way to you; 0: never",
    ),
    v(
        "CODEX_IMESSAGE_QUEUE_DRAIN_LIMIT",
        Kind::Count(1, 10_000),
        "50",
        "lines of the queue file taken at once",
    ),
    v(
        "CODEX_IMESSAGE_DEDUPE_TTL_S",
        Kind::Seconds(0.0, 31_536_000.0),
        "86400",
        "how long the same line of the queue file counts as said",
    ),
    v(
        "CODEX_IMESSAGE_INBOUND_POLL_S",
        Kind::Seconds(0.01, 3600.0),
        "0.5",
        "longest pause between two looks at the sources",
    ),
    v(
        "CODEX_IMESSAGE_INBOUND_RETRY_S",
        Kind::Seconds(0.0, 86_400.0),
        "5",
        "first pause before a certain failure is tried again",
    ),
    v(
        "CODEX_IMESSAGE_FRESH_S",
        Kind::Seconds(1.0, 31_536_000.0),
        "3600",
        "how old a message may be and still be acted on",
    ),
    v(
        "CODEX_IMESSAGE_ROUTE_VIA_TMUX",
        Kind::Switch,
        "1",
        "replies may be typed into panes",
    ),
    v(
        "CODEX_IMESSAGE_STRICT_TMUX",
        Kind::Switch,
        "1",
        "never resume a session outside its pane",
    ),
    v(
        "CODEX_IMESSAGE_TMUX_ACK_TIMEOUT_S",
        Kind::Seconds(0.1, 600.0),
        "2",
        "how long Codex may take to show a typed reply as received",
    ),
    v(
        "CODEX_IMESSAGE_RESUME_TIMEOUT_S",
        Kind::Seconds(1.0, 86_400.0),
        "120",
        "how long a resumed session may run",
    ),
    v(
        "CODEX_IMESSAGE_REQUIRE_SESSION_REF",
        Kind::Switch,
        "1",
        "an ambiguous reply is asked back, never guessed",
    ),
    v(
        "CODEX_IMESSAGE_SESSION_REF_MIN",
        Kind::Count(3, 36),
        "6",
        "shortest prefix of a session id that counts as its name",
    ),
    v(
        "CODEX_IMESSAGE_ENABLE_NEW_SESSION",
        Kind::Switch,
        "1",
        "`new label: …` starts a session",
    ),
    v(
        "CODEX_IMESSAGE_START_SESSIONS_WITH_FULL_ACCESS",
        Kind::Switch,
        "0",
        "sessions may be started from the phone where Codex's configuration gives all of them full access",
    ),
    v(
        "CODEX_IMESSAGE_AUTO_CREATE_ON_MISSING",
        Kind::Switch,
        "1",
        "an instruction starts a session when there is none at all",
    ),
    v(
        "CODEX_IMESSAGE_TMUX_SOCKET",
        Kind::Word,
        "",
        "tmux socket for new sessions: a name or a path; else tmux's own",
    ),
    v(
        "CODEX_IMESSAGE_TMUX_NEW_SESSION_NAME",
        Kind::Name(""),
        "agent",
        "tmux session that new windows open in",
    ),
    v(
        "CODEX_IMESSAGE_TMUX_WINDOW_PREFIX",
        Kind::Name(""),
        "agent",
        "first word of a new window's name",
    ),
    v(
        LABEL,
        Kind::Name("."),
        "com.codex.imessage-control-plane",
        "name of the launchd job",
    ),
    v(
        "CODEX_IMESSAGE_TRACE",
        Kind::Switch,
        "0",
        "print every event and what it changed",
    ),
    v(
        "CODEX_IMESSAGE_LOG",
        Kind::OneOf(&["error", "warn", "info", "debug", "trace"]),
        "info",
        "how much `run` and `once` say on standard error",
    ),
];

const fn v(name: &'static str, kind: Kind, default: &'static str, about: &'static str) -> Variable {
    Variable {
        name,
        kind,
        default,
        about,
    }
}

/// All settings, those that name programs last.
pub fn all() -> impl Iterator<Item = Variable> {
    let programs = Program::ALL.into_iter().map(|program| Variable {
        name: program.variable(),
        kind: Kind::Word,
        default: "",
        about: "the program, by name or path; else PATH, else its usual places",
    });
    VARIABLES.iter().copied().chain(programs)
}

/// The known word that `written` most likely stands for.
pub fn nearest(written: &str, known: impl Iterator<Item = String>) -> Option<String> {
    known
        .map(|word| (strsim::osa_distance(written, &word), word))
        .filter(|(far, word)| *far <= 2.max(word.len() / 4))
        .min_by_key(|(far, _)| *far)
        .map(|(_, word)| word)
}
