//! The notify fast path: from Codex's payload to a place where it is safe.
//!
//! It runs once per turn, in front of everything else, so it builds no runtime
//! and no argument parser: one connection, one frame, one answer. It must never
//! lose a payload while any of three ways is open, never take longer than two
//! seconds, and never make Codex see a failure.

pub mod chained;
mod origin;
mod requests;
#[cfg(test)]
mod tests;

pub use crate::ingress::hand_over_frame::key;
pub use crate::runtime::AppendError;
pub use origin::notify;
pub use requests::{Attention, attention, notify as record, route};

use crate::clock::Stopwatch;
use crate::ingress::client::{self, Delivery};
use crate::ingress::hand_over_frame::{self, HandOver, MAX_TEXT};
use crate::ingress::inbox::Inbox;
use events::Seq;
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use std::ffi::OsString;
use std::os::fd::AsFd;
use std::os::unix::ffi::OsStringExt as _;
use std::path::Path;
use std::sync::mpsc;
use std::time::Duration;

/// How long each step may take.
#[derive(Clone, Copy, Debug)]
pub struct Deadlines {
    /// Until the holder of the log takes the connection.
    pub connect: Duration,
    /// Until it acknowledges.
    pub answer: Duration,
    /// Until the log was opened and appended to by this process.
    pub append: Duration,
    /// Until the inbox has it.
    pub inbox: Duration,
}

impl Default for Deadlines {
    /// Two seconds in all, less what starting takes.
    fn default() -> Self {
        Self {
            connect: Duration::from_millis(250),
            answer: Duration::from_millis(400),
            append: Duration::from_millis(700),
            inbox: Duration::from_millis(400),
        }
    }
}

/// Where a hand-over is now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Handed {
    /// In the log, by its holder.
    Acknowledged(Seq),
    /// In the log, by this process.
    Appended(Seq),
    /// In the inbox; the sentence says why not in the log.
    Spooled(String),
    /// Nowhere; the sentence says what was tried.
    Failed(String),
}

/// Hands over by the first way that is open: the holder of the log, the log
/// itself, the inbox. `append` opens the log; it is given up, not waited for,
/// when its time is over, which is as safe as being killed.
pub fn hand_over<F>(state: &Path, hand_over: &HandOver, limits: Deadlines, append: F) -> Handed
where
    F: FnOnce(&HandOver) -> Result<Seq, AppendError> + Send + 'static,
{
    let frame = match hand_over_frame::encode(hand_over) {
        Ok(frame) => frame,
        Err(error) => return Handed::Failed(format!("{error}; nothing was kept")),
    };
    let why = match client::deliver(state, &frame, limits.connect, limits.answer) {
        Delivery::Acknowledged(seq) => return Handed::Acknowledged(seq),
        Delivery::Silent => "the running program did not answer in time".to_owned(),
        Delivery::Nobody(_) => {
            let ours = hand_over.clone();
            match within(limits.append, move || append(&ours)) {
                Some(Ok(seq)) => return Handed::Appended(seq),
                Some(Err(AppendError::Locked)) => "another process has locked the log".to_owned(),
                Some(Err(AppendError::Failed(why))) => why,
                None => "timed out while opening the log".to_owned(),
            }
        }
    };
    let (inbox, ours) = (Inbox::new(state), hand_over.clone());
    match within(limits.inbox, move || inbox.leave(&ours)) {
        Some(Ok(())) => Handed::Spooled(why),
        Some(Err(error)) => Handed::Failed(format!(
            "{why}, and writing it to the inbox failed: {error}"
        )),
        None => Handed::Failed(format!("{why}, and leaving it in the inbox took too long")),
    }
}

/// Lets a closing terminal end without this process: it leaves the terminal's session.
/// A process that a shell started directly cannot; the shell's user sees it end.
pub fn outlive_terminal() {
    match rustix::process::setsid() {
        Ok(_) | Err(_) => {}
    }
}

/// The payload: the last argument, else `CODEX_NOTIFY_PAYLOAD`, else standard input if it
/// is not a terminal. `None` if there is none. Cut at 4 MiB.
pub fn payload(argument: Option<OsString>) -> Option<Vec<u8>> {
    #[expect(
        clippy::disallowed_methods,
        reason = "the environment of a hand-over is read here"
    )]
    let given = argument.or_else(|| std::env::var_os("CODEX_NOTIFY_PAYLOAD"));
    let mut payload = match given {
        Some(given) => given.into_vec(),
        None if rustix::termios::isatty(std::io::stdin()) => return None,
        None => read_bounded(std::io::stdin().lock(), STDIN),
    };
    payload.truncate(MAX_TEXT);
    Some(payload)
}

/// How long standard input may take.
const STDIN: Duration = Duration::from_millis(250);

/// What comes from `input` until it ends, is too long, or the time is over.
fn read_bounded(mut input: impl std::io::Read + AsFd, limit: Duration) -> Vec<u8> {
    let watch = Stopwatch::start();
    let mut bytes = Vec::new();
    let mut chunk = vec![0; 64 << 10];
    while bytes.len() < MAX_TEXT {
        let left = limit.saturating_sub(watch.elapsed());
        let Ok(left) = Timespec::try_from(left) else {
            break;
        };
        let mut ready = [PollFd::new(&input, PollFlags::IN)];
        match poll(&mut ready, Some(&left)) {
            Ok(0) => break,
            Err(rustix::io::Errno::INTR) => continue,
            // What cannot be polled says so when it is read.
            Ok(_) | Err(_) => {}
        }
        match input.read(&mut chunk) {
            Ok(0) => break,
            Ok(read) => bytes.extend_from_slice(chunk.get(..read).unwrap_or_default()),
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
            Err(_) => break,
        }
    }
    bytes
}

/// The result of `work`, unless it takes longer than `limit`; then it is left behind.
pub fn within<T: Send + 'static>(
    limit: Duration,
    work: impl FnOnce() -> T + Send + 'static,
) -> Option<T> {
    let (done, result) = mpsc::channel();
    let thread = std::thread::Builder::new().spawn(move || {
        // Nobody may be waiting any more; the work is done all the same.
        let _ = done.send(work());
    });
    thread.ok()?;
    result.recv_timeout(limit).ok()
}
