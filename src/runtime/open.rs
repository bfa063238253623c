//! Opening the log: with a snapshot where one fits, and with patience where a
//! notify process holds it for a moment.

use crate::cli::error::CommandError;
use crate::clock::Stopwatch;
use crate::config::Config;
use crate::driver::Driver;
use crate::store::{self, EventLog, SledLog, Snapshots, StoreFault};
use projections::{Machine, State};
use std::ops::ControlFlow;
use std::path::Path;
use std::time::Duration;

/// How long a log that is held is waited for.
const PATIENCE_MS: u64 = 3_000;

/// A store fault as a command's error.
#[expect(clippy::needless_pass_by_value, reason = "made for map_err")]
pub(super) fn fault(fault: StoreFault) -> CommandError {
    let hint = fault.hint();
    CommandError::failure(fault.to_string()).hint(hint)
}

/// Opens the log, waiting a moment for whoever holds it.
pub(super) fn patiently(config: &Config) -> Result<(Driver<SledLog>, Snapshots), CommandError> {
    let clock = Stopwatch::start();
    loop {
        match now(&config.state_dir) {
            Err(StoreFault::Locked { .. }) if clock.millis() < PATIENCE_MS => {
                std::thread::sleep(Duration::from_millis(50));
            }
            opened => return opened.map_err(fault),
        }
    }
}

/// Opens the log as it is.
pub(super) fn now(state_dir: &Path) -> Result<(Driver<SledLog>, Snapshots), StoreFault> {
    let log = SledLog::open(state_dir)?;
    let snapshots = snapshots(state_dir);
    let from = from_snapshot(&snapshots, &log)?;
    Ok((Driver::open(log, from)?, snapshots))
}

/// A snapshot's State is bincode of this very version: another one replays.
fn snapshots(state_dir: &Path) -> Snapshots {
    Snapshots::new(
        state_dir,
        concat!(env!("CARGO_PKG_VERSION"), "/", env!("REDUCERS")),
    )
}

fn from_snapshot(snapshots: &Snapshots, log: &SledLog) -> Result<State, StoreFault> {
    let found = snapshots.load(log)?;
    Ok(found
        .and_then(|snapshot| bincode::deserialize(&snapshot.bytes).ok())
        .unwrap_or_default())
}

/// Keeps State beside the log. It is only a cache: where it cannot be written, starting takes longer.
pub(super) fn keep_snapshot<L: EventLog>(snapshots: &Snapshots, driver: &Driver<L>) {
    let state = driver.machine().state();
    let saved = driver
        .log()
        .link(state.last)
        .map_err(|fault| fault.to_string())
        .and_then(|link| {
            let Some(link) = link else { return Ok(()) };
            let bytes = bincode::serialize(state).map_err(|error| error.to_string())?;
            snapshots
                .save(state.last, link, &bytes)
                .map_err(|error| error.to_string())
        });
    if let Err(why) = saved {
        tracing::warn!(why, "no snapshot was kept; the next start takes longer");
    }
}

/// What the log means, without holding or changing it.
pub(super) fn state_only(config: &Config) -> Result<State, CommandError> {
    let mut machine = Machine::default();
    let each = |entry| {
        machine.commit(std::slice::from_ref(&entry));
        ControlFlow::Continue(())
    };
    store::look(&config.state_dir, each).map_err(fault)?;
    Ok(machine.state().clone())
}
