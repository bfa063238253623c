//! What the program may look at to know when to text: whether somebody is at the Mac, whether
//! a turn shows a sign of life, how much of the limit is used. It looks where it has to, and
//! what was looked at dies with the process.

use super::story::Seat;
use super::world::World;
use events::event::{DeskSeen, LifeSeen};
use events::input::RolloutFact;
use events::prompt::{RateLimit, RateLimitsChanged};
use events::{Input, Seq, SessionId, Span, Wall};
use projections::{State, holding};
use std::collections::BTreeSet;

/// What this process looked at.
#[derive(Clone, Debug, Default)]
pub(super) struct Looks {
    desk: Option<Seq>,
    lives: BTreeSet<SessionId>,
}

impl Looks {
    /// What is seen of what is to be looked at, once.
    pub(super) fn next(&mut self, world: &World, state: &State) -> Option<Input> {
        self.desk(world, state).or_else(|| self.life(world, state))
    }

    fn desk(&mut self, world: &World, state: &State) -> Option<Input> {
        let wanted = holding::wants_look(state)?;
        if self.desk.replace(wanted) == Some(wanted) || world.seat == Seat::Unseen {
            return None;
        }
        let there = world.seat == Seat::There;
        Some(Input::Desk(DeskSeen {
            idle: Some(Span::seconds(if there { 3 } else { 900 })),
            locked: Some(false),
            terminal: None,
        }))
    }

    fn life(&mut self, world: &World, state: &State) -> Option<Input> {
        let looking = &state.watch.looking;
        self.lives.retain(|id| looking.contains(id));
        let id = looking.iter().find(|id| !self.lives.contains(*id))?;
        self.lives.insert(id.clone());
        let session = world.sessions.iter().find(|session| session.id == *id)?;
        let mut written = session.records.iter().filter(|r| r.at <= world.now);
        let ago = world.now - written.next_back().map_or(0, |r| r.at);
        Some(Input::Life(LifeSeen {
            session: id.clone(),
            last: Some(Wall(world.wall().0 - ago.cast_signed())),
            tool: false,
        }))
    }
}

impl World {
    /// The owner sits down or leaves, or that cannot be seen any more.
    pub(super) fn sits(&mut self, seat: Seat) {
        if seat == Seat::Unseen {
            self.marks.hit("look at the desk hangs");
        }
        self.seat = seat;
    }

    /// Codex writes into a rollout how much of its limit is used.
    pub(super) fn used(&mut self, percent: u32, ms: u64) {
        self.marks.hit("limit told");
        let resets = Some(Wall(self.wall().0 + ms.cast_signed()));
        let now = self.now;
        let Some(session) = self.sessions.first_mut() else {
            return;
        };
        let window = RateLimit {
            name: "primary".into(),
            used: percent,
            minutes: Some(300),
            resets,
        };
        let windows = vec![window];
        session.write(now, RolloutFact::Limits(RateLimitsChanged { windows }));
    }
}
