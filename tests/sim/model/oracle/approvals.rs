//! Nothing runs that the owner did not approve, by what they saw; nothing is answered
//! before its text was there; and every answer has one receipt.

use super::{Oracle, must};
use crate::model::Broken;
use crate::model::approvals::{Approval, By};
use crate::model::messages::Row;
use crate::model::story::{Kind, Proof, Shows, Verdict};
use crate::model::world::{Effect, World};
use events::event::Topic;
use events::prompt::{Matched, PromptAnswered};
use events::{Command, CommandId, Guid, Seq};
use std::collections::BTreeSet;

/// An answer reached Codex: it is the one that the owner gave, to what they gave it to.
pub(super) fn decides(effect: &Effect, world: &World) -> Result<(), Broken> {
    let Command::AnswerPrompt(answer) = &effect.command else {
        return Ok(());
    };
    let decided = |a: &&Approval| {
        a.end
            .as_ref()
            .is_some_and(|(_, by)| *by == By::Phone(effect.id))
    };
    let mut decided = world.approvals.iter().filter(decided);
    let Some(approval) = decided.next() else {
        return must(!effect.reached, || {
            format!("{} reached Codex and decided nothing", effect.id)
        });
    };
    must(decided.next().is_none(), || {
        format!("{} decided about two commands", effect.id)
    })?;
    let yes = matches!(approval.end, Some((Verdict::Yes, _)));
    let means = world.means.get(&answer.inbound);
    must(
        means.is_some_and(|m| m.contains(&(approval.nth, yes))),
        || {
            format!(
                "{} decided about command {}, which {} did not mean",
                effect.id, approval.nth, answer.inbound
            )
        },
    )
}

impl Oracle {
    /// A message was taken as an answer.
    pub(super) fn bound(&mut self, e: &PromptAnswered, world: &World) -> Result<(), Broken> {
        *self.answered.entry(e.inbound.clone()).or_default() += 1;
        let prompt = self.shadow.prompts.open.get(&e.prompt);
        let prompt = prompt.ok_or("an answer to what is not open")?;
        let notice = prompt
            .notice
            .as_ref()
            .ok_or("an answer to what was not told")?;
        let answer = world
            .messages
            .once_named(&e.inbound)
            .and_then(|r| r.row.date);
        let parts = self.notices.get(&notice.id).map_or(0, |n| n.parts.len());
        let mut rows = world.messages.rows.iter().chain(&world.messages.gone);
        let there = |part: usize| {
            let mine = |row: &Row| row.by.is_some_and(|by| self.is_part(by, notice.id, part));
            rows.any(|row| mine(row) && row.row.date <= answer)
        };
        // In a reply, the owner quotes it.
        let quoted = matches!(e.matched, Matched::Reply) && parts == 1;
        must(quoted || world.blurred || (0..parts).all(there), || {
            format!(
                "{} was taken as an answer before the text was there",
                e.inbound
            )
        })
    }

    fn is_part(&self, id: CommandId, notice: Seq, part: usize) -> bool {
        let life = self.commands.get(&id);
        life.is_some_and(|life| match &life.command {
            Command::SendMessage(send) => send.notice == notice && usize::from(send.part) == part,
            _ => false,
        })
    }

    /// What waits is what the log says that waits, and every answer has its receipt.
    pub(in crate::model) fn prompts_at_rest(&self, world: &World) -> Result<(), Broken> {
        for (inbound, answers) in &self.answered {
            let receipts = self.receipts(inbound);
            // Words behind an answer have a receipt of their own.
            let more = usize::from(self.inbound.get(inbound).is_some_and(|i| i.instructs));
            must(receipts >= *answers && receipts <= answers + more, || {
                format!("{inbound} has {answers} answers and {receipts} receipts")
            })?;
        }
        for (seq, prompt) in &self.shadow.prompts.open {
            let session = |a: &&Approval| world.sessions[a.s].id == prompt.session;
            let mut up = world.approvals.iter().filter(|a| world.is_up(a));
            must(up.any(|a| session(&a)) || prompt.answered.is_some(), || {
                format!("prompt {seq} is not up any more, and the log says that it is")
            })?;
        }
        for approval in world.approvals.iter().filter(|a| world.is_up(a)) {
            let session = &world.sessions[approval.s];
            let seen =
                session.live && session.proof == Proof::Proven && session.shows == Shows::Composer;
            let served = session.kind == Kind::Shared && world.server.runs;
            let known = self.shadow.prompts.of(&session.id).next().is_some();
            must(known || !(seen || served), || {
                format!(
                    "command {} waits, and the log does not know it",
                    approval.nth
                )
            })?;
        }
        Ok(())
    }

    fn receipts(&self, inbound: &Guid) -> usize {
        let mine = |topic: &Topic| matches!(topic, Topic::Receipt(other) if other == inbound);
        // One that failed is said again.
        let all = self.notices.values().filter(|n| mine(&n.topic));
        all.map(|n| &n.parts).collect::<BTreeSet<_>>().len()
    }
}
