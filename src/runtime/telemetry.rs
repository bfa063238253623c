//! What is said while working, for diagnosis: to standard error or, where launchd
//! started the program, to a file of its own. The record is the log of events.
//! Message text, addresses and secrets are never in a line.
//!
//! `error`: the program ends. `warn`: the owner may miss something. `info`: it
//! starts, stops, works again. `debug`: what explains the rest.

use super::log_writer::Pieces;
use crate::config::Config;
use rustix::fs::FileType;
use std::io::IsTerminal as _;
use std::os::fd::AsFd;
use std::sync::Mutex;
use tracing_subscriber::filter::EnvFilter;

/// Begins to say what is at the level that is set or above. A second start changes nothing.
pub(super) fn start(config: &Config) {
    let filter = EnvFilter::new(format!("warn,control_plane={}", config.log));
    let lines = tracing_subscriber::fmt().with_env_filter(filter);
    let file = config.is_job().then(|| Pieces::open(&config.state_dir));
    if file.is_some() {
        shorten(std::io::stderr());
    }
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

/// What launchd's file may hold when the agent starts.
const HELD: i64 = 1 << 20;

/// launchd keeps what goes to standard error in a file that nobody cuts. It is read
/// while the agent does not come up; one that starts needs nothing from before.
fn shorten(stderr: impl AsFd) {
    let long = rustix::fs::fstat(&stderr).is_ok_and(|found| {
        FileType::from_raw_mode(found.st_mode) == FileType::RegularFile && found.st_size > HELD
    });
    // A file that cannot be cut only stays long.
    let _ = long.then(|| rustix::fs::ftruncate(&stderr, 0));
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write as _;

    #[test]
    fn a_long_file_of_launchd_begins_anew_and_a_short_one_stays() {
        for (bytes, left) in [((1 << 20) + 1, 0), (1 << 20, 1 << 20)] {
            let mut file = tempfile::tempfile().unwrap();
            file.write_all(&vec![b'x'; bytes]).unwrap();
            shorten(&file);
            assert_eq!(file.metadata().unwrap().len(), left);
        }
        let (_reader, writer) = std::io::pipe().unwrap();
        shorten(&writer);
    }
}
