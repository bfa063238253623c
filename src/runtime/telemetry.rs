//! What is said while working: to standard error, for diagnosis. The record is
//! the log of events. Message text, addresses and secrets are never in a line.

use std::io::IsTerminal as _;
use tracing_subscriber::filter::EnvFilter;

/// Begins to say what is at this level or above. A second start changes nothing.
pub(super) fn start(level: &str) {
    let filter = EnvFilter::new(format!("warn,control_plane={level}"));
    let lines = tracing_subscriber::fmt()
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal())
        .with_env_filter(filter);
    // Somebody who embeds this program may listen already.
    let _ = lines.try_init();
}
