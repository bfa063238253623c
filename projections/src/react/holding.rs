//! Texts that wait because the owner does not want them now. They stay in the outbox;
//! when what holds them is over, those that only tell something come as one text.

use super::draft::Draft;
use super::notices::{drop_it, instead};
use crate::holding::{Hold, held};
use crate::outbox::Notice;
use crate::render;
use crate::waits;
use events::event::{DeskSeen, HoldRule, NoticeDeferred, Topic};
use events::{Event, Seq, SessionId};
use std::collections::BTreeMap;

/// Records what waits by which rule, and joins what does not wait any more.
pub(super) fn review(draft: &mut Draft) {
    let state = draft.state();
    let now = draft.now().wall;
    let (mut deferred, mut over) = (Vec::new(), Vec::new());
    for (seq, notice) in &state.outbox.open {
        let known = notice.deferred.map(|(rule, until)| Hold { rule, until });
        match held(state, notice, now) {
            Some(hold) if !known.is_some_and(|known| same(known, hold)) => {
                deferred.push((*seq, hold));
            }
            None if known.is_some_and(|hold| hold.rule.is_wanted())
                && notice.untouched()
                && joins(notice) =>
            {
                over.push(*seq);
            }
            _ => {}
        }
    }
    for (notice, Hold { rule, until }) in deferred {
        draft.record(Event::NoticeDeferred(NoticeDeferred {
            notice,
            rule,
            until,
        }));
    }
    if over.len() > 1 {
        digest(draft, &over);
    }
}

/// A rule that is counted anew from another clock ends a moment sooner or later.
fn same(known: Hold, hold: Hold) -> bool {
    let close = match (known.until, hold.until) {
        (Some(known), Some(until)) => known.0.abs_diff(until.0) <= 2_000,
        (known, until) => known == until,
    };
    known.rule == hold.rule && close
}

/// Its time came. Where it still waits, by a clock that lags or by another rule, that is
/// recorded anew.
pub(super) fn due(draft: &mut Draft, seq: Seq) {
    let state = draft.state();
    let notice = state.outbox.open.get(&seq);
    let hold = notice.and_then(|notice| held(state, notice, draft.now().wall));
    if let Some(Hold { rule, until }) = hold {
        draft.record(Event::NoticeDeferred(NoticeDeferred {
            notice: seq,
            rule,
            until,
        }));
    }
}

/// It is only news. What waits for an answer is sent as a text of its own.
const fn joins(notice: &Notice) -> bool {
    notice.ordinary() || matches!(notice.topic, Topic::Health)
}

/// One text: a line for each session, and what is about none in full.
fn digest(draft: &mut Draft, over: &[Seq]) {
    let state = draft.state();
    let open = over.iter().filter_map(|seq| state.outbox.open.get(seq));
    let open: Vec<_> = open.collect();
    let mut newest: BTreeMap<&SessionId, (usize, &Notice, usize)> = BTreeMap::new();
    let mut whole = Vec::new();
    for (nth, notice) in open.iter().enumerate() {
        match &notice.session {
            Some(session) => {
                let before = newest.get(session).map_or(0, |(.., count)| *count);
                newest.insert(session, (nth, notice, before + 1));
            }
            None => whole.extend(notice.parts.iter()),
        }
    }
    let mut lines: Vec<_> = newest.into_values().collect();
    lines.sort_by_key(|(nth, ..)| *nth);
    let lines: Vec<_> = lines
        .into_iter()
        .map(|(_, notice, count)| (notice.parts.as_slice(), count))
        .collect();
    let max = state.settings.max_len as usize;
    let parts = render::waited(over.len(), &lines, &whole, max);
    instead(draft, over, None, Topic::Progress, parts);
}

/// It was looked whether somebody is at the Mac.
pub(super) fn desk(draft: &mut Draft, seen: DeskSeen) {
    draft.record(Event::DeskSeen(seen));
}

/// Who goes on with a session at the desk has seen what waited to be seen there.
pub(super) fn seen_at_desk(draft: &mut Draft, session: &SessionId) {
    let (state, now) = (draft.state(), draft.now());
    let seen = |notice: &Notice| {
        let rule = notice.deferred.map(|(rule, _)| rule);
        let there = matches!(rule, Some(HoldRule::Looking | HoldRule::AtDesk));
        let mine = notice.session.as_ref() == Some(session) && notice.is_news();
        there && mine && notice.at.after(waits::SEEN_THERE) <= now.tick
    };
    let open = state.outbox.open.iter();
    let seen: Vec<_> = open.filter(|(_, n)| seen(n)).map(|(seq, _)| *seq).collect();
    for notice in seen {
        drop_it(draft, notice, "you continued the session at the desk");
    }
}
