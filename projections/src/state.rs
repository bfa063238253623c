//! Everything the log means, as one value. Each projection sits behind an
//! `Arc`: a proposal works on a clone that costs a few counters, and only what
//! it touches is copied.

use crate::deadlines::Deadlines;
use crate::dispatch::Dispatches;
use crate::holds::Holds;
use crate::inbox::Inbox;
use crate::ledger::Ledger;
use crate::outbox::Outbox;
use crate::prompts::Prompts;
use crate::ring::Ring;
use crate::server::Server;
use crate::sessions::Sessions;
use crate::shapes::Shapes;
use crate::watch::Watch;
use events::event::Source;
use events::{Seq, Settings, Tick, Wall};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::sync::Arc;

/// The meaning of a log.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct State {
    /// Position of the last event.
    pub last: Seq,
    /// Its logical time.
    pub tick: Tick,
    /// Its wall-clock time.
    pub wall: Wall,
    /// When the log began: what is older in a rollout is history.
    pub began: Option<Wall>,
    /// Settings of the latest start.
    pub settings: Arc<Settings>,
    /// A process took the log and did not say that it let go.
    pub running: bool,
    /// Sources that do not work, with what is wrong.
    pub failed_sources: BTreeMap<Source, String>,
    /// Those whose failing the owner was told of.
    pub down: BTreeSet<Source>,
    /// Sessions and their questions.
    pub sessions: Arc<Sessions>,
    /// What waits for the owner's decision.
    pub prompts: Arc<Prompts>,
    /// What the app-server tells.
    pub server: Arc<Server>,
    /// What was read from chat.db and from hand-overs.
    pub inbox: Arc<Inbox>,
    /// When the owner wants to be texted.
    pub holds: Arc<Holds>,
    /// What is watched while the owner is away.
    pub watch: Arc<Watch>,
    /// Notices on their way to the owner.
    pub outbox: Arc<Outbox>,
    /// Instructions on their way into sessions.
    pub dispatches: Arc<Dispatches>,
    /// Commands and what became of them.
    pub ledger: Arc<Ledger>,
    /// What becomes due.
    pub deadlines: Arc<Deadlines>,
    /// What was read and not understood.
    pub shapes: Arc<Shapes>,
    /// What should not have happened, by the log's own rules.
    pub anomalies: Ring<Anomaly, 64>,
}

/// An event that did not fit the state it met. It is kept and reported; an old log always loads.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Anomaly {
    /// The event.
    pub seq: Seq,
    /// What did not fit.
    pub what: String,
}

impl State {
    /// A fingerprint: equal logs give equal digests, whatever machine and however often restarted.
    pub fn digest(&self) -> String {
        let bytes = match bincode::serialize(self) {
            Ok(bytes) => bytes,
            // No digest at all, lest two states that have none look alike.
            Err(error) => return format!("none at entry {}: {error}", self.last),
        };
        let hash = Sha256::digest(bytes);
        hash.iter().take(8).fold(String::new(), |mut text, byte| {
            // Writing to a String cannot fail.
            let _ = write!(text, "{byte:02x}");
            text
        })
    }

    /// The largest row of chat.db that was read.
    pub fn newest_row(&self) -> Option<i64> {
        self.inbox.chat_db.as_ref().map(|place| place.rowid)
    }
}
