//! What a short-lived process hands over to the one that holds the log, as one
//! frame: the same bytes over the control socket and in the inbox.
//!
//! The reader trusts nothing: length, checksum, version and ids are checked, and
//! what does not pass is refused with a sentence that holds none of its content.

pub use super::frame::{HandOverError, MAX_FRAME, MAX_TEXT};

use super::frame::{self, HEADER, Kind};
use bincode::Options as _;
use events::input::{Attention, Notify};
use events::{Input, InputKey};
use serde::{Deserialize, Serialize};
use std::hash::{BuildHasher as _, Hasher as _, RandomState};
use std::time::Duration;

/// One input from another process. A change of these types is a new version of the frame.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum HandOver {
    /// Codex ran the notify program.
    Notify(Notify),
    /// Somebody asked for a text to be sent to the owner.
    Attention(Attention),
}

impl HandOver {
    /// The name under which it counts once, however often it arrives.
    pub const fn key(&self) -> &InputKey {
        match self {
            Self::Notify(notify) => &notify.key,
            Self::Attention(attention) => &attention.key,
        }
    }
}

impl From<HandOver> for Input {
    fn from(handed: HandOver) -> Self {
        match handed {
            HandOver::Notify(notify) => Self::Notify(notify),
            HandOver::Attention(attention) => Self::Attention(attention),
        }
    }
}

/// The frame of a hand-over.
pub fn encode(hand_over: &HandOver) -> Result<Vec<u8>, HandOverError> {
    let content = options()
        .serialize(hand_over)
        .map_err(|_| HandOverError::TooLarge)?;
    frame::wrap(Kind::HandOver, &content)
}

/// The hand-over in a whole frame.
pub fn decode(frame: &[u8]) -> Result<HandOver, HandOverError> {
    let (kind, content) = frame::unwrap(frame)?;
    if kind != Kind::HandOver {
        return Err(HandOverError::Damaged("it is no hand-over"));
    }
    let hand_over: HandOver = options()
        .deserialize(content)
        .map_err(|_| HandOverError::Damaged("its content is not of its kind"))?;
    match InputKey::parse(hand_over.key().as_str()) {
        Some(_) => Ok(hand_over),
        None => Err(HandOverError::Damaged("its key is not a key")),
    }
}

fn options() -> impl bincode::Options {
    bincode::DefaultOptions::new()
        .with_fixint_encoding()
        .reject_trailing_bytes()
        .with_limit((MAX_FRAME - HEADER) as u64)
}

/// A name that no other hand-over has. Names sort by time.
pub fn key() -> Option<InputKey> {
    key_at(crate::clock::since_epoch())
}

/// The same, of this time.
pub fn key_at(at: Duration) -> Option<InputKey> {
    let random = RandomState::new().build_hasher().finish();
    let pid = std::process::id();
    InputKey::parse(&format!("{:020}-{pid}-{random:016x}", at.as_nanos()))
}
