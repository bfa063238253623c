//! What the owner wrote: understand it, find its session, act. Nothing here knows that
//! a message is a row of chat.db; [`super::rows`] does.

use super::draft::{Draft, decide};
use super::{answering, dispatches, files, looks, missing, notices, replies, spoken, turns};
use crate::answers::{self, Answer};
use crate::grammar::{self, Parsed, parse};
use crate::heading::Heading;
use crate::orders::{self, Order};
use crate::prompt_answers;
use crate::routing::{self, Route};
use crate::state::State;
use events::event::{Action, InboundReceived, Rule, Topic};
use events::{Guid, SessionId, Text};

/// The owner wrote: understand, route, act. One decision, with its reasons.
pub(super) fn owner_wrote(draft: &mut Draft, event: &InboundReceived) {
    // A picture alone is no answer and no command.
    if event.text.reveal().is_empty() {
        if !files::switched_off(draft, event) {
            plain(draft, event, "");
        }
        return;
    }
    if spoken::confirmed(draft, event, understand) || spoken::asks(draft, event, understand) {
        return;
    }
    understand(draft, event);
    files::unused(draft, event);
}

fn understand(draft: &mut Draft, event: &InboundReceived) {
    let guid = &event.guid;
    if prompt_or_turn(draft, event) {
        return;
    }
    match understood(draft, event).followed_by(&tail(draft, guid)) {
        Parsed::Help => reply(draft, guid, Rule::Control, &Heading::Help, replies::HELP),
        Parsed::List => {
            let list = replies::list(draft.state());
            reply(draft, guid, Rule::Control, &Heading::Sessions, &list);
        }
        Parsed::NearMiss(hint) => {
            reply(draft, guid, Rule::NearMiss, &Heading::NotUnderstood, &hint);
        }
        Parsed::Status(name) => status(draft, guid, &name),
        Parsed::Retry(Some(name)) => retry_named(draft, guid, &name),
        Parsed::Retry(None) => retry(draft, event),
        Parsed::New {
            label,
            place,
            words,
        } => {
            let place = place.as_deref();
            dispatches::start(draft, guid, Rule::NewSession, (&label, place), &words);
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
    files::unused(draft, event);
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
    if prompt_answers::bare(words).is_some() || is_order(state, words) {
        return false;
    }
    let route = match understood(draft, event) {
        Parsed::Named { words, .. } | Parsed::Plain(words) if is_short_answer(&words) => {
            return false;
        }
        Parsed::Named { name, .. } => routing::named(state, &name),
        Parsed::Plain(_) => routing::implied(state, event.reply_to.as_ref()),
        Parsed::New { .. } => return true,
        Parsed::Help
        | Parsed::List
        | Parsed::Status(_)
        | Parsed::Retry(_)
        | Parsed::NearMiss(_) => return false,
    };
    let session = route.target.and_then(|id| state.sessions.get(&id));
    session.is_none_or(|session| session.question().is_none())
}

/// A word that only may be a session's name makes a command of the message if it is one.
fn is_order(state: &State, words: &str) -> bool {
    orders::order(words).is_some_and(|order| {
        let name = order.perhaps();
        name.is_none_or(|name| routing::named(state, name).target.is_some())
    })
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
            &Heading::NotUnderstood,
            grammar::RETRY,
        );
    }
    let route = routing::implied(draft.state(), event.reply_to.as_ref());
    match (&route.target, route.rule) {
        (Some(_), _) => to_session(draft, event, route, words),
        (None, Rule::AutoCreate) => {
            dispatches::start(draft, guid, Rule::AutoCreate, ("phone", None), words);
        }
        (None, _) => {
            let body = replies::which(draft.state(), &route);
            decide(draft, guid, route, Action::Reply);
            notices::answer(draft, guid, None, &Heading::WhichSession, &body);
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
    let missing = missing::all(draft.state());
    if !asked && (event.reply_to.is_some() || missing.is_empty()) {
        return plain(draft, event, event.text.reveal());
    }
    if missing.is_empty() {
        return reply(
            draft,
            &event.guid,
            Rule::Control,
            &Heading::NothingMissing,
            NOTHING,
        );
    }
    decide(
        draft,
        &event.guid,
        Route::nowhere(Rule::Control),
        Action::Reply,
    );
    missing::bring(draft, &event.guid, &missing);
}

fn retry_named(draft: &mut Draft, inbound: &Guid, name: &str) {
    let route = routing::named(draft.state(), name);
    let Some(session) = route.target.clone() else {
        return unknown_name(draft, inbound, route, name);
    };
    let missing = missing::about(draft.state(), &session);
    decide(draft, inbound, route, Action::Reply);
    if missing.is_empty() {
        let name = crate::render::tidy(name, 40);
        let body = format!("{NOTHING} To send the word to the session, write \"@{name} retry\".");
        return notices::answer(
            draft,
            inbound,
            Some(&session),
            &Heading::NothingMissing,
            &body,
        );
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

fn reply(draft: &mut Draft, inbound: &Guid, rule: Rule, kind: &Heading, body: &str) {
    decide(draft, inbound, Route::nowhere(rule), Action::Reply);
    notices::answer(draft, inbound, None, kind, body);
}

fn status(draft: &mut Draft, inbound: &Guid, name: &str) {
    let route = routing::named(draft.state(), name);
    let Some(session) = route.target.clone() else {
        return unknown_name(draft, inbound, route, name);
    };
    decide(draft, inbound, route, Action::Reply);
    looks::status(draft, inbound, &session);
}

/// A mistyped name never starts anything.
fn unknown_name(draft: &mut Draft, inbound: &Guid, route: Route, name: &str) {
    let body = replies::unknown(draft.state(), &route, name);
    decide(draft, inbound, route, Action::Reply);
    notices::answer(draft, inbound, None, &Heading::NoSuchSession, &body);
}

/// Words for a session: an answer where it asks, an instruction where it does not.
fn to_session(draft: &mut Draft, event: &InboundReceived, route: Route, words: &str) {
    let inbound = &event.guid;
    let Some(session) = route.target.clone() else {
        return;
    };
    let named = route.rule == Rule::Named;
    if !words.is_empty() && answering::for_session(draft, event, &session, named, words) {
        return;
    }
    let known = draft.state().sessions.get(&session);
    let answer = known
        .filter(|_| !words.is_empty())
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
        Answer::Notes {
            call,
            choices,
            notes,
        } => Action::Note {
            call,
            choices,
            notes,
        },
        Answer::Not(why) => {
            decide(draft, inbound, route, Action::Reply);
            return notices::answer(draft, inbound, Some(&session), &Heading::NotAnswered, &why);
        }
    };
    decide(draft, inbound, route, action);
    dispatches::advance(draft, &session);
}
