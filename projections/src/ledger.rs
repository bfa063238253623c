//! Every command and what became of it: requested, started, performed, settled.
//! Unsettled ones are all kept; of the settled ones the newest, for questions
//! such as "is this row our own?".

use crate::ring::Ring;
use events::command::InterruptWay;
use events::forgotten::Forgotten;
use events::outcome::{Evidence, How, Performed};
use events::prompt::AnswerWay;
use events::{Command, CommandId, Digest, Guid, Outcome, Pane, SessionId, Tick, Wall};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use unicode_normalization::UnicodeNormalization as _;

/// All commands that matter still.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ledger {
    /// Not settled yet.
    pub open: BTreeMap<CommandId, Entry>,
    /// Texts given to Messages, newest last.
    pub sent: SentTexts,
    /// Commands that ended otherwise than done, newest last.
    pub troubles: Ring<Trouble, 32>,
    /// How many were settled, ever: done, failed, unknown, expired.
    pub settled: [u64; 4],
}

/// Texts given to Messages: bounded, and found by name or by fingerprint.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[allow(clippy::struct_field_names, reason = "each says what it is found by")]
pub struct SentTexts {
    by_id: BTreeMap<CommandId, Sent>,
    by_guid: BTreeMap<Guid, CommandId>,
    by_digest: BTreeMap<Digest, Vec<CommandId>>,
}

impl SentTexts {
    /// Most texts remembered.
    const MAX: usize = 2048;

    /// Remembers a text.
    pub fn put(&mut self, sent: Sent) {
        self.by_digest.entry(sent.digest).or_default().push(sent.id);
        self.by_id.insert(sent.id, sent);
        if self.by_id.len() > Self::MAX
            && let Some((id, oldest)) = self.by_id.pop_first()
        {
            if let Some(ids) = self.by_digest.get_mut(&oldest.digest) {
                ids.retain(|other| *other != id);
                if ids.is_empty() {
                    self.by_digest.remove(&oldest.digest);
                }
            }
            for guid in oldest.guid.iter().chain(&oldest.copy) {
                self.by_guid.remove(guid);
            }
        }
    }

    /// Whether the row of a text was seen with an error.
    pub fn has_failed(&self, id: CommandId) -> bool {
        self.by_id.get(&id).is_some_and(|sent| sent.failed)
    }

    /// Notes that the row of a text was seen with an error.
    pub fn fail(&mut self, id: CommandId) {
        if let Some(sent) = self.by_id.get_mut(&id) {
            sent.failed = true;
        }
    }

    /// Whether the row of a text was seen as SMS or RCS.
    pub fn is_elsewhere(&self, id: CommandId) -> bool {
        self.by_id.get(&id).is_some_and(|sent| sent.elsewhere)
    }

    /// Notes that the row of a text was seen as SMS or RCS.
    pub fn went_elsewhere(&mut self, id: CommandId) {
        if let Some(sent) = self.by_id.get_mut(&id) {
            sent.elsewhere = true;
        }
    }

    /// Gives a text the name of its row, as it was seen at `tick`, and when it was written.
    pub fn name(
        &mut self,
        id: CommandId,
        (guid, row): (&Guid, i64),
        tick: Tick,
        written: Option<Wall>,
    ) {
        if let Some(sent) = self.by_id.get_mut(&id) {
            sent.written = written.or(sent.written);
            sent.row = Some(row);
            sent.seen = Some(tick);
            sent.guid = Some(guid.clone());
            self.by_guid.insert(guid.clone(), id);
        }
    }

    /// The newest text whose row was seen without an error.
    pub fn newest_proven(&self) -> Option<&Sent> {
        let proven = |sent: &&Sent| sent.guid.is_some() && !sent.failed;
        self.by_id.values().rev().find(proven)
    }

    /// Notes the name of the row that came back for a text, in the owner's chat with themself.
    pub fn copy(&mut self, id: CommandId, guid: &Guid) {
        let Some(sent) = self.by_id.get_mut(&id) else {
            return;
        };
        let before = sent.copy.replace(guid.clone());
        if let Some(before) = before {
            self.by_guid.remove(&before);
        }
        self.by_guid.insert(guid.clone(), id);
    }

    /// Rows are numbered anew: what was known of their order means nothing now.
    pub fn renumbered(&mut self) {
        for sent in self.by_id.values_mut() {
            (sent.baseline, sent.row) = (None, None);
        }
    }

    /// The names of the rows that were seen from this moment on.
    pub fn rows_since(&self, tick: Tick) -> impl Iterator<Item = &Guid> {
        let seen = move |sent: &&Sent| sent.seen.is_some_and(|seen| seen >= tick);
        let since = self.by_id.values().filter(seen);
        since.filter_map(|sent| sent.guid.as_ref())
    }

    /// The texts of a notice.
    pub fn of_notice(&self, notice: events::Seq) -> impl Iterator<Item = &Sent> {
        let texts = self.by_id.values().rev();
        texts.filter(move |sent| sent.notice == notice)
    }

    /// The texts of all notices behind this position.
    pub fn behind(&self, at: events::Seq) -> impl Iterator<Item = &Sent> {
        self.by_id.values().filter(move |sent| sent.notice > at)
    }

    /// The text that a command gave.
    pub fn get(&self, id: CommandId) -> Option<&Sent> {
        self.by_id.get(&id)
    }

    /// Files of ours whose row was not seen yet and that were given before this row was written.
    pub fn files_before(&self, rowid: i64) -> impl Iterator<Item = &Sent> {
        let before = move |sent: &&Sent| {
            let later = sent.baseline.is_none_or(|base| rowid > base);
            sent.file_of.is_some() && sent.guid.is_none() && later
        };
        self.by_id.values().filter(before)
    }

    /// The text whose row has this name.
    pub fn by_guid(&self, guid: &Guid) -> Option<&Sent> {
        self.by_id.get(self.by_guid.get(guid)?)
    }

    /// Texts with this fingerprint, oldest first.
    pub fn by_digest(&self, digest: &Digest) -> impl Iterator<Item = &Sent> {
        self.by_digest
            .get(digest)
            .into_iter()
            .flatten()
            .filter_map(|id| self.by_id.get(id))
    }
}

/// A command that is not settled.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// What is to be done.
    pub command: Command,
    /// How far it is.
    pub stage: Stage,
    /// Fingerprint of the text that proof will be recognised by.
    pub digest: Option<Digest>,
    /// Newest row of chat.db when it was started.
    pub baseline: Option<i64>,
    /// Its row in chat.db, once seen.
    pub row: Option<Evidence>,
}

/// How far a command is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Stage {
    /// Owed.
    Requested,
    /// Begun.
    Started,
    /// Carried out; proof is awaited.
    Performed(Performed),
}

/// A text that was given to Messages, or may have been.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sent {
    /// The command.
    pub id: CommandId,
    /// Fingerprint of the text.
    pub digest: Digest,
    /// When.
    pub at: Wall,
    /// When, by the clock that nobody can set.
    pub tick: Tick,
    /// Rows before this one cannot be it.
    pub baseline: Option<i64>,
    /// Our row's name, once seen.
    pub guid: Option<Guid>,
    /// The name of the row that came back, in the owner's chat with themself.
    pub copy: Option<Guid>,
    /// Its number: copies stand close behind it, whatever the clocks say.
    pub row: Option<i64>,
    /// When its row was last seen, by the same clock.
    pub seen: Option<Tick>,
    /// When Messages says that its row was written.
    pub written: Option<Wall>,
    /// Its row was seen with an error.
    pub failed: bool,
    /// Its row was seen as SMS or RCS.
    pub elsewhere: bool,
    /// The notice it was part of.
    pub notice: events::Seq,
    /// It is a file, which the owner wanted of this session.
    pub file_of: Option<SessionId>,
}

/// A command that was not done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Trouble {
    /// The command.
    pub id: CommandId,
    /// Its name.
    pub command: String,
    /// How it ended.
    pub outcome: Outcome,
    /// When.
    pub at: Tick,
}

/// Fingerprint of a text that goes through Messages, which may change white space
/// and punctuation on the way: of its letters and digits, where it has any.
pub fn sent_digest(text: &str) -> Digest {
    if let Some(forgotten) = Forgotten::of(text) {
        return Digest(forgotten.sent);
    }
    let words: String = text.nfc().filter(|c| c.is_alphanumeric()).collect();
    if words.is_empty() {
        return Digest::of(text.trim());
    }
    Digest::of(&words)
}

/// Fingerprint of a file that goes through Messages, which may put it elsewhere and change
/// marks in its name: of the letters and digits of that name.
pub fn file_digest(name: &str) -> Digest {
    if let Some(forgotten) = Forgotten::of(name) {
        return Digest(forgotten.sent);
    }
    let name = name.rsplit('/').next().unwrap_or_default();
    let letters: String = name.nfc().filter(|c| c.is_alphanumeric()).collect();
    Digest::of(&format!("\u{fffc}{}", letters.to_lowercase()))
}

/// The text that a command puts into the world, where there is one.
pub fn text_of(command: &Command) -> Option<&str> {
    match command {
        Command::SendMessage(c) => Some(c.text.reveal()),
        Command::TypeInstruction(c) | Command::PressEnter(c) => Some(c.instruction.text.reveal()),
        Command::QueueInstruction(c) | Command::ResumeSession(c) => Some(c.text.reveal()),
        Command::StartSession(c) => Some(c.text.reveal()),
        Command::StartTurn(c) => Some(c.instruction.text.reveal()),
        Command::SteerTurn(c) => Some(c.instruction.text.reveal()),
        Command::GivePictures(c) => Some(c.instruction.text.reveal()),
        Command::FetchFiles(_)
        | Command::RemoveFiles(_)
        | Command::ChooseOptions(_)
        | Command::AnswerPrompt(_)
        | Command::InterruptTurn(_)
        | Command::CopyOut(_)
        | Command::Manage(_)
        | Command::OpenSession(_)
        | Command::AnswerWithNotes(_)
        | Command::Look(_) => None,
        Command::SendFile(c) => Some(c.name.reveal()),
    }
}

/// How a command is meant to be carried out, for waits and words where its executor has
/// not reported; it is never recorded. `None` where nothing can prove it afterwards.
pub(crate) fn meant(command: &Command) -> Option<How> {
    let pane = |hints: &[Pane]| {
        hints.first().cloned().unwrap_or(Pane {
            socket: String::new(),
            id: String::new(),
        })
    };
    match command {
        Command::SendMessage(_) | Command::SendFile(_) => Some(How::Accepted),
        Command::TypeInstruction(c) if c.steer => Some(How::Steered(pane(&c.hints))),
        Command::TypeInstruction(c) => Some(How::Typed(pane(&c.hints))),
        Command::ChooseOptions(c) => Some(How::Chosen(pane(&c.hints))),
        Command::AnswerWithNotes(c) => Some(How::Chosen(pane(&c.choose.hints))),
        Command::QueueInstruction(_) => Some(How::Queued),
        Command::ResumeSession(_) => Some(How::Resumed),
        Command::AnswerPrompt(c) => Some(match &c.way {
            // Words that may have been said are not said again.
            AnswerWay::AppServer { .. } => How::Replied {
                words: c.words.is_some(),
            },
            AnswerWay::Keys { hints } => How::Answered(pane(hints)),
        }),
        Command::SteerTurn(_) => Some(How::TurnSteered),
        Command::GivePictures(c) if c.turn.is_some() => Some(How::TurnSteered),
        Command::StartTurn(_) | Command::GivePictures(_) => Some(How::TurnStarted { turn: None }),
        Command::InterruptTurn(c) => Some(match &c.way {
            InterruptWay::AppServer { .. } => How::InterruptAsked,
            InterruptWay::Keys { hints } => How::EscapePressed(pane(hints)),
        }),
        Command::PressEnter(_)
        | Command::StartSession(_)
        | Command::FetchFiles(_)
        | Command::RemoveFiles(_)
        | Command::CopyOut(_)
        | Command::Manage(_)
        | Command::OpenSession(_)
        | Command::Look(_) => None,
    }
}

/// How it was carried out, or where nobody saw that, how it was meant to be.
pub(crate) fn as_meant(command: &Command, how: &How) -> How {
    let meant = || meant(command).unwrap_or(How::Begun);
    if *how == How::Begun {
        meant()
    } else {
        how.clone()
    }
}
