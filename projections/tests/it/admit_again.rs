//! The same message again: from another device, or put into the database again.

use crate::admit::verdict;
use crate::support::World;
use events::event::IgnoreReason as Reason;
use events::input::{Body, MessageRow};
use events::{Event, Guid, Wall};
use projections::admit::Verdict;

#[test]
fn words_said_twice_from_another_device_count_twice_and_a_row_put_in_again_once() {
    let mut world = World::new();
    let first = world.row("help");
    let mut taken = usize::from(!world.take(first.clone()).is_empty());
    let copy = |world: &mut World, later: i64, thread: Option<&str>| {
        let row = world.row("help");
        let row = MessageRow {
            date: first.date.map(|date| Wall(date.0 + later)),
            reply_to: thread.map(|guid| Guid::parse(guid).unwrap()),
            ..row
        };
        verdict(world, &row)
    };
    // The same date is a row that a sync put in again; another one is the owner once more.
    assert_eq!(
        copy(&mut world, 0, None),
        Verdict::Ignored(Reason::DuplicateCopy)
    );
    assert!(matches!(copy(&mut world, 300, None), Verdict::Owner { .. }));
    assert!(matches!(
        copy(&mut world, 0, Some("THREAD")),
        Verdict::Owner { .. }
    ));
    let mut threaded = world.row("help");
    threaded.reply_to = Some(Guid::parse("THREAD").unwrap());
    taken += usize::from(!world.take(threaded).is_empty());
    assert_eq!(
        copy(&mut world, 0, Some("THREAD")),
        Verdict::Ignored(Reason::DuplicateCopy)
    );
    assert_eq!(taken, 2);
}

#[test]
fn a_known_guid_under_another_row_is_one_message() {
    let mut world = World::new();
    let row = world.row("list");
    world.take(row.clone());
    world.notices();
    let again = MessageRow {
        rowid: row.rowid + 1,
        body: Body::Text("help".into()),
        ..row.clone()
    };
    assert!(
        matches!(world.take(again).as_slice(), [Event::InboundIgnored(e)] if e.reason == Reason::Duplicate)
    );
    assert!(world.take(row).is_empty());
    assert!(world.notices().is_empty());
}
