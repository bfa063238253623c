//! Goals: Codex begins one turn after another until the goal is reached. The owner
//! hears how it ended, and in between only what needs them.

use super::draft::Draft;
use super::{limits, notices};
use crate::ending_text;
use crate::markdown::plain;
use crate::outbox::Notice;
use crate::render::{self, tidy};
use events::event::{Ending, GoalChanged, GoalStatus, Topic};
use events::{Event, Seq, SessionId, TurnId};

/// The status of a goal, as the rollout records it.
pub(super) fn changed(draft: &mut Draft, session: &SessionId, offset: u64, status: &GoalStatus) {
    let Some(known) = draft.state().sessions.get(session) else {
        return;
    };
    if known.goal.as_ref() == Some(status) {
        return;
    }
    // The end of its last turn waited for the next one, which does not come.
    let waiting = draft.state().deadlines.contains(&deadline(session));
    draft.record(Event::GoalChanged(GoalChanged {
        session: session.clone(),
        offset,
        status: status.clone(),
    }));
    if waiting && *status != GoalStatus::Active {
        ended(draft, session);
    }
}

/// A turn begins that goes on with a goal that is not known yet.
pub(super) fn goes_on(draft: &mut Draft, session: &SessionId, offset: u64) {
    changed(draft, session, offset, &GoalStatus::Active);
}

/// No further turn follows: the newest one's ending is the goal's.
pub(super) fn ended(draft: &mut Draft, session: &SessionId) {
    let Some(known) = draft.state().sessions.get(session) else {
        return;
    };
    let newest = known.ended.last().cloned();
    if let Some(ending) = known.ending.clone() {
        tell(draft, session, Topic::TurnEnd(newest), &ending);
    }
}

/// The record of an end that notify told says what was done: a text that has not left yet
/// says so too.
pub(super) fn add_work(
    draft: &mut Draft,
    session: &SessionId,
    turn: Option<TurnId>,
    ending: &Ending,
) {
    let state = draft.state();
    let known = state.sessions.get(session);
    let worked = known.and_then(|known| known.worked.as_ref());
    if worked.is_none_or(|worked| worked.turn != turn) {
        return;
    }
    let topic = Topic::TurnEnd(turn);
    let mine = |n: &Notice| n.topic == topic && n.session.as_ref() == Some(session);
    let open = state.outbox.open.iter();
    let mut open = open.filter(|(_, n)| mine(n) && n.untouched());
    if let Some(notice) = open.next().map(|(seq, _)| *seq) {
        told(draft, &[notice], session, topic, ending);
    }
}

/// Tells how a turn ended, and with it how its goal did.
pub(super) fn tell(draft: &mut Draft, session: &SessionId, topic: Topic, ending: &Ending) {
    told(draft, &[], session, topic, ending);
}

fn told(draft: &mut Draft, replaces: &[Seq], session: &SessionId, topic: Topic, ending: &Ending) {
    let Some(known) = draft.state().sessions.get(session) else {
        return;
    };
    let name = tidy(known.name(), 40);
    let worked = known.worked.as_ref();
    let work = worked.filter(|worked| topic == Topic::TurnEnd(worked.turn.clone()));
    let work = work.map(|worked| worked.work.clone());
    let sentence = ending_text::sentence(&name, ending, known.goal.as_ref(), work.as_ref());
    let limit = limits::failed(draft, session, ending);
    let sentence = if limit.is_some() {
        format!("{name} stopped, the usage limit is reached.")
    } else {
        sentence
    };
    let max = draft.state().settings.max_len as usize;
    let said = limit.unwrap_or_else(|| said(ending));
    // What the sentence says is not said again.
    let whole = render::sentence_head(Some(known), &sentence, max).starts_with(&sentence);
    let failed = matches!(ending, Ending::Failed { .. });
    let again = failed && whole && sentence.contains(said.trim_end_matches('.'));
    let said = if again { String::new() } else { said };
    let details = work.as_ref().map(ending_text::details).unwrap_or_default();
    let lines = [details, said]
        .into_iter()
        .filter(|lines| !lines.is_empty());
    let body = lines.collect::<Vec<_>>().join("\n\n");
    notices::tell(draft, replaces, session, topic, (&sentence, &body));
    limits::told_by_turn(draft, ending);
}

/// What was said at the end of a turn.
fn said(ending: &Ending) -> String {
    match ending {
        Ending::Finished { last: Some(last) } => plain(last.reveal()),
        Ending::Finished { last: None } => "It ended without a message.".into(),
        Ending::Failed { error } => error.reveal().trim().to_owned(),
        Ending::Interrupted { .. } => String::new(),
    }
}

fn deadline(session: &SessionId) -> events::event::Deadline {
    events::event::Deadline::Goal(session.clone())
}
