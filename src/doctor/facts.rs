//! What all checks are made from.

use crate::config::{Config, Program};
use crate::effects::child::{Child, Ended};
use crate::error::CommandError;
use crate::ingress::health::{AskError, Health};
use crate::mac::Place;
use crate::store::StoreFault;
use events::Wall;
use projections::State;
use projections::render::ago;
use std::ffi::OsString;
use std::path::PathBuf;
use std::time::Duration;

/// How long a program that is asked something may take.
pub(super) const BUDGET: Duration = Duration::from_secs(5);

/// What all checks are made from, gathered once.
pub(super) struct Facts<'a> {
    pub(super) config: &'a Config,
    pub(super) now: Wall,
    pub(super) place: Result<Place, CommandError>,
    pub(super) fix: bool,
    pub(super) agent: Result<Health, AskError>,
    pub(super) log: Result<(State, Health), StoreFault>,
    pub(super) tasks: tokio::runtime::Runtime,
}

impl Facts<'_> {
    /// What is known of deliveries: by the agent, else by the log that it left.
    pub(super) fn health(&self) -> Option<&Health> {
        let left = self.log.as_ref().ok().map(|(_, health)| health);
        self.agent.as_ref().ok().or(left)
    }

    pub(super) fn ago(&self, at: Wall) -> String {
        ago(at.until(self.now))
    }

    /// Runs a program to its end; `None` where it is not on this machine.
    pub(super) fn run<S: Into<OsString>>(
        &self,
        program: Program,
        args: impl IntoIterator<Item = S>,
    ) -> Option<Ended> {
        let child = Child {
            program: self.config.programs.find(program)?,
            args: args.into_iter().map(Into::into).collect(),
            stdin: Vec::new(),
            cwd: None,
            environment: Vec::new(),
            budget: BUDGET,
        };
        Some(self.tasks.block_on(child.run()))
    }
}

/// This program's own file.
pub(super) fn this_program() -> Option<PathBuf> {
    std::env::current_exe().ok()
}
