//! Reactions of the owner's: recorded where they are about a text of ours.

use crate::support::{OWNER, World};
use events::event::{IgnoreReason, Reaction, Target};
use events::input::MessageRow;
use events::{Event, Guid};

/// A world in which the owner has a text, and the name of its row.
fn world() -> (World, Guid) {
    let mut world = World::new();
    world.says("help");
    let (guid, _) = world.send_all().remove(0);
    world.notices();
    (world, guid)
}

fn reaction(world: &mut World, about: &Guid, kind: i64) -> MessageRow {
    MessageRow {
        associated_type: kind,
        target: Some(Target {
            guid: about.clone(),
            part: Some(0),
        }),
        ..world.row("Liked “x”")
    }
}

#[test]
fn each_reaction_to_a_text_of_ours_is_recorded() {
    let (mut world, guid) = world();
    for (kind, reaction_of, added) in [
        (2000, Reaction::Love, true),
        (2001, Reaction::Like, true),
        (2002, Reaction::Dislike, true),
        (2005, Reaction::Question, true),
        (3001, Reaction::Like, false),
        (2006, Reaction::Emoji("🎉".into()), true),
        (3006, Reaction::Emoji("🎉".into()), false),
        (2007, Reaction::Sticker, true),
    ] {
        let mut row = reaction(&mut world, &guid, kind);
        row.emoji = Some("🎉".into());
        let events = world.take(row.clone());
        let Event::ReactionReceived(e) = &events[0] else {
            panic!("{events:?}")
        };
        assert_eq!((&e.reaction, e.added), (&reaction_of, added));
        assert_eq!((&e.target.guid, e.target.part), (&guid, Some(0)));
        assert!(world.take(row).is_empty(), "once");
    }
    assert!(world.notices().is_empty());
}

#[test]
fn both_copies_in_a_chat_with_oneself_are_one_reaction() {
    let (mut world, guid) = world();
    let first = MessageRow {
        from_me: true,
        destination: Some(OWNER.into()),
        ..reaction(&mut world, &guid, 2001)
    };
    let second = MessageRow {
        destination: Some(OWNER.into()),
        ..reaction(&mut world, &guid, 2001)
    };
    let mut events = world.take(first);
    events.extend(world.take(second));
    let count = events
        .iter()
        .filter(|e| matches!(e, Event::ReactionReceived(_)));
    assert_eq!(count.count(), 1);
}

#[test]
fn no_other_reaction_is() {
    let (mut world, guid) = world();
    let other = Guid::parse("SOMETHING-ELSE").unwrap();
    let mut rows = Vec::new();
    rows.push(reaction(&mut world, &other, 2001));
    rows.push(reaction(&mut world, &guid, 1000));
    rows.push(reaction(&mut world, &guid, 4000));
    let mut row = reaction(&mut world, &guid, 2001);
    row.handle = Some("+15555550199".into());
    rows.push(row);
    let mut row = reaction(&mut world, &guid, 2001);
    row.service = "SMS".into();
    row.body = events::input::Body::Text("Liked “x”".into());
    rows.push(row);
    let mut row = reaction(&mut world, &guid, 2001);
    row.chat.as_mut().unwrap().style = Some(43);
    rows.push(row);
    let mut row = reaction(&mut world, &guid, 2001);
    row.date = row.date.map(|date| events::Wall(date.0 - 2 * 3_600_000));
    rows.push(row);
    for row in rows {
        let events = world.take(row);
        let [Event::InboundIgnored(e)] = &events[..] else {
            panic!("{events:?}")
        };
        assert_ne!(e.reason, IgnoreReason::Loop);
    }
    assert!(world.notices().is_empty());
}
