//! What was decided about the owner's messages, and how they ended.

use super::{Oracle, must};
use crate::model::Broken;
use crate::model::oracle::evidence::puts;
use crate::model::world::World;
use events::event::{Action, InstructionEnd, InstructionEnded, RoutingDecided, Rule};
use events::{Command, Guid, SessionId};

impl Oracle {
    /// The session of the notice in whose thread a message stands, as the world knows it.
    fn session_of_thread(&self, inbound: &Guid, world: &World) -> Option<&SessionId> {
        let root = world.messages.once_named(inbound)?.row.reply_to.as_ref()?;
        let by = world.messages.once_named(root)?.by?;
        let Command::SendMessage(send) = &self.commands.get(&by)?.command else {
            return None;
        };
        self.notices.get(&send.notice)?.session.as_ref()
    }

    pub(super) fn routed(&mut self, e: &RoutingDecided, world: &World) -> Result<(), Broken> {
        if e.rule == Rule::ReplyThread {
            let threads = self.session_of_thread(&e.inbound, world);
            must(
                threads.is_none_or(|id| Some(id) == e.target.as_ref()),
                || format!("{} went to another session than its thread's", e.inbound),
            )?;
        }
        self.takes_back(e);
        let inbound = self.inbound.get_mut(&e.inbound);
        let inbound = inbound.ok_or("a decision on a message that was not taken")?;
        must(!inbound.decided || inbound.answers, || {
            format!("{} was decided twice", e.inbound)
        })?;
        inbound.decided = true;
        if inbound.answers {
            self.follows.insert(e.inbound.clone());
        }
        inbound.answers = matches!(e.action, Action::Answer { .. });
        inbound.instructs = !matches!(
            e.action,
            Action::Reply | Action::Answer { .. } | Action::Interrupt | Action::TakeBack { .. }
        );
        if matches!(e.action, Action::Steer { .. } | Action::Answer { .. }) {
            self.steers.insert(e.inbound.clone());
        } else {
            self.steers.remove(&e.inbound);
        }
        if e.action == Action::Interrupt {
            self.times.stops(&e.inbound);
        }
        Ok(())
    }

    pub(super) fn ended(&mut self, e: &InstructionEnded, world: &World) -> Result<(), Broken> {
        let inbound = self.inbound.get_mut(&e.inbound).filter(|i| i.decided);
        let inbound = inbound.ok_or("an end without a decision")?;
        must(inbound.end.replace(e.end).is_none(), || {
            format!("{} ended twice", e.inbound)
        })?;
        let put = world.effects.iter().any(|x| puts(x, &e.inbound));
        must(e.end != InstructionEnd::Refused || !put, || {
            format!("{} was refused and had been put in", e.inbound)
        })
    }
}
