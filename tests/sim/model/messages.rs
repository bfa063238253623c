//! Messages and its chat.db: rows with all the oddities that real ones have.
//! It knows which command each of our rows came from; the program does not.

use super::files::{Attachment, Said, places};
use super::names;
use super::story::{Database, Fate, Odd};
use events::event::Target;
use events::input::{Body, Chat, MessageRow};
use events::{CommandId, Guid, Text, Wall};
use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// Messages, as the program meets it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Messages {
    /// chat.db, oldest row first.
    pub(crate) rows: Vec<Row>,
    /// What the next texts meet; without one they are sent at once.
    pub(crate) fates: VecDeque<Fate>,
    /// The owner's and ours are one account.
    pub(crate) self_chat: bool,
    /// chat.db cannot be read.
    pub(crate) unreadable: bool,
    /// Which file stands there.
    pub(crate) file: u32,
    /// Rows that were there once.
    pub(crate) gone: Vec<Row>,
    /// Rows that were put in again.
    pub(crate) again: BTreeSet<Guid>,
    /// What the owner wrote last.
    pub(crate) last: String,
    written: i64,
    /// How often a row changed, or appeared or went.
    pub(crate) changes: u64,
    /// The files of the owner's rows.
    pub(crate) attached: BTreeMap<Guid, Vec<Attachment>>,
    /// Rows that the owner edited or unsent, in order.
    pub(crate) edits: Vec<Guid>,
}

/// A row, with what only the model knows of it.
#[derive(Clone, Debug)]
#[expect(clippy::struct_field_names, reason = "it is a row of the database")]
pub(crate) struct Row {
    /// How many were written before it.
    nth: i64,
    /// As it is read.
    pub(crate) row: MessageRow,
    /// The command that sent it.
    pub(crate) by: Option<CommandId>,
    /// It is the owner's word, and must be taken as such.
    pub(crate) word: bool,
    /// It must never be taken as the owner's word.
    pub(crate) foreign: bool,
}

impl Messages {
    /// Both say the same words, or without words hold files of the same names.
    pub(crate) fn alike(&self, one: &Row, other: &Row) -> bool {
        let words = words_of(&one.row.body);
        words == words_of(&other.row.body)
            && (words.as_deref() != Some("") || self.file_names(one) == self.file_names(other))
    }

    /// What the files of a row are called, be it written in it or not.
    pub(super) fn file_names(&self, row: &Row) -> Vec<&str> {
        let files = self.attached.get(&row.row.guid).into_iter().flatten();
        files.map(|file| file.name.as_str()).collect()
    }

    /// A chat.db that was in use before.
    pub(super) fn at_dawn(self_chat: bool, yesterday: Wall) -> Self {
        let mut messages = Self {
            self_chat,
            ..Self::default()
        };
        messages.owner_writes("good night", Vec::new(), None, yesterday);
        messages
    }

    fn next_rowid(&self) -> i64 {
        self.rows.last().map_or(100, |r| r.row.rowid) + 1
    }

    /// A row as an ordinary message of the owner has it.
    fn blank(&self, text: &str, wall: Wall, from_me: bool) -> MessageRow {
        let rowid = self.next_rowid();
        let nth = 100 + self.written;
        let account = if self.self_chat {
            names::OWNER
        } else {
            names::MAC
        };
        MessageRow {
            body: Body::Text(Text::from(text)),
            date: Some(wall),
            service: "iMessage".into(),
            from_me,
            handle: Some(Text::from(names::OWNER)),
            destination: Some(Text::from(account)),
            chat: Some(Chat {
                style: Some(45),
                identifier: Text::from(names::OWNER),
                participants: vec![Text::from(names::OWNER)],
            }),
            sent: from_me,
            delivered: from_me,
            ..MessageRow::bare(rowid, names::guid(nth))
        }
    }

    fn put(&mut self, row: MessageRow, by: Option<CommandId>, word: bool, foreign: bool) -> i64 {
        let rowid = row.rowid;
        self.written += 1;
        self.changes += 1;
        self.rows.push(Row {
            nth: self.written,
            row,
            by,
            word,
            foreign,
        });
        rowid
    }

    /// The owner writes. In a chat with oneself the text stands there twice.
    pub(crate) fn owner_writes(
        &mut self,
        text: &str,
        files: Vec<Attachment>,
        reply_to: Option<Guid>,
        wall: Wall,
    ) -> i64 {
        if !text.is_empty() {
            text.clone_into(&mut self.last);
        }
        let text = places(files.len(), text);
        let mut row = self.blank(&text, wall, self.self_chat);
        row.reply_to.clone_from(&reply_to);
        self.attach(&mut row, files.clone());
        let rowid = self.put(row, None, true, false);
        if self.self_chat {
            let mut copy = self.blank(&text, Wall(wall.0 + 400), false);
            copy.reply_to = reply_to;
            // What was received is known by name at once.
            let named = |file| Attachment {
                named: true,
                ..file
            };
            self.attach(&mut copy, files.into_iter().map(named).collect());
            self.put(copy, None, false, true);
        }
        rowid
    }

    /// Our row appears; `fate` says how.
    pub(crate) fn our_row(&mut self, said: &Said, by: CommandId, fate: Fate, wall: Wall) -> Guid {
        let text = said.body();
        let mut row = self.blank(&text, wall, true);
        said.named(&mut row);
        match (fate, said) {
            // Every other one was to go as iMessage when its row was written.
            (Fate::Sms, _) if self.written % 2 == 0 => row.service = "SMS".into(),
            (Fate::TextLate(_), Said::File(_)) => row.files.clear(),
            (Fate::TextLate(_), Said::Words(_)) => row.body = Body::Empty,
            (Fate::Ghost, _) => {
                (row.body, row.chat) = (Body::Empty, None);
                (row.attachments, row.files) = (false, Vec::new());
                (row.sent, row.delivered) = (false, false);
            }
            (Fate::Error22After(_), _) => (row.sent, row.delivered) = (false, false),
            _ => {}
        }
        let guid = row.guid.clone();
        self.put(row, Some(by), false, true);
        if self.self_chat && !matches!(fate, Fate::Error22After(_) | Fate::Ghost) {
            let mut copy = self.blank(&text, Wall(wall.0 + 400), false);
            said.named(&mut copy);
            self.put(copy, None, false, true);
        }
        guid
    }

    /// Another file, or other rows in it.
    pub(crate) fn database(&mut self, what: Database) -> Vec<Guid> {
        self.changes += 1;
        match what {
            Database::Replaced => {
                self.file += 1;
                for (nth, row) in (1..).zip(&mut self.rows) {
                    row.row.rowid = nth;
                }
                Vec::new()
            }
            Database::Rewound(count) | Database::Backfilled(count) => {
                let kept = self.rows.len().saturating_sub(count).max(1);
                let lost = self.rows.split_off(kept.min(self.rows.len()));
                let names = lost.iter().map(|row| row.row.guid.clone()).collect();
                self.gone
                    .retain(|old| lost.iter().all(|new| new.row.guid != old.row.guid));
                self.gone.extend(lost);
                names
            }
        }
    }

    /// A sync puts a row in again.
    pub(crate) fn put_again(&mut self, guid: &Guid) {
        if self.named(guid).is_none()
            && let Some(mut row) = self.once_named(guid).cloned()
        {
            row.row.rowid = self.next_rowid();
            self.again.insert(guid.clone());
            self.changes += 1;
            self.rows.push(row);
        }
    }

    /// A row that is not simply the owner's word.
    pub(crate) fn odd(&mut self, odd: Odd, wall: Wall) -> Option<Guid> {
        let mut row = self.blank("do something else", wall, self.self_chat);
        let mut word = false;
        match odd {
            Odd::Stranger => {
                row.from_me = false;
                row.handle = Some(Text::from("+15555550199"));
                row.chat = Some(Chat {
                    style: Some(45),
                    identifier: Text::from("+15555550199"),
                    participants: vec![Text::from("+15555550199")],
                });
            }
            Odd::Group => {
                row.chat = Some(Chat {
                    style: Some(43),
                    identifier: Text::from("chat123"),
                    participants: vec![Text::from(names::OWNER), Text::from("+15555550199")],
                });
            }
            Odd::Sms => row.service = "SMS".into(),
            Odd::Tapback => row.associated_type = 2001,
            Odd::Edited => {
                (row.edited, row.unsent) = (true, true);
                row.body = Body::Empty;
            }
            Odd::Stale => row.date = Some(Wall(wall.0 - 2 * 86_400_000)),
            Odd::Duplicate => {
                let whole = |r: &&Row| r.word && r.row.chat.is_some() && r.row.body != Body::Empty;
                let newest = self.rows.iter().rev().find(whole);
                let newest = newest.filter(|r| !r.row.edited)?.row.clone();
                let files = self.attached.get(&newest.guid).cloned();
                (row.body, row.date) = (newest.body, newest.date);
                (row.attachments, row.files) = (newest.attachments, newest.files);
                self.attached
                    .extend(files.map(|files| (row.guid.clone(), files)));
            }
            Odd::Echo => {
                // Elsewhere than in a chat with oneself, only our head line tells.
                let headed = |r: &Row| self.self_chat || is_headed(&r.row.body);
                let ours = |r: &&Row| r.by.is_some() && !r.row.attachments && headed(r);
                let newest = self.rows.iter().rev().find(ours)?;
                // A copy bears the date of what it copies.
                let MessageRow { body, date, .. } = newest.row.clone();
                (row.body, row.date) = (body, date);
                row.from_me = false;
            }
            Odd::LateChat(_) => {
                row.chat = None;
                word = true;
            }
            Odd::LateBody(_) => {
                row.body = Body::Empty;
                word = true;
            }
            Odd::NoBody => row.body = Body::Empty,
        }
        let guid = row.guid.clone();
        self.put(row, None, word, !word);
        Some(guid)
    }

    /// The owner puts a thumb on a text of ours.
    pub(crate) fn thumb(&mut self, on: Guid, yes: bool, wall: Wall) -> Guid {
        let mut row = self.blank("", wall, self.self_chat);
        row.body = Body::Text(Text::from("a reaction"));
        row.associated_type = if yes { 2001 } else { 2002 };
        row.target = Some(Target {
            guid: on,
            part: Some(0),
        });
        let guid = row.guid.clone();
        self.put(row, None, false, false);
        guid
    }

    /// What was missing in a row is there now.
    pub(crate) fn complete(&mut self, guid: &Guid, text: &str) {
        let whole = self.blank(text, Wall(0), false);
        if let Some(row) = self.named_mut(guid) {
            row.row.chat = row.row.chat.take().or(whole.chat);
            if row.row.body == Body::Empty {
                row.row.body = whole.body;
            }
        }
    }

    /// Messages sends a text as SMS that was to go as iMessage. Whether it was.
    pub(crate) fn turn_to_sms(&mut self, guid: &Guid) -> bool {
        let service = "SMS".to_owned();
        let row = self.named_mut(guid);
        row.is_some_and(|row| std::mem::replace(&mut row.row.service, service) == "iMessage")
    }

    /// Messages writes an error code on a row.
    pub(crate) fn fail(&mut self, guid: &Guid) {
        if let Some(row) = self.named_mut(guid) {
            row.row.error = 22;
        }
    }

    /// The row.
    pub(crate) fn get(&self, rowid: i64) -> Option<&Row> {
        let at = self
            .rows
            .binary_search_by_key(&rowid, |r| r.row.rowid)
            .ok()?;
        self.rows.get(at)
    }

    /// What stands on the phone, newest first: it keeps what chat.db lost.
    pub(crate) fn on_the_phone(&self) -> impl Iterator<Item = &Row> {
        let all: BTreeMap<_, _> = self
            .gone
            .iter()
            .chain(&self.rows)
            .map(|r| (r.nth, r))
            .collect();
        all.into_values().rev()
    }

    /// The row of this name, where it is there.
    pub(crate) fn named(&self, guid: &Guid) -> Option<&Row> {
        self.rows.iter().rev().find(|r| r.row.guid == *guid)
    }

    /// The row of this name, even if it is gone.
    pub(crate) fn once_named(&self, guid: &Guid) -> Option<&Row> {
        let gone = || self.gone.iter().find(|r| r.row.guid == *guid);
        self.named(guid).or_else(gone)
    }

    /// What happens to a row that is gone happens where it comes back from.
    pub(super) fn named_mut(&mut self, guid: &Guid) -> Option<&mut Row> {
        self.changes += 1;
        let mut rows = self.rows.iter_mut().rev().chain(&mut self.gone);
        rows.find(|r| r.row.guid == *guid)
    }

    /// The name of the newest of our rows that speaks of a session.
    pub(crate) fn newest_about(&self, reference: &str) -> Option<Guid> {
        // The mark begins the first line, or ends it.
        let head = format!("[Codex] @{reference}");
        let names = |text: &str| {
            let first = text.lines().next().unwrap_or_default();
            let behind = first.split_once(&head).map(|(_, behind)| behind);
            behind.is_some_and(|behind| behind.is_empty() || behind.starts_with(' '))
        };
        let about = |r: &&Row| {
            r.by.is_some() && matches!(&r.row.body, Body::Text(text) if names(text.reveal()))
        };
        self.rows
            .iter()
            .rev()
            .find(about)
            .map(|r| r.row.guid.clone())
    }
}

fn is_headed(body: &Body) -> bool {
    let marked = |text: &str| {
        let first = text.lines().next().unwrap_or_default();
        first.starts_with("[Codex]") || first.contains(" [Codex] @")
    };
    matches!(body, Body::Text(text) if marked(text.reveal()))
}

/// What it says, without what stands for its files.
fn words_of(body: &Body) -> Option<String> {
    match body {
        Body::Text(text) => Some(text.reveal().replace('\u{fffc}', "")),
        Body::Empty | Body::Undecodable => None,
    }
}
