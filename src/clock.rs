//! The only clock. Decisions get their time as an argument; it comes from here.
//! Logical time (`Tick`) never goes back: within a process it follows the
//! monotonic clock, across a restart it goes on from the log's last entry by the
//! wall time that passed, or not at all if the wall clock was set back. Nothing
//! else in the program may ask what time it is.

use events::{Now, Tick, Wall};
use std::time::{Duration, Instant, SystemTime};

/// What tells the time.
pub trait Clock {
    /// Both clocks at this moment.
    fn now(&mut self) -> Now;
}

/// The machine's clock.
#[derive(Clone, Debug)]
pub struct SystemClock {
    resumed: Instant,
    base: Tick,
}

impl SystemClock {
    /// Goes on from the last entry of a log: its logical and its wall time.
    pub fn resume(last: Tick, last_wall: Wall) -> Self {
        Self::resume_at(last, last_wall, wall())
    }

    fn resume_at(last: Tick, last_wall: Wall, wall: Wall) -> Self {
        Self {
            resumed: instant(),
            base: last.after(last_wall.until(wall)),
        }
    }
}

impl Clock for SystemClock {
    fn now(&mut self) -> Now {
        let passed = millis(instant().saturating_duration_since(self.resumed));
        Now {
            wall: wall(),
            tick: Tick(self.base.0.saturating_add(passed)),
        }
    }
}

/// The wall clock.
pub fn wall() -> Wall {
    Wall(match system().duration_since(SystemTime::UNIX_EPOCH) {
        Ok(since) => i64::try_from(since.as_millis()).unwrap_or(i64::MAX),
        Err(before) => i64::try_from(before.duration().as_millis()).map_or(i64::MIN, |ms| -ms),
    })
}

/// Time since 1970 as exactly as the system has it, for names that sort by it.
pub fn since_epoch() -> Duration {
    system()
        .duration_since(SystemTime::UNIX_EPOCH)
        .unwrap_or_default()
}

#[expect(clippy::disallowed_methods, reason = "this is the one clock")]
fn system() -> SystemTime {
    SystemTime::now()
}

/// Measures how long something takes.
#[derive(Clone, Copy, Debug)]
pub struct Stopwatch(Instant);

impl Stopwatch {
    /// Starts measuring.
    pub fn start() -> Self {
        Self(instant())
    }

    /// Milliseconds since the start, by the monotonic clock.
    pub fn millis(self) -> u64 {
        millis(self.elapsed())
    }

    /// Time since the start, by the monotonic clock.
    pub fn elapsed(self) -> Duration {
        instant().saturating_duration_since(self.0)
    }
}

#[expect(clippy::disallowed_methods, reason = "this is the one clock")]
fn instant() -> Instant {
    Instant::now()
}

fn millis(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn logical_time_goes_on_over_a_restart_by_the_wall_time_that_passed() {
        let mut clock = SystemClock::resume_at(Tick(500), Wall(10_000), Wall(70_000));
        let first = clock.now().tick;
        assert!((Tick(60_500)..Tick(120_500)).contains(&first), "{first:?}");
        assert!(clock.now().tick >= first);
    }

    #[test]
    fn a_wall_clock_set_back_never_takes_logical_time_with_it() {
        let mut clock = SystemClock::resume_at(Tick(500), Wall(70_000), Wall(10_000));
        let first = clock.now().tick;
        assert!((Tick(500)..Tick(60_500)).contains(&first), "{first:?}");
    }

    #[test]
    fn the_end_of_time_is_not_passed() {
        let mut clock = SystemClock::resume_at(Tick(u64::MAX - 1), Wall(i64::MIN), Wall(i64::MAX));
        assert_eq!(clock.now().tick, Tick(u64::MAX));
    }

    #[test]
    fn the_wall_clock_is_this_century() {
        let first = wall();
        assert!(first > Wall(1_577_836_800_000));
        assert!(Stopwatch::start().millis() < 60_000);
    }
}
