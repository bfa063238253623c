//! Rows of chat.db that were not taken as the owner's word, counted by reason:
//! they are never answered, so this is where the owner can see them.
//!
//! Most rows of a person's Messages are other people's and stay a number. What
//! the owner wrote to this program and what did not count is reported in words.

use crate::render::ago;
use events::Wall;
use events::event::{IgnoreReason, InboundIgnored};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// How long it is reported to the owner.
const NEWS: events::Span = events::Span::seconds(7 * 86_400);

/// Ignored rows by reason. There are as many entries as reasons.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct IgnoredRows(BTreeMap<IgnoreReason, Ignored>);

/// Rows ignored for one reason.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ignored {
    /// How many, ever.
    pub count: u64,
    /// When the last one was.
    pub last: Wall,
    /// Where it stands in chat.db.
    pub rowid: i64,
}

impl IgnoredRows {
    /// Counts one.
    pub(crate) fn count(&mut self, event: &InboundIgnored, at: Wall) {
        let entry = self.0.entry(event.reason).or_insert(Ignored {
            count: 0,
            last: at,
            rowid: event.rowid,
        });
        entry.count += 1;
        entry.last = at;
        entry.rowid = event.rowid;
    }

    /// Whether there was one for this reason.
    pub(crate) fn has(&self, reason: IgnoreReason) -> bool {
        self.0.contains_key(&reason)
    }

    /// By reason, in the order in which they are judged.
    pub fn iter(&self) -> impl Iterator<Item = (IgnoreReason, &Ignored)> {
        self.0.iter().map(|(reason, ignored)| (*reason, ignored))
    }

    /// One line for the owner, where something of theirs was passed over lately.
    pub fn text(&self, now: Wall) -> Option<String> {
        let lately = |(reason, ignored): &(IgnoreReason, &Ignored)| {
            owners(*reason) && ignored.last.until(now) <= NEWS
        };
        let theirs = self.iter().filter(lately).map(|(reason, ignored)| {
            let last = ago(ignored.last.until(now));
            format!("{} {} (last {last})", ignored.count, words(reason))
        });
        let theirs: Vec<_> = theirs.collect();
        if theirs.is_empty() {
            return None;
        }
        let strangers = self
            .0
            .get(&IgnoreReason::NotOwner)
            .map_or(0, |ignored| ignored.count);
        let rest = match strangers {
            0 => String::new(),
            count => format!(" From other people: {count}."),
        };
        Some(format!("Ignored messages: {}.{rest}", theirs.join(", ")))
    }
}

/// Judged after it was certain that the owner wrote to this program, and not the
/// ordinary second copy of something that was taken.
pub const fn owners(reason: IgnoreReason) -> bool {
    match reason {
        IgnoreReason::NotIMessage
        | IgnoreReason::TapbackText
        | IgnoreReason::Stale
        | IgnoreReason::Future
        | IgnoreReason::Empty
        | IgnoreReason::Undecodable
        | IgnoreReason::Balloon
        | IgnoreReason::Quoted
        | IgnoreReason::Unknown
        | IgnoreReason::UnlistedAddress
        | IgnoreReason::NoTranscript
        | IgnoreReason::Loop => true,
        IgnoreReason::NotOwner
        | IgnoreReason::ToOthers
        | IgnoreReason::Group
        | IgnoreReason::Tapback
        | IgnoreReason::SystemItem
        | IgnoreReason::Edited
        | IgnoreReason::Preview
        | IgnoreReason::Unsent
        | IgnoreReason::Duplicate
        | IgnoreReason::DuplicateCopy
        | IgnoreReason::Echo
        | IgnoreReason::NoChat => false,
    }
}

/// A reason in words that follow a count.
pub const fn words(reason: IgnoreReason) -> &'static str {
    match reason {
        IgnoreReason::NotOwner => "from somebody else",
        IgnoreReason::ToOthers => "sent to somebody else",
        IgnoreReason::Group => "in a group",
        IgnoreReason::NotIMessage => "by SMS or RCS (its sender can be forged)",
        IgnoreReason::Tapback => "a reaction",
        IgnoreReason::TapbackText => "that reads like a reaction",
        IgnoreReason::SystemItem => "a system message",
        IgnoreReason::Edited => "edited or unsent",
        IgnoreReason::Balloon => "with content of an app in Messages",
        IgnoreReason::Stale => "too old",
        IgnoreReason::Future => "dated in the future",
        IgnoreReason::Duplicate => "seen before",
        IgnoreReason::DuplicateCopy => "a duplicate copy",
        IgnoreReason::Echo => "quoting one of our texts",
        IgnoreReason::NoChat => "without a chat",
        IgnoreReason::Empty => "empty",
        IgnoreReason::Undecodable => "unreadable",
        IgnoreReason::Loop => "too many at once",
        IgnoreReason::Preview => "that is the preview of a link you sent",
        IgnoreReason::Quoted => "that quotes a text from here",
        IgnoreReason::Unsent => "that you unsent",
        IgnoreReason::Unknown => "of an unknown kind",
        IgnoreReason::UnlistedAddress => "from an address of yours that is not in the settings",
        IgnoreReason::NoTranscript => "spoken, without a transcript",
    }
}
