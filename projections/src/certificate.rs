//! The life of one prompt, told from the log: what was shown, when it was delivered,
//! which message answered it and how it was matched, how the answer reached Codex,
//! and how Codex resolved it. Pure; no text of anybody is in it.

#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "a story picks out the few events that belong to it"
)]

use crate::endings;
use events::prompt::{
    AnswerWay, Matched, Meaning, PromptAnswer, PromptAsked, PromptBody, PromptEnd, PromptSource,
};
use events::{Command, CommandId, Envelope, Event, Guid, Seq};
use std::collections::BTreeSet;

/// One step of a prompt's life.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// Where in the log.
    pub at: Seq,
    /// What happened.
    pub told: String,
}

/// The certificate of a prompt; `None` where the log knows no prompt at this position.
pub fn certificate(log: &[Envelope], prompt: Seq) -> Option<Vec<Step>> {
    let mut steps = Vec::new();
    let mut commands: BTreeSet<CommandId> = BTreeSet::new();
    for entry in log {
        let told = match &entry.event {
            Event::PromptAsked(e) if entry.seq == prompt => asked(e),
            Event::CommandRequested(e) => match &e.command {
                Command::AnswerPrompt(answer) if answer.prompt == prompt => {
                    commands.insert(e.id);
                    format!("Try {}: {}.", e.id, by(&answer.way))
                }
                _ => continue,
            },
            Event::CommandStarted(e) if commands.contains(&e.id) => {
                format!("{} was begun.", e.id)
            }
            Event::CommandPerformed(e) if commands.contains(&e.id) => {
                format!("{}: {}.", e.id, endings::performed(&e.performed))
            }
            Event::CommandSettled(e) if commands.contains(&e.id) => {
                format!("{} ended: {}.", e.id, endings::outcome(&e.outcome))
            }
            other => match about(other, prompt) {
                Some(told) => told,
                None => continue,
            },
        };
        steps.push(Step {
            at: entry.seq,
            told,
        });
    }
    let known = steps.first().is_some_and(|step| step.at == prompt);
    known.then_some(steps)
}

/// The prompts that a message answered.
pub fn answered_by(log: &[Envelope], inbound: &Guid) -> Vec<Seq> {
    let answered = log.iter().filter_map(|entry| match &entry.event {
        Event::PromptAnswered(e) if e.inbound == *inbound => Some(e.prompt),
        _ => None,
    });
    answered.collect()
}

fn about(event: &Event, prompt: Seq) -> Option<String> {
    Some(match event {
        Event::PromptWitnessed(e) if e.prompt == prompt => {
            format!(
                "{} shows it too (fingerprint {:?}).",
                source(&e.source),
                e.digest
            )
        }
        Event::PromptShown(e) if e.prompt == prompt => {
            let whole = if e.whole { "all of it" } else { "a part of it" };
            format!("Notice {} tells {whole}.", e.notice)
        }
        Event::PromptDelivered(e) if e.prompt == prompt => {
            format!(
                "Notice {} is in chat.db as sent; its last row is {}.",
                e.notice, e.row
            )
        }
        Event::PromptAnswered(e) if e.prompt == prompt => format!(
            "Message {} answers it with {}; {}. It is bound to fingerprint {:?}.",
            e.inbound,
            answer(&e.answer),
            matched(e.matched),
            e.digest
        ),
        Event::PromptExpired(e) if e.prompt == prompt => {
            "Its notice became too old to count; nothing was answered by that.".into()
        }
        Event::PromptClosed(e) if e.prompt == prompt => {
            let who = e
                .source
                .as_ref()
                .map_or_else(String::new, |s| format!(", says {}", source(s)));
            format!("It is not up any more: {}{who}.", ended(&e.how))
        }
        _ => return None,
    })
}

fn asked(e: &PromptAsked) -> String {
    let what = match &e.body {
        PromptBody::Command(_) => "to run a command",
        PromptBody::Patch(_) => "to change files",
        PromptBody::Permissions(_) => "for more permissions",
        PromptBody::Elicitation(_) => "for an MCP server",
        PromptBody::Questions(_) => "a question",
        PromptBody::Plan { .. } => "whether to carry out a plan",
    };
    format!(
        "{} asked {what} in {}; {} choices, fingerprint {:?}.",
        source(&e.source),
        e.session,
        e.choices.len(),
        e.digest
    )
}

fn source(source: &PromptSource) -> String {
    match source {
        PromptSource::AppServer { request, .. } => format!("Codex's server (request {request})"),
        PromptSource::Screen { pane } => format!("The screen of {pane}"),
        PromptSource::Hook { .. } => "A hook".into(),
        PromptSource::Rollout { offset } => format!("The rollout (before byte {offset})"),
    }
}

fn by(way: &AnswerWay) -> String {
    match way {
        AnswerWay::AppServer { request, .. } => format!("reply to request {request}"),
        AnswerWay::Keys { .. } => {
            "press the key of the choice, if the same modal is still up".into()
        }
    }
}

const fn matched(how: Matched) -> &'static str {
    match how {
        Matched::Reply => "it replies to its notice",
        Matched::Named => "it names the session",
        Matched::OnlyOne => "nothing else was open, and the notice was there before it was written",
        Matched::Listed => "it uses the number of the list that was sent",
        Matched::Tapback => "it is a tapback on its notice",
    }
}

const fn answer(answer: &PromptAnswer) -> &'static str {
    match answer {
        PromptAnswer::Choose { meaning, .. } => match meaning {
            Meaning::Accept => "yes",
            Meaning::AcceptForSession => "yes for this session",
            Meaning::AcceptAlways { .. } => "always",
            Meaning::Decline => "no",
            Meaning::Cancel => "no, and the turn ends",
            Meaning::DeclineAlways { .. } => "never",
            Meaning::AcceptFresh => "yes with a cleared context",
            Meaning::Other => "another choice",
        },
        PromptAnswer::Questions(_) => "answers to its questions",
        PromptAnswer::Fields(_) => "what goes into its fields",
    }
}

const fn ended(how: &PromptEnd) -> &'static str {
    match how {
        PromptEnd::ByUs => "our answer closed it",
        PromptEnd::Elsewhere => "it was answered elsewhere",
        PromptEnd::TurnEnded => "its turn ended",
        PromptEnd::Gone => "it is gone with Codex or its server",
    }
}
