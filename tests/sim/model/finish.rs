//! What must hold when everything has come to rest: nothing is owed, and
//! everything that came in came to an end that can be seen.

use super::Broken;
use super::codex::Session;
use super::messages::Row;
use super::oracle::files::only_copies;
use super::oracle::{Life, Oracle, Stage};
use super::story::Kind;
use super::world::{Effect, World};
use events::event::{IgnoreReason as Reason, InstructionEnd, QuestionKind};
use events::{Command, Digest, Guid, Outcome, SessionId, Wall};
use projections::sessions::OpenQuestion;
use std::collections::BTreeMap;

impl Oracle {
    /// Nothing is owed and nothing got lost.
    pub(super) fn at_rest(&self, world: &World) -> Result<(), Broken> {
        let state = &self.shadow;
        let owed = [
            ("commands", state.ledger.open.len()),
            ("notices", state.outbox.open.len()),
            ("instructions", state.dispatches.lanes.len()),
            ("starts of sessions", state.dispatches.starting.len()),
            ("deadlines", state.deadlines.len()),
            ("hand-overs", world.inbox.len()),
        ];
        for (what, count) in owed {
            if count > 0 {
                return Err(format!("at rest, {count} {what} are still owed"));
            }
        }
        let unsettled = self
            .commands
            .iter()
            .find(|(_, l)| l.stage != Stage::Settled);
        if let Some((id, life)) = unsettled {
            return Err(format!("{id} ({}) never ended", life.command.name()));
        }
        for key in &world.handed_over {
            if !self.keys.contains(key) {
                return Err(format!("hand-over {key} was lost"));
            }
        }
        self.words_ended(world)?;
        self.turns_seen(world)?;
        self.texts_arrived(world)?;
        self.prompts_at_rest(world)?;
        self.stops_are_told()?;
        self.files_at_rest(world)?;
        self.proofs(world)
    }

    /// The same words of the same moment were taken, in another row. What one said before it
    /// was edited is not known any more.
    fn taken_once(&self, row: &Row, world: &World) -> bool {
        let near = |a: Option<Wall>, b: Option<Wall>| {
            let (Some(a), Some(b)) = (a, b) else {
                return false;
            };
            a.until(b).0.max(b.until(a).0) <= 3000
        };
        let mut rows = world.messages.rows.iter().chain(&world.messages.gone);
        rows.any(|r| {
            self.inbound.contains_key(&r.row.guid)
                && (r.row.edited || row.row.edited || world.messages.alike(r, row))
                && near(r.row.date, row.row.date)
        })
    }

    fn words_ended(&self, world: &World) -> Result<(), Broken> {
        for row in &world.messages.rows {
            let (rowid, guid) = (row.row.rowid, &row.row.guid);
            if !row.word || self.first_row.is_none_or(|first| rowid <= first) {
                continue;
            }
            let fair = |reason: &Reason| match reason {
                Reason::Duplicate => world.messages.again.contains(guid),
                Reason::Loop | Reason::Stale | Reason::Future => true,
                Reason::DuplicateCopy => self.taken_once(row, world),
                _ => false,
            };
            if let Some(reason) = self.ignored.get(guid).filter(|reason| !fair(reason)) {
                return Err(format!(
                    "row {rowid} is the owner's word and was ignored: {reason:?}"
                ));
            }
            if !self.ignored.contains_key(guid) && !self.inbound.contains_key(guid) {
                return Err(format!("row {rowid} is the owner's word and was not taken"));
            }
        }
        for (guid, inbound) in &self.inbound {
            // A reaction need not mean anything, also where its row went with an older chat.db.
            let row = world.messages.once_named(guid);
            if !inbound.decided && row.is_none_or(|r| r.word) {
                return Err(format!("{guid} went nowhere"));
            }
            if inbound.instructs && inbound.end.is_none() {
                return Err(format!("{guid} never came to an end"));
            }
        }
        Ok(())
    }

    /// The owner's messages are heard in their order; only one that is for the running turn
    /// comes before those that wait in Codex's queue for the next, or for the end of an answer.
    fn in_order(&self, words: &[&Guid], session: &Session) -> Result<(), Broken> {
        let waits = |guid: &Guid| {
            let queues = |life: &Life| matches!(&life.command, Command::QueueInstruction(c) if c.inbound == *guid);
            self.follows.contains(guid) || self.commands.values().any(queues)
        };
        for (at, word) in words.iter().enumerate() {
            let later = words.iter().skip(at + 1);
            let mut earlier = later.filter(|later| self.order_of(later) < self.order_of(word));
            if !earlier.all(|late| self.steers.contains(*word) && waits(late)) {
                return Err(format!("{} heard the owner out of order", session.id));
            }
        }
        Ok(())
    }

    fn turns_seen(&self, world: &World) -> Result<(), Broken> {
        for session in &world.sessions {
            for turn in &session.ended {
                if !self.turns.contains(&(session.id.clone(), turn.clone())) {
                    return Err(format!("the end of {turn} was not seen"));
                }
            }
            let words = session.heard.iter().filter_map(|put| put.by.as_ref());
            let words: Vec<_> = words.filter(|guid| self.order_of(guid).is_some()).collect();
            self.in_order(&words, session)?;
            let known = self.shadow.sessions.get(&session.id);
            let modal = |q: &&OpenQuestion| q.kind == QuestionKind::Modal;
            let said = known.map(|k| {
                let asks = k.questions.iter().any(|q| modal(&q));
                (k.turn.as_ref(), k.finished, asks)
            });
            let finished = session.turns > 0 && session.turn.is_none();
            let does = (session.turn.as_ref(), finished, session.asks_modally());
            if said != Some(does) {
                return Err(format!(
                    "{} does {does:?}, and State says {said:?}",
                    session.id
                ));
            }
            if session.kind == Kind::Internal && !words.is_empty() {
                return Err("the owner's words went into a thread that is not theirs".into());
            }
        }
        Ok(())
    }

    /// As many proofs in the world as the log claims, for each text.
    fn proofs(&self, world: &World) -> Result<(), Broken> {
        let mut claimed: BTreeMap<(SessionId, Digest), usize> = BTreeMap::new();
        for effect in &world.effects {
            let (Command::TypeInstruction(events::command::TypeInstruction {
                instruction: i, ..
            })
            | Command::QueueInstruction(i)
            | Command::ResumeSession(i)) = &effect.command
            else {
                continue;
            };
            let end = self.inbound.get(&i.inbound).and_then(|known| known.end);
            if effect.reached && end == Some(InstructionEnd::Delivered) {
                let text = (i.session.clone(), Digest::of(i.text.reveal()));
                *claimed.entry(text).or_default() += 1;
            }
        }
        for ((id, digest), count) in claimed {
            let session = world.sessions.iter().find(|s| s.id == id);
            if session.map_or(0, |s| s.recorded(digest)) < count {
                return Err(format!("{id} does not have all that was delivered"));
            }
        }
        let expired = |o: &Outcome| matches!(o, Outcome::Expired);
        let troubles = self.shadow.ledger.troubles.iter();
        let withdrawn = troubles.filter(|t| expired(&t.outcome));
        for trouble in withdrawn {
            let carried_out = |x: &&Effect| x.id == trouble.id && !only_copies(&x.command);
            if world.effects.iter().any(|x| carried_out(&x)) {
                return Err(format!("{} was withdrawn and carried out", trouble.id));
            }
        }
        Ok(())
    }
}
