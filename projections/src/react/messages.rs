//! Rows of chat.db: the owner's become routes; our own are looked at next door.

use super::draft::{Draft, decide};
use super::{
    answering, changes, dispatches, gather, missing, notices, own_rows, replies, shapes, turns,
    unanswered,
};
use crate::admit::{Verdict, judge};
use crate::answers::{self, Answer};
use crate::grammar::{self, Parsed, parse};
use crate::orders::{self, Order};
use crate::prompt_answers;
use crate::routing::{self, Route};
use events::event::{
    Action, IgnoreReason, InboundHeld, InboundIgnored, InboundReceived, InboundUnanswered,
    Reaction, ReactionReceived, Rule, Topic,
};
use events::input::MessageRow;
use events::{CommandId, Event, Guid, SessionId, Text};

/// A row was read.
pub(super) fn row(draft: &mut Draft, row: &MessageRow) {
    let (rowid, guid) = (row.rowid, row.guid.clone());
    match judge(draft.state(), row, draft.now()) {
        Verdict::Known => {}
        Verdict::Held(lacks) => {
            if !draft.state().inbox.held.contains_key(&rowid) {
                draft.record(Event::InboundHeld(InboundHeld {
                    rowid,
                    guid,
                    lacks: lacks.to_owned(),
                }));
            }
        }
        Verdict::Ours(command) => own_rows::seen(draft, row, command),
        Verdict::Copy(command) => not_taken(draft, row, IgnoreReason::Echo, Some(command)),
        Verdict::Ignored(reason) => not_taken(draft, row, reason, None),
        Verdict::Reacted(reaction) => {
            draft.record(Event::ReactionReceived(reaction.clone()));
            reacted(draft, &reaction);
        }
        Verdict::Changed(text) => changes::changed(draft, row, text),
        Verdict::Owner {
            text,
            date,
            self_chat,
            link,
        } => {
            let event = InboundReceived {
                rowid,
                guid,
                date,
                text: Text::from(text),
                reply_to: row.reply_to.clone(),
                attachments: row.attachments && !link,
                self_chat,
                from_me: row.from_me,
            };
            draft.record(Event::InboundReceived(event.clone()));
            gather::arrived(draft, &event, link);
        }
    }
}

/// A row is not acted on; where it was the owner's and meant something, they hear of it.
fn not_taken(
    draft: &mut Draft,
    row: &MessageRow,
    reason: IgnoreReason,
    copy_of: Option<CommandId>,
) {
    let event = InboundIgnored {
        rowid: row.rowid,
        guid: row.guid.clone(),
        reason,
        copy_of,
    };
    ignored(draft, event);
    shapes::row(draft, row);
    if crate::admit::deserves_a_word(draft.state(), row, reason) {
        unanswered::note(
            draft,
            InboundUnanswered {
                inbound: row.guid.clone(),
                reason,
                date: row.date,
            },
        );
    }
}

pub(super) fn ignored(draft: &mut Draft, event: InboundIgnored) {
    let first = event.reason == IgnoreReason::Loop && draft.state().inbox.loop_held == 0;
    draft.record(Event::InboundIgnored(event));
    if first {
        notices::queue(draft, None, Topic::Health, "paused", PAUSED);
    }
}

/// The owner reacted to a text of ours. A reaction asks for nothing.
pub(super) fn reacted(draft: &mut Draft, reaction: &ReactionReceived) {
    let yes = match &reaction.reaction {
        Reaction::Like => true,
        Reaction::Dislike => false,
        Reaction::Emoji(emoji) if emoji.starts_with('👍') => true,
        Reaction::Emoji(emoji) if emoji.starts_with('👎') => false,
        Reaction::Love
        | Reaction::Laugh
        | Reaction::Emphasis
        | Reaction::Question
        | Reaction::Emoji(_)
        | Reaction::Sticker => return,
    };
    let first = reaction.target.part.is_none_or(|part| part == 0);
    if reaction.added && first && draft.state().settings.tapbacks {
        answering::tapback(draft, reaction, yes);
    }
}

const PAUSED: &str = "Too many messages, or too many with the same words, came within a minute. \
                      This looks like a program that answers by itself, so more of them are not \
                      acted on until there is a pause. Answers to sessions that wait for you still go in.";

/// The pause is there: the owner hears how many of their messages did nothing.
pub(super) fn loop_over(draft: &mut Draft, held: u32) {
    let body = match held {
        0 => return,
        1 => "One message was not acted on. Send it again if you meant it.".to_owned(),
        many => format!("{many} messages were not acted on. Send them again if you meant them."),
    };
    notices::queue(draft, None, Topic::Health, "resumed", &body);
}

/// The owner wrote: understand, route, act. One decision, with its reasons.
pub(super) fn owner_wrote(draft: &mut Draft, event: &InboundReceived) {
    let guid = &event.guid;
    if event.text.reveal().is_empty() {
        decide(draft, guid, control(Rule::Control), Action::Reply);
        return notices::answer(
            draft,
            guid,
            None,
            "pictures",
            "Pictures and files cannot be sent to Codex from here. Please write what you want.",
        );
    }
    if prompt_or_turn(draft, event) {
        return;
    }
    match understood(draft, event).followed_by(&tail(draft, guid)) {
        Parsed::Help => reply(draft, guid, Rule::Control, "help", replies::HELP),
        Parsed::List => {
            let list = replies::list(draft.state());
            reply(draft, guid, Rule::Control, "sessions", &list);
        }
        Parsed::NearMiss(hint) => reply(draft, guid, Rule::NearMiss, "not understood", &hint),
        Parsed::Status(name) => status(draft, guid, &name),
        Parsed::Retry(Some(name)) => retry_named(draft, guid, &name),
        Parsed::Retry(None) => retry(draft, event),
        Parsed::New { label, words } => {
            dispatches::start(draft, guid, Rule::NewSession, &label, &words);
        }
        Parsed::Named { name, words } => {
            let route = routing::named(draft.state(), &name);
            match route.target {
                Some(_) => to_session(draft, event, route, &words),
                None => unknown_name(draft, guid, route, &name),
            }
        }
        Parsed::Plain(words) => plain(draft, event, &words),
    }
}

/// What is about a prompt, or about the turn that runs. An order is no answer, except that
/// `cancel` may be one.
fn prompt_or_turn(draft: &mut Draft, event: &InboundReceived) -> bool {
    let order = orders::order(event.text.reveal());
    let first = order
        .as_ref()
        .filter(|order| !matches!(order, Order::TakeBack(None)));
    first.is_some_and(|order| turns::ordered(draft, event, order))
        || answering::took(draft, event)
        || order.is_some_and(|order| turns::ordered(draft, event, &order))
}

/// A link that follows the words of the message before it, too late to be one with it.
pub(super) fn continued(draft: &mut Draft, event: &InboundReceived, session: &SessionId) {
    let why = "got the message written just before it";
    let route = Route {
        rule: Rule::Continued,
        target: Some(session.clone()),
        about: None,
        candidates: vec![routing::candidate(session, why, true)],
    };
    to_session(draft, event, route, event.text.reveal());
}

/// Links and further words that belong to a message, and do not stand in it.
fn tail(draft: &Draft, guid: &Guid) -> Vec<String> {
    let recent = draft.state().inbox.recent(guid);
    let tail = recent.map_or(&[][..], |recent| recent.tail.as_slice());
    let words = recent.map_or("", |recent| recent.message.text.reveal());
    let new = |part: &&Text| !crate::admit::holds(words, part.reveal());
    tail.iter()
        .filter(new)
        .map(|part| part.reveal().clone())
        .collect()
}

/// Whether a message is words for a session: not a command, and not an answer.
pub(super) fn is_prose(draft: &Draft, event: &InboundReceived) -> bool {
    let state = draft.state();
    let words = event.text.reveal();
    if prompt_answers::bare(words).is_some() || orders::order(words).is_some() {
        return false;
    }
    let route = match understood(draft, event) {
        Parsed::Named { words, .. } | Parsed::Plain(words) if is_short_answer(&words) => {
            return false;
        }
        Parsed::Named { name, .. } => routing::named(state, &name),
        Parsed::Plain(_) => routing::implied(state, event.reply_to.as_ref()),
        Parsed::New { .. } => return true,
        _ => return false,
    };
    let session = route.target.and_then(|id| state.sessions.get(&id));
    session.is_none_or(|session| session.question().is_none())
}

/// What nobody follows with a link.
fn is_short_answer(words: &str) -> bool {
    let word = words.trim_end_matches(['.', '!', '?', '…', ' ']);
    let answers = [
        "yes", "yeah", "yep", "nope", "okay", "sure", "go on", "thanks", "continue",
    ];
    word.chars().count() <= 2 || answers.contains(&word.to_lowercase().as_str())
}

/// Words that name nothing.
fn plain(draft: &mut Draft, event: &InboundReceived, words: &str) {
    let guid = &event.guid;
    if let Some(Topic::Missing) = thread_of(draft, event) {
        return reply(
            draft,
            guid,
            Rule::NearMiss,
            "not understood",
            grammar::RETRY,
        );
    }
    let route = routing::implied(draft.state(), event.reply_to.as_ref());
    match (&route.target, route.rule) {
        (Some(_), _) => to_session(draft, event, route, words),
        (None, Rule::AutoCreate) => {
            dispatches::start(draft, guid, Rule::AutoCreate, "phone", words);
        }
        (None, _) => {
            let body = replies::which(draft.state(), &route);
            decide(draft, guid, route, Action::Reply);
            notices::answer(draft, guid, None, "which session?", &body);
        }
    }
}

/// What the notice is about that a message replies to.
fn thread_of(draft: &Draft, event: &InboundReceived) -> Option<Topic> {
    let (_, topic) = routing::noticed(draft.state(), event.reply_to.as_ref()?)?;
    Some(topic.clone())
}

/// `retry` alone asks for missing texts only where some are, or in reply to the
/// report of them; else it is a word for a session.
fn retry(draft: &mut Draft, event: &InboundReceived) {
    let asked = thread_of(draft, event) == Some(Topic::Missing);
    let missing = missing::about(&draft.state().outbox, None);
    if !asked && (event.reply_to.is_some() || missing.is_empty()) {
        return plain(draft, event, event.text.reveal());
    }
    if missing.is_empty() {
        return reply(
            draft,
            &event.guid,
            Rule::Control,
            "nothing missing",
            NOTHING,
        );
    }
    decide(draft, &event.guid, control(Rule::Control), Action::Reply);
    missing::bring(draft, &event.guid, &missing);
}

fn retry_named(draft: &mut Draft, inbound: &Guid, name: &str) {
    let route = routing::named(draft.state(), name);
    let Some(session) = route.target.clone() else {
        return unknown_name(draft, inbound, route, name);
    };
    let missing = missing::about(&draft.state().outbox, Some(&session));
    decide(draft, inbound, route, Action::Reply);
    if missing.is_empty() {
        let name = crate::render::tidy(name, 40);
        let body = format!("{NOTHING} To send the word to the session, write \"@{name} retry\".");
        return notices::answer(draft, inbound, Some(&session), "nothing missing", &body);
    }
    missing::bring(draft, inbound, &missing);
}

const NOTHING: &str = "No undelivered texts.";

/// A word of ours that is an option of the question it would go to is its answer.
fn understood(draft: &Draft, event: &InboundReceived) -> Parsed {
    let words = event.text.reveal();
    let state = draft.state();
    if thread_of(draft, event) == Some(Topic::Missing) {
        return parse(words);
    }
    let target = routing::implied(state, event.reply_to.as_ref()).target;
    let asks = target.as_ref().and_then(|id| state.sessions.get(id));
    if asks.is_some_and(|session| answers::is_option(session, words)) {
        return Parsed::Plain(words.clone());
    }
    let Some(replied) = event.reply_to.as_ref() else {
        return parse(words);
    };
    let own = match routing::noticed(state, replied) {
        Some((None, _)) => return parse(words),
        Some((Some(id), _)) => state.sessions.get(id).map(|s| s.reference.to_string()),
        None => None,
    };
    let names = |name: &str| routing::named(state, name).rule != Rule::NoMatch;
    grammar::parse_reply(words, &own.unwrap_or_default(), names)
}

fn control(rule: Rule) -> Route {
    Route {
        rule,
        target: None,
        about: None,
        candidates: Vec::new(),
    }
}

fn reply(draft: &mut Draft, inbound: &Guid, rule: Rule, kind: &str, body: &str) {
    decide(draft, inbound, control(rule), Action::Reply);
    notices::answer(draft, inbound, None, kind, body);
}

fn status(draft: &mut Draft, inbound: &Guid, name: &str) {
    let route = routing::named(draft.state(), name);
    let Some(session) = route.target.clone() else {
        return unknown_name(draft, inbound, route, name);
    };
    let body = replies::status(draft.state(), &session);
    decide(draft, inbound, route, Action::Reply);
    notices::answer(draft, inbound, Some(&session), "status", &body);
}

/// A mistyped name never starts anything.
fn unknown_name(draft: &mut Draft, inbound: &Guid, route: Route, name: &str) {
    let body = replies::unknown(draft.state(), &route, name);
    decide(draft, inbound, route, Action::Reply);
    notices::answer(draft, inbound, None, "no such session", &body);
}

/// Words for a session: an answer where it asks, an instruction where it does not.
fn to_session(draft: &mut Draft, event: &InboundReceived, route: Route, words: &str) {
    let inbound = &event.guid;
    let Some(session) = route.target.clone() else {
        return;
    };
    if answering::for_session(draft, event, &session, words) {
        return;
    }
    let answer = draft
        .state()
        .sessions
        .get(&session)
        .map_or(Answer::Words, |s| {
            answers::read(s, route.about.as_ref(), words, event.date)
        });
    let action = match answer {
        Answer::Words => Action::Instruct {
            text: Text::from(words),
        },
        Answer::Labels(text) => Action::Instruct {
            text: Text::from(text),
        },
        Answer::Options { call, choices } => Action::Choose { call, choices },
        Answer::Not(why) => {
            decide(draft, inbound, route, Action::Reply);
            return notices::answer(draft, inbound, Some(&session), "not answered", &why);
        }
    };
    decide(draft, inbound, route, action);
    dispatches::advance(draft, &session);
}
