//! Executors at work: each begun command is one task; the loop hears of its end
//! like of anything else. What the machine keeps apart runs apart: a hung
//! osascript never delays a reply to a pane.

use super::wake::{Wake, Wakes};
use crate::effects::Executor;
use events::outcome::Doubt;
use events::{Command, CommandId, Lane, Outcome, Report};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Commands that are being carried out.
pub(super) struct Lanes<E> {
    executor: Arc<E>,
    tasks: tokio::runtime::Handle,
    wakes: Wakes,
    busy: BTreeMap<CommandId, Lane>,
}

impl<E: Executor + 'static> Lanes<E> {
    /// No command runs yet.
    pub(super) fn new(executor: E, tasks: tokio::runtime::Handle, wakes: Wakes) -> Self {
        Self {
            executor: Arc::new(executor),
            tasks,
            wakes,
            busy: BTreeMap::new(),
        }
    }

    /// Lanes whose executor has not come back, whatever proof has come meanwhile.
    pub(super) fn busy(&self) -> BTreeSet<Lane> {
        self.busy.values().cloned().collect()
    }

    /// None is being carried out.
    pub(super) fn idle(&self) -> bool {
        self.busy.is_empty()
    }

    /// Carries out a command whose start is on disk.
    pub(super) fn submit(&mut self, id: CommandId, command: Command) {
        self.busy.insert(id, command.lane());
        let executor = Arc::clone(&self.executor);
        let wakes = self.wakes.clone();
        self.tasks.spawn(async move {
            let work = tokio::spawn(async move { executor.execute(id, &command).await });
            // An executor that panics may have done anything.
            let report = work
                .await
                .unwrap_or(Report::Settled(Outcome::Unknown(Doubt::Interrupted)));
            // The loop has ended when nobody listens; the next start asks for proof.
            let _ = wakes.send(Wake::Reported(id, report));
        });
    }

    /// An executor came back; this was its lane.
    pub(super) fn back(&mut self, id: CommandId) -> Option<Lane> {
        self.busy.remove(&id)
    }
}
