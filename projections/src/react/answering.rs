//! Answers to prompts. An answer is bound to exactly one prompt, and counts only if that
//! prompt's notice was there, whole, before the answer was written.

use super::draft::{Draft, decide};
use super::notices;
use crate::heading::Heading;
use crate::prompt_answers::{self as answers, Said};
use crate::prompt_text::brief;
use crate::prompts::{Past, Prompt};
use crate::render::{ago, tidy};
use crate::routing::{self, Route};
use crate::waits;
use events::event::{Action, Candidate, InboundReceived, ReactionReceived, Rule, Topic};
use events::prompt::{
    AnswerPrompt, AnswerWay, Matched, Meaning, PromptAnswer, PromptAnswered, PromptBody,
    PromptChoice, PromptEnd, PromptsListed,
};
use events::{CallId, Command, Event, Guid, Seq, SessionId, Span, Text, Wall};

/// What a message replies to, where that is a prompt.
pub(super) enum Meant {
    /// One that is up.
    Open(Seq),
    /// One that was.
    Past(Past),
}

/// Takes a message that answers prompts; false: it is something else.
pub(super) fn took(draft: &mut Draft, event: &InboundReceived) -> bool {
    let words = event.text.reveal().clone();
    let bare = answers::bare(&words).is_some();
    if let Some(reply_to) = &event.reply_to {
        return match meant(draft, reply_to) {
            Some(Meant::Open(prompt)) => answer(draft, event, prompt, Matched::Reply, &words),
            Some(Meant::Past(past)) if bare => {
                over(draft, event, &past, None);
                true
            }
            Some(Meant::Past(_)) | None => false,
        };
    }
    bare && unaddressed(draft, event, &words)
}

pub(super) fn meant(draft: &Draft, reply_to: &Guid) -> Option<Meant> {
    let state = draft.state();
    let (_, topic) = routing::noticed(state, reply_to)?;
    match topic {
        Topic::Prompt(seq) if state.prompts.open.contains_key(seq) => Some(Meant::Open(*seq)),
        Topic::Prompt(seq) => past(draft, |past| past.prompt == *seq).map(Meant::Past),
        Topic::Question(call) => {
            let mine = |other: &Option<CallId>| other.as_ref() == Some(call);
            let open = state.prompts.open.iter().find(|(_, p)| mine(&p.call));
            open.map(|(seq, _)| Meant::Open(*seq))
        }
        Topic::TurnEnd(_)
        | Topic::Progress
        | Topic::Answer(_)
        | Topic::Receipt(_)
        | Topic::Request
        | Topic::Health
        | Topic::Missing
        | Topic::Unanswered => None,
    }
}

fn past(draft: &Draft, fits: impl Fn(&Past) -> bool) -> Option<Past> {
    let newest = draft.state().prompts.closed.iter().rev();
    newest.into_iter().find(|past| fits(past)).cloned()
}

/// One word that answers, without a name and not in a thread.
fn unaddressed(draft: &mut Draft, event: &InboundReceived, words: &str) -> bool {
    let open = approvals(draft, None);
    match open.as_slice() {
        [] => too_late(draft, event, None),
        [only] if delivered(draft, *only, event.date) => {
            meant_for_another(draft, event, *only, None)
                || answer(draft, event, *only, Matched::OnlyOne, words)
        }
        [only] => {
            let why = not_yet(draft, *only);
            refuse(draft, event, Some(*only), &why);
            true
        }
        _ => {
            let body = format!(
                "Several things wait, so nothing was answered. Write \"@ref yes\", or the numbers: \"1 yes, 2 no\".\n{}",
                numbered(draft, &open)
            );
            list(draft, event, &open, &body);
            true
        }
    }
}

/// What waits for a decision, oldest first. Questions have answers of their own.
fn approvals(draft: &Draft, session: Option<&SessionId>) -> Vec<Seq> {
    let mine = |p: &Prompt| session.is_none_or(|session| p.session == *session);
    let open = draft.state().prompts.open.iter();
    open.filter(|(_, p)| mine(p) && !matches!(p.body, PromptBody::Questions(_)))
        .map(|(seq, _)| *seq)
        .collect()
}

/// A yes or no where nothing waits any more: it was meant for what was answered elsewhere.
fn too_late(draft: &mut Draft, event: &InboundReceived, session: Option<&SessionId>) -> bool {
    let state = draft.state();
    let recent = |past: &Past| {
        let mine = session.is_none_or(|session| past.session == *session);
        let runs = state
            .sessions
            .get(&past.session)
            .is_some_and(|s| !s.finished);
        mine && past.delivered.is_some() && (runs || past.at.until(event.date) < Span::seconds(600))
    };
    let Some(past) = past(draft, recent) else {
        return false;
    };
    over(draft, event, &past, None);
    true
}

/// It is not up any more: nothing is done, and the owner hears who resolved it.
pub(super) fn over(draft: &mut Draft, event: &InboundReceived, past: &Past, other: Option<Seq>) {
    let how = match past.how {
        PromptEnd::ByUs => "A message of yours had answered it already.",
        PromptEnd::Elsewhere => "It had been answered elsewhere, at the desk or in another window.",
        PromptEnd::TurnEnded => "Its turn had ended.",
        PromptEnd::Gone => "It was gone: Codex or its server had ended.",
    };
    let what = past.brief.reveal();
    let mut body =
        format!("That is no longer open, and nothing was done. {how} It was about this: {what}.");
    if let Some(waits) = other.and_then(|seq| draft.state().prompts.open.get(&seq)) {
        let still = format!(
            " Still waiting: {}. Answer in reply to its text, or with its number in \"pending\".",
            brief(waits)
        );
        body.push_str(&still);
    }
    let route = route(Rule::Control, Some(past.session.clone()));
    decide(draft, &event.guid, route, Action::Reply);
    let session = Some(&past.session);
    notices::answer(draft, &event.guid, session, &Heading::TooLate, &body);
}

/// One word means what the owner was told last. Where that is closed by now, and not by an
/// answer of theirs that they know of, the word was not for what is still open.
fn meant_for_another(
    draft: &mut Draft,
    event: &InboundReceived,
    only: Seq,
    session: Option<&SessionId>,
) -> bool {
    let open = draft.state().prompts.open.get(&only);
    let Some(told) = open.and_then(|p| p.last_text) else {
        return false;
    };
    let newer = |past: &Past| {
        let mine = session.is_none_or(|session| past.session == *session);
        let between = past
            .last_text
            .is_some_and(|at| told < at && at <= event.date);
        let known = past.how == PromptEnd::ByUs && past.at.until(event.date) >= waits::TWICE;
        mine && between && !known
    };
    let Some(past) = past(draft, newer) else {
        return false;
    };
    over(draft, event, &past, Some(only));
    true
}

/// The whole notice of the prompt stood in chat.db as sent before this was written.
pub(super) fn delivered(draft: &Draft, prompt: Seq, written: Wall) -> bool {
    let prompt = draft.state().prompts.open.get(&prompt);
    let notice = prompt.and_then(|prompt| prompt.notice.as_ref());
    notice.is_some_and(|notice| notice.delivered.is_some_and(|at| at <= written))
}

pub(super) fn not_yet(draft: &Draft, prompt: Seq) -> String {
    let what = draft
        .state()
        .prompts
        .open
        .get(&prompt)
        .map_or_else(String::new, brief);
    format!(
        "Nothing was answered: your message was written before the text about this was there: {what}. \
         Answer again, in reply to that text or with its ref."
    )
}

/// Words that are for a session which waits for a decision; false: it does not, or they are
/// something else. `named`: they name the session, and do not only stand in a thread about it.
pub(super) fn for_session(
    draft: &mut Draft,
    event: &InboundReceived,
    session: &SessionId,
    named: bool,
    words: &str,
) -> bool {
    let open = approvals(draft, Some(session));
    let bare = answers::bare(words).is_some();
    match open.as_slice() {
        [] => {
            question(draft, event, session, words)
                || (bare && too_late(draft, event, Some(session)))
        }
        [only] if !answers_it(draft, *only, words) => {
            answer(draft, event, *only, Matched::Named, words)
        }
        [only] if !named => {
            let why = elsewhere(draft, *only);
            refuse(draft, event, Some(*only), &why);
            true
        }
        [only] if !delivered(draft, *only, event.date) => {
            let why = not_yet(draft, *only);
            refuse(draft, event, Some(*only), &why);
            true
        }
        [only] => {
            meant_for_another(draft, event, *only, Some(session))
                || answer(draft, event, *only, Matched::Named, words)
        }
        _ => {
            let body = format!(
                "Several things wait there, so nothing was answered. Reply to one of their texts, or use the numbers.\n{}",
                numbered(draft, &open)
            );
            list(draft, event, &open, &body);
            true
        }
    }
}

/// Whether the words are an answer to the prompt, by a word or by the label of a choice.
fn answers_it(draft: &Draft, prompt: Seq, words: &str) -> bool {
    let open = draft.state().prompts.open.get(&prompt);
    open.is_some_and(|prompt| matches!(answers::read(prompt, words), Said::Answer { .. }))
}

fn elsewhere(draft: &Draft, prompt: Seq) -> String {
    let open = draft.state().prompts.open.get(&prompt);
    let what = open.map_or_else(String::new, brief);
    format!(
        "Nothing was answered: your message does not reply to the text that asks. It waits to {what}. \
         Reply to that text, or put the ref in front of your answer."
    )
}

/// Its question, where Codex's server takes the answer.
fn question(draft: &mut Draft, event: &InboundReceived, session: &SessionId, words: &str) -> bool {
    let open = draft.state().prompts.of(session).next();
    let Some((prompt, _)) = open else {
        return false;
    };
    answer(draft, event, prompt, Matched::Named, words)
}

/// Binds an answer to a prompt, or says why not. False: another way of answering has it.
fn answer(
    draft: &mut Draft,
    event: &InboundReceived,
    seq: Seq,
    matched: Matched,
    words: &str,
) -> bool {
    let Some(prompt) = draft.state().prompts.open.get(&seq).cloned() else {
        return false;
    };
    let by_server = matches!(prompt.way(), Some((AnswerWay::AppServer { .. }, _)));
    if matches!(prompt.body, PromptBody::Questions(_)) && !by_server {
        return false;
    }
    if matched == Matched::Reply && !answers_whole(draft, &prompt, seq, event.date, words) {
        let why = not_yet(draft, seq);
        refuse(draft, event, Some(seq), &why);
        return true;
    }
    match checked(draft, &prompt, words) {
        Err(why) => refuse(draft, event, Some(seq), &why),
        Ok((answer, reason)) => {
            let rule = match matched {
                Matched::Reply => Rule::ReplyThread,
                Matched::Named => Rule::Named,
                Matched::OnlyOne => Rule::OnlyPrompt,
                Matched::Listed => Rule::Listed,
                Matched::Tapback => Rule::Tapback,
            };
            let route = route(rule, Some(prompt.session.clone()));
            let action = Action::Answer { prompts: vec![seq] };
            decide(draft, &event.guid, route, action);
            bind(draft, event, seq, &prompt, matched, answer, reason);
        }
    }
    true
}

/// What is replied to is there; what has several texts must be there with all of them.
fn answers_whole(draft: &Draft, prompt: &Prompt, seq: Seq, date: Wall, words: &str) -> bool {
    let several = prompt
        .notice
        .as_ref()
        .is_some_and(|notice| notice.parts > 1);
    !several || !answers_it(draft, seq, words) || delivered(draft, seq, date)
}

/// The answer, if everything speaks for it.
pub(super) fn checked(
    draft: &Draft,
    prompt: &Prompt,
    words: &str,
) -> Result<(PromptAnswer, Option<String>), String> {
    if prompt.answered.is_some() {
        return Err(
            "It has been answered by a message of yours before; nothing more was done.".into(),
        );
    }
    let (answer, reason) = match answers::read(prompt, words) {
        Said::Answer { answer, words } => (answer, words),
        Said::Not(why) => {
            return Err(format!(
                "Nothing was answered: it waits to {}. {why}",
                brief(prompt)
            ));
        }
    };
    let session = draft.state().sessions.get(&prompt.session);
    let show = session.map_or_else(String::new, |s| format!("\"show @{}\"", s.reference));
    if prompt.expired {
        return Err(format!(
            "That text is too old to count; nothing was answered. {show} sends it again."
        ));
    }
    let question = matches!(prompt.body, PromptBody::Questions(_));
    let seen = prompt.notice.as_ref().is_some_and(|notice| notice.whole);
    if answers::approves(&answer) && !seen && !question {
        let why = if prompt.whole {
            format!("{show} sends all of it first.")
        } else {
            "Codex's screen does not show all of it: decide where it runs.".into()
        };
        return Err(format!(
            "Nothing was allowed: you have not received all of it. {why}"
        ));
    }
    if prompt.way().is_none() {
        return Err("Nothing was answered: it can only be answered where it runs.".into());
    }
    Ok((answer, reason))
}

/// The answer is recorded, and owed to Codex.
pub(super) fn bind(
    draft: &mut Draft,
    event: &InboundReceived,
    seq: Seq,
    prompt: &Prompt,
    matched: Matched,
    answer: PromptAnswer,
    reason: Option<String>,
) {
    let Some((mut way, witness)) = prompt.way() else {
        return;
    };
    let answer = there(answer, &witness.choices);
    let session = draft.state().sessions.get(&prompt.session);
    let cwd = session.map(|s| s.meta.cwd.clone()).unwrap_or_default();
    if let (AnswerWay::Keys { hints }, Some(session)) = (&mut way, session) {
        hints.extend(session.panes.iter().rev().cloned());
    }
    let words = reason.map(Text::from);
    draft.record(Event::PromptAnswered(PromptAnswered {
        prompt: seq,
        inbound: event.guid.clone(),
        matched,
        answer: answer.clone(),
        words: words.clone(),
        digest: witness.digest,
    }));
    let command = AnswerPrompt {
        inbound: event.guid.clone(),
        prompt: seq,
        session: prompt.session.clone(),
        turn: prompt.turn.clone(),
        call: prompt.call.clone(),
        cwd,
        digest: witness.digest,
        way,
        answer,
        words,
    };
    draft.request(Command::AnswerPrompt(command), 1);
}

/// The same choice in the list of the source that is answered.
fn there(answer: PromptAnswer, offered: &[PromptChoice]) -> PromptAnswer {
    let PromptAnswer::Choose { choice, meaning } = answer else {
        return answer;
    };
    let same = |other: &PromptChoice| other.meaning == meaning && meaning != Meaning::Other;
    let place = offered.iter().position(same);
    let choice = place
        .and_then(|nth| u16::try_from(nth).ok())
        .unwrap_or(choice);
    PromptAnswer::Choose { choice, meaning }
}

pub(super) fn route(rule: Rule, target: Option<SessionId>) -> Route {
    let evidence = "has what waits for this answer".to_owned();
    let candidates = target.iter().map(|session| Candidate {
        session: session.clone(),
        evidence: evidence.clone(),
        chosen: true,
    });
    let candidates = candidates.collect();
    Route {
        rule,
        target,
        about: None,
        candidates,
    }
}

pub(super) fn refuse(draft: &mut Draft, event: &InboundReceived, prompt: Option<Seq>, why: &str) {
    let known = prompt.and_then(|seq| draft.state().prompts.open.get(&seq));
    let session = known.map(|prompt| prompt.session.clone());
    let route = route(Rule::Control, session.clone());
    decide(draft, &event.guid, route, Action::Reply);
    notices::answer(
        draft,
        &event.guid,
        session.as_ref(),
        &Heading::NotAnswered,
        why,
    );
}

/// The open prompts, a line each.
pub(super) fn numbered(draft: &Draft, prompts: &[Seq]) -> String {
    let state = draft.state();
    let line = |(nth, seq): (usize, &Seq)| {
        let prompt = state.prompts.open.get(seq)?;
        let name = state
            .sessions
            .get(&prompt.session)
            .map_or_else(String::new, |s| {
                format!("@{} {}: ", s.reference, tidy(s.name(), 30))
            });
        let when = ago(prompt.at.until(draft.now().wall));
        Some(format!("{}. {name}{} ({when})", nth + 1, brief(prompt)))
    };
    let lines: Vec<_> = prompts.iter().enumerate().filter_map(line).collect();
    lines.join("\n")
}

pub(super) fn list(draft: &mut Draft, event: &InboundReceived, prompts: &[Seq], body: &str) {
    let route = route(Rule::Ambiguous, None);
    decide(draft, &event.guid, route, Action::Reply);
    draft.record(Event::PromptsListed(PromptsListed {
        inbound: event.guid.clone(),
        prompts: prompts.to_vec(),
    }));
    notices::answer(draft, &event.guid, None, &Heading::WaitingForYou, body);
}

/// A tapback on a prompt's own notice, where it is one.
pub(super) fn tapback(draft: &mut Draft, reaction: &ReactionReceived, yes: bool) {
    let on = &reaction.target.guid;
    let Some(Meant::Open(seq)) = meant(draft, on) else {
        return;
    };
    let word = if yes { "yes" } else { "no" };
    let event = InboundReceived {
        rowid: reaction.rowid,
        guid: reaction.guid.clone(),
        date: reaction.date,
        text: word.into(),
        reply_to: Some(on.clone()),
        attachments: false,
        self_chat: false,
        from_me: false,
    };
    let sent = draft.state().ledger.sent.by_guid(on);
    let told = sent.map(|sent| sent.notice);
    let prompt = draft.state().prompts.open.get(&seq);
    let newest = prompt.and_then(|prompt| prompt.notice.as_ref());
    if told != newest.map(|notice| notice.id) || !delivered(draft, seq, event.date) {
        let why = "Nothing was answered: that text has been replaced by a newer one.";
        return refuse(draft, &event, Some(seq), why);
    }
    // What takes no yes or no is not answered by a thumb.
    let _ = answer(draft, &event, seq, Matched::Tapback, word);
}
