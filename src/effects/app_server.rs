//! Instructions and answers through Codex's background server.
//!
//! Before anything is sent the server is asked what the session does: a server
//! that hangs, or has let go of the session, is found out while nothing has
//! happened yet. What was sent and not answered may have happened. Nothing that
//! is sent changes what Codex may do: no policy, no sandbox. The model changes only if the owner asks.

#[cfg(test)]
mod tests;

use super::settled;
use crate::app_server::{Call, Fault, Link};
use crate::ingress::cut::whole_words;
use events::command::{
    Change, GivePictures, InterruptTurn, InterruptWay, Manage, StartTurn, SteerTurn,
};
use events::outcome::{Doubt, Evidence, Failure, How, Performed};
use events::prompt::{AnswerPrompt, AnswerWay, Meaning, PromptAnswer};
use events::{CommandId, Outcome, Report, SessionId, Text, TurnId};
use serde_json::{Value, json};
use std::time::Duration;

/// How long the server may take to say what a session does; it takes milliseconds.
const LOOK: Duration = Duration::from_millis(1500);
/// How long it may take over an instruction.
const ACT: Duration = Duration::from_secs(10);
/// What the server is called where the owner reads it.
const SERVER: &str = "Codex's background server";

/// Begins a turn with an instruction, in a session that does nothing.
pub(super) async fn start(link: &Link, id: CommandId, command: &StartTurn) -> Report {
    match input(command.instruction.text.reveal()) {
        Ok(input) => begin(link, id, command, &input).await,
        Err(report) => report,
    }
}

/// Gives an instruction with pictures: as a new turn, or to the one that runs.
pub(super) async fn give_pictures(link: &Link, id: CommandId, command: &GivePictures) -> Report {
    let GivePictures {
        instruction,
        generation,
        turn,
        pictures,
    } = command;
    let words = instruction.text.reveal();
    let words = if words.trim().is_empty() {
        Ok(json!([]))
    } else {
        input(words)
    };
    let mut input = match words {
        Ok(input) => input,
        Err(report) => return report,
    };
    if let Some(items) = input.as_array_mut() {
        items.extend(
            pictures
                .iter()
                .map(|path| json!({"type": "localImage", "path": path})),
        );
    }
    let (instruction, generation) = (instruction.clone(), *generation);
    if let Some(turn) = turn.clone() {
        let command = SteerTurn {
            instruction,
            generation,
            turn,
        };
        return into_turn(link, id, &command, &input).await;
    }
    let command = StartTurn {
        instruction,
        generation,
    };
    begin(link, id, &command, &input).await
}

async fn begin(link: &Link, id: CommandId, command: &StartTurn, input: &Value) -> Report {
    let session = &command.instruction.session;
    match look(link, command.generation, session).await {
        Ok(State::Idle) => {}
        Ok(state) => return settled(state.failure()),
        Err(failure) => return settled(failure),
    }
    let params = json!({
        "threadId": session.as_str(),
        "clientUserMessageId": id.to_string(),
        "input": input,
    });
    match call(link, command.generation, "turn/start", &params).await {
        Ok(said) => performed(
            How::TurnStarted {
                turn: said["turn"]["id"].as_str().and_then(TurnId::parse),
            },
            None,
        ),
        Err(fault) => failed(fault, How::TurnStarted { turn: None }),
    }
}

/// Gives an instruction to the turn that runs, and to no other.
pub(super) async fn steer(link: &Link, id: CommandId, command: &SteerTurn) -> Report {
    match input(command.instruction.text.reveal()) {
        Ok(input) => into_turn(link, id, command, &input).await,
        Err(report) => report,
    }
}

async fn into_turn(link: &Link, id: CommandId, command: &SteerTurn, input: &Value) -> Report {
    let instruction = &command.instruction;
    match look(link, command.generation, &instruction.session).await {
        Ok(State::Works) => {}
        Ok(State::Idle) => return settled(Failure::NoTurn),
        Ok(state) => return settled(state.failure()),
        Err(failure) => return settled(failure),
    }
    let steered = steered(&instruction.session, &command.turn, id, input);
    match call(link, command.generation, "turn/steer", &steered).await {
        Ok(_) => performed(How::TurnSteered, None),
        Err(Fault::Rejected(rejected)) if is_no_turn(&rejected.message) => settled(Failure::NoTurn),
        Err(fault) => failed(fault, How::TurnSteered),
    }
}

/// Interrupts the turn that runs.
pub(super) async fn interrupt(link: &Link, command: &InterruptTurn) -> Report {
    let InterruptWay::AppServer { generation } = command.way else {
        return settled(Failure::Unsupported {
            what: "the turn is not in Codex's background server".into(),
        });
    };
    let session = &command.session;
    match look(link, generation, session).await {
        Ok(State::Works | State::Waits) => {}
        Ok(State::Idle) => return settled(Failure::NoTurn),
        Ok(state) => return settled(state.failure()),
        Err(failure) => return settled(failure),
    }
    let turn = match &command.turn {
        Some(turn) => Some(turn.as_str().to_owned()),
        None => running(link, generation, session).await,
    };
    let Some(turn) = turn else {
        return settled(Failure::NoTurn);
    };
    let params = json!({"threadId": session.as_str(), "turnId": turn});
    match call(link, generation, "turn/interrupt", &params).await {
        Ok(_) => performed(How::InterruptAsked, None),
        Err(Fault::Rejected(rejected)) if is_no_turn(&rejected.message) => settled(Failure::NoTurn),
        Err(fault) => failed(fault, How::InterruptAsked),
    }
}

/// Changes a session's name, model or effort, or sums it up.
pub(super) async fn manage(link: &Link, command: &Manage) -> Report {
    let (session, generation) = (&command.session, command.generation);
    match (look(link, generation, session).await, &command.change) {
        (Ok(State::NotLoaded | State::Unclear), _) => {
            return settled(State::NotLoaded.failure());
        }
        // Only what is summed up must not be at work.
        (Ok(state @ (State::Works | State::Waits)), Change::Compact) => {
            return settled(state.failure());
        }
        (Ok(_), _) => {}
        (Err(failure), _) => return settled(failure),
    }
    if let Change::Model { model } = &command.change
        && let Err(failure) = offered(link, generation, model).await
    {
        return settled(failure);
    }
    let thread = session.as_str();
    let (method, params) = match &command.change {
        Change::Rename { name } => (
            "thread/name/set",
            json!({"threadId": thread, "name": name.reveal()}),
        ),
        Change::Compact => ("thread/compact/start", json!({"threadId": thread})),
        Change::Model { model } => (
            "thread/settings/update",
            json!({"threadId": thread, "model": model}),
        ),
        Change::Effort { level } => (
            "thread/settings/update",
            json!({"threadId": thread, "effort": level}),
        ),
    };
    match call(link, generation, method, &params).await {
        Ok(_) => Report::Settled(Outcome::Done(Evidence::Managed)),
        Err(Fault::TimedOut) => Report::Settled(Outcome::Unknown(timed_out())),
        Err(Fault::Lost) => Report::Settled(Outcome::Unknown(broke_off())),
        Err(fault @ (Fault::NotSent(_) | Fault::Rejected(_))) => failed(fault, How::Begun),
    }
}

/// Whether the server offers a model. A name that it does not know would fail in the next turn.
async fn offered(link: &Link, generation: u64, model: &str) -> Result<(), Failure> {
    let listed = call(link, generation, "model/list", &json!({"limit": 100})).await;
    let Ok(listed) = listed else {
        return Err(no_link(format!(
            "{SERVER} does not say which models there are"
        )));
    };
    let models = listed["data"].as_array().into_iter().flatten();
    let models: Vec<_> = models.filter_map(|known| known["model"].as_str()).collect();
    if models.contains(&model) {
        return Ok(());
    }
    let some: Vec<_> = models.iter().take(12).copied().collect();
    Err(Failure::Unsupported {
        what: format!(
            "Codex does not list that model. It lists: {}.",
            some.join(", ")
        ),
    })
}

/// Answers a prompt, if it is still the one that the owner was shown.
pub(super) async fn answer(link: &Link, id: CommandId, command: &AnswerPrompt) -> Report {
    let AnswerWay::AppServer {
        generation,
        request,
    } = &command.way
    else {
        return settled(Failure::Unsupported {
            what: "the prompt is not in Codex's background server".into(),
        });
    };
    if link.open(*generation, request).is_none() {
        return settled(gone("it is not asked any more"));
    }
    match look(link, *generation, &command.session).await {
        Ok(State::Waits) => {}
        Ok(_) => return settled(gone("the session does not wait any more")),
        Err(failure) => return settled(failure),
    }
    let sent = link.answer(*generation, request, allows(&command.answer), |open| {
        let raised = &open.raised;
        if raised.session != command.session || raised.digest() != command.digest {
            return Err("it is not the one that was shown".into());
        }
        open.replies.to(raised, &command.answer)
    });
    if let Err(fault) = sent {
        return match fault {
            Fault::NotSent(why) => settled(gone(&why)),
            Fault::Lost | Fault::TimedOut | Fault::Rejected(_) => {
                failed(fault, How::Replied { words: false })
            }
        };
    }
    let (words, doubt) = match &command.words {
        Some(words) => say(link, id, *generation, command, words).await,
        None => (false, None),
    };
    performed(How::Replied { words }, doubt)
}

/// Whether an answer lets Codex go on with what it asked for.
const fn allows(answer: &PromptAnswer) -> bool {
    match answer {
        PromptAnswer::Choose { meaning, .. } => matches!(
            meaning,
            Meaning::Accept | Meaning::AcceptForSession | Meaning::AcceptAlways { .. }
        ),
        PromptAnswer::Questions(_) | PromptAnswer::Fields(_) => true,
    }
}

/// Words behind an answer: into the same turn, or into the next where the answer ended it.
/// Whether they were said, and what is not known about that.
async fn say(
    link: &Link,
    id: CommandId,
    generation: u64,
    command: &AnswerPrompt,
    words: &Text,
) -> (bool, Option<Doubt>) {
    let Ok(input) = input(words.reveal()) else {
        return (false, None);
    };
    let session = &command.session;
    if !ends_turn(&command.answer)
        && let Some(turn) = &command.turn
    {
        let steered = steered(session, turn, id, &input);
        match call(link, generation, "turn/steer", &steered).await {
            // The turn ended meanwhile; the words are not lost.
            Err(Fault::Rejected(_)) => {}
            said => return spoken(&said),
        }
    }
    // Where another prompt is up already, words would wait unseen behind it.
    if !matches!(look(link, generation, session).await, Ok(State::Idle)) {
        return (false, None);
    }
    let params = json!({
        "threadId": session.as_str(),
        "clientUserMessageId": id.to_string(),
        "input": input,
    });
    spoken(&call(link, generation, "turn/start", &params).await)
}

/// What was sent and not answered may have been said, and is never said again.
fn spoken(said: &Result<Value, Fault>) -> (bool, Option<Doubt>) {
    match said {
        Ok(_) => (true, None),
        Err(Fault::NotSent(_) | Fault::Rejected(_)) => (false, None),
        Err(Fault::TimedOut) => (true, Some(timed_out())),
        Err(Fault::Lost) => (true, Some(broke_off())),
    }
}

/// Whether an answer ends the turn that asked.
const fn ends_turn(answer: &PromptAnswer) -> bool {
    let PromptAnswer::Choose { meaning, .. } = answer else {
        return false;
    };
    matches!(meaning, Meaning::Cancel)
}

/// What the server says that a session does.
enum State {
    Idle,
    Works,
    Waits,
    NotLoaded,
    Unclear,
}

impl State {
    fn failure(&self) -> Failure {
        match self {
            Self::Waits => Failure::PromptUp,
            Self::Works => Failure::TurnRuns,
            Self::NotLoaded | Self::Idle => no_link(format!("{SERVER} does not have the session")),
            Self::Unclear => no_link(format!("{SERVER} does not say what the session does")),
        }
    }
}

/// Asks what a session does. Nothing is changed by it.
async fn look(link: &Link, generation: u64, session: &SessionId) -> Result<State, Failure> {
    let params = json!({"threadId": session.as_str()});
    let look = Call {
        method: "thread/read",
        params: &params,
        within: LOOK,
    };
    let said = match link.call(generation, look).await {
        Ok(said) => said,
        Err(Fault::NotSent(why)) => return Err(no_link(why)),
        Err(Fault::Lost) => return Err(no_link(format!("{SERVER} has ended"))),
        Err(Fault::TimedOut) => return Err(no_link(format!("{SERVER} does not answer"))),
        Err(Fault::Rejected(_)) => return Ok(State::NotLoaded),
    };
    let status = &said["thread"]["status"];
    Ok(match status["type"].as_str() {
        Some("idle") => State::Idle,
        Some("notLoaded") => State::NotLoaded,
        Some("active") => match status["activeFlags"].as_array() {
            Some(flags) if flags.is_empty() => State::Works,
            // A flag that is not known is a reason to wait as well.
            Some(_) => State::Waits,
            None => State::Unclear,
        },
        Some(_) | None => State::Unclear,
    })
}

/// The turn that runs, where the log does not know it.
async fn running(link: &Link, generation: u64, session: &SessionId) -> Option<String> {
    let params = json!({
        "threadId": session.as_str(), "limit": 1,
        "sortDirection": "desc", "itemsView": "notLoaded",
    });
    let said = call(link, generation, "thread/turns/list", &params).await;
    let said = said.ok()?;
    let turn = &said["data"][0];
    let runs = turn["status"] == "inProgress";
    turn["id"].as_str().filter(|_| runs).map(str::to_owned)
}

async fn call(link: &Link, generation: u64, method: &str, params: &Value) -> Result<Value, Fault> {
    let call = Call {
        method,
        params,
        within: ACT,
    };
    link.call(generation, call).await
}

fn steered(session: &SessionId, turn: &TurnId, id: CommandId, input: &Value) -> Value {
    json!({
        "threadId": session.as_str(),
        "expectedTurnId": turn.as_str(),
        "clientUserMessageId": id.to_string(),
        "input": input,
    })
}

/// The text as every other way would deliver it.
fn input(text: &str) -> Result<Value, Report> {
    let framed = super::codex::framed(text)?;
    let text = framed.expected.reveal();
    Ok(json!([{"type": "text", "text": text, "text_elements": []}]))
}

fn is_no_turn(message: &str) -> bool {
    message.contains("no active turn") || message.contains("expected active turn")
}

/// What was not sent or was refused did not happen; the rest may have.
fn failed(fault: Fault, how: How) -> Report {
    match fault {
        Fault::NotSent(why) => settled(no_link(why)),
        Fault::Rejected(rejected) => settled(Failure::Rejected {
            code: rejected.code,
            message: Text::from(whole_words(&rejected.message, 300)),
        }),
        Fault::TimedOut => performed(how, Some(timed_out())),
        Fault::Lost => performed(how, Some(broke_off())),
    }
}

fn timed_out() -> Doubt {
    let program = SERVER.to_owned();
    Doubt::TimedOut { program }
}

fn broke_off() -> Doubt {
    Doubt::BrokeOff {
        program: SERVER.to_owned(),
        code: 0,
        message: Text::from("the connection was lost"),
    }
}

fn gone(why: &str) -> Failure {
    Failure::PromptGone { why: why.into() }
}

const fn no_link(why: String) -> Failure {
    Failure::NoLink { why }
}

const fn performed(how: How, doubt: Option<Doubt>) -> Report {
    Report::Performed(Performed { how, doubt })
}
