//! The model asks.

use super::request::{Asked, Words};
use events::Text;
use events::event::Choice;
use events::prompt::{PromptBody, PromptQuestion, QuestionAnswer};
use serde::Deserialize;
use serde_json::{Map, Value, json};

/// What Codex writes where none of the options was chosen.
const NONE: &str = "None of the above";

#[derive(Deserialize)]
struct Params {
    questions: Vec<Asking>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Asking {
    id: String,
    question: String,
    #[serde(default)]
    is_other: bool,
    #[serde(default)]
    is_secret: bool,
    #[serde(default)]
    options: Option<Vec<Offer>>,
}

#[derive(Deserialize)]
struct Offer {
    label: String,
    #[serde(default)]
    description: String,
}

pub(super) fn asked(params: &Value) -> Option<Asked> {
    let given = Params::deserialize(params).ok()?;
    if given.questions.is_empty() {
        return None;
    }
    let words = given.questions.iter().map(|q| (q.id.clone(), options(q)));
    let words = Words::Questions(words.collect());
    let questions = given.questions.into_iter().map(question).collect();
    Some(Asked {
        body: PromptBody::Questions(questions),
        choices: Vec::new(),
        words,
        whole: true,
    })
}

fn options(asking: &Asking) -> bool {
    asking.options.as_ref().is_some_and(|o| !o.is_empty())
}

fn question(asking: Asking) -> PromptQuestion {
    let offers = asking.options.unwrap_or_default();
    PromptQuestion {
        id: asking.id,
        text: Text::from(asking.question),
        // A note may stand beside an option, so words are taken wherever there is one.
        free: asking.is_other || offers.is_empty(),
        options: offers
            .into_iter()
            .map(|offer| Choice {
                label: Text::from(offer.label),
                detail: Text::from(offer.description),
            })
            .collect(),
        secret: asking.is_secret,
    }
}

/// The answers as Codex's own list puts them.
pub(super) fn reply(asked: &[(String, bool)], answers: &[QuestionAnswer]) -> Result<Value, String> {
    let mut all = Map::new();
    for (id, options) in asked {
        let Some(answer) = answers.iter().find(|answer| answer.id == *id) else {
            return Err("a question has no answer".into());
        };
        let mut said = Vec::new();
        match &answer.option {
            Some((_, label)) => said.push(label.reveal().clone()),
            None if *options => said.push(NONE.to_owned()),
            None => {}
        }
        if let Some(note) = &answer.note {
            said.push(format!("user_note: {}", note.reveal()));
        }
        if said.is_empty() {
            return Err("a question has no answer".into());
        }
        all.insert(id.clone(), json!({"answers": said}));
    }
    Ok(json!({"answers": all}))
}
