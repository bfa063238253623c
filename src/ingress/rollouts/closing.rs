//! How a tool call ended, judged by its output while it is being parsed: an
//! output can be megabytes of text and must not be copied to be looked at.
//! Only questions' outputs have a form; for other calls the judgement is moot.

use events::event::Closing;
use serde::de::{IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};
use std::fmt;

/// What an output says about its call.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Output {
    /// The call has ended, nothing is known about how.
    #[default]
    Any,
    /// It ended in this way.
    Ended(Closing),
    /// A receipt: the call goes on.
    Receipt,
}

impl Output {
    /// How the call ended, if it did.
    pub(super) fn closing(self) -> Option<Closing> {
        match self {
            Self::Any => Some(Closing::Refused),
            Self::Ended(how) => Some(how),
            Self::Receipt => None,
        }
    }

    fn of(text: &str) -> Self {
        #[derive(Deserialize)]
        struct Reply {
            answers: Option<IgnoredAny>,
            accepted: Option<bool>,
        }
        if text.starts_with('{')
            && let Ok(reply) = serde_json::from_str::<Reply>(text)
        {
            return match reply {
                Reply {
                    answers: Some(_), ..
                } => Self::Ended(Closing::Answered),
                Reply {
                    accepted: Some(true),
                    ..
                } => Self::Receipt,
                Reply { .. } => Self::Any,
            };
        }
        let start = text.get(..200).unwrap_or(text);
        if start.starts_with("aborted") || start.contains("cancelled before") {
            Self::Ended(Closing::Interrupted)
        } else {
            Self::Any
        }
    }
}

impl<'de> Deserialize<'de> for Output {
    fn deserialize<D: Deserializer<'de>>(source: D) -> Result<Self, D::Error> {
        source.deserialize_any(Judge)
    }
}

/// Takes a text, a list of parts with texts, or an object with a `content`.
struct Judge;

impl<'de> Visitor<'de> for Judge {
    type Value = Output;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a tool's output")
    }

    fn visit_str<E>(self, text: &str) -> Result<Output, E> {
        Ok(Output::of(text))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut parts: A) -> Result<Output, A::Error> {
        let mut output = Output::Any;
        while let Some(part) = parts.next_element::<Output>()? {
            if output == Output::Any {
                output = part;
            }
        }
        Ok(output)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut fields: A) -> Result<Output, A::Error> {
        let mut output = Output::Any;
        while let Some(key) = fields.next_key::<String>()? {
            if matches!(key.as_str(), "content" | "text") {
                output = fields.next_value()?;
            } else {
                fields.next_value::<IgnoredAny>()?;
            }
        }
        Ok(output)
    }

    fn visit_unit<E>(self) -> Result<Output, E> {
        Ok(Output::Any)
    }

    fn visit_bool<E>(self, _: bool) -> Result<Output, E> {
        Ok(Output::Any)
    }

    fn visit_i64<E>(self, _: i64) -> Result<Output, E> {
        Ok(Output::Any)
    }

    fn visit_u64<E>(self, _: u64) -> Result<Output, E> {
        Ok(Output::Any)
    }

    fn visit_f64<E>(self, _: f64) -> Result<Output, E> {
        Ok(Output::Any)
    }
}
