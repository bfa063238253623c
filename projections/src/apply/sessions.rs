//! What notify and rollouts tell of sessions.

use super::shared::{anomaly, deadlines};
use crate::ring::Ring;
use crate::sessions::{Claimed, FILES_MAX, OpenQuestion, Session, file_name};
use crate::state::State;
use crate::waits;
use events::event::{
    AssistantReplied, Closing, Deadline, Ending, EndingNotTold, GoalChanged, GoalStatus, NotTold,
    NotifyReceived, QuestionAsked, QuestionClosed, QuestionKind, RecordsSkipped, RolloutFollowed,
    SessionSeen, SignOfTurn, ThreadNamed, Topic, TurnCompleted, TurnStarted, TurnWentOn,
    TurnWorked, UserSpoke,
};
use events::{Digest, Seq, SessionId, Text, Wall};
use std::collections::BTreeMap;
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
        thread_name: None,
        offset: e.offset,
        files: BTreeMap::new(),
        panes: Ring::default(),
        questions: Vec::new(),
        closed: Ring::default(),
        turn: None,
        asked: false,
        ending: None,
        goal: None,
        ended: Ring::default(),
        claimed: None,
        finished: false,
        plan_mode: false,
        said: None,
        unsent: None,
        worked: None,
        noticed: Ring::default(),
        active: e.meta.created.max(Wall(0)).min(wall),
        since: e.meta.created.max(Wall(0)).min(wall),
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

/// The place in the file that was followed is kept. A file that was only moved is the same file.
pub(super) fn followed(state: &mut State, seq: Seq, e: &RolloutFollowed) {
    let Some(session) = heard(state, seq, &e.session) else {
        return;
    };
    let before = std::mem::replace(&mut session.meta.path, e.path.clone());
    if file_name(&before) != file_name(&e.path) {
        session.files.insert(before, session.offset);
    }
    session.files.remove(&e.path);
    while session.files.len() > FILES_MAX {
        // Names begin with the day and the time: the first is the oldest.
        session.files.pop_first();
    }
    session.offset = e.offset;
}

pub(super) fn goal_changed(state: &mut State, seq: Seq, e: &GoalChanged) {
    let Some(session) = heard(state, seq, &e.session) else {
        return;
    };
    session.offset = e.offset;
    session.goal = Some(e.status.clone());
    if e.status != GoalStatus::Active {
        deadlines(state).clear(&Deadline::Goal(e.session.clone()));
    }
}

/// Where the goal goes on, the next turn is awaited.
pub(super) fn not_told(state: &mut State, e: &EndingNotTold) {
    if e.why == NotTold::GoalGoesOn {
        let at = state.tick.after(waits::GOAL);
        deadlines(state).set(Deadline::Goal(e.session.clone()), at);
    }
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
    session.since = session.active;
    session.claimed = session.claimed.take().filter(|c| c.turn == e.turn);
    session.plan_mode = e.plan_mode;
    session.asked = false;
    session.ending = None;
    session.goal = session.goal.take().filter(|g| *g == GoalStatus::Active);
    session.finished = false;
    session.unsent = None;
    session.worked = None;
    deadlines(state).clear(&Deadline::Goal(e.session.clone()));
}

pub(super) fn user_spoke(state: &mut State, seq: Seq, e: &UserSpoke) {
    let Some(session) = heard(state, seq, &e.session) else {
        return;
    };
    session.offset = e.offset;
    session.asked = true;
    session.finished = false;
}

pub(super) fn replied(state: &mut State, seq: Seq, e: &AssistantReplied) {
    let Some(session) = heard(state, seq, &e.session) else {
        return;
    };
    session.offset = e.offset;
    session.said = Some(e.text.clone());
    session.unsent = Some(e.text.clone());
    if let Some(claimed) = &mut session.claimed {
        claimed.reached |= claimed.last == Digest::of(e.text.reveal());
    }
}

pub(super) fn asked(state: &mut State, seq: Seq, e: &QuestionAsked) {
    let Some(session) = heard(state, seq, &e.session) else {
        return;
    };
    session.offset = e.offset;
    session.questions.push(OpenQuestion {
        call: e.call.clone(),
        kind: e.kind,
        questions: e.questions.clone(),
        digests: e.digests.clone(),
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

pub(super) fn worked(state: &mut State, seq: Seq, e: &TurnWorked) {
    if let Some(session) = heard(state, seq, &e.session) {
        session.offset = e.offset;
        session.worked = Some(e.clone());
    }
}

pub(super) fn turn_completed(state: &mut State, seq: Seq, e: &TurnCompleted) {
    let Some(session) = heard(state, seq, &e.session) else {
        return;
    };
    session.offset = e.offset.unwrap_or(session.offset);
    // The record of an end that notify told is no news.
    if session.turn.take().is_some() || session.ending.is_none() {
        session.since = session.active;
    }
    session.ending = Some(e.ending.clone());
    session.claimed = claimed(e, session.unsent.as_ref());
    session.unsent = None;
    session.finished = true;
    if let Some(turn) = e.turn.as_ref().filter(|turn| !session.ended.contains(turn)) {
        session.ended.push(turn.clone());
    }
    if let Ending::Finished { last: Some(last) } = &e.ending {
        session.said = Some(last.clone());
    }
}

/// What only notify says of the end of a turn. `said`: what the rollout shows as said last.
fn claimed(e: &TurnCompleted, said: Option<&Text>) -> Option<Claimed> {
    let Ending::Finished { last: Some(last) } = &e.ending else {
        return None;
    };
    let last = Digest::of(last.reveal());
    let turn = e.turn.clone().filter(|_| e.offset.is_none())?;
    let reached = said.is_some_and(|said| Digest::of(said.reveal()) == last);
    Some(Claimed {
        turn,
        last,
        reached,
    })
}

/// The turn runs again, and its end is news again. A prompt does not show that anything was
/// said since: its end is news only with other last words.
pub(super) fn turn_went_on(state: &mut State, seq: Seq, e: &TurnWentOn) {
    let Some(session) = heard(state, seq, &e.session) else {
        return;
    };
    session.turn = Some(e.turn.clone());
    session.ending = None;
    session.finished = false;
    session.ended.retain(|turn| *turn != e.turn);
    let end = Topic::TurnEnd(Some(e.turn.clone()));
    session.noticed.retain(|topic| *topic != end);
    if e.sign != SignOfTurn::Prompt {
        session.claimed = None;
    }
}

/// How a question is closed by words: an asynchronous one by any.
pub(crate) const fn closes_by_words(kind: QuestionKind) -> Option<Closing> {
    match kind {
        QuestionKind::Async => Some(Closing::Answered),
        QuestionKind::Modal => None,
    }
}

/// A name is no sign that anything happens in the session.
pub(super) fn thread_named(state: &mut State, seq: Seq, e: &ThreadNamed) {
    if let Some(session) = Arc::make_mut(&mut state.sessions).get_mut(&e.session) {
        session.thread_name = Some(e.name.clone());
    } else {
        anomaly(state, seq, "a name of a session that was not seen");
    }
}
