//! Texts to the owner: once, in order, with nothing left out.

use super::evidence::sends_part;
use super::{Life, Oracle, Stage, must};
use crate::model::Broken;
use crate::model::names;
use crate::model::story::Kind;
use crate::model::world::{Effect, World};
use events::command::SendMessage;
use events::event::{NoticeQueued, Topic};
use events::{Command, Seq, Text};
use std::collections::BTreeSet;

/// So many texts may go one after the other before some have to wait.
const FREELY: usize = 7;

const fn is_send(command: &Command) -> bool {
    matches!(command, Command::SendMessage(_))
}

impl Oracle {
    pub(super) fn notice(
        &mut self,
        seq: Seq,
        e: &NoticeQueued,
        world: &World,
    ) -> Result<(), Broken> {
        let internal = |s: &&crate::model::codex::Session| {
            Some(&s.id) == e.session.as_ref() && s.kind == Kind::Internal
        };
        must(!world.sessions.iter().any(|s| internal(&s)), || {
            "a notice about a thread that is not the owner's".into()
        })?;
        must(*e.to.reveal() == names::OWNER, || {
            "a notice to somebody else".into()
        })?;
        self.replaces(seq, e)?;
        let says = |part: &Text| part.reveal().contains("instead of iMessage");
        self.elsewhere.1 += e.parts.iter().filter(|part| says(part)).count();
        // Where the oldest stood that still waited; what is asked for again is new.
        let waiting = |replaced: &&Seq| self.shadow.outbox.open.contains_key(*replaced);
        let places = e.replaces.iter().filter(waiting).map(|s| self.place(*s));
        if let Some(oldest) = places.min() {
            self.places.insert(seq, oldest);
        }
        self.notices.insert(seq, e.clone());
        let (Some(session), Topic::TurnEnd(Some(_))) = (&e.session, &e.topic) else {
            return Ok(());
        };
        let once = (session.clone(), e.topic.clone());
        let told = self.endings.entry(once).or_default();
        if told.is_empty() || !e.replaces.is_empty() {
            told.extend(e.parts.iter().cloned());
        }
        // A part that failed late goes out again, alone, be it of several ends that went as one.
        must(e.parts.iter().all(|part| told.contains(part)), || {
            format!("notice {seq} tells of a turn that was told of")
        })
    }

    /// What takes the place of others says all that they had still to say; one text for
    /// many sessions names each of them.
    fn replaces(&self, seq: Seq, e: &NoticeQueued) -> Result<(), Broken> {
        let outbox = &self.shadow.outbox;
        let several = e.session.is_none() && e.topic == Topic::Progress;
        let said = |text: &str| e.parts.iter().any(|p| p.reveal().contains(text));
        // One text for many sessions may break between any two words of another.
        let all_said = |text: &Text| {
            let text = text.reveal();
            said(text) || several && text.split_whitespace().all(said)
        };
        for replaced in e.replaces.iter().filter(|_| e.topic != Topic::Missing) {
            let waiting = outbox.open.get(replaced);
            let about = waiting.and_then(|notice| notice.session.as_ref());
            if let Some(known) = about.and_then(|id| self.shadow.sessions.get(id))
                && several
            {
                must(said(&format!("@{}", known.reference)), || {
                    format!("notice {seq} does not name every session that it tells of")
                })?;
                continue;
            }
            let rest = waiting.map(|n| n.parts.iter().skip(usize::from(n.next)));
            let missing = outbox
                .missing
                .get(*replaced)
                .map(|lost| lost.parts.values());
            let mut left = rest
                .into_iter()
                .flatten()
                .chain(missing.into_iter().flatten());
            must(left.all(all_said), || {
                format!("notice {seq} takes the place of {replaced} and leaves something out")
            })?;
        }
        Ok(())
    }

    /// A text is asked for. Where many wait or went, it may overtake.
    pub(super) fn asked(&mut self, command: &Command) {
        let Command::SendMessage(send) = command else {
            return;
        };
        let begun = |l: &&Life| l.stage != Stage::Requested && is_send(&l.command);
        let given = self.commands.values().filter(begun).count();
        if given + self.shadow.outbox.open.len() >= FREELY {
            self.hurried.insert(send.notice);
        }
    }

    /// Where a notice stands in the order.
    fn place(&self, notice: Seq) -> Seq {
        self.places.get(&notice).copied().unwrap_or(notice)
    }

    pub(super) fn sends(
        &mut self,
        send: &SendMessage,
        effect: &Effect,
        before: &[Effect],
    ) -> Result<(), Broken> {
        let (notice, part) = (send.notice, send.part);
        must(!effect.reached || self.wanted(send, before), || {
            format!("part {part} of notice {notice} was sent twice")
        })?;
        let last = self.parts.get(&notice).copied().unwrap_or(0);
        let begun = |part| {
            let mut lives = self.commands.values();
            lives.any(|l| l.stage != Stage::Requested && sends_part(&l.command, notice, part))
        };
        must(part >= last && (0..part).all(begun), || {
            format!("part {part} of notice {notice} came out of order")
        })?;
        self.parts.insert(notice, part);
        self.not_between(notice)?;
        self.last_sent = Some((notice, part));
        let queued = self.notices.get(&notice).ok_or("a text without a notice")?;
        let Some(session) = queued.session.clone() else {
            return Ok(());
        };
        let place = self.place(notice);
        let last = self.last_of_session.insert(session.clone(), notice);
        // Where not all may go at once, what the owner waits for goes first.
        let waits =
            |topic: &Topic| matches!(topic, Topic::TurnEnd(_) | Topic::Progress | Topic::Request);
        let urgent = |last: Seq| self.notices.get(&last).is_some_and(|n| !waits(&n.topic));
        let overtaken = |last| waits(&queued.topic) && urgent(last) && self.hurried.contains(&last);
        let waited = self.times.waited(notice);
        let behind = |last| waited || self.place(last) <= place || overtaken(last);
        must(last.is_none_or(behind), || {
            format!("notice {notice} came behind a later one of its session")
        })?;
        let once = matches!(queued.topic, Topic::Question(_) | Topic::TurnEnd(Some(_)))
            && queued.replaces.is_empty();
        if !effect.reached || !once {
            return Ok(());
        }
        // Once, and once more where the owner asked for it and it failed again.
        let asked = |n: &&NoticeQueued| {
            !n.replaces.is_empty() && n.topic == queued.topic && n.parts.contains(&send.text)
        };
        let most = 1 + self.notices.values().filter(asked).count();
        let said = (session, queued.topic.clone(), send.text.reveal().clone());
        let told = self.told.entry(said).or_default();
        *told += 1;
        must(*told <= most, || {
            format!("notice {notice} says again what was said")
        })
    }

    /// The words reach the owner as often as they were to: which of two texts with the
    /// same words a row is of, nobody can tell.
    fn wanted(&self, send: &SendMessage, before: &[Effect]) -> bool {
        let alike = |command: &Command| match command {
            Command::SendMessage(other) if other.text == send.text => {
                Some((other.notice, other.part))
            }
            _ => None,
        };
        let begun = self
            .commands
            .values()
            .filter(|l| l.stage != Stage::Requested);
        let asked: BTreeSet<_> = begun.filter_map(|l| alike(&l.command)).collect();
        let came = before
            .iter()
            .filter(|x| x.reached && alike(&x.command).is_some());
        came.count() < asked.len()
    }

    /// Another notice that is under way is not broken into.
    fn not_between(&self, notice: Seq) -> Result<(), Broken> {
        let Some((last, part)) = self.last_sent.filter(|(last, _)| *last != notice) else {
            return Ok(());
        };
        let parts = self.notices.get(&last).map_or(0, |n| n.parts.len());
        let open = self.shadow.outbox.open.get(&last);
        let waits = open.is_none_or(|open| open.not_before.is_some() || open.attempts > 0);
        must(usize::from(part) + 1 >= parts || waits, || {
            format!("notice {notice} was sent between the parts of notice {last}")
        })
    }
}
