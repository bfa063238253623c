//! Where the demo plays: one private temporary directory that holds everything,
//! from the simulated Messages to Codex' home and the log. The programs in it
//! are small scripts that set what belongs to the demo and become the real
//! program. Nothing outside may be written to, and nothing of the owner's
//! settings may leak in.

use super::codex_home::{CodexHome, OFFLINE};
use super::messages::Messages;
use crate::clock::Stopwatch;
use crate::config::{Config, Environment, Program, Programs};
use crate::error::CommandError;
use crate::ingress::client;
use rustix::fs::OFlags;
use std::ffi::OsString;
use std::fs;
use std::io::{self, Read as _};
use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::time::Duration;
use tempfile::TempDir;

/// The person in the demo.
pub(super) const OWNER: &str = "+15555550123";

/// A directory with all that the demo needs. It is removed when this is dropped.
pub(super) struct Place {
    directory: TempDir,
    root: PathBuf,
    /// This program.
    ours: PathBuf,
    /// The real tmux, where there is one.
    pub(super) tmux: Option<PathBuf>,
    /// A request that nobody answers is told once more after so many seconds.
    pub(super) nudge_s: u32,
    path: OsString,
}

impl Place {
    /// Makes the directory, the simulated Messages and the scripts for what is ours.
    pub(super) fn make(environment: &Environment, nudge_s: u32) -> Result<Self, CommandError> {
        Self::furnish(environment, nudge_s).map_err(|error| {
            CommandError::failure("the demo's temporary directory cannot be made").because(error)
        })
    }

    fn furnish(environment: &Environment, nudge_s: u32) -> io::Result<Self> {
        let directory = tempfile::Builder::new().prefix("codex-demo.").tempdir()?;
        let place = Self {
            // Codex resolves links in the directories that it trusts and works in.
            root: directory.path().canonicalize()?,
            directory,
            ours: std::env::current_exe()?,
            tmux: find(environment, Program::Tmux),
            nudge_s,
            path: environment.get("PATH").unwrap_or_default().to_owned(),
        };
        for made in [
            "bin",
            "home/.codex",
            "messages",
            "stand-in",
            "state",
            "work/api-server",
        ] {
            fs::create_dir_all(place.root.join(made))?;
        }
        Messages::create(&place.chat_db()).map_err(io::Error::other)?;
        let osascript = format!(
            "exec {} demo-osascript {} {} ok \"$@\"",
            quoted(&place.ours),
            quoted(&place.chat_db()),
            quoted(&place.root.join("messages/calls.jsonl")),
        );
        place.script("osascript", &osascript)?;
        let notify = format!(
            "export CODEX_HOME={} CODEX_IMESSAGE_STATE_DIR={}\nexec {} notify \"$@\"",
            quoted(&place.codex_home()),
            quoted(&place.state()),
            quoted(&place.ours),
        );
        place.script("notify", &notify)?;
        Ok(place)
    }

    /// Makes `codex` the program at `real`, in a home of its own.
    pub(super) fn real_codex(&self, real: &Path) -> io::Result<()> {
        self.codex(&quoted(real))
    }

    /// Makes `codex` the stand-in. tmux tells the name of the file that runs in
    /// a pane, so this program gets another name.
    pub(super) fn stand_in(&self) -> io::Result<()> {
        let named = self.root.join("stand-in/codex");
        if !named.exists() && fs::hard_link(&self.ours, &named).is_err() {
            fs::copy(&self.ours, &named)?;
        }
        self.codex(&format!("{} demo-codex", quoted(&named)))
    }

    fn codex(&self, command: &str) -> io::Result<()> {
        let offline = OFFLINE.map(|(name, value)| format!(" {name}={value}"));
        let script = format!(
            "unset http_proxy https_proxy all_proxy no_proxy OPENAI_API_KEY CODEX_API_KEY\n\
             export HOME={} CODEX_HOME={} SHELL=/bin/sh{}\nexec {command} \"$@\"",
            quoted(&self.root.join("home")),
            quoted(&self.codex_home()),
            offline.concat(),
        );
        self.script("codex", &script)
    }

    fn script(&self, name: &str, body: &str) -> io::Result<()> {
        let file = self.program(name);
        let alive = quoted(&self.alive());
        fs::write(&file, format!("#!/bin/sh\nexec 9<>{alive}\n{body}\n"))?;
        fs::set_permissions(&file, fs::Permissions::from_mode(0o700))
    }

    /// Codex' configuration, with the scripted model behind `base_url`.
    pub(super) fn configure_codex(&self, base_url: String) -> io::Result<()> {
        let home = CodexHome {
            trusted: vec![self.work()],
            notify: vec![self.program("notify").to_string_lossy().into_owned()],
            ask_in_default_mode: true,
            ..CodexHome::new(self.codex_home(), base_url)
        };
        home.write().map(drop)
    }

    /// The environment of the control plane, and nothing else.
    pub(super) fn config(&self) -> Result<Config, CommandError> {
        let file = |path: PathBuf| path.into_os_string();
        // One that is missing stays missing, whatever PATH holds.
        let tmux = self.tmux.clone().unwrap_or_else(|| self.program("tmux"));
        let variables = [
            ("HOME", file(self.root.join("home"))),
            ("PATH", self.path.clone()),
            // The owner's own tmux servers are not looked at.
            ("TMUX_TMPDIR", file(self.root.clone())),
            ("CODEX_HOME", file(self.codex_home())),
            ("CODEX_IMESSAGE_TO", OWNER.into()),
            // Whoever watches sits at the desk, and wants to see the texts.
            ("CODEX_IMESSAGE_GRACE_S", "0".into()),
            ("CODEX_IMESSAGE_DIGEST_S", "0".into()),
            // What takes hours elsewhere is played within a minute.
            ("CODEX_IMESSAGE_MAX_PER_HOUR", "1000".into()),
            // Nobody waits half an hour for a reminder here.
            ("CODEX_IMESSAGE_NUDGE_S", self.nudge_s.to_string().into()),
            ("CODEX_IMESSAGE_STATE_DIR", file(self.state())),
            ("CODEX_IMESSAGE_CHAT_DB", file(self.chat_db())),
            ("CODEX_IMESSAGE_DEFAULT_CWD", file(self.work())),
            ("CODEX_IMESSAGE_TMUX_SOCKET", file(self.tmux_socket())),
            ("CODEX_IMESSAGE_TMUX_BIN", file(tmux)),
            ("CODEX_IMESSAGE_CODEX_BIN", file(self.program("codex"))),
            (
                "CODEX_IMESSAGE_OSASCRIPT_BIN",
                file(self.program("osascript")),
            ),
        ];
        Ok(Config::load(&Environment::of(variables), &[])?)
    }

    /// The whole of it.
    pub(super) fn root(&self) -> &Path {
        &self.root
    }

    pub(super) fn program(&self, name: &str) -> PathBuf {
        self.root.join("bin").join(name)
    }

    pub(super) fn codex_home(&self) -> PathBuf {
        self.root.join("home/.codex")
    }

    pub(super) fn chat_db(&self) -> PathBuf {
        self.root.join("messages").join("chat.db")
    }

    pub(super) fn tmux_socket(&self) -> PathBuf {
        self.root.join("tmux.sock")
    }

    /// The directory that sessions work in.
    pub(super) fn work(&self) -> PathBuf {
        self.root.join("work/api-server")
    }

    /// Where the log is.
    pub(super) fn state(&self) -> PathBuf {
        self.root.join("state")
    }

    /// Made by the control plane once it holds its log.
    pub(super) fn control_socket(&self) -> io::Result<PathBuf> {
        client::address(&self.state())
    }

    /// A pipe that every program of the demo holds open, and what it starts too: a
    /// notify process outlives its Codex, and would make anew what is removed.
    pub(super) fn alive(&self) -> PathBuf {
        self.root.join("alive")
    }

    /// Waits until none of these programs is left; gives whether that is so.
    pub(super) fn wait_for_the_last(&self, patience: Duration) -> io::Result<bool> {
        let mut pipe = fs::OpenOptions::new()
            .read(true)
            .custom_flags(OFlags::NONBLOCK.bits().cast_signed())
            .open(self.alive())?;
        let waiting = Stopwatch::start();
        loop {
            match pipe.read(&mut [0]) {
                Ok(_) => return Ok(true),
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                Err(error) => return Err(error),
            }
            if waiting.elapsed() > patience {
                return Ok(false);
            }
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    /// Leaves everything where it is, for whoever wants to know why.
    pub(super) fn keep(&mut self) {
        self.directory.disable_cleanup(true);
    }
}

/// A program of this machine, as the owner's environment names it.
pub(super) fn find(environment: &Environment, program: Program) -> Option<PathBuf> {
    let named = environment.get(program.variable());
    let named = named.map(|name| (program, name.to_string_lossy().into_owned()));
    Programs::new(environment, named.into_iter().collect()).find(program)
}

/// A path as one word of a shell.
fn quoted(path: &Path) -> String {
    format!("'{}'", path.to_string_lossy().replace('\'', r"'\''"))
}
