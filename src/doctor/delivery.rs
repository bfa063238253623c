//! What came and went: the last messages either way, rows not acted on, what
//! waits, what is in doubt.

use super::{Check, Facts};
use crate::ingress::health::Health;
use events::{Span, Wall};

/// What happened longer ago is history; and longer ago than this, when the same
/// way has worked since.
const NEWS: Span = Span::seconds(86_400);
const FRESH: Span = Span::seconds(3_600);
/// A text that waits longer than this is late, or stuck.
const LATE: Span = Span::seconds(600);
const STUCK: Span = Span::seconds(3_600);

pub(super) fn checks(facts: &Facts<'_>) -> Vec<Check> {
    let Some(health) = facts.health() else {
        let names = [
            "inbound",
            "outbound",
            "self_test",
            "ignored",
            "outbox",
            "unknown",
            "errors",
            "sources",
        ];
        let why = "the agent does not answer, and the log cannot be read";
        return names.map(|name| Check::unknown(name, why)).into();
    };
    let mut checks = vec![
        last(facts, "inbound", "you were heard", health.last_inbound),
        last(
            facts,
            "outbound",
            "a text of ours was in Messages",
            health.last_outbound,
        ),
        self_test(facts, health),
        ignored(facts, health),
        outbox(facts, health),
        unknown(facts, health),
        errors(facts, health),
    ];
    checks.push(sources(facts, health));
    checks
}

fn last(facts: &Facts<'_>, name: &'static str, what: &str, at: Option<Wall>) -> Check {
    match at {
        Some(at) => Check::ok(name, format!("{what} {}", facts.ago(at))),
        None => Check::unknown(name, "never yet").then("write `list` from your phone"),
    }
}

/// Texts come on a schedule where the owner wants that; one that is overdue did not leave.
fn self_test(facts: &Facts<'_>, health: &Health) -> Check {
    const NAME: &str = "self_test";
    let every = facts.config.settings().self_test;
    if every.0 == 0 {
        return Check::ok(
            NAME,
            "off: CODEX_IMESSAGE_SELF_TEST_S says how often a text tries out the way to your phone",
        );
    }
    let evidence = format!("a text tries out the way every {} s", every.0 / 1000);
    let Some(at) = health.last_outbound.filter(|_| facts.agent.is_ok()) else {
        return Check::ok(NAME, evidence);
    };
    let evidence = format!("{evidence}; the last was in Messages {}", facts.ago(at));
    if overdue(every, at, facts.now) {
        let next = "see `automation`, `outbox` and `errors`: sending does not work";
        return Check::warn(NAME, evidence, next);
    }
    Check::ok(NAME, evidence)
}

/// One may be late; two in a row did not leave.
fn overdue(every: Span, last: Wall, now: Wall) -> bool {
    last.until(now).0 > every.0.saturating_mul(2)
}

/// Whether trouble at `at` still wants attention; `worked`: when that way worked last.
fn matters(at: Wall, worked: Option<Wall>, now: Wall) -> bool {
    let age = at.until(now);
    age <= FRESH || (age <= NEWS && worked.is_none_or(|worked| worked <= at))
}

/// Reasons by count; only what the owner wrote and lately wants attention.
fn ignored(facts: &Facts<'_>, health: &Health) -> Check {
    const NAME: &str = "ignored";
    if health.ignored.is_empty() {
        return Check::ok(NAME, "no row of chat.db was passed over");
    }
    let rows: Vec<_> = health
        .ignored
        .iter()
        .map(|(reason, rows)| {
            let last = facts.ago(rows.last);
            format!("{reason} {} (last {last}, row {})", rows.count, rows.rowid)
        })
        .collect();
    let evidence = format!("rows not acted on: {}", rows.join(", "));
    let theirs = health
        .ignored
        .values()
        .any(|rows| rows.of_owner && matters(rows.last, health.last_inbound, facts.now));
    if theirs {
        let next =
            "`explain last` says why; SMS, very old and unreadable messages are never acted on";
        return Check::warn(NAME, evidence, next);
    }
    Check::ok(NAME, evidence)
}

fn outbox(facts: &Facts<'_>, health: &Health) -> Check {
    const NAME: &str = "outbox";
    let depth = health.outbox.depth;
    let Some(oldest) = health.outbox.oldest.filter(|_| depth > 0) else {
        return Check::ok(NAME, format!("{depth} texts wait to be sent"));
    };
    let evidence = format!(
        "{depth} texts wait to be sent, the oldest was queued {}",
        facts.ago(oldest)
    );
    let waits = oldest.until(facts.now);
    if waits >= STUCK {
        return Check::fail(
            NAME,
            evidence,
            "see `automation` and `errors`: sending does not work",
        );
    }
    if waits >= LATE {
        return Check::warn(
            NAME,
            evidence,
            "see `automation` and `errors`: sending is late",
        );
    }
    Check::ok(NAME, evidence)
}

fn unknown(facts: &Facts<'_>, health: &Health) -> Check {
    const NAME: &str = "unknown";
    let doubts = &health.unknown;
    let evidence = format!(
        "of the newest, {} texts and {} instructions may or may not have arrived",
        doubts.notices, doubts.instructions
    );
    match doubts.last {
        Some(at) if matters(at, health.last_outbound, facts.now) => Check::warn(
            NAME,
            format!("{evidence}; the last doubt arose {}", facts.ago(at)),
            "look at your phone and at the session; nothing is ever sent or typed twice",
        ),
        Some(_) | None => Check::ok(NAME, evidence),
    }
}

fn errors(facts: &Facts<'_>, health: &Health) -> Check {
    const NAME: &str = "errors";
    let Some(error) = &health.last_error else {
        return Check::ok(NAME, "no command has failed");
    };
    let evidence = format!(
        "the last command that was not done, {}: {} ({})",
        facts.ago(error.at),
        error.what,
        error.command
    );
    if matters(error.at, health.last_outbound, facts.now) {
        let next = "`explain last` tells the whole story of a message";
        return Check::warn(NAME, evidence, next);
    }
    Check::ok(NAME, evidence)
}

fn sources(facts: &Facts<'_>, health: &Health) -> Check {
    const NAME: &str = "sources";
    let failed: Vec<_> = health
        .failed_sources
        .iter()
        .map(|(source, why)| format!("{source}: {why}"))
        .collect();
    if failed.is_empty() {
        return Check::ok(NAME, "none has failed");
    }
    let evidence = failed.join("; ");
    if facts.agent.is_err() {
        return Check::warn(
            NAME,
            format!("when the agent ran last: {evidence}"),
            "start the agent",
        );
    }
    Check::fail(
        NAME,
        evidence,
        "do what it says; the agent looks again by itself",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scheduled_text_is_overdue_when_the_next_one_would_have_come() {
        let hours = |hours: i64| Wall(hours * 3_600_000);
        let every = Span::seconds(3_600);
        assert!(!overdue(every, hours(10), hours(12)));
        assert!(overdue(every, hours(10), hours(13)));
        assert!(!overdue(every, hours(13), hours(10)), "the clock was set");
    }

    #[test]
    fn trouble_is_over_after_a_day_and_after_an_hour_when_it_worked_since() {
        let hours = |hours: i64| Wall(hours * 3_600_000);
        let now = hours(100);
        for (at, worked, expected) in [
            (hours(100), Some(hours(100)), true),
            (hours(99), Some(hours(100)), true),
            (hours(98), Some(hours(99)), false),
            (hours(98), Some(hours(97)), true),
            (hours(98), Some(hours(98)), true),
            (hours(98), None, true),
            (hours(75), None, false),
        ] {
            assert_eq!(matters(at, worked, now), expected, "{at:?} {worked:?}");
        }
    }
}
