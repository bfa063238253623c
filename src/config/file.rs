//! `config.toml` in the state directory. Its keys are the words of the variables
//! (`max_len = 1800` is `CODEX_IMESSAGE_MAX_LEN`). It is only read; a key that
//! means nothing is an error with the nearest key that does, because a setting
//! that is silently without effect is worse than none.

use super::variables::{Variable, nearest};
use std::collections::BTreeMap;
use std::io::Read as _;
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;
use toml_edit::{Document, Item, Value};

/// A value as written, and its line.
#[derive(Clone)]
pub struct Entry {
    /// As it would stand in a variable.
    pub text: String,
    /// Counted from 1.
    pub line: usize,
}

/// What the file says, by variable. Problems are sentences.
#[derive(Default)]
pub struct File {
    /// Values by the variable's name.
    pub entries: BTreeMap<&'static str, Entry>,
    /// What is wrong with the file.
    pub problems: Vec<String>,
}

impl File {
    /// Reads the file; one that is not there says nothing.
    pub fn read(path: &Path, known: &[Variable]) -> Self {
        let read = || {
            let mut file = std::fs::File::open(path)?;
            let owner = file.metadata()?.uid();
            let mut text = String::new();
            file.read_to_string(&mut text)?;
            Ok::<_, std::io::Error>((owner, text))
        };
        let problem = match read() {
            Ok((owner, text)) => match not_ours(owner, rustix::process::geteuid().as_raw()) {
                None => return Self::parse(&text, known),
                Some(problem) => problem,
            },
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Self::default(),
            Err(error) => format!("cannot read {}: {error}", path.display()),
        };
        Self {
            problems: vec![problem],
            ..Self::default()
        }
    }

    /// Understands the text of the file.
    pub fn parse(text: &str, known: &[Variable]) -> Self {
        let mut file = Self::default();
        let document = match Document::parse(text) {
            Ok(document) => document,
            Err(error) => {
                let line = line_at(text, error.span().map(|span| span.start));
                let what = error.message();
                file.problems
                    .push(format!("config.toml line {line}: not TOML: {what}"));
                return file;
            }
        };
        for (key, item) in document.iter() {
            let start = document
                .key(key)
                .and_then(toml_edit::Key::span)
                .map(|span| span.start);
            let line = line_at(text, start);
            match understand(key, item, known) {
                Ok((name, text)) => {
                    file.entries.insert(name, Entry { text, line });
                }
                Err(what) => file
                    .problems
                    .push(format!("config.toml line {line}: {what}")),
            }
        }
        file
    }
}

/// Who may write this file may say who the owner is. Root may anyway.
pub(super) fn not_ours(owner: u32, me: u32) -> Option<String> {
    let trusted = owner == me || owner == 0;
    (!trusted).then(|| {
        format!(
            "config.toml belongs to another user (uid {owner}) and was not used; \
             check its contents, then take ownership with chown"
        )
    })
}

fn understand(
    key: &str,
    item: &Item,
    known: &[Variable],
) -> Result<(&'static str, String), String> {
    let Some(variable) = known
        .iter()
        .find(|variable| variable.key().as_deref() == Some(key))
    else {
        if matches!(key, "state_dir" | "codex_home") {
            return Err(format!(
                "{key} cannot be set in this file, because it decides where the file is; set the variable"
            ));
        }
        let keys = known.iter().filter_map(Variable::key);
        let hint = nearest(key, keys).map_or_else(
            || "docs/settings.md lists the settings".to_owned(),
            |word| format!("did you mean {word}?"),
        );
        return Err(format!("unknown setting {key:?}; {hint}"));
    };
    let text = item.as_value().and_then(plain);
    text.map(|text| (variable.name, text))
        .ok_or_else(|| format!("{key} must be a string, a number, a boolean or a list of strings"))
}

/// The value as it would stand in a variable.
fn plain(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.value().clone()),
        Value::Integer(number) => Some(number.value().to_string()),
        Value::Float(number) => Some(number.value().to_string()),
        Value::Boolean(switch) => Some(switch.value().to_string()),
        Value::Array(list) => {
            let texts: Option<Vec<_>> = list.iter().map(Value::as_str).collect();
            texts.map(|texts| texts.join(","))
        }
        Value::Datetime(_) | Value::InlineTable(_) => None,
    }
}

fn line_at(text: &str, offset: Option<usize>) -> usize {
    let before = offset.and_then(|offset| text.get(..offset));
    1 + before.map_or(0, |before| before.matches('\n').count())
}
