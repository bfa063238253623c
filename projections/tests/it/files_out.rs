//! The owner has a file of a session's directory sent to the phone.

use crate::support::{World, kinds, settings};
use events::command::{CopyOut, SendFile};
use events::input::{Body, MessageRow};
use events::outcome::{Doubt, Evidence, Failure, How, Performed};
use events::settings::FilesIn;
use events::{Command, CommandId, Event, Outcome, Report, SessionId, Settings};
use projections::look_orders::{Show, Whose, read};

fn finished() -> (World, SessionId) {
    let mut world = World::new();
    let session = world.session(1, "/srv/api");
    world.finished(&session, "t1");
    (world, session)
}

/// What is owed of files, and has begun now.
fn begun(world: &mut World) -> Option<(CommandId, Command)> {
    let owed = world.machine.owed();
    let of_files =
        |command: &Command| matches!(command, Command::CopyOut(_) | Command::SendFile(_));
    let found = owed.into_iter().find(|(_, command)| of_files(command));
    if let Some((id, _)) = &found {
        world.start(*id);
    }
    found
}

fn copying(world: &mut World) -> (CommandId, CopyOut) {
    match begun(world) {
        Some((id, Command::CopyOut(copy))) => (id, copy),
        other => panic!("{other:?}"),
    }
}

fn sending(world: &mut World) -> (CommandId, SendFile) {
    match begun(world) {
        Some((id, Command::SendFile(file))) => (id, file),
        other => panic!("{other:?}"),
    }
}

/// The file is asked for and copied; its sending has begun.
fn on_its_way(world: &mut World, session: &SessionId) -> (CommandId, SendFile) {
    let reference = world.reference(session);
    world.says(&format!("send @{reference} docs/report.pdf"));
    let (id, copy) = copying(world);
    assert_eq!(
        (copy.cwd.as_str(), copy.path.reveal().as_str()),
        ("/srv/api", "docs/report.pdf")
    );
    let made = Evidence::CopiedOut {
        file: "/out/1/report.pdf".into(),
        name: "report.pdf".into(),
        bytes: 812,
    };
    world.settled(id, Outcome::Done(made));
    sending(world)
}

/// Our row of a file, with the name that Messages wrote down, if it did.
fn row(world: &mut World, name: Option<&str>) -> MessageRow {
    let row = world.own_row("\u{fffc}");
    MessageRow {
        attachments: true,
        files: name.map(Into::into).into_iter().collect(),
        ..row
    }
}

#[test]
fn a_file_is_asked_for_by_a_path() {
    let show = |text: &str| read(text).map(|order| (order.show, order.whose));
    let file = |path: &str| Show::File(path.into());
    let named = || Whose::Named("k3f9".into());
    let perhaps = || Whose::Perhaps("k3f9".into());
    let thread = || Whose::Thread;
    for (text, meant) in [
        ("send @k3f9 docs/a.pdf", Some((file("docs/a.pdf"), named()))),
        (
            "Send @ k3f9: “my notes.txt”",
            Some((file("my notes.txt"), named())),
        ),
        ("send @k3f9 Makefile", Some((file("Makefile"), named()))),
        (
            "send k3f9 docs/a.pdf",
            Some((file("docs/a.pdf"), perhaps())),
        ),
        ("send docs/a.pdf", Some((file("docs/a.pdf"), thread()))),
        ("send", None),
        ("send it", None),
        ("send it to bob@example.com", None),
        ("send bob@example.com", None),
        ("send https://example.com/a", None),
        ("send the report to production", None),
        ("sending docs/a.pdf", None),
    ] {
        let said = show(text).filter(|(_, whose)| *whose != Whose::Perhaps("it".into()));
        assert_eq!(said, meant, "{text}");
    }
    assert!(matches!(show("send @k3f9"), Some((Show::NearMiss(_), _))));
}

#[test]
fn a_file_is_copied_then_sent_once_and_its_row_proves_it() {
    let (mut world, session) = finished();
    let (id, file) = on_its_way(&mut world, &session);
    assert_eq!(file.to.reveal(), "+15555550123");
    world.performed(id, How::Accepted);
    assert!(begun(&mut world).is_none());
    // The row comes before the name of its file.
    let nameless = row(&mut world, None);
    let events = world.comes(nameless.clone());
    assert_eq!(kinds(&events), ["InboundHeld"]);
    let named = MessageRow {
        files: vec!["report.pdf".into()],
        ..nameless
    };
    world.comes(named.clone());
    assert_eq!(
        world.machine.state().ledger.settled[0],
        3,
        "text, copy, file"
    );
    assert!(world.notices().is_empty(), "the file is the answer");
    // A reply to it is for its session.
    world.replies(&named.guid, "what does page 2 mean?");
    assert!(matches!(world.next_words(), Some((_, _, words)) if words.contains("page 2")));
}

#[test]
fn a_file_that_comes_back_is_no_message_of_the_owners() {
    let (mut world, session) = finished();
    let (id, _) = on_its_way(&mut world, &session);
    world.performed(id, How::Accepted);
    let ours = row(&mut world, Some("report.pdf"));
    world.take(ours);
    let files = |world: &World| {
        let open = world.machine.state().ledger.open.values();
        open.filter(|e| matches!(e.command, Command::FetchFiles(_)))
            .count()
    };
    // In the owner's chat with themself it stands there again, as received.
    let again = MessageRow {
        attachments: true,
        files: vec!["report.pdf".into()],
        ..world.self_row("\u{fffc}", false)
    };
    world.take(again);
    assert_eq!(files(&world), 0);
    // Another file of that name is the owner's.
    world.pass(5_000);
    let theirs = MessageRow {
        attachments: true,
        files: vec!["report.pdf".into()],
        ..world.self_row("\u{fffc}", false)
    };
    world.take(theirs);
    assert_eq!(files(&world), 1);
}

#[test]
fn a_nameless_file_behind_ours_never_reaches_a_session() {
    let (mut world, session) = finished();
    let (id, _) = on_its_way(&mut world, &session);
    world.performed(id, How::Accepted);
    let nameless = MessageRow {
        attachments: true,
        body: Body::Text("\u{fffc}".into()),
        ..world.self_row("", true)
    };
    let events = world.comes(nameless.clone());
    assert_eq!(kinds(&events), ["InboundHeld"], "it is waited for");
    let events = world.comes(MessageRow {
        given_up: true,
        ..nameless
    });
    assert!(
        matches!(events.first(), Some(Event::InboundIgnored(_))),
        "{events:?}"
    );
}

#[test]
fn after_a_crash_it_is_not_sent_again() {
    // While it was copied: once more, as that harms nothing.
    let (mut world, session) = finished();
    let reference = world.reference(&session);
    world.says(&format!("send @{reference} a.txt"));
    copying(&mut world);
    world.boot(settings());
    let (_, again) = copying(&mut world);
    assert!(again.again);
    world.boot(settings());
    assert!(begun(&mut world).is_none());
    assert!(world.notice().contains("interrupted"));
    // While it was given to Messages: never; its row is proof.
    let (mut world, session) = finished();
    on_its_way(&mut world, &session);
    world.boot(settings());
    assert!(begun(&mut world).is_none());
    let ours = row(&mut world, Some("report.pdf"));
    world.take(ours);
    world.pass(1_000_000);
    assert!(world.notices().is_empty() && begun(&mut world).is_none());
    // And without a row the owner hears that nobody knows.
    let (mut world, session) = finished();
    on_its_way(&mut world, &session);
    world.boot(settings());
    world.pass(1_000_000);
    let text = world.notice();
    assert!(text.contains("perhaps not sent"), "{text}");
    assert!(begun(&mut world).is_none());
}

#[test]
fn what_goes_wrong_is_said_once_with_the_files_name() {
    let (mut world, session) = finished();
    let reference = world.reference(&session);
    let cases = [
        (
            Outcome::Failed(Failure::Unsupported {
                what: "it is empty.".into(),
            }),
            "\"a.txt\": it is empty.",
        ),
        (
            Outcome::Failed(Failure::TooLarge {
                bytes: 30 << 20,
                max: 20 << 20,
            }),
            "\"a.txt\": It has 30 MB; 20 MB are allowed",
        ),
    ];
    for (outcome, said) in cases {
        world.says(&format!("send @{reference} a.txt"));
        let (id, _) = copying(&mut world);
        world.settled(id, outcome);
        let text = world.notice();
        assert!(text.contains("· not sent") && text.contains(said), "{text}");
        world.send_all();
    }
    let (id, _) = on_its_way(&mut world, &session);
    let doubt = Some(Doubt::TimedOut {
        program: "osascript".into(),
    });
    let how = How::Accepted;
    world.report(id, Report::Performed(Performed { how, doubt }));
    let failed = MessageRow {
        sent: false,
        error: 25,
        ..row(&mut world, Some("report.pdf"))
    };
    world.take(failed);
    let text = world.notice();
    assert!(
        text.contains("\"report.pdf\": Messages reports error 25."),
        "{text}"
    );
    assert!(
        begun(&mut world).is_none(),
        "it is not sent again by itself"
    );
}

#[test]
fn who_is_unknown_or_not_named_is_asked_for() {
    let (mut world, session) = finished();
    world.says("send @nobody a.txt");
    assert!(world.notice().contains("No session is called \"nobody\""));
    let reference = world.reference(&session);
    world.says(&format!("send @{reference}"));
    assert!(world.notice().contains("send @ref docs/report.pdf"));
    assert!(begun(&mut world).is_none());
    let mut off = World::with(Settings {
        files: FilesIn::Off,
        ..settings()
    });
    let session = off.session(1, "/srv/api");
    off.finished(&session, "t1");
    off.says("send docs/a.txt");
    assert!(off.notice().contains("CODEX_IMESSAGE_FILES"));
    assert!(begun(&mut off).is_none());
}

#[test]
fn the_copy_is_deleted_when_messages_has_had_it_for_long_enough() {
    let (mut world, session) = finished();
    let (id, file) = on_its_way(&mut world, &session);
    // It is still being given to Messages.
    world.pass(4_000_000);
    let removes = |world: &World| {
        let open = world.machine.state().ledger.open.values();
        let found = open.filter_map(|e| match &e.command {
            Command::RemoveFiles(remove) => Some(remove.fetch),
            _ => None,
        });
        found.collect::<Vec<_>>()
    };
    assert!(removes(&world).is_empty());
    world.performed(id, How::Accepted);
    let ours = row(&mut world, Some("report.pdf"));
    world.take(ours);
    world.pass(4_000_000);
    assert_eq!(removes(&world), [file.copy]);
}
