//! Looks through the log for what is meant.

use super::{Matter, Subject};
use crate::describe::{describe, inbound_of, texts};
use crate::ignored;
use crate::refs::{self, Named};
use crate::state::State;
use events::event::Topic;
use events::{Command, CommandId, Envelope, Event, Guid, Seq, Wall};

/// Most places that are listed.
const HITS_MAX: usize = 200;

/// A place of the log that fits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hit {
    /// The event.
    pub seq: Seq,
    /// When it was appended.
    pub wall: Wall,
    /// What happened.
    pub sentence: String,
    /// What it belongs to.
    pub matter: Matter,
}

/// What was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Found {
    /// Nothing.
    Nothing,
    /// One thing.
    One(Matter),
    /// Several, oldest first: the first place of each.
    Several(Vec<Hit>),
}

/// Looks through the log, batch by batch.
#[derive(Clone, Debug)]
pub struct Finder {
    subject: Subject,
    /// What the subject names exactly.
    exact: Option<Matter>,
    /// What also fits, where nothing is named exactly.
    fits: Vec<Hit>,
}

impl Finder {
    /// Looks for `subject`.
    pub const fn new(subject: Subject) -> Self {
        Self {
            subject,
            exact: None,
            fits: Vec::new(),
        }
    }

    /// The next batch, and the State before it.
    pub fn batch(&mut self, state: &State, batch: &[Envelope]) {
        for entry in batch {
            if self.is_exact(&entry.event, entry.seq) {
                self.exact = Some(matter_of(state, batch, entry));
            } else if self.fits(entry) {
                let matter = matter_of(state, batch, entry);
                // One thing is listed once, and its newest places are kept.
                if self.fits.iter().all(|hit| hit.matter != matter) {
                    let sentence = describe(&entry.event, state);
                    let (seq, wall) = (entry.seq, entry.wall);
                    self.fits.push(Hit {
                        seq,
                        wall,
                        sentence,
                        matter,
                    });
                }
                if self.fits.len() > HITS_MAX {
                    self.fits.remove(0);
                }
            }
        }
    }

    #[expect(
        clippy::wildcard_enum_match_arm,
        reason = "a row is named by few events"
    )]
    fn is_exact(&self, event: &Event, seq: Seq) -> bool {
        let row = |test: &dyn Fn(i64, &Guid, bool) -> bool| match event {
            Event::InboundReceived(e) => test(e.rowid, &e.guid, true),
            Event::InboundIgnored(e) => test(e.rowid, &e.guid, ignored::owners(e.reason)),
            Event::InboundHeld(e) => test(e.rowid, &e.guid, false),
            Event::OutgoingSeen(e) => test(e.rowid, &e.guid, false),
            _ => false,
        };
        match &self.subject {
            Subject::Last => row(&|_, _, owners| owners),
            Subject::Row(number) => row(&|rowid, _, _| rowid == *number),
            Subject::Number(number) => row(&|rowid, _, _| u64::try_from(rowid) == Ok(*number)),
            Subject::Event(at) | Subject::Notice(at) => seq == *at,
            Subject::Command(id) => matches!(event, Event::CommandRequested(e) if e.id == *id),
            Subject::Words(name) => row(&|_, guid, _| guid.as_str() == name),
            Subject::Session(_) | Subject::Between(..) => false,
        }
    }

    fn fits(&self, entry: &Envelope) -> bool {
        match &self.subject {
            Subject::Number(number) => entry.seq.0 == *number,
            Subject::Words(words) => {
                let words = words.to_lowercase();
                let holds = |text: &str| text.to_lowercase().contains(&words);
                texts(&entry.event)
                    .iter()
                    .any(|(_, text)| holds(text.reveal()))
            }
            Subject::Between(from, to) => (*from..=*to).contains(&entry.wall),
            Subject::Last
            | Subject::Row(_)
            | Subject::Event(_)
            | Subject::Notice(_)
            | Subject::Command(_)
            | Subject::Session(_) => false,
        }
    }

    /// What was found; `state` is that at the end of the log.
    pub fn found(self, state: &State) -> Found {
        let named = |name: &str| refs::resolve(&state.sessions, name, state.settings.ref_min);
        let session = if let Subject::Session(name) = &self.subject {
            named(name)
        } else if let (Subject::Words(name), []) = (&self.subject, self.fits.as_slice()) {
            named(name)
        } else {
            Named::Nobody
        };
        match (self.exact, session) {
            (Some(matter), _) => Found::One(matter),
            (None, Named::One(id)) => Found::One(Matter::Session(id)),
            (None, Named::Several(ids)) => Found::Several(
                ids.into_iter()
                    .map(|id| Hit {
                        seq: Seq(0),
                        wall: state.sessions.get(&id).map_or(state.wall, |s| s.active),
                        sentence: crate::describe::session_name(state, &id),
                        matter: Matter::Session(id),
                    })
                    .collect(),
            ),
            (None, Named::Nobody) => match self.fits.as_slice() {
                [] => Found::Nothing,
                [only] => Found::One(only.matter.clone()),
                _ => Found::Several(self.fits),
            },
        }
    }
}

/// What an entry belongs to.
#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "all others stand for themselves"
)]
pub fn matter_of(state: &State, batch: &[Envelope], entry: &Envelope) -> Matter {
    let alone = || {
        let queued = batch
            .iter()
            .filter(|other| matches!(other.event, Event::NoticeQueued(_)));
        let mut queued = queued.map(|other| of_notice_queued(batch, other.seq));
        match (queued.next(), queued.next()) {
            (Some(only), None) => only,
            _ => Matter::Event(entry.cause.unwrap_or(entry.seq)),
        }
    };
    let notice = |seq| of_notice(state, batch, seq);
    match &entry.event {
        Event::InboundReceived(e) => Matter::Message(e.guid.clone()),
        Event::InboundHeld(e) => Matter::Message(e.guid.clone()),
        Event::InboundIgnored(e) => match e.copy_of.and_then(|id| state.ledger.sent.get(id)) {
            Some(sent) => notice(sent.notice),
            None => Matter::Message(e.guid.clone()),
        },
        Event::RoutingDecided(e) => Matter::Message(e.inbound.clone()),
        Event::InboundChanged(e) => Matter::Message(e.guid.clone()),
        Event::InboundDeferred(e) => Matter::Message(e.inbound.clone()),
        Event::InboundJoined(e) => Matter::Message(e.inbound.clone()),
        Event::InboundFilesNamed(e) => Matter::Message(e.inbound.clone()),
        Event::SessionLabelled(e) => Matter::Session(e.session.clone()),
        Event::ThreadNamed(e) => Matter::Session(e.session.clone()),
        Event::InboundSpoken(e) => Matter::Message(e.inbound.clone()),
        Event::SpokenAsked(e) => Matter::Message(e.inbound.clone()),
        Event::SpokenAnswered(e) => Matter::Message(e.inbound.clone()),
        Event::InboundUnanswered(e) => Matter::Message(e.inbound.clone()),
        Event::InstructionEnded(e) => Matter::Message(e.inbound.clone()),
        Event::QuestionAsked(e) => Matter::Question(e.call.clone()),
        Event::PromptAsked(_) => Matter::Prompt(entry.seq),
        Event::PromptWitnessed(e) => Matter::Prompt(e.prompt),
        Event::PromptDelivered(e) => Matter::Prompt(e.prompt),
        Event::PromptClosed(e) => Matter::Prompt(e.prompt),
        Event::PromptAnswered(e) => Matter::Prompt(e.prompt),
        Event::PromptExpired(e) => Matter::Prompt(e.prompt),
        Event::PromptShown(e) => Matter::Prompt(e.prompt),
        Event::PromptNudged(e) => Matter::Prompt(e.prompt),
        Event::QuestionClosed(e) => Matter::Question(e.call.clone()),
        Event::NoticeQueued(_) => of_notice_queued(batch, entry.seq),
        Event::NoticeWithdrawn(e) => notice(e.notice),
        Event::NoticeExpired(e) => notice(e.notice),
        Event::NoticeDeferred(e) => notice(e.notice),
        Event::HoldChanged(e) => Matter::Message(e.inbound.clone()),
        Event::PromiseMade(e) => Matter::Message(e.inbound.clone()),
        Event::NoticeDelayed(e) => notice(e.notice),
        Event::NoticeGivenUp(e) => notice(e.notice),
        Event::OutgoingSeen(e) => match state.ledger.sent.get(e.command) {
            Some(sent) if sent.file_of.is_some() => {
                of_id(state, batch, e.command).unwrap_or_else(alone)
            }
            Some(sent) => notice(sent.notice),
            None => alone(),
        },
        Event::CommandRequested(e) => of_command(state, batch, &e.command).unwrap_or_else(alone),
        Event::CommandStarted(e) => of_id(state, batch, e.id).unwrap_or_else(alone),
        Event::CommandPerformed(e) => of_id(state, batch, e.id).unwrap_or_else(alone),
        Event::CommandSettled(e) => of_id(state, batch, e.id).unwrap_or_else(alone),
        Event::SessionSeen(e) => Matter::Session(e.session.clone()),
        _ => alone(),
    }
}

fn of_id(state: &State, batch: &[Envelope], id: CommandId) -> Option<Matter> {
    let entry = state.ledger.open.get(&id)?;
    of_command(state, batch, &entry.command)
}

fn of_command(state: &State, batch: &[Envelope], command: &Command) -> Option<Matter> {
    if let Command::SendMessage(send) = command {
        return Some(of_notice(state, batch, send.notice));
    }
    inbound_of(command).map(Matter::Message)
}

#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "most notices stand for themselves"
)]
/// The message that a notice answers, the question it puts, or the notice itself.
fn of_topic(topic: &Topic, seq: Seq) -> Matter {
    match topic {
        Topic::Answer(guid) | Topic::Receipt(guid) => Matter::Message(guid.clone()),
        Topic::Question(call) => Matter::Question(call.clone()),
        Topic::Prompt(prompt) => Matter::Prompt(*prompt),
        _ => Matter::Notice(seq),
    }
}

fn of_notice(state: &State, batch: &[Envelope], seq: Seq) -> Matter {
    let topic = state.outbox.about(seq).map(|(_, topic)| topic);
    topic.map_or_else(
        || of_notice_queued(batch, seq),
        |topic| of_topic(topic, seq),
    )
}

fn of_notice_queued(batch: &[Envelope], seq: Seq) -> Matter {
    let queued = batch.iter().find(|entry| entry.seq == seq);
    match queued.map(|entry| &entry.event) {
        Some(Event::NoticeQueued(e)) => of_topic(&e.topic, seq),
        _ => Matter::Notice(seq),
    }
}
