//! One line of a rollout into the fact it tells. Pure, so that every hazard of
//! the format can be tested without a file: two generations of records (legacy
//! `user_message`/`agent_message`, since 0.150 `item_completed`), questions in
//! two forms, outputs of any shape. It must never panic, and never take a
//! `response_item` of role user for the owner's words: those carry Codex's own.

use super::closing::Output;
use super::goal;
use super::head;
use super::kinds;
use super::limits;
use super::meta;
use super::payload::{Bad, payload};
use super::question;
use super::time;
use events::event::QuestionKind;
use events::id::{CallId, SessionId, TurnId};
use events::input::RolloutFact;
use events::private::Text;
use events::time::Wall;
use serde::Deserialize;
use std::borrow::Cow;

/// In which form a thing was recorded. Files of some versions record the same thing
/// in two forms, one after the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// A record that has one form only.
    Only,
    /// `event_msg` of its own type, up to 0.145.
    Legacy,
    /// `item_completed`, since 0.150.
    Item,
    /// The model's tool call.
    Call,
}

/// What a line tells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// The record's own timestamp.
    pub at: Wall,
    /// In which form.
    pub form: Form,
    /// The fact. A `Meta` has no path: a line does not know its file.
    pub fact: RolloutFact,
}

/// What one line is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Line {
    /// It tells something.
    Fact(Record),
    /// It is known and tells nothing that matters.
    Passed,
    /// It is a record of a kind that is not known.
    Unknown(String),
    /// It is of a kind that matters, and has another form than is known.
    Strange(String),
    /// It is no record: cut, or damaged.
    Damaged,
}

/// Reads one line, without its line feed, of the rollout of `session`.
/// `None` is a record nobody here needs.
pub fn record(line: &[u8], session: &SessionId) -> Result<Option<Record>, Bad> {
    match read(line, session, Wall(0)) {
        Line::Fact(record) => Ok(Some(record)),
        Line::Passed | Line::Unknown(_) => Ok(None),
        Line::Strange(_) | Line::Damaged => Err(Bad),
    }
}

/// Reads one line; one without a time of its own was written at `otherwise`.
pub(super) fn read(line: &[u8], session: &SessionId, otherwise: Wall) -> Line {
    let Some(head) = head::of(line) else {
        return strange("line", line);
    };
    let at = time::parse(&head.timestamp).unwrap_or(otherwise);
    let kind = |tag: &str| [&*head.record, tag].join(" ").trim_end().to_owned();
    match told(&head, line, session, at) {
        Ok(Some((form, fact))) => Line::Fact(Record { at, form, fact }),
        Ok(None) if kinds::is_known(&head.record, &head.payload) => Line::Passed,
        Ok(None) => Line::Unknown(kinds::named(&kind(&head.payload))),
        Err(Bad) => strange(&kind(&head.payload), line),
    }
}

/// What is not even JSON was cut or damaged; that says nothing about its form.
fn strange(kind: &str, line: &[u8]) -> Line {
    let text = std::str::from_utf8(line).ok();
    let json = text.map(serde_json::from_str::<serde::de::IgnoredAny>);
    if json.is_some_and(|json| json.is_ok()) {
        Line::Strange(kinds::named(kind))
    } else {
        Line::Damaged
    }
}

fn told(
    head: &head::Head<'_>,
    line: &[u8],
    session: &SessionId,
    at: Wall,
) -> Result<Option<(Form, RolloutFact)>, Bad> {
    let told = match (&*head.record, &*head.payload) {
        ("session_meta", _) => Some((Form::Only, RolloutFact::Meta(meta::read(line, at)?.meta))),
        ("event_msg", "task_started" | "turn_started") => Some((Form::Only, started(line)?)),
        ("event_msg", "task_complete" | "turn_complete") => Some((Form::Only, completed(line)?)),
        ("event_msg", "turn_aborted") => Some((Form::Only, aborted(line)?)),
        ("event_msg", "thread_goal_updated") => Some((Form::Only, goal::updated(line)?)),
        ("event_msg", "thread_goal_cleared") => Some((Form::Only, goal::cleared())),
        ("event_msg", kind @ ("user_message" | "agent_message")) => {
            Some((Form::Legacy, message(line, kind == "user_message")?))
        }
        ("event_msg", "token_count") => limits::read(line, at)?.map(|fact| (Form::Only, fact)),
        ("event_msg", "item_completed") => item(line, session)?.map(|fact| (Form::Item, fact)),
        ("response_item", "function_call") => call(line)?.map(|fact| (Form::Call, fact)),
        ("response_item", "function_call_output" | "custom_tool_call_output") => {
            goal::reported(line, session)
                .map_or_else(|| closed(line), |fact| Ok(Some(fact)))?
                .map(|fact| (Form::Only, fact))
        }
        _ => None,
    };
    Ok(told)
}

/// Whether a turn begins with a line.
pub(super) fn starts_turn(line: &[u8]) -> bool {
    head::of(line).is_some_and(|head| {
        head.record == "event_msg" && matches!(&*head.payload, "task_started" | "turn_started")
    })
}

/// Whether a line is the head of a session.
pub(super) fn is_head(line: &[u8]) -> bool {
    head::of(line).is_some_and(|head| head.record == "session_meta")
}

/// The timestamp of any record, whether it tells something or not.
pub(super) fn timestamp(line: &[u8]) -> Option<Wall> {
    time::parse(&head::of(line)?.timestamp)
}

/// A turn's record. A review's parent starts with the review's turn id and ends
/// with its own; the root is the same in both.
#[derive(Deserialize)]
struct TurnRecord {
    turn_id: Option<String>,
    root_turn_id: Option<String>,
    collaboration_mode_kind: Option<String>,
    last_agent_message: Option<String>,
    error: Option<serde_json::Value>,
    reason: Option<String>,
    turn_attribution: Option<Attribution>,
}

#[derive(Deserialize)]
struct Attribution {
    turn_trigger: Option<String>,
}

impl TurnRecord {
    fn id(&self) -> Option<TurnId> {
        let id = self.root_turn_id.as_ref().or(self.turn_id.as_ref())?;
        TurnId::parse(id)
    }

    /// An error is reported even if it is put in a way not seen before.
    fn failure(&self) -> Option<Text> {
        let error = self.error.as_ref().filter(|error| !error.is_null())?;
        let message = error.get("message").unwrap_or(error).as_str();
        let message = message.unwrap_or("Codex gave no message.");
        let limit = error.get("codex_error_info").and_then(|info| info.as_str());
        // Whatever words it uses, by these it is known for what it is.
        let named = message.to_lowercase().contains("usage limit");
        if limit == Some("usage_limit_exceeded") && !named {
            return Some(
                format!("The usage limit is reached: {message}")
                    .as_str()
                    .into(),
            );
        }
        Some(message.into())
    }
}

fn started(line: &[u8]) -> Result<RolloutFact, Bad> {
    let turn: TurnRecord = payload(line)?;
    Ok(RolloutFact::TurnStarted {
        turn: turn.id().ok_or(Bad)?,
        plan_mode: turn.collaboration_mode_kind.as_deref() == Some("plan"),
        goal: turn
            .turn_attribution
            .is_some_and(|by| by.turn_trigger.as_deref() == Some("goal")),
    })
}

fn completed(line: &[u8]) -> Result<RolloutFact, Bad> {
    let turn: TurnRecord = payload(line)?;
    Ok(RolloutFact::TurnCompleted {
        turn: turn.id().ok_or(Bad)?,
        error: turn.failure(),
        last: turn.last_agent_message.map(Text::from),
    })
}

fn aborted(line: &[u8]) -> Result<RolloutFact, Bad> {
    let turn: TurnRecord = payload(line)?;
    Ok(RolloutFact::TurnAborted {
        turn: turn.id(),
        reason: turn.reason.unwrap_or_default(),
    })
}

fn message(line: &[u8], from_user: bool) -> Result<RolloutFact, Bad> {
    #[derive(Deserialize)]
    struct Message {
        message: String,
    }
    let text = Text::from(payload::<Message>(line)?.message);
    Ok(if from_user {
        RolloutFact::UserMessage { text, client: None }
    } else {
        RolloutFact::AssistantMessage { turn: None, text }
    })
}

#[derive(Deserialize)]
struct Finished<'a, I> {
    #[serde(borrow)]
    thread_id: Option<Cow<'a, str>>,
    #[serde(borrow)]
    turn_id: Option<Cow<'a, str>>,
    item: I,
}

#[derive(Deserialize)]
struct Tag<'a> {
    #[serde(borrow, rename = "type")]
    tag: Cow<'a, str>,
}

/// Longest name of a message that is kept.
const CLIENT_MAX: usize = 128;

#[derive(Deserialize)]
struct Spoken {
    #[serde(default)]
    id: String,
    #[serde(default)]
    content: Vec<Part>,
    #[serde(default)]
    text: String,
    #[serde(default)]
    client_id: Option<String>,
    delivery: Option<String>,
    questions: Option<Vec<question::Raw>>,
}

#[derive(Deserialize)]
struct Part {
    #[serde(default)]
    text: String,
}

/// A finished item. A review's parent also holds items of the review's own
/// thread; they stand in that thread's file.
fn item(line: &[u8], session: &SessionId) -> Result<Option<RolloutFact>, Bad> {
    let head: Finished<'_, Tag<'_>> = payload(line)?;
    let elsewhere = head.thread_id.is_some_and(|id| id != session.as_str());
    let spoken = matches!(&*head.item.tag, "UserMessage" | "AgentMessage" | "Plan");
    if elsewhere || !spoken {
        return Ok(None);
    }
    let said: Spoken = payload::<Finished<'_, Spoken>>(line)?.item;
    let turn = head.turn_id.and_then(|id| TurnId::parse(&id));
    if let (Some("async"), Some(questions)) = (said.delivery.as_deref(), said.questions) {
        return Ok(Some(RolloutFact::Asked {
            call: CallId::parse(&said.id).ok_or(Bad)?,
            turn,
            kind: QuestionKind::Async,
            questions: question::all(questions).ok_or(Bad)?,
        }));
    }
    let words = said.content.into_iter().map(|part| part.text);
    let text = Text::from(words.chain([said.text]).collect::<String>());
    Ok(Some(if head.item.tag == "UserMessage" {
        let client = said.client_id.filter(|id| id.len() <= CLIENT_MAX);
        RolloutFact::UserMessage { text, client }
    } else {
        RolloutFact::AssistantMessage { turn, text }
    }))
}

fn call(line: &[u8]) -> Result<Option<RolloutFact>, Bad> {
    #[derive(Deserialize)]
    struct Invoked<'a> {
        #[serde(borrow)]
        name: Cow<'a, str>,
        call_id: String,
        #[serde(borrow)]
        arguments: Cow<'a, str>,
        internal_chat_message_metadata_passthrough: Option<Passed>,
    }
    #[derive(Deserialize)]
    struct Passed {
        turn_id: Option<String>,
    }
    #[derive(Deserialize)]
    struct Arguments {
        questions: Vec<question::Raw>,
    }
    let call: Invoked<'_> = payload(line)?;
    let kind = match &*call.name {
        "request_user_input" => QuestionKind::Modal,
        "request_user_input_async" => QuestionKind::Async,
        _ => return Ok(None),
    };
    let asked: Arguments = serde_json::from_str(&call.arguments).map_err(|_| Bad)?;
    let passed = call.internal_chat_message_metadata_passthrough;
    Ok(Some(RolloutFact::Asked {
        call: CallId::parse(&call.call_id).ok_or(Bad)?,
        turn: passed.and_then(|passed| TurnId::parse(&passed.turn_id?)),
        kind,
        questions: question::all(asked.questions).ok_or(Bad)?,
    }))
}

/// An output ends its call, but for the receipt of an asynchronous question,
/// which stays open until the user says something.
fn closed(line: &[u8]) -> Result<Option<RolloutFact>, Bad> {
    #[derive(Deserialize)]
    struct Closed {
        call_id: Option<String>,
        #[serde(default)]
        output: Output,
    }
    let closed: Closed = payload(line)?;
    // Codex's own, such as a goal's objective, belong to no call.
    let Some(call) = closed.call_id else {
        return Ok(None);
    };
    let call = CallId::parse(&call).ok_or(Bad)?;
    let how = closed.output.closing();
    Ok(how.map(|how| RolloutFact::CallClosed { call, how }))
}
