//! Options, environment, file and defaults laid over one another, and the checked
//! values that come of it. A text that is wrong in the layer that wins is a
//! problem, even where a lower layer has a sound one: nobody should run with
//! another value than the one they wrote.

use super::environment::Environment;
use super::file::File;
use super::value::{self, Bases, Origin, Value};
use super::variables::{self, Variable};
use events::settings::{FilesIn, NotifyMode};
use events::{Settings, Span};
use std::collections::BTreeMap;
use std::path::PathBuf;

/// An option of a command that overrides a variable: the variable's name and the text.
pub type Flag = (&'static str, String);

/// One line of the table of settings; private values are counted, not shown.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// The variable.
    pub name: &'static str,
    /// Its value, fit to be shown.
    pub shown: String,
    /// Where it came from.
    pub origin: Origin,
}

/// The sources of values, in the order in which they win.
pub(super) struct Layers<'a> {
    flags: &'a [Flag],
    environment: &'a Environment,
    file: File,
    home: Option<PathBuf>,
    pub(super) codex_home: Option<PathBuf>,
    pub(super) problems: Vec<String>,
}

impl<'a> Layers<'a> {
    pub(super) fn new(environment: &'a Environment, flags: &'a [Flag], mut file: File) -> Self {
        let problems = std::mem::take(&mut file.problems);
        let home = environment.home();
        Self {
            flags,
            environment,
            file,
            home,
            codex_home: None,
            problems,
        }
    }

    /// The text of a variable and where it stands.
    fn text(&self, variable: &Variable) -> Result<(String, Origin), String> {
        let name = variable.name;
        if let Some((_, text)) = self.flags.iter().find(|(flag, _)| *flag == name) {
            return Ok((text.clone(), Origin::Flag));
        }
        if let Some(text) = self.environment.get(name) {
            let text = text
                .to_str()
                .ok_or_else(|| format!("{name} (environment): is not UTF-8"))?;
            return Ok((text.to_owned(), Origin::Environment));
        }
        Ok(self.file.entries.get(name).map_or_else(
            || (variable.default.to_owned(), Origin::Default),
            |entry| (entry.text.clone(), Origin::File { line: entry.line }),
        ))
    }

    fn value(&self, variable: &Variable) -> Result<(Value, Origin), String> {
        let (text, origin) = self.text(variable)?;
        if text.trim().is_empty() && !variable.default.is_empty() {
            return Err(format!("{} ({origin}): is empty", variable.name));
        }
        let bases = Bases {
            home: self.home.as_deref(),
            codex_home: self.codex_home.as_deref(),
        };
        match value::parse(variable.kind, &text, &origin, bases) {
            Ok(value) => Ok((value, origin)),
            Err(what) => Err(format!("{} ({origin}): {what}", variable.name)),
        }
    }

    pub(super) fn take(&mut self, variable: &Variable, values: &mut Values) {
        match self.value(variable) {
            Ok((value, origin)) => {
                values.rows.push(Row {
                    name: variable.name,
                    shown: value.to_string(),
                    origin,
                });
                values.by_name.insert(variable.name, value);
            }
            Err(problem) => self.problems.push(problem),
        }
    }

    pub(super) fn path(&mut self, name: &str) -> Option<PathBuf> {
        let mut values = Values::default();
        let variable = variables::all().find(|variable| variable.name == name)?;
        self.take(&variable, &mut values);
        values.by_name.contains_key(name).then(|| values.path(name))
    }
}

/// Checked values by variable. A name that is not in the list of variables reads
/// as nothing; a test sets every variable and sees each arrive.
#[derive(Default)]
pub(super) struct Values {
    by_name: BTreeMap<&'static str, Value>,
    pub(super) rows: Vec<Row>,
}

impl Values {
    pub(super) fn switch(&self, name: &str) -> bool {
        matches!(self.by_name.get(name), Some(Value::Switch(true)))
    }

    pub(super) fn count(&self, name: &str) -> u32 {
        if let Some(Value::Count(number)) = self.by_name.get(name) {
            *number
        } else {
            0
        }
    }

    pub(super) fn span(&self, name: &str) -> Span {
        if let Some(Value::Span(span)) = self.by_name.get(name) {
            *span
        } else {
            Span(0)
        }
    }

    pub(super) fn hours(&self, name: &str) -> Option<(u16, u16)> {
        if let Some(Value::Hours(hours)) = self.by_name.get(name) {
            *hours
        } else {
            None
        }
    }

    pub(super) fn path(&self, name: &str) -> PathBuf {
        if let Some(Value::Path(path)) = self.by_name.get(name) {
            path.clone()
        } else {
            PathBuf::new()
        }
    }

    pub(super) fn word(&self, name: &str) -> Option<String> {
        if let Some(Value::Word(word)) = self.by_name.get(name) {
            (!word.is_empty()).then(|| word.clone())
        } else {
            None
        }
    }

    pub(super) fn settings(&self) -> Settings {
        let owner = match self.by_name.get("CODEX_IMESSAGE_TO") {
            Some(Value::Handles(handles)) => handles.clone(),
            _ => Vec::new(),
        };
        let mode = match self.word("CODEX_IMESSAGE_NOTIFY_MODE").as_deref() {
            Some("send") => NotifyMode::Send,
            Some("state_only") => NotifyMode::StateOnly,
            _ => NotifyMode::Route,
        };
        Settings {
            owner,
            mode,
            only_needs_input: self.switch("CODEX_IMESSAGE_ONLY_NEEDS_INPUT"),
            final_status: self.switch("CODEX_IMESSAGE_FINAL_STATUS_ENABLED"),
            redact: self.switch("CODEX_IMESSAGE_REDACT"),
            max_len: self.count("CODEX_IMESSAGE_MAX_LEN"),
            route_via_tmux: self.switch("CODEX_IMESSAGE_ROUTE_VIA_TMUX"),
            strict_tmux: self.switch("CODEX_IMESSAGE_STRICT_TMUX"),
            require_ref: self.switch("CODEX_IMESSAGE_REQUIRE_SESSION_REF"),
            enable_new: self.switch("CODEX_IMESSAGE_ENABLE_NEW_SESSION"),
            auto_create: self.switch("CODEX_IMESSAGE_AUTO_CREATE_ON_MISSING"),
            ref_min: self.count("CODEX_IMESSAGE_SESSION_REF_MIN"),
            ack_timeout: self.span("CODEX_IMESSAGE_TMUX_ACK_TIMEOUT_S"),
            resume_timeout: self.span("CODEX_IMESSAGE_RESUME_TIMEOUT_S"),
            inbound_retry: self.span("CODEX_IMESSAGE_INBOUND_RETRY_S"),
            dedupe_ttl: self.span("CODEX_IMESSAGE_DEDUPE_TTL_S"),
            fresh: self.span("CODEX_IMESSAGE_FRESH_S"),
            default_cwd: self
                .path("CODEX_IMESSAGE_DEFAULT_CWD")
                .display()
                .to_string(),
            home: String::new(),
            allow_sms: self.switch("CODEX_IMESSAGE_ALLOW_SMS"),
            tapbacks: self.switch("CODEX_IMESSAGE_TAPBACKS"),
            grace: self.span("CODEX_IMESSAGE_GRACE_S"),
            desk: false,
            digest: self.span("CODEX_IMESSAGE_DIGEST_S"),
            nudge: self.span("CODEX_IMESSAGE_NUDGE_S"),
            quiet: self.hours("CODEX_IMESSAGE_QUIET"),
            quiet_approvals: self.switch("CODEX_IMESSAGE_QUIET_APPROVALS"),
            stall: self.span("CODEX_IMESSAGE_STALL_S"),
            limits: self.switch("CODEX_IMESSAGE_LIMITS"),
            gather: self.span("CODEX_IMESSAGE_GATHER_S"),
            files: match self.word("CODEX_IMESSAGE_FILES").as_deref() {
                Some("pictures") => FilesIn::Pictures,
                Some("off") => FilesIn::Off,
                _ => FilesIn::All,
            },
            files_max: u64::from(self.count("CODEX_IMESSAGE_FILES_MAX_MB")) << 20,
            files_wait: self.span("CODEX_IMESSAGE_FILES_WAIT_S"),
            files_keep: self.span("CODEX_IMESSAGE_FILES_KEEP_S"),
            max_per_hour: self.count("CODEX_IMESSAGE_MAX_PER_HOUR"),
            expiry: self.span("CODEX_IMESSAGE_EXPIRY_S"),
            self_test: self.span("CODEX_IMESSAGE_SELF_TEST_S"),
        }
    }
}
