//! Texts for the owner: which are queued, how they are worded, what is sent next.

use super::draft::Draft;
use crate::ledger::{Entry, Stage, sent_digest};
use crate::outbox::Notice;
use crate::redact::redact;
use crate::render::{head, parts};
use crate::state::State;
use events::command::SendMessage;
use events::event::{NoticeExpired, NoticeQueued, NoticeWithdrawn, Topic};
use events::{Command, CommandId, Event, Guid, Outcome, Seq, SessionId, Text, Tick};
use std::sync::Arc;

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
    instead(draft, &[], session, topic, parts);
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
    let open = state.outbox.open.iter();
    let open = open.filter(|(_, n)| stranger(n) && !begun(state, n));
    let open: Vec<_> = open.map(|(seq, notice)| (*seq, notice.clone())).collect();
    for (notice, old) in open {
        let rest = old.parts.iter().skip(usize::from(old.next));
        let rest = rest.cloned().collect();
        instead(
            draft,
            &[notice],
            old.session.as_ref(),
            old.topic.clone(),
            rest,
        );
    }
}

/// A part of the notice is being given to Messages, or was given.
fn begun(state: &State, notice: &Notice) -> bool {
    let entry = notice.sending.and_then(|id| state.ledger.open.get(&id));
    entry.is_some_and(|entry| entry.stage != Stage::Requested)
}

/// Nothing of the notice has reached Messages.
pub(super) fn unsent(state: &State, notice: &Notice) -> bool {
    notice.next == 0 && notice.attempts <= 1 && !begun(state, notice)
}

/// Queues texts in the place of notices of which no part is under way.
pub(super) fn instead(
    draft: &mut Draft,
    replaces: &[Seq],
    session: Option<&SessionId>,
    topic: Topic,
    parts: Vec<Text>,
) -> Option<Seq> {
    // Without a recipient there is nobody to tell; `run` refuses to start so.
    let to = draft.state().settings.owner.first().cloned()?;
    let owed = owed_for(draft.state(), replaces);
    let queued = draft.record(Event::NoticeQueued(NoticeQueued {
        session: session.cloned(),
        topic,
        to,
        parts,
        replaces: replaces.to_vec(),
    }));
    expire(draft, owed);
    Some(queued)
}

/// The commands that were asked for on behalf of these notices.
fn owed_for(state: &State, notices: &[Seq]) -> Vec<CommandId> {
    let open = notices.iter().filter_map(|seq| state.outbox.open.get(seq));
    open.filter_map(|notice| notice.sending).collect()
}

fn expire(draft: &mut Draft, commands: Vec<CommandId>) {
    for id in commands {
        super::commands::settle(draft, id, Outcome::Expired);
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
    let mut room = ASKED_MAX.saturating_sub(asked);
    // Only where not all may go do some overtake others of their session.
    let passes: &[bool] = if scarce(draft) {
        &[false, true]
    } else {
        &[true]
    };
    for ordinary in passes.iter().copied() {
        let ready = draft.state().outbox.ready(draft.now().tick, ordinary);
        for seq in ready {
            let Some(notice) = draft.state().outbox.open.get(&seq).cloned() else {
                continue;
            };
            // What was begun goes on: everything else may be waiting for it.
            if notice.untouched() {
                if room == 0 || !allowed(draft, !notice.ordinary()) {
                    continue;
                }
                room -= 1;
            }
            let merged = notice.untouched() && notice.ordinary() && merge(draft, &notice);
            if !merged {
                request(draft, seq);
            }
        }
    }
}

/// More notices wait than may go now.
fn scarce(draft: &Draft) -> bool {
    let state = draft.state();
    let waiting = state.outbox.open.values().filter(|n| n.untouched()).count();
    let (now, per_hour) = (draft.now().tick, state.settings.max_per_hour);
    waiting > state.outbox.allowance.room(now, per_hour, false)
}

/// The allowance has room for one more notice.
fn allowed(draft: &Draft, urgent: bool) -> bool {
    let state = draft.state();
    let per_hour = state.settings.max_per_hour;
    state.outbox.allowance.next(per_hour, urgent) <= draft.now().tick
}

/// Where more of one session waits than may go, it goes as one. Whether it did.
fn merge(draft: &mut Draft, first: &Notice) -> bool {
    let state = draft.state();
    let (now, per_hour) = (draft.now().tick, state.settings.max_per_hour);
    let alike = state.outbox.alike(first.session.as_ref());
    if alike.len() <= state.outbox.allowance.room(now, per_hour, false) {
        return false;
    }
    let mut open = alike.iter().filter_map(|seq| state.outbox.open.get(seq));
    let texts: Vec<_> = open.clone().flat_map(|notice| &notice.parts).collect();
    let parts = crate::render::packed(&texts, state.settings.max_len as usize);
    if parts.len() == texts.len() {
        return false;
    }
    let topic = open
        .next_back()
        .map_or(first.topic.clone(), |last| last.topic.clone());
    let merged = instead(draft, &alike, first.session.as_ref(), topic, parts);
    if let Some(merged) = merged {
        request(draft, merged);
    }
    true
}

fn request(draft: &mut Draft, seq: Seq) {
    let Some(notice) = draft.state().outbox.open.get(&seq) else {
        return;
    };
    let Some(text) = notice.parts.get(usize::from(notice.next)).cloned() else {
        return;
    };
    let attempt = notice.attempts.saturating_add(1);
    let send = SendMessage {
        notice: seq,
        part: notice.next,
        to: notice.to.clone(),
        text,
    };
    draft.request(Command::SendMessage(send), attempt);
}

/// Withdraws notices of a session that no longer matter, if nothing of them was
/// begun, and those that the owner may have missed.
pub(super) fn withdraw(
    draft: &mut Draft,
    session: &SessionId,
    no_longer: impl Fn(&Topic, Option<Tick>) -> bool,
    why: &str,
) {
    let state = draft.state();
    let mine = |other: Option<&SessionId>| other == Some(session);
    let open = state.outbox.open.iter().filter(|(_, n)| {
        mine(n.session.as_ref()) && no_longer(&n.topic, Some(n.at)) && unsent(state, n)
    });
    let missing = state.outbox.missing.iter();
    let missing = missing.filter(|(_, l)| mine(l.session.as_ref()) && no_longer(&l.topic, None));
    let found: Vec<_> = open
        .map(|(seq, _)| *seq)
        .chain(missing.map(|(seq, _)| seq))
        .collect();
    for notice in found {
        drop_it(draft, notice, why);
    }
}

/// Withdraws one notice.
pub(super) fn drop_it(draft: &mut Draft, notice: Seq, why: &str) {
    let owed = owed_for(draft.state(), &[notice]);
    draft.record(Event::NoticeWithdrawn(NoticeWithdrawn {
        notice,
        why: why.to_owned(),
    }));
    expire(draft, owed);
}

/// A notice waited too long. What is being given to Messages right now is let go.
pub(super) fn too_old(draft: &mut Draft, notice: Seq) {
    let state = draft.state();
    let waits = |open: &Arc<Notice>| !begun(state, open);
    if state.outbox.open.get(&notice).is_some_and(waits) {
        let owed = owed_for(state, &[notice]);
        draft.record(Event::NoticeExpired(NoticeExpired { notice }));
        expire(draft, owed);
        super::missing::tell(draft);
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
    let digest = sent_digest(send.text.reveal());
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

/// Times that one text may be sent anew after a late failure.
const LATE_MAX: usize = 3;
