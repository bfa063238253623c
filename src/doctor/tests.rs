//! What all checks together say.

use super::{Check, Judgement, Report};

fn health(checks: Vec<Check>) -> Judgement {
    Report::of(checks, None).health
}

#[test]
fn what_is_wrong_outweighs_what_is_not_known_and_only_deciding_checks_leave_it_open() {
    let ok = Check::ok("log", "read");
    let aside = Check::unknown("launchd", "not a Mac");
    let open = Check::unknown("chat_db", "not looked at").decides();
    let warn = Check::warn("outbox", "late", "look");
    let fail = Check::fail("agent", "gone", "start it");
    assert_eq!(health(vec![ok.clone(), aside.clone()]), Judgement::Healthy);
    assert_eq!(
        health(vec![ok.clone(), aside, open.clone()]),
        Judgement::Unknown
    );
    assert_eq!(health(vec![open.clone(), warn]), Judgement::Degraded);
    assert_eq!(health(vec![open, fail, ok]), Judgement::Degraded);
}

#[test]
fn settings_that_make_no_sense_are_a_report_too() {
    let report = Report::unset("CODEX_IMESSAGE_REDACT: neither on nor off");
    assert_eq!(report.health, Judgement::Degraded);
    assert!(report.checks[0].evidence.contains("REDACT"));
}
