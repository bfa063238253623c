//! Only this type changes the log and the machine. The machine proposes a batch for
//! an input, the log appends it, and only what is on disk changes the machine's State.
//! A command leaves here only after its start is on disk too.

use crate::store::{Durable, EventLog, StoreFault};
use events::input::SourceState;
use events::{Command, CommandId, Envelope, Input, Lane, Now, Seq};
use projections::{Machine, State};
use std::collections::BTreeSet;

/// Log and machine, in step.
pub struct Driver<L> {
    log: L,
    machine: Machine,
    watch: Option<Watch>,
}

/// Sees each entry that was appended, with State before and after it.
pub type Watch = Box<dyn FnMut(&State, &Envelope, &State) + Send>;

/// What an input led to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Nothing happened that was not known.
    Nothing,
    /// Entries up to here are on disk.
    Appended(Seq),
}

impl<L: EventLog> Driver<L> {
    /// Continues a log from a state that belongs to it, such as a snapshot's.
    pub fn open(log: L, from: State) -> Result<Self, StoreFault> {
        let mut machine = Machine::from(from);
        let next = machine.next_seq();
        for entry in log.read(next) {
            machine.commit(std::slice::from_ref(&entry?));
        }
        Ok(Self {
            log,
            machine,
            watch: None,
        })
    }

    /// Has every entry shown to `watch` from here on.
    #[must_use]
    pub fn watched(mut self, watch: Watch) -> Self {
        self.watch = Some(watch);
        self
    }

    /// What the log means.
    pub const fn machine(&self) -> &Machine {
        &self.machine
    }

    /// The log.
    pub const fn log(&self) -> &L {
        &self.log
    }

    /// Keeps disk space in reserve for the log; returns the disk's state if it changed.
    pub fn tend(&mut self) -> Option<SourceState> {
        self.log.tend()
    }

    /// The log, for what does not add to it.
    pub const fn log_mut(&mut self) -> &mut L {
        &mut self.log
    }

    /// Reads the log from its start, after it was written anew.
    pub fn rebuild_state(&mut self) -> Result<(), StoreFault> {
        let mut machine = Machine::default();
        for entry in self.log.read(Seq(1)) {
            machine.commit(std::slice::from_ref(&entry?));
        }
        self.machine = machine;
        Ok(())
    }

    /// Gives the log back.
    pub fn into_log(self) -> L {
        self.log
    }

    /// Takes one input in. When this returns, what it caused is on disk.
    pub fn take(&mut self, input: Input, now: Now) -> Result<Step, StoreFault> {
        self.take_all([input], now)
    }

    /// Takes in what waits, in order, with one flush for all of it (group commit). When
    /// this returns, everything that it caused is on disk; after a crash, all or nothing is.
    pub fn take_all(
        &mut self,
        inputs: impl IntoIterator<Item = Input>,
        now: Now,
    ) -> Result<Step, StoreFault> {
        let batch = self.machine.propose_all(inputs, now);
        if batch.is_empty() {
            return Ok(Step::Nothing);
        }
        let durable = self.log.append(batch)?;
        self.commit(&durable);
        Ok(Step::Appended(self.machine.state().last))
    }

    /// Starts the owed commands whose lane is free: no other command of the lane has begun
    /// by the log, and none is `busy` in an executor of the caller's. Their start is on
    /// disk; the caller carries out each that is returned, once.
    pub fn begin(
        &mut self,
        busy: &BTreeSet<Lane>,
        now: Now,
    ) -> Result<Vec<(CommandId, Command)>, StoreFault> {
        let mut owed = self.machine.owed();
        owed.retain(|(_, command)| !busy.contains(&command.lane()));
        if !owed.is_empty() {
            let ids = owed.iter().map(|(id, _)| *id);
            let durable = self.log.append(self.machine.start(ids, now))?;
            self.commit(&durable);
        }
        Ok(owed)
    }

    fn commit(&mut self, durable: &Durable) {
        for envelope in durable.batch().envelopes() {
            let before = self.watch.is_some().then(|| self.machine.state().clone());
            self.machine.commit(std::slice::from_ref(envelope));
            if let (Some(watch), Some(before)) = (&mut self.watch, before) {
                watch(&before, envelope, self.machine.state());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::memory::Disk;
    use crate::store::{Entries, MemoryLog};
    use events::input::{Attention, Started};
    use events::{Batch, InputKey, Link, Settings, Tick, Wall};

    /// A log whose disk is full.
    struct Full(MemoryLog);

    impl EventLog for Full {
        fn append(&mut self, batch: Batch) -> Result<Durable, StoreFault> {
            self.0.append(batch)
        }

        fn read(&self, from: Seq) -> Entries<'_> {
            self.0.read(from)
        }

        fn last(&self) -> Option<Seq> {
            self.0.last()
        }

        fn link(&self, at: Seq) -> Result<Option<Link>, StoreFault> {
            self.0.link(at)
        }

        fn tend(&mut self) -> Option<SourceState> {
            Some(SourceState::Failed("full".into()))
        }
    }

    #[test]
    fn what_begins_is_in_the_log_first_and_only_where_its_lane_is_free() {
        let log = MemoryLog::open(Disk::default()).unwrap();
        let mut driver = Driver::open(log, State::default()).unwrap();
        let now = Now {
            wall: Wall(1_795_000_000_000),
            tick: Tick(0),
        };
        let settings = Settings {
            owner: vec!["+15555550123".into()],
            ..Settings::default()
        };
        let started = Started {
            version: "0.1.0".into(),
            pid: 1,
            settings,
        };
        driver.take(Input::Started(started), now).unwrap();
        let attention = Attention {
            key: InputKey::parse("a").unwrap(),
            cwd: "/srv".into(),
            need: "look".into(),
            to: None,
        };
        let step = driver.take(Input::Attention(attention), now).unwrap();
        assert_eq!(step, Step::Appended(driver.log().last().unwrap()));
        let [(id, command)] = &driver.machine().owed()[..] else {
            panic!("one text is owed");
        };
        let (id, lane) = (*id, command.lane());
        let before = driver.log().last();
        let busy = BTreeSet::from([lane]);
        assert!(driver.begin(&busy, now).unwrap().is_empty());
        assert_eq!(driver.log().last(), before);
        let begun = driver.begin(&BTreeSet::new(), now).unwrap();
        assert_eq!(begun.iter().map(|(id, _)| *id).collect::<Vec<_>>(), [id]);
        assert!(driver.log().last() > before);
        assert!(driver.begin(&BTreeSet::new(), now).unwrap().is_empty());
    }

    fn attention(nth: u64) -> Input {
        Input::Attention(Attention {
            key: InputKey::parse(&format!("a-{nth}")).unwrap(),
            cwd: "/srv".into(),
            need: "look".into(),
            to: None,
        })
    }

    #[test]
    fn what_is_taken_in_at_once_is_on_disk_whole_or_not_at_all() {
        use crate::store::memory::Crash;
        let now = Now {
            wall: Wall(1_795_000_000_000),
            tick: Tick(0),
        };
        for (how, kept) in [(Crash::Keep, 3), (Crash::Drop, 0)] {
            let log = MemoryLog::open(Disk::default()).unwrap();
            let mut driver = Driver::open(log, State::default()).unwrap();
            driver.log.fail_next(StoreFault::Full { doing: "writing" });
            driver.take_all((0..3).map(attention), now).unwrap_err();
            assert_eq!(driver.machine().state(), &State::default());
            let log = MemoryLog::open(driver.into_log().crash(how)).unwrap();
            let mut again = Driver::open(log, State::default()).unwrap();
            assert_eq!(again.machine().state().inbox.keys.len(), kept);
            again.take_all((0..3).map(attention), now).unwrap();
            assert_eq!(again.machine().state().inbox.keys.len(), 3);
        }
    }

    #[test]
    fn what_the_log_says_of_its_disk_is_passed_on() {
        let log = Full(MemoryLog::open(Disk::default()).unwrap());
        let mut driver = Driver::open(log, State::default()).unwrap();
        let full = SourceState::Failed("full".into());
        assert_eq!(driver.tend(), Some(full));
    }
}
