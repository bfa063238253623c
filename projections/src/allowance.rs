//! How many texts may go to the owner. Accounts that send without measure are
//! blocked by Apple for a day (facts on sending), so texts draw on an allowance:
//! a quarter of the hour's number at once, the rest spread over the hour. In any
//! hour no more texts begin than the number that is set; a text that has begun
//! goes on, and what that takes beyond it is waited for afterwards.

use events::{Span, Tick};
use serde::{Deserialize, Serialize};

const HOUR: u64 = 3_600_000;
const MINUTE: u64 = 60_000;

/// What is left, kept as the moment at which all of it is there again.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Allowance {
    full_at: Tick,
}

/// Texts at once.
fn burst(per_hour: u32) -> u64 {
    u64::from(per_hour / 4).max(1)
}

/// Time in which one text grows back.
fn interval(per_hour: u32) -> u64 {
    HOUR / u64::from(per_hour).saturating_sub(burst(per_hour)).max(1)
}

/// Texts at once of this kind, but for these.
fn room_after(texts: u64, urgent: bool, per_hour: u32) -> u64 {
    let kept = if urgent { 0 } else { burst(per_hour) / 3 };
    burst(per_hour).saturating_sub(texts + kept)
}

impl Allowance {
    /// One text was asked for. What goes beyond the allowance is owed and waited for afterwards.
    pub fn spend(&mut self, now: Tick, per_hour: u32) {
        self.full_at = self.full_at.max(now).after(Span(interval(per_hour)));
    }

    /// When the next text may go. Ordinary ones leave a third to those that the
    /// owner waits for.
    pub fn next(&self, per_hour: u32, urgent: bool) -> Tick {
        let room = room_after(1, urgent, per_hour);
        Tick(self.full_at.0.saturating_sub(room * interval(per_hour)))
    }

    /// How many texts may go within about a minute.
    pub fn soon(&self, now: Tick, per_hour: u32, urgent: bool) -> usize {
        let grows = usize::try_from(MINUTE / interval(per_hour)).unwrap_or(usize::MAX);
        self.room(now, per_hour, urgent).saturating_add(grows)
    }

    /// How many texts may go now.
    pub fn room(&self, now: Tick, per_hour: u32, urgent: bool) -> usize {
        let owed = self.full_at.0.saturating_sub(now.0);
        let left =
            room_after(0, urgent, per_hour).saturating_sub(owed.div_ceil(interval(per_hour)));
        usize::try_from(left.min(u64::from(per_hour))).unwrap_or(usize::MAX)
    }
}
