//! The story of a message says what the log says, and no text of anybody.

use crate::support::{OWNER, World};
use events::event::InstructionEnd;
use events::input::MessageRow;
use events::outcome::{Failure, How};
use events::{Command, Envelope, Event, Guid, Now, Outcome, Seq, Wall};
use projections::explain::{Subject, explain};

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
