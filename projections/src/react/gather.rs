//! Rows that are one message: words and the link or the pictures that Messages split off,
//! or a long text that a phone sends in parts. Words for a session wait a moment for what may
//! belong to them; commands and answers never do. One message waits at a time: the
//! next one joins it, or lets it go its way first, so that order is kept.

use super::draft::Draft;
use super::messages::{continued, is_prose, owner_wrote};
use crate::inbox::{Done, Recent};
use crate::phone_text;
use crate::state::State;
use crate::waits;
use events::event::{InboundDeferred, InboundJoined, InboundReceived};
use events::settings::FilesIn;
use events::{Event, SessionId, Span, Wall};

/// Rows of one message bear dates this close.
const TOGETHER: Span = Span(2_500);
/// A link this long behind words is still for the session that got them.
const BEHIND: Span = Span::seconds(10);
/// From this many characters on, a text may be the first part of a longer one.
const LONG: usize = 500;

/// The owner wrote. A link or a picture alone may belong to other words.
pub(super) fn arrived(draft: &mut Draft, event: &InboundReceived, link: bool) {
    let link = link || is_picture(draft.state(), event);
    if let Some(first) = waiting(draft.state()).cloned()
        && joins(draft, &first, event, link)
    {
        return join(draft, &first, event, link);
    }
    release(draft);
    match patience(draft, event, link) {
        Some(wait) => defer(draft, event, wait, link),
        None => act(draft, event, link),
    }
}

/// Pictures and files without words. They may belong to other words as a link may.
fn is_picture(state: &State, event: &InboundReceived) -> bool {
    let passed_on = state.settings.files != FilesIn::Off;
    passed_on && event.attachments && event.text.reveal().is_empty()
}

/// The message goes its way: a link or a picture on its own goes where the words before it went.
fn act(draft: &mut Draft, message: &InboundReceived, link: bool) {
    let behind = link.then(|| before(draft.state(), message)).flatten();
    match behind {
        Some(session) => continued(draft, message, &session),
        None => owner_wrote(draft, message),
    }
}

/// What waits goes its way.
pub(super) fn release(draft: &mut Draft) {
    let Some(first) = waiting(draft.state()).cloned() else {
        return;
    };
    let link = is_link(draft.state());
    act(draft, &first.message, link);
}

/// The message that waits.
fn waiting(state: &State) -> Option<&Recent> {
    state.inbox.recent(&state.inbox.waiting.as_ref()?.inbound)
}

fn defer(draft: &mut Draft, event: &InboundReceived, wait: Span, link: bool) {
    draft.record(Event::InboundDeferred(InboundDeferred {
        inbound: event.guid.clone(),
        wait,
        link,
    }));
}

/// How long a message waits for what may belong to it. Words that hold a link have it;
/// while something waits for approval, any words may be the answer.
fn patience(draft: &Draft, event: &InboundReceived, link: bool) -> Option<Span> {
    let text = event.text.reveal();
    if is_picture(draft.state(), event) {
        let wait = draft.state().settings.gather;
        return (wait != Span(0)).then_some(wait);
    }
    let may_answer = !link && !draft.state().prompts.open.is_empty();
    let wait = draft.state().settings.gather;
    if wait == Span(0) || text.is_empty() || may_answer || !is_prose(draft, event) {
        None
    } else if is_long(text) {
        Some(wait.max(waits::GATHER_LONG))
    } else {
        (link || !has_link(text)).then_some(wait)
    }
}

fn is_long(text: &str) -> bool {
    text.chars().count() >= LONG
}

fn has_link(text: &str) -> bool {
    ["http://", "https://", "www."]
        .iter()
        .any(|start| text.to_lowercase().contains(start))
}

fn gap(a: Wall, b: Wall) -> Span {
    a.until(b).max(b.until(a))
}

/// Whether two rows are one message: a link or a picture and words in either order, or parts of a long text.
fn joins(draft: &Draft, first: &Recent, event: &InboundReceived, link: bool) -> bool {
    let before = &first.message;
    let close = gap(before.date, event.date) <= TOGETHER;
    let one_thread = before.reply_to == event.reply_to
        || (link && event.reply_to.is_none())
        || (is_link(draft.state()) && before.reply_to.is_none());
    let last = first.tail.last().unwrap_or(&before.text);
    let goes_on = is_long(last.reveal()) && is_plain(draft, event);
    let words_for_link = is_link(draft.state()) && is_prose(draft, event);
    close && one_thread && (link || goes_on || words_for_link)
}

/// Whether a link or a picture waits.
fn is_link(state: &State) -> bool {
    state.inbox.waiting.as_ref().is_some_and(|w| w.link)
}

/// Words that name no session and are no command: they may go on from those before.
fn is_plain(draft: &Draft, event: &InboundReceived) -> bool {
    let named = phone_text::trim(event.text.reveal()).starts_with(phone_text::AT);
    !named && is_prose(draft, event)
}

/// The second row becomes part of the first; a link that came first, part of the words.
fn join(draft: &mut Draft, first: &Recent, event: &InboundReceived, link: bool) {
    if !is_link(draft.state()) || link {
        return part(draft, &event.guid, &first.message.guid);
    }
    let wait = patience(draft, event, false);
    defer(draft, event, wait.unwrap_or_default(), false);
    part(draft, &first.message.guid, &event.guid);
    if wait.is_none() {
        release(draft);
    }
}

fn part(draft: &mut Draft, inbound: &events::Guid, into: &events::Guid) {
    draft.record(Event::InboundJoined(InboundJoined {
        inbound: inbound.clone(),
        into: into.clone(),
    }));
}

/// The session that got the words just before a link.
fn before(state: &State, event: &InboundReceived) -> Option<SessionId> {
    let newest = state.inbox.recent.iter().rev();
    let mut earlier = newest.skip_while(|r| r.message.guid != event.guid).skip(1);
    let last = earlier.find(|r| !joined(&r.done))?;
    let thread = event.reply_to.is_none() || event.reply_to == last.message.reply_to;
    let Done::Acted(session) = &last.done else {
        return None;
    };
    let follows = thread && gap(last.message.date, event.date) <= BEHIND;
    session.clone().filter(|_| follows)
}

const fn joined(done: &Done) -> bool {
    matches!(done, Done::Joined(_))
}
