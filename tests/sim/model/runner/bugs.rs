//! Planted bugs that sit in what the program is given and gives, and a version
//! with other settings.

use super::{Process, Run};
use crate::model::disk::{Bug, SimLog};
use control_plane::store::EventLog as _;
use events::event::Deadline;
use events::input::Notify;
use events::outcome::{Doubt, Failure, Performed};
use events::prompt::LinkState;
use events::settings::NotifyMode;
use events::{Command, Input, Outcome, Report, Seq};
use projections::ledger::{Stage, text_of};
use projections::{State, apply};

impl Run<'_> {
    /// What the program's connection to the background server is from here on.
    pub(super) fn linked(&mut self, input: &Input) {
        if let Input::AppServer(link) = input {
            let up = matches!(link.state, LinkState::Up { .. });
            self.world.link = up.then_some(link.generation);
        }
    }

    /// The planted bugs: what a crash left begun is begun again.
    pub(super) fn begins_again(&mut self, state: &State) {
        let again = |command: &Command| match self.plan.bug {
            Some(Bug::BeginsAgain) => true,
            Some(Bug::AnswersAgain) => matches!(command, Command::AnswerPrompt(_)),
            Some(Bug::FilesAgain) => has_files(command),
            _ => false,
        };
        let begun = state.ledger.open.iter();
        let begun = begun.filter(|(_, e)| e.stage == Stage::Started && again(&e.command));
        let begun: Vec<_> = begun.map(|(id, e)| (*id, e.command.clone())).collect();
        for (id, command) in begun {
            self.world.carry_out(id, command);
        }
    }

    /// The planted bug: texts that waited when the program ended.
    pub(super) fn waiting(&self, log: &SimLog) -> Vec<Seq> {
        if self.plan.bug != Some(Bug::ForgetsHeld) {
            return Vec::new();
        }
        let mut state = State::default();
        for entry in log.read(Seq(1)).flatten() {
            apply(&mut state, &entry);
        }
        let open = state.outbox.open.iter();
        let waits = open.filter(|(_, notice)| notice.deferred.is_some());
        waits.map(|(seq, _)| *seq).collect()
    }

    pub(super) fn named(&self, input: Input) -> Input {
        match input {
            Input::Notify(notify) if self.plan.bug == Some(Bug::ForgetsKeys) => {
                let key = crate::model::names::key(9_000_000 + self.steps);
                Input::Notify(Notify { key, ..notify })
            }
            Input::Message(mut row) if self.plan.bug == Some(Bug::RoutesByText) => {
                let rows = &self.world.messages.rows;
                let ours = rows.iter().rev().find(|r| r.by.is_some());
                if row.reply_to.is_some() {
                    row.reply_to = ours.map(|r| r.row.guid.clone());
                }
                Input::Message(row)
            }
            other => other,
        }
    }

    pub(super) fn reported(&self, report: Report) -> Report {
        match report {
            Report::Performed(Performed {
                doubt: Some(Doubt::TimedOut { program }),
                ..
            }) if self.plan.bug == Some(Bug::TimeoutIsFailure) => {
                let message = program;
                Report::Settled(Outcome::Failed(Failure::Target { code: 0, message }))
            }
            other => other,
        }
    }

    /// The planted bug: what waits for its proof in vain is done again.
    pub(super) fn retry(&mut self, process: &Process) {
        let machine = process.driver.machine();
        if let Some((_, Deadline::Proof(id))) = machine.next_deadline()
            && let Some(entry) = machine.state().ledger.open.get(id)
        {
            self.world.carry_out(*id, entry.command.clone());
        }
    }

    /// The next version runs with other settings.
    pub(super) fn upgrade(&mut self, which: u8) {
        let modes = [NotifyMode::Send, NotifyMode::Route, NotifyMode::StateOnly];
        let settings = &mut self.settings;
        settings.mode = modes[usize::from(which % 2)];
        settings.strict_tmux = which & 2 == 0;
        settings.require_ref = which & 4 == 0;
        settings.max_len = if which & 8 == 0 { 120 } else { 400 };
        settings.only_needs_input = which & 16 != 0;
    }
}

/// It gives a file to somebody.
fn has_files(command: &Command) -> bool {
    let text = text_of(command).unwrap_or_default();
    let gives = matches!(command, Command::SendFile(_) | Command::GivePictures(_));
    gives || text.contains("/state/files/")
}
