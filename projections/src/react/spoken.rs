//! Voice messages: their words are Apple's transcript, which may be wrong. What approves,
//! stops or starts something is done only after the owner confirmed it in writing.

use super::draft::{Draft, decide};
use super::notices;
use crate::heading::Heading;
use crate::inbox::Spoken;
use crate::prompt_answers::{Bare, bare};
use crate::routing::{Route, noticed};
use crate::waits;
use events::event::{
    Action, CommandRequested, InboundReceived, Rule, SpokenAnswered, SpokenAsked, Topic,
};
use events::{Command, Event, Guid};

type Understand = fn(&mut Draft, &InboundReceived);

/// Takes a voice message that needs to be confirmed; false: it goes its way.
pub(super) fn asks(draft: &mut Draft, event: &InboundReceived, understand: Understand) -> bool {
    if !is_spoken(draft, &event.guid) {
        return false;
    }
    // Only what a message would do says whether that is risky.
    let mut trial = draft.trial();
    understand(&mut trial, event);
    if !trial.events().iter().any(is_risky) {
        return false;
    }
    draft.record(Event::SpokenAsked(SpokenAsked {
        inbound: event.guid.clone(),
    }));
    reply(draft, &event.guid, &event.guid, &Heading::Confirm, CONFIRM);
    true
}

/// Takes the answer to the question; on a yes what was said is done as if it were written now.
pub(super) fn confirmed(
    draft: &mut Draft,
    event: &InboundReceived,
    understand: Understand,
) -> bool {
    let Some(asked) = draft.state().inbox.spoken.clone() else {
        return false;
    };
    let in_thread = match &event.reply_to {
        Some(guid) => {
            let about = noticed(draft.state(), guid).map(|(_, topic)| topic);
            if about != Some(&Topic::Answer(asked.inbound.clone())) {
                return false;
            }
            true
        }
        None => false,
    };
    let yes = match bare(event.text.reveal()) {
        Some(Bare::Yes) => true,
        Some(Bare::No(_) | Bare::Cancel) => false,
        Some(Bare::Always | Bare::Session | Bare::Never | Bare::Fresh) | None if in_thread => {
            return ask_again(draft, event, &asked, CONFIRM);
        }
        Some(Bare::Always | Bare::Session | Bare::Never | Bare::Fresh) | None => return false,
    };
    if !in_thread && !follows(draft, event, &asked) {
        return false;
    }
    if is_spoken(draft, &event.guid) {
        return ask_again(draft, event, &asked, CONFIRM);
    }
    if !in_thread && !was_asked(draft, event, &asked) {
        // Where something else waits, the word may be meant for that.
        let other = !draft.state().prompts.open.is_empty();
        return !other && ask_again(draft, event, &asked, EARLY);
    }
    let before = draft.state().inbox.recent(&asked.inbound);
    let before = before.filter(|before| !before.unsent);
    let before = before.map(|before| before.message.clone());
    let late = asked.at.after(waits::SPOKEN) < draft.now().tick || changed(draft, &asked);
    let now = before.filter(|_| yes && !late);
    draft.record(Event::SpokenAnswered(SpokenAnswered {
        inbound: asked.inbound.clone(),
        by: event.guid.clone(),
        yes: now.is_some(),
    }));
    let Some(said) = now else {
        let body = if yes { LATE } else { DROPPED };
        reply(draft, &event.guid, &event.guid, &Heading::NotDone, body);
        return true;
    };
    let route = Route::nowhere(Rule::Control);
    decide(draft, &event.guid, route, Action::Reply);
    understand(draft, &said);
    true
}

const DROPPED: &str = "Nothing was done.";
const CONFIRM: &str = "A voice message may be misheard, so nothing was done yet. \
                       Write \"yes\" to do it, \"no\" to drop it.";
const EARLY: &str = "Nothing was done: you wrote this before you were asked. \
                     Reply to this text with \"yes\" to do it, \"no\" to drop it.";
const LATE: &str = "Nothing was done: it is too long ago, or something else came up since. Write what is to be done.";

fn ask_again(draft: &mut Draft, event: &InboundReceived, asked: &Spoken, body: &str) -> bool {
    let about = &asked.inbound;
    reply(draft, &event.guid, about, &Heading::Confirm, body);
    true
}

/// The question stood in chat.db as sent before this was written.
fn was_asked(draft: &Draft, event: &InboundReceived, asked: &Spoken) -> bool {
    notices::answer_was_there(draft.state(), asked.seq, &asked.inbound, event.date)
}

fn is_spoken(draft: &Draft, guid: &Guid) -> bool {
    let recent = draft.state().inbox.recent(guid);
    recent.is_some_and(|recent| recent.spoken)
}

/// It comes right behind the message that is to be confirmed.
fn follows(draft: &Draft, event: &InboundReceived, asked: &Spoken) -> bool {
    let newest = draft.state().inbox.recent.iter().rev();
    let mut before = newest.skip_while(|recent| recent.message.guid != event.guid);
    let last = before.nth(1);
    let in_time = draft.now().tick <= asked.at.after(waits::SPOKEN);
    in_time && !changed(draft, asked) && last.is_some_and(|r| r.message.guid == asked.inbound)
}

/// A request came up after the question: what was said was not about that.
fn changed(draft: &Draft, asked: &Spoken) -> bool {
    let mut open = draft.state().prompts.open.keys();
    open.any(|prompt| *prompt > asked.seq)
}

/// It approves, answers, stops or starts something.
#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "all other events harm nothing"
)]
const fn is_risky(event: &Event) -> bool {
    match event {
        Event::PromptAnswered(_) => true,
        Event::RoutingDecided(decided) => matches!(
            decided.action,
            Action::Answer { .. } | Action::Interrupt | Action::Start { .. }
        ),
        Event::CommandRequested(CommandRequested { command, .. }) => matches!(
            command,
            Command::AnswerPrompt(_)
                | Command::InterruptTurn(_)
                | Command::StartSession(_)
                | Command::OpenSession(_)
        ),
        _ => false,
    }
}

fn reply(draft: &mut Draft, inbound: &Guid, about: &Guid, kind: &Heading, body: &str) {
    decide(draft, inbound, Route::nowhere(Rule::Control), Action::Reply);
    notices::answer(draft, about, None, kind, body);
}
