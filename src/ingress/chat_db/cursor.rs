//! How far chat.db has been read, and which rows must be looked at again. All
//! of the reader's memory is here, so a poll that fails can leave it untouched
//! and a restart can rebuild it from what the log knows.

use events::Guid;
use events::event::{ChatDbPlaced, Placing};
use events::input::{Body, MessageRow, Schedule, Voice};
use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

/// How long a row may stay unfinished before it is given up: a chat or a body
/// usually comes within a second, but has been seen to come an hour later.
pub const HOLD: Duration = Duration::from_secs(2 * 3600);
/// How long the body may be missing below a subject, which says enough by itself.
pub(super) const HOLD_BODY: Duration = Duration::from_secs(10);
/// How long the fate of one of our rows is followed.
pub const FOLLOW: Duration = Duration::from_secs(120);
/// How many unfinished rows are waited for; beyond it the oldest is given up early.
const MAX_HELD: usize = 200;
/// How many of our rows are followed; beyond it the oldest is let go.
const MAX_TRACKED: usize = 64;
/// How many rows are remembered by name.
const MAX_READ: usize = 256;

/// The place in chat.db up to which rows have been handed out.
#[derive(Clone, Debug, Default)]
pub struct Cursor {
    pub(super) identity: Option<String>,
    pub(super) rowid: i64,
    /// The rows handed out last, oldest first: by them it shows that the file was set back.
    pub(super) read: VecDeque<(i64, Guid)>,
    pub(super) held: BTreeMap<i64, Held>,
    pub(super) tracked: VecDeque<Tracked>,
    /// Own rows as they were last handed out, newest last.
    own: VecDeque<(Guid, Fate)>,
    /// Rows that were edited or unsent, each with the stamp of the change handed out last.
    pub(super) edited: BTreeMap<i64, i64>,
    /// Connection and version of the database at the last look.
    pub(super) seen: Option<(u64, i64)>,
}

/// A row that was handed out unfinished.
#[derive(Clone, Debug)]
pub(super) struct Held {
    /// Unknown for a row that is held since before a restart.
    pub(super) guid: Option<Guid>,
    /// Set by the first poll that sees it.
    pub(super) until: Option<Duration>,
}

/// One of our rows whose fate is still open.
#[derive(Clone, Debug)]
pub(super) struct Tracked {
    pub(super) guid: Guid,
    pub(super) last: Option<Fate>,
    pub(super) until: Duration,
}

/// What can still happen to a row we sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Fate {
    error: i64,
    sent: bool,
    delivered: bool,
    service: String,
}

impl Fate {
    pub(super) fn of(row: &MessageRow) -> Self {
        Self {
            error: row.error,
            sent: row.sent,
            delivered: row.delivered,
            service: row.service.clone(),
        }
    }

    pub(super) fn is_final(&self) -> bool {
        self.error != 0 || self.delivered
    }
}

/// A row can be judged when it is in a chat, has a body, and is not waited with by
/// Messages. Blanks are no body, unless they stand for an attachment. A reaction, or a
/// message that was unsent, needs no body.
pub(super) fn whole(row: &MessageRow) -> bool {
    let body = match &row.body {
        Body::Text(text) => row.attachments || !text.reveal().trim().is_empty(),
        Body::Empty => false,
        Body::Undecodable => true,
    };
    let said = body || row.associated_type >= REACTIONS || row.unsent;
    // Without words a message is known by its files, whose rows come later.
    let spoken = matches!(row.voice, Voice::Said(_));
    let named = row.files.len() >= places(&row.body).max(1);
    let known = spoken || !row.attachments || named || has_words(&row.body);
    let heard = row.voice != Voice::Untold;
    row.chat.is_some() && said && known && heard && !waits(row)
}

/// How many files a text has a place for.
fn places(body: &Body) -> usize {
    match body {
        Body::Text(text) => text.reveal().matches(super::rows::ATTACHMENT).count(),
        Body::Empty | Body::Undecodable => 0,
    }
}

fn has_words(body: &Body) -> bool {
    let word = |c: char| !c.is_whitespace() && c != super::rows::ATTACHMENT;
    match body {
        Body::Text(text) => text.reveal().chars().any(word),
        Body::Undecodable => true,
        Body::Empty => false,
    }
}

/// Send Later, and not sent: it is looked at until it is, or is taken back.
pub(super) fn waits(row: &MessageRow) -> bool {
    row.schedule == Schedule::Waiting
}

/// `associated_message_type` of reactions begins here.
const REACTIONS: i64 = 1000;

/// How long it is waited for the transcript of a voice message.
const HOLD_VOICE: Duration = Duration::from_secs(60);

/// How long a row may stay as it is.
fn patience(row: &MessageRow) -> Duration {
    let subject = row.chat.is_some() && row.subject.is_some();
    let untold = row.chat.is_some() && row.voice == Voice::Untold;
    if subject {
        HOLD_BODY
    } else if untold {
        HOLD_VOICE
    } else {
        HOLD
    }
}

impl Cursor {
    /// A cursor that has seen no file yet: the first poll places it at the newest row.
    pub fn new() -> Self {
        Self::default()
    }

    /// A cursor as it was persisted. Rows held then get their full time again.
    pub fn resume(identity: String, rowid: i64, held: Vec<i64>) -> Self {
        let waiting = |rowid| {
            (
                rowid,
                Held {
                    guid: None,
                    until: None,
                },
            )
        };
        Self {
            identity: Some(identity),
            rowid,
            held: held.into_iter().map(waiting).collect(),
            ..Self::default()
        }
    }

    /// With the rows that were handed out last before a restart, oldest first.
    #[must_use]
    pub fn knowing(mut self, read: impl IntoIterator<Item = (i64, Guid)>) -> Self {
        self.read.extend(read);
        self
    }

    /// The file it belongs to, once it was placed.
    pub fn identity(&self) -> Option<&str> {
        self.identity.as_deref()
    }

    /// Rows up to here have been handed out.
    pub fn rowid(&self) -> i64 {
        self.rowid
    }

    /// Rows that were handed out unfinished and will come again.
    pub fn held(&self) -> impl Iterator<Item = i64> + '_ {
        self.held.keys().copied()
    }

    /// Follows own rows until their fate is final or [`FOLLOW`] has passed. A row
    /// is handed out again when its fate is another than when it last was; one
    /// that this cursor never handed out comes once for a start.
    pub fn track(&mut self, guids: impl IntoIterator<Item = Guid>, now: Duration) {
        for guid in guids {
            if self.tracked.iter().any(|known| known.guid == guid) {
                continue;
            }
            let last = self
                .own
                .iter()
                .rfind(|(own, _)| *own == guid)
                .map(|(_, fate)| fate.clone());
            if last.as_ref().is_some_and(Fate::is_final) {
                continue;
            }
            self.tracked.push_back(Tracked {
                guid,
                last,
                until: now.saturating_add(FOLLOW),
            });
            // What happened before it was tracked raised no change of version since.
            self.seen = None;
        }
        while self.tracked.len() > MAX_TRACKED {
            self.tracked.pop_front();
        }
    }

    /// When a poll is due even if nothing changes: a held row is to be given up.
    pub fn next_deadline(&self) -> Option<Duration> {
        self.held.values().filter_map(|held| held.until).min()
    }

    /// Remembers an unfinished row; too many make the oldest due at once.
    pub(super) fn hold(&mut self, row: &MessageRow, now: Duration) {
        let held = Held {
            guid: Some(row.guid.clone()),
            until: Some(now.saturating_add(patience(row))),
        };
        self.held.insert(row.rowid, held);
        let surplus = self.held.len().saturating_sub(MAX_HELD);
        for oldest in self.held.values_mut().take(surplus) {
            oldest.until = Some(now);
        }
    }

    /// Goes on to a new row.
    pub(super) fn pass(&mut self, row: &MessageRow) {
        self.rowid = row.rowid;
        self.read.push_back((row.rowid, row.guid.clone()));
        if self.read.len() > MAX_READ {
            self.read.pop_front();
        }
    }

    /// The rows in which edits are looked for; what is before them is too old to be edited.
    pub(super) fn editable(&mut self) -> Option<(i64, i64)> {
        let (oldest, _) = self.read.front()?;
        self.edited = self.edited.split_off(oldest);
        Some((*oldest, self.rowid))
    }

    /// Remembers in which state an own row was handed out.
    pub(super) fn handed_out(&mut self, row: &MessageRow) {
        if row.from_me {
            for tracked in self
                .tracked
                .iter_mut()
                .filter(|tracked| tracked.guid == row.guid)
            {
                tracked.last = Some(Fate::of(row));
            }
            self.own.push_back((row.guid.clone(), Fate::of(row)));
            if self.own.len() > MAX_TRACKED {
                self.own.pop_front();
            }
        }
    }

    /// Starts at a place of a file; what was awaited in another one will not come.
    pub(super) fn place(&mut self, placed: &ChatDbPlaced) {
        self.identity = Some(placed.identity.clone());
        self.rowid = placed.rowid;
        self.held.clear();
        self.edited.clear();
        if placed.why == Placing::Rewound {
            self.read.retain(|(rowid, _)| *rowid <= placed.rowid);
        } else {
            self.read.clear();
            self.tracked.clear();
            self.own.clear();
        }
    }
}
