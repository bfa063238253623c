//! A Mac in a temporary directory: a home, the system's programs as stand-ins, and
//! an agent that answers with what the stand-in of launchctl left for it.

use crate::executable;
use control_plane::config::{Environment, Program, Programs};
use control_plane::ingress::health::{AskError, Health};
use control_plane::mac::permissions::Patience;
use control_plane::mac::setup::Wish;
use control_plane::mac::{LAUNCHER, Pace, Place};
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

pub(crate) const LABEL: &str = "com.codex.imessage-control-plane";
const COMMON: &str = include_str!("bin/common.sh");
const STAND_INS: [(Program, &str); 6] = [
    (Program::Launchctl, include_str!("bin/launchctl")),
    (Program::Codesign, include_str!("bin/codesign")),
    (Program::Tccutil, include_str!("bin/tccutil")),
    (Program::Open, include_str!("bin/open")),
    (Program::Log, include_str!("bin/log")),
    (Program::Lsregister, include_str!("bin/lsregister")),
];

thread_local! {
    static SAID: RefCell<Vec<String>> = const { RefCell::new(Vec::new()) };
}

/// What was said on this thread since it was asked last.
pub(crate) fn said() -> String {
    SAID.take().join("\n")
}

fn say(line: &str) {
    SAID.with_borrow_mut(|said| said.push(line.to_owned()));
}

/// The agent's answer stands beside the state directory.
fn ask(state: &Path, _limit: Duration) -> Result<Health, AskError> {
    let file = state.with_file_name("agent.json");
    let text = fs::read_to_string(file).map_err(|error| AskError::Nobody(error.to_string()))?;
    Ok(serde_json::from_str(&text).expect("health"))
}

pub(crate) struct World {
    root: PathBuf,
    _dir: Option<tempfile::TempDir>,
}

impl World {
    /// A Mac on which this program was just unpacked.
    pub(crate) fn new() -> Self {
        let dir = tempfile::Builder::new()
            .prefix("mac.")
            .tempdir()
            .expect("directory");
        let world = Self {
            root: dir.path().canonicalize().expect("root"),
            _dir: Some(dir),
        };
        for made in [
            "bin",
            "home/.codex",
            "home/Library",
            "script",
            "kill",
            "jobs",
            "leaving",
            "disabled",
            "opt",
        ] {
            fs::create_dir_all(world.path(made)).expect("made");
        }
        let root = world.root.display();
        for (program, text) in STAND_INS {
            let file = format!("bin/{}", program.name());
            world.program(
                &file,
                &format!("#!/usr/bin/env bash\nworld={root}\n{COMMON}\n{text}"),
            );
        }
        world.program("opt/codex-imessage-control-plane", "the agent");
        world.program(&format!("opt/{LAUNCHER}"), "the launcher");
        world.write("slow", "2");
        world.agent(&healthy());
        world
    }

    /// The same Mac, for another process.
    pub(crate) fn at(root: &Path) -> Self {
        Self {
            root: root.to_owned(),
            _dir: None,
        }
    }

    pub(crate) fn root(&self) -> &Path {
        &self.root
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.root.join(name)
    }

    pub(crate) fn write(&self, name: &str, text: &str) {
        fs::write(self.path(name), text).expect("written");
    }

    pub(crate) fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap_or_default()
    }

    pub(crate) fn program(&self, name: &str, text: &str) {
        executable::write(&self.path(name), text);
    }

    /// How the agent answers once launchd has started it.
    pub(crate) fn agent(&self, health: &Health) {
        let text = serde_json::to_string(health).expect("json");
        self.write("agent.template", &text.replace("\"pid\":0", "\"pid\":PID"));
    }

    /// The answers of a stand-in, one exit code for each call; `-` is its own.
    pub(crate) fn script(&self, key: &str, codes: &[&str]) {
        self.write(&format!("script/{key}"), &format!("{}\n", codes.join("\n")));
    }

    /// The same answer for ever.
    pub(crate) fn always(&self, key: &str, code: &str) {
        self.script(key, &[code]);
        self.write(&format!("script/{key}.always"), "");
    }

    /// How the programs were called since this was asked last.
    pub(crate) fn calls(&self) -> Vec<String> {
        let calls = self.read("calls");
        self.write("calls", "");
        let root = format!("{}/", self.root.display());
        calls.lines().map(|line| line.replace(&root, "")).collect()
    }

    pub(crate) fn place(&self) -> Place {
        let named = STAND_INS.map(|(program, _)| {
            (
                program,
                self.path(&format!("bin/{}", program.name()))
                    .display()
                    .to_string(),
            )
        });
        Place {
            home: self.path("home"),
            uid: 501,
            label: LABEL.to_owned(),
            codex_home: self.path("home/.codex"),
            state_dir: self.path("state"),
            copies: vec![
                self.path("state/files"),
                self.path("Messages/Attachments/ours"),
            ],
            programs: Programs::new(&Environment::default(), named.into()),
            agent: self.path("opt/codex-imessage-control-plane"),
            launcher: self.path(&format!("opt/{LAUNCHER}")),
            ask,
            pace: Pace {
                look: Duration::from_millis(5),
                launchd: Duration::from_secs(5),
                answer: Duration::from_millis(300),
                stays: Duration::from_millis(20),
                program: Duration::from_secs(20),
                again: Duration::from_millis(40),
            },
            say,
        }
    }

    /// Everything that lasts: the files of the home and the state with their modes, and launchd's jobs.
    pub(crate) fn lasting(&self) -> BTreeMap<String, (u32, String)> {
        let mut found = BTreeMap::new();
        for part in ["home", "state", "jobs", "leaving"] {
            self.gather(&self.path(part), &mut found);
        }
        let running = self.path("agent.json").exists();
        found.insert("running".into(), (u32::from(running), String::new()));
        found
    }

    fn gather(&self, path: &Path, found: &mut BTreeMap<String, (u32, String)>) {
        let Ok(about) = path.symlink_metadata() else {
            return;
        };
        let below = path.strip_prefix(&self.root).expect("below");
        let bytes = if about.is_file() {
            fs::read(path).expect("read")
        } else {
            Vec::new()
        };
        // The root differs between two worlds and its name stands in some files.
        let text = String::from_utf8_lossy(&bytes).replace(&self.root.display().to_string(), "");
        found.insert(
            below.display().to_string(),
            (about.permissions().mode(), text),
        );
        if about.is_dir() {
            for entry in path.read_dir().expect("directory") {
                self.gather(&entry.expect("entry").path(), found);
            }
        }
    }
}

/// An agent to which everything is granted.
pub(crate) fn healthy() -> Health {
    let mut health = Health {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        ..Health::default()
    };
    health.chat_db.ok = true;
    health.automation.ok = true;
    health
}

/// An agent that may not read Messages.
pub(crate) fn denied() -> Health {
    let mut health = healthy();
    health.chat_db.ok = false;
    "directory".clone_into(&mut health.chat_db.step);
    health.chat_db.errno = Some(1);
    "Operation not permitted".clone_into(&mut health.chat_db.message);
    health
}

pub(crate) fn wish() -> Wish {
    Wish {
        recipient: Some("+15555550123".to_owned()),
        skip_permissions: false,
        repair: false,
        patience: patience(2000),
    }
}

pub(crate) fn patience(timeout: u64) -> Patience {
    Patience {
        timeout: Duration::from_millis(timeout),
        poll: Duration::from_millis(5),
        open: true,
    }
}
