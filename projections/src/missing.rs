//! Texts that the owner may not have: given up, too old, or sent without proof.
//! They are never sent again automatically. The owner is told of them and may
//! ask for them.

use events::event::Topic;
use events::{Digest, Seq, SessionId, Text};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Most notices remembered here; of more the oldest go.
const MAX: usize = 64;

/// Notices with parts that may be missing, by the position of their `NoticeQueued`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Missing {
    by_notice: BTreeMap<Seq, Lost>,
}

/// What is missing of one notice.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lost {
    /// What it was about.
    pub session: Option<SessionId>,
    /// Why it was sent.
    pub topic: Topic,
    /// The missing parts by their number.
    pub parts: BTreeMap<u16, Text>,
    /// Why they are missing.
    pub why: Why,
    /// The notice that tells the owner.
    pub report: Option<Seq>,
}

/// Why a text is missing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Why {
    /// It may have arrived.
    Unproven,
    /// It failed after the last try.
    GivenUp,
    /// It waited too long.
    TooOld,
}

impl Missing {
    /// Adds parts of a notice. A report of missing texts is not itself reported.
    pub fn add(&mut self, notice: Seq, lost: Lost) {
        if lost.topic == Topic::Missing || lost.parts.is_empty() {
            return;
        }
        if let Some(known) = self.by_notice.get_mut(&notice) {
            known.parts.extend(lost.parts);
            known.why = lost.why;
            known.report = None;
            return;
        }
        self.by_notice.insert(notice, lost);
        while self.by_notice.len() > MAX {
            self.by_notice.pop_first();
        }
    }

    /// Takes a notice out: it no longer matters, or goes out again.
    pub fn remove(&mut self, notice: Seq) {
        self.by_notice.remove(&notice);
    }

    /// A text with these words was seen after all.
    pub fn found(&mut self, notice: Seq, digest: Digest) {
        let Some(lost) = self.by_notice.get_mut(&notice) else {
            return;
        };
        let text = |text: &Text| crate::ledger::sent_digest(text.reveal());
        lost.parts.retain(|_, part| text(part) != digest);
        if lost.parts.is_empty() {
            self.by_notice.remove(&notice);
        }
    }

    /// The owner is being told of all of them.
    pub fn reported(&mut self, by: Seq) {
        for lost in self.by_notice.values_mut() {
            lost.report = Some(by);
        }
    }

    /// The owner was not told after all.
    pub fn not_reported(&mut self, by: Seq) {
        for lost in self.by_notice.values_mut() {
            lost.report = lost.report.filter(|report| *report != by);
        }
    }

    /// All of them, oldest first.
    pub fn iter(&self) -> impl Iterator<Item = (Seq, &Lost)> {
        self.by_notice.iter().map(|(seq, lost)| (*seq, lost))
    }

    /// What is missing of a notice.
    pub fn get(&self, notice: Seq) -> Option<&Lost> {
        self.by_notice.get(&notice)
    }

    /// Nothing is.
    pub fn is_empty(&self) -> bool {
        self.by_notice.is_empty()
    }
}
