//! What every executor needs: its configuration, and the report of a certain failure.

use events::outcome::Failure;
use events::{Outcome, Report};
use std::ffi::OsString;
use std::path::PathBuf;
use std::time::Duration;

/// Everything executors need to know of the configuration.
#[derive(Clone, Debug)]
pub struct EffectsConfig {
    /// The program that runs scripts.
    pub osascript: PathBuf,
    /// The tmux client.
    pub tmux: PathBuf,
    /// The Codex CLI.
    pub codex: PathBuf,
    /// Tells what is changed in a directory.
    pub git: PathBuf,
    /// `$CODEX_HOME`.
    pub codex_home: PathBuf,
    /// A tmux server to look at besides the usual ones, and to start sessions on.
    pub tmux_socket: Option<PathBuf>,
    /// Where tmux keeps its sockets' directory: `$TMUX_TMPDIR`, else `/tmp`.
    pub tmux_tmpdir: PathBuf,
    /// The tmux session in which Codex is started.
    pub new_session_name: String,
    /// What the names of its windows begin with.
    pub window_prefix: String,
    /// Whether a tmux server may be started where none runs. A server inherits
    /// what macOS granted to this program, and so would every Codex in it.
    pub start_tmux_server: bool,
    /// Whether a session may be started where Codex gives all of them full access.
    pub full_access: bool,
    /// The database of Messages, beside which it keeps its files.
    pub chat_db: PathBuf,
    /// Where copies of the owner's files are put.
    pub files: PathBuf,
    /// Where copies are put for Messages to send them: where it may read.
    pub files_out: PathBuf,
    /// macOS's own converter of pictures; elsewhere there is none.
    pub sips: Option<PathBuf>,
    /// How long it may take for one picture.
    pub sips_budget: Duration,
    /// Takes the secrets out of a text. What is cut is redacted first: half of a secret is
    /// not recognised as one.
    pub redact: fn(&str) -> String,
    /// How long osascript may take.
    pub osascript_budget: Duration,
    /// How long a started Codex may take to show its thread.
    pub start_budget: Duration,
    /// Variables set for children on top of this process's own.
    pub environment: Vec<(OsString, OsString)>,
}

impl EffectsConfig {
    /// The directory of this user's tmux sockets.
    pub(super) fn tmux_directory(&self) -> PathBuf {
        let user = rustix::process::getuid().as_raw();
        self.tmux_tmpdir.join(format!("tmux-{user}"))
    }
}

/// The report of a certain failure.
pub(crate) const fn settled(failure: Failure) -> Report {
    Report::Settled(Outcome::Failed(failure))
}

/// Names nothing: a test sets what it is about.
#[cfg(test)]
pub(super) fn blank() -> EffectsConfig {
    EffectsConfig {
        osascript: PathBuf::new(),
        chat_db: PathBuf::new(),
        files: PathBuf::new(),
        files_out: PathBuf::new(),
        sips: None,
        sips_budget: Duration::from_secs(5),
        tmux: PathBuf::new(),
        codex: PathBuf::new(),
        git: PathBuf::new(),
        codex_home: PathBuf::new(),
        tmux_socket: None,
        tmux_tmpdir: PathBuf::new(),
        new_session_name: String::new(),
        window_prefix: String::new(),
        start_tmux_server: false,
        full_access: false,
        redact: str::to_owned,
        osascript_budget: Duration::from_secs(5),
        start_budget: Duration::from_secs(5),
        environment: Vec::new(),
    }
}
