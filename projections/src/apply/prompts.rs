//! What prompts and answers to them do to State.

use super::shared::{anomaly, deadlines};
use crate::prompt_text::brief;
use crate::prompts::{List, OPEN_MAX, Past, Prompt, PromptNotice, Prompts, Witness};
use crate::state::State;
use crate::waits;
use events::Seq;
use events::event::{Deadline, PromptNudged, Topic};
use events::prompt::{
    AnswerPrompt, PromptAnswered, PromptAsked, PromptClosed, PromptDelivered, PromptExpired,
    PromptShown, PromptWitnessed, PromptsListed,
};
use std::sync::Arc;

fn prompts(state: &mut State) -> &mut Prompts {
    Arc::make_mut(&mut state.prompts)
}

pub(super) fn asked(state: &mut State, seq: Seq, e: &PromptAsked) {
    let at = state.wall;
    let expiry = state.tick.after(state.settings.expiry);
    let prompt = Prompt {
        session: e.session.clone(),
        turn: e.turn.clone(),
        call: e.call.clone(),
        approval: e.approval.clone(),
        body: e.body.clone(),
        choices: e.choices.clone(),
        witnesses: vec![Witness {
            source: e.source.clone(),
            digest: e.digest,
            choices: e.choices.clone(),
        }],
        whole: e.whole,
        at,
        notice: None,
        answered: None,
        expired: false,
        nudged: false,
        last_text: None,
    };
    let open = &mut prompts(state).open;
    open.insert(seq, prompt);
    let oldest = (open.len() > OPEN_MAX).then(|| open.pop_first()).flatten();
    if let Some((oldest, _)) = oldest {
        deadlines(state).clear(&Deadline::Prompt(oldest));
        deadlines(state).clear(&Deadline::Nudge(oldest));
    }
    deadlines(state).set(Deadline::Prompt(seq), expiry);
}

pub(super) fn witnessed(state: &mut State, seq: Seq, e: &PromptWitnessed) {
    if !prompts(state).witness(e) {
        anomaly(state, seq, "a prompt was seen again that was not open");
    }
}

pub(super) fn shown(state: &mut State, e: &PromptShown) {
    let notice = state.outbox.open.get(&e.notice);
    let parts = notice.map_or(0, |notice| notice.parts.len());
    let expiry = state.tick.after(state.settings.expiry);
    let Some(prompt) = prompts(state).open.get_mut(&e.prompt) else {
        return;
    };
    prompt.notice = Some(PromptNotice {
        id: e.notice,
        parts: u16::try_from(parts).unwrap_or(u16::MAX),
        whole: e.whole,
        delivered: None,
        seen: None,
    });
    prompt.expired = false;
    deadlines(state).set(Deadline::Prompt(e.prompt), expiry);
}

pub(super) fn delivered(state: &mut State, e: &PromptDelivered) {
    let tick = state.tick;
    let prompt = prompts(state).open.get_mut(&e.prompt);
    let notice = prompt.and_then(|prompt| prompt.notice.as_mut());
    if let Some(notice) = notice.filter(|notice| notice.id == e.notice) {
        notice.delivered = Some(e.date);
        notice.seen = Some(tick);
    }
    let open = state.prompts.open.get(&e.prompt);
    let wait = state.settings.nudge;
    if wait.0 > 0 && open.is_some_and(|prompt| !prompt.nudged) {
        deadlines(state).set(Deadline::Nudge(e.prompt), tick.after(wait));
    }
}

/// A text of ours stands in chat.db as sent. Where it is about a prompt, that is what the owner
/// was told of last.
pub(super) fn told(state: &mut State, notice: Seq, date: events::Wall) {
    if let Some(prompt) = about(state, notice) {
        prompt.last_text = prompt.last_text.max(Some(date));
    }
}

/// A text of ours failed, maybe after it was taken for sent: it told the owner nothing.
pub(super) fn not_told(state: &mut State, notice: Seq) {
    let Some(prompt) = about(state, notice) else {
        return;
    };
    if let Some(its) = prompt.notice.as_mut().filter(|its| its.id == notice) {
        its.delivered = None;
        its.seen = None;
    }
    prompt.last_text = prompt.notice.as_ref().and_then(|notice| notice.delivered);
}

/// The open prompt that a notice is about.
fn about(state: &mut State, notice: Seq) -> Option<&mut Prompt> {
    let (_, Topic::Prompt(seq)) = state.outbox.about(notice)? else {
        return None;
    };
    let seq = *seq;
    state.prompts.open.contains_key(&seq).then_some(())?;
    prompts(state).open.get_mut(&seq)
}

/// The owner is reminded.
pub(super) fn nudged(state: &mut State, e: &PromptNudged) {
    deadlines(state).clear(&Deadline::Nudge(e.prompt));
    if let Some(prompt) = prompts(state).open.get_mut(&e.prompt) {
        prompt.nudged = true;
    }
}

/// It was time to remind the owner. Where that cannot be done now, it is looked after again,
/// until the owner is told that its notice no longer counts.
pub(super) fn nudge_due(state: &mut State, prompt: Seq) {
    let open = state.prompts.open.get(&prompt);
    if open.is_some_and(|p| !p.nudged && !p.expired) {
        let at = state.tick.after(waits::UNCHECKED);
        deadlines(state).set(Deadline::Nudge(prompt), at);
    }
}

/// The connection to the background server is another one, or there is none: what it showed
/// has to be shown again, in time.
pub(super) fn link_changed(state: &mut State) {
    if state.prompts.open.values().any(Prompt::is_by_server) {
        let at = state.tick.after(waits::SERVER_BACK);
        deadlines(state).set(Deadline::ServerPrompts, at);
    }
}

pub(super) fn closed(state: &mut State, seq: Seq, e: &PromptClosed) {
    deadlines(state).clear(&Deadline::Prompt(e.prompt));
    deadlines(state).clear(&Deadline::Nudge(e.prompt));
    let at = state.wall;
    let all = prompts(state);
    let Some(prompt) = all.open.remove(&e.prompt) else {
        return anomaly(state, seq, "a prompt was closed that was not open");
    };
    all.closed.push(Past {
        prompt: e.prompt,
        brief: brief(&prompt).into(),
        session: prompt.session,
        call: prompt.call,
        how: e.how.clone(),
        answered: prompt.answered,
        delivered: prompt.notice.and_then(|notice| notice.delivered),
        last_text: prompt.last_text,
        at,
    });
}

pub(super) fn answered(state: &mut State, e: &PromptAnswered) {
    if let Some(prompt) = prompts(state).open.get_mut(&e.prompt) {
        prompt.answered = Some(e.inbound.clone());
    }
}

/// The answer certainly did not reach Codex: the prompt may be answered again.
pub(super) fn unanswered(state: &mut State, answer: &AnswerPrompt) {
    if let Some(prompt) = prompts(state).open.get_mut(&answer.prompt) {
        prompt.answered = None;
    }
}

pub(super) fn listed(state: &mut State, seq: Seq, e: &PromptsListed) {
    let wall = state.wall;
    prompts(state).lists.push(List {
        at: seq,
        wall,
        inbound: e.inbound.clone(),
        prompts: e.prompts.clone(),
    });
}

pub(super) fn expired(state: &mut State, e: &PromptExpired) {
    if let Some(prompt) = prompts(state).open.get_mut(&e.prompt) {
        prompt.expired = true;
    }
}
