//! Where the owner's words go, and why. A guess is never a route: what is not
//! certain is asked back, with the sessions that were considered.

use crate::refs::{self, Named};
use crate::sessions::Session;
use crate::state::State;
use events::event::{Candidate, Rule, Topic};
use events::{Guid, SessionId};

/// A decision, with what spoke for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Route {
    /// The rule that decided.
    pub rule: Rule,
    /// Where it goes.
    pub target: Option<SessionId>,
    /// The notice replied to was a question, and this one.
    pub about: Option<Topic>,
    /// Who was considered.
    pub candidates: Vec<Candidate>,
}

impl Route {
    /// To no session, and none was considered.
    pub const fn nowhere(rule: Rule) -> Self {
        Self {
            rule,
            target: None,
            about: None,
            candidates: Vec::new(),
        }
    }
}

/// The route of words that name their session.
pub fn named(state: &State, name: &str) -> Route {
    match refs::resolve(&state.sessions, name, state.settings.ref_min) {
        Named::One(id) => {
            let candidates = vec![candidate(&id, "the message names it", true)];
            Route {
                rule: Rule::Named,
                target: Some(id),
                about: None,
                candidates,
            }
        }
        Named::Several(ids) => {
            let candidates = ids
                .iter()
                .map(|id| candidate(id, "has the same name", false))
                .collect();
            Route {
                rule: Rule::Ambiguous,
                target: None,
                about: None,
                candidates,
            }
        }
        Named::Nobody => Route {
            rule: Rule::NoMatch,
            target: None,
            about: None,
            candidates: Vec::new(),
        },
    }
}

/// The route of words that name none.
pub fn implied(state: &State, reply_to: Option<&Guid>) -> Route {
    match reply_to.map(|guid| thread(state, guid)) {
        Some(Thread::Session(route)) => return route,
        // It is meant for something, and what that was is not known: no guess.
        Some(Thread::Lost) => return lost(state),
        Some(Thread::Several) => return one_of(state),
        Some(Thread::General) | None => {}
    }
    let owners: Vec<_> = state
        .sessions
        .owners()
        .into_iter()
        .filter(|(id, s)| waits(state, id, s))
        .collect();
    let asking: Vec<_> = owners
        .iter()
        .filter(|(_, s)| s.question().is_some())
        .collect();
    let finished: Vec<_> = owners
        .iter()
        .filter(|(_, s)| s.question().is_none())
        .collect();
    match (asking.as_slice(), finished.as_slice()) {
        ([(only, _)], _) => only_one(
            only,
            Rule::OnlyAsking,
            "the only session with an open question",
            &owners,
        ),
        ([], [(only, _)]) => only_one(
            only,
            Rule::OnlyFinished,
            "the only finished session without a newer message from you",
            &owners,
        ),
        ([], []) => nobody(state),
        (several, _) => {
            let group = if several.is_empty() {
                &finished
            } else {
                &asking
            };
            ambiguous(state, group)
        }
    }
}

/// Asks, or finished and was noticed, and is not being spoken to already.
fn waits(state: &State, id: &SessionId, session: &Session) -> bool {
    session.question().is_some()
        || (session.finished
            && !session.noticed.is_empty()
            && !state.dispatches.lanes.contains_key(id))
}

/// What a message replies to.
enum Thread {
    /// A notice of a session.
    Session(Route),
    /// A text of ours that tells of several: it says nothing about which of them is meant.
    Several,
    /// A text of ours that is about none.
    General,
    /// Nothing that is remembered.
    Lost,
}

/// Session and topic of the notice whose row, or the copy of it, has this name.
pub fn noticed<'a>(state: &'a State, guid: &Guid) -> Option<(Option<&'a SessionId>, &'a Topic)> {
    let sent = state.ledger.sent.by_guid(guid)?;
    if let Some(session) = &sent.file_of {
        return Some((Some(session), &Topic::Progress));
    }
    state.outbox.about(sent.notice)
}

fn thread(state: &State, guid: &Guid) -> Thread {
    let Some((session, topic)) = noticed(state, guid) else {
        return Thread::Lost;
    };
    match session {
        None if *topic == Topic::Progress => Thread::Several,
        None => Thread::General,
        Some(id) if state.sessions.get(id).is_none() => Thread::Lost,
        Some(id) => Thread::Session(Route {
            rule: Rule::ReplyThread,
            about: Some(topic.clone()),
            candidates: vec![candidate(
                id,
                "the message replies to a text about it",
                true,
            )],
            target: Some(id.clone()),
        }),
    }
}

fn only_one(id: &SessionId, rule: Rule, why: &str, considered: &[(&SessionId, &Session)]) -> Route {
    let others = considered.iter().filter(|(other, _)| *other != id);
    let others = others.map(|(other, s)| candidate(other, state_of(s), false));
    let candidates = std::iter::once(candidate(id, why, true))
        .chain(others)
        .take(16)
        .collect();
    Route {
        rule,
        target: Some(id.clone()),
        about: None,
        candidates,
    }
}

fn ambiguous(state: &State, group: &[&(&SessionId, &Session)]) -> Route {
    let guess = !state.settings.require_ref;
    let name = |(nth, (id, s)): (usize, &&(&SessionId, &Session))| {
        candidate(id, state_of(s), guess && nth == 0)
    };
    Route {
        rule: if guess {
            Rule::MostRecent
        } else {
            Rule::Ambiguous
        },
        target: group.first().filter(|_| guess).map(|(id, _)| (*id).clone()),
        about: None,
        candidates: group.iter().enumerate().map(name).take(16).collect(),
    }
}

/// Where no session waits for words: a new one, if the owner allows that.
fn nobody(state: &State) -> Route {
    let create = state.sessions.owners().is_empty()
        && state.settings.enable_new
        && state.settings.auto_create;
    let rule = if create {
        Rule::AutoCreate
    } else {
        Rule::NoMatch
    };
    Route {
        rule,
        ..lost(state)
    }
}

/// To none: the text that is replied to tells of several.
fn one_of(state: &State) -> Route {
    let owners = state.sessions.owners();
    let told = "the message replies to a text about several sessions";
    let candidates = owners.iter().map(|(id, _)| candidate(id, told, false));
    Route {
        candidates: candidates.take(16).collect(),
        ..Route::nowhere(Rule::Ambiguous)
    }
}

/// To no session, though these were considered.
fn lost(state: &State) -> Route {
    let owners = state.sessions.owners();
    let candidates = owners
        .iter()
        .map(|(id, s)| candidate(id, state_of(s), false))
        .take(16)
        .collect();
    Route {
        candidates,
        ..Route::nowhere(Rule::NoMatch)
    }
}

/// What a session is doing, in a few words.
pub fn state_of(session: &Session) -> &'static str {
    if session.question().is_some() {
        "is waiting for an answer"
    } else if session.turn.is_some() {
        "is working"
    } else if session.finished {
        "has finished"
    } else {
        "is idle"
    }
}

pub(crate) fn candidate(id: &SessionId, evidence: &str, chosen: bool) -> Candidate {
    Candidate {
        session: id.clone(),
        evidence: evidence.to_owned(),
        chosen,
    }
}
