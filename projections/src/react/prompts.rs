//! One prompt: what the owner is told of it, and what follows from its end.

use super::draft::Draft;
use super::notices;
use crate::prompts::Prompt;
use events::command::InterruptTurn;
use events::event::Topic;
use events::outcome::How;
use events::prompt::{
    AnswerPrompt, PromptBody, PromptClosed, PromptEnd, PromptExpired, PromptSource,
};
use events::{Event, Outcome, Seq};

/// A prompt ended: its notice is retired.
pub(super) fn end(draft: &mut Draft, prompt: Seq, how: &PromptEnd, source: Option<&PromptSource>) {
    let Some(known) = draft.state().prompts.open.get(&prompt).cloned() else {
        return;
    };
    draft.record(Event::PromptClosed(PromptClosed {
        prompt,
        how: how.clone(),
        source: source.cloned(),
    }));
    let topics = topics(prompt, &known);
    let mine = |other: &Topic, _| topics.contains(other);
    notices::withdraw(draft, &known.session, mine, "it was answered or has ended");
}

/// What the notices of a prompt are about.
fn topics(seq: Seq, prompt: &Prompt) -> Vec<Topic> {
    let question = matches!(prompt.body, PromptBody::Questions(_));
    let call = prompt.call.clone().filter(|_| question);
    let topics = call.map(Topic::Question).into_iter();
    topics.chain([Topic::Prompt(seq)]).collect()
}

/// How it ended, as a person says it.
pub(super) const fn ended(how: &PromptEnd) -> &'static str {
    match how {
        PromptEnd::ByUs => "it was answered by a message of yours.",
        PromptEnd::Elsewhere => "it was answered elsewhere.",
        PromptEnd::TurnEnded => "its turn has ended.",
        PromptEnd::Gone => "it is not there any more.",
    }
}

/// The notice of a prompt no longer counts. Nothing is answered by that.
pub(super) fn too_old(draft: &mut Draft, prompt: Seq) {
    if draft.state().prompts.open.contains_key(&prompt) {
        draft.record(Event::PromptExpired(PromptExpired { prompt }));
    }
}

/// An answer ended, one way or the other.
pub(super) fn settled(
    draft: &mut Draft,
    answer: &AnswerPrompt,
    _how: Option<&How>,
    outcome: &Outcome,
) {
    if matches!(outcome, Outcome::Done(_)) {
        end(draft, answer.prompt, &PromptEnd::ByUs, None);
    }
}

/// An interruption ended, one way or the other.
pub(super) fn interrupted(_draft: &mut Draft, _interrupt: &InterruptTurn, _outcome: &Outcome) {}
