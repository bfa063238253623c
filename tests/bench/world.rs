//! A world for one benchmark: a temporary directory on a real disk with a home,
//! a simulated Messages, a tmux server of its own and the program at work.
//! Nothing outside it is read or written. What it starts ends with it.

use control_plane::clock::{Stopwatch, wall};
use control_plane::demo::messages::{Messages, State};
use control_plane::ingress::client;
use control_plane::store::Import;
use events::{Envelope, Link, codec};
use std::fs::{self, File, OpenOptions};
use std::io::{BufRead as _, BufReader};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;
use tempfile::TempDir;

/// The only person in it.
pub(crate) const OWNER: &str = "+15555550123";
/// How long anything may take before the benchmark is given up.
pub(crate) const PATIENCE: Duration = Duration::from_secs(20);

pub(crate) struct World {
    _dir: TempDir,
    root: PathBuf,
}

impl World {
    pub(crate) fn new() -> Self {
        let dir = tempfile::Builder::new()
            .prefix("cost.")
            .tempdir_in(env!("CARGO_TARGET_TMPDIR"))
            .expect("a directory");
        let root = dir.path().canonicalize().expect("a path");
        for part in ["home/.codex/sessions", "messages", "state", "work"] {
            fs::create_dir_all(root.join(part)).expect("a directory");
        }
        let world = Self { _dir: dir, root };
        Messages::create(&world.path("messages/chat.db")).expect("a chat.db");
        world.script("osascript", "exit 0");
        world
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.root.join(name)
    }

    pub(crate) fn messages(&self) -> Messages {
        Messages::open(&self.path("messages/chat.db")).expect("the chat.db")
    }

    /// Makes an executable script.
    pub(crate) fn script(&self, name: &str, body: &str) {
        let path = self.path(name);
        fs::write(&path, format!("#!/bin/sh\n{body}\n")).expect("a script");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o700)).expect("a mode");
    }

    /// Any program with this world's environment and nothing on its streams.
    pub(crate) fn program(&self, program: impl AsRef<std::ffi::OsStr>) -> Command {
        let mut command = Command::new(program);
        command
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("HOME", self.path("home"))
            .env("CODEX_HOME", self.path("home/.codex"))
            .env("TMUX_TMPDIR", &self.root)
            .env("CODEX_IMESSAGE_TO", OWNER)
            .env("CODEX_IMESSAGE_MAX_PER_HOUR", "100000")
            .env("CODEX_IMESSAGE_DIGEST_S", "0")
            .env("CODEX_IMESSAGE_STATE_DIR", self.path("state"))
            .env("CODEX_IMESSAGE_CHAT_DB", self.path("messages/chat.db"))
            .env("CODEX_IMESSAGE_TMUX_SOCKET", self.path("tmux.sock"))
            .env("CODEX_IMESSAGE_OSASCRIPT_BIN", self.path("osascript"))
            .current_dir(self.path("work"))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        command
    }

    /// The program that is measured.
    pub(crate) fn ours(&self, args: &[&str]) -> Command {
        let mut command = self.program(env!("CARGO_BIN_EXE_codex-imessage-control-plane"));
        command.args(args);
        command
    }

    /// `run`, up and listening.
    pub(crate) fn run(&self, settings: &[(&str, &str)]) -> Running {
        let mut command = self.ours(&["run"]);
        let stderr = File::create(self.path("run.err")).expect("a file");
        command.envs(settings.iter().copied()).stderr(stderr);
        let running = Running(command.spawn().expect("run starts"));
        let socket = client::address(&self.path("state")).expect("an address");
        wait("the control socket", || socket.exists().then_some(()));
        running
    }

    /// One run of the tmux client on this world's server.
    pub(crate) fn tmux(&self, args: &[&str]) -> Command {
        let mut command = self.program("tmux");
        command.args(["-u", "-f", "/dev/null", "-S"]);
        command.arg(self.path("tmux.sock")).args(args);
        command
    }

    /// Makes the FIFO `name` and gives what is written to it, each text ended by NUL.
    pub(crate) fn fifo(&self, name: &str) -> Receiver<String> {
        let path = self.path(name);
        let made = self.program("mkfifo").arg(&path).status();
        assert!(made.expect("mkfifo runs").success());
        // Open for writing too, so that it does not end with each writer.
        let fifo = OpenOptions::new().read(true).write(true).open(path);
        let mut texts = BufReader::new(fifo.expect("a FIFO")).split(0);
        let (told, heard) = channel();
        std::thread::spawn(move || {
            while let Some(Ok(text)) = texts.next() {
                let text = String::from_utf8_lossy(&text).into_owned();
                if told.send(text).is_err() {
                    return;
                }
            }
        });
        heard
    }

    /// An osascript that tells the text it is to send, and nothing else.
    pub(crate) fn osascript_tells(&self) -> Receiver<String> {
        let told = self.fifo("told");
        let body = format!("printf '%s\\0' \"$3\" >{}", self.path("told").display());
        self.script("osascript", &body);
        told
    }

    /// Makes these entries the log of this world, which has none yet.
    pub(crate) fn import(&self, log: &[Envelope]) {
        let mut import = Import::into(&self.path("state")).expect("an empty log");
        let mut link = Link::START;
        for entry in log {
            let (frame, next) = codec::encode(link, entry).expect("it fits");
            import.push(frame).expect("it follows");
            link = next;
        }
        import.finish().expect("a log");
    }

    /// Messages has sent this text, and it arrived.
    pub(crate) fn delivered(&self, text: &str) {
        let mut messages = self.messages();
        let guid = messages.deliver(OWNER, text, wall()).expect("a row");
        let state = State {
            sent: true,
            delivered: true,
            error: 0,
        };
        messages.set_state(&guid, state).expect("a state");
    }
}

impl Drop for World {
    fn drop(&mut self) {
        if self.path("tmux.sock").exists() {
            // A server whose last pane ended is gone already.
            let _gone = self.tmux(&["kill-server"]).status();
        }
    }
}

/// The program at work; dropping it stops it.
pub(crate) struct Running(Child);

#[cfg(target_os = "linux")]
impl Running {
    pub(crate) fn pid(&self) -> u32 {
        self.0.id()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if let Some(pid) = rustix::process::Pid::from_raw(self.0.id().cast_signed()) {
            // It may have ended by itself; then the benchmark has failed already.
            let _gone = rustix::process::kill_process(pid, rustix::process::Signal::TERM);
        }
        let _ended = self.0.wait();
    }
}

/// Asks often until there is an answer.
pub(crate) fn wait<T>(what: &str, mut ask: impl FnMut() -> Option<T>) -> T {
    let watch = Stopwatch::start();
    loop {
        if let Some(answer) = ask() {
            return answer;
        }
        assert!(watch.elapsed() < PATIENCE, "{what} did not come");
        std::thread::sleep(Duration::from_micros(300));
    }
}

/// What a file has behind `from`.
pub(crate) fn grown(path: &Path, from: u64) -> String {
    use std::os::unix::fs::FileExt as _;
    let length = fs::metadata(path).map_or(0, |about| about.len());
    let mut bytes = vec![0; usize::try_from(length.saturating_sub(from)).expect("small")];
    if !bytes.is_empty() {
        let file = File::open(path).expect("a rollout");
        file.read_exact_at(&mut bytes, from).expect("its end");
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// The time as rollouts write it.
pub(crate) fn utc() -> String {
    let said = Command::new("date")
        .args(["-u", "+%Y-%m-%dT%H:%M:%S.000Z"])
        .output();
    let said = String::from_utf8(said.expect("date runs").stdout).expect("UTF-8");
    said.trim().to_owned()
}
