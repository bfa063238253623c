//! What a rollout says about the session's goal. A change that a person makes is a
//! record of its own; one that the model makes is only in the output of its call.

use super::payload::{Bad, payload};
use events::event::GoalStatus;
use events::id::SessionId;
use events::input::RolloutFact;
use serde::Deserialize;

#[derive(Deserialize)]
struct Updated {
    goal: Goal,
}

#[derive(Deserialize)]
struct Goal {
    status: String,
    #[serde(rename = "threadId")]
    thread: Option<String>,
}

/// `thread_goal_updated`.
pub(super) fn updated(line: &[u8]) -> Result<RolloutFact, Bad> {
    let updated: Updated = payload(line)?;
    Ok(RolloutFact::Goal(status(&updated.goal.status)))
}

/// Somebody took the goal away.
pub(super) fn cleared() -> RolloutFact {
    RolloutFact::Goal(GoalStatus::Other("cleared".into()))
}

/// The output of the model's call that asks for this session's goal or changes it.
pub(super) fn reported(line: &[u8], session: &SessionId) -> Option<RolloutFact> {
    /// How such an output begins, as JSON within JSON.
    const BEGIN: &[u8] = br#""{\"goal\":{\"#;
    #[derive(Deserialize)]
    struct Output {
        output: String,
    }
    line.windows(BEGIN.len())
        .take(4096)
        .find(|at| *at == BEGIN)?;
    let text = payload::<Output>(line).ok()?.output;
    let mut values = serde_json::Deserializer::from_str(&text).into_iter::<Updated>();
    let goal = values.next()?.ok()?.goal;
    let own = goal.thread.as_deref() == Some(session.as_str());
    own.then(|| RolloutFact::Goal(status(&goal.status)))
}

fn status(name: &str) -> GoalStatus {
    let spelt: String = name.chars().filter(char::is_ascii_alphabetic).collect();
    match spelt.to_ascii_lowercase().as_str() {
        "active" => GoalStatus::Active,
        "paused" => GoalStatus::Paused,
        "complete" | "completed" => GoalStatus::Complete,
        "blocked" => GoalStatus::Blocked,
        "usagelimited" => GoalStatus::UsageLimited,
        "budgetlimited" => GoalStatus::BudgetLimited,
        _ => GoalStatus::Other(name.chars().take(40).collect()),
    }
}
