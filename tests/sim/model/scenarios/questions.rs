//! Questions and their answers.

use super::{story, to_oneself};
use crate::model::story::Beat::{self, *};
use crate::model::story::Fate;
use crate::model::story::{Keys, Shows, Story, Turn, Words};

/// A question is up, then this happens.
fn asked(name: &str, then: &[Beat]) -> Story {
    let up = [Next(0, Turn::Asks(3)), Desk(0, "plan it"), Wait(3000)];
    story(name, 1, &[&up, then, &[Wait(5000)]].concat())
}

pub(super) fn stories() -> Vec<Story> {
    vec![
        asked(
            "a question is answered by its number",
            &[Owner(Words::Plain("2"))],
        ),
        asked(
            "an answer is out of range, then right",
            &[
                Owner(Words::Plain("7")),
                Wait(900),
                Owner(Words::Plain("3")),
            ],
        ),
        asked(
            "words do not go into a modal",
            &[
                Owner(Words::To(0, "take the second")),
                Wait(900),
                Owner(Words::Thread(0, "1")),
            ],
        ),
        asked(
            "the question is answered at the desk first",
            &[Answer(0), Wait(60), Owner(Words::Plain("2"))],
        ),
        asked(
            "the turn is interrupted while the answer is under way",
            &[Owner(Words::Plain("1")), Wait(25), Interrupt(0)],
        ),
        asked(
            "an approval stands in front of the question",
            &[Shows(0, Shows::Approval), Owner(Words::Plain("1"))],
        ),
        asked(
            "two answers are sent",
            &[Owner(Words::Plain("1")), Wait(10), Owner(Words::Plain("2"))],
        ),
        asked(
            "tmux does not answer while choosing",
            &[Keys(Keys::TimedOutNothing), Owner(Words::Plain("2"))],
        ),
        story(
            "a question overtakes the notices that wait",
            2,
            &[
                Next(0, Turn::Says(260)),
                Next(1, Turn::Asks(2)),
                Osascript(Fate::RowAfter(1500)),
                Desk(0, "a"),
                Desk(1, "b"),
                Wait(6000),
                Owner(Words::Plain("1")),
                Wait(4000),
            ],
        ),
        story(
            "a question that is answered before it is sent is withdrawn",
            2,
            &[
                Osascript(Fate::TimeoutNothing),
                Desk(0, "a"),
                Wait(1500),
                Next(1, Turn::Asks(2)),
                Desk(1, "b"),
                Wait(3000),
                Answer(1),
                Wait(3000),
            ],
        ),
        story(
            "a question aside is answered by its label",
            1,
            &[
                Next(0, Turn::AsksAside(2)),
                Desk(0, "plan it"),
                Wait(4000),
                Owner(Words::Plain("2")),
                Wait(5000),
            ],
        ),
        to_oneself(asked(
            "an answer in a chat with oneself",
            &[Owner(Words::Plain("2"))],
        )),
    ]
}
