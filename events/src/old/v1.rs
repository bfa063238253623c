//! Schema 1.

use crate::event;
use crate::private::Text;
use crate::settings::Recorded;
use crate::time::Span;
use serde::{Deserialize, Serialize};

/// The settings were a struct, so that every new one would have changed the event.
#[derive(Deserialize)]
pub(crate) struct RuntimeStarted {
    version: String,
    pid: u32,
    settings: Settings,
}

#[derive(Serialize, Deserialize)]
#[allow(clippy::struct_excessive_bools, reason = "it is as it was")]
pub(crate) struct Settings {
    owner: Vec<Text>,
    mode: NotifyMode,
    only_needs_input: bool,
    final_status: bool,
    redact: bool,
    max_len: u32,
    route_via_tmux: bool,
    strict_tmux: bool,
    require_ref: bool,
    enable_new: bool,
    auto_create: bool,
    ref_min: u32,
    ack_timeout: Span,
    resume_timeout: Span,
    inbound_retry: Span,
    dedupe_ttl: Span,
    fresh: Span,
    default_cwd: String,
    allow_sms: bool,
    max_per_hour: u32,
    expiry: Span,
    self_test: Span,
}

#[derive(Serialize, Deserialize)]
enum NotifyMode {
    Send,
    StateOnly,
    Route,
}

impl From<RuntimeStarted> for event::RuntimeStarted {
    fn from(old: RuntimeStarted) -> Self {
        Self {
            version: old.version,
            pid: old.pid,
            settings: Recorded::of(&old.settings),
        }
    }
}
