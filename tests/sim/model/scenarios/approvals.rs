//! Commands that wait for approval, by the background server and on the screen.

use super::{set, story};
use crate::model::story::Beat::{self, *};
use crate::model::story::{Keys as Key, Server as Does};
use crate::model::story::{Kind, Proof, Shows, Story, Turn, Verdict, Words};

/// A session wants to run two commands, one after the other, and the owner knows of the first.
fn asked(name: &str, kind: Kind, then: &[Beat]) -> Story {
    let up = [Next(0, Turn::Runs(2)), Desk(0, "run it"), Wait(2000)];
    let story = story(
        name,
        0,
        &[&[Open(kind)], &up[..], then, &[Wait(4000)]].concat(),
    );
    let story = Story {
        server: true,
        ..story
    };
    set(story, |settings| settings.max_len = 400)
}

fn on_screen(name: &str, then: &[Beat]) -> Story {
    asked(&format!("by keys: {name}"), Kind::Embedded, then)
}

fn by_server(name: &str, then: &[Beat]) -> Story {
    asked(&format!("by the server: {name}"), Kind::Shared, then)
}

pub(super) fn stories() -> Vec<Story> {
    let yes = Owner(Words::Asked(0, "yes"));
    let both: [(&str, &[Beat]); 7] = [
        ("both are approved", &[yes, Wait(3000), yes]),
        (
            "the desk is first and the next one is up",
            &[Decides(0, Verdict::Yes), Wait(350), yes],
        ),
        (
            "the desk is first by a moment",
            &[yes, Wait(10), Decides(0, Verdict::No)],
        ),
        (
            "an old yes comes behind the next one",
            &[
                Decides(0, Verdict::Yes),
                Wait(2000),
                Owner(Words::AskedBefore(0, "yes")),
            ],
        ),
        (
            "no, and the words go behind it",
            &[Owner(Words::Asked(0, "no, because zebra"))],
        ),
        (
            "a thumb, and once more",
            &[
                Owner(Words::Thumb(0, true)),
                Wait(200),
                Owner(Words::Thumb(0, true)),
            ],
        ),
        (
            "the turn is interrupted under the answer",
            &[yes, Wait(25), Interrupt(0)],
        ),
    ];
    let both = both
        .iter()
        .flat_map(|(name, then)| [on_screen(name, then), by_server(name, then)]);
    let mut all: Vec<_> = both.collect();
    all.extend([
        on_screen("copy mode is in the way", &[Shows(0, Shows::CopyMode), yes]),
        on_screen("the pane is gone", &[Pane(0, Proof::Gone), yes]),
        on_screen("the key is lost", &[Keys(Key::Dropped), yes]),
        on_screen(
            "tmux does not say that it pressed the key",
            &[Keys(Key::TimedOutTyped), yes],
        ),
        by_server(
            "the server dies and comes back",
            &[Server(Does::Dies(2500)), Wait(4000), yes],
        ),
        by_server(
            "the server dies for good",
            &[Server(Does::DiesForGood), Wait(4000), yes],
        ),
        by_server(
            "the connection breaks",
            &[Server(Does::LinkLost(2000)), yes, Wait(3000), yes],
        ),
        by_server(
            "the answer is taken and not confirmed",
            &[Server(Does::TakenUnsaid), yes],
        ),
        by_server("the answer is lost", &[Server(Does::NotTakenUnsaid), yes]),
        by_server(
            "the server hangs",
            &[Server(Does::Hangs), yes, Wait(3000), yes],
        ),
        by_server("nobody shows it any more", &[Quit(0), Wait(500), yes]),
        by_server(
            "started again with the answer under way",
            &[yes, Wait(15), Restart],
        ),
        by_server("nobody answers", &[]),
        by_server(
            "a list is answered by its numbers",
            &[
                Open(Kind::Shared),
                Next(1, Turn::Runs(1)),
                Desk(1, "run it"),
                Wait(2500),
                Owner(Words::Plain("pending")),
                Wait(900),
                Owner(Words::Plain("1 yes, 2 no")),
            ],
        ),
    ]);
    all
}
