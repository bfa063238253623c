//! A private tmux server, a stand-in Codex in its panes, and an executor for them.

use crate::executable;
use control_plane::app_server::Link;
use control_plane::effects::child::{Child, Ended};
use control_plane::effects::{EffectsConfig, Executor as _, LocalExecutor};
use events::command::{Instruction, TypeInstruction};
use events::{Command, CommandId, Guid, Pane, Report, Seq, SessionId, Span};
use rustix::process::Pid;
use std::ffi::OsString;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::time::Duration;
use tempfile::TempDir;
use tokio::time::{Instant, sleep};

pub(super) const ID: &str = "01a203cb-6906-7a82-8fcb-429f6aaaaaaa";
pub(super) const OTHER: &str = "01a203cb-6906-7a82-9fcb-429f6bbbbbbb";
pub(super) const TITLE: &str = "Ready | 01a203cb-6906-7a82-8fcb-429f6... | name";
const STAND_IN: &str = include_str!("codex.py");

pub(super) struct Rig {
    dir: TempDir,
    pub(super) config: EffectsConfig,
    pub(super) socket: PathBuf,
}

/// A stand-in in its pane.
pub(super) struct StandIn {
    pub(super) pane: Pane,
    log: PathBuf,
}

impl Rig {
    pub(super) fn new() -> Self {
        let dir = tempfile::tempdir().expect("directory");
        let root = dir.path().to_owned();
        let user = rustix::process::getuid().as_raw();
        let sockets = root.join(format!("tmux-{user}"));
        std::fs::create_dir(&sockets).expect("sockets");
        std::fs::set_permissions(&sockets, std::fs::Permissions::from_mode(0o700)).expect("mode");
        std::fs::create_dir_all(root.join("home/thread-writer-locks")).expect("home");
        std::fs::write(root.join("codex.py"), STAND_IN).expect("stand-in");
        // Only this rig's own server: tests beside it use the same thread ids.
        let programs = root.join("programs");
        std::fs::create_dir(&programs).expect("programs");
        executable::write(
            &programs.join("ps"),
            "#!/bin/sh\nPATH=${PATH#*:} ps \"$@\" | grep -v 'tmux: server'\n",
        );
        let socket = sockets.join("default");
        let path = format!("{}:{}", programs.display(), path_variable());
        let config = EffectsConfig {
            osascript: root.join("osascript"),
            chat_db: root.join("chat.db"),
            files: root.join("state/files"),
            files_out: root.join("out"),
            sips: Some(root.join("sips")),
            sips_budget: Duration::from_millis(600),
            tmux: PathBuf::from("tmux"),
            codex: root.join("codex"),
            git: PathBuf::from("git"),
            codex_home: root.join("home"),
            tmux_socket: None,
            tmux_tmpdir: root,
            new_session_name: "agent".to_owned(),
            window_prefix: "agent".to_owned(),
            start_tmux_server: true,
            full_access: false,
            redact: projections::redact::redact_rows,
            osascript_budget: Duration::from_millis(600),
            start_budget: Duration::from_secs(8),
            environment: vec![("PATH".into(), path.into())],
        };
        Self {
            dir,
            config,
            socket,
        }
    }

    /// `None`, and the reason is printed, where what its panes need is missing.
    #[expect(
        clippy::disallowed_methods,
        clippy::print_stderr,
        reason = "a test asks the machine and says what it lacks"
    )]
    pub(super) fn with_tmux() -> Option<Self> {
        for (program, version) in [
            ("tmux", "-V"),
            ("python3", "--version"),
            ("bash", "--version"),
        ] {
            let asked = std::process::Command::new(program).arg(version).output();
            if !asked.is_ok_and(|asked| asked.status.success()) {
                let must = std::env::var("CI").is_ok_and(|ci| ci == "true");
                assert!(!must, "{program} is missing");
                eprintln!("skipped: {program} is missing");
                return None;
            }
        }
        Some(Self::new())
    }

    pub(super) fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    pub(super) fn lock(&self, id: &str) -> String {
        let name = format!("home/thread-writer-locks/{id}.lock");
        self.path(&name).display().to_string()
    }

    /// Writes an executable script.
    pub(super) fn script(&self, name: &str, body: &str) {
        executable::write(&self.path(name), body);
    }

    pub(super) async fn tmux(&self, args: &[&str]) -> String {
        let mut all: Vec<OsString> = vec!["-u".into(), "-f".into(), "/dev/null".into()];
        all.extend(["-S".into(), self.socket.clone().into()]);
        all.extend(args.iter().map(Into::into));
        match run("tmux", all).await {
            Ended::Exited { code: 0, out, .. } => String::from_utf8(out).expect("UTF-8"),
            Ended::Exited { err, .. } => panic!("tmux: {}", String::from_utf8_lossy(&err)),
            Ended::Signalled { .. } | Ended::TimedOut | Ended::NotStarted(_) => panic!("no tmux"),
        }
    }

    /// A pane that runs any command.
    pub(super) async fn pane(&self, command: &[&str]) -> Pane {
        // A server that lost its last pane must not go away under the next one.
        let mut args = vec![
            "start-server",
            ";",
            "set-option",
            "-s",
            "exit-empty",
            "off",
            ";",
            "new-session",
            "-d",
            "-P",
            "-F",
            "#{pane_id}",
            "-x",
            "100",
            "-y",
            "40",
        ];
        args.extend(command);
        Pane {
            socket: self.socket.display().to_string(),
            id: self.tmux(&args).await.trim().to_owned(),
        }
    }

    /// A pane in which the stand-in is ready.
    pub(super) async fn codex(&self, options: &[&str]) -> StandIn {
        self.codex_by("exec RUN", "codex", options).await
    }

    /// The same under another name, started by a shell that runs a command line, in which
    /// `RUN` stands for the stand-in.
    pub(super) async fn codex_by(&self, command: &str, name: &str, options: &[&str]) -> StandIn {
        let nth = options.join("").len() + self.logs();
        let (log, run) = (
            self.path(&format!("log-{nth}")),
            self.path(&format!("run-{nth}")),
        );
        let quoted = |text: &str| format!("'{}'", text.replace('\'', "'\\''"));
        let options: Vec<String> = options.iter().map(|option| quoted(option)).collect();
        // `python3` itself may be a script that would lose the name.
        let script = format!(
            "#!/bin/bash\npython=$(python3 -c 'import sys; print(sys.executable)')\n\
             exec -a {name} \"$python\" '{}' '{}' {}\n",
            self.path("codex.py").display(),
            log.display(),
            options.join(" ")
        );
        executable::write(&run, script);
        let command = command.replace("RUN", &run.display().to_string());
        let pane = self.pane(&["bash", "-c", &command]).await;
        let codex = StandIn { pane, log };
        codex.until("\"ready\"").await;
        codex
    }

    fn logs(&self) -> usize {
        std::fs::read_dir(self.dir.path())
            .expect("directory")
            .count()
            * 1000
    }

    pub(super) async fn execute(&self, command: Command) -> Report {
        let cause = Seq(7);
        let executor = LocalExecutor::new(self.config.clone(), Link::default());
        executor
            .execute(CommandId { cause, nth: 0 }, &command)
            .await
    }

    pub(super) async fn type_in(&self, text: &str) -> Report {
        self.execute(Command::TypeInstruction(typing(text))).await
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "a test runs what the machine has"
)]
fn path_variable() -> String {
    std::env::var("PATH").expect("PATH")
}

impl Drop for Rig {
    fn drop(&mut self) {
        #[expect(clippy::disallowed_methods, reason = "a drop cannot await a child")]
        let _gone = std::process::Command::new("tmux")
            .arg("-S")
            .arg(&self.socket)
            .arg("kill-server")
            .output();
    }
}

impl StandIn {
    /// Waits for a line of the log that contains `what`.
    pub(super) async fn until(&self, what: &str) -> String {
        // It ends by itself long before; a busy machine takes longer.
        let end = Instant::now() + Duration::from_secs(120);
        while Instant::now() < end {
            let log = self.log();
            if let Some(line) = log.lines().find(|line| line.contains(what)) {
                return line.to_owned();
            }
            sleep(Duration::from_millis(1)).await;
        }
        panic!("{what} never came; the log is {}", self.log());
    }

    /// Waits for so many keys.
    pub(super) async fn until_keys(&self, count: usize) {
        let end = Instant::now() + Duration::from_secs(120);
        while self.keys().len() < count {
            assert!(Instant::now() < end, "the keys are {:?}", self.keys());
            sleep(Duration::from_millis(1)).await;
        }
    }

    /// Its process.
    pub(super) async fn pid(&self) -> Pid {
        let line = self.until("\"ready\"").await;
        let value: serde_json::Value = serde_json::from_str(&line).expect("JSON");
        let pid = value["ready"].as_i64().and_then(|pid| pid.try_into().ok());
        pid.and_then(Pid::from_raw).expect("a process")
    }

    pub(super) async fn submitted(&self) -> String {
        let line = self.until("\"submitted\"").await;
        let value: serde_json::Value = serde_json::from_str(&line).expect("JSON");
        value["submitted"].as_str().expect("text").to_owned()
    }

    pub(super) fn log(&self) -> String {
        std::fs::read_to_string(&self.log).unwrap_or_default()
    }

    /// The keys that reached it outside of pastes.
    pub(super) fn keys(&self) -> Vec<String> {
        let log = self.log();
        let values = log
            .lines()
            .filter_map(|line| serde_json::from_str(line).ok());
        let keys = values.filter_map(|v: serde_json::Value| v["key"].as_str().map(str::to_owned));
        keys.collect()
    }
}

pub(super) async fn run(program: &str, args: Vec<OsString>) -> Ended {
    let child = Child {
        program: PathBuf::from(program),
        args,
        stdin: Vec::new(),
        cwd: None,
        environment: Vec::new(),
        budget: Duration::from_secs(10),
    };
    child.run().await
}

pub(super) fn session(id: &str) -> SessionId {
    SessionId::parse(id).expect("id")
}

pub(super) fn instruction(text: &str, cwd: &Path) -> Instruction {
    Instruction {
        inbound: Guid::parse("guid").expect("guid"),
        session: session(ID),
        cwd: cwd.display().to_string(),
        text: text.into(),
        budget: Span(3000),
    }
}

pub(super) fn typing(text: &str) -> TypeInstruction {
    TypeInstruction {
        instruction: instruction(text, Path::new("/")),
        hints: Vec::new(),
        steer: true,
    }
}

impl StandIn {
    /// Begins the log anew. The stand-in appends, so nothing is lost.
    pub(super) fn forget(&self) {
        std::fs::write(&self.log, "").expect("log");
    }
}
