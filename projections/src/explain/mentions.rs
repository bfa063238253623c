//! What an event names: messages, commands, notices, questions and sessions. The
//! names are found by the fields' names in the event's own description, so kinds
//! that are new here are understood as well.

use events::{CallId, CommandId, Event, Guid, Seq, SessionId};
use serde_json::Value;

/// What an event names.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Mentions {
    /// Messages by their row's name.
    pub(super) guids: Vec<Guid>,
    /// Messages that it answers.
    pub(super) replies: Vec<Guid>,
    /// Commands.
    pub(super) commands: Vec<CommandId>,
    /// Notices.
    pub(super) notices: Vec<Seq>,
    /// Prompts.
    pub(super) prompts: Vec<Seq>,
    /// Questions and approvals by their calls.
    pub(super) calls: Vec<CallId>,
    /// Sessions.
    pub(super) sessions: Vec<SessionId>,
}

impl Mentions {
    /// Of one event.
    #[expect(
        clippy::wildcard_enum_match_arm,
        reason = "the frequent kinds are read directly, all others by their fields' names"
    )]
    pub(super) fn of(event: &Event) -> Self {
        let mut found = Self::default();
        match event {
            Event::AssistantReplied(e) => found.sessions.push(e.session.clone()),
            Event::UserSpoke(e) => found.sessions.push(e.session.clone()),
            Event::TurnStarted(e) => found.sessions.push(e.session.clone()),
            Event::TurnWorked(e) => found.sessions.push(e.session.clone()),
            Event::TurnCompleted(e) => found.sessions.push(e.session.clone()),
            Event::TurnWentOn(e) => found.sessions.push(e.session.clone()),
            Event::NotifyReceived(e) => {
                found
                    .sessions
                    .extend(e.told.iter().map(|told| told.session.clone()));
            }
            Event::InboundIgnored(e) => {
                found.guids.push(e.guid.clone());
                found.commands.extend(e.copy_of);
            }
            Event::CommandStarted(e) => found.commands.push(e.id),
            Event::CommandPerformed(e) => found.commands.push(e.id),
            Event::RuntimeStarted(_) | Event::RuntimeStopped(_) => {}
            other => {
                if let Ok(Value::Object(kinds)) = serde_json::to_value(other) {
                    kinds.values().for_each(|content| found.walk(content));
                }
            }
        }
        found
    }

    fn walk(&mut self, value: &Value) {
        match value {
            Value::Object(fields) => {
                if let Some(id) = command(value) {
                    self.commands.push(id);
                    return;
                }
                for (name, field) in fields {
                    self.field(name, field);
                }
            }
            Value::Array(items) => items.iter().for_each(|item| self.walk(item)),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
    }

    fn field(&mut self, name: &str, field: &Value) {
        let text = || field.as_str();
        match name {
            "guid" | "inbound" | "Answer" | "Receipt" => {
                self.guids.extend(text().and_then(Guid::parse));
            }
            "reply_to" => self.replies.extend(text().and_then(Guid::parse)),
            "session" | "target" | "thread" => {
                self.sessions.extend(text().and_then(SessionId::parse));
            }
            "call" | "Question" => self.calls.extend(text().and_then(CallId::parse)),
            "notice" | "Retry" | "Expiry" => self.notices.extend(field.as_u64().map(Seq)),
            "prompt" | "Prompt" => self.prompts.extend(field.as_u64().map(Seq)),
            "replaces" => {
                let seqs = field.as_array().into_iter().flatten();
                self.notices.extend(seqs.filter_map(Value::as_u64).map(Seq));
            }
            _ => {}
        }
        self.walk(field);
    }
}

fn command(value: &Value) -> Option<CommandId> {
    let fields = value.as_object().filter(|fields| fields.len() == 2)?;
    let nth = fields.get("nth")?.as_u64()?;
    Some(CommandId {
        cause: Seq(fields.get("cause")?.as_u64()?),
        nth: u16::try_from(nth).ok()?,
    })
}
