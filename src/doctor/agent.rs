//! The agent: whether it runs, answers, and is this version of the program.

use super::check::Check;
use super::facts::{Facts, this_program};
use crate::ingress::health::{AskError, Health};
use crate::store;
use std::path::Path;

const START: &str = "start it: `setup-launchd` once on a Mac, else `run`";

pub(super) fn checks(facts: &Facts<'_>) -> Vec<Check> {
    vec![program(), agent(facts), version(facts)]
}

/// This program's file. launchd starts it unattended, so no other user may write it.
fn program() -> Check {
    const NAME: &str = "binary";
    use std::os::unix::fs::MetadataExt as _;
    let Some(path) = this_program() else {
        return Check::unknown(NAME, "cannot find this program's own file");
    };
    let shown = path.display();
    match path.metadata() {
        Err(error) => Check::fail(
            NAME,
            format!("cannot inspect {shown}: {error}"),
            "install the program again",
        ),
        Ok(data) if data.mode() & 0o022 != 0 => Check::warn(
            NAME,
            format!("other users can write {shown}"),
            format!("chmod go-w {shown}"),
        ),
        Ok(_) => Check::ok(NAME, format!("{shown}, version {}", crate::VERSION)),
    }
}

fn agent(facts: &Facts<'_>) -> Check {
    const NAME: &str = "agent";
    let check = match &facts.agent {
        Ok(health) => Check::ok(NAME, runs(facts, health)),
        Err(AskError::Nobody(why)) => not_there(facts, why),
        Err(silent @ AskError::Silent) => Check::fail(
            NAME,
            silent.to_string(),
            "see agent.log in the state directory for the cause, then end the process; launchd restarts it",
        ),
        Err(old @ (AskError::Closed | AskError::Protocol(_) | AskError::Strange(_))) => {
            Check::fail(
                NAME,
                old.to_string(),
                "restart the agent to run the installed version",
            )
        }
    };
    check.decides()
}

fn runs(facts: &Facts<'_>, health: &Health) -> String {
    let job = health
        .job
        .as_ref()
        .map_or_else(String::new, |job| format!(", in the launchd job {job}"));
    let since = facts.ago(health.started);
    format!(
        "process {} answers; version {}, started {since}{job}",
        health.pid, health.version
    )
}

fn not_there(facts: &Facts<'_>, why: &str) -> Check {
    const NAME: &str = "agent";
    if let Some(holder) = store::holder(&facts.config.state_dir) {
        let pid = holder.map_or_else(String::new, |pid| format!(" (process {pid})"));
        return Check::fail(
            NAME,
            format!(
                "a process{pid} has locked the log but does not listen on the control socket: {why}"
            ),
            "end that process, then start the agent",
        );
    }
    let crashed = facts.log.as_ref().is_ok_and(|(state, _)| state.running);
    let how = if crashed {
        "; its last run did not shut down cleanly"
    } else {
        ""
    };
    Check::fail(NAME, format!("not running ({why}){how}"), START)
}

/// Compares the version that the agent runs with the installed one.
fn version(facts: &Facts<'_>) -> Check {
    const NAME: &str = "version";
    let Ok(health) = &facts.agent else {
        return Check::unknown(NAME, "the agent does not answer");
    };
    if health.version != crate::VERSION {
        let next = "restart the agent to run the installed version";
        let evidence = format!(
            "the agent is version {}, this program {}",
            health.version,
            crate::VERSION
        );
        return Check::warn(NAME, evidence, next);
    }
    let same = |mine: &Path| mine == Path::new(&health.binary);
    if this_program().is_some_and(|mine| same(&mine)) {
        return Check::ok(
            NAME,
            format!("the agent and this program are version {}", health.version),
        );
    }
    Check::ok(
        NAME,
        format!(
            "both are version {}; the agent runs {}",
            health.version, health.binary
        ),
    )
}
