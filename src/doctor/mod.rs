//! Checks the whole installation. Each check reports what it saw and one next step.
//!
//! The running agent is asked, because only it knows what macOS allows it; the log
//! is read beside it, so that this works as well when it is stopped, hangs, or
//! when the log is damaged. Nothing is changed unless `--fix` asks for it, nothing
//! is sent, and no text of anybody and no address is shown.

mod access;
mod agent;
mod check;
mod codex;
mod delivery;
mod facts;
mod hooks;
mod job;
mod log;
mod owner;
mod panes;
mod place;
mod reading;
#[cfg(test)]
mod tests;

pub use check::{Check, Verdict};

use crate::clock::wall;
use crate::config::Config;
use crate::error::CommandError;
use crate::ingress::client::ask_health;
use crate::ingress::health::Health;
use crate::mac::Place;
use crate::runtime;
use events::Wall;
use facts::Facts;
use serde::Serialize;
use std::time::Duration;

/// The version of the report's JSON; see docs/doctor.md.
pub const SCHEMA: u16 = 1;
/// How long the agent may take to answer.
const PATIENCE: Duration = Duration::from_secs(3);
/// What all checks together say.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Judgement {
    /// Nothing is wrong; exit code 0.
    Healthy,
    /// At least one check warns or fails; exit code 1.
    Degraded,
    /// Nothing is known to be wrong, but a check that decides could not be made; exit code 2.
    Unknown,
}

/// All checks.
#[derive(Clone, Debug, Serialize)]
pub struct Report {
    /// [`SCHEMA`].
    pub schema: u16,
    /// Version of this program.
    pub version: &'static str,
    /// When it was made, in milliseconds since 1970.
    pub at: Wall,
    /// What all checks together say.
    pub health: Judgement,
    /// The agent's own answer, where it gave one.
    pub agent: Option<Health>,
    /// The checks, in a fixed order.
    pub checks: Vec<Check>,
}

impl Report {
    fn of(checks: Vec<Check>, agent: Option<Health>) -> Self {
        let wrong = |check: &Check| matches!(check.verdict, Verdict::Warn | Verdict::Fail);
        let untold = |check: &Check| check.decides && check.verdict == Verdict::Unknown;
        let health = if checks.iter().any(wrong) {
            Judgement::Degraded
        } else if checks.iter().any(untold) {
            Judgement::Unknown
        } else {
            Judgement::Healthy
        };
        Self {
            schema: SCHEMA,
            version: crate::VERSION,
            at: wall(),
            health,
            agent,
            checks,
        }
    }

    /// The report of settings that make no sense: nothing else can be looked at.
    pub fn unset(why: &str) -> Self {
        let next = "correct the settings named above; docs/settings.md lists them all";
        Self::of(vec![Check::fail("settings", why, next)], None)
    }
}

/// Makes all checks; with `fix` repairs what can be repaired without a question.
/// `place` is where the program is installed, or why that is not known.
pub fn examine(
    config: &Config,
    place: Result<Place, CommandError>,
    fix: bool,
) -> Result<Report, CommandError> {
    let tasks = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| CommandError::failure("cannot start the async runtime").because(error))?;
    let facts = Facts {
        config,
        now: wall(),
        place,
        fix,
        agent: ask_health(&config.state_dir, PATIENCE),
        log: runtime::look(config),
        tasks,
    };
    let mut checks = owner::checks(&facts);
    checks.extend(agent::checks(&facts));
    checks.extend(job::checks(&facts));
    checks.extend(access::checks(&facts));
    checks.extend(delivery::checks(&facts));
    checks.extend(codex::checks(&facts));
    checks.extend(reading::checks(&facts));
    checks.extend(panes::checks(&facts));
    checks.extend(log::checks(&facts));
    checks.extend(place::checks(&facts));
    Ok(Report::of(checks, facts.agent.ok()))
}
