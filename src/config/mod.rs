//! What the owner has set: options over environment over `config.toml` over
//! defaults, each value remembering where it came from. Values are read and
//! checked once, at start; all that is wrong is reported at once, by name. An
//! address must not appear in anything printed from here.

mod changed;
pub mod environment;
pub mod file;
mod form;
mod layers;
pub mod programs;
pub mod value;
pub mod variables;

#[cfg(test)]
mod tests;

pub use changed::Changed;
pub use environment::Environment;
pub use form::Form;
pub use layers::{Flag, Row};
pub use programs::{Program, Programs};

use crate::error::CommandError;
use events::{Settings, Span};
use file::File;
use layers::{Layers, Values};
use std::path::PathBuf;
use variables::Variable;

/// Everything that can be set, as plain values.
#[derive(Clone, Debug)]
pub struct Config {
    /// Codex's directory.
    pub codex_home: PathBuf,
    /// Our directory.
    pub state_dir: PathBuf,
    /// The database of Messages.
    pub chat_db: PathBuf,
    /// Lines that others want sent.
    pub queue: PathBuf,
    /// How many of them are taken at once.
    pub queue_drain_limit: u32,
    /// Longest pause between two looks at the sources.
    pub poll: Span,
    /// Whether Codex's background server is listened to and sent through.
    pub app_server: bool,
    /// tmux socket for new sessions, a name or a path; `None` is tmux's own.
    pub tmux_socket: Option<String>,
    /// Where tmux keeps its sockets' directory.
    pub tmux_tmpdir: PathBuf,
    /// tmux session that new windows open in.
    pub tmux_session: String,
    /// First word of a new window's name.
    pub tmux_window_prefix: String,
    /// Sessions are started also where Codex gives all of them full access.
    pub full_access: bool,
    /// When the Mac is kept awake for what is owed.
    pub keep_awake: KeepAwake,
    /// Name of the launchd job.
    pub launchd_label: String,
    /// The launchd job that this process runs in.
    pub job: Option<String>,
    /// Every event is printed.
    pub trace: bool,
    /// How it is printed.
    pub trace_form: Form,
    /// How much history stays in the log itself; `None`: all of it.
    pub log_keep: Option<Span>,
    /// After how long the words of closed history are forgotten; `None`: never.
    pub log_forget: Option<Span>,
    /// How much is said on standard error.
    pub log: String,
    /// External programs.
    pub programs: Programs,
    /// What may deserve the owner's attention, as sentences.
    pub warnings: Vec<String>,
    settings: Settings,
    rows: Vec<Row>,
}

/// When the Mac is kept awake for what is owed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeepAwake {
    /// On a power supply.
    OnPower,
    /// On its battery too.
    Always,
    /// It sleeps as it likes.
    Never,
}

/// All that is wrong with the settings.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the settings make no sense:\n  {}", .0.join("\n  "))]
pub struct ConfigError(pub Vec<String>);

impl From<ConfigError> for CommandError {
    fn from(error: ConfigError) -> Self {
        Self::usage(error.to_string())
            .hint("nothing was started; correct the settings above and try again")
    }
}

/// The two directories that everything else is found from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Places {
    /// Codex's directory.
    pub codex_home: PathBuf,
    /// Our directory.
    pub state_dir: PathBuf,
}

impl Places {
    /// Finds them without reading any file: this is all that `notify` waits for.
    pub fn find(environment: &Environment) -> Result<Self, ConfigError> {
        let mut layers = Layers::new(environment, &[], File::default());
        let codex_home = layers.path(variables::HOME);
        layers.codex_home.clone_from(&codex_home);
        let state_dir = layers.path(variables::STATE_DIR);
        match (codex_home, state_dir) {
            (Some(codex_home), Some(state_dir)) => Ok(Self {
                codex_home,
                state_dir,
            }),
            _ => Err(ConfigError(layers.problems)),
        }
    }
}

impl Config {
    /// Reads all layers.
    pub fn load(environment: &Environment, flags: &[Flag]) -> Result<Self, ConfigError> {
        let places = Places::find(environment)?;
        let known: Vec<Variable> = variables::all().collect();
        let file = File::read(&places.state_dir.join("config.toml"), &known);
        let mut layers = Layers::new(environment, flags, file);
        layers.codex_home = Some(places.codex_home.clone());
        let mut values = Values::default();
        for variable in &known {
            layers.take(variable, &mut values);
        }
        if !layers.problems.is_empty() {
            return Err(ConfigError(layers.problems));
        }
        Ok(Self::from_values(places, environment, values))
    }

    /// The launcher started this process. It is launchd's job where the variables hold
    /// the label that the job's definition puts there: what launchd itself adds to them
    /// is not known to reach the launcher's child, and a launcher that somebody opened
    /// in the Finder is nobody's job.
    pub fn launched(&mut self) {
        let label = |row: &&Row| row.name == variables::LABEL;
        let of_job = |row: &Row| row.origin == value::Origin::Environment;
        let told = self.rows.iter().find(label).is_some_and(of_job);
        self.job = told.then(|| self.launchd_label.clone());
    }

    /// Whether this process is our launchd job.
    pub fn is_job(&self) -> bool {
        self.job.is_some()
    }

    /// Where copies of the owner's files are put for sessions.
    pub fn files(&self) -> PathBuf {
        self.state_dir.join("files")
    }

    /// Where Messages may read what it is to send: beside its database, with what it keeps itself.
    pub fn files_out(&self) -> PathBuf {
        let messages = self.chat_db.parent().unwrap_or(&self.chat_db);
        let attachments = messages.join("Attachments");
        attachments.join("codex-imessage-control-plane")
    }

    /// What decisions depend on.
    pub fn settings(&self) -> Settings {
        self.settings.clone()
    }

    /// All settings with their origins, fit to be shown.
    pub fn table(&self) -> &[Row] {
        &self.rows
    }

    fn from_values(places: Places, environment: &Environment, values: Values) -> Self {
        let mut settings = values.settings();
        let home = environment.home().unwrap_or_default();
        settings.home = home.display().to_string();
        let named = |program: Program| Some((program, values.word(program.variable())?));
        let named = Program::ALL.into_iter().filter_map(named).collect();
        Self {
            codex_home: places.codex_home,
            state_dir: places.state_dir,
            chat_db: values.path("CODEX_IMESSAGE_CHAT_DB"),
            queue: values.path("CODEX_IMESSAGE_QUEUE"),
            queue_drain_limit: values.count("CODEX_IMESSAGE_QUEUE_DRAIN_LIMIT"),
            poll: values.span("CODEX_IMESSAGE_INBOUND_POLL_S"),
            app_server: values.switch("CODEX_IMESSAGE_APP_SERVER"),
            tmux_socket: values.word("CODEX_IMESSAGE_TMUX_SOCKET"),
            tmux_tmpdir: environment
                .get("TMUX_TMPDIR")
                .map_or_else(|| "/tmp".into(), PathBuf::from),
            tmux_session: values
                .word("CODEX_IMESSAGE_TMUX_NEW_SESSION_NAME")
                .unwrap_or_default(),
            tmux_window_prefix: values
                .word("CODEX_IMESSAGE_TMUX_WINDOW_PREFIX")
                .unwrap_or_default(),
            full_access: values.switch("CODEX_IMESSAGE_START_SESSIONS_WITH_FULL_ACCESS"),
            keep_awake: match values.word("CODEX_IMESSAGE_KEEP_AWAKE").as_deref() {
                Some("always") => KeepAwake::Always,
                Some("never") => KeepAwake::Never,
                _ => KeepAwake::OnPower,
            },
            launchd_label: values
                .word("CODEX_IMESSAGE_LAUNCHD_LABEL")
                .unwrap_or_default(),
            job: None,
            trace: values.switch("CODEX_IMESSAGE_TRACE"),
            trace_form: Form::default(),
            log_keep: days(values.count("CODEX_IMESSAGE_LOG_KEEP_DAYS")),
            log_forget: days(values.count("CODEX_IMESSAGE_LOG_FORGET_TEXT_DAYS")),
            log: values.word("CODEX_IMESSAGE_LOG").unwrap_or_default(),
            programs: Programs::new(environment, named),
            warnings: strangers(environment),
            settings,
            rows: values.rows,
        }
    }
}

/// So many days; none is never.
fn days(count: u32) -> Option<Span> {
    (count > 0).then(|| Span::seconds(u64::from(count) * 86_400))
}

/// Variables that look like ours and are not: most likely mistyped.
fn strangers(environment: &Environment) -> Vec<String> {
    let known = |name: &str| variables::all().any(|variable| variable.name == name);
    let names = environment
        .names(variables::PREFIX)
        .filter(|name| !known(name));
    let tell = |name: &str| {
        let all = variables::all().map(|variable| variable.name.to_owned());
        let hint = variables::nearest(name, all)
            .map_or_else(String::new, |word| format!("; did you mean {word}?"));
        format!("{name} is set but is no setting{hint}")
    };
    names.map(tell).collect()
}
