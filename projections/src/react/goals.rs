//! Goals: Codex begins one turn after another until the goal is reached. The owner
//! hears how it ended, and in between only what needs them.

use super::draft::Draft;
use super::{limits, notices};
use crate::heading::Heading;
use events::event::{Ending, GoalChanged, GoalStatus, Topic};
use events::{Event, SessionId};

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

/// Tells how a turn ended, and with it how its goal did.
pub(super) fn tell(draft: &mut Draft, session: &SessionId, topic: Topic, ending: &Ending) {
    let goal = draft.state().sessions.get(session);
    let goal = goal.and_then(|known| known.goal.clone());
    let limit = limits::failed(draft, session, ending);
    let (kind, mut body) = limit.unwrap_or_else(|| worded(ending));
    let finished = matches!(ending, Ending::Finished { .. });
    let (of_goal, why) = match &goal {
        None | Some(GoalStatus::Active) => (kind, None),
        Some(GoalStatus::Complete) => (&Heading::GoalReached, None),
        Some(GoalStatus::Paused) => (&Heading::GoalPaused, Some("The goal is paused.".to_owned())),
        Some(GoalStatus::Blocked) => {
            let why = "Codex cannot go on with the goal without you.";
            (&Heading::GoalBlocked, Some(why.to_owned()))
        }
        Some(GoalStatus::UsageLimited) => {
            let why = "The goal stopped: the usage of your account is used up.";
            (&Heading::GoalStopped, Some(why.to_owned()))
        }
        Some(GoalStatus::BudgetLimited) => {
            let why = "The goal stopped: its budget is used up.";
            (&Heading::GoalStopped, Some(why.to_owned()))
        }
        Some(GoalStatus::Other(status)) => {
            let why = format!("Codex calls the goal \"{status}\" now.");
            (&Heading::GoalChanged, Some(why))
        }
    };
    if let Some(why) = why {
        body = format!("{body}\n{why}");
    }
    let kind = if finished { of_goal } else { kind };
    notices::queue(draft, Some(session), topic, kind, &body);
    limits::told_by_turn(draft, ending);
}

fn deadline(session: &SessionId) -> events::event::Deadline {
    events::event::Deadline::Goal(session.clone())
}

/// How an ending is called, and what is said about it.
fn worded(ending: &Ending) -> (&'static Heading, String) {
    match ending {
        Ending::Finished { last } => (
            &Heading::Done,
            last.as_ref().map_or_else(
                || "The turn ended without a message.".into(),
                |l| l.reveal().clone(),
            ),
        ),
        Ending::Failed { error } => (&Heading::Failed, error.reveal().clone()),
        Ending::Interrupted { reason } => (
            &Heading::Interrupted,
            if reason == "interrupted" {
                "The turn was interrupted.".into()
            } else {
                format!("The turn was interrupted: {reason}.")
            },
        ),
    }
}
