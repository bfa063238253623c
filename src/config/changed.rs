//! Settings that are only asked about: which field of the recorded settings a
//! variable means, and the recorded settings with another value there.

use super::file::File;
use super::variables::{self, Variable};
use super::{Config, ConfigError, Environment, Flag};
use events::Settings;
use serde_json::Value;
use std::path::Path;

/// The variables that decisions depend on, each with its field of [`Settings`].
const FIELDS: &[(&str, &str)] = &[
    ("CODEX_IMESSAGE_TO", "owner"),
    ("CODEX_IMESSAGE_NOTIFY_MODE", "mode"),
    ("CODEX_IMESSAGE_ONLY_NEEDS_INPUT", "only_needs_input"),
    ("CODEX_IMESSAGE_FINAL_STATUS_ENABLED", "final_status"),
    ("CODEX_IMESSAGE_REDACT", "redact"),
    ("CODEX_IMESSAGE_MAX_LEN", "max_len"),
    ("CODEX_IMESSAGE_ROUTE_VIA_TMUX", "route_via_tmux"),
    ("CODEX_IMESSAGE_STRICT_TMUX", "strict_tmux"),
    ("CODEX_IMESSAGE_REQUIRE_SESSION_REF", "require_ref"),
    ("CODEX_IMESSAGE_ENABLE_NEW_SESSION", "enable_new"),
    ("CODEX_IMESSAGE_AUTO_CREATE_ON_MISSING", "auto_create"),
    ("CODEX_IMESSAGE_SESSION_REF_MIN", "ref_min"),
    ("CODEX_IMESSAGE_TMUX_ACK_TIMEOUT_S", "ack_timeout"),
    ("CODEX_IMESSAGE_RESUME_TIMEOUT_S", "resume_timeout"),
    ("CODEX_IMESSAGE_INBOUND_RETRY_S", "inbound_retry"),
    ("CODEX_IMESSAGE_DEDUPE_TTL_S", "dedupe_ttl"),
    ("CODEX_IMESSAGE_FRESH_S", "fresh"),
    ("CODEX_IMESSAGE_DEFAULT_CWD", "default_cwd"),
    ("CODEX_IMESSAGE_ALLOW_SMS", "allow_sms"),
    ("CODEX_IMESSAGE_TAPBACKS", "tapbacks"),
    ("CODEX_IMESSAGE_GATHER_S", "gather"),
    ("CODEX_IMESSAGE_STALL_S", "stall"),
    ("CODEX_IMESSAGE_LIMITS", "limits"),
    ("CODEX_IMESSAGE_FILES", "files"),
    ("CODEX_IMESSAGE_FILES_MAX_MB", "files_max"),
    ("CODEX_IMESSAGE_FILES_WAIT_S", "files_wait"),
    ("CODEX_IMESSAGE_FILES_KEEP_S", "files_keep"),
    ("CODEX_IMESSAGE_GRACE_S", "grace"),
    ("CODEX_IMESSAGE_DIGEST_S", "digest"),
    ("CODEX_IMESSAGE_NUDGE_S", "nudge"),
    ("CODEX_IMESSAGE_QUIET", "quiet"),
    ("CODEX_IMESSAGE_QUIET_APPROVALS", "quiet_approvals"),
    ("CODEX_IMESSAGE_MAX_PER_HOUR", "max_per_hour"),
    ("CODEX_IMESSAGE_EXPIRY_S", "expiry"),
    ("CODEX_IMESSAGE_SELF_TEST_S", "self_test"),
];

/// Values to be put into recorded settings, by field.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Changed(Vec<(&'static str, Value)>);

impl Changed {
    /// Of `name=value` pairs and of the keys of a file, the pairs last. All that is wrong is reported at once.
    pub fn read(pairs: &[String], file: Option<&Path>) -> Result<Self, ConfigError> {
        let known: Vec<Variable> = variables::all().collect();
        let mut problems = Vec::new();
        let mut flags: Vec<Flag> = Vec::new();
        if let Some(path) = file {
            let file = File::read(path, &known);
            if !path.exists() {
                problems.push(format!("{} is not there", path.display()));
            }
            problems.extend(file.problems);
            flags.extend(
                file.entries
                    .into_iter()
                    .map(|(name, entry)| (name, entry.text)),
            );
        }
        for pair in pairs {
            match flag(pair) {
                Ok(flag) => flags.push(flag),
                Err(problem) => problems.push(problem),
            }
        }
        if !problems.is_empty() {
            return Err(ConfigError(problems));
        }
        let settings = Config::load(&Environment::of_this_process(), &flags)?.settings();
        let values = serde_json::to_value(settings).unwrap_or_default();
        let field = |name: &str| FIELDS.iter().find(|(variable, _)| *variable == name);
        let fields = flags.iter().filter_map(|(name, _)| field(name));
        let taken = fields.filter_map(|(_, field)| Some((*field, values.get(field)?.clone())));
        Ok(Self(taken.collect()))
    }

    /// The settings with these values.
    pub fn of(&self, settings: &Settings) -> Settings {
        let mut fields = serde_json::to_value(settings).unwrap_or_default();
        if let Some(fields) = fields.as_object_mut() {
            for (name, value) in &self.0 {
                fields.insert((*name).to_owned(), value.clone());
            }
        }
        serde_json::from_value(fields).unwrap_or_else(|_| settings.clone())
    }
}

/// `strict_tmux=0`, or with the variable's whole name.
fn flag(pair: &str) -> Result<Flag, String> {
    let Some((name, value)) = pair.split_once('=') else {
        return Err(format!("{pair:?} is not NAME=VALUE"));
    };
    let whole = name.to_ascii_uppercase();
    let is = |variable: &str| {
        variable == whole || variable.strip_prefix(variables::PREFIX) == Some(&whole)
    };
    match FIELDS.iter().find(|(variable, _)| is(variable)) {
        Some((variable, _)) => Ok((*variable, value.to_owned())),
        None => Err(format!("{name:?} is no setting that decisions depend on")),
    }
}

#[cfg(test)]
mod tests {
    use super::{Changed, FIELDS};
    use events::Settings;

    #[test]
    fn every_setting_that_decisions_depend_on_can_be_asked_about() {
        let value = serde_json::to_value(Settings::default()).unwrap();
        let fields = value.as_object().unwrap().keys();
        // Whether a run can look at the desk, and where home is, are no settings of the owner's.
        let unknown: Vec<_> = fields
            .filter(|field| !["desk", "home"].contains(&field.as_str()))
            .filter(|field| !FIELDS.iter().any(|(_, known)| known == field))
            .collect();
        assert_eq!(unknown, Vec::<&String>::new(), "add a line to FIELDS");
    }

    #[test]
    fn only_what_is_named_is_changed() {
        let pairs = [
            "strict_tmux=0".to_owned(),
            "CODEX_IMESSAGE_FRESH_S=60".into(),
        ];
        let changed = Changed::read(&pairs, None).unwrap();
        let before = Settings {
            max_len: 99,
            ..Settings::default()
        };
        let after = Settings {
            strict_tmux: false,
            fresh: events::Span::seconds(60),
            ..before.clone()
        };
        assert_eq!(changed.of(&before), after);
        for wrong in ["strict_tmux", "nothing=1", "max_len=many"] {
            assert!(Changed::read(&[wrong.to_owned()], None).is_err(), "{wrong}");
        }
    }
}
