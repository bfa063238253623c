//! Sessions: who they are, what they are called, what they ask, how far they are.

use crate::ring::Ring;
use events::event::{
    Ending, GoalStatus, Question, QuestionKind, SessionMeta, ThreadKind, Topic, TurnTold,
    TurnWorked,
};
use events::{CallId, Digest, Pane, SessionId, SessionRef, Text, Tick, TurnId, Wall};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Most files of one session whose offsets are kept; the oldest go first.
pub const FILES_MAX: usize = 16;
/// Most sessions kept; the one that has been quiet longest goes first.
pub const SESSIONS_MAX: usize = 4096;

/// All sessions.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sessions {
    /// By thread id.
    pub by_id: BTreeMap<SessionId, Session>,
    /// By what the owner types.
    pub by_ref: BTreeMap<SessionRef, SessionId>,
    /// Turns that notify reported while their thread's rollout was not seen.
    pub unplaced: BTreeMap<SessionId, Unplaced>,
    /// Labels given to sessions that are not seen yet.
    pub named: BTreeMap<SessionId, Named>,
}

/// One session.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Session {
    /// What the owner types for it.
    pub reference: SessionRef,
    /// Its rollout's head.
    pub meta: SessionMeta,
    /// What the owner called it.
    pub label: Option<String>,
    /// What Codex calls it.
    pub thread_name: Option<Text>,
    /// How far the file was read that its records come from, `meta.path`.
    pub offset: u64,
    /// How far its other files were read, by their paths.
    pub files: BTreeMap<String, u64>,
    /// Panes captured from an embedded Codex, newest last.
    pub panes: Ring<Pane, 3>,
    /// Questions without an answer.
    pub questions: Vec<OpenQuestion>,
    /// Calls that were questions and are closed.
    pub closed: Ring<CallId, 16>,
    /// The running turn.
    pub turn: Option<TurnId>,
    /// The newest turn runs, or ran, in Codex's plan mode: it may end with a plan.
    pub plan_mode: bool,
    /// The user said something in the running turn.
    pub asked: bool,
    /// How the newest turn ended, until another one begins.
    pub ending: Option<Ending>,
    /// Its goal; one that is not active is kept until the next turn begins.
    pub goal: Option<GoalStatus>,
    /// Turns that ended.
    pub ended: Ring<TurnId, 16>,
    /// A turn that is over by notify alone: the rollout does not show its end yet.
    pub claimed: Option<Claimed>,
    /// It finished and nobody has spoken to it since.
    pub finished: bool,
    /// The last thing the model said, for the owner who asks.
    pub said: Option<Text>,
    /// Said in the running turn, and not made a notice yet.
    pub unsent: Option<Text>,
    /// What the newest turn that ended did, where it is known.
    pub worked: Option<TurnWorked>,
    /// Topics that a notice was queued for.
    pub noticed: Ring<Topic, 32>,
    /// When anything was last heard of it.
    pub active: Wall,
    /// Since when it does what it does: its turn began, or ended.
    pub since: Wall,
    /// When the owner last spoke to it from the phone.
    pub spoken: Option<Tick>,
}

/// The end of a turn that only notify reported. Codex runs notify before it looks whether the
/// user has said more; if so, the same turn goes on and ends a second time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claimed {
    /// The turn.
    pub turn: TurnId,
    /// What notify gave as its last words.
    pub last: Digest,
    /// The rollout was read up to these words: what follows came after notify.
    pub reached: bool,
}

/// A question that waits.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OpenQuestion {
    /// The call.
    pub call: CallId,
    /// How it is put.
    pub kind: QuestionKind,
    /// What is asked, redacted.
    pub questions: Vec<Question>,
    /// Fingerprints of what was asked.
    pub digests: Vec<Digest>,
    /// When.
    pub asked_at: Wall,
}

/// What is known of a thread before its rollout is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unplaced {
    /// Turns reported, oldest first.
    pub turns: Ring<TurnTold, 8>,
    /// A pane captured with them.
    pub pane: Option<Pane>,
}

/// A name waiting for its session.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Named {
    /// The label.
    pub label: String,
    /// Where it was started.
    pub pane: Pane,
}

impl Session {
    /// Whether the owner hears of this thread at all.
    pub const fn is_owners(&self) -> bool {
        matches!(self.meta.kind, ThreadKind::Owner | ThreadKind::Exec)
    }

    /// What a person would call it: the owner's name for it, else Codex's, else its folder's.
    pub fn name(&self) -> &str {
        let codex = || Some(self.thread_name.as_ref()?.reveal().as_str());
        let given = self.label.as_deref().or_else(codex);
        given.unwrap_or_else(|| folder(&self.meta.cwd))
    }

    /// Whether Codex begins the next turn without the owner when this one ends.
    pub fn goes_on(&self) -> bool {
        self.goal == Some(GoalStatus::Active) && !self.asked
    }

    /// The question the owner would mean: the newest.
    pub fn question(&self) -> Option<&OpenQuestion> {
        self.questions.last()
    }
}

/// The name of a file, without the folders it stands in.
pub fn file_name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

/// The last component of a path, or the path.
pub fn folder(path: &str) -> &str {
    let trimmed = path.trim_end_matches('/');
    trimmed
        .rsplit('/')
        .next()
        .filter(|name| !name.is_empty())
        .unwrap_or("session")
}

impl Sessions {
    /// The session, for changes.
    pub fn get_mut(&mut self, id: &SessionId) -> Option<&mut Session> {
        self.by_id.get_mut(id)
    }

    /// The session.
    pub fn get(&self, id: &SessionId) -> Option<&Session> {
        self.by_id.get(id)
    }

    /// Whether this is a session's ref, in any case.
    pub fn has_ref(&self, name: &str) -> bool {
        let mut refs = self.by_ref.keys();
        refs.any(|known| known.as_str().eq_ignore_ascii_case(name))
    }

    /// The owner's sessions, the most recently active first.
    pub fn owners(&self) -> Vec<(&SessionId, &Session)> {
        let mut list: Vec<_> = self.by_id.iter().filter(|(_, s)| s.is_owners()).collect();
        list.sort_by(|a, b| b.1.active.cmp(&a.1.active).then(a.0.cmp(b.0)));
        list
    }

    /// Makes room for a session, old as it may be, by forgetting the one that
    /// has been quiet longest.
    pub fn forget_quietest(&mut self, newcomer: &SessionId) {
        while self.by_id.len() > SESSIONS_MAX {
            let quietest = self
                .by_id
                .iter()
                .filter(|(id, _)| *id != newcomer)
                .min_by_key(|(_, s)| (s.is_owners(), !s.questions.is_empty(), s.active));
            let Some((id, reference)) = quietest.map(|(id, s)| (id.clone(), s.reference.clone()))
            else {
                return;
            };
            self.by_id.remove(&id);
            self.by_ref.remove(&reference);
        }
    }
}
