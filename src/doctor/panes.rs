//! tmux: which servers run, and whether Codex runs in their panes.

use super::check::Check;
use super::facts::Facts;
use crate::config::Program;
use crate::effects::survey;
use crate::runtime;

pub(super) fn checks(facts: &Facts<'_>) -> Vec<Check> {
    vec![panes(facts)]
}

fn panes(facts: &Facts<'_>) -> Check {
    const NAME: &str = "panes";
    if facts.config.programs.find(Program::Tmux).is_none() {
        return Check::warn(
            NAME,
            "tmux was not found, so nothing can be typed into a session",
            "install tmux, or set CODEX_IMESSAGE_TMUX_BIN to its path",
        );
    }
    let config = runtime::effects(facts.config);
    let found = match facts.tasks.block_on(survey(&config)) {
        Ok(found) => found,
        Err(why) => return Check::unknown(NAME, why),
    };
    // A server that ended leaves its socket file behind; there may be many.
    let silent = match found.silent.as_slice() {
        [] => String::new(),
        [socket] => format!("; no server answers at {socket}"),
        [socket, others @ ..] => {
            format!("; no server answers at {socket} and {} more", others.len())
        }
    };
    Check::ok(
        NAME,
        format!(
            "{} tmux servers with {} panes, Codex in {} of them{silent}",
            found.servers, found.panes, found.codex
        ),
    )
}
