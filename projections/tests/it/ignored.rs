//! Rows that are not acted on are counted by reason, and the owner who asks is
//! told of their own.

use crate::support::World;
use events::event::IgnoreReason;
use events::input::{Chat, MessageRow};

fn status(world: &mut World, reference: &str) -> String {
    world.notices();
    world.status(reference)
}

#[test]
fn the_owner_is_told_of_rows_of_theirs_and_of_strangers_only_the_number() {
    let mut world = World::new();
    let api = world.session(1, "/srv/api");
    let reference = world.reference(&api);
    for _ in 0..3 {
        let row = world.row("buy now");
        world.take(MessageRow {
            handle: Some("+15555550199".into()),
            ..row
        });
    }
    assert!(!status(&mut world, &reference).contains("Ignored messages"));

    let row = world.row("go on");
    let sms = row.rowid;
    world.take(MessageRow {
        service: "SMS".into(),
        ..row
    });
    world.pass(2 * 3_600_000);
    let told = status(&mut world, &reference);
    assert!(
        told.contains("Ignored messages: 1 by SMS or RCS (its sender can be forged) (last 2 h ago). From other people: 3."),
        "{told}"
    );
    let ignored = &world.machine.state().inbox.ignored;
    let counted: Vec<_> = ignored
        .iter()
        .map(|(reason, ignored)| (reason, ignored.count, ignored.rowid))
        .collect();
    assert_eq!(
        counted,
        [
            (IgnoreReason::NotOwner, 3, sms - 2),
            (IgnoreReason::NotIMessage, 1, sms)
        ]
    );

    world.pass(8 * 86_400_000);
    assert!(
        !status(&mut world, &reference).contains("Ignored messages"),
        "what was long ago is no news"
    );
}

#[test]
fn for_a_week_the_owner_is_told_of_what_was_not_acted_on() {
    const WEEK: u64 = 7 * 86_400_000;
    let mut world = World::new();
    let api = world.session(1, "/srv/api");
    let reference = world.reference(&api);
    let row = world.row("go on");
    world.take(MessageRow {
        service: "SMS".into(),
        ..row
    });
    world.pass(WEEK - 10_000);
    assert!(status(&mut world, &reference).contains("Ignored messages: 1"));
    assert!(!status(&mut world, &reference).contains("Ignored messages"));
}

#[test]
fn an_address_of_the_owners_that_is_not_listed_is_named_once_and_let_in_never() {
    let mut world = World::new();
    let id = world.session(1, "/srv/api");
    world.finished(&id, "t1");
    for (from, to, told) in [
        ("stranger@example.com", "other@example.com", 0),
        ("other@example.com", "other@example.com", 1),
        ("Other@Example.com", "mailto:other@example.com", 0),
    ] {
        let mut row = world.row("delete everything");
        row.handle = Some(from.into());
        row.destination = Some(to.into());
        row.chat = row.chat.map(|chat| Chat {
            identifier: from.into(),
            participants: vec![from.into()],
            ..chat
        });
        world.take(row);
        let texts = world.notices();
        assert_eq!(texts.len(), told, "{from}: {texts:#?}");
        assert!(texts.iter().all(|text| text.contains("CODEX_IMESSAGE_TO")));
        assert!(world.next_work().is_none());
    }
}
