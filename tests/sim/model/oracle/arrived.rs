//! Whatever was to be said to the owner arrived, or they were told that it may not have.

use super::{Life, Oracle};
use crate::model::Broken;
use crate::model::world::{Effect, World};
use events::command::SendMessage;
use events::event::{NoticeQueued, Topic};
use events::{Command, CommandId, Seq, Text};

impl Oracle {
    /// No text that was asked for is missing without a word.
    pub(in crate::model) fn texts_arrived(&self, world: &World) -> Result<(), Broken> {
        for (id, life) in &self.commands {
            let Command::SendMessage(send) = &life.command else {
                continue;
            };
            let arrived = |effect: &Effect| carries(effect, &send.text, world);
            if !world.effects.iter().any(arrived) && !self.in_the_open(*id, send) {
                return Err(format!(
                    "part {} of notice {} did not arrive by {id} and nobody was told",
                    send.part, send.notice
                ));
            }
        }
        let (texts, told) = (self.elsewhere.0.len(), self.elsewhere.1);
        if told < texts {
            return Err(format!(
                "{texts} texts went as SMS, and the owner was told of {told}"
            ));
        }
        Ok(())
    }

    /// These words are missing by the books or no longer mattered, be it in another notice
    /// that says them too; a text about what fails followed; or nobody could have seen it.
    fn in_the_open(&self, id: CommandId, send: &SendMessage) -> bool {
        let says = |text: &Text| text.reveal().contains(send.text.reveal());
        let mut missing = self.shadow.outbox.missing.iter();
        let mut withdrawn = self.withdrawn.iter().filter_map(|n| self.notices.get(n));
        // By this try or a later one.
        let unseen = self.unwitnessed.range(id..);
        let mut unseen = unseen.filter_map(|id| self.commands.get(id));
        let said = |life: &Life| matches!(&life.command, Command::SendMessage(s) if says(&s.text));
        let mut later = self.notices.range(send.notice..).map(|(_, n)| &n.topic);
        // A line in one text for many sessions took the place of the words.
        let one_for_many = |n: &&NoticeQueued| n.session.is_none() && n.topic == Topic::Progress;
        let replaced = |seq: &Seq| {
            self.notices
                .get(seq)
                .is_some_and(|n| n.parts.iter().any(says))
        };
        let mut shortened = self.notices.values().filter(one_for_many);
        missing.any(|(_, lost)| lost.parts.values().any(says))
            || shortened.any(|n| n.replaces.iter().any(replaced))
            || withdrawn.any(|notice| notice.parts.iter().any(says))
            || later.next() == Some(&Topic::Missing)
            || later.any(|topic| *topic == Topic::Health)
            || unseen.any(said)
    }
}

/// The words reached the owner, and Messages did not take them back.
fn carries(effect: &Effect, text: &Text, world: &World) -> bool {
    let mut rows = world.messages.rows.iter().chain(&world.messages.gone);
    let mut failed = || rows.any(|r| r.by == Some(effect.id) && r.row.error != 0);
    let Command::SendMessage(send) = &effect.command else {
        return false;
    };
    effect.reached && send.text.reveal().contains(text.reveal()) && !failed()
}
