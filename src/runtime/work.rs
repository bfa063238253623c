//! The loop: wake, take in, begin what is owed, sleep until the next deadline.

use super::health::Vitals;
use super::lanes::Lanes;
use super::sleep::Sleep;
use super::wake::Wake;
use crate::clock::{Clock, Stopwatch};
use crate::driver::{Driver, Step};
use crate::effects::Executor;
use crate::store::{EventLog, StoreFault};
use crate::time_zone::Zone;
use events::event::{Deadline, Source};
use events::input::SourceState;
use events::{Input, Lane, Outcome, Report, Seq, Tick, Wall};
use projections::State;
use projections::ledger::Stage;
use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::Duration;

/// Longest sleep: time passes for the machine at least this often.
const NAP_MS: u64 = 5_000;
/// How long running executors may take to come back when we stop.
const SHUTDOWN_GRACE_MS: u64 = 1_200;
/// `once` is over by then, whatever still waits for its proof.
const ROUND_MS: u64 = 60_000;
/// `once` waits for what becomes due this soon.
const SOON_MS: u64 = 3_500;
/// Inputs taken in before owed work is begun: news that cancels work comes first. They
/// share one flush, and no hand-over waits long for its answer.
const ROUND: usize = 128;

/// When the loop ends without a signal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Until {
    /// Never.
    Stopped,
    /// When these sources were looked at and nothing more is to be done soon.
    Quiet(BTreeSet<&'static str>),
}

/// What is done with the log at rest.
pub(super) type Rested<'a, L> = dyn FnMut(&mut Driver<L>, Wall) -> Result<(), StoreFault> + 'a;

/// Driver, executors and clock, in one thread.
pub(super) struct Work<'a, L, E, C> {
    pub(super) driver: &'a mut Driver<L>,
    pub(super) lanes: Lanes<E>,
    pub(super) clock: &'a mut C,
    pub(super) wakes: &'a Receiver<Wake>,
    /// Somebody wants us to stop: no further news is taken in.
    pub(super) stopping: Arc<AtomicBool>,
    /// What this process knows of itself.
    pub(super) vitals: Vitals,
    /// Notices that the computer slept.
    pub(super) sleep: Sleep,
    /// Called with the newest position after entries were appended.
    pub(super) appended: &'a mut dyn FnMut(&Driver<L>, Seq),
    /// Called when nothing came, nothing is owed and nothing runs, with the time.
    pub(super) rested: &'a mut Rested<'a, L>,
}

impl<L: EventLog, E: Executor + 'static, C: Clock> Work<'_, L, E, C> {
    /// Works until told to stop, or until nothing is left to do.
    pub(super) fn run(&mut self, until: Until) -> Result<&'static str, StoreFault> {
        let started = Stopwatch::start();
        let mut until = until;
        loop {
            let now = self.clock.now().wall;
            let ahead = Zone::of_this_computer().ahead(now);
            self.take_all(vec![Input::LocalTime(ahead), Input::Elapsed])?;
            if let Some(state) = self.driver.tend() {
                self.take(Input::Source(Source::Disk, state))?;
            }
            self.begin()?;
            if let Until::Quiet(unseen) = &until
                && ((unseen.is_empty() && self.quiet()) || started.millis() > ROUND_MS)
            {
                return Ok("no work left");
            }
            let wakes = self.wakes;
            let first = match wakes.recv_timeout(self.poll_timeout(&until)) {
                Ok(wake) => Some(wake),
                Err(RecvTimeoutError::Timeout) => {
                    if self.quiet() {
                        (self.rested)(self.driver, now)?;
                    }
                    None
                }
                Err(RecvTimeoutError::Disconnected) => return Ok("all sources stopped"),
            };
            // Never one more is received than is taken in: what is received and let go is lost.
            let more = std::iter::from_fn(|| wakes.try_recv().ok());
            if let Some(who) = self.take_in(first.into_iter().chain(more), &mut until)? {
                self.shut_down(&mut until)?;
                return Ok(who);
            }
        }
    }

    /// Takes in what waits, with one flush for all of it; then answers those who wait for
    /// that. Gives the word of whoever wants us to stop.
    fn take_in(
        &mut self,
        wakes: impl Iterator<Item = Wake>,
        until: &mut Until,
    ) -> Result<Option<&'static str>, StoreFault> {
        let (mut inputs, mut acks, mut asked) = (Vec::new(), Vec::new(), Vec::new());
        let mut stop = None;
        for wake in wakes {
            match wake {
                // What is left behind is read again by the next start.
                Wake::Inputs(_) if self.stopping.load(Ordering::Acquire) => {}
                Wake::Inputs(news) => inputs.extend(news),
                Wake::HandedOver(handed, ack) => {
                    inputs.push(handed.into());
                    acks.push(ack);
                }
                Wake::Asked(answer) => asked.push(answer),
                Wake::Reported(id, report) => {
                    if self.lanes.back(id) == Some(Lane::Messages) {
                        self.vitals.sent(&report);
                    }
                    inputs.push(Input::Report(id, report));
                }
                Wake::Looked(source) => {
                    if let Until::Quiet(unseen) = until {
                        unseen.remove(source);
                    }
                }
                Wake::Stop(who) => stop = Some(who),
            }
            if stop.is_some() || inputs.len() >= ROUND {
                break;
            }
        }
        self.take_all(inputs)?;
        let state = self.driver.machine().state();
        for ack in acks {
            ack(state.last);
        }
        for answer in asked {
            // Whoever asked may have gone.
            let _ = answer.send(self.vitals.health(state));
        }
        Ok(stop)
    }

    fn take(&mut self, input: Input) -> Result<(), StoreFault> {
        self.take_all(vec![input])
    }

    fn take_all(&mut self, inputs: Vec<Input>) -> Result<(), StoreFault> {
        for input in &inputs {
            tell(input, self.driver.machine().state());
        }
        let now = self.clock.now();
        // What comes after a sleep is judged as that.
        let slept = self.sleep.over(now).map(Input::Slept);
        let inputs: Vec<_> = slept.into_iter().chain(inputs).collect();
        if let Step::Appended(seq) = self.driver.take_all(inputs, now)? {
            (self.appended)(self.driver, seq);
        }
        Ok(())
    }

    fn begin(&mut self) -> Result<(), StoreFault> {
        let busy = self.lanes.busy();
        let now = self.clock.now();
        for (id, command) in self.driver.begin(&busy, now)? {
            self.lanes.submit(id, command);
        }
        Ok(())
    }

    /// Until the next deadline, and never longer than the poll timeout.
    fn poll_timeout(&mut self, until: &Until) -> Duration {
        let now = self.clock.now().tick;
        let due = self
            .driver
            .machine()
            .next_deadline()
            .map_or(NAP_MS, |(at, _)| at.0.saturating_sub(now.0));
        let longest = if *until == Until::Stopped {
            NAP_MS
        } else {
            200
        };
        Duration::from_millis(due.min(longest))
    }

    /// Nothing is owed, running, or about to be proven or not.
    fn quiet(&mut self) -> bool {
        let soon = Tick(self.clock.now().tick.0.saturating_add(SOON_MS));
        let machine = self.driver.machine();
        let running = machine
            .state()
            .ledger
            .open
            .values()
            .any(|entry| entry.stage == Stage::Started);
        let near = machine.state().deadlines.iter().any(|(at, deadline)| {
            let ours = matches!(
                deadline,
                Deadline::Pace(_) | Deadline::Receipt(_) | Deadline::Retry(_) | Deadline::Proof(_)
            );
            ours && *at <= soon
        });
        machine.owed().is_empty() && !running && self.lanes.idle() && !near
    }

    /// What runs gets a moment to come back; what does not is asked for by the next start.
    fn shut_down(&mut self, until: &mut Until) -> Result<(), StoreFault> {
        let started = Stopwatch::start();
        while !self.lanes.idle() && started.millis() < SHUTDOWN_GRACE_MS {
            let left = SHUTDOWN_GRACE_MS.saturating_sub(started.millis());
            match self.wakes.recv_timeout(Duration::from_millis(left)) {
                Ok(wake) => self.take_in(std::iter::once(wake), until).map(drop)?,
                Err(_) => break,
            }
        }
        Ok(())
    }
}

/// What goes wrong outside is worth a line. Texts and addresses do not show in it.
fn tell(input: &Input, known: &State) {
    if let Input::Source(source, state) = input {
        match state {
            SourceState::Failed(why) => tracing::warn!(?source, why, "source failed"),
            SourceState::Works if known.failed_sources.contains_key(source) => {
                tracing::info!(?source, "source recovered");
            }
            SourceState::Works => tracing::debug!(?source, "source works"),
        }
    }
    if let Input::Report(
        id,
        Report::Settled(outcome @ (Outcome::Failed(_) | Outcome::Unknown(_))),
    ) = input
    {
        tracing::warn!(%id, ?outcome, "command failed or unconfirmed; see `explain`");
    }
}
