//! What every kind of request comes to.

use events::Text;
use events::prompt::{Meaning, PromptBody, PromptChoice};
use serde_json::Value;
use std::collections::BTreeMap;

/// What a request asks, before it is known who asks it.
pub(super) struct Asked {
    pub(super) body: PromptBody,
    pub(super) choices: Vec<(PromptChoice, Value)>,
    pub(super) words: Words,
    pub(super) whole: bool,
}

/// How answers in words are put.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) enum Words {
    /// None are taken.
    #[default]
    None,
    /// To the questions of the model: those that say "none of these" when words stand alone.
    Questions(Vec<(String, bool)>),
    /// Into the fields of a form: their names and what they hold.
    Fields(BTreeMap<String, Kind>),
}

/// What a field holds, to put a value as the server wants it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Text,
    Integer,
    Number,
    Boolean,
    /// One of these values.
    OneOf(Vec<String>),
    Other,
}

/// A choice that Codex offers.
pub(super) fn choice(meaning: Meaning, label: &str) -> PromptChoice {
    PromptChoice {
        meaning,
        label: Text::from(label),
    }
}

/// A text that is there and not blank.
pub(super) fn said(text: Option<String>) -> Option<Text> {
    text.filter(|text| !text.trim().is_empty()).map(Text::from)
}
