//! What notify and rollouts tell of sessions.

use super::shared::{anomaly, deadlines};
use crate::ring::Ring;
use crate::sessions::{OpenQuestion, Session};
use crate::state::State;
use crate::waits;
use events::event::{
    AssistantReplied, Deadline, Ending, NotifyReceived, QuestionAsked, QuestionClosed,
    RecordsSkipped, SessionSeen, TurnCompleted, TurnStarted, UserSpoke,
};
use events::input::{Closing, QuestionKind};
use events::{Seq, SessionId, Wall};
use std::sync::Arc;

/// Threads without a rollout that are remembered; most are Codex's own.
const UNPLACED_MAX: usize = 1024;

pub(super) fn notified(state: &mut State, e: &NotifyReceived) {
    Arc::make_mut(&mut state.inbox).keys.insert(&e.key);
    let Ok(told) = &e.told else { return };
    // Only an embedded Codex's child carries its own pane; the daemon's carry whoever started it.
    let own = !e.origin.parent.contains("app-server");
    let pane = e.origin.pane.clone().filter(|_| own);
    let sessions = Arc::make_mut(&mut state.sessions);
    if let Some(session) = sessions.get_mut(&told.session) {
        if let Some(pane) = pane.filter(|pane| session.panes.last() != Some(pane)) {
            session.panes.push(pane);
        }
        return;
    }
    while sessions.unplaced.len() >= UNPLACED_MAX && !sessions.unplaced.contains_key(&told.session)
    {
        // Thread ids begin with the clock: the first is the oldest.
        sessions.unplaced.pop_first();
    }
    let unplaced = sessions.unplaced.entry(told.session.clone()).or_default();
    unplaced.turns.push(told.clone());
    unplaced.pane = pane.or_else(|| unplaced.pane.take());
    let at = state.tick.after(waits::ROLLOUT);
    deadlines(state).set(Deadline::Rollout(told.session.clone()), at);
}

pub(super) fn seen(state: &mut State, e: &SessionSeen) {
    deadlines(state).clear(&Deadline::Rollout(e.session.clone()));
    let wall = state.wall;
    let sessions = Arc::make_mut(&mut state.sessions);
    let unplaced = sessions.unplaced.remove(&e.session).unwrap_or_default();
    let named = sessions.named.remove(&e.session);
    if let Some(known) = sessions.get_mut(&e.session) {
        known.meta = e.meta.clone();
        known.offset = e.offset;
        return;
    }
    let mut session = Session {
        reference: e.reference.clone(),
        meta: e.meta.clone(),
        label: named.as_ref().map(|n| n.label.clone()),
        offset: e.offset,
        panes: Ring::default(),
        questions: Vec::new(),
        closed: Ring::default(),
        turn: None,
        ended: Ring::default(),
        finished: false,
        said: None,
        unsent: None,
        noticed: Ring::default(),
        active: e.meta.created.max(Wall(0)).min(wall),
        spoken: named.as_ref().map(|_| state.tick),
    };
    for pane in unplaced.pane.into_iter().chain(named.map(|n| n.pane)) {
        session.panes.push(pane);
    }
    sessions
        .by_ref
        .insert(e.reference.clone(), e.session.clone());
    sessions.by_id.insert(e.session.clone(), session);
    sessions.forget_quietest(&e.session);
}

/// The session an event tells of; without it the event does not fit.
fn heard<'a>(state: &'a mut State, seq: Seq, id: &SessionId) -> Option<&'a mut Session> {
    let wall = state.wall;
    if state.sessions.get(id).is_none() {
        anomaly(state, seq, "an event of a session that was not seen");
        return None;
    }
    let session = Arc::make_mut(&mut state.sessions).get_mut(id)?;
    session.active = wall;
    Some(session)
}

pub(super) fn turn_started(state: &mut State, seq: Seq, e: &TurnStarted) {
    let Some(session) = heard(state, seq, &e.session) else {
        return;
    };
    session.offset = e.offset;
    session.turn = Some(e.turn.clone());
    session.finished = false;
    session.unsent = None;
}

pub(super) fn user_spoke(state: &mut State, seq: Seq, e: &UserSpoke) {
    let Some(session) = heard(state, seq, &e.session) else {
        return;
    };
    session.offset = e.offset;
    session.finished = false;
}

pub(super) fn replied(state: &mut State, seq: Seq, e: &AssistantReplied) {
    let Some(session) = heard(state, seq, &e.session) else {
        return;
    };
    session.offset = e.offset;
    session.said = Some(e.text.clone());
    session.unsent = Some(e.text.clone());
}

pub(super) fn asked(state: &mut State, seq: Seq, e: &QuestionAsked) {
    let Some(session) = heard(state, seq, &e.session) else {
        return;
    };
    session.offset = e.offset;
    session.questions.push(OpenQuestion {
        call: e.call.clone(),
        turn: e.turn.clone(),
        kind: e.kind,
        questions: e.questions.clone(),
        asked: seq,
        asked_at: session.active,
    });
    let surplus = session.questions.len().saturating_sub(8);
    session.questions.drain(..surplus);
}

pub(super) fn closed(state: &mut State, seq: Seq, e: &QuestionClosed) {
    let Some(session) = heard(state, seq, &e.session) else {
        return;
    };
    session.offset = e.offset;
    session.questions.retain(|q| q.call != e.call);
    session.closed.push(e.call.clone());
}

pub(super) fn skipped(state: &mut State, seq: Seq, e: &RecordsSkipped) {
    let Some(session) = heard(state, seq, &e.session) else {
        return;
    };
    session.offset = session.offset.max(e.offset);
}

pub(super) fn turn_completed(state: &mut State, seq: Seq, e: &TurnCompleted) {
    let Some(session) = heard(state, seq, &e.session) else {
        return;
    };
    session.offset = e.offset.unwrap_or(session.offset);
    session.turn = None;
    session.unsent = None;
    session.finished = true;
    if let Some(turn) = e.turn.as_ref().filter(|turn| !session.ended.contains(turn)) {
        session.ended.push(turn.clone());
    }
    if let Ending::Finished { last: Some(last) } = &e.ending {
        session.said = Some(last.clone());
    }
}

/// How a question is closed by words: an asynchronous one by any.
pub(crate) const fn closes_by_words(kind: QuestionKind) -> Option<Closing> {
    match kind {
        QuestionKind::Async => Some(Closing::Answered),
        QuestionKind::Modal => None,
    }
}
