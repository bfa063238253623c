//! Where the external programs are: `CODEX_IMESSAGE_<NAME>_BIN`, else PATH, else
//! the places where a Mac keeps them, since launchd gives its jobs a short PATH.
//! Looked up at each use, so that a program installed later is found. It must
//! never fall back to another program than the one the owner named, nor take
//! one from a relative directory.

use super::environment::Environment;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

/// A program that is not ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Program {
    /// Sends texts through Messages.
    Osascript,
    /// Holds the panes.
    Tmux,
    /// Codex itself.
    Codex,
    /// Registers the agent.
    Launchctl,
    /// Resets permissions.
    Tccutil,
    /// Signs the launcher.
    Codesign,
    /// Opens System Settings.
    Open,
    /// Reads the system's log.
    Log,
    /// Tells the system where apps are.
    Lsregister,
    /// Lists the devices, and with them when somebody last used the Mac.
    Ioreg,
    /// Keeps the Mac awake for a while.
    Caffeinate,
    /// Tells whether the Mac runs on its battery.
    Pmset,
    /// Converts pictures.
    Sips,
    /// Tells what is changed in a directory.
    Git,
}

impl Program {
    /// All of them.
    pub const ALL: [Self; 14] = [
        Self::Osascript,
        Self::Tmux,
        Self::Codex,
        Self::Launchctl,
        Self::Tccutil,
        Self::Codesign,
        Self::Open,
        Self::Log,
        Self::Lsregister,
        Self::Ioreg,
        Self::Caffeinate,
        Self::Pmset,
        Self::Sips,
        Self::Git,
    ];

    /// The name of its file.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Osascript => "osascript",
            Self::Tmux => "tmux",
            Self::Codex => "codex",
            Self::Launchctl => "launchctl",
            Self::Tccutil => "tccutil",
            Self::Codesign => "codesign",
            Self::Open => "open",
            Self::Log => "log",
            Self::Lsregister => "lsregister",
            Self::Ioreg => "ioreg",
            Self::Caffeinate => "caffeinate",
            Self::Pmset => "pmset",
            Self::Sips => "sips",
            Self::Git => "git",
        }
    }

    /// The variable that names its file.
    pub const fn variable(self) -> &'static str {
        match self {
            Self::Osascript => "CODEX_IMESSAGE_OSASCRIPT_BIN",
            Self::Tmux => "CODEX_IMESSAGE_TMUX_BIN",
            Self::Codex => "CODEX_IMESSAGE_CODEX_BIN",
            Self::Launchctl => "CODEX_IMESSAGE_LAUNCHCTL_BIN",
            Self::Tccutil => "CODEX_IMESSAGE_TCCUTIL_BIN",
            Self::Codesign => "CODEX_IMESSAGE_CODESIGN_BIN",
            Self::Open => "CODEX_IMESSAGE_OPEN_BIN",
            Self::Log => "CODEX_IMESSAGE_LOG_BIN",
            Self::Lsregister => "CODEX_IMESSAGE_LSREGISTER_BIN",
            Self::Ioreg => "CODEX_IMESSAGE_IOREG_BIN",
            Self::Caffeinate => "CODEX_IMESSAGE_CAFFEINATE_BIN",
            Self::Pmset => "CODEX_IMESSAGE_PMSET_BIN",
            Self::Sips => "CODEX_IMESSAGE_SIPS_BIN",
            Self::Git => "CODEX_IMESSAGE_GIT_BIN",
        }
    }
}

/// Where programs are on every Mac.
pub const SYSTEM: [&str; 6] = [
    "/opt/homebrew/bin",
    "/usr/local/bin",
    "/usr/bin",
    "/bin",
    "/usr/sbin",
    "/sbin",
];

/// Where macOS keeps `lsregister`.
const LAUNCH_SERVICES: &str =
    "/System/Library/Frameworks/CoreServices.framework/Frameworks/LaunchServices.framework/Support";

/// Places below the home directory tried last.
const USUAL_AT_HOME: [&str; 3] = [".local/bin", ".cargo/bin", ".npm-global/bin"];

/// How to find external programs.
#[derive(Clone, Debug, Default)]
pub struct Programs {
    named: Vec<(Program, String)>,
    path: Vec<PathBuf>,
}

impl Programs {
    /// `named` is what the owner configured for each program.
    pub fn new(environment: &Environment, named: Vec<(Program, String)>) -> Self {
        let from_path: OsString = environment.get("PATH").unwrap_or_default().into();
        let at_home = environment.home();
        let path = std::env::split_paths(&from_path)
            .chain(SYSTEM.iter().map(PathBuf::from))
            .chain([PathBuf::from(LAUNCH_SERVICES)])
            .chain(
                at_home
                    .iter()
                    .flat_map(|home| USUAL_AT_HOME.iter().map(|place| home.join(place))),
            )
            .filter(|directory| directory.is_absolute())
            .collect();
        Self { named, path }
    }

    /// What the program goes by: as the owner configured it, else by its own name.
    pub fn named(&self, program: Program) -> &str {
        let named = self.named.iter().find(|(other, _)| *other == program);
        named.map_or(program.name(), |(_, file)| file)
    }

    /// The program's file, or `None` when it is not on this machine.
    pub fn find(&self, program: Program) -> Option<PathBuf> {
        let file = self.named(program);
        if file.contains('/') {
            let file = PathBuf::from(file);
            return executable(&file).then_some(file);
        }
        let mut candidates = self.path.iter().map(|directory| directory.join(file));
        candidates.find(|candidate| executable(candidate))
    }
}

fn executable(file: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    file.metadata()
        .is_ok_and(|about| about.is_file() && about.permissions().mode() & 0o111 != 0)
}
