//! One world: a directory with a home, a simulated Messages and a tmux server, and
//! the programs in it, each a process of its own. Nothing outside is read or
//! written. What it starts ends with it; where a test fails, the files stay.

use crate::{executable, waiting};
use std::ffi::OsStr;
use std::fs;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::Mutex;
use std::time::Duration;

use control_plane::demo::messages::{Messages, Row};
use tempfile::TempDir;

use crate::tools::{now, wait_for, within};

/// Who alone may speak.
pub(crate) const OWNER: &str = "+15555550123";
/// A user without rights, by a number that every system leaves free or gives to such a one.
const NOBODY: u32 = 65_534;

pub(crate) struct World {
    dir: TempDir,
    root: PathBuf,
    /// Sessions without a screen; they end with whoever started them.
    headless: Mutex<Vec<Child>>,
    /// Who runs everything, if not who runs the test.
    user: Option<u32>,
}

impl World {
    /// A world in which nothing runs yet.
    pub(crate) fn new() -> Self {
        Self::below(&std::env::temp_dir())
    }

    /// The same where a flush costs nothing, if there is such a place.
    pub(crate) fn in_memory() -> Self {
        let memory = Path::new("/dev/shm");
        if memory.is_dir() {
            Self::below(memory)
        } else {
            Self::new()
        }
    }

    fn below(parent: &Path) -> Self {
        let dir = tempfile::Builder::new()
            .prefix("crash")
            .tempdir_in(parent)
            .unwrap();
        let root = dir.path().canonicalize().unwrap();
        waiting::watch(&root);
        for part in ["home/.codex", "messages", "bin", "work"] {
            fs::create_dir_all(root.join(part)).unwrap();
        }
        let world = Self {
            dir,
            root,
            headless: Mutex::default(),
            user: None,
        };
        Messages::create(&world.chat_db()).unwrap();
        // The name that tmux shows of what runs in a pane; and another build may
        // replace the program while the test runs.
        let built = Path::new(env!("CARGO_BIN_EXE_codex-imessage-control-plane"));
        if fs::hard_link(built, world.program("codex")).is_err() {
            fs::copy(built, world.program("codex")).unwrap();
        }
        fs::hard_link(world.program("codex"), world.ours()).unwrap();
        let stand_in = format!(
            "exec '{}' demo-codex \"$@\"",
            world.program("codex").display()
        );
        world.script("codex-cli", &stand_in);
        let notify = format!("notify = ['{}', 'notify']\n", world.ours().display());
        fs::write(world.codex_home().join("config.toml"), notify).unwrap();
        world.osascript(&world.sends());
        world.behave("ok");
        world
    }

    /// A world of somebody whom permissions bind: not of root.
    pub(crate) fn unprivileged() -> Self {
        fn give(path: &Path) {
            std::os::unix::fs::chown(path, Some(NOBODY), None).unwrap();
            if path.is_dir() {
                for entry in fs::read_dir(path).unwrap() {
                    give(&entry.unwrap().path());
                }
            }
        }
        let mut world = Self::new();
        if rustix::process::geteuid().is_root() {
            for part in ["home", "messages", "work"] {
                give(&world.path(part));
            }
            std::os::unix::fs::chown(&world.root, Some(NOBODY), None).unwrap();
            world.user = Some(NOBODY);
        }
        world
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.root.join(name)
    }

    pub(crate) fn program(&self, name: &str) -> PathBuf {
        self.root.join("bin").join(name)
    }

    /// The program under test.
    pub(crate) fn ours(&self) -> PathBuf {
        self.program("control-plane")
    }

    pub(crate) fn codex_home(&self) -> PathBuf {
        self.path("home/.codex")
    }

    pub(crate) fn state(&self) -> PathBuf {
        self.path("state")
    }

    pub(crate) fn chat_db(&self) -> PathBuf {
        self.path("messages/chat.db")
    }

    /// Makes an executable script.
    pub(crate) fn script(&self, name: &str, body: &str) {
        executable::write(&self.program(name), format!("#!/bin/sh\n{body}\n"));
    }

    /// What osascript does from now on.
    pub(crate) fn osascript(&self, body: &str) {
        self.script("osascript", body);
    }

    /// The line of a script that sends, as [`World::behave`] says.
    pub(crate) fn sends(&self) -> String {
        format!(
            "'{}' demo-osascript '{}' '{}' \"$(cat '{}')\" \"$@\"",
            self.ours().display(),
            self.chat_db().display(),
            self.path("messages/calls").display(),
            self.path("messages/behaviour").display(),
        )
    }

    /// What a send does from now on.
    pub(crate) fn behave(&self, behaviour: &str) {
        let new = self.path("messages/behaviour.new");
        fs::write(&new, behaviour).unwrap();
        fs::rename(new, self.path("messages/behaviour")).unwrap();
    }

    /// A program in this world.
    pub(crate) fn command(&self, program: impl AsRef<OsStr>) -> Command {
        let mut command = Command::new(program);
        command
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("HOME", self.path("home"))
            .env("SHELL", "/bin/sh")
            .env("TMUX_TMPDIR", &self.root)
            .env("CODEX_HOME", self.codex_home())
            .env("CODEX_IMESSAGE_TO", OWNER)
            // More than a person wants to read.
            .env("CODEX_IMESSAGE_MAX_PER_HOUR", "100000")
            .env("CODEX_IMESSAGE_DIGEST_S", "0")
            .env("CODEX_IMESSAGE_GRACE_S", "0")
            .env("CODEX_IMESSAGE_STATE_DIR", self.state())
            .env("CODEX_IMESSAGE_CHAT_DB", self.chat_db())
            .env("CODEX_IMESSAGE_OSASCRIPT_BIN", self.program("osascript"))
            .env("CODEX_IMESSAGE_CODEX_BIN", self.program("codex-cli"))
            .env("CODEX_IMESSAGE_TMUX_SOCKET", self.path("tmux"))
            .env("CODEX_IMESSAGE_DEFAULT_CWD", self.path("work"))
            .env("CODEX_IMESSAGE_INBOUND_POLL_S", "0.1")
            .env("CODEX_IMESSAGE_TMUX_ACK_TIMEOUT_S", "0.5")
            .current_dir(self.path("work"))
            .stdin(Stdio::null());
        if let Some(user) = self.user {
            command.uid(user);
        }
        command
    }

    /// The program under test, to its end.
    pub(crate) fn ask(&self, args: &[&str]) -> Output {
        self.command(self.ours()).args(args).output().unwrap()
    }

    /// A new connection to the simulated Messages.
    pub(crate) fn messages(&self) -> Messages {
        Messages::open(&self.chat_db()).unwrap()
    }

    /// The owner writes; gives the row's id.
    pub(crate) fn say(&self, text: &str) -> String {
        let row = Row::from(OWNER, text, now());
        self.messages().insert(&row).unwrap()
    }

    /// One run of tmux on this world's server; what it said.
    pub(crate) fn tmux(&self, args: &[&str]) -> Output {
        let mut tmux = self.command("tmux");
        tmux.args(["-u", "-f", "/dev/null", "-S"]);
        tmux.arg(self.path("tmux")).args(args).output().unwrap()
    }

    /// A session in a pane, its first turn over; gives its thread.
    pub(crate) fn pane(&self, prompt: &str) -> String {
        let codex = self.program("codex");
        self.window(&[codex.to_str().unwrap(), "demo-codex", "--", prompt]);
        self.thread_of(prompt)
    }

    /// The same of a script that starts the session with this prompt.
    pub(crate) fn pane_of(&self, script: &str, prompt: &str) -> String {
        self.window(&[self.program(script).to_str().unwrap()]);
        self.thread_of(prompt)
    }

    fn window(&self, command: &[&str]) {
        let mut args = ["new-session", "-d", "-x", "120", "-y", "40", "--"].to_vec();
        args.extend(command);
        let started = self.tmux(&args);
        assert!(started.status.success(), "{started:?}");
    }

    /// A session without a screen, its first turn over; gives its thread.
    pub(crate) fn headless(&self, prompt: &str) -> String {
        let mut codex = self.command(self.program("codex"));
        codex.args(["demo-codex", "--headless", "--", prompt]);
        self.headless.lock().unwrap().push(codex.spawn().unwrap());
        self.thread_of(prompt)
    }

    fn thread_of(&self, prompt: &str) -> String {
        wait_for(&format!("the session of {prompt:?}"), || {
            let begun = |path: &PathBuf| {
                let text = fs::read_to_string(path).unwrap();
                text.contains(&format!("{prompt:?}")) && text.contains("task_complete")
            };
            let rollout = self.rollouts().into_iter().find(begun)?;
            let name = rollout.file_stem()?.to_str()?.to_owned();
            Some(name[name.len() - 36..].to_owned())
        })
    }

    /// The files that Codex wrote.
    pub(crate) fn rollouts(&self) -> Vec<PathBuf> {
        fn below(path: PathBuf) -> Vec<PathBuf> {
            match fs::read_dir(&path) {
                Ok(entries) => entries
                    .flat_map(|entry| below(entry.unwrap().path()))
                    .collect(),
                Err(_) => vec![path],
            }
        }
        let sessions = self.codex_home().join("sessions");
        if sessions.is_dir() {
            below(sessions)
        } else {
            Vec::new()
        }
    }

    /// Hand-overs that nobody has taken yet.
    pub(crate) fn waiting(&self) -> usize {
        fs::read_dir(self.state().join("inbox/new")).map_or(0, Iterator::count)
    }
}

impl Drop for World {
    fn drop(&mut self) {
        for mut codex in self.headless.lock().unwrap().drain(..) {
            // It may have been killed by the test.
            let _gone = codex.kill();
            let _gone = codex.wait();
        }
        if self.path("tmux").exists() {
            self.tmux(&["kill-server"]);
        }
        if std::thread::panicking() {
            self.dir.disable_cleanup(true);
            eprintln!("the files are kept in {}", self.root.display());
        } else {
            // What was told to end may still write for a moment.
            within(Duration::from_secs(5), || {
                let _busy = fs::remove_dir_all(&self.root);
                (!self.root.exists()).then_some(())
            });
        }
    }
}
