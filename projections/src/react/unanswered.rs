//! The line that the owner gets about messages of theirs that were not acted on.

use super::draft::Draft;
use super::notices;
use crate::heading::Heading;
use events::Event;
use events::event::{InboundUnanswered, Topic};

/// A message was not acted on: the owner is told at once, or with the next line.
pub(super) fn note(draft: &mut Draft, event: InboundUnanswered) {
    draft.record(Event::InboundUnanswered(event));
    if draft.state().inbox.unanswered.next() <= draft.now().tick {
        tell(draft);
    }
}

/// Tells of all that waits.
pub(super) fn tell(draft: &mut Draft) {
    let text = draft.state().inbox.unanswered.text(draft.now().wall);
    if let Some(text) = text {
        notices::queue(draft, None, Topic::Unanswered, &Heading::NotActedOn, &text);
    }
}
