//! Permissions: what macOS lets the agent do, as the agent itself experienced it. A
//! terminal has permissions of its own; they are reported only if no agent answers.

use super::check::Check;
use super::facts::Facts;
use crate::ingress::chat_db;
use crate::ingress::health::Access;

const GRANT: &str = "grant Full Disk Access to the agent's app (System Settings > Privacy & Security \
                     > Full Disk Access), or run `setup-permissions`";
const ALLOW: &str =
    "allow it to control Messages (System Settings > Privacy & Security > Automation)";

pub(super) fn checks(facts: &Facts<'_>) -> Vec<Check> {
    vec![chat_db(facts).decides(), automation(facts)]
}

fn chat_db(facts: &Facts<'_>) -> Check {
    const NAME: &str = "chat_db";
    match &facts.agent {
        Ok(health) if health.chat_db.at.is_none() => Check::unknown(
            NAME,
            "the agent has not read chat.db yet; try again in a moment",
        ),
        Ok(health) => reading(facts, &health.chat_db, "the agent"),
        Err(_) => {
            let mine = chat_db::access(&facts.config.chat_db);
            reading(
                facts,
                &mine,
                "this terminal (its permissions differ from the agent's)",
            )
        }
    }
}

fn reading(facts: &Facts<'_>, access: &Access, who: &str) -> Check {
    const NAME: &str = "chat_db";
    if access.ok {
        let when = access
            .at
            .map_or_else(String::new, |at| format!(", {}", facts.ago(at)));
        return Check::ok(NAME, format!("{who} reads chat.db{when}"));
    }
    let errno = access
        .errno
        .map_or_else(String::new, |errno| format!(", errno {errno}"));
    let evidence = format!(
        "{who} cannot read chat.db (step {}{errno}): {}",
        access.step, access.message
    );
    let next = match (access.step.as_str(), access.errno) {
        // Some systems report a protected file as missing.
        ("header", Some(2)) | (_, Some(1)) => GRANT,
        ("directory", Some(2)) => {
            "sign in to Messages once on this Mac, or set CODEX_IMESSAGE_CHAT_DB"
        }
        (_, Some(13)) => "make chat.db readable for your user; its owner or mode is unusual",
        _ => "open Messages once; if that does not help, this file is not the Messages database",
    };
    Check::fail(NAME, evidence, next)
}

fn automation(facts: &Facts<'_>) -> Check {
    const NAME: &str = "automation";
    let Ok(health) = &facts.agent else {
        return Check::unknown(NAME, "only a running agent can check this");
    };
    let access = &health.automation;
    let Some(at) = access.at else {
        return Check::unknown(NAME, "the agent has not sent a text since it started");
    };
    let when = facts.ago(at);
    match access.errno {
        _ if access.ok => Check::ok(NAME, format!("Messages accepted a text {when}")),
        Some(-1743 | -1744 | -10004) => {
            Check::fail(NAME, format!("{} ({when})", access.message), ALLOW)
        }
        Some(-600 | -609 | -10810) => Check::warn(
            NAME,
            format!("Messages did not answer {when}: {}", access.message),
            "open Messages and stay logged in at the Mac",
        ),
        _ => Check::warn(
            NAME,
            format!(
                "the last text was not certainly accepted {when}: {}",
                access.message
            ),
            "look at Messages on this Mac; a dialog may be waiting",
        ),
    }
}
