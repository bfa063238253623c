//! Turns that end and how the owner hears of it.

use super::{set, story, to_oneself};
use crate::model::story::Beat::{self, *};
use crate::model::story::{Fate, Hook, Kind, Story, Turn, Words};
use events::settings::NotifyMode;

const TURN: [Beat; 2] = [Desk(0, "run the tests"), Wait(4000)];

/// One turn under one circumstance.
fn turn(name: &str, before: &[Beat]) -> Story {
    story(name, 1, &[before, &TURN].concat())
}

/// A notice of several parts, the texts of which meet these fates.
fn parts(name: &str, fates: &[Fate]) -> Story {
    let mut beats = vec![Next(0, Turn::Says(260))];
    beats.extend(fates.iter().map(|fate| Osascript(*fate)));
    beats.extend([Desk(0, "explain"), Wait(2000), Desk(0, "go on"), Wait(4000)]);
    story(name, 1, &beats)
}

pub(super) fn stories() -> Vec<Story> {
    use Fate::{BreaksOff, Error22After, NoRow, NotPermitted, NothingSent, RowAfter, Sms, Target};
    use Fate::{TimeoutNothing, TimeoutSent, TimeoutSentLater};
    vec![
        turn("a turn ends", &[]),
        turn("notify comes twice", &[Hook(Hook::Twice)]),
        turn(
            "six notify processes tell of one turn",
            &[Hook(Hook::Burst)],
        ),
        turn(
            "notify comes before the rollout",
            &[Lag(0, 3000), Hook(Hook::Early)],
        ),
        turn(
            "notify comes and the rollout long after",
            &[Lag(0, 30_000), Hook(Hook::Early)],
        ),
        turn("notify comes late", &[Hook(Hook::Late(9000))]),
        turn("notify never comes", &[Hook(Hook::Never)]),
        turn("a turn fails", &[Next(0, Turn::Fails)]),
        turn(
            "osascript fails twice, then works",
            &[Osascript(Target), Osascript(Target)],
        ),
        turn(
            "osascript is not permitted at first",
            &[Osascript(NotPermitted)],
        ),
        turn(
            "osascript hangs, and the text was sent",
            &[Osascript(TimeoutSent)],
        ),
        turn(
            "osascript hangs, and Messages sends afterwards",
            &[Osascript(TimeoutSentLater)],
        ),
        turn(
            "osascript hangs, and nothing was sent",
            &[Osascript(TimeoutNothing)],
        ),
        turn(
            "osascript succeeds and nothing is sent",
            &[Osascript(NothingSent)],
        ),
        turn(
            "Messages refuses after two seconds",
            &[Osascript(Error22After(2500))],
        ),
        turn(
            "Messages refuses at once, twice",
            &[Osascript(Error22After(100)), Osascript(Error22After(900))],
        ),
        turn("a text leaves as SMS", &[Osascript(Sms)]),
        turn(
            "osascript breaks off after sending",
            &[Osascript(BreaksOff { sent: true })],
        ),
        turn("the recipient never resolves", &[Osascript(Target); 9]),
        parts("a notice in parts", &[]),
        parts(
            "a part whose row is late is followed by the next",
            &[RowAfter(3500), RowAfter(4000)],
        ),
        parts("a part without a row, and the next", &[NoRow, RowAfter(50)]),
        parts(
            "the middle part fails and is tried again",
            &[RowAfter(80), Target],
        ),
        parts(
            "a part is refused after the next was sent",
            &[Error22After(3500), RowAfter(80)],
        ),
        parts(
            "the last part hangs",
            &[RowAfter(80), RowAfter(80), TimeoutSent],
        ),
        story(
            "two sessions finish together, in parts",
            2,
            &[
                Next(0, Turn::Says(260)),
                Next(1, Turn::Says(260)),
                Osascript(Target),
                Desk(0, "a"),
                Desk(1, "b"),
                Wait(9000),
            ],
        ),
        story(
            "threads of Codex's own are not noticed",
            1,
            &[
                Open(Kind::Internal),
                Wait(200),
                Desk(1, "make a title"),
                Wait(2000),
                Desk(0, "go"),
                Wait(3000),
            ],
        ),
        story(
            "texts wait while everything is muted, until the owner wants them",
            2,
            &[
                Owner(Words::Plain("mute all 1h")),
                Wait(2000),
                Desk(0, "run the tests"),
                Desk(1, "write the docs"),
                Wait(4000),
                Owner(Words::Plain("unmute")),
                Wait(4000),
            ],
        ),
        story(
            "a mute ends by itself",
            1,
            &[
                Owner(Words::Plain("mute all 1m")),
                Wait(2000),
                Desk(0, "run the tests"),
                Wait(70_000),
            ],
        ),
        to_oneself(parts("our own texts come back in a chat with oneself", &[])),
        set(
            turn(
                "everything that is said is sent",
                &[Next(0, Turn::Says(200))],
            ),
            |s| {
                s.mode = NotifyMode::Send;
            },
        ),
        set(turn("only state is kept", &[]), |s| {
            s.mode = NotifyMode::StateOnly;
        }),
    ]
}
