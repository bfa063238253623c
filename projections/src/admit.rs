//! Who may speak. A row of chat.db is the owner's word only when everything
//! about it says so; each other row has a reason. When in doubt, it is not.

mod reactions;
mod verdict;
mod words;

use crate::breaker;
use crate::handle;
use crate::inbox::Recent;
use crate::ledger::{Sent, file_digest, sent_digest};
use crate::state::State;
use events::event::IgnoreReason as Reason;
use events::input::{Body, Chat, MessageRow, Schedule, Voice};
use events::{Digest, Now, Span, Text, Wall};
pub(crate) use reactions::reaction_digest;
use reactions::{REACTIONS, about_us, kind, reaction};
pub(crate) use verdict::LINK;
pub use verdict::Verdict;
use verdict::{COPIES, untimely};
pub use words::holds;
use words::{begins_as_ours, files_are_named, is_tapback_text, quotes_us, said};

/// What is older is no news.
const NEWS: Span = Span::seconds(7 * 86_400);
/// A preview comes at most this long before or after the message that holds its link.
const PREVIEW: Span = Span::seconds(90);

/// Two copies that were both sent, or both received, lie this close.
const COPIES_SAME_WAY: Span = Span(500);
/// A copy of a text of ours is dated this close to when we sent it.
const ECHO: Span = Span::seconds(600);
/// Or it is one of so many rows behind it.
const ECHO_ROWS: i64 = 12;

/// Judges a row.
pub fn judge(state: &State, row: &MessageRow, now: Now) -> Verdict {
    if let Some(sent) = ours(state, row) {
        return Verdict::Ours(sent.id);
    }
    if unnamed_file(state, row) && !row.given_up {
        return Verdict::Held("its files");
    }
    if row.edited
        && let Some(recent) = state.inbox.recent(&row.guid)
    {
        return change(recent, row);
    }
    if state.inbox.knows(row.rowid) {
        return Verdict::Known;
    }
    if state.inbox.guids.contains(&row.guid) {
        return Verdict::Ignored(Reason::Duplicate);
    }
    if let Some(reason) = never(state, row) {
        return Verdict::Ignored(reason);
    }
    let Some(chat) = &row.chat else {
        return if row.given_up {
            Verdict::Ignored(Reason::NoChat)
        } else {
            Verdict::Held("a chat")
        };
    };
    match sender(state, row, chat) {
        Err(reason) => Verdict::Ignored(reason),
        Ok(_) if row.schedule == Schedule::Waiting => Verdict::Held("its time to be sent"),
        Ok(self_chat) => reaction(state, row, now)
            .or_else(|| kind(row).map(Verdict::Ignored))
            .unwrap_or_else(|| content(state, row, self_chat, now)),
    }
}

/// What became of a message taken before. An edit that changes nothing is none.
fn change(recent: &Recent, row: &MessageRow) -> Verdict {
    if row.unsent {
        return if recent.unsent {
            Verdict::Known
        } else {
            Verdict::Changed(None)
        };
    }
    match said(row) {
        Some(text) if !text.is_empty() && text != *recent.message.text.reveal() => {
            Verdict::Changed(Some(text))
        }
        _ => Verdict::Known,
    }
}

/// Our own row: sent from this account to the owner, with our text, after the command began.
fn ours<'a>(state: &'a State, row: &MessageRow) -> Option<&'a Sent> {
    if !row.from_me {
        return None;
    }
    if let Some(sent) = state.ledger.sent.by_guid(&row.guid) {
        return Some(sent);
    }
    let digest = fingerprint(row)?;
    if state.inbox.knows(row.rowid) {
        return None;
    }
    let later = |sent: &&Sent| sent.baseline.is_none_or(|base| row.rowid > base);
    let sent: Vec<_> = state.ledger.sent.by_digest(&digest).filter(later).collect();
    let elsewhere = |chat: &Chat| !is_owner(state, chat.identifier.reveal());
    if row.chat.as_ref().is_some_and(elsewhere) {
        return None;
    }
    // The same words may have gone out before: a row is of the last try begun
    // before it was written, else of one that waits, else of the oldest.
    let unseen: Vec<_> = sent.into_iter().filter(|s| s.guid.is_none()).collect();
    let begun = |s: &&&Sent| row.date.is_some_and(|date| s.at <= date);
    let waits = |s: &&&Sent| state.ledger.open.contains_key(&s.id);
    let last = unseen.iter().rfind(begun);
    let found = last.or_else(|| unseen.iter().find(waits));
    found.or(unseen.first()).copied()
}

/// By what a row of ours is known: its words, or the name of its only file.
fn fingerprint(row: &MessageRow) -> Option<Digest> {
    match (said(row)?.is_empty(), row.files.as_slice()) {
        (true, [name]) => Some(file_digest(name.reveal())),
        _ => match &row.body {
            Body::Text(text) => Some(sent_digest(text.reveal())),
            Body::Empty | Body::Undecodable => None,
        },
    }
}

/// A row that holds only a file, whose name Messages has not written down, behind a file
/// that we gave to it. It may be ours, and must not come back to a session.
fn unnamed_file(state: &State, row: &MessageRow) -> bool {
    let wordless = said(row).is_some_and(|text| text.is_empty());
    let unnamed = wordless && row.attachments && row.files.is_empty();
    unnamed && state.ledger.sent.files_before(row.rowid).next().is_some()
}

/// The text of ours that these words are: still on its way, written when we sent it, or read not
/// long after, or close behind it or its row in the table, should the clock have
/// been set. Else it is the owner, who says the same at another time. Of equal
/// texts each has its own copy.
fn come_back<'a>(
    state: &'a State,
    row: &MessageRow,
    text: &str,
    date: Wall,
    now: Now,
) -> Option<&'a Sent> {
    let rows = |base: i64| (1..=ECHO_ROWS).contains(&row.rowid.saturating_sub(base));
    let near = |sent: &&Sent| {
        // Of a file's name the owner may well have another one.
        if sent.file_of.is_some() && sent.copy.as_ref().is_some_and(|copy| *copy != row.guid) {
            return false;
        }
        state.ledger.open.contains_key(&sent.id)
            || sent.at.until(date).max(date.until(sent.at)) <= ECHO
            || now.tick <= sent.tick.after(ECHO)
            || [sent.baseline, sent.row].into_iter().flatten().any(rows)
    };
    let digest = match (text, row.files.as_slice()) {
        ("", [name]) => file_digest(name.reveal()),
        _ => sent_digest(text),
    };
    let sent: Vec<_> = state.ledger.sent.by_digest(&digest).filter(near).collect();
    let alone = sent.iter().find(|sent| sent.copy.is_none());
    alone.or(sent.last()).copied()
}

fn is_owner(state: &State, address: &str) -> bool {
    let mut owners = state.settings.owner.iter();
    owners.any(|mine| handle::same(mine.reveal(), address))
}

/// What no sender and no chat can make a command.
fn never(state: &State, row: &MessageRow) -> Option<Reason> {
    if row.item_type != 0 {
        return Some(Reason::SystemItem);
    }
    if row.unsent {
        return Some(Reason::Unsent);
    }
    // A reaction to what is not ours needs no further look, and would be waited for in vain.
    let reacts = REACTIONS.contains(&row.associated_type) && about_us(state, row).is_none();
    reacts.then_some(Reason::Tapback)
}

/// Whether the owner wrote it, and whether to themself.
fn sender(state: &State, row: &MessageRow, chat: &Chat) -> Result<bool, Reason> {
    let owner = |address: &str| is_owner(state, address);
    let sender_is_owner = row
        .handle
        .as_ref()
        .is_some_and(|handle| owner(handle.reveal()));
    if !row.from_me && !sender_is_owner {
        return Err(if is_unlisted(row) {
            Reason::UnlistedAddress
        } else {
            Reason::NotOwner
        });
    }
    let others = chat.participants.iter().any(|one| !owner(one.reveal()));
    let several = chat.participants.len() > 1;
    // A chat of the owner's own addresses has nobody else in it, whatever Messages calls it.
    let alone = several && !others;
    let direct = chat.style == Some(45) && !several;
    if !direct && !alone {
        return Err(Reason::Group);
    }
    if others || (!alone && !owner(chat.identifier.reveal())) {
        return Err(if row.from_me {
            Reason::ToOthers
        } else {
            Reason::NotOwner
        });
    }
    if !is_imessage(&row.service) {
        // Only by SMS is a reaction a text; by iMessage the same words are the owner's.
        let reacts = said(row).is_some_and(|text| is_tapback_text(&text));
        return Err(if reacts {
            Reason::TapbackText
        } else {
            Reason::NotIMessage
        });
    }
    // With a Mac that has an Apple ID of its own, what "we" sent by hand is not the owner's word.
    let to_self = row
        .destination
        .as_ref()
        .is_none_or(|mine| handle::normalise(mine.reveal()).is_none() || owner(mine.reveal()));
    if row.from_me && !to_self {
        return Err(Reason::ToOthers);
    }
    // Where it is not said which address a row came to, it may be a chat with oneself.
    Ok(row.from_me || to_self)
}

/// Sent to the very address that it comes from: the owner wrote to themself, by an address
/// that is not among the owner's in the settings.
fn is_unlisted(row: &MessageRow) -> bool {
    let own = row.handle.as_ref().zip(row.destination.as_ref());
    own.is_some_and(|(from, to)| handle::same(from.reveal(), to.reveal()))
}

/// Whether a row's service is the one that cannot be forged. RCS is not, nor what nobody knows.
pub fn is_imessage(service: &str) -> bool {
    service == "iMessage"
}

/// What it says, and whether that is new.
fn content(state: &State, row: &MessageRow, self_chat: bool, now: Now) -> Verdict {
    let Some(text) = said(row) else {
        return Verdict::Ignored(Reason::Undecodable);
    };
    if row.voice == Voice::Untold {
        return untold(state, row, now);
    }
    let link = row.balloon.as_deref() == Some(LINK);
    let no_body = row.body == Body::Empty && !row.given_up;
    // The pictures of a preview are no attachments of the owner's. Where a picture is
    // known and the body is not, words may be on their way.
    if no_body || (text.is_empty() && (link || !row.attachments)) {
        // A link and an edited message said something.
        return match (row.given_up, link || row.edited) {
            (false, _) => Verdict::Held("a body"),
            (true, true) => Verdict::Ignored(Reason::Undecodable),
            (true, false) => Verdict::Ignored(Reason::Empty),
        };
    }
    // Without words a message is known by its files.
    if text.is_empty() && !files_are_named(row) && !row.given_up {
        return Verdict::Held("its files");
    }
    if self_chat && unnamed_file(state, row) {
        return Verdict::Ignored(Reason::Echo);
    }
    let Some(date) = written(row, now.wall) else {
        return Verdict::Ignored(Reason::Stale);
    };
    if let Some(sent) = self_chat
        .then(|| come_back(state, row, &text, date, now))
        .flatten()
    {
        return Verdict::Copy(sent.id);
    }
    let reason = repeated(state, row, &text, date, self_chat)
        .or_else(|| (link && previews(state, &text, date)).then_some(Reason::Preview))
        .or_else(|| untimely(state, date, now.wall))
        .or_else(|| {
            let reply_to = row.reply_to.as_ref();
            breaker::trips(state, reply_to, &text, date, now.wall).then_some(Reason::Loop)
        });
    if let Some(reason) = reason {
        return Verdict::Ignored(reason);
    }
    Verdict::Owner {
        text,
        date,
        self_chat,
        link,
        voice: row.voice != Voice::No,
    }
}

/// A voice message without a transcript: Messages may still write one.
fn untold(state: &State, row: &MessageRow, now: Now) -> Verdict {
    if !row.given_up {
        return Verdict::Held("its transcript");
    }
    let late =
        written(row, now.wall).map_or(Some(Reason::Stale), |date| untimely(state, date, now.wall));
    Verdict::Ignored(late.unwrap_or(Reason::NoTranscript))
}

/// Whether the owner is to hear that a row was not acted on: it is theirs, it was meant
/// for us, and nothing else shows that it was not taken.
pub fn deserves_a_word(state: &State, row: &MessageRow, reason: Reason) -> bool {
    match reason {
        Reason::NotIMessage
        | Reason::Balloon
        | Reason::Undecodable
        | Reason::Quoted
        | Reason::NoTranscript
        | Reason::Unknown => true,
        // What is from before our time, or long ago, is history that a sync puts in again.
        Reason::Stale | Reason::Future => row.date.is_none_or(|date| {
            state.began.is_none_or(|began| began <= date) && date.until(state.wall) <= NEWS
        }),
        Reason::NoChat => {
            let owner = |handle: &Text| is_owner(state, handle.reveal());
            let sender = row.handle.as_ref().is_some_and(owner);
            sender && !row.from_me && is_imessage(&row.service)
        }
        Reason::NotOwner
        | Reason::ToOthers
        | Reason::Group
        | Reason::Tapback
        | Reason::TapbackText
        | Reason::SystemItem
        | Reason::Edited
        | Reason::Duplicate
        | Reason::DuplicateCopy
        | Reason::Echo
        | Reason::Empty
        | Reason::Loop
        | Reason::Preview
        | Reason::Unsent
        // Of these the owner hears once, in words of their own.
        | Reason::UnlistedAddress => false,
    }
}

/// When it was written. What was to be sent later may bear a date that it was sent before.
fn written(row: &MessageRow, now: Wall) -> Option<Wall> {
    let date = row.date?;
    Some(if row.schedule == Schedule::Sent {
        date.min(now)
    } else {
        date
    })
}

/// Whether the link stands in a message taken just before or after.
fn previews(state: &State, link: &str, date: Wall) -> bool {
    let near = |at: Wall| at.until(date).max(date.until(at)) <= PREVIEW;
    let mut recent = state.inbox.recent.iter();
    recent.any(|r| near(r.message.date) && holds(r.message.text.reveal(), link))
}

/// The fingerprint by which copies of a message without words are recognised: of its files' names.
pub(crate) fn known_by_files(row: &MessageRow, text: &str) -> Option<Digest> {
    if !text.is_empty() || row.files.is_empty() {
        return None;
    }
    let names: Vec<_> = row
        .files
        .iter()
        .map(|name| name.reveal().as_str())
        .collect();
    Some(Digest::of(&format!("\u{fffc}{}", names.join("\n"))))
}

/// A copy of what was taken before, or an echo of ours.
fn repeated(
    state: &State,
    row: &MessageRow,
    text: &str,
    date: Wall,
    self_chat: bool,
) -> Option<Reason> {
    let inbox = &state.inbox;
    let digest = known_by_files(row, text).unwrap_or_else(|| Digest::of(text));
    if begins_as_ours(text) && self_chat {
        return Some(Reason::Echo);
    }
    if quotes_us(text) {
        return Some(Reason::Quoted);
    }
    let copy = |taken: &&crate::inbox::Taken| {
        let gap = taken.date.until(date).max(date.until(taken.date));
        // In a chat with oneself one message stands there twice, sent and received. Equal
        // words in other threads, or twice the same way, were written twice.
        let same_way = taken.from_me == row.from_me;
        let most = if same_way { COPIES_SAME_WAY } else { COPIES };
        let to_self = if same_way {
            row.from_me
        } else {
            self_chat || taken.self_chat
        };
        let duplicate = to_self && taken.reply_to == row.reply_to && gap <= most;
        // What a sync inserts again keeps its date, and may have lost its thread.
        let again = gap == Span(0) && (row.reply_to.is_none() || taken.reply_to == row.reply_to);
        taken.digest == digest && (again || duplicate)
    };
    inbox
        .taken
        .iter()
        .rev()
        .any(|taken| copy(&taken))
        .then_some(Reason::DuplicateCopy)
}
