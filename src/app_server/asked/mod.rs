//! What the server asks, and how each answer is put. A request that is not
//! understood to the last field that matters is never answered: the first answer
//! counts for every client, so a wrong one would take the prompt from the owner.

mod approvals;
mod command;
mod elicitation;
mod permissions;
mod questions;
mod request;
#[cfg(test)]
mod tests;

use events::prompt::{PatchFile, PromptAnswer, PromptRaised, PromptSource};
use events::{CallId, SessionId, TurnId};
use request::Words;
use serde::Deserialize;
use serde_json::Value;
use std::collections::BTreeMap;

/// How the answers to one request are put.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Replies {
    /// For each choice, in their order, what is sent.
    choices: Vec<Value>,
    /// How answers in words are put.
    words: Words,
}

/// What every request says of where it belongs.
#[derive(Deserialize)]
struct Place {
    #[serde(rename = "threadId")]
    thread: String,
    #[serde(default, rename = "turnId")]
    turn: Option<String>,
    #[serde(default, rename = "itemId")]
    item: Option<String>,
    #[serde(default, rename = "approvalId")]
    approval: Option<String>,
}

/// The files of patches, which come before their approval is asked for, by item.
pub type Patches = BTreeMap<String, Vec<PatchFile>>;

pub use approvals::files;

/// The session that a request belongs to, whatever it asks.
pub fn session(params: &Value) -> Option<SessionId> {
    SessionId::parse(params.get("threadId")?.as_str()?)
}

/// Understands a request, or does not.
pub fn understand(
    generation: u64,
    request: &str,
    method: &str,
    params: &Value,
    patches: &Patches,
) -> Option<(PromptRaised, Replies)> {
    let place = Place::deserialize(params).ok()?;
    let asked = match method {
        "item/commandExecution/requestApproval" => approvals::command(params)?,
        "item/fileChange/requestApproval" => {
            let known = place.item.as_ref().and_then(|item| patches.get(item));
            approvals::patch(params, known)?
        }
        "item/permissions/requestApproval" => permissions::asked(params)?,
        "mcpServer/elicitation/request" => elicitation::asked(params)?,
        "item/tool/requestUserInput" => questions::asked(params)?,
        _ => return None,
    };
    let (choices, replies) = asked.choices.into_iter().unzip();
    let raised = PromptRaised {
        session: SessionId::parse(&place.thread)?,
        turn: place.turn.as_deref().and_then(TurnId::parse),
        call: place.item.as_deref().and_then(CallId::parse),
        approval: place.approval,
        source: PromptSource::AppServer {
            generation,
            request: request.to_owned(),
        },
        body: asked.body,
        choices,
        whole: asked.whole,
    };
    let replies = Replies {
        choices: replies,
        words: asked.words,
    };
    Some((raised, replies))
}

impl Replies {
    /// What is sent for an answer; the sentence says why there is nothing.
    pub fn to(&self, raised: &PromptRaised, answer: &PromptAnswer) -> Result<Value, String> {
        match (answer, &self.words) {
            (PromptAnswer::Choose { choice, meaning }, _) => {
                let at = usize::from(*choice);
                let offered = raised.choices.get(at).zip(self.choices.get(at));
                match offered {
                    Some((offered, reply)) if offered.meaning == *meaning => Ok(reply.clone()),
                    Some(_) | None => Err("Codex does not offer that answer".into()),
                }
            }
            (PromptAnswer::Questions(answers), Words::Questions(asked)) => {
                questions::reply(asked, answers)
            }
            (PromptAnswer::Fields(given), Words::Fields(fields)) => {
                elicitation::reply(fields, given)
            }
            (PromptAnswer::Questions(_) | PromptAnswer::Fields(_), _) => {
                Err("Codex does not take words here".into())
            }
        }
    }
}
