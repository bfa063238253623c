//! Delivery: the last messages in each direction, ignored rows, the outbox, and
//! deliveries whose result is unknown.

use super::check::Check;
use super::facts::Facts;
use crate::ingress::health::Health;
use events::{Span, Wall};

/// Older trouble is not reported; the second limit applies if the same direction has worked since.
const NEWS: Span = Span::seconds(86_400);
const FRESH: Span = Span::seconds(3_600);
/// Ages at which a waiting text counts as late, and as stuck.
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
        let why = "the agent does not answer and the log is not readable";
        return names.map(|name| Check::unknown(name, why)).into();
    };
    let mut checks = vec![
        last(
            facts,
            "inbound",
            "last message from you",
            health.last_inbound,
        ),
        last(
            facts,
            "outbound",
            "last text seen in Messages",
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
        None => Check::unknown(name, "none yet").then("write `list` from your phone"),
    }
}

/// The scheduled test text, if the owner turned it on; an overdue one was not sent.
fn self_test(facts: &Facts<'_>, health: &Health) -> Check {
    const NAME: &str = "self_test";
    let every = facts.config.settings().self_test;
    if every.0 == 0 {
        return Check::ok(
            NAME,
            "off; CODEX_IMESSAGE_SELF_TEST_S sets how often a test text is sent",
        );
    }
    let evidence = format!("a test text is sent every {} s", every.0 / 1000);
    let Some(at) = health.last_outbound.filter(|_| facts.agent.is_ok()) else {
        return Check::ok(NAME, evidence);
    };
    let evidence = format!(
        "{evidence}; the last one appeared in Messages {}",
        facts.ago(at)
    );
    if overdue(every, at, facts.now) {
        let next = "sending does not work: see `automation`, `outbox` and `errors`";
        return Check::warn(NAME, evidence, next);
    }
    Check::ok(NAME, evidence)
}

/// One late test is a warning; two in a row are a failure.
fn overdue(every: Span, last: Wall, now: Wall) -> bool {
    last.until(now).0 > every.0.saturating_mul(2)
}

/// Whether trouble at `at` still needs attention; `worked` is when that direction last worked.
fn matters(at: Wall, worked: Option<Wall>, now: Wall) -> bool {
    let age = at.until(now);
    age <= FRESH || (age <= NEWS && worked.is_none_or(|worked| worked <= at))
}

/// Ignored rows by reason; only recent rows from the owner need attention.
fn ignored(facts: &Facts<'_>, health: &Health) -> Check {
    const NAME: &str = "ignored";
    if health.ignored.is_empty() {
        return Check::ok(NAME, "no message was ignored");
    }
    let rows: Vec<_> = health
        .ignored
        .iter()
        .map(|(reason, rows)| {
            let last = facts.ago(rows.last);
            format!("{reason} {} (last {last}, row {})", rows.count, rows.rowid)
        })
        .collect();
    let evidence = format!("ignored messages: {}", rows.join(", "));
    let theirs = health
        .ignored
        .values()
        .any(|rows| rows.of_owner && matters(rows.last, health.last_inbound, facts.now));
    if theirs {
        let next = "run `explain last` for the reason; SMS, old and unreadable messages are always ignored";
        return Check::warn(NAME, evidence, next);
    }
    Check::ok(NAME, evidence)
}

fn outbox(facts: &Facts<'_>, health: &Health) -> Check {
    const NAME: &str = "outbox";
    let depth = health.outbox.depth;
    let Some(oldest) = health.outbox.oldest.filter(|_| depth > 0) else {
        return Check::ok(NAME, format!("{depth} texts waiting to be sent"));
    };
    let evidence = format!(
        "{depth} texts waiting to be sent; the oldest was queued {}",
        facts.ago(oldest)
    );
    let waits = oldest.until(facts.now);
    if waits >= STUCK {
        return Check::fail(
            NAME,
            evidence,
            "sending does not work: see `automation` and `errors`",
        );
    }
    if waits >= LATE {
        return Check::warn(
            NAME,
            evidence,
            "sending is slow: see `automation` and `errors`",
        );
    }
    Check::ok(NAME, evidence)
}

fn unknown(facts: &Facts<'_>, health: &Health) -> Check {
    const NAME: &str = "unknown";
    let doubts = &health.unknown;
    let evidence = format!(
        "{} recent texts and {} recent instructions may not have arrived",
        doubts.notices, doubts.instructions
    );
    match doubts.last {
        Some(at) if matters(at, health.last_outbound, facts.now) => Check::warn(
            NAME,
            format!("{evidence}; most recently {}", facts.ago(at)),
            "check your phone and the session; nothing is sent or typed twice automatically",
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
        "last command that failed or was not confirmed: {}: {} ({})",
        facts.ago(error.at),
        error.what,
        error.command
    );
    if matters(error.at, health.last_outbound, facts.now) {
        let next = "run `explain last` for the full story of a message";
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
        return Check::ok(NAME, "all sources work");
    }
    let evidence = failed.join("; ");
    if facts.agent.is_err() {
        return Check::warn(
            NAME,
            format!("during the agent's last run: {evidence}"),
            "start the agent",
        );
    }
    Check::fail(
        NAME,
        evidence,
        "fix the cause; the agent retries automatically",
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
