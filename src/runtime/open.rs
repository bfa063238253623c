//! Opening the log: with a snapshot where one fits, and with patience where a
//! notify process holds it for a moment.

use crate::clock::{Clock, Stopwatch, SystemClock};
use crate::config::Config;
use crate::driver::Driver;
use crate::error::CommandError;
use crate::store::{self, EventLog, Recovery, SledLog, Snapshots, StoreFault};
use events::Input;
use events::event::LogRecovered;
use projections::{Machine, State};
use std::ops::ControlFlow;
use std::path::Path;
use std::time::Duration;

/// How long a log that is held is waited for.
const PATIENCE_MS: u64 = 3_000;

/// How long a full disk is left alone between two tries.
const ROOM_PAUSE: Duration = Duration::from_secs(5);

/// A store fault as a command's error.
#[expect(clippy::needless_pass_by_value, reason = "made for map_err")]
pub(super) fn fault(fault: StoreFault) -> CommandError {
    let hint = fault.hint();
    CommandError::failure(fault.to_string()).hint(hint)
}

/// Opens the log, waiting a moment for whoever holds it. An agent, which stays, also waits as
/// long as it takes for room on a full disk.
pub(super) fn patiently(
    config: &Config,
    wait_for_room: bool,
) -> Result<(Driver<SledLog>, Snapshots), CommandError> {
    let clock = Stopwatch::start();
    let mut said = false;
    loop {
        match now(&config.state_dir) {
            Err(fault @ StoreFault::Full { .. }) if wait_for_room => {
                if !said {
                    tracing::error!("{fault}; waiting for room: {}", fault.hint());
                }
                said = true;
                std::thread::sleep(ROOM_PAUSE);
            }
            Err(StoreFault::Locked { .. }) if clock.millis() < PATIENCE_MS => {
                std::thread::sleep(Duration::from_millis(50));
            }
            opened => return opened.map_err(fault),
        }
    }
}

/// Opens the log as it is.
pub(super) fn now(state_dir: &Path) -> Result<(Driver<SledLog>, Snapshots), StoreFault> {
    let snapshots = snapshots(state_dir);
    let driver = match folded(SledLog::open(state_dir)?, &snapshots) {
        // In a log that was closed in good order damage shows only where it is read.
        Err(StoreFault::Corrupt { .. } | StoreFault::Io { .. }) => {
            folded(SledLog::open_doubtful(state_dir)?, &snapshots)
        }
        folded => folded,
    };
    let mut driver = driver?;
    tell_recoveries(state_dir, &mut driver)?;
    Ok((driver, snapshots))
}

fn folded(log: SledLog, snapshots: &Snapshots) -> Result<Driver<SledLog>, StoreFault> {
    let from = from_snapshot(snapshots, &log)?;
    Driver::open(log, from)
}

/// A log that came back says so, once; after a crash in here it may say so twice.
fn tell_recoveries(state_dir: &Path, driver: &mut Driver<SledLog>) -> Result<(), StoreFault> {
    let unread = |error: std::io::Error| StoreFault::io("reading about a recovery", &error);
    for recovery in Recovery::untold(state_dir).map_err(unread)? {
        let recovered = LogRecovered {
            story: recovery.story.clone(),
            kept: recovery.kept().display().to_string(),
        };
        let state = driver.machine().state();
        let mut clock = SystemClock::resume(state.tick, state.wall);
        driver.take(Input::LogRecovered(recovered), clock.now())?;
        recovery.told().map_err(unread)?;
    }
    Ok(())
}

/// A snapshot's State is bincode of this very version: another one replays.
pub(super) fn snapshots(state_dir: &Path) -> Snapshots {
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
        tracing::warn!(why, "cannot write a snapshot; the next start takes longer");
    }
}

/// What the log means, without holding or changing it.
pub(super) fn state_only(config: &Config) -> Result<State, CommandError> {
    let mut machine = Machine::default();
    let each = |entry, _: &[u8]| {
        machine.commit(std::slice::from_ref(&entry));
        ControlFlow::Continue(())
    };
    store::look(&config.state_dir, each).map_err(fault)?;
    Ok(machine.state().clone())
}
