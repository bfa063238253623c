//! Notices on their way to the owner. Parts of a notice go in order; notices
//! about one session go in order; a part that fails holds back only these.
//! Where the allowance is used up, what the owner waits for goes first.

use crate::allowance::Allowance;
use crate::missing::{Lost, Missing, Why};
use crate::ring::Ring;
use events::command::SendMessage;
use events::event::{HoldRule, NoticeQueued, Topic};
use events::{CommandId, Seq, SessionId, Text, Tick, Wall};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Tries of one part before it is given up.
pub const ATTEMPTS_MAX: u16 = 8;

/// All notices that are not through, and the newest that are.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outbox {
    /// On their way; shared, so that a proposal copies none of their texts.
    pub open: BTreeMap<Seq, Arc<Notice>>,
    /// Through, one way or the other, newest last.
    pub closed: Ring<Closed, 512>,
    /// What the owner may not have.
    pub missing: Missing,
    /// How many more may go.
    pub allowance: Allowance,
    /// When a text about ends of turns was asked for last.
    pub last_end: Option<Tick>,
    /// What was cut from the last long text about a session, the newest last.
    pub rests: Ring<Rest, 32>,
}

/// What was cut from a text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rest {
    /// The session that it is about.
    pub session: SessionId,
    /// The words.
    pub text: Text,
}

/// A notice on its way.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Notice {
    /// What it is about.
    pub session: Option<SessionId>,
    /// Why it is sent.
    pub topic: Topic,
    /// Where it goes.
    pub to: Text,
    /// Its texts.
    pub parts: Vec<Text>,
    /// The part to be sent next, or being sent.
    pub next: u16,
    /// The command that sends it.
    pub sending: Option<CommandId>,
    /// Tries of this part so far.
    pub attempts: u16,
    /// Not before this.
    pub not_before: Option<Tick>,
    /// Parts whose outcome is not known.
    pub unknown: u16,
    /// When it was queued.
    pub at: Tick,
    /// The rule that made it wait last, and when that was to end.
    pub deferred: Option<(HoldRule, Option<Wall>)>,
}

impl Outbox {
    /// A text was cut; of one session only the newest rest is kept.
    pub fn cut(&mut self, session: &SessionId, text: &Text) {
        self.rests.retain(|rest| rest.session != *session);
        if !text.reveal().is_empty() {
            self.rests.push(Rest {
                session: session.clone(),
                text: text.clone(),
            });
        }
    }
}

impl Notice {
    /// It may wait for others where not all can go.
    pub const fn ordinary(&self) -> bool {
        matches!(
            self.topic,
            Topic::TurnEnd(_) | Topic::Progress | Topic::Request
        )
    }

    /// Whose turn it is first. What a program asks for may be an approval that waits for the
    /// owner: it goes before what is only news.
    const fn rank(&self) -> u8 {
        match self.topic {
            Topic::Question(_) | Topic::Prompt(_) => 0,
            Topic::Answer(_)
            | Topic::Receipt(_)
            | Topic::Health
            | Topic::Missing
            | Topic::Unanswered => 1,
            Topic::Request => 2,
            Topic::TurnEnd(_) | Topic::Progress => 3,
        }
    }

    /// It only tells how a session is doing, and nothing of it was asked for yet.
    pub const fn is_news(&self) -> bool {
        let told = matches!(self.topic, Topic::TurnEnd(_) | Topic::Progress);
        told && self.session.is_some() && self.untouched()
    }

    /// It tells that a turn ended, or several did.
    pub const fn ends(&self) -> bool {
        let several = matches!(self.topic, Topic::Progress) && self.session.is_none();
        matches!(self.topic, Topic::TurnEnd(_)) || several
    }

    /// It waits for the owner's answer.
    pub const fn asks(&self) -> bool {
        matches!(self.topic, Topic::Question(_) | Topic::Prompt(_))
    }

    /// Nothing of it was asked for yet.
    pub const fn untouched(&self) -> bool {
        self.next == 0 && self.attempts == 0 && self.sending.is_none()
    }
}

/// A notice that is through.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Closed {
    /// The notice.
    pub notice: Seq,
    /// What it was about.
    pub session: Option<SessionId>,
    /// Why it was sent.
    pub topic: Topic,
    /// How it ended.
    pub end: End,
}

/// How a notice ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum End {
    /// All parts are in Messages.
    Sent,
    /// At least one part may or may not have been sent.
    Unknown,
    /// Given up after the last try.
    Failed,
    /// It no longer mattered.
    Withdrawn,
    /// It waited too long.
    Expired,
    /// Another took its place.
    Replaced,
}

impl Outbox {
    /// Takes a notice in, in the place of others where it says so. It is as old
    /// as the oldest of them that still waited.
    pub fn queue(&mut self, seq: Seq, queued: &NoticeQueued, now: Tick) {
        let open = |seq: &Seq| self.open.get(seq).map(|notice| notice.at);
        let at = queued.replaces.iter().filter_map(open).min().unwrap_or(now);
        for replaced in &queued.replaces {
            self.close(*replaced, End::Replaced);
            self.missing.remove(*replaced);
        }
        if queued.topic == Topic::Missing {
            self.missing.reported(seq);
        }
        let notice = Notice {
            session: queued.session.clone(),
            topic: queued.topic.clone(),
            to: queued.to.clone(),
            parts: queued.parts.clone(),
            next: 0,
            sending: None,
            attempts: 0,
            not_before: None,
            unknown: 0,
            at,
            deferred: None,
        };
        self.open.insert(seq, Arc::new(notice));
    }

    /// Notices whose next part may be asked for: the first of each session that
    /// is neither being sent nor waiting for another try. Questions come first, what is only
    /// told comes last.
    /// Without `ordinary` those that may wait are passed over, and so are those `held` back.
    pub fn ready(&self, now: Tick, ordinary: bool, held: impl Fn(&Notice) -> bool) -> Vec<Seq> {
        let mut seen = BTreeSet::new();
        let mut ready = Vec::new();
        let begun = self.open.iter().filter(|(_, n)| !n.untouched());
        let waiting = self.open.iter().filter(|(_, n)| n.untouched());
        // One that has begun goes on before any other of its session may begin.
        let waiting = waiting.filter(|(_, n)| (ordinary || !n.ordinary()) && !held(n));
        for (seq, notice) in begun.chain(waiting) {
            let first = notice
                .session
                .as_ref()
                .is_none_or(|session| seen.insert(session));
            if first && notice.sending.is_none() && notice.not_before.is_none_or(|at| at <= now) {
                ready.push((*seq, notice));
            }
        }
        ready.sort_by_key(|(seq, notice)| (notice.rank(), *seq));
        ready.into_iter().map(|(seq, _)| seq).collect()
    }

    /// Ordinary notices about the same session, or of one sort where they are about none,
    /// that may be sent as one. None of them is `held` back.
    pub fn alike(&self, first: &Notice, held: impl Fn(&Notice) -> bool) -> Vec<Seq> {
        let same = |n: &Notice| n.session.is_some() || n.topic == first.topic;
        let mine = |n: &Notice| n.session == first.session && same(n) && n.ordinary();
        let alike = |n: &Notice| mine(n) && n.untouched() && !held(n);
        let open = self.open.iter().filter(|(_, notice)| alike(notice));
        open.map(|(seq, _)| *seq).collect()
    }

    /// What waits and only tells how sessions are doing, oldest first.
    pub fn news(&self) -> impl Iterator<Item = (Seq, &Notice)> {
        let open = self.open.iter().filter(|(_, notice)| notice.is_news());
        open.map(|(seq, notice)| (*seq, &**notice))
    }

    /// One part is out of our hands: on to the next, or through.
    pub fn part_done(&mut self, seq: Seq, known: bool) {
        let Some(notice) = self.open.get_mut(&seq).map(Arc::make_mut) else {
            return;
        };
        notice.next += 1;
        notice.sending = None;
        notice.attempts = 0;
        notice.not_before = None;
        notice.unknown += u16::from(!known);
        if usize::from(notice.next) >= notice.parts.len() {
            let end = if notice.unknown == 0 {
                End::Sent
            } else {
                End::Unknown
            };
            self.close(seq, end);
        }
    }

    /// A part may not have arrived, and nobody could see whether it did.
    pub fn unproven(&mut self, send: &SendMessage) {
        let Some((session, topic)) = self.about(send.notice) else {
            return;
        };
        let lost = Lost {
            session: session.cloned(),
            topic: topic.clone(),
            parts: [(send.part, send.text.clone())].into(),
            why: Why::Unproven,
            report: None,
        };
        self.missing.add(send.notice, lost);
    }

    /// A part that was counted as sent may not have been.
    pub fn doubt(&mut self, seq: Seq) {
        if let Some(notice) = self.open.get_mut(&seq).map(Arc::make_mut) {
            notice.unknown += 1;
        } else if let Some(closed) = self.closed.iter_mut().rev().find(|c| c.notice == seq) {
            closed.end = End::Unknown;
        }
    }

    /// Ends a notice. What is left of one that ends unsent is missing.
    pub fn close(&mut self, seq: Seq, end: End) {
        if let Some(notice) = self.open.remove(&seq) {
            let why = match end {
                End::Failed => Some(Why::GivenUp),
                End::Expired => Some(Why::TooOld),
                End::Sent | End::Unknown | End::Withdrawn | End::Replaced => None,
            };
            if let Some(why) = why {
                self.missing.not_reported(seq);
                self.missing.add(seq, rest(&notice, why));
            }
            self.closed.push(Closed {
                notice: seq,
                session: notice.session.clone(),
                topic: notice.topic.clone(),
                end,
            });
        }
    }

    /// What a notice was about, through or not.
    pub fn about(&self, seq: Seq) -> Option<(Option<&SessionId>, &Topic)> {
        let open = self.open.get(&seq).map(|n| (n.session.as_ref(), &n.topic));
        let closed = || {
            self.closed
                .iter()
                .rev()
                .find(|c| c.notice == seq)
                .map(|c| (c.session.as_ref(), &c.topic))
        };
        open.or_else(closed)
    }
}

/// The parts of a notice that were not sent.
fn rest(notice: &Notice, why: Why) -> Lost {
    let numbered = (0..).zip(notice.parts.iter().cloned());
    Lost {
        session: notice.session.clone(),
        topic: notice.topic.clone(),
        parts: numbered.skip(usize::from(notice.next)).collect(),
        why,
        report: None,
    }
}
