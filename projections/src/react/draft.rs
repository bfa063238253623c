//! A batch in the making: events are recorded one by one, each applied to a
//! copy of State, so that a decision sees the ones before it.

use crate::apply::apply;
use crate::routing::Route;
use crate::state::State;
use events::event::{Action, CommandRequested, RoutingDecided, Topic};
use events::{Batch, Command, CommandId, Envelope, Event, Guid, Now, Seq, SessionId};

/// A batch in the making.
pub(crate) struct Draft {
    state: State,
    first: Seq,
    now: Now,
    events: Vec<Event>,
    commands: u16,
}

impl Draft {
    pub(crate) fn new(state: State, now: Now) -> Self {
        let now = Now {
            wall: now.wall,
            tick: now.tick.max(state.tick),
        };
        Self {
            first: state.last.next(),
            state,
            now,
            events: Vec::new(),
            commands: 0,
        }
    }

    /// State with everything recorded so far.
    pub(crate) const fn state(&self) -> &State {
        &self.state
    }

    pub(crate) const fn now(&self) -> Now {
        self.now
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.events.is_empty()
    }

    /// Records an event and gives its position.
    pub(crate) fn record(&mut self, event: Event) -> Seq {
        let seq = self.state.last.next();
        let envelope = Envelope {
            seq,
            wall: self.now.wall,
            tick: self.now.tick,
            // The batch names it; State does not depend on it.
            cause: None,
            event,
        };
        apply(&mut self.state, &envelope);
        self.events.push(envelope.event);
        seq
    }

    /// Requests a command and gives its name.
    pub(crate) fn request(&mut self, command: Command, attempt: u16) -> CommandId {
        let id = CommandId {
            cause: self.first,
            nth: self.commands,
        };
        self.commands = self.commands.saturating_add(1);
        self.record(Event::CommandRequested(CommandRequested {
            id,
            attempt,
            command,
        }));
        id
    }

    /// The same, to see what would be recorded from here on; it is thrown away.
    pub(crate) fn trial(&self) -> Self {
        Self {
            state: self.state.clone(),
            first: self.first,
            now: self.now,
            events: Vec::new(),
            commands: self.commands,
        }
    }

    /// What was recorded.
    pub(crate) fn events(&self) -> &[Event] {
        &self.events
    }

    pub(crate) fn finish(self) -> (Batch, State) {
        (Batch::new(self.first, self.now, self.events), self.state)
    }
}

/// Records where a message goes.
pub(crate) fn decide(draft: &mut Draft, inbound: &Guid, route: Route, action: Action) {
    let Route {
        rule,
        target,
        candidates,
        ..
    } = route;
    draft.record(Event::RoutingDecided(RoutingDecided {
        inbound: inbound.clone(),
        rule,
        action,
        target,
        candidates,
    }));
}

/// Whether a notice about this was queued for the session before.
pub(crate) fn topic_known(state: &State, session: &SessionId, topic: &Topic) -> bool {
    state
        .sessions
        .get(session)
        .is_some_and(|s| s.noticed.contains(topic))
}
