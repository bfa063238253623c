//! A lab, a phone, and the program between them: the owner's desk.

use std::path::Path;

use control_plane::demo::codex_home::CodexHome;
use serde_json::Value;

use crate::codex::user_texts;
use crate::lab::{Agent, Lab};
use crate::pane::Pane;
use crate::phone::{Notice, Phone};
use crate::runtime::{Runtime, exported, program};

/// The background server is left alone, so that what comes after it in the order is tried.
pub(crate) const NO_APP_SERVER: (&str, &str) = ("CODEX_IMESSAGE_APP_SERVER", "0");

/// Dropped in this order.
pub(crate) struct Desk {
    pub(crate) runtime: Option<Runtime>,
    pub(crate) phone: Phone,
    pub(crate) lab: Lab,
}

impl Desk {
    /// A desk whose Codex notifies the program under test, which runs.
    pub(crate) fn new() -> Option<Self> {
        Self::with(|_| {}, &[])
    }

    /// The same with another configuration of Codex, and settings of ours.
    pub(crate) fn with(
        change: impl FnOnce(&mut CodexHome),
        settings: &[(&str, &str)],
    ) -> Option<Self> {
        let mut desk = Self::unattended(change)?;
        desk.start(settings);
        Some(desk)
    }

    /// A desk at which the program does not run yet.
    pub(crate) fn unattended(change: impl FnOnce(&mut CodexHome)) -> Option<Self> {
        let lab = Lab::with(|home| {
            home.notify = vec![program().to_string_lossy().into_owned(), "notify".into()];
            change(home);
        })?;
        let phone = Phone::new(&lab);
        Some(Self {
            runtime: None,
            phone,
            lab,
        })
    }

    pub(crate) fn start(&mut self, settings: &[(&str, &str)]) {
        self.runtime = Some(Runtime::start(&self.lab, &self.phone, settings));
    }

    pub(crate) fn runtime(&self) -> &Runtime {
        self.runtime.as_ref().unwrap()
    }

    /// Stops the program in good order and returns its log.
    pub(crate) fn stop(&mut self) -> Vec<Value> {
        self.runtime.take().unwrap().stop();
        exported(&self.lab, &self.phone)
    }

    /// Codex in its own process in a pane, ready.
    pub(crate) fn embedded(&self) -> Pane<'_> {
        let native = &self.lab.programs.native;
        self.codex(native, Agent::Embedded)
    }

    pub(crate) fn codex(&self, program: &Path, agent: Agent) -> Pane<'_> {
        self.lab.codex_pane(program, agent, &[]).ready()
    }

    /// Gives a prompt at the desk and waits until the phone shows its end.
    pub(crate) fn prompted(&self, pane: &Pane<'_>, prompt: &str) -> (String, Notice) {
        pane.prompt(prompt);
        let notice = self.phone.wait_for("done", &format!("echo: {prompt}"));
        (self.lab.thread_of(prompt), notice)
    }

    /// Asserts that a session was told exactly this by its user, in this order.
    pub(crate) fn assert_told(&self, thread: &str, texts: &[&str]) {
        assert_eq!(user_texts(&self.lab.rollout(thread)), texts);
    }
}

/// How many entries of a log are of a kind.
pub(crate) fn count(log: &[Value], kind: &str) -> usize {
    log.iter().filter(|entry| entry["kind"] == kind).count()
}
