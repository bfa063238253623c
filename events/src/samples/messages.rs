//! Samples of what the owner does to messages: reactions, changes, parts.

use super::ids::{given, guid};
use crate::event::{
    Event, IgnoreReason, InboundChanged, InboundDeferred, InboundJoined, InboundUnanswered,
    Reaction, ReactionReceived, Target,
};
use crate::id::Guid;
use crate::time::{Span, Wall};

pub(super) fn events() -> Vec<Event> {
    let other = given(Guid::parse("5A1E7C40-22B9-4D0B-8F0C-91D6B7A3E210"));
    let mut events = reactions();
    events.extend(
        [Some("@k3f9 run the tests twice".into()), None].map(|text| {
            Event::InboundChanged(InboundChanged {
                rowid: 901,
                guid: guid(),
                text,
                in_time: true,
            })
        }),
    );
    events.extend([
        Event::InboundDeferred(InboundDeferred {
            inbound: guid(),
            wait: Span(1_200),
            link: false,
        }),
        Event::InboundJoined(InboundJoined {
            inbound: other,
            into: guid(),
        }),
        Event::InboundUnanswered(InboundUnanswered {
            inbound: guid(),
            reason: IgnoreReason::Stale,
            date: Some(Wall(1_795_000_001_000)),
        }),
    ]);
    events
}

fn reactions() -> Vec<Event> {
    let all = [
        Reaction::Love,
        Reaction::Like,
        Reaction::Dislike,
        Reaction::Laugh,
        Reaction::Emphasis,
        Reaction::Question,
        Reaction::Emoji("🎉".into()),
        Reaction::Sticker,
    ];
    let received = |reaction| {
        Event::ReactionReceived(ReactionReceived {
            rowid: 905,
            guid: guid(),
            date: Wall(1_795_000_001_000),
            target: Target {
                guid: guid(),
                part: Some(0),
            },
            reaction,
            added: true,
        })
    };
    let mut events = all.map(received).to_vec();
    if let Some(Event::ReactionReceived(last)) = events.last_mut() {
        last.added = false;
        last.target.part = None;
    }
    events
}
