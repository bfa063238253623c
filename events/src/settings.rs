//! The part of the configuration that decisions depend on. It is recorded with
//! every start, so that a log explains itself without its machine.

use crate::private::Text;
use crate::time::Span;
use serde::{Deserialize, Serialize};

/// Effective settings of one run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[allow(
    clippy::struct_excessive_bools,
    reason = "each is a switch the owner knows by name"
)]
pub struct Settings {
    /// The owner's addresses; notices go to the first.
    pub owner: Vec<Text>,
    /// What becomes a notice.
    pub mode: NotifyMode,
    /// Only what needs the owner's input becomes a notice.
    pub only_needs_input: bool,
    /// Final answers become notices.
    pub final_status: bool,
    /// Secrets are redacted.
    pub redact: bool,
    /// Characters in one iMessage.
    pub max_len: u32,
    /// Panes may be typed into.
    pub route_via_tmux: bool,
    /// Never resume a session outside its pane.
    pub strict_tmux: bool,
    /// An ambiguous reply is asked back rather than guessed.
    pub require_ref: bool,
    /// `new label: …` is allowed.
    pub enable_new: bool,
    /// An instruction starts a session when there is none at all.
    pub auto_create: bool,
    /// Shortest prefix of a session id that counts as its name.
    pub ref_min: u32,
    /// How long the rollout may take to show a text typed into a pane.
    pub ack_timeout: Span,
    /// How long a resumed session may run.
    pub resume_timeout: Span,
    /// First pause before a certain failure is tried again.
    pub inbound_retry: Span,
    /// How long the same line of the queue file counts as said.
    pub dedupe_ttl: Span,
    /// How old an inbound message may be and still be acted on.
    pub fresh: Span,
    /// Where a new session starts when no session was spoken to yet.
    pub default_cwd: String,
    /// A row that left as SMS is not a fault.
    pub allow_sms: bool,
    /// Most texts to the owner in an hour.
    pub max_per_hour: u32,
    /// How long a notice may wait and still be sent.
    pub expiry: Span,
    /// How often a text tries out the way to the owner; zero: never.
    pub self_test: Span,
}

/// `CODEX_IMESSAGE_NOTIFY_MODE`
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum NotifyMode {
    /// Everything the model says to the owner.
    Send,
    /// Nothing; events are recorded.
    StateOnly,
    /// What needs input, and final status.
    Route,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            owner: Vec::new(),
            mode: NotifyMode::Route,
            only_needs_input: false,
            final_status: true,
            redact: true,
            max_len: 1800,
            route_via_tmux: true,
            strict_tmux: true,
            require_ref: true,
            enable_new: true,
            auto_create: true,
            ref_min: 6,
            ack_timeout: Span::seconds(2),
            resume_timeout: Span::seconds(120),
            inbound_retry: Span::seconds(5),
            dedupe_ttl: Span::seconds(86_400),
            fresh: Span::seconds(3600),
            default_cwd: String::new(),
            allow_sms: false,
            max_per_hour: 160,
            expiry: Span::seconds(86_400),
            self_test: Span::seconds(0),
        }
    }
}
