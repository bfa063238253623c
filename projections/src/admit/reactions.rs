//! Reactions of the owner's to our texts, and rows that are neither words nor one.

use super::verdict::{COPIES, LINK, Verdict, untimely};
use crate::ledger::Sent;
use crate::state::State;
use events::event::{IgnoreReason as Reason, Reaction, ReactionReceived};
use events::input::MessageRow;
use events::{Digest, Now, Wall};

/// `associated_message_type`: stickers, reactions added and taken back, votes in polls.
pub(super) const REACTIONS: std::ops::RangeInclusive<i64> = 1000..=4999;

/// What a message of the owner's is that is not plain words or a link.
pub(super) fn kind(row: &MessageRow) -> Option<Reason> {
    match (row.associated_type, row.balloon.as_deref()) {
        (kind, _) if REACTIONS.contains(&kind) => Some(Reason::Tapback),
        // 2 and 3 mark what belongs to an app, and are ordinary without one.
        (0 | 2 | 3, None | Some("" | LINK)) => None,
        (0 | 2 | 3, Some(_)) => Some(Reason::Balloon),
        _ => Some(Reason::Unknown),
    }
}

/// The text of ours that a reaction is about.
pub(super) fn about_us<'a>(state: &'a State, row: &MessageRow) -> Option<&'a Sent> {
    state.ledger.sent.by_guid(&row.target.as_ref()?.guid)
}

/// The owner's reaction to a text of ours.
pub(super) fn reaction(state: &State, row: &MessageRow, now: Now) -> Option<Verdict> {
    about_us(state, row)?;
    let (kind, added) = match row.associated_type {
        kind @ 2000..=2007 => (kind - 2000, true),
        kind @ 3000..=3007 => (kind - 3000, false),
        _ => return None,
    };
    let reaction = match kind {
        0 => Reaction::Love,
        1 => Reaction::Like,
        2 => Reaction::Dislike,
        3 => Reaction::Laugh,
        4 => Reaction::Emphasis,
        5 => Reaction::Question,
        6 => Reaction::Emoji(row.emoji.clone().unwrap_or_default()),
        _ => Reaction::Sticker,
    };
    let date = row.date?;
    let received = ReactionReceived {
        rowid: row.rowid,
        guid: row.guid.clone(),
        date,
        target: row.target.clone()?,
        reaction,
        added,
    };
    let digest = reaction_digest(&received);
    let gap = |at: &Wall| at.until(date).max(date.until(*at));
    let mut lately = state.inbox.reactions.iter();
    let duplicate = lately.any(|(other, at)| *other == digest && gap(at) <= COPIES);
    if duplicate || untimely(state, date, now.wall).is_some() {
        return Some(Verdict::Ignored(Reason::Tapback));
    }
    Some(Verdict::Reacted(received))
}

/// What two copies of one reaction have in common.
pub(crate) fn reaction_digest(e: &ReactionReceived) -> Digest {
    Digest::of(&format!("{:?} {} {}", e.reaction, e.added, e.target.guid))
}
