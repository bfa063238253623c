//! Looking whether a session's pane shows a prompt: cheap where it does not.

use super::super::EffectsConfig;
use super::super::screen::prompt;
use super::Target;
use super::answering::raised;
use crate::clock::Stopwatch;
use events::outcome::Screen;
use events::prompt::PromptRaised;
use events::{Pane, SessionId};
use std::time::Duration;

/// How soon a pane is looked for again that was not found.
const AGAIN: Duration = Duration::from_secs(5);

/// A session's pane, kept from look to look while it is the session's.
pub struct Watch {
    config: EffectsConfig,
    session: SessionId,
    target: Option<Target>,
    /// When no pane was found last: looking for one is dear.
    missed: Option<Stopwatch>,
}

/// What a pane shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Looked {
    /// This prompt.
    Prompt(Box<PromptRaised>),
    /// Something else, for certain.
    Nothing(Pane),
    /// It is not recognised.
    Unclear,
    /// No pane is proven to be the session's.
    NoPane,
}

impl Watch {
    /// Of this session.
    pub const fn new(config: EffectsConfig, session: SessionId) -> Self {
        Self {
            config,
            session,
            target: None,
            missed: None,
        }
    }

    /// Looks. A pane is proven once, and again when it has changed hands.
    pub async fn look(&mut self, hints: &[Pane]) -> Looked {
        if self.target.is_none() {
            if self.missed.is_some_and(|at| at.elapsed() < AGAIN) {
                return Looked::NoPane;
            }
            self.target = Target::find(&self.config, &self.session, hints).await.ok();
            self.missed = self.target.is_none().then(Stopwatch::start);
        }
        let Some(target) = &self.target else {
            return Looked::NoPane;
        };
        let Ok((capture, seen)) = target.look().await else {
            self.target = None;
            return Looked::Unclear;
        };
        if let Some(seen) = prompt(&capture) {
            let found = raised(&self.session, &target.pane, seen);
            return Looked::Prompt(Box::new(found));
        }
        match seen.screen {
            Screen::Composer { .. }
            | Screen::Working
            | Screen::RunningHook
            | Screen::Question { .. } => Looked::Nothing(target.pane.clone()),
            Screen::Shell => {
                let pane = target.pane.clone();
                self.target = None;
                Looked::Nothing(pane)
            }
            Screen::Approval { .. }
            | Screen::PlanPrompt
            | Screen::Trust
            | Screen::Update
            | Screen::Login
            | Screen::Picker { .. }
            | Screen::CopyMode
            | Screen::Unknown => Looked::Unclear,
        }
    }
}
