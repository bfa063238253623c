//! Prompts, and what the app-server tells, in sentences.

use super::names::{body_name, notice_name, prompt_name, session_name};
use super::words::{self, capital, counted};
use crate::state::State;
use events::prompt::{
    AppServerLinkChanged, LinkState, Meaning, PromptAnswer, PromptAnswered, PromptAsked,
    PromptClosed, PromptDelivered, PromptEnd, PromptExpired, PromptShown, PromptSource,
    PromptWitnessed, RateLimitsChanged, ThreadState, ThreadStatusChanged,
};

fn source(source: &PromptSource) -> String {
    match source {
        PromptSource::AppServer { request, .. } => {
            format!("the app-server, as its request {request}")
        }
        PromptSource::Screen { pane } => format!("the screen of {pane}"),
        PromptSource::Hook { .. } => "a hook".into(),
        PromptSource::Rollout { .. } => "the rollout".into(),
    }
}

pub(super) fn asked(e: &PromptAsked, state: &State) -> String {
    let of = session_name(state, &e.session);
    let whole = if e.whole {
        ""
    } else {
        ", of which it shows a part only"
    };
    format!(
        "{of} waits for your word on {}, as {} shows{whole}; {} offered.",
        body_name(&e.body),
        source(&e.source),
        counted(e.choices.len(), "answer")
    )
}

pub(super) fn witnessed(e: &PromptWitnessed, state: &State) -> String {
    format!(
        "{} shows {} too.",
        capital(&source(&e.source)),
        prompt_name(state, e.prompt)
    )
}

pub(super) fn delivered(e: &PromptDelivered, state: &State) -> String {
    format!(
        "{} stands in chat.db as sent, all of it: from here on it may be answered.",
        capital(&notice_name(state, e.notice))
    )
}

pub(super) fn closed(e: &PromptClosed, state: &State) -> String {
    let how = match e.how {
        PromptEnd::ByUs => "by our answer",
        PromptEnd::Elsewhere => "somebody answered it at the desk or in another window",
        PromptEnd::TurnEnded => "its turn ended",
        PromptEnd::Gone => "it is gone, and nothing says why",
    };
    let who = e
        .source
        .as_ref()
        .map_or_else(|| "the rollout".into(), source);
    format!(
        "{} is closed: {how}, as {who} tells.",
        capital(&prompt_name(state, e.prompt))
    )
}

pub(super) fn thread_status(e: &ThreadStatusChanged, state: &State) -> String {
    let is = match e.status {
        ThreadState::Idle => "does nothing",
        ThreadState::Active { approval: true, .. } => "runs a turn that waits for an approval",
        ThreadState::Active { input: true, .. } => "runs a turn that waits for an answer",
        ThreadState::Active { .. } => "runs a turn",
        ThreadState::NotLoaded => "is not loaded",
        ThreadState::Failed => "has failed",
    };
    format!(
        "The app-server tells that {} {is}.",
        session_name(state, &e.session)
    )
}

pub(super) fn rate_limits(e: &RateLimitsChanged) -> String {
    let windows = e
        .windows
        .iter()
        .map(|window| format!("{} {} %", window.name, window.used));
    let windows: Vec<_> = windows.collect();
    format!("Used of Codex's allowance: {}.", windows.join(", "))
}

pub(super) fn link(e: &AppServerLinkChanged) -> String {
    match &e.state {
        LinkState::Up { server } => {
            format!(
                "The app-server is connected ({server}, connection {}).",
                e.generation
            )
        }
        LinkState::Down { why } => format!("The app-server is not connected: {why}."),
    }
}

pub(super) fn answered(e: &PromptAnswered, state: &State) -> String {
    let answer = match &e.answer {
        PromptAnswer::Choose { choice, meaning } => {
            format!("answer {}, {}", choice + 1, means(meaning))
        }
        PromptAnswer::Questions(answers) => counted(answers.len(), "answer"),
        PromptAnswer::Fields(fields) => counted(fields.len(), "field"),
    };
    format!(
        "Your message answers {}: {answer}, because {}.",
        prompt_name(state, e.prompt),
        words::matched(e.matched)
    )
}

const fn means(meaning: &Meaning) -> &'static str {
    match meaning {
        Meaning::Accept => "allowed once",
        Meaning::AcceptForSession => "allowed for this session",
        Meaning::AcceptAlways { .. } => "allowed also later",
        Meaning::Decline => "refused",
        Meaning::Cancel => "refused, and the turn ends",
        Meaning::DeclineAlways { .. } => "refused also later",
        Meaning::AcceptFresh => "carried out in a new thread",
        Meaning::Other => "as Codex words it",
    }
}

pub(super) fn expired(e: &PromptExpired, state: &State) -> String {
    let name = capital(&prompt_name(state, e.prompt));
    format!("{name} waited so long that its notice no longer counts; nothing was answered.")
}

pub(super) fn shown(e: &PromptShown, state: &State) -> String {
    let whole = if e.whole { "all" } else { "a part" };
    format!(
        "Notice {} tells {whole} of {}.",
        e.notice,
        prompt_name(state, e.prompt)
    )
}
