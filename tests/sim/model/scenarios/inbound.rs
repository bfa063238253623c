//! What stands in chat.db, and whether it is the owner's word.

use super::{story, to_oneself};
use crate::model::story::Beat::{self, *};
use crate::model::story::{Kind, Odd, Story, Words};

/// A session finished, then these rows appear.
fn rows(name: &str, rows: &[Beat]) -> Story {
    let finished = [Desk(0, "begin"), Wait(3000)];
    story(name, 1, &[&finished, rows, &[Wait(4000)]].concat())
}

pub(super) fn stories() -> Vec<Story> {
    let loops: Vec<Beat> = (0..9)
        .flat_map(|_| [Owner(Words::Plain("list")), Wait(700)])
        .collect();
    vec![
        rows(
            "others write",
            &[
                Row(Odd::Stranger),
                Row(Odd::Group),
                Row(Odd::Sms),
                Row(Odd::Tapback),
                Row(Odd::Stale),
            ],
        ),
        rows(
            "a row is joined to its chat late",
            &[Row(Odd::LateChat(800))],
        ),
        rows(
            "a body is written late",
            &[Row(Odd::LateBody(2500)), Owner(Words::Plain("list"))],
        ),
        rows("a body never comes", &[Row(Odd::NoBody)]),
        rows(
            "a message comes again under another name",
            &[
                Owner(Words::Plain("go on")),
                Wait(2500),
                Row(Odd::Duplicate),
            ],
        ),
        rows("our own words are quoted back", &[Row(Odd::Echo)]),
        rows("the same words over and over", &loops),
        to_oneself(rows(
            "words in a chat with oneself stand there twice",
            &[Owner(Words::Plain("go on")), Wait(200), Row(Odd::Echo)],
        )),
        story(
            "two sessions finished, and words name neither",
            2,
            &[
                Desk(0, "a"),
                Desk(1, "b"),
                Wait(4000),
                Owner(Words::Plain("go on")),
                Wait(2000),
                Owner(Words::Thread(1, "go on")),
                Wait(4000),
            ],
        ),
        story(
            "help, list, status and nonsense",
            1,
            &[
                Owner(Words::Plain("Help")),
                Owner(Words::Plain("list")),
                Owner(Words::Status(0)),
                Owner(Words::Plain("status")),
                Owner(Words::To(7, "hello")),
                Wait(5000),
            ],
        ),
        story(
            "a shared daemon's session is instructed",
            0,
            &[
                Open(Kind::Shared),
                Wait(300),
                Desk(0, "a"),
                Wait(2500),
                Owner(Words::Plain("go on")),
                Wait(4000),
            ],
        ),
    ]
}
