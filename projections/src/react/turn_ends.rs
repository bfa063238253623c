//! What follows when an answer or an interruption has come to its end.

use super::draft::{Draft, decide};
use super::{dispatches, notices, replies};
use crate::heading::Heading;
use crate::routing::Route;
use events::command::InterruptTurn;
use events::event::{Action, Rule, Topic};
use events::outcome::Failure;
use events::prompt::{AnswerPrompt, Meaning, PromptAnswer};
use events::{Outcome, Text};

/// The words behind an answer go in as an instruction of the same message: into the turn
/// that goes on, else as the next one.
pub(super) fn behind(draft: &mut Draft, answer: &AnswerPrompt, words: &str) {
    let (inbound, session) = (&answer.inbound, &answer.session);
    let route = Route {
        rule: Rule::Control,
        target: Some(session.clone()),
        about: None,
        candidates: Vec::new(),
    };
    let text = Text::from(words);
    let declined = matches!(
        &answer.answer,
        PromptAnswer::Choose { meaning, .. } if *meaning == Meaning::Decline
    );
    let known = draft.state().sessions.get(session);
    let goes_on = declined && known.is_some_and(|session| session.turn.is_some());
    let action = if goes_on {
        Action::Steer { text }
    } else {
        Action::Instruct { text }
    };
    decide(draft, inbound, route, action);
    dispatches::advance(draft, session);
}

/// An interruption ended, one way or the other: the owner hears what became of it.
pub(super) fn stopped(draft: &mut Draft, interrupt: &InterruptTurn, outcome: &Outcome) {
    let (kind, body) = match outcome {
        Outcome::Done(_) => (&Heading::Stopped, String::new()),
        Outcome::Failed(Failure::NoTurn) => (&Heading::NothingRuns, "The turn had already ended.".into()),
        Outcome::Failed(failure) => (&Heading::NotStopped, format!("The turn goes on: {}", replies::why(failure))),
        Outcome::Unknown(_) => (
            &Heading::NotConfirmed,
            "Codex was asked to stop, but its record does not show that yet. The turn may still be running.".into(),
        ),
        Outcome::Expired => return,
    };
    let topic = Topic::Receipt(interrupt.inbound.clone());
    notices::queue(draft, Some(&interrupt.session), topic, kind, &body);
}
