//! Sources that come and go, and the queue file.

use super::draft::Draft;
use super::notices;
use crate::handle;
use crate::redact::redact;
use crate::state::State;
use events::event::{QueueLineImported, SourceFailed, SourceRecovered, Topic};
use events::input::{QueueEntry, QueueLine, Source, SourceState};
use events::{Digest, Event, Text, Wall};

/// A source changed; what is known already is not said again.
pub(super) fn changed(draft: &mut Draft, source: Source, now: SourceState) {
    let before = draft.state().failed_sources.get(&source);
    let event = match now {
        SourceState::Failed(fault) if before != Some(&fault) => {
            Event::SourceFailed(SourceFailed { source, fault })
        }
        SourceState::Works if before.is_some() => {
            Event::SourceRecovered(SourceRecovered { source })
        }
        SourceState::Failed(_) | SourceState::Works => return,
    };
    draft.record(event);
}

/// Why a text is not sent to this recipient; `None` where it is the owner's.
pub(super) fn not_for_owner(state: &State, to: Option<&Text>) -> Option<String> {
    if state.settings.owner.is_empty() {
        return Some("no recipient is configured".into());
    }
    let owners = |to: &Text| {
        state
            .settings
            .owner
            .iter()
            .any(|mine| handle::same(mine.reveal(), to.reveal()))
    };
    let stranger = to.is_some_and(|to| !owners(to));
    stranger.then(|| "its recipient is not the owner: nothing is sent to anybody else".into())
}

/// A line of the queue file is sent as it stands, once.
pub(super) fn queue_line(draft: &mut Draft, line: QueueLine) {
    if draft
        .state()
        .inbox
        .queue
        .get(&line.file)
        .is_some_and(|read| line.offset <= *read)
    {
        return;
    }
    let QueueLine {
        file,
        offset,
        stamp,
        line,
    } = line;
    let (digest, refused, text) = match line {
        Err(fault) => (None, Some(fault), None),
        Ok(entry) => {
            let digest = Digest::of(&format!("{stamp} {}", entry.text.reveal()));
            let refused = why_not(draft, &entry, digest);
            (Some(digest), refused, Some(entry.text))
        }
    };
    let sent = refused.is_none();
    draft.record(Event::QueueLineImported(QueueLineImported {
        file,
        offset,
        digest,
        refused,
    }));
    if let Some(text) = text.filter(|_| sent) {
        let settings = &draft.state().settings;
        let text = if settings.redact {
            redact(text.reveal())
        } else {
            text.reveal().clone()
        };
        let parts = crate::render::plain_parts(&text, settings.max_len as usize);
        notices::instead(draft, &[], None, Topic::Request, parts);
    }
}

fn why_not(draft: &Draft, entry: &QueueEntry, digest: Digest) -> Option<String> {
    let state = draft.state();
    if entry.text.reveal().trim().is_empty() {
        return Some("the line has no text".into());
    }
    let lately = |at: &Wall| at.until(draft.now().wall) <= state.settings.dedupe_ttl;
    let twice = state
        .inbox
        .queue_lines
        .iter()
        .any(|(said, at)| *said == digest && lately(at));
    let twice = twice.then(|| "the same line was taken before".to_owned());
    not_for_owner(state, entry.to.as_ref()).or(twice)
}
