//! What was read: the cursor of chat.db, rows held, rows taken, hand-overs and
//! queue lines seen. This is where "once" is decided for everything that comes in.

use crate::ignored::IgnoredRows;
use crate::ring::{Ring, SetRing};
use crate::unanswered::Unanswered;
use events::event::{ChatDbPlaced, InboundDeferred, InboundReceived, Placing};
use events::{Digest, Guid, InputKey, Seq, SessionId, Text, Tick, Wall};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Queue files that are remembered.
const QUEUE_FILES_MAX: usize = 16;

/// Everything that was read.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Inbox {
    /// The file and the newest row read.
    pub chat_db: Option<ChatDbPlaced>,
    /// The rows read last. By them the reader sees that chat.db was set back.
    pub rows: Ring<(i64, Guid), 256>,
    /// Rows that were not whole when first seen.
    pub held: BTreeMap<i64, Guid>,
    /// Rows decided on, by name.
    pub guids: SetRing<Guid, 4096>,
    /// What the owner wrote, for telling copies.
    pub taken: Ring<Taken, 512>,
    /// The messages taken last, and what was done with them: they may still be edited.
    pub recent: Ring<Recent, 64>,
    /// What was spoken and waits for the owner to confirm it in writing.
    pub spoken: Option<Spoken>,
    /// The message that waits for a row that may belong to it.
    pub waiting: Option<InboundDeferred>,
    /// Reactions taken lately, for telling copies.
    pub reactions: Ring<(Digest, Wall), 32>,
    /// Ignored rows by reason.
    pub ignored: IgnoredRows,
    /// Messages not acted on of which the owner is still to be told.
    pub unanswered: Unanswered,
    /// When a message was last held back because of a suspected loop.
    pub loop_since: Option<Wall>,
    /// When the first of these was.
    pub loop_began: Option<Wall>,
    /// How often a loop was broken off with less than an hour between.
    pub loop_trips: u8,
    /// How many were held back and not reported in sum.
    pub loop_held: u32,
    /// Hand-overs taken.
    pub keys: SetRing<InputKey, 4096>,
    /// How far each queue file was read.
    pub queue: BTreeMap<String, u64>,
    /// The same files, the one that was read last at the end.
    pub queue_order: Vec<String>,
    /// Queue lines said lately.
    pub queue_lines: Ring<(Digest, Wall), 256>,
}

/// A message that was taken.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Taken {
    /// Fingerprint of its text.
    pub digest: Digest,
    /// When it was written.
    pub date: Wall,
    /// When it was taken.
    pub at: Wall,
    /// In the owner's chat with themself.
    pub self_chat: bool,
    /// Sent by this account.
    pub from_me: bool,
    /// The thread it stands in.
    pub reply_to: Option<Guid>,
    /// It was taken by something that waited for the owner.
    pub answer: bool,
}

/// A message taken lately.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recent {
    /// The message, with its newest words.
    pub message: InboundReceived,
    /// It was unsent.
    pub unsent: bool,
    /// It is a voice message; its words are a transcript.
    pub spoken: bool,
    /// Links and further words that belong to it, in the order in which they came.
    pub tail: Vec<Text>,
    /// Its rows that have pictures or files, in the order in which they came.
    pub files: Vec<Guid>,
    /// What was done with it.
    pub done: Done,
}

/// A voice message that is to be confirmed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Spoken {
    /// The message.
    pub inbound: Guid,
    /// The position at which the owner was asked: what came up later was not meant.
    pub seq: Seq,
    /// When.
    pub at: Tick,
}

/// What was done with a message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Done {
    /// Nothing yet.
    Nothing,
    /// It was answered by this program, and no session was touched.
    Answered,
    /// It went to a session; `None` for one that it started.
    Acted(Option<SessionId>),
    /// It is part of this message.
    Joined(Guid),
}

impl Inbox {
    /// A message taken lately.
    pub fn recent(&self, guid: &Guid) -> Option<&Recent> {
        self.recent.iter().rev().find(|r| r.message.guid == *guid)
    }

    pub(crate) fn recent_mut(&mut self, guid: &Guid) -> Option<&mut Recent> {
        let mut newest = self.recent.iter_mut().rev();
        newest.find(|r| r.message.guid == *guid)
    }

    /// Whether this row was decided on already.
    pub fn knows(&self, rowid: i64) -> bool {
        let behind = self
            .chat_db
            .as_ref()
            .is_some_and(|place| rowid <= place.rowid);
        behind && !self.held.contains_key(&rowid)
    }

    /// Notes that a row was decided on.
    pub fn decide(&mut self, rowid: i64, guid: &Guid) {
        self.pass(rowid, guid);
        self.held.remove(&rowid);
        self.guids.insert(guid);
    }

    /// Notes how far a queue file was read; of more than are remembered the one that has
    /// not been read for longest is forgotten.
    pub fn read_queue(&mut self, file: &str, offset: u64) {
        self.queue.insert(file.to_owned(), offset);
        self.queue_order.retain(|other| other != file);
        self.queue_order.push(file.to_owned());
        while self.queue_order.len() > QUEUE_FILES_MAX {
            let oldest = self.queue_order.remove(0);
            self.queue.remove(&oldest);
        }
    }

    /// Moves the cursor forward.
    pub fn pass(&mut self, rowid: i64, guid: &Guid) {
        let Some(place) = &mut self.chat_db else {
            return;
        };
        if rowid > place.rowid {
            place.rowid = rowid;
            self.rows.push((rowid, guid.clone()));
        }
    }

    /// The cursor was put somewhere: what is known of rows behind it is no longer true.
    pub fn place(&mut self, placed: &ChatDbPlaced) {
        self.held.clear();
        let same = placed.why == Placing::Rewound;
        self.rows
            .retain(|(rowid, _)| same && *rowid <= placed.rowid);
        self.chat_db = Some(placed.clone());
    }
}
