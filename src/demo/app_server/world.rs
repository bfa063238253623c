//! What the stand-in knows and has seen.

use super::clients::Clients;
use serde_json::Value;
use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::watch;

/// How it misbehaves.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Fault {
    /// Not at all.
    #[default]
    None,
    /// It takes everything in and says nothing, like a process that was stopped.
    Hangs,
    /// It answers this late.
    Slow(Duration),
    /// It closes the connection when this method is called, before it answers.
    ClosesAt(&'static str),
    /// It closes the connection when it is given an answer to a request of its own.
    ClosesAtAnswer,
    /// It refuses this method.
    Refuses(&'static str),
}

/// What clients did, in order.
#[derive(Clone, Debug, PartialEq)]
pub enum Done {
    /// A method was called.
    Called(String, Value),
    /// A request was answered, by its number; only the first counts.
    Answered(u64, Value),
}

#[derive(Debug)]
pub(super) struct Shared {
    pub(super) world: Mutex<World>,
    pub(super) changed: watch::Sender<u64>,
}

#[derive(Debug, Default)]
pub(super) struct World {
    pub(super) threads: BTreeMap<String, Thread>,
    pub(super) open: BTreeMap<u64, Asking>,
    pub(super) next: u64,
    pub(super) turns: u64,
    pub(super) clients: Clients,
    pub(super) fault: Fault,
    pub(super) done: Vec<Done>,
    pub(super) connections: u64,
}

/// A thread that is loaded.
#[derive(Clone, Debug, Default)]
pub(super) struct Thread {
    pub(super) turn: Option<String>,
    pub(super) items: Vec<Value>,
    pub(super) ephemeral: bool,
}

#[derive(Clone, Debug)]
pub(super) struct Asking {
    pub(super) thread: String,
    pub(super) method: String,
    pub(super) params: Value,
}

impl Shared {
    pub(super) fn world(&self) -> MutexGuard<'_, World> {
        self.world.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Something was done.
    pub(super) fn note(&self) {
        self.changed.send_modify(|count| *count += 1);
    }
}
