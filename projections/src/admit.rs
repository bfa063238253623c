//! Who may speak. A row of chat.db is the owner's word only when everything
//! about it says so; each other row has a reason. When in doubt, it is not.

use crate::breaker;
pub use crate::breaker::quiet;
use crate::handle;
use crate::ledger::{Sent, sent_digest};
use crate::render::SIGIL;
use crate::state::State;
use events::event::IgnoreReason as Reason;
use events::input::{Body, Chat, MessageRow};
use events::{CommandId, Digest, Now, Span, Wall};

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
    },
}

/// A message may be written this much in the future: clocks differ.
const SKEW: Span = Span::seconds(300);
/// Two copies of one message in a chat with oneself lie this close: the one
/// that comes back, and the one from another device of the owner's.
const TWINS: Span = Span::seconds(3);
const TWINS_SENT: Span = Span(500);
/// A copy of a text of ours is dated this close to when we sent it.
const ECHO: Span = Span::seconds(600);
/// Or it is one of so many rows behind it.
const ECHO_ROWS: i64 = 12;

/// Judges a row.
pub fn judge(state: &State, row: &MessageRow, now: Now) -> Verdict {
    if let Some(sent) = ours(state, row) {
        return Verdict::Ours(sent.id);
    }
    if state.inbox.knows(row.rowid) {
        return Verdict::Known;
    }
    if state.inbox.guids.contains(&row.guid) {
        return Verdict::Ignored(Reason::Duplicate);
    }
    if let Some(reason) = never(row) {
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
        Ok(self_chat) => content(state, row, self_chat, now),
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
    let Body::Text(text) = &row.body else {
        return None;
    };
    if state.inbox.knows(row.rowid) {
        return None;
    }
    let digest = sent_digest(text.reveal());
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

/// The text of ours that these words are: still on its way, written when we sent it, or read not
/// long after, or close behind it or its row in the table, should the clock have
/// been set. Else it is the owner, who says the same at another time. Of equal
/// texts each has its own copy.
fn come_back<'a>(
    state: &'a State,
    rowid: i64,
    text: &str,
    date: Wall,
    now: Now,
) -> Option<&'a Sent> {
    let rows = |base: i64| (1..=ECHO_ROWS).contains(&rowid.saturating_sub(base));
    let near = |sent: &&Sent| {
        state.ledger.open.contains_key(&sent.id)
            || sent.at.until(date).max(date.until(sent.at)) <= ECHO
            || now.tick <= sent.tick.after(ECHO)
            || [sent.baseline, sent.row].into_iter().flatten().any(rows)
    };
    let digest = sent_digest(text);
    let sent: Vec<_> = state.ledger.sent.by_digest(&digest).filter(near).collect();
    let alone = sent.iter().find(|sent| sent.copy.is_none());
    alone.or(sent.last()).copied()
}

fn is_owner(state: &State, address: &str) -> bool {
    let mut owners = state.settings.owner.iter();
    owners.any(|mine| handle::same(mine.reveal(), address))
}

/// What no sender and no chat can make a command.
fn never(row: &MessageRow) -> Option<Reason> {
    let tests = [
        (row.item_type != 0, Reason::SystemItem),
        (row.associated_type != 0, Reason::Tapback),
        (row.edited, Reason::Edited),
        (row.balloon.is_some(), Reason::Balloon),
    ];
    tests
        .into_iter()
        .find_map(|(applies, reason)| applies.then_some(reason))
}

/// Whether the owner wrote it, and whether to themself.
fn sender(state: &State, row: &MessageRow, chat: &Chat) -> Result<bool, Reason> {
    let owner = |address: &str| is_owner(state, address);
    let sender_is_owner = row
        .handle
        .as_ref()
        .is_some_and(|handle| owner(handle.reveal()));
    if !row.from_me && !sender_is_owner {
        return Err(Reason::NotOwner);
    }
    let direct = chat.style == Some(45) && chat.participants.len() <= 1;
    if !direct {
        return Err(Reason::Group);
    }
    let others = chat.participants.iter().any(|one| !owner(one.reveal()));
    if others || !owner(chat.identifier.reveal()) {
        return Err(if row.from_me {
            Reason::ToOthers
        } else {
            Reason::NotOwner
        });
    }
    if !is_imessage(&row.service) {
        return Err(Reason::NotIMessage);
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

/// Whether a row's service is the one that cannot be forged. RCS is not, nor what nobody knows.
pub fn is_imessage(service: &str) -> bool {
    service == "iMessage"
}

/// What it says, and whether that is new.
fn content(state: &State, row: &MessageRow, self_chat: bool, now: Now) -> Verdict {
    let text = match &row.body {
        Body::Undecodable => return Verdict::Ignored(Reason::Undecodable),
        Body::Text(text) => words(text.reveal()),
        Body::Empty => String::new(),
    };
    if text.is_empty() && !row.attachments {
        return if row.given_up {
            Verdict::Ignored(Reason::Empty)
        } else {
            Verdict::Held("a body")
        };
    }
    let Some(date) = row.date else {
        return Verdict::Ignored(Reason::Stale);
    };
    if let Some(reason) = time(state, date, now.wall) {
        return Verdict::Ignored(reason);
    }
    if is_tapback_text(&text) {
        return Verdict::Ignored(Reason::TapbackText);
    }
    if let Some(sent) = self_chat
        .then(|| come_back(state, row.rowid, &text, date, now))
        .flatten()
    {
        return Verdict::Copy(sent.id);
    }
    if let Some(reason) = repeated(state, row, &text, date, self_chat, now) {
        return Verdict::Ignored(reason);
    }
    Verdict::Owner {
        text,
        date,
        self_chat,
    }
}

/// Messages' text without placeholders of attachments, trimmed.
fn words(text: &str) -> String {
    text.replace(['\u{fffc}', '\u{fffd}'], "")
        .replace('\u{a0}', " ")
        .replace("\r\n", "\n")
        .replace('\r', "\n")
        .trim()
        .to_owned()
}

fn time(state: &State, date: Wall, now: Wall) -> Option<Reason> {
    if date.until(now) > state.settings.fresh {
        return Some(Reason::Stale);
    }
    (now.until(date) > SKEW).then_some(Reason::Future)
}

fn repeated(
    state: &State,
    row: &MessageRow,
    text: &str,
    date: Wall,
    self_chat: bool,
    now: Now,
) -> Option<Reason> {
    let inbox = &state.inbox;
    let digest = Digest::of(text);
    if quotes_us(text) {
        return Some(Reason::Echo);
    }
    let copy = |taken: &&crate::inbox::Taken| {
        let gap = taken.date.until(date).max(date.until(taken.date));
        // In a chat with oneself one message stands there twice, sent and received. Equal
        // words in other threads, or twice the same way, were written twice.
        let same_way = taken.from_me == row.from_me;
        let most = if same_way { TWINS_SENT } else { TWINS };
        let to_self = if same_way {
            row.from_me
        } else {
            self_chat || taken.self_chat
        };
        let twin = to_self && taken.reply_to == row.reply_to && gap <= most;
        // What a sync inserts again keeps its date, and may have lost its thread.
        let again = gap == Span(0) && (row.reply_to.is_none() || taken.reply_to == row.reply_to);
        taken.digest == digest && (again || twin)
    };
    if inbox.taken.iter().rev().any(|taken| copy(&taken)) {
        return Some(Reason::Twin);
    }
    breaker::trips(state, row.reply_to.as_ref(), text, date, now.wall).then_some(Reason::Loop)
}

/// Marks that stand before or around words that are quoted.
fn is_quoting(c: char) -> bool {
    c.is_whitespace() || ">\"'“”„‟‘’|«»*_-•()".contains(c)
}

/// A line of it begins as only our own texts do, quoted or not.
fn quotes_us(text: &str) -> bool {
    let begins = |line: &str| {
        let line = line.trim_start_matches(is_quoting);
        let start = line.get(..SIGIL.len());
        start.is_some_and(|start| start.eq_ignore_ascii_case(SIGIL))
    };
    text.lines().any(begins)
}

/// `Liked “…”`: what SMS makes of a reaction.
fn is_tapback_text(text: &str) -> bool {
    const VERBS: &[&str] = &[
        "Liked",
        "Loved",
        "Disliked",
        "Laughed at",
        "Emphasized",
        "Emphasised",
        "Questioned",
        "Removed a like from",
        "Removed a heart from",
        "Removed a dislike from",
        "Removed a laugh from",
        "Removed an exclamation from",
        "Removed a question mark from",
        "Removed an emphasis from",
    ];
    let quoted = |rest: &str| {
        let rest = rest.trim_start();
        rest.starts_with(['“', '"', '„', '«'])
            || ["an image", "a movie", "an attachment", "an audio message"].contains(&rest)
    };
    let reacted = |verb: &str, link: &str| {
        let mut marks = ["“", "\"", "„", "«"].iter();
        text.strip_prefix(verb)
            .is_some_and(|rest| marks.any(|mark| rest.contains(&format!("{link}{mark}"))))
    };
    reacted("Reacted ", " to ")
        || reacted("Removed ", " from ")
        || VERBS
            .iter()
            .any(|verb| text.strip_prefix(verb).is_some_and(quoted))
}
