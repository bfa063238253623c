//! Pictures and files of the owner's messages: fetched first, then given with the words,
//! said by name where they could not be, and deleted when nothing needs them.

use crate::served::{is, up};
use crate::support::{World, settings};
use events::command::{FetchFiles, FilesFor};
use events::event::InstructionEnd;
use events::input::MessageRow;
use events::outcome::{Doubt, Evidence, Failure, FetchedFile, FileCopy, How, NoCopy};
use events::prompt::ThreadState;
use events::settings::FilesIn;
use events::{Command, CommandId, Event, Outcome, Report, SessionId, Settings, Span};

/// A world with one session, which Codex's background server has if it is to.
fn world(served: bool, settings: Settings) -> (World, SessionId) {
    let mut world = World::with(settings);
    let api = world.session(1, "/srv/api");
    world.finished(&api, "t1");
    world.send_all();
    if served {
        up(&mut world, 7);
        is(&mut world, 7, &api, ThreadState::Idle);
    }
    (world, api)
}

/// A row with so many pictures before its words.
fn row(world: &mut World, pictures: usize, words: &str) -> MessageRow {
    let files = (0..pictures).map(|nth| {
        format!("IMG_{nth}_{}.HEIC", world.log().len())
            .as_str()
            .into()
    });
    MessageRow {
        attachments: pictures > 0,
        files: files.collect(),
        ..world.row(&format!("{}{words}", "\u{fffc}".repeat(pictures)))
    }
}

fn copied(nth: usize, picture: bool) -> FetchedFile {
    FetchedFile {
        name: format!("IMG_{nth}.HEIC").as_str().into(),
        copy: Ok(FileCopy {
            path: format!(
                "/state/files/9.0/{nth}.{}",
                if picture { "jpg" } else { "pdf" }
            ),
            picture,
            bytes: 9,
        }),
    }
}

fn lost(name: &str, why: NoCopy) -> FetchedFile {
    FetchedFile {
        name: name.into(),
        copy: Err(why),
    }
}

/// The fetch that is owed, begun.
fn fetch(world: &mut World) -> (CommandId, FetchFiles) {
    let (id, command) = files_work(world).unwrap();
    let Command::FetchFiles(fetch) = command else {
        panic!("{command:?}");
    };
    (id, fetch)
}

/// Work with files that is owed, begun.
fn files_work(world: &mut World) -> Option<(CommandId, Command)> {
    let owed = world.machine.owed();
    let found = owed
        .into_iter()
        .find(|(_, command)| matches!(command, Command::FetchFiles(_) | Command::RemoveFiles(_)))?;
    world.start(found.0);
    Some(found)
}

fn fetched(world: &mut World, id: CommandId, files: Vec<FetchedFile>) -> Vec<Event> {
    world.settled(id, Outcome::Done(Evidence::Fetched { files }))
}

/// Everything that was said to the owner since the last time.
fn told(world: &mut World) -> String {
    let texts = world.send_all();
    let texts: Vec<_> = texts.into_iter().map(|(_, text)| text).collect();
    texts.join("\n---\n")
}

#[test]
fn pictures_are_fetched_first_and_given_with_the_words() {
    let (mut world, _) = world(true, settings());
    let row = row(&mut world, 3, "why is this red?");
    world.take(row.clone());
    assert!(
        world.next_work().is_none(),
        "the words wait for the pictures"
    );
    let (id, command) = fetch(&mut world);
    assert_eq!(command.rows, [row.guid]);
    fetched(
        &mut world,
        id,
        vec![copied(1, true), copied(2, true), copied(3, false)],
    );
    let (give, Command::GivePictures(give_it)) = world.next_work().unwrap() else {
        panic!("pictures are given as pictures");
    };
    assert_eq!(
        give_it.pictures,
        ["/state/files/9.0/1.jpg", "/state/files/9.0/2.jpg"]
    );
    assert_eq!(
        give_it.instruction.text.reveal(),
        "why is this red?\n\nFile: /state/files/9.0/3.pdf"
    );
    assert_eq!((give_it.generation, give_it.turn), (7, None));
    world.performed(give, How::TurnStarted { turn: None });
    assert!(!told(&mut world).contains("IMG_"), "nothing failed");
}

#[test]
fn the_receipt_says_what_went_along_and_what_did_not() {
    let (mut world, api) = world(false, settings());
    let row = row(&mut world, 2, "look");
    world.take(row);
    let (id, _) = fetch(&mut world);
    let late = lost("IMG\u{202e}_2.png\n[Codex] approved", NoCopy::NotWhole);
    fetched(&mut world, id, vec![copied(1, true), late]);
    let (id, _, words) = world.next_words().unwrap();
    assert_eq!(words, "look\n\nPicture: /state/files/9.0/1.jpg");
    world.performed(id, How::Typed(crate::support::pane()));
    world.user(&api, &words);
    let told = told(&mut world);
    assert!(told.contains("received"), "{told}");
    assert!(told.contains("With 1 picture."), "{told}");
    assert!(told.contains("Not passed on: \"IMG"), "{told}");
    assert!(told.contains("had not arrived"), "{told}");
    assert!(
        !told.contains('\u{202e}') && !told.contains("png\n[Codex]"),
        "{told}"
    );
}

#[test]
fn a_picture_alone_is_a_turn_and_nothing_is_one_that_came_without_its_picture() {
    let (mut world, _) = world(true, settings());
    let alone = row(&mut world, 1, "");
    world.take(alone);
    let (id, _) = fetch(&mut world);
    fetched(&mut world, id, vec![copied(1, true)]);
    let (_, Command::GivePictures(give)) = world.next_work().unwrap() else {
        panic!("it is given");
    };
    assert_eq!(give.instruction.text.reveal(), "");

    let (mut world, _) = self::world(true, settings());
    let alone = row(&mut world, 1, "");
    world.take(alone);
    let (id, _) = fetch(&mut world);
    let why = "sips did not end in time".into();
    fetched(
        &mut world,
        id,
        vec![lost("IMG_7.HEIC", NoCopy::NotConverted { why })],
    );
    assert!(world.next_work().is_none());
    let told = told(&mut world);
    assert!(told.contains("not delivered"), "{told}");
    assert!(
        told.contains(
            "\"IMG_7.HEIC\" (it could not be converted to JPEG: sips did not end in time)"
        ),
        "{told}"
    );
    assert_eq!(crate::transports::ended(&world), [InstructionEnd::Refused]);
}

#[test]
fn rows_that_are_one_message_are_one_turn_in_either_order() {
    for order in [[0, 1, 2], [1, 0, 2], [1, 2, 0]] {
        let (mut world, _) = world(false, settings());
        let rows = [
            row(&mut world, 0, "compare these"),
            row(&mut world, 1, ""),
            row(&mut world, 2, ""),
        ];
        let date = rows[0].date;
        let base = rows[0].rowid;
        for (nth, index) in order.into_iter().enumerate() {
            let mut row = rows[index].clone();
            row.rowid = base + i64::try_from(nth).unwrap();
            row.date = date;
            world.comes(row);
        }
        world.pass(3_000);
        let (id, command) = fetch(&mut world);
        assert_eq!(command.rows.len(), 2, "{order:?}");
        assert!(files_work(&mut world).is_none(), "{order:?}: one turn");
        fetched(&mut world, id, vec![copied(1, true), copied(2, true)]);
        let (_, _, words) = world.next_words().unwrap();
        assert!(
            words.starts_with("compare these\n\nPicture: "),
            "{order:?}: {words}"
        );
        assert!(words.ends_with("/2.jpg"), "{order:?}: {words}");
    }
}

#[test]
fn commands_and_answers_never_wait_for_a_picture() {
    let (mut world, _) = world(false, settings());
    let picture = row(&mut world, 1, "");
    world.comes(picture);
    assert!(files_work(&mut world).is_none(), "it waits for words");
    let list = world.row("list");
    world.comes(list);
    assert!(world.notices().iter().any(|text| text.contains("sessions")));
    assert!(
        files_work(&mut world).is_some(),
        "the picture went its own way"
    );
    // While it is being fetched, everything else goes on.
    let list = world.row("status @api");
    world.comes(list);
    world.looked("12:00 a turn began");
    assert!(world.notices().iter().any(|text| text.contains("status")));
}

#[test]
fn with_an_answer_or_a_command_a_picture_is_not_passed_on_and_that_is_said() {
    let (mut world, _) = world(false, settings());
    let row = row(&mut world, 1, "list");
    world.take(row);
    assert!(files_work(&mut world).is_none());
    let told = told(&mut world);
    assert!(
        told.contains("words only") && told.contains("not with an answer or a command"),
        "{told}"
    );
}

#[test]
fn where_files_are_switched_off_only_words_go_in() {
    let off = || Settings {
        files: FilesIn::Off,
        ..settings()
    };
    let (mut world, _) = world(false, off());
    let both = row(&mut world, 1, "look");
    world.take(both);
    assert_eq!(world.next_words().unwrap().2, "look");
    assert!(told(&mut world).contains("CODEX_IMESSAGE_FILES"));
    let (mut world, _) = self::world(false, off());
    let alone = row(&mut world, 1, "");
    world.take(alone);
    assert!(world.next_work().is_none() && files_work(&mut world).is_none());
    assert!(told(&mut world).contains("CODEX_IMESSAGE_FILES"));
    let (mut world, _) = self::world(
        false,
        Settings {
            files: FilesIn::Pictures,
            files_max: 77,
            files_wait: Span(5),
            ..settings()
        },
    );
    let alone = row(&mut world, 1, "");
    world.take(alone);
    let (_, fetch) = fetch(&mut world);
    assert_eq!(
        (fetch.all_kinds, fetch.max_bytes, fetch.wait),
        (false, 77, Span(5))
    );
}

#[test]
fn a_fetch_cut_short_is_done_again_and_one_that_fails_keeps_the_words_out() {
    let (mut world, _) = world(false, settings());
    let row = row(&mut world, 1, "look");
    world.take(row);
    let (first, _) = fetch(&mut world);
    world.boot(settings());
    let (second, _) = fetch(&mut world);
    assert_ne!(first, second);
    // What the old process says now counts no more.
    assert!(fetched(&mut world, first, vec![copied(1, true)]).is_empty());
    let what = "the directory for copies cannot be made".into();
    world.report(
        second,
        Report::Settled(Outcome::Failed(Failure::Unsupported { what })),
    );
    assert!(world.next_work().is_none());
    let told = told(&mut world);
    assert!(
        told.contains("not delivered") && told.contains("cannot be made"),
        "{told}"
    );
}

#[test]
fn what_is_taken_back_while_it_is_fetched_never_goes_in() {
    let (mut world, _) = world(false, settings());
    let row = row(&mut world, 1, "look");
    world.take(row.clone());
    let (id, _) = fetch(&mut world);
    world.take(MessageRow {
        body: events::input::Body::Empty,
        edited: true,
        unsent: true,
        ..row
    });
    assert!(told(&mut world).contains("taken back"));
    fetched(&mut world, id, vec![copied(1, true)]);
    assert!(world.next_work().is_none());
}

#[test]
fn a_new_session_gets_its_files_by_name_once_they_are_there() {
    let (mut world, _) = world(true, settings());
    let row = row(&mut world, 1, "new docs: what is on this?");
    world.take(row);
    let (id, fetch) = fetch(&mut world);
    assert!(matches!(fetch.purpose, FilesFor::Start(_)));
    world.settled(id, Outcome::Unknown(Doubt::Interrupted));
    let (id, _) = self::fetch(&mut world);
    fetched(
        &mut world,
        id,
        vec![copied(1, true), lost("b.mov", NoCopy::NoPicture)],
    );
    let owed = world.machine.owed();
    let start = owed.iter().find_map(|(_, command)| match command {
        Command::StartSession(start) => Some(start),
        _ => None,
    });
    assert_eq!(
        start.unwrap().text.reveal(),
        "what is on this?\n\nPicture: /state/files/9.0/1.jpg"
    );
    assert!(told(&mut world).contains("\"b.mov\" (only pictures are passed on)"));
}

/// A picture went into a turn that runs; its copy is to be kept for 100 s.
fn in_a_turn() -> (World, SessionId, CommandId) {
    let keep = Settings {
        files_keep: Span::seconds(100),
        ..settings()
    };
    let (mut world, api) = world(false, keep);
    let row = row(&mut world, 1, "look");
    world.take(row);
    let (fetch, _) = fetch(&mut world);
    fetched(&mut world, fetch, vec![copied(1, true)]);
    let (id, _, words) = world.next_words().unwrap();
    world.performed(id, How::Typed(crate::support::pane()));
    world.turn(&api, "t2");
    world.user(&api, &words);
    (world, api, fetch)
}

#[test]
fn copies_are_deleted_when_they_are_old_and_no_turn_needs_them() {
    let (mut world, api, fetch) = in_a_turn();
    world.pass(200_000);
    assert!(files_work(&mut world).is_none(), "its turn runs");
    world.ends(&api, "t2", "done");
    world.pass(3_700_000);
    let (id, command) = files_work(&mut world).unwrap();
    assert!(matches!(&command, Command::RemoveFiles(remove) if remove.fetch == fetch));
    let what = "the copies cannot be deleted".into();
    world.settled(id, Outcome::Failed(Failure::Unsupported { what }));
    world.pass(3_700_000);
    let (id, _) = files_work(&mut world).expect("tried again");
    world.settled(id, Outcome::Done(Evidence::Removed));
    world.pass(8_000_000);
    assert!(files_work(&mut world).is_none());
    assert!(world.machine.state().dispatches.copies.is_empty());
}

#[test]
fn copies_of_a_turn_that_may_have_ended_are_deleted() {
    let (mut world, _, fetch) = in_a_turn();
    for _ in 0..5 {
        world.pass(3_700_000);
        assert!(files_work(&mut world).is_none(), "its turn runs");
    }
    // Six hours without a sign of life: it may have ended with the computer.
    world.pass(3_700_000);
    let (_, command) = files_work(&mut world).unwrap();
    assert!(matches!(command, Command::RemoveFiles(remove) if remove.fetch == fetch));
}

#[test]
fn a_file_that_did_not_go_along_is_named_also_where_it_is_not_known_whether_the_words_did() {
    let (mut world, _) = world(false, settings());
    let row = row(&mut world, 2, "look");
    world.take(row);
    let (id, _) = fetch(&mut world);
    let late = lost("IMG_2.HEIC", NoCopy::NotWhole);
    fetched(&mut world, id, vec![copied(1, true), late]);
    let (id, _, _) = world.next_words().unwrap();
    world.settled(id, Outcome::Unknown(Doubt::NoProof));
    let told = told(&mut world);
    assert!(told.contains("not confirmed"), "{told}");
    assert!(told.contains("Not passed on: \"IMG_2.HEIC\""), "{told}");
}

#[test]
fn a_message_without_words_is_taken_when_all_its_files_have_their_names() {
    let (mut world, _) = world(false, settings());
    let all = row(&mut world, 2, "");
    let mut one = all.clone();
    one.files.truncate(1);
    let events = world.comes(one);
    assert_eq!(crate::support::kinds(&events), ["InboundHeld"]);
    world.take(all);
    assert!(files_work(&mut world).is_some());
}

#[test]
fn words_behind_a_message_whose_files_cannot_be_copied_go_on() {
    let (mut world, api) = world(false, settings());
    let reference = world.reference(&api);
    let with_file = row(&mut world, 1, "look");
    world.take(with_file);
    let (id, _) = fetch(&mut world);
    world.says(&format!("@{reference} and then the docs"));
    world.pass(3_000);
    assert!(world.next_work().is_none(), "they keep their order");
    let what = "the directory for copies cannot be made".into();
    world.settled(id, Outcome::Failed(Failure::Unsupported { what }));
    assert_eq!(world.next_words().unwrap().2, "and then the docs");
}
