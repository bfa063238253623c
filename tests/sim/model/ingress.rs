//! The readers of the program's sources. What they remember dies with the
//! process; where they go on is read from State, as the real ones do.

use super::names;
use super::watchers::Watchers;
use super::world::World;
use events::event::{ChatDbPlaced, Placing};
use events::input::{Body, MessageRow, QueueEntry, QueueLine, Rollout};
use events::{Guid, Input, SessionId, Text, Tick};
use projections::State;
use projections::ledger::Sent;
use std::collections::BTreeMap;

/// How long a row may take to become whole.
const HOLD: u64 = 30_000;
/// How long the fate of one of our rows is followed after a start.
const FOLLOW: u64 = 120_000;
const FILE: &str = "queue-1";

/// How far each source was read by this process.
#[derive(Clone, Debug, Default)]
pub(super) struct Readers {
    /// The file that was read last.
    file: Option<String>,
    rowid: i64,
    /// Rows read, by number and name.
    read: Vec<(i64, Guid)>,
    held: BTreeMap<i64, u64>,
    /// Our own rows, with their error code and service when last handed out.
    tracked: BTreeMap<Guid, (i64, String)>,
    rollouts: BTreeMap<SessionId, u64>,
    lines: usize,
    /// Edits of the owner that were read.
    edits: usize,
    /// The change of chat.db up to which all was read.
    looked: Option<u64>,
    watchers: Watchers,
}

impl Readers {
    /// A new process goes on where the log says.
    pub(super) fn resume(state: &State, world: &World) -> Self {
        let mut readers = Self::default();
        let now = world.now;
        if let Some(place) = &state.inbox.chat_db {
            readers.file = Some(place.identity.clone());
            readers.rowid = place.rowid;
            readers.read = state.inbox.rows.iter().cloned().collect();
        }
        let held = state.inbox.held.keys();
        readers.held = held.map(|rowid| (*rowid, now + HOLD)).collect();
        for row in &world.messages.rows {
            let sent = state.ledger.sent.by_guid(&row.row.guid);
            let follows = |sent: &Sent| {
                let lately = |seen: Tick| seen.0.saturating_add(FOLLOW) >= state.tick.0;
                sent.seen.is_some_and(lately) || state.ledger.open.contains_key(&sent.id)
            };
            if sent.is_some_and(follows) {
                readers
                    .tracked
                    .insert(row.row.guid.clone(), Default::default());
            }
        }
        let sessions = state.sessions.by_id.iter();
        readers.rollouts = sessions.map(|(id, s)| (id.clone(), s.offset)).collect();
        let read = state.inbox.queue.get(FILE).copied().unwrap_or(0);
        readers.lines = usize::try_from(read / 50).unwrap_or(0);
        readers.watchers = Watchers::resume(state);
        readers
    }

    /// The next thing that a source has, if any.
    pub(super) fn next(&mut self, world: &World, state: &State) -> Option<Input> {
        self.rollout(world)
            .or_else(|| self.chat_db(world))
            .or_else(|| self.line(world))
            .or_else(|| self.watchers.next(world, state))
    }

    fn rollout(&mut self, world: &World) -> Option<Input> {
        for session in &world.sessions {
            let read = self.rollouts.get(&session.id).copied().unwrap_or(0);
            let record = session.records.iter().find(|r| r.offset > read);
            if let Some(record) = record.filter(|r| r.at <= world.now) {
                self.rollouts.insert(session.id.clone(), record.offset);
                return Some(Input::Rollout(Rollout {
                    path: String::new(),
                    session: session.id.clone(),
                    offset: record.offset,
                    at: world.wall(),
                    fact: record.fact.clone(),
                }));
            }
        }
        None
    }

    fn chat_db(&mut self, world: &World) -> Option<Input> {
        if world.messages.unreadable {
            return None;
        }
        let changes = Some(world.messages.changes);
        if self.looked == changes {
            return self.unheld(world).map(message);
        }
        if let Some(placed) = self.place(world) {
            return Some(Input::ChatDb(placed));
        }
        let row = self.unheld(world).or_else(|| self.changed(world));
        let row = row.or_else(|| self.edited(world));
        let row = row.or_else(|| self.fresh(world));
        if row.is_none() {
            self.looked = changes;
        }
        row.map(message)
    }

    /// Places the cursor where it does not belong to what stands there.
    fn place(&mut self, world: &World) -> Option<ChatDbPlaced> {
        let top = world.messages.rows.last().map_or(0, |r| r.row.rowid);
        let identity = format!("1:{}:3", world.messages.file);
        let (why, rowid) = match &self.file {
            None => (Placing::FirstStart, top),
            Some(file) if *file != identity => (Placing::Replaced, top),
            Some(_) => (Placing::Rewound, self.set_back(world, top)?),
        };
        if why != Placing::Rewound {
            self.edits = world.messages.edits.len();
        }
        self.file = Some(identity.clone());
        self.rowid = rowid;
        self.read
            .retain(|(read, _)| why == Placing::Rewound && *read <= rowid);
        self.held.clear();
        Some(ChatDbPlaced {
            identity,
            rowid,
            why,
        })
    }

    /// The last row read before one that is not what it was, or before the end.
    fn set_back(&self, world: &World, top: i64) -> Option<i64> {
        let oldest = self.read.first().map(|(rowid, _)| rowid - 1);
        let mut kept = oldest.map_or(top, |before| before.min(top));
        for (rowid, guid) in &self.read {
            match world.messages.get(*rowid) {
                Some(row) if row.row.guid != *guid => return Some(kept),
                Some(_) => kept = *rowid,
                None => {}
            }
        }
        (self.rowid > top).then_some(kept)
    }

    /// A held row that is whole now, or whose time is over.
    fn unheld(&mut self, world: &World) -> Option<MessageRow> {
        let due = self.held.iter().find_map(|(rowid, until)| {
            let row = world.messages.get(*rowid)?.row.clone();
            // After a sleep, Messages goes on before anybody's patience is at its end.
            let given_up = *until <= world.now && !world.is_behind();
            (whole(&row) || given_up).then_some(MessageRow { given_up, ..row })
        })?;
        self.held.remove(&due.rowid);
        Some(due)
    }

    /// One of our own rows with a new error code or service.
    fn changed(&mut self, world: &World) -> Option<MessageRow> {
        for (guid, last) in &mut self.tracked {
            let Some(row) = world.messages.named(guid) else {
                continue;
            };
            // Put in again behind what was read, it comes in its turn.
            let fate = (row.row.error, row.row.service.clone());
            if row.row.rowid <= self.rowid && fate != *last {
                *last = fate;
                return Some(row.row.clone());
            }
        }
        None
    }

    /// A row that was read and that the owner has edited or unsent since.
    fn edited(&mut self, world: &World) -> Option<MessageRow> {
        while let Some(guid) = world.messages.edits.get(self.edits) {
            self.edits += 1;
            let row = world.messages.named(guid).map(|r| &r.row);
            if let Some(row) = row.filter(|row| row.rowid <= self.rowid) {
                return Some(row.clone());
            }
        }
        None
    }

    fn fresh(&mut self, world: &World) -> Option<MessageRow> {
        let rows = &world.messages.rows;
        let at = rows.partition_point(|r| r.row.rowid <= self.rowid);
        let row = rows.get(at)?.row.clone();
        self.rowid = row.rowid;
        self.read.push((row.rowid, row.guid.clone()));
        if row.from_me {
            let fate = (row.error, row.service.clone());
            self.tracked.insert(row.guid.clone(), fate);
        }
        if !whole(&row) {
            self.held.insert(row.rowid, world.now + HOLD);
        }
        Some(row)
    }

    fn line(&mut self, world: &World) -> Option<Input> {
        let line = world.lines.get(self.lines)?;
        self.lines += 1;
        let entry = QueueEntry {
            to: Some(Text::from(names::OWNER)),
            text: Text::from(*line),
        };
        Some(Input::QueueLine(QueueLine {
            file: FILE.into(),
            offset: self.lines as u64 * 50,
            stamp: self.lines.to_string(),
            line: Ok(entry),
        }))
    }

    /// When a held row is given up.
    pub(super) fn next_at(&self, world: &World) -> Option<u64> {
        let held = self.held.values().min().copied();
        let held = held.filter(|_| !world.messages.unreadable);
        held.into_iter().chain(self.watchers.next_at(world)).min()
    }
}

fn message(row: MessageRow) -> Input {
    Input::Message(Box::new(row))
}

/// As the real source has it: without words a message is known by its files.
fn whole(row: &MessageRow) -> bool {
    let text = match &row.body {
        Body::Text(text) => text.reveal().as_str(),
        Body::Empty | Body::Undecodable => "",
    };
    let words = text.chars().any(|c| c != '\u{fffc}');
    let places = text.matches('\u{fffc}').count();
    let known = words || !row.attachments || row.files.len() >= places.max(1);
    row.chat.is_some() && known && (row.unsent || !matches!(row.body, Body::Empty))
}
