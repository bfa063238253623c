//! What the world itself knows: which effects were there, and whether what is
//! called evidence is.

use super::inbound_of;
use crate::model::world::{Effect, World};
use events::outcome::Evidence;
use events::{Command, Guid, Seq, SessionId};

pub(super) fn sends_part(command: &Command, notice: Seq, part: u16) -> bool {
    matches!(command, Command::SendMessage(s) if s.notice == notice && s.part == part)
}

pub(super) fn puts(effect: &Effect, inbound: &Guid) -> bool {
    // An answer puts no words in.
    let answers = matches!(effect.command, Command::AnswerPrompt(_));
    effect.reached && !answers && inbound_of(&effect.command) == Some(inbound)
}

/// The evidence is there, in the world.
pub(super) fn shown(evidence: &Evidence, world: &World) -> bool {
    use events::input::RolloutFact;
    let session = |id: &SessionId| world.sessions.iter().find(|s| s.id == *id);
    match evidence {
        Evidence::Row { guid, .. } => {
            let row = world.messages.once_named(guid);
            row.is_some_and(|r| r.by.is_some())
        }
        Evidence::Recorded { session: id, offset } => session(id).is_some_and(|s| {
            let at = s.records.iter().find(|r| r.offset == *offset);
            at.is_some_and(|r| matches!(r.fact, RolloutFact::UserMessage { .. }))
        }),
        Evidence::Answered { session: id, call } => session(id).is_some_and(|s| {
            let closes = |fact: &RolloutFact| matches!(fact, RolloutFact::CallClosed { call: c, .. } if c == call);
            s.records.iter().any(|r| closes(&r.fact))
        }),
        Evidence::Running { session: id, .. } | Evidence::Opened { session: id, .. } => {
            session(id).is_some()
        }
        Evidence::Resolved { prompt } => {
            let answers = |command: &Command| matches!(command, Command::AnswerPrompt(c) if c.prompt == *prompt);
            world.effects.iter().any(|x| x.reached && answers(&x.command))
        }
        Evidence::TurnEnded { session: id, turn } => session(id).is_some_and(|s| match turn {
            Some(turn) => s.ended.contains(turn),
            None => !s.ended.is_empty(),
        }),
        Evidence::Fetched { files } => {
            let copies = files.iter().filter_map(|file| file.copy.as_ref().ok());
            let there = |path: &str| world.files.copies.iter().any(|copy| copy.path == path);
            copies.into_iter().all(|copy| there(&copy.path))
        }
        Evidence::CopiedOut { file, .. } => {
            let mut outs = world.files.outs.iter();
            outs.any(|out| out.file == *file.reveal())
        }
        // What is left is looked for where it ends.
        Evidence::Looked { .. } | Evidence::Removed | Evidence::Managed => true,
    }
}
