//! Ends of turns and of questions, whoever reports them first: notify and the rollout
//! speak of the same turn.

use super::draft::Draft;
use super::{goals, notices, prompt_news, proofs, stall};
use crate::heading::Heading;
use crate::markdown::plain;
use crate::notify_payload;
use crate::sessions::{OpenQuestion, Session};
use events::event::{
    Closing, Ending, EndingNotTold, GoalStatus, NotTold, QuestionClosed, QuestionKind, Topic,
    TurnCompleted, TurnTold,
};
use events::settings::NotifyMode;
use events::{CallId, Digest, Event, SessionId, Text, TurnId};

/// Reasons of an interruption that only say that something else goes on.
const REPLACED: [&str; 2] = ["replaced", "review_ended"];

/// Takes a reported turn as the session's.
pub(super) fn place(draft: &mut Draft, told: TurnTold) {
    if told.kind != notify_payload::TURN_COMPLETE {
        return;
    }
    let Some(known) = draft.state().sessions.get(&told.session) else {
        return;
    };
    // A turn without a name is told by the rollout, which names it: once, not twice. So is one
    // without words, and one of a goal: only the rollout knows what they mean.
    let turn = told.turn.or_else(|| known.turn.clone());
    let clear = told.last.is_some() && known.goal != Some(GoalStatus::Active);
    if known.is_owners() && turn.is_some() && clear {
        let ending = Ending::Finished { last: told.last };
        turn_ended(draft, &told.session, None, turn, &ending);
    }
}

/// The end of this turn was reported before.
fn is_told(known: &Session, turn: &TurnId, ending: &Ending) -> bool {
    let claimed = known
        .claimed
        .as_ref()
        .filter(|claimed| claimed.turn == *turn);
    let same = match ending {
        Ending::Finished { last: Some(last) } => {
            claimed.is_some_and(|claimed| claimed.last == Digest::of(last.reveal()))
        }
        Ending::Finished { last: None } | Ending::Failed { .. } | Ending::Interrupted { .. } => {
            false
        }
    };
    same || known.ended.contains(turn)
}

/// A turn ended, whoever tells first: notify and the rollout speak of the same turn.
pub(super) fn turn_ended(
    draft: &mut Draft,
    session: &SessionId,
    offset: Option<u64>,
    turn: Option<TurnId>,
    ending: &Ending,
) {
    let Some(known) = draft.state().sessions.get(session) else {
        return;
    };
    let told = turn
        .as_ref()
        .is_some_and(|turn| is_told(known, turn, ending));
    // Where notify was faster, the rollout's own record of the end still has to undo
    // its beginning, only it knows whether a question was answered before, and only it
    // says that the turn does not go on.
    let modal = |q: &&OpenQuestion| q.kind == QuestionKind::Modal;
    let at_rest = known.finished
        && known.turn.is_none()
        && known.claimed.is_none()
        && !known.questions.iter().any(|q| modal(&q));
    if told && (offset.is_none() || at_rest) {
        return;
    }
    let held: Vec<_> = known
        .questions
        .iter()
        .filter(|q| offset.is_some() && modal(q))
        .map(|q| q.call.clone())
        .collect();
    let (owners, before) = (known.is_owners(), known.offset);
    let ending = &with_last_words(known, ending);
    let not_told = why_not_told(known, ending);
    let last = match ending {
        Ending::Finished { last } => last.as_ref(),
        Ending::Failed { .. } | Ending::Interrupted { .. } => None,
    };
    if !told {
        progress(draft, session, last);
    }
    let event = TurnCompleted {
        session: session.clone(),
        offset,
        turn: turn.clone(),
        ending: ending.clone(),
    };
    draft.record(Event::TurnCompleted(event));
    let how = if matches!(ending, Ending::Interrupted { .. }) {
        Closing::Interrupted
    } else {
        Closing::Overtaken
    };
    for call in held {
        close(draft, session, offset.unwrap_or(before), &call, how);
    }
    prompt_news::turn_ended(draft, session, turn.as_ref());
    stall::over(draft, session);
    if told {
        return goals::add_work(draft, session, turn, ending);
    }
    if !owners || !wants_endings(draft) {
        return;
    }
    if let Some(why) = not_told {
        let session = session.clone();
        draft.record(Event::EndingNotTold(EndingNotTold { session, turn, why }));
        return;
    }
    goals::tell(draft, session, Topic::TurnEnd(turn), ending);
}

/// A review's record of its end holds no words, though its findings were said before.
fn with_last_words(known: &Session, ending: &Ending) -> Ending {
    match ending {
        Ending::Finished { last: None } => Ending::Finished {
            last: known.unsent.clone(),
        },
        Ending::Finished { .. } | Ending::Failed { .. } | Ending::Interrupted { .. } => {
            ending.clone()
        }
    }
}

/// What nobody waits for is not told: see "Which turns you hear of" in docs/phone-reference.md.
fn why_not_told(known: &Session, ending: &Ending) -> Option<NotTold> {
    // Of a turn whose beginning was not seen it is not known whether somebody asked.
    let unasked = known.turn.is_some() && !known.asked;
    match ending {
        Ending::Interrupted { reason } if REPLACED.contains(&reason.as_str()) => {
            Some(NotTold::Replaced)
        }
        Ending::Interrupted { .. } => None,
        _ if known.goes_on() => Some(NotTold::GoalGoesOn),
        Ending::Finished { last: None } if unasked => Some(NotTold::NothingSaid),
        Ending::Finished { .. } | Ending::Failed { .. } => None,
    }
}

fn wants_endings(draft: &Draft) -> bool {
    let settings = &draft.state().settings;
    settings.mode != NotifyMode::StateOnly && settings.final_status && !settings.only_needs_input
}

/// In `send` mode, what was said before this becomes a notice; the last thing
/// said becomes one when the turn ends.
pub(super) fn progress(draft: &mut Draft, session: &SessionId, last: Option<&Text>) {
    let settings = &draft.state().settings;
    let wanted = settings.mode == NotifyMode::Send && !settings.only_needs_input;
    let known = draft.state().sessions.get(session);
    let Some(known) = known.filter(|known| !known.goes_on()) else {
        return;
    };
    let same =
        |text: &Text| last.is_some_and(|l| Digest::of(l.reveal()) == Digest::of(text.reveal()));
    let text = known.unsent.clone().filter(|text| !same(text));
    if let Some(text) = text.filter(|_| wanted && known.is_owners()) {
        notices::queue(
            draft,
            Some(session),
            Topic::Progress,
            &Heading::Working,
            &plain(text.reveal()),
        );
    }
}

/// A question is no longer open, and why.
pub(super) fn close(
    draft: &mut Draft,
    session: &SessionId,
    offset: u64,
    call: &CallId,
    how: Closing,
) {
    draft.record(Event::QuestionClosed(QuestionClosed {
        session: session.clone(),
        offset,
        call: call.clone(),
        how,
    }));
    let topic = Topic::Question(call.clone());
    let mine = |other: &Topic, _| *other == topic;
    notices::withdraw(draft, session, mine, "the question is no longer open");
    proofs::proven_by_answer(draft, session, call, how);
}
