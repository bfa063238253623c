//! Samples of what is watched while the owner is away.

use super::ids::{guid, session, turn};
use crate::event::{
    Event, HostSlept, LifeSeen, OwnerWarned, PromiseEnd, PromiseEnded, PromiseMade, Warning,
};
use crate::id::Seq;
use crate::time::Wall;

pub(super) fn events() -> Vec<Event> {
    let at = Wall(1_795_009_001_000);
    let mut events = vec![
        Event::HostSlept(HostSlept {
            from: Wall(1_795_000_001_000),
            until: at,
        }),
        Event::LifeSeen(LifeSeen {
            session: session(),
            last: Some(at),
            tool: true,
        }),
        Event::LifeSeen(LifeSeen {
            session: session(),
            last: None,
            tool: false,
        }),
        Event::PromiseMade(PromiseMade {
            inbound: guid(),
            session: session(),
            at,
        }),
        Event::OwnerWarned(OwnerWarned {
            of: Warning::Limit {
                name: "primary".into(),
                resets: Some(at),
                level: 80,
            },
        }),
        Event::OwnerWarned(OwnerWarned {
            of: Warning::Stall {
                session: session(),
                turn: turn(),
            },
        }),
    ];
    let ends = [
        PromiseEnd::Kept,
        PromiseEnd::TakenBack,
        PromiseEnd::Pointless,
    ];
    for how in ends {
        let promise = Seq(30);
        events.push(Event::PromiseEnded(PromiseEnded { promise, how }));
    }
    events
}
