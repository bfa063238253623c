//! An MCP server asks: for a tool to be allowed, or for a form to be filled in.

use super::request::{Asked, Kind, Words, choice};
use events::Text;
use events::event::Choice;
use events::prompt::PromptChoice;
use events::prompt::{ElicitationField, ElicitationPrompt, FieldKind, Meaning, PromptBody};
use serde::Deserialize;
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Params {
    server_name: String,
    mode: String,
    #[serde(default)]
    message: String,
    #[serde(default, rename = "_meta")]
    meta: Value,
    #[serde(default)]
    requested_schema: Option<Schema>,
    #[serde(default)]
    url: Option<String>,
}

#[derive(Deserialize)]
struct Schema {
    #[serde(default)]
    properties: Map<String, Value>,
    #[serde(default)]
    required: Option<Vec<String>>,
}

pub(super) fn asked(params: &Value) -> Option<Asked> {
    let given = Params::deserialize(params).ok()?;
    match given.mode.as_str() {
        "form" if given.meta["codex_approval_kind"] == "mcp_tool_call" => tool(&given),
        // Another kind of approval would be answered as if it were a form.
        "form" if given.meta["codex_approval_kind"].is_string() => None,
        "form" => form(&given),
        "url" => Some(page(&given)),
        _ => None,
    }
}

fn prompt(given: &Params, fields: Vec<ElicitationField>) -> PromptBody {
    PromptBody::Elicitation(ElicitationPrompt {
        server: given.server_name.clone(),
        message: Text::from(given.message.as_str()),
        fields,
        url: given.url.as_deref().map(Text::from),
    })
}

fn refusals() -> [(PromptChoice, Value); 2] {
    [
        (
            choice(Meaning::Decline, "No, and Codex goes on without it"),
            json!({"action": "decline", "content": null}),
        ),
        (
            choice(Meaning::Cancel, "No, and the request is cancelled"),
            json!({"action": "cancel", "content": null}),
        ),
    ]
}

/// Codex asks in the server's name whether a tool may run.
fn tool(given: &Params) -> Option<Asked> {
    let schema = given.requested_schema.as_ref();
    if schema.is_some_and(|schema| !schema.properties.is_empty()) {
        return None;
    }
    let accept = |meta: Value| json!({"action": "accept", "content": {}, "_meta": meta});
    let mut choices = vec![(
        choice(Meaning::Accept, "Yes, this once"),
        accept(Value::Null),
    )];
    let keeps = given.meta["persist"].as_array().cloned();
    let keeps = keeps.unwrap_or_else(|| vec![given.meta["persist"].clone()]);
    if keeps.contains(&json!("session")) {
        choices.push((
            choice(
                Meaning::AcceptForSession,
                "Yes, and not asked again in this session",
            ),
            accept(json!({"persist": "session"})),
        ));
    }
    if keeps.contains(&json!("always")) {
        let tool = given.meta["tool_name"].as_str().unwrap_or("this tool");
        let scope = Text::from(format!("{} of {}", tool, given.server_name));
        choices.push((
            choice(
                Meaning::AcceptAlways { scope },
                "Yes, and never asked again",
            ),
            accept(json!({"persist": "always"})),
        ));
    }
    choices.extend(refusals());
    let mut message = given.message.clone();
    arguments(&mut message, &given.meta);
    let body = PromptBody::Elicitation(ElicitationPrompt {
        server: given.server_name.clone(),
        message: Text::from(message),
        fields: Vec::new(),
        url: None,
    });
    Some(Asked {
        body,
        choices,
        words: Words::None,
        whole: true,
    })
}

/// What the tool would be given, a line for each argument.
fn arguments(message: &mut String, meta: &Value) {
    let Some(given) = meta["tool_params"].as_object() else {
        return;
    };
    for (name, value) in given {
        let value = value
            .as_str()
            .map_or_else(|| value.to_string(), str::to_owned);
        // Writing to a string cannot fail.
        let _ = write!(message, "\n{name}: {value}");
    }
}

fn form(given: &Params) -> Option<Asked> {
    let schema = given.requested_schema.as_ref()?;
    let required: BTreeSet<_> = schema.required.iter().flatten().cloned().collect();
    let kinds: BTreeMap<String, Kind> = schema
        .properties
        .iter()
        .map(|(name, field)| (name.clone(), kind(field)))
        .collect();
    let fields = schema.properties.iter().map(|(name, field)| {
        let title = field["title"].as_str().unwrap_or(name);
        ElicitationField {
            name: name.clone(),
            title: Text::from(title),
            kind: shown(&kinds[name], field),
            required: required.contains(name),
        }
    });
    let body = prompt(given, fields.collect());
    let mut choices = Vec::new();
    if required.is_empty() {
        let label = if kinds.is_empty() {
            "Yes"
        } else {
            "Yes, with nothing filled in"
        };
        let reply = json!({"action": "accept", "content": {}});
        choices.push((choice(Meaning::Accept, label), reply));
    }
    choices.extend(refusals());
    Some(Asked {
        body,
        choices,
        words: if kinds.is_empty() {
            Words::None
        } else {
            Words::Fields(kinds)
        },
        whole: true,
    })
}

/// A page would have to be opened on this computer, so it can only be refused from afar.
fn page(given: &Params) -> Asked {
    Asked {
        body: prompt(given, Vec::new()),
        choices: refusals().into(),
        words: Words::None,
        whole: true,
    }
}

fn kind(field: &Value) -> Kind {
    let values = |list: &Value, key: Option<&str>| {
        let list = list.as_array()?;
        let value = |v: &Value| Some(key.map_or(v, |key| &v[key]).as_str()?.to_owned());
        list.iter().map(value).collect::<Option<Vec<_>>>()
    };
    match field["type"].as_str() {
        Some("string") => {
            let listed =
                values(&field["enum"], None).or_else(|| values(&field["oneOf"], Some("const")));
            listed.map_or(Kind::Text, Kind::OneOf)
        }
        Some("integer") => Kind::Integer,
        Some("number") => Kind::Number,
        Some("boolean") => Kind::Boolean,
        _ => Kind::Other,
    }
}

fn shown(kind: &Kind, field: &Value) -> FieldKind {
    match kind {
        Kind::Text => FieldKind::Text,
        Kind::Integer | Kind::Number => FieldKind::Number,
        Kind::Boolean => FieldKind::Boolean,
        Kind::Other => FieldKind::Other,
        Kind::OneOf(values) => {
            let named = |at: usize, value: &String| {
                let name = field["enumNames"][at].as_str();
                let name = name.or_else(|| field["oneOf"][at]["title"].as_str());
                Choice {
                    label: Text::from(value.as_str()),
                    detail: Text::from(name.unwrap_or_default()),
                }
            };
            let choices = values
                .iter()
                .enumerate()
                .map(|(at, value)| named(at, value));
            FieldKind::OneOf(choices.collect())
        }
    }
}

/// The form, filled in.
pub(super) fn reply(
    fields: &BTreeMap<String, Kind>,
    given: &[(String, Text)],
) -> Result<Value, String> {
    let mut content = Map::new();
    for (name, value) in given {
        let kind = fields
            .get(name)
            .ok_or_else(|| "the form has no such field".to_owned())?;
        content.insert(name.clone(), put(kind, value.reveal())?);
    }
    Ok(json!({"action": "accept", "content": content}))
}

fn put(kind: &Kind, value: &str) -> Result<Value, String> {
    let trimmed = value.trim();
    match kind {
        Kind::Text => Ok(json!(value)),
        Kind::Integer => match trimmed.parse::<i64>() {
            Ok(number) => Ok(json!(number)),
            Err(_) => Err("a whole number is wanted".into()),
        },
        Kind::Number => match trimmed.parse::<f64>() {
            Ok(number) if number.is_finite() => Ok(json!(number)),
            Ok(_) | Err(_) => Err("a number is wanted".into()),
        },
        Kind::Boolean => match trimmed.to_lowercase().as_str() {
            "yes" | "y" | "true" | "on" => Ok(json!(true)),
            "no" | "n" | "false" | "off" => Ok(json!(false)),
            _ => Err("yes or no is wanted".into()),
        },
        Kind::OneOf(values) => {
            let found = values.iter().find(|known| known.as_str() == trimmed);
            let found = found.or_else(|| {
                let same = |known: &&String| known.eq_ignore_ascii_case(trimmed);
                values.iter().find(same)
            });
            found
                .map(|value| json!(value))
                .ok_or_else(|| "it is not one of what may be chosen".into())
        }
        Kind::Other => Err("that field cannot be filled in from the phone".into()),
    }
}
