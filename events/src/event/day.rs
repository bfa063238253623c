//! When the owner wants to be texted: what they said about it, and the texts that wait
//! because of it.

use crate::id::{Guid, Seq, SessionId};
use crate::time::{Span, Wall};
use serde::{Deserialize, Serialize};

/// See [`super::Event::LocalTimeChanged`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LocalTimeChanged {
    /// Minutes by which local time is ahead of UTC.
    pub offset: i32,
}

/// See [`super::Event::HoldChanged`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HoldChanged {
    /// The message that said so.
    pub inbound: Guid,
    /// What it said.
    pub change: HoldChange,
}

/// What the owner said about when they are texted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum HoldChange {
    /// `away`: not at the Mac. Texts come at once.
    Away,
    /// `here`: at the Mac until then. Texts wait.
    Here { until: Wall },
    /// `mute`: nothing about this session, or about any; until then, or until it is taken back.
    Mute {
        session: Option<SessionId>,
        until: Option<Wall>,
    },
    /// `unmute`: this session's texts come again; `None`: all.
    Unmute { session: Option<SessionId> },
    /// `quiet 23-7`: texts wait between these hours, every day.
    Quiet { hours: QuietHours },
    /// `quiet off`: there are no quiet hours, whatever the settings say.
    QuietOff,
    /// `resume`: all of the above is over, and quiet hours of the settings pause until they end.
    Resume,
}

/// Hours of every day, in local time, in which texts wait.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct QuietHours {
    /// The minute of the day at which they begin.
    pub from: u16,
    /// The minute of the day at which they end.
    pub to: u16,
    /// Approvals and questions are sent all the same.
    pub approvals: bool,
    /// Sessions whose approvals and questions are sent all the same.
    pub sessions: Vec<SessionId>,
}

/// See [`super::Event::NoticeDeferred`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NoticeDeferred {
    /// The notice: position of its `NoticeQueued`.
    pub notice: Seq,
    /// The rule that holds it.
    pub rule: HoldRule,
    /// When that rule runs out; `None`: only the owner's word ends it.
    pub until: Option<Wall>,
}

/// Why a text waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum HoldRule {
    /// The owner muted its session.
    Muted,
    /// The owner muted everything.
    MutedAll,
    /// These are quiet hours.
    Quiet,
    /// The owner said that they are at the Mac.
    Here,
    /// It is looked whether somebody is at the Mac.
    Looking,
    /// Somebody is at the Mac, and may see it there.
    AtDesk,
    /// Only notify has told the end of its turn; the session's record says what was done.
    Record,
    /// Another end was told a moment ago; those that follow soon go as one text.
    Together,
}

impl HoldRule {
    /// The owner said so; it does not follow from where they are.
    pub const fn is_wanted(self) -> bool {
        !matches!(
            self,
            Self::Looking | Self::AtDesk | Self::Record | Self::Together
        )
    }
}

/// See [`super::Event::DeskSeen`]. Looked at only when a text is due.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeskSeen {
    /// How long nobody has touched the Mac's keyboard and mouse; `None`: this computer does not say.
    pub idle: Option<Span>,
    /// Whether its screen is locked; `None`: this computer does not say.
    pub locked: Option<bool>,
    /// How long nobody has touched a terminal that is attached to tmux; `None`: none is.
    pub terminal: Option<Span>,
}

/// See [`super::Event::PromptNudged`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PromptNudged {
    /// The prompt: position of its `PromptAsked`.
    pub prompt: Seq,
    /// The notice that reminds of it.
    pub notice: Seq,
}
