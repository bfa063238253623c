//! Pictures and files, from the phone and to it.

use super::{set, story, to_oneself};
use crate::model::story::Beat::{self, *};
use crate::model::story::{
    Arrives, Copying as Copy, Kind, Piece, Server as Does, Sort, Story, Turn, Words,
};
use events::Span;
use events::settings::FilesIn;

const PICTURE: Beat = piece(Sort::Converted, Arrives::AtOnce);
const FILE: Beat = piece(Sort::Other, Arrives::After(2_500));

const fn piece(sort: Sort, arrives: Arrives) -> Beat {
    Attach(Piece { sort, arrives })
}

/// One session finished, then these happen.
fn files(name: &str, beats: &[Beat]) -> Story {
    let finished = [Desk(0, "begin"), Wait(3000)];
    let story = story(name, 1, &[&finished, beats, &[Wait(6000)]].concat());
    set(story, |settings| settings.max_len = 400)
}

/// The same with a session of the background server.
fn served(name: &str, beats: &[Beat]) -> Story {
    let finished = [Open(Kind::Shared), Wait(600), Desk(0, "begin"), Wait(3000)];
    let story = story(name, 0, &[&finished, beats, &[Wait(6000)]].concat());
    let story = Story {
        server: true,
        ..story
    };
    set(story, |settings| settings.max_len = 400)
}

const TO: Beat = Owner(Words::To(0, "what is on the zebra?"));
const SILENT: Beat = Owner(Words::Silent);
const SEND: Beat = Owner(Words::Order("send", 0, "docs/zebra.pdf"));

pub(super) fn stories() -> Vec<Story> {
    [in_words(), given(), changed(), out()].concat()
}

fn in_words() -> Vec<Story> {
    let off = |settings: &mut events::Settings| settings.files = FilesIn::Off;
    vec![
        files("a picture with words", &[PICTURE, TO]),
        files(
            "a picture and a late file, no words",
            &[PICTURE, FILE, SILENT],
        ),
        files(
            "words, and pictures in rows of their own",
            &[TO, PICTURE, SILENT, Wait(300), FILE, SILENT],
        ),
        files(
            "a picture before its words",
            &[PICTURE, SILENT, Wait(400), TO],
        ),
        files(
            "a file that never comes, one that is too large, and one that goes",
            &[
                piece(Sort::Other, Arrives::Never),
                piece(Sort::Large, Arrives::AtOnce),
                PICTURE,
                TO,
            ],
        ),
        files(
            "nothing is left of a message",
            &[piece(Sort::Broken, Arrives::AtOnce), SILENT],
        ),
        files("the copy hangs", &[Copying(Copy::Hangs), PICTURE, TO]),
        files("copies have no place", &[Copying(Copy::Fails), PICTURE, TO]),
        files(
            "a picture with a command",
            &[PICTURE, Owner(Words::Plain("list"))],
        ),
        set(
            files("files are off", &[PICTURE, TO, Wait(2000), PICTURE, SILENT]),
            off,
        ),
        files(
            "a session is started with a picture",
            &[FILE, Owner(Words::Plain("new docs: what is on this?"))],
        ),
        to_oneself(files(
            "files in a chat with oneself",
            &[PICTURE, FILE, SILENT, Wait(9000), SEND, Wait(3000)],
        )),
    ]
}

fn given() -> Vec<Story> {
    let keep = |settings: &mut events::Settings| settings.files_keep = Span::seconds(60);
    vec![
        served("pictures for the background server", &[PICTURE, FILE, TO]),
        served(
            "pictures are given, and the server does not say so",
            &[Server(Does::ActsUnsaid), PICTURE, SILENT],
        ),
        served(
            "a running turn is steered with a picture",
            &[
                Next(0, Turn::Works(9000)),
                Desk(0, "long work"),
                Wait(400),
                PICTURE,
                Owner(Words::Order("steer", 0, "this zebra first")),
                Wait(9000),
            ],
        ),
        set(
            files(
                "copies are kept while their turn works",
                &[Next(0, Turn::Works(100_000)), PICTURE, TO],
            ),
            keep,
        ),
        set(
            files(
                "copies of a turn that never ends",
                &[Next(0, Turn::Hangs), PICTURE, TO],
            ),
            keep,
        ),
        set(
            files(
                "copies cannot be deleted at first",
                &[
                    PICTURE,
                    TO,
                    Wait(50_000),
                    Copying(Copy::Fails),
                    Wait(30_000),
                ],
            ),
            keep,
        ),
    ]
}

fn changed() -> Vec<Story> {
    vec![
        files(
            "unsent while its file is awaited",
            &[FILE, TO, Wait(1500), Unsends],
        ),
        files(
            "edited while its file is awaited",
            &[FILE, TO, Wait(1500), Edits("and the zebra instead")],
        ),
        files(
            "unsent after it went in",
            &[PICTURE, TO, Wait(4000), Unsends],
        ),
    ]
}

fn out() -> Vec<Story> {
    use crate::model::story::Fate::{Error22After, NoRow, TextLate, TimeoutSent};
    let sends = |name: &str, before: &[Beat]| files(name, &[before, &[SEND]].concat());
    vec![
        sends("a file to the phone", &[]),
        sends(
            "a file whose name is late in its row",
            &[Osascript(TextLate(3000))],
        ),
        sends(
            "a file that Messages refuses",
            &[Osascript(Error22After(2000))],
        ),
        sends("a file that nobody sees sent", &[Osascript(NoRow)]),
        sends("osascript hangs over a file", &[Osascript(TimeoutSent)]),
        sends("a disk hangs over a file", &[Copying(Copy::Hangs)]),
        files(
            "a file outside of the session's directory",
            &[Owner(Words::Order("send", 0, "../zebra.txt"))],
        ),
    ]
}
