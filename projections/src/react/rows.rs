//! Rows of chat.db: who wrote each one decides where it goes. Our own rows are proof
//! ([`super::own_rows`]); the owner's are messages.

use super::draft::Draft;
use super::{answering, changes, gather, notices, own_rows, shapes, unanswered};
use crate::admit::{Verdict, judge};
use crate::heading::Heading;
use events::event::{
    IgnoreReason, InboundFilesNamed, InboundHeld, InboundIgnored, InboundReceived, InboundSpoken,
    InboundUnanswered, Reaction, ReactionReceived, Topic,
};
use events::input::MessageRow;
use events::{CommandId, Digest, Event, Text};

/// A row was read.
pub(super) fn row(draft: &mut Draft, row: &MessageRow) {
    known_by(draft, row, None);
}

/// The same, where perhaps only the fingerprint of its files' names is known.
pub(super) fn known_by(draft: &mut Draft, row: &MessageRow, files: Option<Digest>) {
    let (rowid, guid) = (row.rowid, row.guid.clone());
    match judge(draft.state(), row, draft.now()) {
        Verdict::Known => {}
        Verdict::Held(lacks) => {
            if !draft.state().inbox.held.contains_key(&rowid) {
                draft.record(Event::InboundHeld(InboundHeld {
                    rowid,
                    guid,
                    lacks: lacks.to_owned(),
                }));
            }
        }
        Verdict::Ours(command) => own_rows::seen(draft, row, command),
        Verdict::Copy(command) => not_taken(draft, row, IgnoreReason::Echo, Some(command)),
        Verdict::Ignored(reason) => not_taken(draft, row, reason, None),
        Verdict::Reacted(reaction) => {
            draft.record(Event::ReactionReceived(reaction.clone()));
            reacted(draft, &reaction);
        }
        Verdict::Changed(text) => changes::changed(draft, row, text),
        Verdict::Owner {
            text,
            date,
            self_chat,
            link,
            voice,
        } => {
            let event = InboundReceived {
                rowid,
                guid,
                date,
                text: Text::from(text),
                reply_to: row.reply_to.clone(),
                attachments: row.attachments && !link && !voice,
                self_chat,
                from_me: row.from_me,
            };
            draft.record(Event::InboundReceived(event.clone()));
            let named = crate::admit::known_by_files(row, event.text.reveal());
            if let Some(digest) = named.or(files) {
                draft.record(Event::InboundFilesNamed(InboundFilesNamed {
                    inbound: event.guid.clone(),
                    digest,
                }));
            }
            if voice {
                let inbound = event.guid.clone();
                draft.record(Event::InboundSpoken(InboundSpoken { inbound }));
            }
            gather::arrived(draft, &event, link);
        }
    }
}

/// A row is not acted on; where it was the owner's and meant something, they hear of it.
fn not_taken(
    draft: &mut Draft,
    row: &MessageRow,
    reason: IgnoreReason,
    copy_of: Option<CommandId>,
) {
    let event = InboundIgnored {
        rowid: row.rowid,
        guid: row.guid.clone(),
        reason,
        copy_of,
    };
    ignored(draft, event);
    shapes::row(draft, row);
    if crate::admit::deserves_a_word(draft.state(), row, reason) {
        unanswered::note(
            draft,
            InboundUnanswered {
                inbound: row.guid.clone(),
                reason,
                date: row.date,
            },
        );
    }
}

pub(super) fn ignored(draft: &mut Draft, event: InboundIgnored) {
    let inbox = &draft.state().inbox;
    let news = if event.reason == IgnoreReason::Loop && inbox.loop_held == 0 {
        Some((&Heading::Paused, PAUSED))
    } else if event.reason == IgnoreReason::UnlistedAddress && !inbox.ignored.has(event.reason) {
        Some((&Heading::NotListed, UNLISTED))
    } else {
        None
    };
    draft.record(Event::InboundIgnored(event));
    if let Some((kind, body)) = news {
        notices::queue(draft, None, Topic::Health, kind, body);
    }
}

/// The owner reacted to a text of ours. A reaction asks for nothing.
pub(super) fn reacted(draft: &mut Draft, reaction: &ReactionReceived) {
    let yes = match &reaction.reaction {
        Reaction::Like => true,
        Reaction::Dislike => false,
        Reaction::Emoji(emoji) if emoji.starts_with('👍') => true,
        Reaction::Emoji(emoji) if emoji.starts_with('👎') => false,
        Reaction::Love
        | Reaction::Laugh
        | Reaction::Emphasis
        | Reaction::Question
        | Reaction::Emoji(_)
        | Reaction::Sticker => return,
    };
    let first = reaction.target.part.is_none_or(|part| part == 0);
    if reaction.added && first && draft.state().settings.tapbacks {
        answering::tapback(draft, reaction, yes);
    }
}

const UNLISTED: &str = "You wrote to yourself from an address that is not in CODEX_IMESSAGE_TO. \
                        Such messages are not acted on. If they should be, add the address to the \
                        setting. You are told this once.";
const PAUSED: &str = "Too many messages, or too many with the same words, came within a minute. \
                      This looks like a program that answers by itself, so more of them are not \
                      acted on until there is a pause. Answers to sessions that wait for you still go in.";

/// The pause is there: the owner hears how many of their messages did nothing.
pub(super) fn loop_over(draft: &mut Draft, held: u32) {
    let body = match held {
        0 => return,
        1 => "One message was not acted on. Send it again if you meant it.".to_owned(),
        many => format!("{many} messages were not acted on. Send them again if you meant them."),
    };
    notices::queue(draft, None, Topic::Health, &Heading::Resumed, &body);
}
