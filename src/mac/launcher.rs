//! The launcher: the small program in the app that macOS gives the permissions to.
//! It starts the agent, which inherits them, and stays its parent: becoming the
//! agent itself would change what the permissions are compared with.
//!
//! Its installed bytes are the identity that was granted, so they are never
//! written again while they are healthy; a change of what it does is a new
//! [`PROTOCOL`] and costs the owner a new grant. It takes no word from its
//! arguments or its environment about what to start.

use rustix::process::{Pid, Signal, geteuid, kill_process};
use std::fs::Metadata;
use std::os::unix::fs::MetadataExt as _;
use std::os::unix::process::ExitStatusExt as _;
use std::path::{Path, PathBuf};
use std::process::{ExitCode, Stdio};
use std::time::Duration;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::{mpsc, oneshot};

/// What installed launchers do, as a number. A change makes every owner grant again.
pub const PROTOCOL: u64 = 1;
/// The file with the path of the program to start, in our support directory.
pub const TARGET: &str = "agent";
/// Where that directory is in the owner's home.
const SUPPORT: &str = "Library/Application Support/codex-imessage-control-plane";
/// Exit code when there is nothing to start.
const NOTHING: u8 = 75;
/// Pause before that, so that launchd does not fill its log with it.
const PAUSE: Duration = Duration::from_secs(20);

/// The whole program; `own` is its own file.
pub fn main(own: &Path) -> ExitCode {
    match target(own) {
        Ok(agent) => attend(&agent),
        Err(why) => {
            crate::ui::talk(&format!("the launcher did not start the agent: {why}"));
            std::thread::sleep(PAUSE);
            ExitCode::from(NOTHING)
        }
    }
}

/// The program to start, as the file in the home directory says in which this app is.
fn target(own: &Path) -> Result<PathBuf, String> {
    // ~/Applications/<app>/Contents/MacOS/<launcher>
    let home = own.ancestors().nth(5).ok_or("it is not inside its app")?;
    let file = home.join(SUPPORT).join(TARGET);
    let about = |path: &Path| path.metadata().map_err(|error| told(path, &error));
    safe(&file, &about(&file)?)?;
    let text = std::fs::read_to_string(&file).map_err(|error| told(&file, &error))?;
    let agent = PathBuf::from(text.trim_end_matches('\n'));
    if !agent.is_absolute() {
        return Err(format!("{} does not contain a path", file.display()));
    }
    safe(&agent, &about(&agent)?)?;
    Ok(agent)
}

/// Whoever may write what is started gets the owner's permissions, so only the
/// owner and root may.
fn safe(path: &Path, found: &Metadata) -> Result<(), String> {
    let owned = found.uid() == geteuid().as_raw() || found.uid() == 0;
    if found.is_file() && owned && found.mode() & 0o022 == 0 {
        return Ok(());
    }
    Err(format!(
        "other users can write {} (fix: chmod go-w)",
        path.display()
    ))
}

fn told(path: &Path, error: &std::io::Error) -> String {
    format!("{}: {error}", path.display())
}

/// Starts `agent`, passes signals on to it, ends as it ends.
fn attend(agent: &Path) -> ExitCode {
    let ended = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| format!("cannot start the async runtime: {error}"))
        .and_then(|tasks| tasks.block_on(accompany(agent)));
    ended.unwrap_or_else(|why| {
        crate::ui::talk(&format!("the launcher did not start the agent: {why}"));
        ExitCode::from(NOTHING)
    })
}

async fn accompany(agent: &Path) -> Result<ExitCode, String> {
    // Listening begins before the start, so that no signal is lost between the two.
    let mut passed = signals()?;
    #[expect(
        clippy::disallowed_methods,
        reason = "the launcher is a program of its own, and its child has no time budget"
    )]
    let mut child = tokio::process::Command::new(agent)
        .args(["run", "--launched"])
        // Its other end is held here and nowhere else: if this process is killed, the agent sees the end.
        .stdin(Stdio::piped())
        .spawn()
        .map_err(|error| told(agent, &error))?;
    let held = child.stdin.take();
    let status = loop {
        tokio::select! {
            status = child.wait() => break status,
            Some(signal) = passed.recv() => {
                let pid = child.id().and_then(|id| Pid::from_raw(id.cast_signed()));
                if let Some(pid) = pid {
                    // A child that has just ended needs no signal.
                    let _gone = kill_process(pid, signal);
                }
            }
        }
    };
    drop(held);
    let status = status.map_err(|error| format!("cannot read the agent's exit status: {error}"))?;
    let code = status.code().or(status.signal().map(|signal| 128 + signal));
    Ok(ExitCode::from(
        code.and_then(|code| u8::try_from(code).ok()).unwrap_or(1),
    ))
}

/// The signals that are passed on, as they arrive.
fn signals() -> Result<mpsc::UnboundedReceiver<Signal>, String> {
    let (sender, receiver) = mpsc::unbounded_channel();
    for (kind, passed) in [
        (SignalKind::terminate(), Signal::TERM),
        (SignalKind::interrupt(), Signal::INT),
        (SignalKind::hangup(), Signal::HUP),
        (SignalKind::user_defined1(), Signal::USR1),
        (SignalKind::user_defined2(), Signal::USR2),
    ] {
        let mut arriving =
            signal(kind).map_err(|error| format!("cannot listen for signals: {error}"))?;
        let sender = sender.clone();
        tokio::spawn(async move {
            while arriving.recv().await.is_some() {
                if sender.send(passed).is_err() {
                    return;
                }
            }
        });
    }
    Ok(receiver)
}

/// For the agent: ends when the launcher is gone, which is when standard input ends.
pub fn gone() -> oneshot::Receiver<()> {
    let (held, gone) = oneshot::channel();
    std::thread::spawn(move || {
        // Nothing is ever written; an error says the same as the end.
        let _nothing = std::io::copy(&mut std::io::stdin(), &mut std::io::sink());
        drop(held);
    });
    gone
}
