//! What this program does to the world, and how it looks before it does.
//!
//! An executor gets a command and gives back a report; it never sees the log or
//! the state, keeps nothing from one command to the next, and never tries again
//! by itself. What certainly did not happen is `Failed`, what may have happened
//! never is. Commands of different lanes may run at the same time.

mod app_server;
mod awake;
pub mod child;
mod codex;
mod config;
mod desk;
mod files;
mod full_access;
mod kept_access;
mod look;
mod messages;
mod panes;
pub mod paste;
mod reopen;
pub mod screen;
mod start;

pub use awake::{Awake, Lease};
pub use config::EffectsConfig;
pub(crate) use config::settled;
pub use desk::Desk;
pub use panes::{Looked, Survey, Watch, survey};

use crate::app_server::Link;
use events::command::{InterruptTurn, InterruptWay};
use events::prompt::{AnswerPrompt, AnswerWay};
use events::{Command, CommandId, Report};

/// Carries out commands.
pub trait Executor: Send + Sync {
    /// Carries out one command. Dropping the future stops what can be stopped.
    fn execute(&self, id: CommandId, command: &Command) -> impl Future<Output = Report> + Send;
}

/// The executor that works on this machine.
#[derive(Clone, Debug)]
pub struct LocalExecutor {
    config: EffectsConfig,
    server: Link,
}

impl LocalExecutor {
    /// Speaks to Codex's background server over the connection that its source holds.
    pub const fn new(config: EffectsConfig, server: Link) -> Self {
        Self { config, server }
    }
}

impl Executor for LocalExecutor {
    async fn execute(&self, id: CommandId, command: &Command) -> Report {
        let config = &self.config;
        match command {
            Command::SendMessage(message) => messages::send(config, message).await,
            Command::TypeInstruction(command) => panes::type_in(config, id, command).await,
            Command::PressEnter(command) => panes::press_enter(config, command).await,
            Command::ChooseOptions(command) => panes::choose(config, id, command, &[]).await,
            Command::AnswerWithNotes(command) => {
                panes::choose(config, id, &command.choose, &command.notes).await
            }
            Command::QueueInstruction(instruction) => codex::queue(config, instruction).await,
            Command::ResumeSession(instruction) => codex::resume(config, instruction).await,
            Command::StartSession(command) => start::start(config, id, command).await,
            Command::AnswerPrompt(command) => self.answer(id, command).await,
            Command::StartTurn(command) => app_server::start(&self.server, id, command).await,
            Command::SteerTurn(command) => app_server::steer(&self.server, id, command).await,
            Command::InterruptTurn(command) => self.interrupt(command).await,
            Command::GivePictures(command) => {
                app_server::give_pictures(&self.server, id, command).await
            }
            Command::FetchFiles(command) => files::fetch(config, id, command).await,
            Command::RemoveFiles(command) => files::remove(config, command.fetch),
            Command::Look(command) => look::look(config, command).await,
            Command::Manage(command) => app_server::manage(&self.server, command).await,
            Command::OpenSession(command) => reopen::open(config, command).await,
            Command::CopyOut(command) => files::copy_out(config, id, command).await,
            Command::SendFile(file) => messages::send_file(config, file).await,
        }
    }
}

impl LocalExecutor {
    async fn answer(&self, id: CommandId, command: &AnswerPrompt) -> Report {
        match &command.way {
            AnswerWay::AppServer { .. } => app_server::answer(&self.server, id, command).await,
            AnswerWay::Keys { hints } => panes::answer(&self.config, command, hints).await,
        }
    }

    async fn interrupt(&self, command: &InterruptTurn) -> Report {
        match &command.way {
            InterruptWay::AppServer { .. } => app_server::interrupt(&self.server, command).await,
            InterruptWay::Keys { hints } => panes::interrupt(&self.config, command, hints).await,
        }
    }
}
