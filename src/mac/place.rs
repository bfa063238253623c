//! Where everything is on this Mac, and how patient set-up is. One value that all
//! steps are given, so that a test can put it anywhere.

use crate::config::{Program, Programs};
use crate::error::CommandError;
use crate::ingress::health::{AskError, Health};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// The launcher app as people see it.
pub const APP: &str = "Codex iMessage.app";
/// The launcher app as the system knows it; never the label of a job.
pub const BUNDLE: &str = "com.codex.imessage-control-plane.launcher";
/// The launcher's file, beside this program and in the app.
pub const LAUNCHER: &str = "codex-imessage-launcher";
/// Seconds that a stopping job has before launchd kills it.
pub(super) const EXIT_TIME_OUT: u64 = 20;
/// Seconds between two starts.
pub(super) const THROTTLE: u64 = 10;
/// The directory of what belongs to the installation.
const OURS: &str = "codex-imessage-control-plane";

/// Where things are, and what they are asked with.
#[derive(Clone)]
pub struct Place {
    /// The owner's home directory.
    pub home: PathBuf,
    /// The owner.
    pub uid: u32,
    /// Name of the launchd job.
    pub label: String,
    /// Codex's directory.
    pub codex_home: PathBuf,
    /// Our directory.
    pub state_dir: PathBuf,
    /// Where copies of files are put, for sessions and for Messages.
    pub copies: Vec<PathBuf>,
    /// External programs.
    pub programs: Programs,
    /// The program that the launcher starts.
    pub agent: PathBuf,
    /// The launcher as it was delivered.
    pub launcher: PathBuf,
    /// How the running agent is asked for its health.
    pub ask: fn(&Path, Duration) -> Result<Health, AskError>,
    /// How long things may take.
    pub pace: Pace,
    /// Says a line to the person at the terminal.
    pub say: fn(&str),
}

/// How long things may take.
#[derive(Clone, Copy, Debug)]
pub struct Pace {
    /// Between two looks at launchd or the agent.
    pub look: Duration,
    /// Until launchd has let go of a job: what the job may take, and ten seconds.
    pub launchd: Duration,
    /// Until a started agent answers.
    pub answer: Duration,
    /// How long it has to stay up after that: longer than launchd waits between two starts.
    pub stays: Duration,
    /// For one program of the system.
    pub program: Duration,
    /// While permission is waited for, how often the agent is started again to see it.
    pub again: Duration,
}

impl Default for Pace {
    fn default() -> Self {
        let seconds = Duration::from_secs;
        Self {
            look: Duration::from_millis(500),
            launchd: seconds(EXIT_TIME_OUT + 10),
            answer: seconds(15),
            stays: seconds(THROTTLE + 3),
            program: seconds(30),
            again: seconds(30),
        }
    }
}

impl Place {
    /// The launcher app.
    pub fn app(&self) -> PathBuf {
        self.home.join("Applications").join(APP)
    }

    /// The launcher in the app: what launchd starts and what permissions are given to.
    pub fn installed_launcher(&self) -> PathBuf {
        self.app().join("Contents/MacOS").join(LAUNCHER)
    }

    /// The job's definition.
    pub fn plist(&self) -> PathBuf {
        self.agents().join(format!("{}.plist", self.label))
    }

    /// Where the definitions of the owner's jobs are.
    pub fn agents(&self) -> PathBuf {
        self.home.join("Library/LaunchAgents")
    }

    /// What belongs to the installation and is not state.
    pub fn support(&self) -> PathBuf {
        self.home.join("Library/Application Support").join(OURS)
    }

    /// The file that tells the launcher which program to start.
    pub fn target(&self) -> PathBuf {
        self.support().join(super::launcher::TARGET)
    }

    /// What launchd writes when the agent cannot start.
    pub fn logs(&self) -> PathBuf {
        self.home.join("Library/Logs").join(OURS)
    }

    /// The agent's health, as it says itself.
    pub fn health(&self) -> Result<Health, AskError> {
        (self.ask)(&self.state_dir, Duration::from_secs(2))
    }

    /// Refuses what cannot end well: another system, or the wrong user.
    pub fn check(&self) -> Result<(), CommandError> {
        if self.programs.find(Program::Launchctl).is_none() {
            return Err(CommandError::usage(
                "this command works on a Mac only: launchctl not found",
            )
            .hint("nothing was changed; try `demo` on other systems"));
        }
        if self.uid == 0 {
            return Err(CommandError::usage(
                "run this as yourself, not as root: the agent belongs to your login session",
            )
            .hint("nothing was changed; run it again without sudo"));
        }
        Ok(())
    }
}
