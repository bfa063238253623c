//! Notices that the computer slept: the wall clock went on, the monotonic clock did not.

use events::event::HostSlept;
use events::{Now, Span};

/// What is shorter is no sleep worth telling; clocks are also set right by seconds.
const LEAST: Span = Span::seconds(60);

/// The last time that was seen.
#[derive(Default)]
pub(super) struct Sleep(Option<Now>);

impl Sleep {
    /// The sleep that is over by now, once.
    pub(super) fn over(&mut self, now: Now) -> Option<HostSlept> {
        let before = self.0.replace(now)?;
        let by_wall = before.wall.until(now.wall).0;
        let awake = now.tick.0.saturating_sub(before.tick.0);
        (by_wall.saturating_sub(awake) >= LEAST.0).then_some(HostSlept {
            from: before.wall,
            until: now.wall,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use events::{Tick, Wall};

    const fn at(wall: i64, tick: u64) -> Now {
        Now {
            wall: Wall(wall),
            tick: Tick(tick),
        }
    }

    #[test]
    fn only_a_clock_that_jumped_ahead_of_the_other_is_a_sleep() {
        let mut sleep = Sleep::default();
        assert_eq!(sleep.over(at(1_000_000, 5)), None);
        // Five seconds, and an hour in which the process only did not run.
        assert_eq!(sleep.over(at(1_005_000, 5_005)), None);
        assert_eq!(sleep.over(at(4_605_000, 3_605_005)), None);
        // The clock was set right by half a minute, and back by an hour.
        assert_eq!(sleep.over(at(4_636_000, 3_606_005)), None);
        assert_eq!(sleep.over(at(1_036_000, 3_607_005)), None);
        let slept = HostSlept {
            from: Wall(1_036_000),
            until: Wall(9_036_000),
        };
        assert_eq!(sleep.over(at(9_036_000, 3_609_005)), Some(slept));
        assert_eq!(sleep.over(at(9_037_000, 3_610_005)), None);
    }
}
