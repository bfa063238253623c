//! Samples of what is watched while the owner is away.

use crate::event::{Event, HostSlept};
use crate::time::Wall;

pub(super) fn events() -> Vec<Event> {
    vec![Event::HostSlept(HostSlept {
        from: Wall(1_795_000_001_000),
        until: Wall(1_795_009_001_000),
    })]
}
