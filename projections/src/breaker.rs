//! The loop breaker (a rate limit with a circuit breaker behind it). Whatever answers
//! our texts automatically, an auto-responder or a second Mac, would keep us talking to
//! it: the same words again and again, or more than a person writes.
//!
//! What a person answers is no loop, however alike and however quick. It is known by
//! what it does: it takes a question, an end of a turn or a notice that waits for the
//! owner, and that waits no longer. A loop's words find nothing that waits.

use crate::grammar::{Parsed, parse};
use crate::inbox::{Inbox, Taken};
use crate::routing;
use crate::state::State;
use events::event::Topic;
use events::{Digest, Guid, SessionId, Span, Wall};

/// More than this in a minute is not a person.
const RATE_MAX: usize = 60;
/// The same words this often in a minute are a loop.
const REPEAT_MAX: usize = 5;
/// What is counted lies this close together, and the shortest pause takes this long.
const MINUTE: Span = Span::seconds(60);
/// The longest pause; a loop that is over for so long is forgotten.
const HOUR: Span = Span::seconds(3600);

/// Whether these words, written at `date`, are not acted on because they look like a loop.
pub fn trips(state: &State, reply_to: Option<&Guid>, text: &str, date: Wall, now: Wall) -> bool {
    if is_answer(state, reply_to, text) {
        return false;
    }
    let inbox = &state.inbox;
    let since = since(inbox, date, now);
    // By when they were written: what a Mac that slept reads at once was not written at once.
    let lately =
        |taken: &&Taken| !taken.answer && taken.date >= since && date.until(taken.date) <= MINUTE;
    let lately = || inbox.taken.iter().rev().filter(lately);
    if lately().count() >= RATE_MAX {
        return true;
    }
    let digest = Digest::of(text);
    let same = lately().filter(|taken| taken.digest == digest).count();
    same >= REPEAT_MAX
}

/// Whether these words are taken by something of ours that waits for the owner: the
/// first reply in the thread of a notice, or words for a session that waits.
pub(crate) fn is_answer(state: &State, reply_to: Option<&Guid>, text: &str) -> bool {
    let noticed = reply_to.and_then(|guid| Some((guid, routing::noticed(state, guid)?.1)));
    if let Some((guid, topic)) = noticed {
        let mut taken = state.inbox.taken.iter();
        if invites(topic) && !taken.any(|taken| taken.reply_to.as_ref() == Some(guid)) {
            return true;
        }
    }
    let target = match parse(text) {
        Parsed::Plain(_) => routing::implied(state, reply_to).target,
        Parsed::Named { name, .. } => routing::named(state, &name).target,
        Parsed::Help
        | Parsed::List
        | Parsed::Status(_)
        | Parsed::Retry(_)
        | Parsed::New { .. }
        | Parsed::NearMiss(_) => None,
    };
    target.is_some_and(|session| waits(state, &session))
}

/// A notice that wants an answer. What only says what became of the owner's words is
/// what a loop would go round by.
const fn invites(topic: &Topic) -> bool {
    !matches!(topic, Topic::Answer(_) | Topic::Receipt(_) | Topic::Health)
}

/// It asks or has finished, and nothing of the owner's is on its way to it.
fn waits(state: &State, session: &SessionId) -> bool {
    let on_its_way = state.dispatches.lanes.contains_key(session);
    let known = state.sessions.get(session);
    !on_its_way && known.is_some_and(|s| s.finished || s.question().is_some())
}

/// From when on messages count: the last minute, and while a loop is broken off what began it.
fn since(inbox: &Inbox, date: Wall, now: Wall) -> Wall {
    let began = inbox.loop_began.filter(|_| !quiet(inbox, now));
    let from = began.map_or(date, |began| began.min(date));
    Wall(from.0.saturating_sub(MINUTE.0.cast_signed()))
}

/// No message has been held back for as long as the pause takes, or none ever was.
pub fn quiet(inbox: &Inbox, now: Wall) -> bool {
    inbox
        .loop_since
        .is_none_or(|at| at.until(now) > pause(inbox))
}

/// A minute, and twice as long each time that it begins anew: a loop that our own texts
/// keep going soon stands still for an hour.
pub(crate) fn pause(inbox: &Inbox) -> Span {
    let doubled = inbox.loop_trips.saturating_sub(1).min(6);
    Span((MINUTE.0 << doubled).min(HOUR.0))
}

/// Another message was held back.
pub(crate) fn held_back(inbox: &mut Inbox, at: Wall) {
    if quiet(inbox, at) {
        let forgotten = inbox.loop_since.is_none_or(|last| last.until(at) > HOUR);
        inbox.loop_trips = if forgotten {
            1
        } else {
            inbox.loop_trips.saturating_add(1)
        };
        inbox.loop_began = Some(at);
    }
    inbox.loop_since = Some(at);
    inbox.loop_held = inbox.loop_held.saturating_add(1);
}
