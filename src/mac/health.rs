//! What the running agent says about itself: the part of its answer that set-up
//! goes by.

use serde::{Deserialize, Serialize};
use std::path::Path;
use std::time::Duration;

/// The agent's answer.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Health {
    /// Version of the program.
    pub version: String,
    /// Its process.
    pub pid: u32,
    /// The launchd job that it runs in, where it does.
    pub job: Option<String>,
    /// The database of Messages.
    pub chat_db: Access,
    /// Controlling Messages.
    pub automation: Access,
}

/// Whether the agent may do something.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Access {
    /// It was tried and it may.
    pub ok: bool,
    /// At which step it could not.
    pub step: String,
    /// The system's number.
    pub errno: Option<i32>,
    /// For people.
    pub message: String,
}

/// Why there is no answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AskError {
    /// Nobody listens.
    #[error("no agent answers at the control socket: {0}")]
    Nobody(String),
    /// It listens and says nothing.
    #[error("the agent took the question and did not answer in time")]
    Silent,
}

/// Asks the agent that holds the log of `state`.
pub fn ask(state: &Path, limit: Duration) -> Result<Health, AskError> {
    use crate::ingress::client::{Delivery, deliver};
    match deliver(state, &[], limit, limit) {
        Delivery::Nobody(why) => Err(AskError::Nobody(why)),
        Delivery::Acknowledged(_) | Delivery::Silent => Err(AskError::Silent),
    }
}
