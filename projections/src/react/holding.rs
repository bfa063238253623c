//! Texts that wait because the owner does not want them now. They stay in the outbox;
//! when what holds them is over, those that only tell something come as one text.

use super::draft::Draft;
use super::notices::{drop_it, instead};
use crate::ending_text;
use crate::holding::{Hold, held, joins};
use crate::outbox::Notice;
use crate::render;
use crate::waits;
use events::event::{DeskSeen, HoldRule, NoticeDeferred, Topic};
use events::{Event, Seq, SessionId, Text};
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
                && is_told_later(notice) =>
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
    join_ends(draft);
}

/// What ended within a short time goes as one text, once one of it is due.
fn join_ends(draft: &mut Draft) {
    let (state, now) = (draft.state(), draft.now().wall);
    let (mut ends, mut due) = (Vec::new(), false);
    for (seq, notice) in state.outbox.open.iter().filter(|(_, n)| joins(state, n)) {
        let hold = held(state, notice, now);
        due |= hold.is_none();
        if hold.is_none_or(|hold| hold.rule == HoldRule::Together) {
            ends.push((*seq, &**notice));
        }
    }
    let newest = newest(&ends);
    if !due || newest.len() < 2 {
        return;
    }
    let sessions = newest.iter().filter_map(|(n, _)| n.session.as_ref());
    let sessions: Vec<_> = sessions.filter_map(|id| state.sessions.get(id)).collect();
    let sentence = ending_text::several(&sessions);
    let parts = render::ended(&sentence, &lines(&newest), state.settings.max_len as usize);
    let replaced: Vec<_> = ends.iter().map(|(seq, _)| *seq).collect();
    instead(draft, &replaced, None, Topic::Progress, parts);
}

/// The newest notice of each session, in their order, and how many there are of it.
pub(super) fn newest<'a>(notices: &[(Seq, &'a Notice)]) -> Vec<(&'a Notice, usize)> {
    let mut newest: BTreeMap<&SessionId, (Seq, &Notice, usize)> = BTreeMap::new();
    for (seq, notice) in notices {
        if let Some(session) = &notice.session {
            let before = newest.get(session).map_or(0, |(.., count)| *count);
            newest.insert(session, (*seq, notice, before + 1));
        }
    }
    let mut newest: Vec<_> = newest.into_values().collect();
    newest.sort_by_key(|(seq, ..)| *seq);
    let newest = newest.into_iter();
    newest.map(|(_, notice, count)| (notice, count)).collect()
}

/// Their texts, as a digest takes them.
pub(super) fn lines<'a>(newest: &[(&'a Notice, usize)]) -> Vec<(&'a [Text], usize)> {
    let line = |(notice, count): &(&'a Notice, usize)| (notice.parts.as_slice(), *count);
    newest.iter().map(line).collect()
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
const fn is_told_later(notice: &Notice) -> bool {
    notice.ordinary() || matches!(notice.topic, Topic::Health)
}

/// One text: a line for each session, and what is about none in full.
fn digest(draft: &mut Draft, over: &[Seq]) {
    let state = draft.state();
    let open = over.iter();
    let open = open.filter_map(|seq| Some((*seq, &**state.outbox.open.get(seq)?)));
    let open: Vec<_> = open.collect();
    let general = open.iter().filter(|(_, n)| n.session.is_none());
    let whole: Vec<_> = general.flat_map(|(_, notice)| &notice.parts).collect();
    let lines = lines(&newest(&open));
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
