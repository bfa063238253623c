//! The log kept small: old history is packed, and words that are old enough are forgotten.

use crate::clock::wall;
use crate::config::Config;
use crate::driver::Driver;
use crate::store::{Change, EventLog as _, SledLog, Snapshots, StoreFault};
use events::{Envelope, Seq, Span, Wall};
use projections::Machine;
use projections::forget::Forgetting;
use std::path::Path;

/// So many entries at least are packed at a time: each time makes a file of its own.
const WORTH_PACKING: u64 = 10_000;
/// How often a running agent looks after its log.
const PAUSE: Span = Span::seconds(86_400);
/// In the state directory: up to when the words are forgotten.
const FORGOTTEN: &str = "forgotten-until";

/// This long ago.
pub(super) fn ago(age: Span) -> Wall {
    let age = i64::try_from(age.0).unwrap_or(i64::MAX);
    Wall(wall().0.saturating_sub(age))
}

/// Looks after the log of an agent, at its start and then once a day.
pub(super) struct Upkeep {
    keep: Option<Span>,
    forget: Option<Span>,
    state: std::path::PathBuf,
    snapshots: Snapshots,
    last: Option<Wall>,
}

impl Upkeep {
    pub(super) fn new(config: &Config, snapshots: &Snapshots, stays: bool) -> Self {
        Self {
            keep: config.log_keep.filter(|_| stays),
            forget: config.log_forget.filter(|_| stays),
            state: config.state_dir.clone(),
            snapshots: snapshots.clone(),
            last: None,
        }
    }

    /// Whether there is something to be looked after now.
    pub(super) fn is_due(&self, now: Wall) -> bool {
        let set = self.keep.is_some() || self.forget.is_some();
        // A clock that was set back must not put it off for years.
        let waits = self
            .last
            .is_some_and(|last| last <= now && last.until(now) < PAUSE);
        set && !waits
    }

    /// Looks after the log if it is time.
    pub(super) fn if_due(
        &mut self,
        driver: &mut Driver<SledLog>,
        now: Wall,
    ) -> Result<(), StoreFault> {
        if self.is_due(now) {
            self.run(driver, now)?;
        }
        Ok(())
    }

    /// Packs and forgets what the settings say. The log is closed meanwhile, and what comes
    /// waits in front of it. Where something fails, the log stays as it is; only a log that
    /// does not open again is a fault.
    pub(super) fn run(
        &mut self,
        driver: &mut Driver<SledLog>,
        now: Wall,
    ) -> Result<(), StoreFault> {
        self.last = Some(now);
        if let Some(keep) = self.keep {
            let packed = driver.log_mut().compact(ago(keep), WORTH_PACKING);
            if let Some(last) = heeded(packed)?.flatten() {
                tracing::info!(%last, "packed old history");
            }
        }
        let before = self.forget.map(ago);
        let before = before.filter(|before| until(&self.state).until(*before) >= PAUSE);
        let Some(before) = before else { return Ok(()) };
        let forgot = forget(driver.log_mut(), &self.state, &self.snapshots, before);
        if let Some(texts) = heeded(forgot)?.filter(|texts| *texts > 0) {
            tracing::info!(texts, "forgot old words");
            driver.rebuild_state()?;
        }
        Ok(())
    }
}

/// A log that is closed is a fault; anything else is said, and the log stays as it is.
fn heeded<T>(done: Result<T, StoreFault>) -> Result<Option<T>, StoreFault> {
    match done {
        Ok(done) => Ok(Some(done)),
        Err(StoreFault::Closed) => Err(StoreFault::Closed),
        Err(fault) => {
            tracing::warn!("the log was not made smaller: {fault}");
            Ok(None)
        }
    }
}

/// Up to when the words are forgotten.
fn until(state: &Path) -> Wall {
    let noted = std::fs::read_to_string(state.join(FORGOTTEN)).ok();
    Wall(
        noted
            .and_then(|noted| noted.trim().parse().ok())
            .unwrap_or(0),
    )
}

/// Forgets the words of closed history from before `before`. Gives the number of entries that
/// held some. Nothing is changed unless the changed log means the same.
pub(super) fn forget(
    log: &mut SledLog,
    state: &Path,
    snapshots: &Snapshots,
    before: Wall,
) -> Result<u64, StoreFault> {
    let mut machine = Machine::default();
    for entry in log.read(Seq(1)) {
        machine.commit(std::slice::from_ref(&entry?));
    }
    let mut change = Forget {
        what: Forgetting::new(machine.state(), before),
        machine: Machine::default(),
        entries: 0,
        snapshots,
    };
    log.rewrite(&mut change)?;
    let noted = format!("{}\n", before.0);
    // Without the note the log is only looked through again.
    if let Err(error) = std::fs::write(state.join(FORGOTTEN), noted) {
        tracing::warn!("cannot write {FORGOTTEN}: {error}");
    }
    Ok(change.entries)
}

struct Forget<'a> {
    what: Forgetting,
    /// What the changed log means.
    machine: Machine,
    entries: u64,
    snapshots: &'a Snapshots,
}

impl Change for Forget<'_> {
    fn entry(&mut self, entry: Envelope) -> Envelope {
        let forgotten = self.what.forget(&entry);
        self.entries += u64::from(forgotten.is_some());
        let entry = forgotten.unwrap_or(entry);
        self.machine.commit(std::slice::from_ref(&entry));
        entry
    }

    fn approve(&mut self) -> Result<bool, String> {
        if self.entries == 0 {
            return Ok(false);
        }
        let compared = self.what.compare(self.machine.state());
        compared
            .map_err(|why| format!("without its old words the log means something else: {why}"))?;
        // Snapshots hold words too.
        let cleared = self.snapshots.clear();
        cleared.map_err(|error| format!("snapshots cannot be removed: {error}"))?;
        Ok(true)
    }
}
