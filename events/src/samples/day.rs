//! Samples of when the owner is texted.

use super::ids::{guid, session};
use crate::event::{
    DeskSeen, Event, HoldChange, HoldChanged, HoldRule, LocalTimeChanged, NoticeDeferred,
    PromptNudged, QuietHours,
};
use crate::id::Seq;
use crate::time::{Span, Wall};

pub(super) fn events() -> Vec<Event> {
    let mut events = vec![
        Event::LocalTimeChanged(LocalTimeChanged { offset: 60 }),
        Event::LocalTimeChanged(LocalTimeChanged { offset: -210 }),
    ];
    let until = Wall(1_795_000_001_000);
    let changes = [
        HoldChange::Away,
        HoldChange::Here { until },
        HoldChange::Mute {
            session: Some(session()),
            until: Some(until),
        },
        HoldChange::Mute {
            session: None,
            until: None,
        },
        HoldChange::Unmute {
            session: Some(session()),
        },
        HoldChange::Unmute { session: None },
        HoldChange::Quiet {
            hours: QuietHours {
                from: 23 * 60,
                to: 7 * 60,
                approvals: true,
                sessions: vec![session()],
            },
        },
        HoldChange::QuietOff,
        HoldChange::Resume,
    ];
    events.extend(changes.map(|change| {
        Event::HoldChanged(HoldChanged {
            inbound: guid(),
            change,
        })
    }));
    events.extend(deferred(until));
    events.extend([
        Event::DeskSeen(DeskSeen {
            idle: Some(Span(1_500)),
            locked: Some(false),
            terminal: Some(Span::seconds(90)),
        }),
        Event::DeskSeen(DeskSeen {
            idle: None,
            locked: None,
            terminal: None,
        }),
        Event::PromptNudged(PromptNudged {
            prompt: Seq(30),
            notice: Seq(40),
        }),
    ]);
    events
}

/// A text that waits, by each rule.
fn deferred(until: Wall) -> impl Iterator<Item = Event> {
    let rules = [
        (HoldRule::Muted, Some(until)),
        (HoldRule::MutedAll, None),
        (HoldRule::Quiet, Some(until)),
        (HoldRule::Here, Some(until)),
        (HoldRule::Looking, Some(until)),
        (HoldRule::AtDesk, Some(until)),
        (HoldRule::Record, Some(until)),
        (HoldRule::Together, Some(until)),
    ];
    rules.into_iter().map(|(rule, until)| {
        Event::NoticeDeferred(NoticeDeferred {
            notice: Seq(40),
            rule,
            until,
        })
    })
}
