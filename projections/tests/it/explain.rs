//! The story of a message says what the log says, and no text of anybody.

use crate::support::{OWNER, World};
use events::event::{InstructionEnd, NoticeExpired, NoticeQueued, NoticeWithdrawn, Topic};
use events::input::MessageRow;
use events::outcome::{Failure, How};
use events::{Command, Envelope, Event, Guid, Now, Outcome, Seq, Wall};
use projections::explain::{Subject, explain};
use std::collections::BTreeSet;

/// The log that events would make; only their order matters here.
fn log(events: Vec<Event>, wall: Wall) -> Vec<Envelope> {
    let now = Now {
        wall,
        ..Now::default()
    };
    let batch = events::Batch::new(Seq(1), now, events);
    batch.envelopes().to_vec()
}

fn told(events: Vec<Event>, subject: &Subject) -> String {
    let log = log(events, Wall(1_000_000));
    explain(&log, subject, Wall(1_180_000)).unwrap()
}

#[test]
fn an_instruction_is_told_from_the_row_to_its_end() {
    let mut world = World::new();
    let mut events = Vec::new();
    let api = world.session(1, "/srv/api");
    let reference = world.reference(&api);
    world.session(2, "/srv/web");
    let said = world.says(&format!("@{reference} run the zebrafinch tests"));
    let Some(Event::InboundReceived(received)) = said.first().cloned() else {
        panic!("{said:#?}");
    };
    events.extend(said);
    let (id, command) = world.next_work().unwrap();
    assert!(matches!(command, Command::TypeInstruction(_)));
    let why = "no pane was proven".to_owned();
    let failed = Outcome::Failed(Failure::NoPane { why });
    events.extend(world.settled(id, failed));
    let (id, _) = world.next_work().unwrap();
    events.extend(world.performed(id, How::Queued));
    events.push(Event::InstructionEnded(events::event::InstructionEnded {
        inbound: received.guid.clone(),
        session: Some(api.clone()),
        end: InstructionEnd::Delivered,
    }));
    for subject in [
        Subject::Last,
        Subject::Row(received.rowid),
        Subject::Named(received.guid.clone()),
    ] {
        let story = told(events.clone(), &subject);
        let mut rest = story.as_str();
        for step in [
            "it is your word",
            "its words go into",
            "because the message names the session",
            "type it into its pane",
            "it certainly did not happen: no pane was proven",
            "codex queue",
            "handed to codex queue",
            "In the end the session has it.",
        ] {
            let Some((_, after)) = rest.split_once(step) else {
                panic!("{step:?} is missing in {story}");
            };
            rest = after;
        }
        assert!(
            !story.contains("zebrafinch") && !story.contains(OWNER),
            "{story}"
        );
    }
}

#[test]
fn a_row_that_was_not_acted_on_has_its_reason_and_a_strangers_is_not_the_last() {
    let mut world = World::new();
    let row = world.row("go on");
    let sms = row.rowid;
    let mut events = world.take(MessageRow {
        service: "SMS".into(),
        ..row
    });
    let row = world.row("buy now");
    let stranger = row.rowid;
    events.extend(world.take(MessageRow {
        handle: Some("+15555550199".into()),
        ..row
    }));
    let story = told(events.clone(), &Subject::Last);
    assert!(story.contains(&format!("Row {sms} ")), "{story}");
    assert!(
        story.contains("not acted on: it was a message by SMS"),
        "{story}"
    );
    let story = told(events.clone(), &Subject::Row(stranger));
    assert!(story.contains("from somebody else"), "{story}");
    let unknown = Subject::Named(Guid::parse("NOBODYS").unwrap());
    assert_eq!(explain(&log(events, Wall(0)), &unknown, Wall(0)), None);
    assert_eq!(explain(&[], &Subject::Last, Wall(0)), None);
}

/// A batch of the machine's as it stands in the log.
fn kept(world: &World, log: &mut Vec<Envelope>, events: Vec<Event>) {
    let first = Seq(world.machine.state().last.0 + 1 - events.len() as u64);
    log.extend(
        events::Batch::new(first, world.now, events)
            .envelopes()
            .to_vec(),
    );
}

/// Positions and commands that stand in a story, as a person reads them.
fn mentioned(story: &str) -> BTreeSet<String> {
    let words = story.split(|c: char| c.is_whitespace() || ",:".contains(c));
    let named = words.map(|word| word.trim_end_matches('.'));
    named
        .filter(|word| {
            word.split_once('.')
                .is_some_and(|(a, b)| a.parse::<u32>().is_ok() && b.parse::<u32>().is_ok())
        })
        .map(ToOwned::to_owned)
        .collect()
}

#[test]
fn of_two_at_once_each_story_is_its_own() {
    let mut world = World::new();
    let mut log = Vec::new();
    let (api, web) = (world.session(1, "/srv/api"), world.session(2, "/srv/web"));
    let mut rows = Vec::new();
    for (name, session) in [("api", &api), ("web", &web)] {
        let row = world.row(&format!("@{name} go on"));
        rows.push((row.guid.clone(), session));
        let held = MessageRow {
            chat: None,
            ..row.clone()
        };
        let events = world.take(held);
        kept(&world, &mut log, events);
        let events = world.take(row);
        kept(&world, &mut log, events);
        world.pass(10_000);
    }
    let mut tries = Vec::new();
    while let Some((id, _)) = world.next_work() {
        let started = Event::CommandStarted(events::event::CommandStarted { id, baseline: None });
        kept(&world, &mut log, vec![started]);
        let events = world.performed(id, How::Queued);
        kept(&world, &mut log, events);
        tries.push(id);
    }
    for session in [&api, &web] {
        let events = world.user(session, "go on");
        kept(&world, &mut log, events);
    }
    let receipts: Vec<_> = world.machine.state().outbox.open.keys().copied().collect();
    let mut sends = Vec::new();
    while let Some((id, text)) = world.next_send() {
        let events = world.performed(id, How::Accepted);
        kept(&world, &mut log, events);
        let row = world.own_row(&text);
        let events = world.take(row);
        kept(&world, &mut log, events);
        sends.push(id);
    }
    assert_eq!((tries.len(), receipts.len(), sends.len()), (2, 2, 2));
    let story = |subject: &Subject| explain(&log, subject, world.now.wall).unwrap();
    for nth in [0, 1] {
        let (guid, session) = &rows[nth];
        let told = story(&Subject::Named(guid.clone()));
        let own = [tries[nth].to_string(), sends[nth].to_string()];
        assert_eq!(mentioned(&told), BTreeSet::from(own), "{told}");
        for once in [
            "held at first",
            "Decided: ",
            &format!("into the session {session}, because"),
            "In the end the session has it.",
            &format!("Notice {}, a receipt", receipts[nth]),
        ] {
            assert_eq!(told.matches(once).count(), 1, "{once:?} in {told}");
        }
        assert!(!told.contains("still under way"), "{told}");
        let told = story(&Subject::Notice(receipts[nth]));
        assert_eq!(
            mentioned(&told),
            BTreeSet::from([sends[nth].to_string()]),
            "{told}"
        );
        assert!(told.contains("queued just now"), "{told}");
    }
    assert_eq!(
        story(&Subject::Last),
        story(&Subject::Named(rows[1].0.clone()))
    );
}

#[test]
fn what_became_of_a_notice_that_was_not_sent_is_told_of_it_alone() {
    let queued = |replaces: Vec<Seq>| {
        Event::NoticeQueued(NoticeQueued {
            session: None,
            topic: Topic::Health,
            to: OWNER.into(),
            parts: vec!["text".into()],
            replaces,
        })
    };
    let log = log(
        vec![
            queued(vec![]),
            queued(vec![]),
            queued(vec![]),
            Event::NoticeWithdrawn(NoticeWithdrawn {
                notice: Seq(1),
                why: "it was seen".into(),
            }),
            Event::NoticeExpired(NoticeExpired { notice: Seq(2) }),
            queued(vec![Seq(3)]),
        ],
        Wall(0),
    );
    for (notice, end) in [
        (1, Some("It was not sent any more: it was seen.")),
        (2, Some("It waited too long and was not sent.")),
        (3, Some("Notice 6 took its place.")),
        (6, None),
    ] {
        let told = explain(&log, &Subject::Notice(Seq(notice)), Wall(0)).unwrap();
        assert_eq!(told.lines().nth(1), end, "{told}");
        assert!(told.lines().count() <= 2, "{told}");
    }
}

#[test]
fn a_notice_is_told_with_its_tries() {
    let mut world = World::new();
    let mut events = world.says("list");
    let (id, _) = world.next_send().unwrap();
    let failed = Outcome::Failed(Failure::NotPermitted { code: -1743 });
    events.extend(world.settled(id, failed));
    let at = 1 + events
        .iter()
        .position(|event| matches!(event, Event::NoticeQueued(_)))
        .unwrap() as u64;
    for event in &mut events {
        // The log of this test begins later than the machine's.
        if let Event::CommandRequested(requested) = event
            && let Command::SendMessage(send) = &mut requested.command
        {
            send.notice = Seq(at);
        }
    }
    let story = told(events, &Subject::Notice(Seq(at)));
    assert!(story.contains("an answer to you"), "{story}");
    assert!(story.contains("send part 1 by Messages"), "{story}");
    assert!(story.contains("(-1743)"), "{story}");
}

/// The story of the message that said this, to the end of what is known.
fn story_of(world: &World, events: Vec<Event>) -> String {
    let first = Seq(world.machine.state().last.0 + 1 - events.len() as u64);
    let log = events::Batch::new(first, world.now, events);
    explain(log.envelopes(), &Subject::Last, world.now.wall).unwrap()
}

#[test]
fn a_session_that_is_asked_for_is_started_in_the_story() {
    let mut world = World::new();
    let mut log = Vec::new();
    for label in ["api", "web"] {
        let events = world.says(&format!("new {label}: do it"));
        kept(&world, &mut log, events);
    }
    let mut started = Vec::new();
    while let Some((id, command)) = world.next_work() {
        assert!(matches!(command, Command::StartSession(_)));
        started.push(id);
        let begun = Event::CommandStarted(events::event::CommandStarted { id, baseline: None });
        log.push(Envelope {
            seq: world.machine.state().last,
            wall: world.now.wall,
            tick: world.now.tick,
            cause: None,
            event: begun,
        });
        if started.len() < 2 {
            let what = "there is no tmux.".to_owned();
            let failed = world.settled(id, Outcome::Failed(Failure::Unsupported { what }));
            kept(&world, &mut log, failed);
        }
    }
    assert_eq!(started.len(), 2);
    let story = explain(&log, &Subject::Last, world.now.wall).unwrap();
    for step in [
        "it starts a session, because",
        &format!("Try {}: start Codex in a new tmux window.", started[1]),
        &format!("  {} begun just now.", started[1]),
        "It is still under way.",
    ] {
        assert_eq!(story.matches(step).count(), 1, "{step:?} in {story}");
    }
    assert!(!story.contains(&started[0].to_string()), "{story}");
}

#[test]
fn typing_into_a_running_turn_is_told_from_typing() {
    let mut world = World::new();
    world.session(1, "/srv/api");
    let mut events = world.says("@api go");
    let (id, _) = world.next_work().unwrap();
    let busy = Failure::NotReady {
        pane: crate::support::pane(),
        screen: events::outcome::Screen::Working,
    };
    let mut log = Vec::new();
    kept(&world, &mut log, std::mem::take(&mut events));
    let failed = world.settled(id, Outcome::Failed(busy));
    kept(&world, &mut log, failed);
    let (id, _) = world.next_work().unwrap();
    let what = "this Codex has no queue.".to_owned();
    let failed = world.settled(id, Outcome::Failed(Failure::Unsupported { what }));
    kept(&world, &mut log, failed);
    let story = explain(&log, &Subject::Last, world.now.wall).unwrap();
    for step in [
        "type it into its pane.",
        "type it into its pane, also while a turn runs.",
    ] {
        assert_eq!(story.matches(step).count(), 1, "{step:?} in {story}");
    }
}

#[test]
fn an_answer_of_this_program_says_which_session_it_is_about_if_any() {
    let mut world = World::new();
    world.session(1, "/srv/api");
    let about = world.says("status api");
    let story = story_of(&world, about);
    assert!(
        story.contains("this program answers it, about the session"),
        "{story}"
    );
    let alone = world.says("help");
    let story = story_of(&world, alone);
    assert!(
        story.contains("this program answers it, because"),
        "{story}"
    );
}

#[test]
fn only_a_message_that_was_held_is_told_to_have_been() {
    let mut world = World::new();
    let mut log = Vec::new();
    let row = world.row("help");
    let held = world.take(MessageRow { chat: None, ..row });
    kept(&world, &mut log, held);
    let events = world.says("list");
    kept(&world, &mut log, events);
    let story = explain(&log, &Subject::Last, world.now.wall).unwrap();
    assert!(!story.contains("held"), "{story}");
}
