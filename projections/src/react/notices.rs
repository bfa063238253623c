//! Texts for the owner: which are queued, how they are worded, what is sent next.

use super::draft::Draft;
use crate::ledger::{Entry, Stage};
use crate::outbox::Notice;
use crate::redact::redact;
use crate::render::{head, parts};
use events::command::SendMessage;
use events::event::{NoticeQueued, NoticeWithdrawn, Topic};
use events::{Command, Digest, Event, Guid, Seq, SessionId, Text};

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

/// What was to go to somebody who is no longer the owner goes to the owner.
pub(super) fn readdress(draft: &mut Draft) {
    let state = draft.state();
    let stranger =
        |notice: &Notice| super::sources::not_for_owner(state, Some(&notice.to)).is_some();
    let unbegun = |notice: &Notice| {
        let entry = notice.sending.and_then(|id| state.ledger.open.get(&id));
        entry.is_none_or(|entry| entry.stage == Stage::Requested)
    };
    let open = state
        .outbox
        .open
        .iter()
        .filter(|(_, n)| stranger(n) && unbegun(n));
    let open: Vec<_> = open.map(|(seq, notice)| (*seq, notice.clone())).collect();
    for (notice, old) in open {
        let why = "the owner's address is another one now".to_owned();
        draft.record(Event::NoticeWithdrawn(NoticeWithdrawn { notice, why }));
        if let Some(id) = old.sending {
            super::commands::settle(draft, id, events::Outcome::Expired);
        }
        let rest = old
            .parts
            .iter()
            .skip(usize::from(old.next))
            .cloned()
            .collect();
        send(draft, old.session.as_ref(), old.topic.clone(), rest);
    }
}

/// Texts asked for at once: Messages takes one after the other anyway, and what
/// comes up later may be more urgent.
const ASKED_MAX: usize = 16;

/// Requests the next part of the notices that may go on.
pub(super) fn advance(draft: &mut Draft) {
    let owed = |entry: &&Entry| {
        entry.stage == Stage::Requested && matches!(entry.command, Command::SendMessage(_))
    };
    let asked = draft.state().ledger.open.values().filter(owed).count();
    let ready = draft.state().outbox.ready(draft.now().tick);
    let mut room = ASKED_MAX.saturating_sub(asked);
    for seq in ready {
        let Some(notice) = draft.state().outbox.open.get(&seq) else {
            continue;
        };
        let Some(command) = next_part(seq, notice) else {
            continue;
        };
        // What was begun goes on: everything else may be waiting for it.
        if notice.next == 0 && notice.attempts == 0 {
            let Some(less) = room.checked_sub(1) else {
                continue;
            };
            room = less;
        }
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
            .is_some_and(|e| e.stage != Stage::Requested);
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
/// as a notice of its own, unless the same text did so too often.
pub(super) fn again(draft: &mut Draft, send: &SendMessage) {
    let state = draft.state();
    let Some((session, topic)) = state
        .outbox
        .about(send.notice)
        .map(|(s, t)| (s.cloned(), t.clone()))
    else {
        return;
    };
    let digest = Digest::of(send.text.reveal());
    if state.ledger.sent.by_digest(&digest).count() <= LATE_MAX {
        self::send(draft, session.as_ref(), topic, vec![send.text.clone()]);
    } else if topic != Topic::Health {
        let body = "Messages took a text for you several times and each time reported an error.";
        queue(
            draft,
            session.as_ref(),
            Topic::Health,
            "not delivered",
            body,
        );
    }
}

/// A send broke off, and nothing shows that the text went. Sent again it might
/// come twice, so the owner is told where to look instead, once at a time.
pub(super) fn perhaps_lost(draft: &mut Draft, send: &SendMessage) {
    let outbox = &draft.state().outbox;
    let Some((session, topic)) = outbox
        .about(send.notice)
        .map(|(s, t)| (s.cloned(), t.clone()))
    else {
        return;
    };
    let telling = outbox
        .open
        .values()
        .any(|notice| notice.topic == Topic::Health);
    // A doubt about a report of a doubt is not reported in turn.
    if topic != Topic::Health && !telling {
        let body = "Sending a text to you broke off, and it may be missing. \
                    \"status @ref\" shows how a session is doing.";
        queue(
            draft,
            session.as_ref(),
            Topic::Health,
            "perhaps not received",
            body,
        );
    }
}

/// Times that one text may be sent anew after a late failure.
const LATE_MAX: usize = 3;
