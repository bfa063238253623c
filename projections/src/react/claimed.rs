//! Turns that notify reported as over and that go on. Codex runs notify before it looks
//! whether the user has said more; what was said meanwhile it takes into the same turn.

use super::draft::Draft;
use crate::sessions::Claimed;
use events::event::{SignOfTurn, TurnWentOn};
use events::prompt::{PromptAsked, PromptBody};
use events::{Digest, Event, SessionId, Text, TurnId};

/// The rollout has more. Behind the last words that notify reported, it shows that the turn
/// goes on. `words`: what the model said, where it was the model.
pub(super) fn read_on(
    draft: &mut Draft,
    session: &SessionId,
    words: Option<&Text>,
    sign: SignOfTurn,
) {
    let past = claimed(draft, session).is_some_and(|claimed| {
        let same = |words: &Text| Digest::of(words.reveal()) == claimed.last;
        claimed.reached && !words.is_some_and(same)
    });
    if past {
        went_on(draft, session, sign);
    }
}

/// Codex asks in a turn that notify reported as over.
pub(super) fn asks(draft: &mut Draft, asked: &PromptAsked) {
    let asks = |turn: &TurnId| is_only_claimed(draft, &asked.session, turn);
    // A plan is asked about after its turn.
    let plan = matches!(asked.body, PromptBody::Plan { .. });
    if !plan && asked.turn.as_ref().is_some_and(asks) {
        went_on(draft, &asked.session, SignOfTurn::Prompt);
    }
}

/// The rollout does not show the end of this turn yet; only notify reported it.
pub(super) fn is_only_claimed(draft: &Draft, session: &SessionId, turn: &TurnId) -> bool {
    claimed(draft, session).is_some_and(|claimed| claimed.turn == *turn)
}

fn claimed<'a>(draft: &'a Draft, session: &SessionId) -> Option<&'a Claimed> {
    draft.state().sessions.get(session)?.claimed.as_ref()
}

fn went_on(draft: &mut Draft, session: &SessionId, sign: SignOfTurn) {
    if let Some(turn) = claimed(draft, session).map(|claimed| claimed.turn.clone()) {
        let session = session.clone();
        draft.record(Event::TurnWentOn(TurnWentOn {
            session,
            turn,
            sign,
        }));
    }
}
