//! The list of open prompts: `pending` shows it numbered, `1 yes, 3 no` answers exactly
//! what it showed, and `show @ref` shows all of one.

use super::answering::{
    Meant, bind, checked, delivered, list, meant, not_yet, numbered, over, refuse, route,
};
use super::draft::{Draft, decide};
use super::{notices, prompts, replies};
use crate::heading::Heading;
use crate::promises;
use crate::routing;
use events::Seq;
use events::event::{Action, InboundReceived, Rule};
use events::prompt::Matched;

/// The answer to `pending`.
pub(super) fn pending(draft: &mut Draft, event: &InboundReceived) {
    let open: Vec<Seq> = draft.state().prompts.open.keys().copied().collect();
    let promised = promises::lines(draft.state(), draft.now().wall);
    if open.is_empty() {
        let route = route(Rule::Control, None);
        decide(draft, &event.guid, route, Action::Reply);
        let nothing = "Nothing waits for your approval.".to_owned();
        let lines = std::iter::once(nothing).chain(promised);
        let body = lines.collect::<Vec<_>>().join("\n");
        return notices::answer(draft, &event.guid, None, &Heading::NothingWaits, &body);
    }
    let answer = "Answer by number: \"1 yes, 2 no\".".to_owned();
    let lines = [numbered(draft, &open), answer].into_iter().chain(promised);
    let body = lines.collect::<Vec<_>>().join("\n");
    list(draft, event, &open, &body);
}

/// `show @ref`: all of what waits there.
pub(super) fn show(draft: &mut Draft, event: &InboundReceived, name: Option<&str>) -> bool {
    let open: Vec<Seq> = match (name, &event.reply_to) {
        (Some(name), _) => {
            let route = routing::named(draft.state(), name);
            let Some(session) = route.target.clone() else {
                let body = replies::unknown(draft.state(), &route, name);
                decide(draft, &event.guid, route, Action::Reply);
                notices::answer(draft, &event.guid, None, &Heading::NoSuchSession, &body);
                return true;
            };
            draft
                .state()
                .prompts
                .of(&session)
                .map(|(seq, _)| seq)
                .collect()
        }
        (None, Some(reply_to)) => match meant(draft, reply_to) {
            Some(Meant::Open(seq)) => vec![seq],
            Some(Meant::Past(past)) => {
                over(draft, event, &past, None);
                return true;
            }
            None => return false,
        },
        (None, None) => draft.state().prompts.open.keys().copied().collect(),
    };
    if open.is_empty() {
        if name.is_none() {
            return false;
        }
        refuse(draft, event, None, "Nothing waits for your approval there.");
        return true;
    }
    let route = route(Rule::Control, None);
    decide(draft, &event.guid, route, Action::Reply);
    for prompt in open {
        prompts::show(draft, prompt, true);
    }
    true
}

/// Answers by the numbers of the newest list.
pub(super) fn listed(draft: &mut Draft, event: &InboundReceived, said: &[(usize, String)]) -> bool {
    let prompts = &draft.state().prompts;
    let Some(list) = prompts.lists.last().cloned() else {
        return false;
    };
    let newer = prompts.open.keys().any(|seq| *seq > list.at);
    if !notices::answer_was_there(draft.state(), list.at, &list.inbound, event.date) {
        let why = "Nothing was answered: your message was written before the list was there. Answer again.";
        refuse(draft, event, None, why);
        return true;
    }
    if newer {
        let why = "Nothing was answered: something new waits since that list. \"pending\" shows the new list.";
        refuse(draft, event, None, why);
        return true;
    }
    let numbered: Option<Vec<(Seq, &String)>> = said
        .iter()
        .map(|(number, words)| Some((*list.prompts.get(number.checked_sub(1)?)?, words)))
        .collect();
    let Some(numbered) = numbered else {
        let why = format!(
            "Nothing was answered: the list has numbers 1 to {}.",
            list.prompts.len()
        );
        refuse(draft, event, None, &why);
        return true;
    };
    let mut seen = std::collections::BTreeSet::new();
    if !numbered.iter().all(|(seq, _)| seen.insert(*seq)) {
        refuse(
            draft,
            event,
            None,
            "Nothing was answered: one number has two answers.",
        );
        return true;
    }
    answer_all(draft, event, &numbered);
    true
}

/// Each alone: what cannot be answered is said, and holds up none of the others.
fn answer_all(draft: &mut Draft, event: &InboundReceived, said: &[(Seq, &String)]) {
    let mut bound = Vec::new();
    let mut refused = Vec::new();
    for (seq, words) in said {
        let Some(prompt) = draft.state().prompts.open.get(seq).cloned() else {
            refused.push("One of them is no longer open; nothing was done to it.".to_owned());
            continue;
        };
        if !delivered(draft, *seq, event.date) {
            refused.push(not_yet(draft, *seq));
            continue;
        }
        match checked(draft, &prompt, words) {
            Err(why) => refused.push(why),
            Ok((answer, reason)) => bound.push((*seq, prompt, answer, reason)),
        }
    }
    let route = route(Rule::Listed, None);
    let prompts = bound.iter().map(|(seq, ..)| *seq).collect();
    decide(draft, &event.guid, route, Action::Answer { prompts });
    for (seq, prompt, answer, reason) in bound {
        bind(draft, event, seq, &prompt, Matched::Listed, answer, reason);
    }
    if !refused.is_empty() {
        notices::answer(
            draft,
            &event.guid,
            None,
            &Heading::NotAnswered,
            &refused.join("\n"),
        );
    }
}
