//! The part of the configuration that decisions depend on. It is recorded with
//! every start, so that a log explains itself without its machine.
//!
//! The log keeps names and values ([`Recorded`]), not the struct. A new setting is
//! a field of [`Settings`], a line in its `Default`, and a line in
//! [`Settings::unrecorded`] if logs from before it need another value. No event
//! changes by it. Names of fields and of [`NotifyMode`] and [`FilesIn`] are in logs: none is ever
//! renamed, or used again for something else.

use crate::private::Text;
use crate::time::Span;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use serde_json::Value;
use std::collections::BTreeMap;
use std::fmt;

/// Effective settings of one run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default = "Settings::unrecorded")]
#[allow(
    clippy::struct_excessive_bools,
    reason = "each is a switch the owner knows by name"
)]
pub struct Settings {
    /// The owner's addresses; notices go to the first.
    pub owner: Vec<Text>,
    /// What becomes a notice.
    pub mode: NotifyMode,
    /// Only what needs the owner's input becomes a notice.
    pub only_needs_input: bool,
    /// Final answers become notices.
    pub final_status: bool,
    /// Secrets are redacted.
    pub redact: bool,
    /// Characters in one iMessage.
    pub max_len: u32,
    /// Panes may be typed into.
    pub route_via_tmux: bool,
    /// Never resume a session outside its pane.
    pub strict_tmux: bool,
    /// An ambiguous reply is asked back rather than guessed.
    pub require_ref: bool,
    /// `new label: …` is allowed.
    pub enable_new: bool,
    /// An instruction starts a session when there is none at all.
    pub auto_create: bool,
    /// Shortest prefix of a session id that counts as its name.
    pub ref_min: u32,
    /// How long the rollout may take to show a text typed into a pane.
    pub ack_timeout: Span,
    /// How long a resumed session may run.
    pub resume_timeout: Span,
    /// First pause before a certain failure is tried again.
    pub inbound_retry: Span,
    /// How long the same line of the queue file counts as said.
    pub dedupe_ttl: Span,
    /// How old an inbound message may be and still be acted on.
    pub fresh: Span,
    /// Where a new session starts when no session was spoken to yet.
    pub default_cwd: String,
    /// The owner's home directory, which they write as `~`.
    pub home: String,
    /// A row that left as SMS is not a fault.
    pub allow_sms: bool,
    /// Most texts to the owner in an hour.
    pub max_per_hour: u32,
    /// How long a notice may wait and still be sent.
    pub expiry: Span,
    /// How often a text tries out the way to the owner; zero: never.
    pub self_test: Span,
    /// A thumb up or down on a text answers what it asks.
    pub tapbacks: bool,
    /// Quiet hours of every day: the minutes of the day at which they begin and end.
    pub quiet: Option<(u16, u16)>,
    /// In quiet hours approvals and questions are sent all the same.
    pub quiet_approvals: bool,
    /// How long a text waits for somebody at the Mac to see what it tells; zero: not at all.
    pub grace: Span,
    /// This run can look whether somebody is at the Mac.
    pub desk: bool,
    /// Ends of turns this soon after another one go as one text; zero: each goes at once.
    pub digest: Span,
    /// After this an unanswered prompt is sent once more; zero: never.
    pub nudge: Span,
    /// A turn that shows no sign of life for so long is reported once; zero: never.
    pub stall: Span,
    /// Nearing and reaching Codex's usage limit is reported.
    pub limits: bool,
    /// How long words for a session wait for the link that Messages may have split off them;
    /// 0 acts at once.
    pub gather: Span,
    /// Which files of the owner's messages are passed on.
    pub files: FilesIn,
    /// Largest of them, in bytes.
    pub files_max: u64,
    /// How long it is waited until Messages has all of them.
    pub files_wait: Span,
    /// How long the copies are kept.
    pub files_keep: Span,
}

/// `CODEX_IMESSAGE_FILES`
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum FilesIn {
    /// Pictures and all other files.
    All,
    /// Pictures only.
    Pictures,
    /// None.
    Off,
}

/// `CODEX_IMESSAGE_NOTIFY_MODE`
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum NotifyMode {
    /// Everything the model says to the owner.
    Send,
    /// Nothing; events are recorded.
    StateOnly,
    /// What needs input, and final status.
    Route,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            owner: Vec::new(),
            mode: NotifyMode::Route,
            only_needs_input: false,
            final_status: true,
            redact: true,
            max_len: 1800,
            route_via_tmux: true,
            strict_tmux: true,
            require_ref: true,
            enable_new: true,
            auto_create: true,
            ref_min: 6,
            ack_timeout: Span::seconds(2),
            resume_timeout: Span::seconds(120),
            inbound_retry: Span::seconds(5),
            dedupe_ttl: Span::seconds(86_400),
            fresh: Span::seconds(3600),
            default_cwd: String::new(),
            home: String::new(),
            allow_sms: false,
            max_per_hour: 160,
            expiry: Span::seconds(86_400),
            self_test: Span::seconds(0),
            tapbacks: true,
            quiet: None,
            quiet_approvals: false,
            grace: Span::seconds(45),
            desk: false,
            digest: Span::seconds(20),
            nudge: Span::seconds(1800),
            stall: Span::seconds(900),
            limits: true,
            gather: Span(1_200),
            files: FilesIn::All,
            files_max: 20 << 20,
            files_wait: Span::seconds(60),
            files_keep: Span::seconds(7 * 86_400),
        }
    }
}

impl Settings {
    /// What held in a run that did not record a setting, because the program of
    /// that time did not have it: the value that means "as before the setting".
    pub fn unrecorded() -> Self {
        Self {
            files: FilesIn::Off,
            digest: Span(0),
            ..Self::default()
        }
    }
}

/// [`Settings`] as the log keeps them: each value under its field's name.
///
/// Names that this version does not know are kept and ignored. A name that is
/// missing, and one whose value this version does not understand, reads as in
/// [`Settings::unrecorded`].
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Recorded(BTreeMap<String, Value>);

impl Recorded {
    /// Every field of a struct under its name.
    pub(crate) fn of(settings: &impl Serialize) -> Self {
        match serde_json::to_value(settings) {
            Ok(Value::Object(fields)) => Self(fields.into_iter().collect()),
            _ => Self::default(),
        }
    }

    /// Only those of these names: samples do not change with each new setting.
    pub(crate) fn only(mut self, names: &[&str]) -> Self {
        self.0.retain(|name, _| names.contains(&name.as_str()));
        self
    }

    /// The settings that were recorded.
    pub fn settings(&self) -> Settings {
        read(self.0.clone()).unwrap_or_else(|| {
            let mut understood = BTreeMap::new();
            for (name, value) in &self.0 {
                let field = BTreeMap::from([(name.clone(), value.clone())]);
                if read(field.clone()).is_some() {
                    understood.extend(field);
                }
            }
            read(understood).unwrap_or_else(Settings::unrecorded)
        })
    }
}

fn read(fields: BTreeMap<String, Value>) -> Option<Settings> {
    serde_json::from_value(fields.into_iter().collect()).ok()
}

impl From<&Settings> for Recorded {
    fn from(settings: &Settings) -> Self {
        Self::of(settings)
    }
}

/// Shows what [`Settings`] shows: addresses stay private.
impl fmt::Debug for Recorded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.settings().fmt(f)
    }
}

/// For people an object with its values; in the log each value is a JSON text,
/// because the log's encoding does not say of what type a value is.
impl Serialize for Recorded {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        if to.is_human_readable() {
            return self.0.serialize(to);
        }
        let text = |(name, value): (&String, &Value)| (name.clone(), value.to_string());
        let texts: BTreeMap<String, String> = self.0.iter().map(text).collect();
        texts.serialize(to)
    }
}

impl<'de> Deserialize<'de> for Recorded {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        if from.is_human_readable() {
            return BTreeMap::deserialize(from).map(Self);
        }
        let texts = BTreeMap::<String, String>::deserialize(from)?;
        let value = |(name, text): (String, String)| Ok((name, serde_json::from_str(&text)?));
        let values: serde_json::Result<_> = texts.into_iter().map(value).collect();
        values.map(Self).map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::{Recorded, Settings};
    use crate::time::Span;

    fn recorded(json: &str) -> Recorded {
        serde_json::from_str(json).unwrap()
    }

    #[test]
    fn what_is_recorded_is_what_was_set() {
        let settings = Settings {
            owner: vec!["+15555550123".into()],
            expiry: Span(u64::MAX),
            ..Settings::default()
        };
        let recorded = Recorded::from(&settings);
        assert_eq!(recorded.settings(), settings);
        let bytes = bincode::serialize(&recorded).unwrap();
        assert_eq!(bincode::deserialize::<Recorded>(&bytes).unwrap(), recorded);
        assert!(!format!("{recorded:?}").contains("555"));
    }

    #[test]
    fn a_name_of_a_newer_version_is_kept_and_ignored() {
        let newer = recorded(r#"{"max_len": 900, "colour": {"of": ["the", "sky"]}}"#);
        let expected = Settings {
            max_len: 900,
            ..Settings::unrecorded()
        };
        assert_eq!(newer.settings(), expected);
        let bytes = bincode::serialize(&newer).unwrap();
        let back: Recorded = bincode::deserialize(&bytes).unwrap();
        assert!(serde_json::to_string(&back).unwrap().contains(r#""sky""#));
    }

    #[test]
    fn a_value_of_a_newer_version_costs_no_other_setting() {
        let newer = recorded(r#"{"max_len": 900, "mode": "Digest", "redact": "sometimes"}"#);
        let expected = Settings {
            max_len: 900,
            ..Settings::unrecorded()
        };
        assert_eq!(newer.settings(), expected);
    }

    #[test]
    fn what_is_no_list_of_settings_is_refused() {
        let texts = std::collections::BTreeMap::from([("max_len", "nine hundred")]);
        let bytes = bincode::serialize(&texts).unwrap();
        assert!(bincode::deserialize::<Recorded>(&bytes).is_err());
    }
}
