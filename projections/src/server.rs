//! What Codex's app-server tells: whether it is there, and what its sessions do.

use events::SessionId;
use events::prompt::{
    AppServerLinkChanged, LinkState, RateLimit, ThreadState, ThreadStatusChanged,
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Most sessions remembered; the server unloads those that are idle.
const THREADS_MAX: usize = 1024;

/// The app-server, as it was last heard of.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Server {
    /// The connection that is up.
    pub generation: Option<u64>,
    /// Why there is none, where one was lost.
    pub down: Option<String>,
    /// What its sessions do.
    pub threads: BTreeMap<SessionId, ThreadState>,
    /// How much of the account's allowance is used.
    pub limits: Vec<RateLimit>,
}

impl Server {
    /// The connection by which a session can be spoken to: it is loaded there.
    pub fn has(&self, session: &SessionId) -> Option<u64> {
        let loaded = |state: &&ThreadState| !matches!(state, ThreadState::NotLoaded);
        self.threads.get(session).filter(loaded)?;
        self.generation
    }

    /// Whether a turn of the session runs there.
    pub fn is_active(&self, session: &SessionId) -> bool {
        matches!(self.threads.get(session), Some(ThreadState::Active { .. }))
    }

    /// The connection was made or lost. News of an older one does not count.
    pub(crate) fn link(&mut self, link: &AppServerLinkChanged) {
        match &link.state {
            LinkState::Up { .. } => {
                self.lost();
                self.generation = Some(link.generation);
                self.down = None;
            }
            LinkState::Down { why } => {
                if self.generation.is_none_or(|known| known == link.generation) {
                    self.lost();
                    self.down = Some(why.clone());
                }
            }
        }
    }

    /// Nothing is known any more.
    pub(crate) fn lost(&mut self) {
        self.generation = None;
        self.threads.clear();
    }

    /// A session does something else.
    pub(crate) fn thread(&mut self, status: &ThreadStatusChanged) {
        if self.generation != Some(status.generation) {
            return;
        }
        self.threads.insert(status.session.clone(), status.status);
        while self.threads.len() > THREADS_MAX {
            self.threads.pop_first();
        }
    }
}
