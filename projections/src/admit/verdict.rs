//! What a row is, and what all rows are judged by.

use crate::state::State;
use events::event::{IgnoreReason as Reason, ReactionReceived};
use events::{CommandId, Span, Wall};

/// What a row is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Decided on before.
    Known,
    /// Not whole yet; what it lacks.
    Held(&'static str),
    /// Our own, by this command.
    Ours(CommandId),
    /// Our own text come back, in the owner's chat with themself.
    Copy(CommandId),
    /// Not the owner's word.
    Ignored(Reason),
    /// The owner's word.
    Owner {
        text: String,
        date: Wall,
        self_chat: bool,
        /// It is a link, which Messages may have split off other words.
        link: bool,
        /// It was spoken; the text is Apple's transcript.
        voice: bool,
    },
    /// The owner reacted to a text of ours.
    Reacted(ReactionReceived),
    /// The owner edited a message taken before, or unsent it (`None`).
    Changed(Option<String>),
}

/// `balloon_bundle_id` of links, and of their previews.
pub(crate) const LINK: &str = "com.apple.messages.URLBalloonProvider";

/// A message may be written this much in the future: clocks differ.
const SKEW: Span = Span::seconds(300);
/// Two copies of one message in a chat with oneself lie this close: the one
/// that comes back, and the one from another device of the owner's.
pub(super) const COPIES: Span = Span::seconds(3);

/// Whether a message is too old to be acted on, or dated in the future.
pub(super) fn untimely(state: &State, date: Wall, now: Wall) -> Option<Reason> {
    if date.until(now) > state.settings.fresh {
        return Some(Reason::Stale);
    }
    (now.until(date) > SKEW).then_some(Reason::Future)
}
