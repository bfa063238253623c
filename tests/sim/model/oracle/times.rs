//! When the owner is texted: nothing is sent while they do not want it, what waits is not
//! dropped by a start, and what is to happen once happens once and at its time.

use super::{Oracle, must};
use crate::model::Broken;
use crate::model::world::{Effect, World};
use events::command::SendMessage;
use events::event::{HoldChange, HoldChanged, PromiseEnd, PromiseEnded, PromptNudged, Topic};
use events::{Command, Envelope, Event, Guid, Seq, SessionId, Tick, Wall};
use std::collections::{BTreeMap, BTreeSet};

/// What the log said about it so far.
#[derive(Debug, Default)]
pub(super) struct Times {
    /// Texts that waited.
    held: BTreeSet<Seq>,
    /// When prompts were asked.
    asked: BTreeMap<Seq, Tick>,
    /// Prompts that the owner was reminded of.
    nudged: BTreeSet<Seq>,
    /// What is promised, and for when.
    promises: BTreeMap<Seq, (Guid, Wall)>,
    /// Of what the owner was warned.
    warned: BTreeSet<String>,
    /// Until when all is muted, and until when sessions are.
    muted: BTreeMap<Option<SessionId>, Wall>,
    /// Messages that were to stop a turn.
    stops: BTreeSet<Guid>,
    /// The fact of this batch is that the program started.
    starting: bool,
}

impl Times {
    /// It waited, or took the place of what did.
    pub(super) fn waited(&self, notice: Seq) -> bool {
        self.held.contains(&notice)
    }

    pub(super) fn stops(&mut self, inbound: &Guid) {
        self.stops.insert(inbound.clone());
    }

    fn changed(&mut self, e: &HoldChanged) {
        match &e.change {
            HoldChange::Mute { session, until } => {
                let until = until.unwrap_or(Wall(i64::MAX));
                self.muted.insert(session.clone(), until);
            }
            HoldChange::Unmute { session: Some(id) } => {
                self.muted.remove(&Some(id.clone()));
            }
            HoldChange::Unmute { session: None } | HoldChange::Resume => self.muted.clear(),
            _ => {}
        }
    }

    fn warned_once(&mut self, of: &impl std::fmt::Debug) -> Result<(), Broken> {
        must(self.warned.insert(format!("{of:?}")), || {
            format!("the owner was warned twice of {of:?}")
        })
    }
}

impl Oracle {
    pub(super) fn time(&mut self, entry: &Envelope) -> Result<(), Broken> {
        let times = &mut self.times;
        if entry.cause.is_none() {
            times.starting = matches!(entry.event, Event::RuntimeStarted(_));
        }
        match &entry.event {
            Event::NoticeDeferred(e) => _ = times.held.insert(e.notice),
            Event::NoticeQueued(e) if e.replaces.iter().any(|r| times.waited(*r)) => {
                times.held.insert(entry.seq);
            }
            Event::NoticeWithdrawn(e) => {
                return must(!times.starting || !times.waited(e.notice), || {
                    format!("notice {} waited and was lost over a start", e.notice)
                });
            }
            Event::HoldChanged(e) => times.changed(e),
            Event::PromptAsked(_) => _ = times.asked.insert(entry.seq, entry.tick),
            Event::PromptNudged(e) => return self.reminded(e, entry.tick),
            Event::PromiseMade(e) => {
                let promise = (e.inbound.clone(), e.at);
                times.promises.insert(entry.seq, promise);
            }
            Event::PromiseEnded(e) => return self.promised(e, entry.wall),
            Event::OwnerWarned(e) => return times.warned_once(&e.of),
            Event::CommandRequested(e) => {
                if let Command::SendMessage(send) = &e.command {
                    return self.unwanted(send, entry.wall);
                }
            }
            _ => {}
        }
        Ok(())
    }

    /// A reminder is of what waits, after it waited, and comes once.
    fn reminded(&mut self, e: &PromptNudged, now: Tick) -> Result<(), Broken> {
        let open = self.shadow.prompts.open.get(&e.prompt);
        let waits = open.is_some_and(|prompt| prompt.answered.is_none());
        must(waits, || {
            format!("reminded of prompt {}, which nobody waits for", e.prompt)
        })?;
        let asked = self.times.asked.get(&e.prompt).copied();
        let nudge = self.shadow.settings.nudge;
        let late = asked.is_some_and(|asked| asked.after(nudge) <= now);
        must(late, || format!("reminded of prompt {} too soon", e.prompt))?;
        must(self.times.nudged.insert(e.prompt), || {
            format!("reminded twice of prompt {}", e.prompt)
        })
    }

    /// A promise ends once. One that is kept makes an instruction of its message, which is the
    /// newest from then on.
    fn promised(&mut self, e: &PromiseEnded, now: Wall) -> Result<(), Broken> {
        let made = self.times.promises.remove(&e.promise);
        let (inbound, at) = made.ok_or_else(|| format!("promise {} ended twice", e.promise))?;
        if e.how != PromiseEnd::Kept {
            return Ok(());
        }
        must(at <= now, || {
            format!("promise {} was kept too soon", e.promise)
        })?;
        let nth = self.next_nth();
        let known = self.inbound.get_mut(&inbound);
        let known = known.ok_or("a promise without a message")?;
        known.decided = false;
        known.nth = nth;
        Ok(())
    }

    /// A text that has not begun waits while its session, or everything, is muted.
    fn unwanted(&self, send: &SendMessage, now: Wall) -> Result<(), Broken> {
        let Some(notice) = self.notices.get(&send.notice) else {
            return Ok(());
        };
        let same = |c: &Command| matches!(c, Command::SendMessage(s) if s.notice == send.notice);
        let begun = self.commands.values().any(|life| same(&life.command));
        if begun || matches!(notice.topic, Topic::Answer(_) | Topic::Receipt(_)) {
            return Ok(());
        }
        let holds = |whom| self.times.muted.get(whom).is_some_and(|until| now < *until);
        let muted = holds(&None) || (notice.session.is_some() && holds(&notice.session));
        must(!muted, || {
            format!("notice {} is sent although it is muted", send.notice)
        })
    }

    /// Whoever wanted to stop a turn hears what became of it.
    pub(in crate::model) fn stops_are_told(&self) -> Result<(), Broken> {
        let told = |inbound: &&Guid| {
            let mine = |topic: &Topic| matches!(topic, Topic::Receipt(of) if of == *inbound);
            self.notices.values().any(|notice| mine(&notice.topic))
        };
        let untold = self.times.stops.iter().find(|inbound| !told(inbound));
        untold.map_or(Ok(()), |inbound| {
            Err(format!("{inbound} was to stop a turn, and nothing is said"))
        })
    }
}

/// What was stopped over the server is the turn that was meant.
pub(super) fn stops(effect: &Effect, world: &World) -> Result<(), Broken> {
    let Command::InterruptTurn(stop) = &effect.command else {
        return Ok(());
    };
    let stopped = world.stopped.get(&effect.id);
    let meant = stopped.is_none_or(|turn| stop.turn.as_ref().is_none_or(|meant| meant == turn));
    must(meant, || {
        format!("{} stopped another turn than it meant", effect.id)
    })
}
