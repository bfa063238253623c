//! Kills, restarts, clocks, sources that fail, and everything at once.

use super::{story, to_oneself};
use crate::model::story::Beat::*;
use crate::model::story::{Fate, Hook, Kind, Odd, Queue, Story, Turn, Words};

/// In milliseconds.
const YEAR: i64 = 365 * 86_400_000;
const NIGHT: u64 = 30_000_000;

pub(super) fn stories() -> Vec<Story> {
    vec![
        story(
            "killed while osascript runs on",
            1,
            &[
                Osascript(Fate::TimeoutSent),
                Desk(0, "a"),
                Wait(1500),
                Kill {
                    children_live: true,
                },
                Wait(4000),
                Owner(Words::Plain("go on")),
                Wait(4000),
            ],
        ),
        story(
            "killed together with osascript",
            1,
            &[
                Desk(0, "a"),
                Wait(975),
                Kill {
                    children_live: false,
                },
                Wait(4000),
                Kill {
                    children_live: false,
                },
                Wait(2000),
            ],
        ),
        story(
            "restarted in the middle of a notice",
            1,
            &[
                Next(0, Turn::Says(400)),
                Osascript(Fate::NoRow),
                Osascript(Fate::RowAfter(2800)),
                Desk(0, "a"),
                Wait(4600),
                Restart,
                Wait(4000),
            ],
        ),
        story(
            "restarted while an instruction waits for its proof",
            1,
            &[
                Lag(0, 12_000),
                Desk(0, "a"),
                Wait(14_000),
                Owner(Words::To(0, "go on")),
                Wait(4000),
                Restart,
                Wait(20_000),
            ],
        ),
        story(
            "clocks jump by years and the Mac sleeps",
            1,
            &[
                Desk(0, "a"),
                Wait(3000),
                Clock(-8 * YEAR),
                Owner(Words::Plain("go on")),
                Wait(3000),
                Clock(17 * YEAR),
                // A text waits for its next try, and an instruction for its proof.
                Osascript(Fate::Target),
                Next(0, Turn::Works(9000)),
                Desk(0, "b"),
                Owner(Words::Plain("list")),
                Owner(Words::To(0, "and then")),
                Wait(900),
                Sleep {
                    ms: NIGHT,
                    counts: false,
                },
                Wait(3000),
                Attention("look at the build"),
                Wait(100),
                Sleep {
                    ms: NIGHT,
                    counts: true,
                },
                Owner(Words::Plain("list")),
                Wait(3000),
            ],
        ),
        story(
            "tmux ends, and a new session has the old one's pane",
            1,
            &[
                Desk(0, "a"),
                Wait(4000),
                TmuxEnds,
                Wait(500),
                Open(Kind::Embedded),
                Desk(1, "b"),
                Wait(4000),
                Owner(Words::To(0, "to the one that is gone")),
                Wait(500),
                Owner(Words::To(1, "to the new one")),
                Wait(20_000),
            ],
        ),
        story(
            "chat.db cannot be read for a while",
            1,
            &[
                ChatDb(false),
                Desk(0, "a"),
                Wait(3000),
                Owner(Words::Plain("go on")),
                Wait(5000),
                ChatDb(true),
                Wait(4000),
            ],
        ),
        story(
            "the queue file and attention",
            1,
            &[
                QueueLine("the build is done"),
                QueueLine("the build is done"),
                Attention("look at the build"),
                Wait(200),
                QueueLine("and another"),
                Wait(4000),
            ],
        ),
        story(
            "equal texts, the first of which is never sent",
            0,
            &[
                Osascript(Fate::NothingSent),
                Osascript(Fate::Error22After(900)),
                Attention("look at the build"),
                Wait(100),
                Attention("look at the build"),
                Wait(6000),
            ],
        ),
        story(
            "the queue refuses one behind another",
            1,
            &[
                Next(0, Turn::Works(9000)),
                Desk(0, "a"),
                Wait(400),
                Owner(Words::To(0, "one")),
                Wait(1500),
                Queue(Queue::RefusesNext),
                Owner(Words::To(0, "two")),
                Wait(9000),
            ],
        ),
        to_oneself(story(
            "a busy hour in a chat with oneself",
            3,
            &[
                Hook(Hook::Burst),
                Next(0, Turn::Asks(2)),
                Next(1, Turn::Says(300)),
                Next(2, Turn::Works(5000)),
                Osascript(Fate::RowAfter(2500)),
                Osascript(Fate::Target),
                Desk(0, "a"),
                Desk(1, "b"),
                Desk(2, "c"),
                Wait(2000),
                Owner(Words::Plain("1")),
                Owner(Words::To(2, "faster")),
                Row(Odd::Stale),
                Wait(800),
                Owner(Words::To(1, "more")),
                Wait(9000),
            ],
        )),
    ]
}
