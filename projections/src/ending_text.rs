//! How the end of a turn is told: a sentence that stands alone on a lock screen, and what
//! its records show, in a line or two.

use crate::local_time;
use crate::render::tidy;
use crate::sessions::Session;
use events::Span;
use events::event::{Ending, GoalStatus, TurnWork};
use std::collections::BTreeSet;

/// Most facts in the sentence.
const IN_SENTENCE: usize = 3;
/// Files, commands and commits that are named.
const NAMED: usize = 3;
/// Longest name of one of them.
const NAME: usize = 60;
/// Shorter turns are not timed.
const TIMED: u64 = 60_000;

/// What happened to a session of this name.
pub(crate) fn sentence(
    name: &str,
    ending: &Ending,
    goal: Option<&GoalStatus>,
    work: Option<&TurnWork>,
) -> String {
    let facts = work.map(facts).unwrap_or_default();
    let facts: Vec<_> = facts.into_iter().take(IN_SENTENCE).collect();
    let facts = if facts.is_empty() {
        ".".to_owned()
    } else {
        format!(": {}.", facts.join(", "))
    };
    match ending {
        Ending::Failed { error } => {
            let error = error.reveal().trim();
            let line = error.lines().next().unwrap_or("Codex gave no reason");
            format!("{name} failed: {}.", line.trim_end_matches('.'))
        }
        Ending::Interrupted { reason } if reason == "interrupted" => {
            format!("{name} was interrupted{facts}")
        }
        Ending::Interrupted { reason } => format!("{name} was interrupted: {reason}."),
        Ending::Finished { .. } => match goal {
            None | Some(GoalStatus::Active) => format!("{name} is done{facts}"),
            Some(GoalStatus::Complete) => format!("{name} reached its goal{facts}"),
            Some(GoalStatus::Paused) => format!("{name} stopped, its goal is paused{facts}"),
            Some(GoalStatus::Blocked) => {
                format!("{name} cannot go on with its goal without you{facts}")
            }
            Some(GoalStatus::UsageLimited) => {
                format!("{name} stopped, the usage limit is reached{facts}")
            }
            Some(GoalStatus::BudgetLimited) => {
                format!("{name} stopped, the budget of its goal is used up{facts}")
            }
            Some(GoalStatus::Other(status)) => {
                format!(
                    "{name} stopped, its goal is called \"{}\"{facts}",
                    tidy(status, 40)
                )
            }
        },
    }
}

/// Most sessions that a sentence names.
const IN_DIGEST: usize = 5;

/// What happened to several sessions, what needs the owner first.
pub(crate) fn several(sessions: &[&Session]) -> String {
    let fates = ["needs you", "failed", "was interrupted", "is done"];
    let of = |fate: &str| -> Vec<String> {
        let mine = sessions.iter().filter(|session| fate_of(session) == fate);
        mine.map(|session| tidy(session.name(), 20)).collect()
    };
    let groups = fates.map(|fate| (fate, of(fate)));
    let groups: Vec<_> = groups.iter().filter(|(_, of)| !of.is_empty()).collect();
    let all: BTreeSet<_> = groups.iter().flat_map(|(_, names)| names).collect();
    // Many names, and names that several have, tell nothing.
    let named = sessions.len() <= IN_DIGEST && all.len() == sessions.len();
    let told = groups.iter().map(|(fate, names)| match groups.as_slice() {
        _ if named => format!("{} {}", listed(names), are(fate, names.len())),
        [_] => format!("{} sessions {}", names.len(), are(fate, names.len())),
        _ => format!("{} {}", names.len(), are(fate, names.len())),
    });
    let told = told.collect::<Vec<_>>().join(", ");
    if named || groups.len() == 1 {
        format!("{told}.")
    } else {
        format!("{} sessions ended: {told}.", sessions.len())
    }
}

fn fate_of(session: &Session) -> &'static str {
    match &session.ending {
        Some(Ending::Failed { .. }) => "failed",
        Some(Ending::Interrupted { .. }) => "was interrupted",
        _ if session.goal == Some(GoalStatus::Blocked) => "needs you",
        _ => "is done",
    }
}

/// The same of so many.
fn are(fate: &'static str, count: usize) -> &'static str {
    match fate {
        "needs you" if count > 1 => "need you",
        "was interrupted" if count > 1 => "were interrupted",
        "is done" if count > 1 => "are done",
        one => one,
    }
}

fn listed(names: &[String]) -> String {
    match names {
        [all @ .., last] if !all.is_empty() => format!("{} and {last}", all.join(", ")),
        _ => names.concat(),
    }
}

/// The facts of the sentence, what went wrong first.
fn facts(work: &TurnWork) -> Vec<String> {
    let mut facts = Vec::new();
    let tested = work.tests.is_some_and(|tests| tests.failed > 0);
    if let Some(tests) = work.tests.filter(|tests| tests.failed > 0) {
        let all = tests.passed + tests.failed;
        facts.push(format!(
            "{} of {} failed",
            tests.failed,
            counted(all, "test")
        ));
    }
    // The command that ran these tests failed by that.
    match work.failed.len() {
        0 => {}
        1 if tested => {}
        1 => {
            let command = work.failed.first().map_or("", |f| f.command.reveal());
            facts.push(format!("{} failed", tidy(command, 30)));
        }
        many => facts.push(format!("{many} commands failed")),
    }
    let files = work.files.len() + work.more_files as usize;
    if files > 0 {
        facts.push(format!("{} changed", counted(files as u64, "file")));
    }
    if let Some(tests) = work.tests.filter(|tests| tests.failed == 0) {
        let pass = if tests.passed == 1 { "passes" } else { "pass" };
        facts.push(format!("{} {pass}", counted(tests.passed, "test")));
    }
    if !work.links.is_empty() {
        facts.push("a pull request".into());
    } else if !work.commits.is_empty() {
        facts.push(counted(work.commits.len() as u64, "commit"));
    }
    facts
}

/// What its records show, in a line; links stand in lines of their own, where they can be tapped.
pub(crate) fn details(work: &TurnWork) -> String {
    let mut facts = Vec::new();
    let failed = work.failed.iter().rev();
    let failed = failed.map(|f| format!("{} ({})", tidy(f.command.reveal(), NAME), f.exit));
    let failed: Vec<_> = failed.collect();
    if !failed.is_empty() {
        facts.push(format!("Failed: {}", some(&failed, 0)));
    }
    let file = |f: &events::event::FileWork| {
        format!(
            "{} +{} −{}",
            tidy(f.path.reveal(), NAME),
            f.added,
            f.removed
        )
    };
    let files: Vec<_> = work.files.iter().map(file).collect();
    if !files.is_empty() {
        facts.push(some(&files, work.more_files as usize));
    }
    let commits = work.commits.iter().rev();
    let commits = commits.map(|c| format!("{} {}", c.hash, tidy(c.subject.reveal(), NAME)));
    let commits: Vec<_> = commits.collect();
    if !commits.is_empty() {
        facts.push(format!("Commit {}", some(&commits, 0)));
    }
    if work.millis >= TIMED {
        let mut took = local_time::length(Span(work.millis));
        if work.tokens >= 1_000 {
            took = format!("{took}, {} k tokens", work.tokens / 1_000);
        }
        facts.push(took);
    }
    let mut lines = Vec::new();
    if !facts.is_empty() {
        lines.push(facts.join(" · "));
    }
    lines.extend(work.links.iter().map(|link| link.reveal().clone()));
    lines.join("\n")
}

/// The first few, and how many there are besides.
fn some(names: &[String], more: usize) -> String {
    let shown: Vec<_> = names.iter().take(NAMED).cloned().collect();
    let more = more + names.len().saturating_sub(NAMED);
    let rest = match more {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    format!("{}{rest}", shown.join(", "))
}

fn counted(count: u64, what: &str) -> String {
    match count {
        1 => format!("1 {what}"),
        count => format!("{count} {what}s"),
    }
}
