//! The machine: State, and the two steps of every change. `propose` decides and changes
//! nothing; `commit` changes State and decides nothing. In between, the batch goes to disk.

use crate::apply::apply;
use crate::ledger::Stage;
use crate::react;
use crate::state::State;
use events::event::{CommandStarted, Deadline, Topic};
use events::{Batch, Command, CommandId, Envelope, Event, Input, Lane, Now, Seq, Tick};
use std::collections::BTreeSet;

/// A state machine over the log.
#[derive(Clone, Debug, Default)]
pub struct Machine {
    state: State,
}

impl Machine {
    /// Continues from a state, such as a snapshot's; `State::default()` is the empty log's.
    pub const fn from(state: State) -> Self {
        Self { state }
    }

    /// What the log means so far.
    pub const fn state(&self) -> &State {
        &self.state
    }

    /// The position of the next event.
    pub fn next_seq(&self) -> Seq {
        self.state.last.next()
    }

    /// What would be appended because of `input`: the facts in it and the
    /// decisions they cause. Empty where nothing happened.
    pub fn propose(&self, input: Input, now: Now) -> Batch {
        self.propose_all([input], now)
    }

    /// The same for several inputs, to be appended at once. Each is decided in the
    /// light of those before it, as if they had been appended one by one.
    pub fn propose_all(&self, inputs: impl IntoIterator<Item = Input>, now: Now) -> Batch {
        let mut all = Batch::default();
        // A copy that runs ahead of the disk; it is dropped when all is decided.
        let mut ahead = self.state.clone();
        for input in inputs {
            let (batch, state) = react::propose(ahead, input, now);
            all.join(batch);
            ahead = state;
        }
        all
    }

    /// The starts of owed commands; their effects may begin once this is on disk.
    pub fn start(&self, ids: impl IntoIterator<Item = CommandId>, now: Now) -> Batch {
        let baseline = self.state.newest_row();
        let mut all = Batch::default();
        let mut next = self.next_seq();
        for id in ids {
            let started = Event::CommandStarted(CommandStarted { id, baseline });
            all.join(Batch::new(next, now, vec![started]));
            next = next.next();
        }
        all
    }

    /// Takes over what is on disk.
    pub fn commit(&mut self, batch: &[Envelope]) {
        for envelope in batch {
            apply(&mut self.state, envelope);
        }
    }

    /// Commands that may start now: the first of each lane that is free.
    pub fn owed(&self) -> Vec<(CommandId, Command)> {
        let open = &self.state.ledger.open;
        let mut busy: BTreeSet<Lane> = open
            .values()
            .filter(|e| e.stage == Stage::Started)
            .map(|e| e.command.lane())
            .collect();
        let mut requested: Vec<_> = open
            .iter()
            .filter(|(_, e)| e.stage == Stage::Requested)
            .collect();
        requested.sort_by_key(|(id, entry)| (self.urgency(&entry.command), **id));
        let blocked = self.notice_in_progress();
        let mut out = Vec::new();
        for (id, entry) in requested {
            let waits = matches!((&entry.command, blocked), (Command::SendMessage(send), Some(notice)) if send.notice != notice);
            if !waits && busy.insert(entry.command.lane()) {
                out.push((*id, entry.command.clone()));
            }
        }
        out
    }

    /// Questions go before anything else that is waiting for Messages.
    fn urgency(&self, command: &Command) -> u8 {
        let Command::SendMessage(send) = command else {
            return 0;
        };
        match self
            .state
            .outbox
            .open
            .get(&send.notice)
            .map(|notice| &notice.topic)
        {
            Some(Topic::Question(_) | Topic::Prompt(_)) => 1,
            _ => 2,
        }
    }

    /// The notice whose parts are being sent and must not be interleaved with another's.
    fn notice_in_progress(&self) -> Option<Seq> {
        let under_way = self.state.outbox.open.iter().find(|(_, notice)| {
            let begun = notice.next > 0 || notice.sending.is_some_and(|id| self.performed(id));
            let more =
                usize::from(notice.next) + usize::from(notice.next == 0) < notice.parts.len();
            begun && more && notice.not_before.is_none()
        });
        under_way.map(|(seq, _)| *seq)
    }

    fn performed(&self, id: CommandId) -> bool {
        self.state
            .ledger
            .open
            .get(&id)
            .is_some_and(|entry| matches!(entry.stage, Stage::Performed(_)))
    }

    /// The soonest deadline.
    pub fn next_deadline(&self) -> Option<(Tick, &Deadline)> {
        self.state
            .deadlines
            .next()
            .map(|(tick, deadline)| (*tick, deadline))
    }
}
