//! What is said while working, for diagnosis: to standard error or, where launchd
//! started the program, to a file of its own. The record is the log of events.
//! Message text, addresses and secrets are never in a line.
//!
//! `error`: the program ends. `warn`: the owner may miss something. `info`: it
//! starts, stops, works again. `debug`: what explains the rest.

use super::log_writer::Pieces;
use crate::config::Config;
use std::io::IsTerminal as _;
use std::sync::Mutex;
use tracing_subscriber::filter::EnvFilter;

/// Begins to say what is at the level that is set or above. A second start changes nothing.
pub(super) fn start(config: &Config) {
    let filter = EnvFilter::new(format!("warn,control_plane={}", config.log));
    let lines = tracing_subscriber::fmt().with_env_filter(filter);
    let file = config.is_job().then(|| Pieces::open(&config.state_dir));
    // Somebody who embeds this program may listen already.
    let _ = match file {
        Some(Ok(file)) => lines
            .with_ansi(false)
            .with_writer(Mutex::new(file))
            .try_init(),
        // What cannot be written there is at least said; opening the log tells why.
        Some(Err(_)) | None => lines
            .with_writer(std::io::stderr)
            .with_ansi(std::io::stderr().is_terminal())
            .try_init(),
    };
}
