//! What the owner does in Messages beside writing: reactions, edits, and rows that
//! belong together or were not acted on.

use super::IgnoreReason;
use crate::digest::Digest;
use crate::id::Guid;
use crate::private::Text;
use crate::time::{Span, Wall};
use serde::{Deserialize, Serialize};

/// See [`super::Event::ReactionReceived`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReactionReceived {
    /// The row.
    pub rowid: i64,
    /// Its id.
    pub guid: Guid,
    /// When Messages says the owner reacted.
    pub date: Wall,
    /// The text of ours that it is about, by the id of its row.
    pub target: Target,
    /// Which reaction.
    pub reaction: Reaction,
    /// It was added; else it was taken back.
    pub added: bool,
}

/// Which message a reaction is about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Target {
    /// The message.
    pub guid: Guid,
    /// Which part of it, counted from 0; `None` where Messages does not say.
    pub part: Option<u32>,
}

/// A reaction (Apple: tapback).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Reaction {
    /// The heart.
    Love,
    /// Thumbs up.
    Like,
    /// Thumbs down.
    Dislike,
    /// Ha ha.
    Laugh,
    /// Two exclamation marks.
    Emphasis,
    /// The question mark.
    Question,
    /// Any other emoji; empty where Messages does not say which.
    Emoji(String),
    /// A sticker.
    Sticker,
}

/// See [`super::Event::InboundChanged`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct InboundChanged {
    /// The row.
    pub rowid: i64,
    /// Its id.
    pub guid: Guid,
    /// The newest words; `None` when it was unsent.
    pub text: Option<Text>,
    /// The change came before anything was done with the message, and counts.
    pub in_time: bool,
}

/// See [`super::Event::InboundDeferred`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct InboundDeferred {
    /// The message.
    pub inbound: Guid,
    /// How long it waits.
    pub wait: Span,
    /// It is a link without words.
    pub link: bool,
}

/// See [`super::Event::InboundJoined`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct InboundJoined {
    /// The message.
    pub inbound: Guid,
    /// The message that it is part of.
    pub into: Guid,
}

/// See [`super::Event::InboundFilesNamed`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct InboundFilesNamed {
    /// The message.
    pub inbound: Guid,
    /// Fingerprint of the names of its files.
    pub digest: Digest,
}

/// See [`super::Event::InboundSpoken`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct InboundSpoken {
    /// The message.
    pub inbound: Guid,
}

/// See [`super::Event::SpokenAsked`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SpokenAsked {
    /// The message.
    pub inbound: Guid,
}

/// See [`super::Event::SpokenAnswered`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SpokenAnswered {
    /// The message that was spoken.
    pub inbound: Guid,
    /// The message that answers.
    pub by: Guid,
    /// It is to be acted on.
    pub yes: bool,
}

/// See [`super::Event::InboundUnanswered`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct InboundUnanswered {
    /// The message.
    pub inbound: Guid,
    /// Why it was not acted on.
    pub reason: IgnoreReason,
    /// When it was written, where that is known.
    pub date: Option<Wall>,
}
