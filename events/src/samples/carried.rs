//! Files of the owner's messages.

use super::ids::{COMMAND, guid, session, turn};
use crate::command::{
    Command, FetchFiles, FilesFor, GivePictures, Instruction, RemoveFiles, StartSession,
};
use crate::digest::Digest;
use crate::event::{
    CommandRequested, CommandSettled, Event, IgnoreReason, InboundFilesNamed, InboundIgnored,
    InboundSpoken, SpokenAnswered, SpokenAsked,
};
use crate::outcome::{Evidence, FetchedFile, FileCopy, NoCopy, Outcome};
use crate::time::Span;

/// Their commands, and the ends of these.
pub(super) fn events() -> Vec<Event> {
    let mut events = commands();
    events.push(Event::InboundIgnored(InboundIgnored {
        rowid: 4712,
        guid: guid(),
        reason: IgnoreReason::NoTranscript,
        copy_of: None,
    }));
    events.push(Event::InboundSpoken(InboundSpoken { inbound: guid() }));
    events.push(Event::SpokenAsked(SpokenAsked { inbound: guid() }));
    events.push(Event::SpokenAnswered(SpokenAnswered {
        inbound: guid(),
        by: guid(),
        yes: true,
    }));
    events.push(Event::InboundFilesNamed(InboundFilesNamed {
        inbound: guid(),
        digest: Digest::of("IMG_0001.HEIC"),
    }));
    events.extend(
        [Evidence::Fetched { files: fetched() }, Evidence::Removed].map(|evidence| {
            Event::CommandSettled(CommandSettled {
                id: COMMAND,
                outcome: Outcome::Done(evidence),
            })
        }),
    );
    events
}

fn commands() -> Vec<Event> {
    let fetch = |purpose| {
        Command::FetchFiles(FetchFiles {
            inbound: guid(),
            rows: vec![guid()],
            purpose,
            all_kinds: true,
            max_bytes: 20 << 20,
            wait: Span::seconds(60),
        })
    };
    [
        fetch(FilesFor::Session(session())),
        fetch(FilesFor::Start(StartSession {
            inbound: guid(),
            label: "docs".into(),
            cwd: "/srv/docs".into(),
            text: "what is on this picture?".into(),
        })),
        Command::GivePictures(GivePictures {
            instruction: Instruction {
                inbound: guid(),
                session: session(),
                cwd: "/srv/api-server".into(),
                text: "why is this red?".into(),
                budget: Span::seconds(10),
            },
            generation: 1_795_000_000_000,
            turn: Some(turn()),
            pictures: vec!["/srv/state/files/12.0/1.png".into()],
        }),
        Command::RemoveFiles(RemoveFiles {
            fetch: COMMAND,
            inbound: guid(),
        }),
    ]
    .map(|command| {
        Event::CommandRequested(CommandRequested {
            id: COMMAND,
            attempt: 1,
            command,
        })
    })
    .to_vec()
}

fn fetched() -> Vec<FetchedFile> {
    let copied = FetchedFile {
        name: "IMG_0001.HEIC".into(),
        copy: Ok(FileCopy {
            path: "/srv/state/files/12.0/1.jpg".into(),
            picture: true,
            bytes: 204_800,
        }),
    };
    let refused = [
        NoCopy::NotWhole,
        NoCopy::NotDownloaded,
        NoCopy::TooLarge {
            bytes: 30 << 20,
            max: 20 << 20,
        },
        NoCopy::NoPicture,
        NoCopy::NotConverted {
            why: "sips did not end in time".into(),
        },
        NoCopy::Unreadable {
            why: "it is a link".into(),
        },
        NoCopy::TooMany,
    ]
    .map(|why| FetchedFile {
        name: "notes.pdf".into(),
        copy: Err(why),
    });
    std::iter::once(copied).chain(refused).collect()
}
