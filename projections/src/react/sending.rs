//! Which texts are asked for next: in order, within the allowance, merged where
//! more wait than may go.

use super::draft::Draft;
use super::holding;
use super::notices::{instead, queue};
use crate::heading::Heading;
use crate::holding::held;
use crate::ledger::{Entry, Stage, sent_digest};
use crate::outbox::Notice;
use crate::{render, waits};
use events::command::SendMessage;
use events::event::{NoticeDelayed, NoticeExpired, NoticeGivenUp, Topic};
use events::outcome::Failure;
use events::{Command, Event, Seq};
use std::collections::BTreeSet;
use std::sync::Arc;

/// Texts asked for at once: Messages takes one after the other anyway, and what
/// comes up later may be more urgent.
const ASKED_MAX: usize = 16;

/// Requests the next part of the notices that may go on.
pub(super) fn advance(draft: &mut Draft) {
    holding::review(draft);
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
        let (state, now) = (draft.state(), draft.now());
        let waits = |notice: &Notice| held(state, notice, now.wall).is_some();
        let ready = state.outbox.ready(now.tick, ordinary, waits);
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
            let joined = notice.untouched()
                && if notice.ordinary() {
                    digest(draft, &notice) || merge(draft, &notice)
                } else {
                    all_asked(draft, &notice)
                };
            if !joined {
                request(draft, seq);
            }
        }
    }
}

/// A text certainly failed: it is tried again after a pause, unless it is too old or
/// was tried often enough.
pub(super) fn failed(draft: &mut Draft, notice: Seq, failure: &Failure) {
    let state = draft.state();
    let Some(open) = state.outbox.open.get(&notice) else {
        return;
    };
    let too_old = open.at.after(state.settings.expiry) <= draft.now().tick;
    let decided = match waits::retry(open.attempts, failure, &state.settings) {
        None => Event::NoticeGivenUp(NoticeGivenUp { notice }),
        Some(_) if too_old => Event::NoticeExpired(NoticeExpired { notice }),
        Some(wait) => Event::NoticeDelayed(NoticeDelayed { notice, wait }),
    };
    draft.record(decided);
}

/// More notices wait than may go now.
fn scarce(draft: &Draft) -> bool {
    let state = draft.state();
    let (now, per_hour) = (draft.now().tick, state.settings.max_per_hour);
    let wall = draft.now().wall;
    let waits = |n: &&Arc<Notice>| n.untouched() && held(state, n, wall).is_none();
    let waiting = state.outbox.open.values().filter(waits).count();
    waiting > state.outbox.allowance.room(now, per_hour, false)
}

/// The allowance has room for one more notice.
fn allowed(draft: &Draft, urgent: bool) -> bool {
    let state = draft.state();
    let per_hour = state.settings.max_per_hour;
    state.outbox.allowance.next(per_hour, urgent) <= draft.now().tick
}

/// Where more sessions have news than may go within about a minute, all of it goes as one
/// text with a line for each session. Whether it did.
fn digest(draft: &mut Draft, first: &Notice) -> bool {
    let state = draft.state();
    if !first.is_news() {
        return false;
    }
    let wall = draft.now().wall;
    let news = state.outbox.news();
    let news: Vec<_> = news
        .filter(|(_, n)| held(state, n, wall).is_none())
        .collect();
    let newest = holding::newest(&news);
    let (now, per_hour) = (draft.now().tick, state.settings.max_per_hour);
    if newest.len() <= state.outbox.allowance.soon(now, per_hour, false).max(FEW) {
        return false;
    }
    let lines = holding::lines(&newest);
    let parts = render::digest(&lines, state.settings.max_len as usize);
    let replaced: Vec<_> = news.iter().map(|(seq, _)| *seq).collect();
    if let Some(digest) = instead(draft, &replaced, None, Topic::Progress, parts) {
        request(draft, digest);
    }
    true
}

/// Where more sessions wait for an answer than may go within about a minute, one text names
/// them all. Otherwise the last would come after half an hour, and what the owner then asks
/// for would wait behind it. An approval counts as told only when it was sent whole.
fn all_asked(draft: &mut Draft, first: &Notice) -> bool {
    let state = draft.state();
    let asks = |n: &Notice| n.asks() && n.untouched() && n.session.is_some();
    if !asks(first) {
        return false;
    }
    let wall = draft.now().wall;
    let open = state.outbox.open.iter();
    let waiting: Vec<_> = open
        .filter(|(_, n)| asks(n) && held(state, n, wall).is_none())
        .collect();
    let (now, per_hour) = (draft.now().tick, state.settings.max_per_hour);
    let sessions: BTreeSet<_> = waiting.iter().map(|(_, n)| &n.session).collect();
    if sessions.len() <= state.outbox.allowance.soon(now, per_hour, true).max(FEW) {
        return false;
    }
    let lines: Vec<_> = waiting.iter().map(|(_, n)| n.parts.as_slice()).collect();
    let parts = render::asked(&lines, state.settings.max_len as usize);
    let replaced: Vec<_> = waiting.iter().map(|(seq, _)| **seq).collect();
    if let Some(all) = instead(draft, &replaced, None, Topic::Health, parts) {
        request(draft, all);
    }
    true
}

/// Sessions whose texts are better read whole, one after the other.
const FEW: usize = 3;

/// Where more of one session waits than may go, it goes as one. Whether it did.
fn merge(draft: &mut Draft, first: &Notice) -> bool {
    let state = draft.state();
    let (now, per_hour) = (draft.now().tick, state.settings.max_per_hour);
    let wall = draft.now().wall;
    let waits = |notice: &Notice| held(state, notice, wall).is_some();
    let alike = state.outbox.alike(first, waits);
    if alike.len() <= state.outbox.allowance.room(now, per_hour, false) {
        return false;
    }
    let mut open = alike.iter().filter_map(|seq| state.outbox.open.get(seq));
    let texts: Vec<_> = open.clone().flat_map(|notice| &notice.parts).collect();
    let parts = render::packed(&texts, state.settings.max_len as usize);
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
        instead(draft, &[], session.as_ref(), topic, vec![send.text.clone()]);
    } else if topic != Topic::Health {
        let body =
            "Messages accepted a text for you several times and reported an error each time.";
        queue(
            draft,
            session.as_ref(),
            Topic::Health,
            &Heading::NotDelivered,
            body,
        );
    }
}

/// Times that one text may be sent anew after a late failure.
const LATE_MAX: usize = 3;
