//! The hazards of rollouts, from samples of real files and from the facts'
//! list: one module per part.

mod files;
mod parse;
mod several;
mod strange;
mod tail;
mod watch;
mod worked;

use events::event::Question;
use events::id::SessionId;
use events::input::{Input, Rollout, RolloutFact};
use events::private::Text;
use std::fs;
use std::path::{Path, PathBuf};

const THREAD: &str = "01a203b7-f8a9-7302-b877-7a46264702ea";

fn session(id: &str) -> SessionId {
    SessionId::parse(id).unwrap()
}

fn sample(name: &str) -> Vec<u8> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/rollouts");
    fs::read(folder.join(name)).unwrap()
}

fn rollout(folder: &Path, id: &str) -> PathBuf {
    folder.join(format!("rollout-2026-11-22T14-45-18-{id}.jsonl"))
}

/// A record as Codex writes it, `second` seconds into a minute of 2026.
fn line(second: u32, record: &str, payload: &str) -> String {
    format!(
        "{{\"timestamp\":\"2026-11-22T15:00:{second:02}.000Z\",\"ordinal\":7,\"type\":\"{record}\",\
         \"payload\":{payload}}}\n"
    )
}

fn meta(second: u32) -> String {
    meta_of(second, THREAD, "")
}

/// The head of a thread's file, with more fields.
fn meta_of(second: u32, thread: &str, more: &str) -> String {
    let payload = format!(
        r#"{{"id":"{thread}","timestamp":"2026-11-22T15:00:00.000Z","cwd":"/w","source":"cli","cli_version":"0.169.0"{more}}}"#
    );
    line(second, "session_meta", &payload)
}

fn started(second: u32, turn: &str) -> String {
    let payload = format!(r#"{{"type":"task_started","turn_id":"{turn}"}}"#);
    line(second, "event_msg", &payload)
}

fn completed(second: u32, turn: &str, last: &str) -> String {
    let payload =
        format!(r#"{{"type":"task_complete","turn_id":"{turn}","last_agent_message":"{last}"}}"#);
    line(second, "event_msg", &payload)
}

fn user(second: u32, text: &str) -> String {
    let payload = format!(
        r#"{{"type":"item_completed","thread_id":"{THREAD}","turn_id":"t","item":{{"type":"UserMessage","content":[{{"type":"text","text":"{text}"}}]}}}}"#
    );
    line(second, "event_msg", &payload)
}

fn asked(second: u32, tool: &str, call: &str) -> String {
    let payload = format!(
        r#"{{"type":"function_call","name":"{tool}","arguments":"{{\"questions\":[{{\"title\":\"Which?\",\"options\":[\"a\"]}}]}}","call_id":"{call}"}}"#
    );
    line(second, "response_item", &payload)
}

fn output(second: u32, call: &str, output: &str) -> String {
    let payload =
        format!(r#"{{"type":"function_call_output","call_id":"{call}","output":{output}}}"#);
    line(second, "response_item", &payload)
}

fn ended(second: u32) -> String {
    let payload = r#"{"type":"task_complete","turn_id":"t","last_agent_message":"done"}"#;
    line(second, "event_msg", payload)
}

/// A fact as one line of text, words included.
fn show(fact: &RolloutFact) -> String {
    let text = |text: &Option<Text>| text.as_ref().map_or("-", |text| text.reveal()).to_owned();
    let tail = |turn: &str| turn[turn.len().saturating_sub(4)..].to_owned();
    match fact {
        RolloutFact::Meta(meta) => format!("meta {:?} {} {}", meta.kind, meta.version, meta.cwd),
        RolloutFact::Goal(status) => format!("goal {status:?}"),
        RolloutFact::Limits(limits) => format!("limits {:?}", limits.windows),
        RolloutFact::TurnStarted {
            turn,
            plan_mode,
            goal,
        } => {
            let goal = if *goal { " goal" } else { "" };
            format!("started {} plan={plan_mode}{goal}", tail(turn.as_str()))
        }
        RolloutFact::UserMessage { text, .. } => format!("user {}", text.reveal()),
        RolloutFact::AssistantMessage { text, .. } => format!("assistant {}", text.reveal()),
        RolloutFact::Asked {
            call,
            kind,
            questions,
            ..
        } => {
            let questions: Vec<String> = questions.iter().map(show_question).collect();
            format!("asked {call} {kind:?} {}", questions.join("; "))
        }
        RolloutFact::CallClosed { call, how } => format!("closed {call} {how:?}"),
        RolloutFact::TurnCompleted { turn, last, error } => format!(
            "completed {} {} error={}",
            tail(turn.as_str()),
            text(last),
            text(error)
        ),
        RolloutFact::TurnAborted { turn, reason } => {
            let turn = turn.as_ref().map_or("-", |turn| turn.as_str());
            format!("aborted {} {reason}", tail(turn))
        }
        RolloutFact::Worked { work, .. } => format!(
            "worked files={} failed={} tests={:?} millis={}",
            work.files.len(),
            work.failed.len(),
            work.tests,
            work.millis
        ),
        RolloutFact::Skipped { records } => format!("skipped {records}"),
    }
}

fn show_question(question: &Question) -> String {
    let options: Vec<String> = question
        .options
        .iter()
        .map(|option| format!("{}({})", option.label.reveal(), option.detail.reveal()))
        .collect();
    format!(
        "{}={} {}",
        question.id,
        question.text.reveal(),
        options.join("|")
    )
}

fn shown(told: &[Rollout]) -> Vec<String> {
    told.iter().map(|told| show(&told.fact)).collect()
}

fn shown_inputs(inputs: &[Input]) -> Vec<String> {
    inputs
        .iter()
        .map(|input| {
            if let Input::Rollout(told) = input {
                show(&told.fact)
            } else {
                format!("{input:?}")
            }
        })
        .collect()
}
