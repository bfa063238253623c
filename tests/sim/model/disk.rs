//! The model disk's log: the real in-memory log, which dies at the append it is
//! told to. It can also carry one planted bug, to prove that the checks see it.

use control_plane::store::memory::{Crash, Disk};
use control_plane::store::{Durable, Entries, EventLog, MemoryLog, StoreFault};
use events::event::{NoticeWithdrawn, PromiseEnd, PromptNudged};
use events::prompt::PromptDelivered;
use events::{Batch, Event, Guid, Link, Seq};
use std::cell::Cell;

/// A fault put in on purpose. Each must be noticed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Bug {
    /// Appends return before they are on disk.
    NoFlush,
    /// What a crash left begun is begun again.
    BeginsAgain,
    /// The end of some commands is never written.
    LosesEnds,
    /// An osascript that timed out is reported as a certain failure.
    TimeoutIsFailure,
    /// Effects begin before their start is on disk.
    ActsFirst,
    /// A hand-over is acknowledged before it is on disk.
    AcknowledgesFirst,
    /// Keys go to the pane twice.
    TypesTwice,
    /// Hand-overs lose their names, so that one counts twice.
    ForgetsKeys,
    /// What is not known to have happened is done again when its time is over.
    RetriesUnknown,
    /// The notice of a reply thread is found by how its text begins, not by its row's name.
    RoutesByText,
    /// An answer goes to whatever is asked first, not to what it was given to.
    AnswersByOrder,
    /// A prompt counts as delivered as soon as its text is asked for.
    AnswersUndelivered,
    /// The key is pressed whatever the pane shows.
    KeysUnread,
    /// An answer that was begun when the program died is given again.
    AnswersAgain,
    /// What is answered is repeated all the same.
    RemindsOfAnswered,
    /// What waits for the end of quiet hours, or the like, is only in memory.
    ForgetsHeld,
    /// That a promise was kept is never written.
    KeepsAgain,
    /// Whatever turn runs is stopped.
    StopsAnyTurn,
    /// Files are copied before they are whole.
    CopiesUnwhole,
    /// A file outside of the session's directory is sent like any other.
    SendsAnyFile,
    /// What was being passed on with files when the program died is passed on again.
    FilesAgain,
    /// Copies are never deleted.
    KeepsCopies,
}

/// Where a process dies: during this append, counted from 1 over the whole run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Death {
    /// The append.
    pub(crate) append: u64,
    /// What the disk makes of it.
    pub(crate) how: Crash,
    /// Its children finish what they do, unseen.
    pub(crate) children_live: bool,
}

/// The log of one process.
#[derive(Debug)]
pub(super) struct SimLog {
    inner: MemoryLog,
    appends: u64,
    dies_at: Option<u64>,
    bug: Option<Bug>,
    unflushed: usize,
    /// There is no space left.
    full: Cell<bool>,
    /// Texts that waited when this process began.
    held: Vec<Seq>,
}

impl SimLog {
    pub(super) fn open(
        disk: Disk,
        appends: u64,
        dies_at: Option<u64>,
        bug: Option<Bug>,
    ) -> Result<Self, StoreFault> {
        let inner = MemoryLog::open(disk)?;
        Ok(Self {
            inner,
            appends,
            dies_at,
            bug,
            unflushed: 0,
            full: Cell::new(false),
            held: Vec::new(),
        })
    }

    /// Whether there is space on the disk from here on.
    pub(super) fn fill(&self, full: bool) {
        self.full.set(full);
    }

    /// Has this process forget these texts, where that is the planted bug.
    pub(super) fn forget(&mut self, held: Vec<Seq>) {
        self.held = held;
    }

    /// Appends so far, over all processes.
    pub(super) const fn appends(&self) -> u64 {
        self.appends
    }

    pub(super) fn crash(self, how: Crash) -> Disk {
        let mut disk = self.inner.crash(how);
        if self.bug == Some(Bug::NoFlush) && how == Crash::Drop {
            let kept = disk.entries_mut().len().saturating_sub(self.unflushed);
            disk.entries_mut().truncate(kept);
        }
        disk
    }

    /// The batch with its events changed.
    fn changed(batch: &Batch, change: impl FnOnce(&mut Vec<Event>)) -> Batch {
        let Some(first) = batch.envelopes().first() else {
            return batch.clone();
        };
        let now = events::Now {
            wall: first.wall,
            tick: first.tick,
        };
        let mut events = batch.envelopes().iter().map(|e| e.event.clone()).collect();
        change(&mut events);
        Batch::new(first.seq, now, events)
    }

    /// The planted bugs that sit in what is written.
    fn planted(&self, batch: &Batch) -> Batch {
        let more = |more: &dyn Fn(&Event) -> Option<Event>| {
            Self::changed(batch, |events| {
                let all: Vec<_> = events.iter().filter_map(more).collect();
                events.extend(all);
            })
        };
        let without = |gone: &dyn Fn(&Event) -> bool| {
            Self::changed(batch, |events| events.retain(|event| !gone(event)))
        };
        match self.bug {
            Some(Bug::LosesEnds) => without(
                &|e| matches!(e, Event::CommandSettled(e) if e.id.cause.0.is_multiple_of(3)),
            ),
            Some(Bug::KeepsAgain) => {
                without(&|e| matches!(e, Event::PromiseEnded(e) if e.how == PromiseEnd::Kept))
            }
            // Behind what is shown it says that it was delivered long ago.
            Some(Bug::AnswersUndelivered) => more(&|event| {
                let Event::PromptShown(shown) = event else {
                    return None;
                };
                Some(Event::PromptDelivered(PromptDelivered {
                    prompt: shown.prompt,
                    notice: shown.notice,
                    row: Guid::parse("never")?,
                    date: events::Wall(0),
                }))
            }),
            Some(Bug::RemindsOfAnswered) => more(&|event| {
                let Event::PromptAnswered(answered) = event else {
                    return None;
                };
                let (prompt, notice) = (answered.prompt, batch.envelopes().first()?.seq);
                Some(Event::PromptNudged(PromptNudged { prompt, notice }))
            }),
            Some(Bug::ForgetsHeld) => Self::changed(batch, |events| {
                let starts = matches!(events.first(), Some(Event::RuntimeStarted(_)));
                let lost = self.held.iter().filter(|_| starts).map(|notice| {
                    let (notice, why) = (*notice, "it was in memory".into());
                    Event::NoticeWithdrawn(NoticeWithdrawn { notice, why })
                });
                events.extend(lost.collect::<Vec<_>>());
            }),
            _ => batch.clone(),
        }
    }
}

impl EventLog for SimLog {
    fn append(&mut self, mut batch: Batch) -> Result<Durable, StoreFault> {
        self.appends += 1;
        if self.full.get() {
            self.inner.fail_next(StoreFault::Full { doing: "writing" });
        }
        if self.dies_at == Some(self.appends) {
            self.inner.fail_next(StoreFault::Io {
                doing: "writing",
                why: "the process dies here".into(),
            });
        }
        if self.bug.is_some() {
            batch = self.planted(&batch);
        }
        let durable = self.inner.append(batch)?;
        self.unflushed = durable.batch().envelopes().len();
        Ok(durable)
    }

    fn read(&self, from: Seq) -> Entries<'_> {
        self.inner.read(from)
    }

    fn last(&self) -> Option<Seq> {
        self.inner.last()
    }

    fn link(&self, at: Seq) -> Result<Option<Link>, StoreFault> {
        self.inner.link(at)
    }
}
