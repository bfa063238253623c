//! Our own rows of chat.db: the only proof that a text was sent, or that it was not.

use super::draft::Draft;
use super::{missing, notices, prompts, settle};
use crate::admit::is_imessage;
use crate::heading::Heading;
use events::event::{OutgoingSeen, Topic};
use events::input::MessageRow;
use events::outcome::{Evidence, Failure};
use events::{CommandId, Event, Outcome};

/// Our own row is the proof of a send, or of its failure.
pub(super) fn seen(draft: &mut Draft, row: &MessageRow, command: CommandId) {
    let open = draft
        .state()
        .ledger
        .open
        .get(&command)
        .map(|entry| entry.row.is_some());
    let named = draft.state().ledger.sent.by_guid(&row.guid).is_some();
    let ended = row.error != 0 || row.sent || row.delivered;
    // Messages may turn to SMS after it wrote the row, and long after it was taken for proof.
    let elsewhere = row.error == 0
        && !is_imessage(&row.service)
        && !draft.state().ledger.sent.is_elsewhere(command);
    let known = draft.state().ledger.sent.has_failed(command);
    let nothing_new = match open {
        Some(seen) => seen && !ended,
        // An error may come after the row was taken for proof.
        None => named && (row.error == 0 || known),
    };
    if nothing_new && !elsewhere {
        return;
    }
    let seen = OutgoingSeen {
        rowid: row.rowid,
        guid: row.guid.clone(),
        command,
        service: row.service.clone(),
        error: row.error,
        sent: row.sent,
        delivered: row.delivered,
        date: row.date,
    };
    draft.record(Event::OutgoingSeen(seen.clone()));
    if row.sent || row.delivered {
        prompts::delivered(draft, &seen, row.date);
    }
    if open.is_none() && row.error != 0 && !known {
        let body = format!(
            "Messages took a text for you and then reported error {}.",
            row.error
        );
        notices::queue(draft, None, Topic::Health, &Heading::NotDelivered, &body);
    }
    if open.is_none() && row.error == 0 {
        // It may have been reported as missing.
        missing::tell(draft);
    }
    if open.is_some() && ended {
        let evidence = Evidence::Row {
            rowid: row.rowid,
            guid: row.guid.clone(),
            service: row.service.clone(),
        };
        let failure = Failure::Row {
            guid: row.guid.clone(),
            code: row.error,
        };
        settle::settle(
            draft,
            command,
            if row.error == 0 {
                Outcome::Done(evidence)
            } else {
                Outcome::Failed(failure)
            },
        );
    }
    if elsewhere && !draft.state().settings.allow_sms {
        let body = format!(
            "A text left this Mac as {} instead of iMessage.",
            row.service
        );
        notices::queue(draft, None, Topic::Health, &Heading::NotIMessage, &body);
    }
}
