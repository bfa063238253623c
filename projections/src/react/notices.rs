//! Texts for the owner: which are queued, how they are worded, what is sent next.

use super::draft::Draft;
use crate::outbox::Notice;
use crate::redact::redact;
use crate::render::{head, parts};
use events::command::SendMessage;
use events::event::{NoticeQueued, NoticeWithdrawn, Topic};
use events::{Command, Event, Guid, Seq, SessionId, Text};

/// Queues a notice with our head line.
pub(super) fn queue(
    draft: &mut Draft,
    session: Option<&SessionId>,
    topic: Topic,
    kind: &str,
    body: &str,
) {
    let state = draft.state();
    let known = session.and_then(|id| state.sessions.get(id));
    let head = head(known, kind);
    let body = if state.settings.redact {
        redact(body)
    } else {
        body.to_owned()
    };
    let parts = parts(&head, &body, state.settings.max_len as usize);
    send(draft, session, topic, parts);
}

/// Queues texts as they are.
pub(super) fn send(draft: &mut Draft, session: Option<&SessionId>, topic: Topic, parts: Vec<Text>) {
    // Without a recipient there is nobody to tell; `run` refuses to start so.
    let Some(to) = draft.state().settings.owner.first().cloned() else {
        return;
    };
    draft.record(Event::NoticeQueued(NoticeQueued {
        session: session.cloned(),
        topic,
        to,
        parts,
    }));
}

/// Answers an inbound message.
pub(super) fn answer(
    draft: &mut Draft,
    inbound: &Guid,
    session: Option<&SessionId>,
    kind: &str,
    body: &str,
) {
    queue(draft, session, Topic::Answer(inbound.clone()), kind, body);
}

/// Requests the next part of every notice that may go on.
pub(super) fn advance(draft: &mut Draft) {
    for seq in draft.state().outbox.ready(draft.now().tick) {
        let Some(notice) = draft.state().outbox.open.get(&seq) else {
            continue;
        };
        let Some(command) = next_part(seq, notice) else {
            continue;
        };
        let attempt = notice.attempts.saturating_add(1);
        draft.request(Command::SendMessage(command), attempt);
    }
}

fn next_part(seq: Seq, notice: &Notice) -> Option<SendMessage> {
    let text = notice.parts.get(usize::from(notice.next))?.clone();
    Some(SendMessage {
        notice: seq,
        part: notice.next,
        to: notice.to.clone(),
        text,
    })
}

/// Withdraws a notice of this topic if nothing of it was begun.
pub(super) fn withdraw(draft: &mut Draft, session: &SessionId, topic: &Topic, why: &str) {
    let state = draft.state();
    let unbegun = |notice: &Notice| {
        let begun = notice
            .sending
            .and_then(|id| state.ledger.open.get(&id))
            .is_some_and(|e| e.stage != crate::ledger::Stage::Requested);
        notice.next == 0 && notice.attempts <= 1 && !begun
    };
    let mine = |notice: &Notice| notice.session.as_ref() == Some(session) && notice.topic == *topic;
    let found = state
        .outbox
        .open
        .iter()
        .find(|(_, n)| mine(n) && unbegun(n))
        .map(|(seq, n)| (*seq, n.sending));
    let Some((notice, sending)) = found else {
        return;
    };
    draft.record(Event::NoticeWithdrawn(NoticeWithdrawn {
        notice,
        why: why.to_owned(),
    }));
    if let Some(id) = sending {
        super::commands::settle(draft, id, events::Outcome::Expired);
    }
}

/// A part that was taken for sent turned out to have failed: it goes out again,
/// as a notice of its own, unless that happened too often.
pub(super) fn again(draft: &mut Draft, send: &SendMessage) {
    let outbox = &draft.state().outbox;
    let Some((session, topic)) = outbox
        .about(send.notice)
        .map(|(s, t)| (s.cloned(), t.clone()))
    else {
        return;
    };
    let before = outbox
        .closed
        .iter()
        .filter(|c| c.session == session && c.topic == topic)
        .count();
    if before < LATE_MAX {
        self::send(draft, session.as_ref(), topic, vec![send.text.clone()]);
    }
}

/// We were stopped while a part was on its way, and nothing shows that it went.
/// Sent again it might come twice, so the owner is told where to look instead.
pub(super) fn perhaps_lost(draft: &mut Draft, send: &SendMessage) {
    let about = draft.state().outbox.about(send.notice);
    let Some((session, topic)) = about.map(|(s, t)| (s.cloned(), t.clone())) else {
        return;
    };
    // A doubt about a report of a doubt is not reported in turn.
    if topic != Topic::Health {
        let body = "This program was stopped while a text was on its way to you. \
                    Where you miss one, \"status @ref\" shows how a session is doing.";
        queue(
            draft,
            session.as_ref(),
            Topic::Health,
            "perhaps not received",
            body,
        );
    }
}

/// Times that one topic may be sent anew after a late failure.
const LATE_MAX: usize = 3;
