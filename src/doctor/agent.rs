//! The agent: does it run, does it answer, and is it this program?

use super::{Check, Facts, this_program};
use crate::ingress::health::{AskError, Health};
use crate::{runtime, store};
use std::path::Path;

const START: &str = "start it: `setup-launchd` once on a Mac, else `run`";

pub(super) fn checks(facts: &Facts<'_>) -> Vec<Check> {
    vec![program(), agent(facts), version(facts)]
}

/// This very file: launchd starts it unseen, so nobody else may write it.
fn program() -> Check {
    const NAME: &str = "binary";
    use std::os::unix::fs::MetadataExt as _;
    let Some(path) = this_program() else {
        return Check::unknown(NAME, "the system does not say which file this program is");
    };
    let shown = path.display();
    match path.metadata() {
        Err(error) => Check::fail(
            NAME,
            format!("{shown} cannot be looked at: {error}"),
            "install the program again",
        ),
        Ok(data) if data.mode() & 0o022 != 0 => Check::warn(
            NAME,
            format!("{shown} may be written by others"),
            format!("chmod go-w {shown}"),
        ),
        Ok(_) => Check::ok(NAME, format!("{shown}, version {}", runtime::VERSION)),
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
            "look into agent.log in the state directory for what it waits for, then end it; launchd starts it again",
        ),
        Err(old @ (AskError::Closed | AskError::Protocol(_) | AskError::Strange(_))) => {
            Check::fail(
                NAME,
                old.to_string(),
                "restart the agent, so that it runs the program that is installed now",
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
                "a process{pid} holds the log, but nobody listens at the control socket: {why}"
            ),
            "end that process and start the agent again",
        );
    }
    let crashed = facts.log.as_ref().is_ok_and(|(state, _)| state.running);
    let how = if crashed {
        "; when it ran last it did not end in good order"
    } else {
        ""
    };
    Check::fail(NAME, format!("it is not running ({why}){how}"), START)
}

/// An agent that goes on running an older program than the one that is installed.
fn version(facts: &Facts<'_>) -> Check {
    const NAME: &str = "version";
    let Ok(health) = &facts.agent else {
        return Check::unknown(NAME, "the agent does not answer");
    };
    if health.version != runtime::VERSION {
        let next = "restart the agent: it takes the program that is installed now";
        let evidence = format!(
            "the agent is version {}, this program {}",
            health.version,
            runtime::VERSION
        );
        return Check::warn(NAME, evidence, next);
    }
    let same = |mine: &Path| mine == Path::new(&health.binary);
    if this_program().is_some_and(|mine| same(&mine)) {
        return Check::ok(NAME, format!("both are {}, from one file", health.version));
    }
    Check::ok(
        NAME,
        format!(
            "both are {}; the agent runs {}",
            health.version, health.binary
        ),
    )
}
