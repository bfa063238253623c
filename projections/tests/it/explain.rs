//! The story of a message says what the log says, and no text of anybody.

use crate::support::{OWNER, World};
use events::event::{InstructionEnd, NoticeExpired, NoticeQueued, NoticeWithdrawn, Topic};
use events::input::MessageRow;
use events::outcome::{Failure, How};
use events::{Command, Envelope, Event, Now, Outcome, Seq, Wall};
use projections::explain::{Batches, Explanation, Finder, Found, Matter, Subject, explain};
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

/// A story as it is read, without the words of people.
fn text(told: &Explanation) -> String {
    let lines = told.lines.iter().flat_map(|line| {
        let details = line.details.iter().map(|detail| format!("  {detail}"));
        std::iter::once(line.text.clone()).chain(details)
    });
    let all: Vec<_> = told.summary.iter().cloned().chain(lines).collect();
    all.join("\n") + "\n"
}

fn told(events: Vec<Event>, subject: &Subject) -> String {
    let log = log(events, Wall(1_000_000));
    text(&explain(&log, subject).unwrap())
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
        Subject::Words(received.guid.to_string()),
        Subject::Words("ZEBRAfinch".into()),
    ] {
        let story = told(events.clone(), &subject);
        let mut rest = story.as_str();
        for step in [
            "Its words go into",
            "because the message names the session",
            "Result: delivered to the session.",
            "You wrote row",
            "It is yours",
            "chosen: ",
            "type it into the pane",
            "it definitely did not happen: no pane was proven",
            "hand it to codex queue",
            "handed to codex queue",
            "The instruction for",
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
    assert!(story.contains("not acted on: by SMS"), "{story}");
    let story = told(events.clone(), &Subject::Row(stranger));
    assert!(story.contains("from somebody else"), "{story}");
    let unknown = Subject::Words("NOBODYS".into());
    assert_eq!(explain(&log(events, Wall(0)), &unknown), None);
    assert_eq!(explain(&[], &Subject::Last), None);
}

/// A log whose State is the world's so far: it begins with its two sessions.
fn beginning(world: &World) -> Vec<Envelope> {
    let seen = world
        .machine
        .state()
        .sessions
        .by_id
        .iter()
        .map(|(id, session)| {
            Event::SessionSeen(events::event::SessionSeen {
                session: id.clone(),
                reference: session.reference.clone(),
                meta: session.meta.clone(),
                offset: 0,
            })
        });
    let first =
        world.machine.state().last.0 + 1 - world.machine.state().sessions.by_id.len() as u64;
    (first..)
        .zip(seen)
        .map(|(seq, event)| Envelope {
            seq: Seq(seq),
            wall: world.now.wall,
            tick: world.now.tick,
            cause: None,
            event,
        })
        .collect()
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
    let named = story.split("ommand ").skip(1);
    let id = |rest: &str| {
        let end = rest.find(|c: char| !c.is_ascii_digit() && c != '.');
        rest[..end.unwrap_or(rest.len())]
            .trim_end_matches('.')
            .to_owned()
    };
    named.map(id).filter(|id| id.contains('.')).collect()
}

#[test]
#[expect(clippy::too_many_lines, reason = "one story, told from its beginning")]
fn of_two_at_once_each_story_is_its_own() {
    let mut world = World::new();
    let (api, web) = (world.session(1, "/srv/api"), world.session(2, "/srv/web"));
    let mut log = beginning(&world);
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
    let story = |subject: &Subject| text(&explain(&log, subject).unwrap());
    for nth in [0, 1] {
        let (guid, session) = &rows[nth];
        let told = story(&Subject::Words(guid.to_string()));
        let own = [tries[nth].to_string(), sends[nth].to_string()];
        assert_eq!(mentioned(&told), BTreeSet::from(own), "{told}");
        for once in [
            "lacks a chat and is read again",
            "Result: delivered to the session.",
            "  chosen: ",
            &format!(
                "A text for you waits to be sent: a receipt for you about {}",
                name(&world, session)
            ),
        ] {
            assert_eq!(told.matches(once).count(), 1, "{once:?} in {told}");
        }
        let into = format!("Its words go into {}, because", name(&world, session));
        assert_eq!(told.matches(&into).count(), 2, "{told}");
        assert!(!told.contains("still under way"), "{told}");
        assert_eq!(
            told,
            story(&Subject::Event(receipts[nth])),
            "a receipt is its message's"
        );
        assert_eq!(
            told,
            story(&Subject::Command(sends[nth])),
            "so is what sends it"
        );
    }
    assert_eq!(
        story(&Subject::Last),
        story(&Subject::Words(rows[1].0.to_string()))
    );
    // A phrase that both say, and the time in which both came.
    for several in [
        Subject::Words("go ON".into()),
        Subject::Between(Wall(0), Wall(i64::MAX)),
    ] {
        let Found::Several(hits) = found(&log, several) else {
            panic!("both fit");
        };
        let messages = hits
            .iter()
            .filter(|hit| matches!(hit.matter, Matter::Message(_)));
        assert_eq!(messages.count(), 2, "{hits:#?}");
    }
    let reference = world.reference(&api).clone();
    assert_eq!(
        found(&log, Subject::Session(reference)),
        Found::One(Matter::Session(api))
    );
    assert_eq!(
        found(&log, Subject::Words("unheard of".into())),
        Found::Nothing
    );
}

fn name(world: &World, session: &events::SessionId) -> String {
    projections::describe::session_name(world.machine.state(), session)
}

fn found(log: &[Envelope], subject: Subject) -> Found {
    let mut finder = Finder::new(subject);
    let mut batches = Batches::default();
    let mut each = |state: &projections::State, batch: &[Envelope]| finder.batch(state, batch);
    for entry in log {
        batches.push(entry.clone(), &mut each);
    }
    let state = batches.end(&mut each);
    finder.found(&state)
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
    let mut log = log(
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
    for entry in &mut log {
        entry.cause = None;
    }
    for (notice, end) in [
        (
            1,
            [
                "It was not sent: it no longer mattered.",
                "is not sent any more: it was seen.",
            ],
        ),
        (
            2,
            [
                "It waited too long and was not sent.",
                "waited too long and is not sent.",
            ],
        ),
        (
            3,
            ["Another text replaced it.", "in the place of notice 3."],
        ),
        (6, ["It is on its way to you.", "in the place of notice 3."]),
    ] {
        let told = explain(&log, &Subject::Notice(Seq(notice))).unwrap();
        assert!(told.lines.len() <= 2, "{told:#?}");
        let told = text(&told);
        assert!(end.iter().all(|end| told.contains(end)), "{notice}: {told}");
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
    assert!(story.contains("send part 1 of notice"), "{story}");
    assert!(story.contains("(-1743)"), "{story}");
}

/// The story of the message that said this, to the end of what is known.
fn story_of(world: &World, events: Vec<Event>) -> String {
    let first = Seq(world.machine.state().last.0 + 1 - events.len() as u64);
    let log = events::Batch::new(first, world.now, events);
    text(&explain(log.envelopes(), &Subject::Last).unwrap())
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
    let story = text(&explain(&log, &Subject::Last).unwrap());
    for step in [
        "It starts a session, \"web\", because",
        &format!(
            "To be done (command {}): start Codex in a new tmux window",
            started[1]
        ),
        &format!("Begun: command {}", started[1]),
        "It is still under way.",
    ] {
        assert!(story.contains(step), "{step:?} in {story}");
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
    let story = text(&explain(&log, &Subject::Last).unwrap());
    for step in [
        "): type it into the pane of",
        "): type it, also while a turn runs, into the pane of",
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
        story.contains("This program answers it, about the thread"),
        "{story}"
    );
    let alone = world.says("help");
    let story = story_of(&world, alone);
    assert!(
        story.contains("This program answers it, because"),
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
    let story = text(&explain(&log, &Subject::Last).unwrap());
    assert!(!story.contains("read again"), "{story}");
}
