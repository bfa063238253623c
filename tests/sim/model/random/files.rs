//! Pictures and files: the owner sends some, with words, without, or beside words, takes them
//! back or edits them, and wants files of the sessions.

use crate::model::entropy::Entropy;
use crate::model::story::{Arrives, Beat, Copying, Piece, S, Sort, Turn, Words};
use events::settings::FilesIn;
use events::{Settings, Span};

const WEEK: Span = Span::seconds(7 * 86_400);

pub(super) fn settings(settings: &mut Settings, entropy: &mut Entropy) {
    let which = [FilesIn::All, FilesIn::All, FilesIn::Pictures, FilesIn::Off];
    settings.files = entropy.one(&which).unwrap_or(FilesIn::All);
    let keep = [WEEK, Span::seconds(60), Span::seconds(3600)];
    settings.files_keep = entropy.one(&keep).unwrap_or(WEEK);
    let wait = [Span::seconds(60), Span::seconds(5)];
    settings.files_wait = entropy.one(&wait).unwrap_or_default();
}

const ARRIVES: [Arrives; 7] = [
    Arrives::AtOnce,
    Arrives::AtOnce,
    Arrives::After(300),
    Arrives::After(4_000),
    Arrives::After(20_000),
    Arrives::Never,
    Arrives::Fails,
];

const SORTS: [Sort; 7] = [
    Sort::Picture,
    Sort::Picture,
    Sort::Converted,
    Sort::Converted,
    Sort::Other,
    Sort::Broken,
    Sort::Large,
];

const COPYING: [Copying; 6] = [
    Copying::Takes(3_000),
    Copying::Takes(3_000),
    Copying::Takes(30_000),
    Copying::Fails,
    Copying::Hangs,
    Copying::Hangs,
];

/// Something with files, and what becomes of it.
pub(super) fn moment(beats: &mut Vec<Beat>, s: S, entropy: &mut Entropy) {
    if entropy.chance(128) {
        beats.extend(entropy.one(&meanwhile(s)));
    }
    if entropy.chance(90) {
        beats.extend(entropy.one(&COPYING).map(Beat::Copying));
    }
    if entropy.chance(60) {
        beats.extend(entropy.one(&wants(s)).map(Beat::Owner));
    } else {
        sends(beats, s, entropy);
    }
    if entropy.chance(60) {
        beats.extend(entropy.one(&[30, 400, 1_500, 4_000]).map(Beat::Wait));
        let kill = Beat::Kill {
            children_live: false,
        };
        let then = [
            Beat::Unsends,
            Beat::Edits("and the zebra instead"),
            kill,
            Beat::Restart,
        ];
        beats.extend(entropy.one(&then));
    }
    let pauses = [30, 400, 2_000, 9_000, 70_000];
    beats.extend(entropy.one(&pauses).map(Beat::Wait));
}

/// One to three files in a message, sometimes in a row beside the words.
fn sends(beats: &mut Vec<Beat>, s: S, entropy: &mut Entropy) {
    if entropy.chance(50) {
        beats.extend(entropy.one(&words(s)).map(Beat::Owner));
        beats.extend(entropy.one(&[0, 400, 1_500]).map(Beat::Wait));
        attach(beats, entropy);
        beats.push(Beat::Owner(Words::Silent));
        return;
    }
    attach(beats, entropy);
    let alone = entropy.chance(90);
    let said = entropy.one(&words(s)).filter(|_| !alone);
    beats.push(Beat::Owner(said.unwrap_or(Words::Silent)));
}

fn attach(beats: &mut Vec<Beat>, entropy: &mut Entropy) {
    for _ in 0..=entropy.upto(2) {
        let sort = entropy.one(&SORTS).unwrap_or(Sort::Picture);
        let arrives = entropy.one(&ARRIVES).unwrap_or(Arrives::AtOnce);
        beats.push(Beat::Attach(Piece { sort, arrives }));
    }
}

/// What is said beside pictures: mostly words for a session.
const fn words(s: S) -> [Words; 12] {
    [
        Words::To(s, "look at this zebra"),
        Words::To(s, "look at this zebra"),
        Words::To(s, "and compare these"),
        Words::Thread(s, "this one"),
        Words::Plain("why is this zebra red?"),
        Words::Order("steer", s, "the zebra on this"),
        Words::Order("queue", s, "the zebra on that"),
        Words::Plain("new docs: what is on this?"),
        Words::Plain("list"),
        Words::Status(s),
        Words::Thread(s, "2"),
        Words::Order("stop", s, ""),
    ]
}

/// Files that the owner wants to have.
const fn wants(s: S) -> [Words; 8] {
    [
        Words::Order("send", s, "docs/zebra.pdf"),
        Words::Order("send", s, "docs/zebra.pdf"),
        Words::Order("send", s, "docs/zebra.txt"),
        Words::Order("send", s, "../zebra.txt"),
        Words::Order("send", s, "../zebra.txt"),
        Words::Order("send", s, "docs/none.zebra"),
        Words::Order("send", s, "docs/large.zebra"),
        Words::Thread(s, "send docs/zebra.pdf"),
    ]
}

/// What a session does meanwhile, so that turns run, work long or hang.
const fn meanwhile(s: S) -> [Beat; 8] {
    [
        Beat::Desk(s, "look at the zebra"),
        Beat::Next(s, Turn::Works(9_000)),
        Beat::Next(s, Turn::Works(100_000)),
        Beat::Next(s, Turn::Hangs),
        Beat::Interrupt(s),
        Beat::Next(s, Turn::Asks(3)),
        Beat::Owner(Words::Order("cancel", s, "")),
        Beat::Owner(Words::To(s, "go on with the zebra")),
    ]
}
