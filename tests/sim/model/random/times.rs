//! Hours of a day: the owner says when to text them, sits down, leaves, stops and steers turns;
//! turns hang, limits are used up, and the Mac sleeps.

use crate::model::entropy::Entropy;
use crate::model::story::{Beat, S, Seat, Server, Turn, Words};
use events::{Settings, Span};

/// The story begins at 14:13 UTC.
const QUIET: [(u16, u16); 3] = [
    (14 * 60 + 14, 14 * 60 + 20),
    (14 * 60, 15 * 60),
    (16 * 60, 7 * 60),
];

pub(super) fn settings(settings: &mut Settings, entropy: &mut Entropy) {
    settings.desk = entropy.chance(180);
    if entropy.chance(60) {
        settings.quiet = entropy.one(&QUIET);
        settings.quiet_approvals = entropy.chance(128);
    }
    let one = |entropy: &mut Entropy, of: &[u64]| entropy.one(of).map(Span::seconds);
    settings.grace = one(entropy, &[45, 0, 5]).unwrap_or_default();
    settings.nudge = one(entropy, &[60, 1800, 0]).unwrap_or_default();
    settings.stall = one(entropy, &[120, 900, 0]).unwrap_or_default();
}

/// Something about time, and then time.
pub(super) fn moment(beats: &mut Vec<Beat>, s: S, entropy: &mut Entropy) {
    beats.extend(entropy.one(&times(s)));
    if entropy.chance(24) {
        let together: [fn(S) -> Vec<Beat>; 2] = [stopped_late, quits_while_asking];
        let together = entropy.one(&together);
        beats.extend(together.map(|beats| beats(s)).unwrap_or_default());
    }
    let pauses = [100, 1_500, 4_000, 50_000, 130_000, 1_000_000, 2_000_000];
    beats.extend(entropy.one(&pauses).map(Beat::Wait));
}

/// The order to stop a turn waits for the server, and meanwhile another turn begins.
fn stopped_late(s: S) -> Vec<Beat> {
    vec![
        Beat::Desk(s, "look at the zebra"),
        Beat::Wait(100),
        Beat::Server(Server::ActsUnsaid),
        Beat::Owner(Words::Order("steer", s, "the zebra first")),
        Beat::Wait(100),
        Beat::Owner(Words::Order("stop", s, "")),
        Beat::Wait(2_000),
        Beat::Next(s, Turn::Works(20_000)),
        Beat::Desk(s, "and go on"),
    ]
}

fn quits_while_asking(s: S) -> Vec<Beat> {
    vec![
        Beat::Next(s, Turn::Runs(1)),
        Beat::Desk(s, "run the zebra"),
        Beat::Wait(700),
        Beat::Quit(s),
    ]
}

const fn times(s: S) -> [Beat; 32] {
    const MINUTE: u64 = 60_000;
    [
        Beat::Sits(Seat::There),
        Beat::Sits(Seat::There),
        Beat::Sits(Seat::Gone),
        Beat::Sits(Seat::Unseen),
        Beat::Owner(Words::Plain("away")),
        Beat::Owner(Words::Plain("here 10m")),
        Beat::Owner(Words::Plain("resume")),
        Beat::Owner(Words::Plain("mute all 5m")),
        Beat::Owner(Words::Plain("unmute")),
        Beat::Owner(Words::Order("mute", s, "3m")),
        Beat::Owner(Words::Order("mute", s, "3m")),
        Beat::Owner(Words::Order("unmute", s, "")),
        Beat::Owner(Words::Plain("quiet 14-15")),
        Beat::Owner(Words::Plain("quiet 10m")),
        Beat::Owner(Words::Plain("quiet off")),
        Beat::Used(85, 40 * MINUTE),
        Beat::Used(100, 40 * MINUTE),
        Beat::Next(s, Turn::OutOfLimit),
        Beat::Next(s, Turn::Works(20 * MINUTE)),
        Beat::Next(s, Turn::Hangs),
        Beat::Owner(Words::Order("resume", s, "at reset")),
        Beat::Owner(Words::Order("resume", s, "in 2m")),
        Beat::Owner(Words::Order("resume", s, "in 2m")),
        Beat::Owner(Words::Order("cancel", s, "")),
        Beat::Owner(Words::Order("stop", s, "")),
        Beat::Owner(Words::Order("stop", s, "")),
        Beat::Owner(Words::Order("steer", s, "the zebra first")),
        Beat::Owner(Words::Order("steer", s, "and the docs")),
        Beat::Owner(Words::Order("queue", s, "the zebra later")),
        Beat::Desk(s, "look at the zebra"),
        Beat::Desk(s, "and go on"),
        Beat::Sleep {
            ms: 20 * MINUTE,
            counts: false,
        },
    ]
}
