//! Which events belong to a matter. What belongs to it grows while the log is
//! read: the commands of a message, the notices about it, the rows of those.

use super::Matter;
use super::mentions::Mentions;
use crate::describe::inbound_of;
use events::{Command, CommandId, Envelope, Event, Guid, Seq, SessionId};
use std::collections::BTreeSet;

/// What belongs to a matter, as far as it is known.
#[derive(Clone, Debug)]
pub(super) struct Thread {
    matter: Matter,
    pub(super) commands: BTreeSet<CommandId>,
    pub(super) notices: BTreeSet<Seq>,
    messages: BTreeSet<Guid>,
    /// The notices of a session are followed, and what was written to it.
    wide: bool,
    /// Rows of our own texts, and their copies: a reply to one is a reply to the notice.
    rows: BTreeSet<Guid>,
}

impl Thread {
    pub(super) fn new(matter: Matter) -> Self {
        let mut thread = Self {
            matter,
            commands: BTreeSet::new(),
            notices: BTreeSet::new(),
            messages: BTreeSet::new(),
            wide: false,
            rows: BTreeSet::new(),
        };
        match &thread.matter {
            Matter::Message(guid) => {
                thread.messages.insert(guid.clone());
            }
            Matter::Notice(seq) => {
                thread.notices.insert(*seq);
            }
            Matter::Question(_) | Matter::Prompt(_) | Matter::Session(_) | Matter::Event(_) => {}
        }
        thread
    }

    /// All that has to do with a session.
    pub(super) fn of_session(id: SessionId) -> Self {
        Self {
            wide: true,
            ..Self::new(Matter::Session(id))
        }
    }

    /// Whether the entry belongs to the matter; if so, what it brings belongs to it too.
    pub(super) fn takes(&mut self, entry: &Envelope) -> bool {
        let named = Mentions::of(&entry.event);
        let ours = match &self.matter {
            Matter::Event(seq) => entry.seq == *seq || entry.cause == Some(*seq),
            Matter::Session(id) => named.sessions.contains(id),
            Matter::Question(call) => named.calls.contains(call),
            Matter::Prompt(seq) => entry.seq == *seq || named.prompts.contains(seq),
            Matter::Message(_) | Matter::Notice(_) => false,
        };
        let ours = ours
            || self.notices.contains(&entry.seq)
            || named.guids.iter().any(|guid| self.messages.contains(guid))
            || named.replies.iter().any(|guid| self.rows.contains(guid))
            || named.commands.iter().any(|id| self.commands.contains(id))
            || named.notices.iter().any(|seq| self.notices.contains(seq));
        if ours || self.carries(entry) {
            self.grow(entry);
            return true;
        }
        false
    }

    /// A command that carries a message of ours, or sends a notice of ours.
    fn carries(&self, entry: &Envelope) -> bool {
        let Event::CommandRequested(e) = &entry.event else {
            return false;
        };
        if let Command::SendMessage(send) = &e.command {
            return self.notices.contains(&send.notice);
        }
        inbound_of(&e.command).is_some_and(|guid| self.messages.contains(&guid))
    }

    #[expect(
        clippy::wildcard_enum_match_arm,
        reason = "few events bring others with them"
    )]
    fn grow(&mut self, entry: &Envelope) {
        match &entry.event {
            Event::CommandRequested(e) => {
                self.commands.insert(e.id);
            }
            // A story of a session names its notices and does not follow each.
            Event::NoticeQueued(_) if self.wide || !matches!(self.matter, Matter::Session(_)) => {
                self.notices.insert(entry.seq);
            }
            Event::OutgoingSeen(e) => {
                self.rows.insert(e.guid.clone());
            }
            Event::InboundIgnored(e) if e.copy_of.is_some() => {
                self.rows.insert(e.guid.clone());
            }
            // The life of a prompt: its notice, the message that answers it, the proof.
            Event::PromptShown(e) => {
                self.notices.insert(e.notice);
            }
            Event::PromptAnswered(e) => {
                self.messages.insert(e.inbound.clone());
            }
            Event::RoutingDecided(e) if self.wide || matches!(self.matter, Matter::Question(_)) => {
                self.messages.insert(e.inbound.clone());
            }
            _ => {}
        }
    }
}
