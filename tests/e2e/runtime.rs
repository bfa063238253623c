//! The program under test: the real binary, running beside a lab and a phone.

use std::fs::{self, File};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;

use crate::lab::{Lab, wait_for};
use crate::phone::{OWNER, Phone};
use crate::waiting::patiently;

/// The program itself.
pub(crate) fn program() -> &'static Path {
    Path::new(env!("CARGO_BIN_EXE_codex-imessage-control-plane"))
}

/// `run`, in a process of its own; killed when dropped.
pub(crate) struct Runtime {
    child: Child,
    trace: PathBuf,
}

impl Runtime {
    /// Starts it and waits until it reads chat.db.
    pub(crate) fn start(lab: &Lab, phone: &Phone, settings: &[(&str, &str)]) -> Self {
        let trace = lab.place("trace");
        let file = || File::options().create(true).append(true).open(&trace);
        let mut command = ours(lab, phone);
        command
            .args(["run", "--trace=full"])
            .envs(settings.iter().copied());
        command.stdin(Stdio::null());
        command.stdout(file().unwrap()).stderr(file().unwrap());
        let child = command.spawn().unwrap();
        let runtime = Self { child, trace };
        runtime.wait_for_event("ChatDbPlaced", 1);
        runtime
    }

    /// How often the trace, of this process and those before it, shows such an event.
    pub(crate) fn events(&self, kind: &str) -> usize {
        let trace = fs::read(&self.trace).unwrap();
        let trace = String::from_utf8_lossy(&trace);
        let heads = trace.lines().filter(|line| line.starts_with("event "));
        heads
            .filter(|line| line.split_whitespace().nth(2) == Some(kind))
            .count()
    }

    /// Waits until there are so many of these.
    pub(crate) fn wait_for_event(&self, kind: &str, count: usize) {
        wait_for(
            || format!("{count} times {kind}, of {}", self.events(kind)),
            || (self.events(kind) >= count).then_some(()),
        );
    }

    /// Ends it at once, as a power cut would.
    pub(crate) fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Ends it in good order.
    pub(crate) fn stop(mut self) {
        let pid = Pid::from_child(&self.child);
        kill_process(pid, Signal::TERM).unwrap();
        let ended = patiently(|| self.child.try_wait().unwrap());
        assert!(ended.is_some_and(|status| status.success()), "{ended:?}");
    }
}

impl Drop for Runtime {
    fn drop(&mut self) {
        let _ended = self.child.kill();
        let _ended = self.child.wait();
        if std::thread::panicking() {
            let trace = fs::read(&self.trace).unwrap_or_default();
            eprintln!("{}", String::from_utf8_lossy(&trace));
        }
    }
}

/// The program with everything that says where the lab is.
pub(crate) fn ours(lab: &Lab, phone: &Phone) -> Command {
    let mut command = lab.command(program());
    command
        .env("CODEX_IMESSAGE_TO", OWNER)
        // Tests send more than a person wants to read.
        .env("CODEX_IMESSAGE_MAX_PER_HOUR", "100000")
        // Panes of tests have terminals that are used all the time.
        .env("CODEX_IMESSAGE_GRACE_S", "0")
        // Tests wait for each end; the test of this sets it back, and so does that of links.
        .env("CODEX_IMESSAGE_DIGEST_S", "0")
        .env("CODEX_IMESSAGE_GATHER_S", "0")
        .env("CODEX_IMESSAGE_CHAT_DB", phone.chat_db())
        .env("CODEX_IMESSAGE_OSASCRIPT_BIN", phone.osascript())
        .env("CODEX_IMESSAGE_CODEX_BIN", &lab.programs.native)
        .env("CODEX_IMESSAGE_TMUX_BIN", &lab.programs.tmux)
        .env("CODEX_IMESSAGE_TMUX_SOCKET", &lab.tmux_socket)
        .env("CODEX_IMESSAGE_DEFAULT_CWD", lab.work())
        .env("TMUX_TMPDIR", lab.place(""));
    command
}

/// The whole log, once nobody holds it.
pub(crate) fn exported(lab: &Lab, phone: &Phone) -> Vec<Value> {
    let exported = ours(lab, phone).args(["log", "export"]).output().unwrap();
    assert_succeeded(&exported);
    let text = String::from_utf8(exported.stdout).unwrap();
    let lines = text.lines();
    lines
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

/// Starts `notify` with a payload and does not wait for it.
pub(crate) fn notify(lab: &Lab, payload: &str) -> Child {
    let mut notify = lab.command(program());
    let notify = notify.arg("notify").stdin(Stdio::piped());
    let notify = notify.stdout(Stdio::null()).stderr(Stdio::piped());
    let mut child = notify.spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    stdin.write_all(payload.as_bytes()).unwrap();
    child
}

pub(crate) fn assert_succeeded(output: &Output) {
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{:?}: {said}", output.status);
}
