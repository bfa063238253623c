//! When the owner is texted, and turns that they stop or steer from the phone.

use super::{set, story};
use crate::model::story::Beat::{self, *};
use crate::model::story::{Kind, Seat, Server as Does, Story, Turn, Words};
use events::{Settings, Span};

const RUN: [Beat; 2] = [Desk(0, "run it"), Wait(3000)];

/// One embedded session on a Mac that can tell whether somebody is there.
fn times(name: &str, change: impl FnOnce(&mut Settings), beats: &[Beat]) -> Story {
    let story = Story {
        server: true,
        ..story(name, 1, &[beats, &[Wait(4000)]].concat())
    };
    set(story, |settings| {
        (settings.max_len, settings.desk) = (400, true);
        change(settings);
    })
}

/// A turn in the background server works, and the owner wants something of it.
fn served(name: &str, does: &[Beat], wants: Beat) -> Story {
    let begin = [
        Open(Kind::Shared),
        Wait(600),
        Next(0, Turn::Works(9000)),
        Desk(0, "look at the zebra"),
        Wait(1500),
    ];
    let story = story(
        name,
        0,
        &[&begin[..], does, &[wants, Wait(12_000)]].concat(),
    );
    Story {
        server: true,
        ..story
    }
}

pub(super) fn stories() -> Vec<Story> {
    [holds(), waits(), served_turns()].concat()
}

fn holds() -> Vec<Story> {
    // The story begins at 14:13 UTC.
    let quiet = |settings: &mut Settings| settings.quiet = Some((14 * 60 + 13, 14 * 60 + 20));
    let two = [RUN, RUN].concat();
    let asks = [&[Next(0, Turn::Runs(1))], &RUN[..]].concat();
    vec![
        times("what waited for the end of quiet hours", quiet, &two),
        times("an approval in quiet hours", quiet, &asks),
        times(
            "an approval that passes quiet hours",
            |settings| {
                quiet(settings);
                settings.quiet_approvals = true;
            },
            &asks,
        ),
        times(
            "somebody is at the Mac and goes on",
            |_| {},
            &[&[Sits(Seat::There)], &RUN[..], &[Wait(9000)], &RUN[..]].concat(),
        ),
        times(
            "somebody is at the Mac and does not look",
            |_| {},
            &[&[Sits(Seat::There)], &RUN[..]].concat(),
        ),
        times(
            "the look at the desk hangs",
            |_| {},
            &[&[Sits(Seat::Unseen)], &RUN[..]].concat(),
        ),
        times(
            "muted, and taken back",
            |_| {},
            &[
                &[Owner(Words::Order("mute", 0, "5m")), Wait(3000)],
                &two[..],
                &[Owner(Words::Plain("resume"))],
            ]
            .concat(),
        ),
    ]
}

fn waits() -> Vec<Story> {
    let minute = |settings: &mut Settings| settings.nudge = Span::seconds(60);
    let asks = [&[Next(0, Turn::Runs(1))], &RUN[..]].concat();
    let yes = Owner(Words::Asked(0, "yes"));
    let limit = [
        Used(100, 60_000),
        Next(0, Turn::OutOfLimit),
        Desk(0, "run it"),
        Wait(9000),
        Owner(Words::Order("resume", 0, "at reset")),
        Wait(4000),
    ];
    let then = |more: &[Beat]| [&limit[..], more].concat();
    vec![
        times(
            "a reminder is answered",
            minute,
            &[&asks[..], &[Wait(70_000), yes]].concat(),
        ),
        times(
            "answered a moment before the reminder",
            minute,
            &[&asks[..], &[Wait(57_300), yes]].concat(),
        ),
        times(
            "a turn hangs, is told of and stopped",
            |settings| settings.stall = Span::seconds(60),
            &[
                Next(0, Turn::Hangs),
                Desk(0, "run it"),
                Wait(70_000),
                Owner(Words::Order("stop", 0, "")),
            ],
        ),
        times(
            "continued when the limit resets",
            |_| {},
            &then(&[Wait(100_000)]),
        ),
        times(
            "continued at the desk before the limit resets",
            |_| {},
            &then(&RUN),
        ),
        times(
            "not to be continued after all",
            |_| {},
            &then(&[Owner(Words::Order("cancel", 0, ""))]),
        ),
        times(
            "asleep while a turn runs",
            |_| {},
            &[
                Next(0, Turn::Works(9000)),
                Desk(0, "run it"),
                Wait(2000),
                Sleep {
                    ms: 3_600_000,
                    counts: false,
                },
                Wait(9000),
            ],
        ),
    ]
}

fn served_turns() -> Vec<Story> {
    let does = |does| vec![Server(does)];
    let faults = [
        ("well", Vec::new()),
        ("while the server hangs", does(Does::Hangs)),
        ("and the server does not say so", does(Does::ActsUnsaid)),
        ("and the server ignores it", does(Does::Ignores)),
        (
            "and the connection breaks behind it",
            does(Does::TakenUnsaid),
        ),
        (
            "and the connection breaks before it",
            does(Does::NotTakenUnsaid),
        ),
        ("while there is no connection", does(Does::LinkLost(4000))),
        ("as the turn ends", vec![Wait(7480)]),
    ];
    let wants = [
        ("stopped", Owner(Words::Order("stop", 0, ""))),
        ("steered", Owner(Words::Order("steer", 0, "the docs first"))),
    ];
    let each = faults.iter().flat_map(|(how, fault)| {
        wants.map(|(what, wants)| served(&format!("{what}, {how}"), fault, wants))
    });
    each.collect()
}
