//! One prompt: what the owner is told of it, and what follows from its end.

use super::draft::{Draft, topic_known};
use super::notices;
use crate::endings;
use crate::heading::Heading;
use crate::prompt_text::{self, brief};
use crate::prompts::Prompt;
use crate::redact::redact;
use events::event::{OutgoingSeen, Topic};
use events::outcome::{Failure, How};
use events::prompt::{
    AnswerPrompt, Meaning, PromptAnswer, PromptBody, PromptClosed, PromptDelivered, PromptEnd,
    PromptExpired, PromptShown, PromptSource,
};
use events::settings::NotifyMode;
use events::{Event, Outcome, Seq, SessionId, Wall};

/// Tells a prompt to the owner, once. Before its session is known it waits for that.
pub(super) fn tell(draft: &mut Draft, seq: Seq) {
    let state = draft.state();
    let Some(prompt) = state.prompts.open.get(&seq) else {
        return;
    };
    let known = state.sessions.get(&prompt.session).is_some();
    let quiet = state.settings.mode == NotifyMode::StateOnly;
    let topic = topic(seq, prompt);
    if known && !quiet && prompt.notice.is_none() && !topic_known(state, &prompt.session, &topic) {
        show(draft, seq, false);
    }
}

/// Tells what waited for its session to be known.
pub(super) fn tell_waiting(draft: &mut Draft, session: &SessionId) {
    let open = draft.state().prompts.of(session);
    let open: Vec<_> = open.map(|(seq, _)| seq).collect();
    for prompt in open {
        tell(draft, prompt);
    }
}

/// Queues the notice of a prompt; with `all`, in as many texts as it takes.
pub(super) fn show(draft: &mut Draft, seq: Seq, all: bool) {
    let state = draft.state();
    let Some(prompt) = state.prompts.open.get(&seq) else {
        return;
    };
    let (id, topic) = (prompt.session.clone(), topic(seq, prompt));
    let max = state.settings.max_len as usize;
    let told = prompt_text::notice(state.sessions.get(&id), prompt, max, all);
    let before = prompt.notice.as_ref().map(|notice| notice.id);
    let open = |seq: &Seq| {
        state
            .outbox
            .open
            .get(seq)
            .is_some_and(|n| notices::unsent(state, n))
    };
    let replaces: Vec<_> = before.into_iter().filter(open).collect();
    let Some(notice) = notices::instead(draft, &replaces, Some(&id), topic, told.parts) else {
        return;
    };
    draft.record(Event::PromptShown(PromptShown {
        prompt: seq,
        notice,
        whole: told.whole,
    }));
}

/// Another source shows all of what was cut: the notice that is not sent yet says it too.
pub(super) fn shown_more(draft: &mut Draft, seq: Seq) {
    let state = draft.state();
    let notice = state.prompts.open.get(&seq).and_then(|p| p.notice.as_ref());
    let open = notice.and_then(|notice| state.outbox.open.get(&notice.id));
    if open.is_some_and(|notice| notices::unsent(state, notice)) {
        show(draft, seq, false);
    }
}

/// Our row was seen: the notice of a prompt may be there now, all of it.
pub(super) fn delivered(draft: &mut Draft, row: &OutgoingSeen, date: Option<Wall>) {
    let state = draft.state();
    let Some(notice) = state.ledger.sent.get(row.command).map(|sent| sent.notice) else {
        return;
    };
    let tells = |prompt: &Prompt| {
        let its = prompt.notice.as_ref();
        its.is_some_and(|its| its.id == notice && its.delivered.is_none())
    };
    let open = state.prompts.open.iter().find(|(_, prompt)| tells(prompt));
    let Some((prompt, parts)) = open.map(|(seq, p)| (*seq, p.notice.as_ref().map(|t| t.parts)))
    else {
        return;
    };
    let there = state
        .ledger
        .sent
        .of_notice(notice)
        .filter(|sent| sent.guid.is_some() && !sent.failed);
    if row.error != 0 || there.count() < usize::from(parts.unwrap_or(u16::MAX)) {
        return;
    }
    let date = date.unwrap_or(draft.now().wall);
    draft.record(Event::PromptDelivered(PromptDelivered {
        prompt,
        notice,
        row: row.guid.clone(),
        date,
    }));
}

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
    let topic = topic(prompt, &known);
    let mine = |other: &Topic, _| *other == topic;
    notices::withdraw(draft, &known.session, mine, "it was answered or has ended");
}

/// What the notice of a prompt is about: a question's is the same whoever tells it.
pub(super) fn topic(seq: Seq, prompt: &Prompt) -> Topic {
    match (&prompt.body, &prompt.call) {
        (PromptBody::Questions(_), Some(call)) => Topic::Question(call.clone()),
        _ => Topic::Prompt(seq),
    }
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
    let Some(known) = draft.state().prompts.open.get(&prompt).cloned() else {
        return;
    };
    draft.record(Event::PromptExpired(PromptExpired { prompt }));
    let session = draft.state().sessions.get(&known.session);
    let Some(reference) = session.map(|s| s.reference.clone()) else {
        return;
    };
    let body = format!(
        "It still waits to {}. Nothing was allowed and nothing was refused. An answer to the old text no longer counts; \"show @{reference}\" sends it again.",
        brief(&known)
    );
    notices::queue(
        draft,
        Some(&known.session),
        Topic::Health,
        &Heading::StillWaits,
        &body,
    );
}

/// The server that asked has ended, and what waited with it.
pub(super) fn gone_with_server(draft: &mut Draft, prompt: Seq) {
    let Some(known) = draft.state().prompts.open.get(&prompt).cloned() else {
        return;
    };
    // Who was told of it has to hear that it is gone.
    let notice = known.notice.as_ref();
    if notice.is_none_or(|notice| notice.delivered.is_none()) {
        return;
    }
    let body = format!(
        "Codex's background server has ended, and what waited there with it: {}. Nothing was \
         allowed. Open the session again where it runs to go on.",
        brief(&known)
    );
    notices::queue(
        draft,
        Some(&known.session),
        Topic::Health,
        &Heading::Gone,
        &body,
    );
}

/// An answer ended, one way or the other: the owner hears what became of it. Words that are
/// still to go to Codex are given back.
pub(super) fn settled(
    draft: &mut Draft,
    answer: &AnswerPrompt,
    how: Option<&How>,
    outcome: &Outcome,
) -> Option<String> {
    let what = what(draft, answer.prompt);
    let (kind, body) = match outcome {
        Outcome::Done(_) => (done(&answer.answer), what.unwrap_or_default()),
        Outcome::Failed(failure) => (Heading::NotAnswered, late(failure)),
        Outcome::Unknown(doubt) => (Heading::NotConfirmed, unconfirmed(&endings::doubt(doubt))),
        Outcome::Expired => return None,
    };
    if matches!(outcome, Outcome::Done(_)) {
        end(draft, answer.prompt, &PromptEnd::ByUs, None);
    } else if turn_is_over(draft, answer.prompt) {
        end(draft, answer.prompt, &PromptEnd::TurnEnded, None);
    }
    let topic = Topic::Receipt(answer.inbound.clone());
    notices::queue(draft, Some(&answer.session), topic, &kind, &body);
    let taken = matches!(how, Some(How::Replied { words: true }));
    let words = answer.words.as_ref().filter(|_| !taken)?;
    matches!(outcome, Outcome::Done(_)).then(|| words.reveal().clone())
}

/// It ended by an answer of ours.
pub(super) fn was_answered(draft: &Draft, prompt: Seq) -> bool {
    let mut newest = draft.state().prompts.closed.iter().rev();
    newest.any(|past| past.prompt == prompt && past.how == PromptEnd::ByUs)
}

/// What a prompt is about, whether it is still up or not.
fn what(draft: &Draft, prompt: Seq) -> Option<String> {
    let prompts = &draft.state().prompts;
    let up = prompts.open.get(&prompt).map(brief);
    up.or_else(|| {
        let mut newest = prompts.closed.iter().rev();
        let past = newest.find(|past| past.prompt == prompt)?;
        Some(past.brief.reveal().clone())
    })
}

/// The turn that waited has ended while an answer was on its way.
fn turn_is_over(draft: &Draft, prompt: Seq) -> bool {
    let state = draft.state();
    let Some(prompt) = state.prompts.open.get(&prompt) else {
        return false;
    };
    let Some(session) = state.sessions.get(&prompt.session) else {
        return false;
    };
    let over = match &prompt.turn {
        Some(turn) => session.ended.contains(turn),
        None => session.turn.is_none(),
    };
    over && !matches!(prompt.body, PromptBody::Plan { .. })
}

fn done(answer: &PromptAnswer) -> Heading {
    let PromptAnswer::Choose { meaning, .. } = answer else {
        return Heading::Answered;
    };
    match meaning {
        Meaning::Accept => Heading::Approved,
        Meaning::AcceptForSession => Heading::ApprovedForSession,
        Meaning::AcceptAlways { scope } => {
            let scope = redact(scope.reveal());
            Heading::Always(crate::escape::on_one_line(&scope))
        }
        Meaning::Decline => Heading::Refused,
        Meaning::Cancel => Heading::RefusedTurn,
        Meaning::DeclineAlways { .. } => Heading::RefusedAlways,
        Meaning::AcceptFresh => Heading::ApprovedFresh,
        Meaning::Other => Heading::Answered,
    }
}

fn late(failure: &Failure) -> String {
    let why = endings::failure(failure);
    if matches!(failure, Failure::PromptGone { .. }) {
        format!("Too late, nothing was done: {why}")
    } else {
        format!("Nothing was answered: {why}")
    }
}

fn unconfirmed(why: &str) -> String {
    format!(
        "Your answer may or may not have reached Codex: {why}. It is not sent again automatically; check the session."
    )
}
