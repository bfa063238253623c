//! Notices on their way to the owner. Parts of a notice go in order; notices
//! about one session go in order; a part that fails holds back only these.

use crate::ring::Ring;
use events::event::{NoticeQueued, Topic};
use events::{CommandId, Seq, SessionId, Text, Tick};
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
}

impl Outbox {
    /// Takes a notice in.
    pub fn queue(&mut self, seq: Seq, queued: &NoticeQueued) {
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
        };
        self.open.insert(seq, Arc::new(notice));
    }

    /// Notices whose next part may be asked for: the first of each session that
    /// is neither being sent nor waiting for another try. Questions come first.
    pub fn ready(&self, now: Tick) -> Vec<Seq> {
        let mut seen = BTreeSet::new();
        let mut ready = Vec::new();
        for (seq, notice) in &self.open {
            let first = notice
                .session
                .as_ref()
                .is_none_or(|session| seen.insert(session));
            if first && notice.sending.is_none() && notice.not_before.is_none_or(|at| at <= now) {
                ready.push((*seq, notice));
            }
        }
        ready.sort_by_key(|(seq, notice)| (!matches!(notice.topic, Topic::Question(_)), *seq));
        ready.into_iter().map(|(seq, _)| seq).collect()
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

    /// A part that was counted as sent may not have been.
    pub fn doubt(&mut self, seq: Seq) {
        if let Some(notice) = self.open.get_mut(&seq).map(Arc::make_mut) {
            notice.unknown += 1;
        } else if let Some(closed) = self.closed.iter_mut().rev().find(|c| c.notice == seq) {
            closed.end = End::Unknown;
        }
    }

    /// Ends a notice.
    pub fn close(&mut self, seq: Seq, end: End) {
        if let Some(notice) = self.open.remove(&seq) {
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
