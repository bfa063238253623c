//! What came in through Messages and the queue file, and which of our own texts were seen there.

use crate::digest::Digest;
use crate::id::{CommandId, Guid, InputKey};
use crate::private::Text;
use crate::time::Wall;
use serde::{Deserialize, Serialize};

/// See [`super::Event::ChatDbPlaced`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChatDbPlaced {
    /// Device, inode and first row: the file's identity.
    pub identity: String,
    /// Rows up to here are history.
    pub rowid: i64,
    /// Why it was placed.
    pub why: Placing,
}

/// Why a cursor was placed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Placing {
    /// The first time this program sees the file.
    FirstStart,
    /// Another file stands where the known one was.
    Replaced,
    /// The newest row is older than the cursor, or a row that was read bears another name:
    /// restored from a backup. Reading goes on behind the rows that are still there.
    Rewound,
}

/// See [`super::Event::InboundHeld`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct InboundHeld {
    /// The row.
    pub rowid: i64,
    /// Its id.
    pub guid: Guid,
    /// What it lacks.
    pub lacks: String,
}

/// See [`super::Event::InboundReceived`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct InboundReceived {
    /// The row.
    pub rowid: i64,
    /// Its id.
    pub guid: Guid,
    /// When Messages says it was written.
    pub date: Wall,
    /// What the owner wrote, exactly: it is theirs, and it must reach the session unchanged.
    pub text: Text,
    /// Root of the reply thread it stands in.
    pub reply_to: Option<Guid>,
    /// It has attachments.
    pub attachments: bool,
    /// It came through the owner's chat with themself.
    pub self_chat: bool,
    /// The row is one that this account sent.
    pub from_me: bool,
}

/// See [`super::Event::InboundIgnored`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct InboundIgnored {
    /// The row.
    pub rowid: i64,
    /// Its id.
    pub guid: Guid,
    /// Why.
    pub reason: IgnoreReason,
    /// The command whose text it is a copy of, where it is one: a reply to the copy is one to the text.
    pub copy_of: Option<CommandId>,
}

/// Why a row of chat.db is not the owner's word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum IgnoreReason {
    /// The sender is not the owner.
    NotOwner,
    /// Sent by the owner to somebody else.
    ToOthers,
    /// Not a chat of two.
    Group,
    /// Not iMessage: SMS and RCS senders can be forged.
    NotIMessage,
    /// A reaction.
    Tapback,
    /// A text that SMS makes of a reaction.
    TapbackText,
    /// A system item (somebody joined, a name changed).
    SystemItem,
    /// An edit of something already there.
    Edited,
    /// The preview of a link, or an app's balloon.
    Balloon,
    /// Older than what is acted on.
    Stale,
    /// Its date lies in the future.
    Future,
    /// Seen before, under this id.
    Duplicate,
    /// The other copy of something already taken.
    #[serde(rename = "Twin")]
    DuplicateCopy,
    /// Our own words come back.
    Echo,
    /// It stayed without a chat.
    NoChat,
    /// It stayed without a body.
    Empty,
    /// Its body is not understood.
    Undecodable,
    /// Too much of the same in a short time: a loop is suspected.
    Loop,
    /// The preview of a link that stands in a message already taken.
    Preview,
    /// It quotes a text of ours.
    Quoted,
    /// It was unsent before it was acted on.
    Unsent,
    /// Of a kind that this program does not know.
    Unknown,
    /// To oneself, from an address that is not among the owner's in the settings.
    UnlistedAddress,
    /// A voice message of which Messages has no transcript.
    NoTranscript,
}

/// See [`super::Event::OutgoingSeen`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OutgoingSeen {
    /// The row.
    pub rowid: i64,
    /// Its id.
    pub guid: Guid,
    /// The command whose text it holds.
    pub command: CommandId,
    /// How it left.
    pub service: String,
    /// Messages' error code, 0 for none.
    pub error: i64,
    /// Accepted by the server.
    pub sent: bool,
    /// Arrived.
    pub delivered: bool,
    /// When Messages says that it was written.
    pub date: Option<Wall>,
}

/// See [`super::Event::QueueLineImported`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct QueueLineImported {
    /// Which file.
    pub file: String,
    /// Offset behind the line.
    pub offset: u64,
    /// Fingerprint of the line's text; `None` when it is unusable.
    pub digest: Option<Digest>,
    /// Why it is not sent, if it is not.
    pub refused: Option<String>,
}

/// See [`super::Event::AttentionRequested`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AttentionRequested {
    /// Name of the hand-over.
    pub key: InputKey,
    /// Where it comes from.
    pub cwd: String,
    /// What is needed, redacted.
    pub need: Text,
    /// Why it is not sent, if it is not.
    pub refused: Option<String>,
}
