//! Sources that come and go, and the queue file.

use super::draft::Draft;
use super::notices;
use crate::handle::not_for_owner;
use crate::heading::Heading;
use crate::redact::redact;
use events::event::{
    LocalTimeChanged, LogRecovered, QueueLineImported, Source, SourceFailed, SourceRecovered, Topic,
};
use events::input::{QueueEntry, QueueLine, SourceState};
use events::{Digest, Event, Text, Wall};

/// A source changed; what is known already is not said again.
pub(super) fn changed(draft: &mut Draft, source: Source, now: SourceState) {
    let before = draft.state().failed_sources.get(&source);
    let told = draft.state().down.contains(&source);
    let event = match now {
        SourceState::Failed(fault) if before != Some(&fault) => {
            Event::SourceFailed(SourceFailed { source, fault })
        }
        SourceState::Works if before.is_some() || told => {
            Event::SourceRecovered(SourceRecovered { source })
        }
        SourceState::Failed(_) | SourceState::Works => return,
    };
    let again = told && matches!(event, Event::SourceRecovered(_));
    let disk = match (&event, source) {
        (Event::SourceFailed(failed), Source::Disk) => Some(failed.fault.clone()),
        _ => None,
    };
    draft.record(event);
    // What does not fit on the disk can soon not be told any more.
    if let Some(fault) = disk {
        notices::queue(draft, None, Topic::Health, &Heading::DiskFull, &fault);
    }
    if again {
        let body = "Messages on the Mac is readable again. What you wrote meanwhile is handled now, \
                    unless it is too old.";
        notices::queue(draft, None, Topic::Health, &Heading::HeardAgain, body);
    }
}

/// A source has failed for long; the owner cannot know that nobody hears them.
pub(super) fn down(draft: &mut Draft, source: Source) {
    if draft.state().down.contains(&source) {
        let body = "Messages on the Mac has been unreadable for at least ten minutes, so what you \
                    write here is not seen. Run `doctor` on the Mac. Nothing is lost.";
        notices::queue(draft, None, Topic::Health, &Heading::NotHeard, body);
    }
}

/// The owner is told where the damaged files are.
pub(super) fn log_recovered(draft: &mut Draft, recovered: LogRecovered) {
    let LogRecovered { story, kept } = &recovered;
    let body = format!("{story}\nThe damaged files are kept in {kept}");
    draft.record(Event::LogRecovered(recovered));
    notices::queue(draft, None, Topic::Health, &Heading::LogRecovered, &body);
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
    let event = QueueLineImported {
        file,
        offset,
        digest,
        refused,
    };
    line_taken(draft, event, text);
}

/// A line of the queue file was taken, with its words where it has any.
pub(super) fn line_taken(draft: &mut Draft, event: QueueLineImported, text: Option<Text>) {
    let sent = event.refused.is_none();
    draft.record(Event::QueueLineImported(event));
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
        return Some("the line contains no text".into());
    }
    let lately = |at: &Wall| at.until(draft.now().wall) <= state.settings.dedupe_ttl;
    let twice = state
        .inbox
        .queue_lines
        .iter()
        .any(|(said, at)| *said == digest && lately(at));
    let twice = twice.then(|| "duplicate of an earlier line".to_owned());
    not_for_owner(&state.settings, entry.to.as_ref()).or(twice)
}

/// Local time has another distance from UTC.
pub(super) fn local_time(draft: &mut Draft, offset: i32) {
    if draft.state().holds.offset != offset {
        draft.record(Event::LocalTimeChanged(LocalTimeChanged { offset }));
    }
}
