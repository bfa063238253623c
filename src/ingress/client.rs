//! Talking to the holder of the log: one connection, one frame, one answer.
//!
//! It runs in every notify process, so it is plain blocking code, and every step
//! has its time.

use super::frame::{self, HEADER};
use super::health::{self, AskError, Health, Question};
use crate::clock::Stopwatch;
use rustix::net::{AddressFamily, SocketAddrUnix, SocketFlags, SocketType, sockopt};
use sha2::{Digest as _, Sha256};
use std::io::{self, Read as _, Write as _};
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::time::Duration;

use events::Seq;

/// A socket's address holds 104 bytes on macOS, its end included.
const MAX_ADDRESS: usize = 103;
/// `/tmp` is a symbolic link on macOS.
const SHORT: &str = if cfg!(target_os = "macos") {
    "/private/tmp"
} else {
    "/tmp"
};

/// What became of an attempt.
#[derive(Debug)]
pub enum Delivery {
    /// It is in the log, there.
    Acknowledged(Seq),
    /// Nobody listens; the reason for people.
    Nobody(String),
    /// Somebody listens, but did not answer in time.
    Silent,
}

/// Sends `frame` to the holder of the log of `state`.
pub fn deliver(state: &Path, frame: &[u8], connect: Duration, answer: Duration) -> Delivery {
    let stream = match dial(state, connect) {
        Ok(stream) => stream,
        Err(error) if is_timeout(&error) => return Delivery::Silent,
        Err(error) => return Delivery::Nobody(error.to_string()),
    };
    match exchange(stream, frame, answer) {
        Ok(seq) => Delivery::Acknowledged(seq),
        Err(error) if is_timeout(&error) => Delivery::Silent,
        Err(error) => Delivery::Nobody(error.to_string()),
    }
}

/// The address of the control socket: in the state directory or, where that path is too
/// long for a socket, in a directory of this user under `/tmp`, named after the path.
pub fn address(state: &Path) -> io::Result<PathBuf> {
    let direct = state.join("control.sock");
    if direct.as_os_str().len() <= MAX_ADDRESS {
        return Ok(direct);
    }
    let uid = rustix::process::geteuid().as_raw();
    let dir = Path::new(SHORT).join(format!("codex-imessage-{uid}"));
    match std::fs::DirBuilder::new().mode(0o700).create(&dir) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(error),
        _ => {}
    }
    let data = dir.symlink_metadata()?;
    if !data.is_dir() || data.uid() != uid || data.mode() & 0o077 != 0 {
        return Err(io::Error::other(format!(
            "{} is not a directory of this user alone",
            dir.display()
        )));
    }
    let state = state.canonicalize()?;
    let hash = Sha256::digest(state.as_os_str().as_bytes());
    let name = u64::from_be_bytes(*hash.first_chunk().unwrap_or(&[0; 8]));
    Ok(dir.join(format!("{name:016x}")))
}

/// Linux lets a connect wait while the listener's queue is full; the send time limit ends that.
fn dial(state: &Path, limit: Duration) -> io::Result<UnixStream> {
    let address = SocketAddrUnix::new(address(state)?)?;
    let socket = rustix::net::socket_with(
        AddressFamily::UNIX,
        SocketType::STREAM,
        #[cfg(target_os = "linux")]
        SocketFlags::CLOEXEC,
        #[cfg(not(target_os = "linux"))]
        SocketFlags::empty(),
        None,
    )?;
    sockopt::set_socket_timeout(&socket, sockopt::Timeout::Send, Some(limit))?;
    rustix::net::connect(&socket, &address)?;
    Ok(UnixStream::from(socket))
}

/// A connection whose every step ends when the time for all of them is over.
struct Timed {
    stream: UnixStream,
    watch: Stopwatch,
    limit: Duration,
}

impl Timed {
    fn new(stream: UnixStream, limit: Duration) -> Self {
        let watch = Stopwatch::start();
        Self {
            stream,
            watch,
            limit,
        }
    }

    fn left(&self) -> io::Result<Duration> {
        let left = self.limit.saturating_sub(self.watch.elapsed());
        let some = (!left.is_zero()).then_some(left);
        some.ok_or_else(|| io::ErrorKind::TimedOut.into())
    }

    fn say(&mut self, frame: &[u8]) -> io::Result<()> {
        let mut rest = frame;
        while !rest.is_empty() {
            self.stream.set_write_timeout(Some(self.left()?))?;
            match self.stream.write(rest) {
                Ok(sent) => rest = rest.get(sent..).unwrap_or_default(),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }
}

impl io::Read for Timed {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.stream.set_read_timeout(Some(self.left()?))?;
        self.stream.read(buffer)
    }
}

fn exchange(stream: UnixStream, frame: &[u8], limit: Duration) -> io::Result<Seq> {
    let mut stream = Timed::new(stream, limit);
    stream.say(frame)?;
    let mut answer = [0; 8];
    stream.read_exact(&mut answer)?;
    Ok(Seq(u64::from_be_bytes(answer)))
}

/// Asks the holder of the log of `state` how it is, for at most so long.
pub fn ask_health(state: &Path, limit: Duration) -> Result<Health, AskError> {
    let strange =
        |error: super::hand_over_frame::HandOverError| AskError::Strange(error.to_string());
    let question = health::question(Question::Health).map_err(strange)?;
    let stream = match dial(state, limit) {
        Ok(stream) => stream,
        Err(error) if is_timeout(&error) => return Err(AskError::Silent),
        Err(error) => return Err(AskError::Nobody(error.to_string())),
    };
    let mut stream = Timed::new(stream, limit);
    let closed = |error: io::Error| {
        if is_timeout(&error) {
            AskError::Silent
        } else {
            AskError::Closed
        }
    };
    stream.say(&question).map_err(closed)?;
    let mut header = [0; HEADER];
    stream.read_exact(&mut header).map_err(closed)?;
    let (_, following) = frame::announced(&header).map_err(strange)?;
    let mut answer = header.to_vec();
    answer.resize(HEADER + following, 0);
    let content = answer.get_mut(HEADER..).unwrap_or_default();
    stream.read_exact(content).map_err(closed)?;
    health::answered(&answer)
}

fn is_timeout(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut
    )
}
