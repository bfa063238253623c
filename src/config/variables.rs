//! Every setting there is, once: its name, what it may hold, its default and what
//! it is for. The loader, the file's keys, docs/settings.md and `doctor` all read
//! this list, so none of them can disagree with another.

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
    /// Two times of the day, `23-7`; nothing: none.
    Hours,
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
        "your own phone number or Apple ID e-mail; separate several with commas. Texts go to the first",
    ),
    v(HOME, Kind::Path, "~/.codex", "Codex's home directory"),
    v(
        STATE_DIR,
        Kind::Path,
        "$CODEX_HOME/imessage-control-plane",
        "where this program keeps its log, socket and config.toml",
    ),
    v(
        "CODEX_IMESSAGE_CHAT_DB",
        Kind::Path,
        "~/Library/Messages/chat.db",
        "the Messages database; it is only read",
    ),
    v(
        "CODEX_IMESSAGE_QUEUE",
        Kind::Path,
        "$CODEX_HOME/imessage_queue.jsonl",
        "other programs append lines here; each line is sent to you once",
    ),
    v(
        "CODEX_IMESSAGE_DEFAULT_CWD",
        Kind::Path,
        "~",
        "where a new session starts if you have not written to a session yet",
    ),
    v(
        "CODEX_IMESSAGE_NOTIFY_MODE",
        Kind::OneOf(&["send", "state_only", "route"]),
        "route",
        "which texts you get: everything Codex says, none, or questions and the ends of turns",
    ),
    v(
        "CODEX_IMESSAGE_ONLY_NEEDS_INPUT",
        Kind::Switch,
        "0",
        "text me only when a session needs my input",
    ),
    v(
        "CODEX_IMESSAGE_FINAL_STATUS_ENABLED",
        Kind::Switch,
        "1",
        "text me when a turn ends",
    ),
    v(
        "CODEX_IMESSAGE_REDACT",
        Kind::Switch,
        "1",
        "remove secrets before anything is stored or sent",
    ),
    v(
        "CODEX_IMESSAGE_MAX_LEN",
        Kind::Count(40, 20_000),
        "1800",
        "most characters in one iMessage",
    ),
    v(
        "CODEX_IMESSAGE_ALLOW_SMS",
        Kind::Switch,
        "0",
        "do not report it when a text was sent as SMS or RCS",
    ),
    v(
        "CODEX_IMESSAGE_TAPBACKS",
        Kind::Switch,
        "1",
        "a thumbs up or down on a text that asks for an approval answers it",
    ),
    v(
        "CODEX_IMESSAGE_QUIET",
        Kind::Hours,
        "",
        "quiet hours of every day in local time, such as 23-7; texts wait until they end",
    ),
    v(
        "CODEX_IMESSAGE_QUIET_APPROVALS",
        Kind::Switch,
        "0",
        "in quiet hours, text me approvals and questions all the same",
    ),
    v(
        "CODEX_IMESSAGE_GRACE_S",
        Kind::Seconds(0.0, 3600.0),
        "45",
        "where somebody is at the Mac, how long a text waits to be seen there first; nobody there: not at all",
    ),
    v(
        "CODEX_IMESSAGE_DIGEST_S",
        Kind::Seconds(0.0, 3600.0),
        "20",
        "turns that end this soon after another one are told in one text; 0: each has its own, at once",
    ),
    v(
        "CODEX_IMESSAGE_NUDGE_S",
        Kind::Seconds(0.0, 604_800.0),
        "1800",
        "remind me once of a request that nobody has answered for so long; 0 means never",
    ),
    v(
        "CODEX_IMESSAGE_STALL_S",
        Kind::Seconds(0.0, 604_800.0),
        "900",
        "text me once of a turn that shows no sign of life for so long while nothing is asked; 0 means never",
    ),
    v(
        "CODEX_IMESSAGE_LIMITS",
        Kind::Switch,
        "1",
        "text me when 80 % and 95 % of Codex's usage limit are used, and when it is used up",
    ),
    v(
        "CODEX_IMESSAGE_KEEP_AWAKE",
        Kind::OneOf(&["never", "power", "always"]),
        "power",
        "keep the Mac awake while a turn runs or something is on its way: on a power supply, also on its battery, or never",
    ),
    v(
        "CODEX_IMESSAGE_MAX_PER_HOUR",
        Kind::Count(8, 100_000),
        "160",
        "rate limit: most texts to you in one hour; above it, texts are combined",
    ),
    v(
        "CODEX_IMESSAGE_EXPIRY_S",
        Kind::Seconds(60.0, 31_536_000.0),
        "86400",
        "a text that has waited longer than this is not sent",
    ),
    v(
        "CODEX_IMESSAGE_SELF_TEST_S",
        Kind::Seconds(0.0, 31_536_000.0),
        "0",
        "send a test text this often; 0 means never",
    ),
    v(
        "CODEX_IMESSAGE_QUEUE_DRAIN_LIMIT",
        Kind::Count(1, 10_000),
        "50",
        "most lines of the queue file imported at once",
    ),
    v(
        "CODEX_IMESSAGE_DEDUPE_TTL_S",
        Kind::Seconds(0.0, 31_536_000.0),
        "86400",
        "an identical line in the queue file within this time is a duplicate",
    ),
    v(
        "CODEX_IMESSAGE_INBOUND_POLL_S",
        Kind::Seconds(0.05, 3600.0),
        "0.5",
        "longest interval between two polls of the sources",
    ),
    v(
        "CODEX_IMESSAGE_INBOUND_RETRY_S",
        Kind::Seconds(0.0, 86_400.0),
        "5",
        "initial backoff after a definite failure to send",
    ),
    v(
        "CODEX_IMESSAGE_FRESH_S",
        Kind::Seconds(1.0, 31_536_000.0),
        "3600",
        "an older message is not acted on",
    ),
    v(
        "CODEX_IMESSAGE_GATHER_S",
        Kind::Seconds(0.0, 10.0),
        "1.2",
        "how long words for a session wait for the link that Messages split off; 0 acts at once",
    ),
    v(
        "CODEX_IMESSAGE_FILES",
        Kind::OneOf(&["pictures", "off", "all"]),
        "all",
        "which files of your messages sessions get: all, only pictures, or none",
    ),
    v(
        "CODEX_IMESSAGE_FILES_MAX_MB",
        Kind::Count(1, 500),
        "20",
        "largest picture or file that is passed on, in megabytes",
    ),
    v(
        "CODEX_IMESSAGE_FILES_WAIT_S",
        Kind::Seconds(0.0, 600.0),
        "60",
        "how long to wait until Messages has downloaded the files of a message",
    ),
    v(
        "CODEX_IMESSAGE_FILES_KEEP_S",
        Kind::Seconds(60.0, 31_536_000.0),
        "604800",
        "how long the copies that sessions read are kept",
    ),
    v(
        "CODEX_IMESSAGE_APP_SERVER",
        Kind::Switch,
        "1",
        "listen to Codex's background server and send through it",
    ),
    v(
        "CODEX_IMESSAGE_ROUTE_VIA_TMUX",
        Kind::Switch,
        "1",
        "allow replies to be typed into tmux panes",
    ),
    v(
        "CODEX_IMESSAGE_STRICT_TMUX",
        Kind::Switch,
        "1",
        "never resume a session outside its pane (`codex exec resume`)",
    ),
    v(
        "CODEX_IMESSAGE_TMUX_ACK_TIMEOUT_S",
        Kind::Seconds(0.1, 600.0),
        "2",
        "how long to wait for Codex to confirm a typed reply",
    ),
    v(
        "CODEX_IMESSAGE_RESUME_TIMEOUT_S",
        Kind::Seconds(1.0, 86_400.0),
        "120",
        "time limit for a resumed session",
    ),
    v(
        "CODEX_IMESSAGE_REQUIRE_SESSION_REF",
        Kind::Switch,
        "1",
        "ask which session an ambiguous reply is for, instead of guessing",
    ),
    v(
        "CODEX_IMESSAGE_SESSION_REF_MIN",
        Kind::Count(3, 36),
        "6",
        "shortest prefix of a session id that names the session",
    ),
    v(
        "CODEX_IMESSAGE_ENABLE_NEW_SESSION",
        Kind::Switch,
        "1",
        "allow `new label: …` to start a session",
    ),
    v(
        "CODEX_IMESSAGE_START_SESSIONS_WITH_FULL_ACCESS",
        Kind::Switch,
        "0",
        "allow new sessions from the phone even if Codex's configuration gives every session full access",
    ),
    v(
        "CODEX_IMESSAGE_AUTO_CREATE_ON_MISSING",
        Kind::Switch,
        "1",
        "start a session for an instruction when there is none",
    ),
    v(
        "CODEX_IMESSAGE_TMUX_SOCKET",
        Kind::Word,
        "",
        "tmux socket for new sessions, by name or path; default: tmux's own",
    ),
    v(
        "CODEX_IMESSAGE_TMUX_NEW_SESSION_NAME",
        Kind::Name(""),
        "agent",
        "tmux session in which new windows open",
    ),
    v(
        "CODEX_IMESSAGE_TMUX_WINDOW_PREFIX",
        Kind::Name(""),
        "agent",
        "prefix of a new window's name",
    ),
    v(
        LABEL,
        Kind::Name("."),
        "com.codex.imessage-control-plane",
        "label of the launchd job",
    ),
    v(
        "CODEX_IMESSAGE_TRACE",
        Kind::Switch,
        "0",
        "print every event and what it changed",
    ),
    v(
        "CODEX_IMESSAGE_LOG_KEEP_DAYS",
        Kind::Count(0, 36_500),
        "0",
        "days of history in the log itself; when `run` starts, and then once a day, older history is packed into `history/` in the state directory, where every command still reads it; 0 packs nothing",
    ),
    v(
        "CODEX_IMESSAGE_LOG_FORGET_TEXT_DAYS",
        Kind::Count(0, 36_500),
        "0",
        "days after which the log forgets words: of messages, texts, replies and prompts that are over; what happened, when and why stays; looked after when `run` starts, and then once a day; 0 forgets nothing",
    ),
    v(
        "CODEX_IMESSAGE_LOG",
        Kind::OneOf(&["error", "warn", "info", "debug", "trace"]),
        "info",
        "log level of `run` and `once` (stderr)",
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
        about: "path or name of this program; default: search PATH, then the usual places",
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
