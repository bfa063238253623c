//! Instructions into sessions, by every transport.

use super::{set, story};
use crate::model::story::Beat::{self, *};
use crate::model::story::{Keys, Proof, Queue, Shows, Starts, Story, Turn, Words};

/// The session finished a turn, then the owner writes to it under a circumstance.
fn told(name: &str, before: &[Beat]) -> Story {
    let finished = [Desk(0, "begin"), Wait(3000)];
    let told = [Owner(Words::To(0, "now the next step")), Wait(6000)];
    story(name, 1, &[&finished, before, &told].concat())
}

/// The same with a second message right behind the first.
fn twice(name: &str, before: &[Beat]) -> Story {
    let mut story = told(name, before);
    let second = [Wait(300), Owner(Words::To(0, "and then this")), Wait(4000)];
    story.beats.pop();
    story.beats.extend(second);
    story
}

pub(super) fn stories() -> Vec<Story> {
    let working = [Next(0, Turn::Works(9000)), Desk(0, "long work"), Wait(400)];
    let hanging = [Next(0, Turn::Hangs), Desk(0, "long work"), Wait(400)];
    vec![
        told("an instruction by ref", &[]),
        twice("two instructions keep their order", &[]),
        told("the session records it late", &[Lag(0, 5000)]),
        told("the session never records it", &[Next(0, Turn::Forgets)]),
        told("Enter is lost and pressed again", &[Keys(Keys::EnterLost)]),
        told(
            "a modal pops up between look and paste",
            &[Keys(Keys::ModalPops)],
        ),
        told(
            "tmux does not answer, and the text is there",
            &[Keys(Keys::TimedOutTyped)],
        ),
        twice(
            "tmux does not answer, and the text is not there",
            &[Keys(Keys::TimedOutNothing)],
        ),
        told("an approval is up", &[Shows(0, Shows::Approval)]),
        told("a draft leaves codex queue", &[Shows(0, Shows::Draft)]),
        told(
            "copy mode, and no queue",
            &[Shows(0, Shows::CopyMode), Queue(Queue::Missing)],
        ),
        twice("two in the queue of a working session", &working),
        twice(
            "a working session without a queue is steered",
            &[&working[..], &[Queue(Queue::Missing)]].concat(),
        ),
        twice(
            "the queue refuses the second",
            &[&working[..], &[Queue(Queue::Works), Wait(100)]].concat(),
        ),
        told(
            "codex queue does not answer",
            &[&working[..], &[Queue(Queue::TimesOutNext)]].concat(),
        ),
        told("the queue of a turn that never ends", &hanging),
        told(
            "the pane is gone and there is no queue",
            &[Pane(0, Proof::Gone), Queue(Queue::Missing)],
        ),
        set(
            twice(
                "Codex was quit and is resumed",
                &[Quit(0), Pane(0, Proof::Gone), Queue(Queue::Missing)],
            ),
            |s| {
                s.strict_tmux = false;
            },
        ),
        set(twice("panes are not typed into", &[]), |s| {
            s.route_via_tmux = false;
        }),
        story(
            "a session is started",
            0,
            &[
                Owner(Words::Plain("new api: write the tests")),
                Wait(5000),
                Owner(Words::Plain("go on")),
                Wait(5000),
            ],
        ),
        story(
            "an old session is opened once and spoken to",
            1,
            &[
                Desk(0, "begin"),
                Wait(4000),
                Quit(0),
                Owner(Words::Open(0)),
                Wait(3000),
                Owner(Words::To(0, "go on")),
                Wait(5000),
                Owner(Words::Open(0)),
                Wait(3000),
            ],
        ),
        story(
            "a session cannot be started",
            1,
            &[
                Start(Starts::Fails),
                Owner(Words::Plain("new api: write the tests")),
                Wait(3000),
            ],
        ),
        story(
            "a session starts and is not seen in time",
            0,
            &[
                Start(Starts::NotSeen),
                Owner(Words::Plain("write the tests")),
                Wait(14_000),
            ],
        ),
    ]
}
