//! The one place that starts other programs.
//!
//! A child gets its own process group, its standard input as bytes and a time
//! budget; what it prints is kept up to a cap and the rest is thrown away, so it
//! can neither block nor fill memory. When its time is up the whole group is
//! asked to stop and then killed. A grandchild that keeps the pipes open cannot
//! hold up the result. Nothing here prints or logs what a child was given or said.

use rustix::process::{Pid, Signal, kill_process_group};
use std::ffi::OsString;
use std::os::unix::process::{CommandExt as _, ExitStatusExt as _};
use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWriteExt as _};
use tokio::task::JoinHandle;
use tokio::time::{sleep, timeout};

/// How much of each output stream is kept: enough for a list of all processes.
const KEPT: usize = 1024 * 1024;
/// How long a group may take to stop before it is killed.
const GRACE: Duration = Duration::from_millis(500);
/// How long the streams of a child that has ended may stay open in others' hands.
const DRAIN: Duration = Duration::from_millis(200);

/// A program to be run once.
#[derive(Clone)]
pub struct Child {
    /// The program.
    pub program: PathBuf,
    /// Its arguments, each passed as it is; no shell is involved.
    pub args: Vec<OsString>,
    /// What it reads on standard input, followed by end of file.
    pub stdin: Vec<u8>,
    /// Where it runs; `None`: where this process runs.
    pub cwd: Option<PathBuf>,
    /// Variables set on top of this process's own.
    pub environment: Vec<(OsString, OsString)>,
    /// The time it may take.
    pub budget: Duration,
}

/// How a child ended.
pub enum Ended {
    /// By itself.
    Exited {
        /// Its exit code.
        code: i32,
        /// What it printed on standard output.
        out: Vec<u8>,
        /// What it printed on standard error.
        err: Vec<u8>,
    },
    /// By a signal that this module did not send.
    Signalled {
        /// The signal's number.
        signal: i32,
    },
    /// It ran out of time and was killed, with its group.
    TimedOut,
    /// It never ran.
    NotStarted(std::io::Error),
}

impl Child {
    /// Runs the program to its end, which comes at the latest when the budget
    /// and the grace are over. Dropping the future kills the group.
    pub async fn run(self) -> Ended {
        #[expect(clippy::disallowed_methods, reason = "this is the place")]
        let mut command = tokio::process::Command::new(&self.program);
        command
            .args(&self.args)
            // A pane that this process happens to run in is no session's, unless it is said.
            .env_remove("TMUX")
            .env_remove("TMUX_PANE")
            .envs(self.environment)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .process_group(0)
            .kill_on_drop(true);
        if let Some(cwd) = &self.cwd {
            command.current_dir(cwd);
        }
        let mut child = match command.spawn() {
            Ok(child) => child,
            Err(error) => return Ended::NotStarted(error),
        };
        let group = Group(child.id().and_then(|id| Pid::from_raw(id.cast_signed())));
        let input = child.stdin.take().map(|mut pipe| {
            // A child may end without reading; that is its business, so errors do not matter.
            tokio::spawn(async move { pipe.write_all(&self.stdin).await.is_ok() })
        });
        let out = Stream::read(child.stdout.take());
        let err = Stream::read(child.stderr.take());
        let status = timeout(self.budget, child.wait()).await.ok();
        if status.is_none() {
            group.stop(&mut child).await;
        }
        group.release();
        if let Some(input) = input {
            input.abort();
        }
        let (out, err) = tokio::join!(out.finish(), err.finish());
        match status {
            None => Ended::TimedOut,
            // It ran; how it ended the system does not say.
            Some(Err(_)) => Ended::Signalled { signal: 0 },
            Some(Ok(status)) => ended(status, out, err),
        }
    }
}

/// Starts a program of ours that outlives this process and is not waited for. It may
/// say on standard error what becomes of its work.
pub fn detached(program: &Path, args: &[OsString]) -> std::io::Result<()> {
    #[expect(clippy::disallowed_methods, reason = "this is the place")]
    let mut command = std::process::Command::new(program);
    command
        .args(args)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .process_group(0)
        .spawn()
        .map(drop)
}

fn ended(status: ExitStatus, out: Vec<u8>, err: Vec<u8>) -> Ended {
    match (status.code(), status.signal()) {
        (Some(code), _) => Ended::Exited { code, out, err },
        (None, signal) => Ended::Signalled {
            signal: signal.unwrap_or(0),
        },
    }
}

/// The child's process group, killed when this is dropped unless released.
struct Group(Option<Pid>);

impl Group {
    /// Asks the group to stop, then kills it. A child that ends on its own in
    /// the meantime still counts as timed out: what it did last is not known.
    async fn stop(&self, child: &mut tokio::process::Child) {
        self.signal(Signal::TERM);
        let ended = timeout(GRACE, child.wait()).await;
        self.signal(Signal::KILL);
        if ended.is_err() {
            // The kill cannot be refused, so this wait only collects the status;
            // a process stuck in the kernel is left to the runtime to collect.
            let _collected = timeout(GRACE, child.wait()).await;
        }
    }

    fn signal(&self, signal: Signal) {
        if let Some(group) = self.0 {
            // The only possible answer is that nobody is left, which is the aim.
            let _gone = kill_process_group(group, signal);
        }
    }

    fn release(mut self) {
        self.0 = None;
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        self.signal(Signal::KILL);
    }
}

/// One output stream being read in the background.
struct Stream {
    kept: Arc<Mutex<Vec<u8>>>,
    reader: Option<JoinHandle<()>>,
}

impl Stream {
    fn read<R: AsyncRead + Unpin + Send + 'static>(pipe: Option<R>) -> Self {
        let kept = Arc::new(Mutex::new(Vec::new()));
        let reader = pipe.map(|mut pipe| {
            let kept = Arc::clone(&kept);
            tokio::spawn(async move {
                let mut buffer = [0; 8192];
                // An error ends the stream as its end does: there is nothing more to read.
                while let Ok(read @ 1..) = pipe.read(&mut buffer).await {
                    let mut kept = kept.lock().unwrap_or_else(PoisonError::into_inner);
                    let room = KEPT.saturating_sub(kept.len()).min(read);
                    kept.extend_from_slice(&buffer[..room]);
                }
            })
        });
        Self { kept, reader }
    }

    /// What was read by the end of the stream, or by now if others hold it open.
    async fn finish(self) -> Vec<u8> {
        if let Some(mut reader) = self.reader
            && timeout(DRAIN, &mut reader).await.is_err()
        {
            reader.abort();
            // Let the task go, so that the pipe is closed before we go on.
            sleep(Duration::ZERO).await;
        }
        std::mem::take(&mut self.kept.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
