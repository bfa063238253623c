//! Sessions that live in tmux panes: which pane, what it shows, and keys into it.
//!
//! Nothing here remembers anything between commands. Every command proves its
//! pane and looks at it anew, and what cannot be recognised gets no key.

mod answering;
mod choosing;
mod files;
mod keys;
mod processes;
mod proof;
mod showing;
mod survey;
mod threads;
pub(super) mod tmux;
mod typing;
mod watching;

pub(super) use answering::{answer, interrupt};
pub(super) use choosing::choose;
pub(super) use files::open_files;
pub(super) use processes::Table;
pub(super) use proof::{holder, is_held, pane_of};
pub(super) use showing::show;
pub use survey::{Survey, survey};
pub(super) use threads::Held;
pub(super) use typing::{press_enter, type_in};
pub use watching::{Looked, Watch};

use super::EffectsConfig;
use super::screen::{Capture, Seen, named_codex, recognise};
use super::settled;
use crate::clock::Stopwatch;
use events::outcome::{Doubt, Failure, How, Performed, Screen};
use events::{Pane, Report, SessionId};
use std::time::Duration;
use tmux::{Tmux, Trouble};
use tokio::time::sleep;

/// Between two looks at a pane that is waited for.
const PAUSE: Duration = Duration::from_millis(20);

/// A session's pane, proven, with the server it is on.
struct Target {
    config: EffectsConfig,
    tmux: Tmux,
    pane: Pane,
    /// Its first process when it was proven: another one means another pane.
    root: u32,
    /// The Codex that read its terminal then.
    codex: Vec<u32>,
}

impl Target {
    async fn find(
        config: &EffectsConfig,
        session: &SessionId,
        hints: &[Pane],
    ) -> Result<Self, Report> {
        let proven = proof::find(config, session, hints).await;
        let proven = proven.map_err(|why| settled(Failure::NoPane { why }))?;
        Ok(Self {
            config: config.clone(),
            tmux: Tmux::at(config, &proven.pane.socket),
            pane: proven.pane,
            root: proven.root,
            codex: proven.codex,
        })
    }

    /// What the pane shows now, if keys would reach it alone.
    async fn look(&self) -> Result<(Capture, Seen), String> {
        let mut capture = self.capture().await?;
        if is_wrapped(&capture) && self.codex_reads().await {
            "codex".clone_into(&mut capture.command);
        }
        let seen = recognise(&capture);
        Ok((capture, seen))
    }

    /// The same for a key that is pressed next, and since when the screen was so. To look the
    /// processes up takes long on a busy machine, so that is done before the screen is looked at.
    async fn look_for_key(&self) -> Result<(Capture, Seen, Stopwatch), String> {
        let looked = Stopwatch::start();
        let capture = self.capture().await?;
        if !is_wrapped(&capture) {
            let seen = recognise(&capture);
            return Ok((capture, seen, looked));
        }
        let (name, reads) = (capture.command, self.codex_reads().await);
        let looked = Stopwatch::start();
        let mut capture = self.capture().await?;
        if reads && capture.command == name && !capture.in_mode {
            "codex".clone_into(&mut capture.command);
        }
        let seen = recognise(&capture);
        Ok((capture, seen, looked))
    }

    async fn capture(&self) -> Result<Capture, String> {
        match self.tmux.look(&self.pane.id).await {
            Ok(look) if look.root != self.root => {
                Err("another program has taken the pane".to_owned())
            }
            Ok(look) => match look.hindrance {
                Some(why) => Err(why.to_owned()),
                None => Ok(look.capture),
            },
            Err(trouble) => Err(trouble.to_string()),
        }
    }

    /// Whether the Codex that was proven still reads the terminal.
    async fn codex_reads(&self) -> bool {
        let table = Table::read(&self.config).await;
        let reading = table.map(|table| table.reading(self.root));
        let reading = reading.unwrap_or_default();
        self.codex.iter().any(|pid| reading.contains(pid))
    }

    /// The same before anything was done, when not seeing is a certain failure.
    async fn first_look(&self) -> Result<(Capture, Seen), Report> {
        self.look().await.map_err(|why| self.lost(&why))
    }

    /// The same once the pane is past what it only shows for a moment, or as it is
    /// when the time is over.
    async fn look_until(
        &self,
        patience: Duration,
        past: impl Fn(&Seen) -> bool,
    ) -> Result<(Capture, Seen), Report> {
        let watch = Stopwatch::start();
        loop {
            let looked = self.first_look().await?;
            if past(&looked.1) || watch.elapsed() >= patience {
                return Ok(looked);
            }
            sleep(PAUSE).await;
        }
    }

    fn lost(&self, why: &str) -> Report {
        let why = format!("{} could not be used: {why}", self.pane);
        settled(Failure::NoPane { why })
    }

    fn not_ready(&self, screen: Screen) -> Report {
        let pane = self.pane.clone();
        settled(Failure::NotReady { pane, screen })
    }

    fn performed(how: How, doubt: Option<Doubt>) -> Report {
        Report::Performed(Performed { how, doubt })
    }

    /// A key after which nothing can be taken back. tmux presses it only where it
    /// reaches this pane alone; where it does not, nothing has happened.
    async fn press(&self, key: &str) -> Result<(), Trouble> {
        self.tmux.press(&self.pane.id, self.root, key).await
    }

    /// The report on the first key of a command.
    fn pressed(&self, how: How, pressed: &Result<(), Trouble>) -> Report {
        match pressed {
            Err(Trouble::Refused(why) | Trouble::NotStarted(why)) => self.lost(why),
            Ok(()) => Self::performed(how, None),
            Err(trouble @ Trouble::Silent(_)) => Self::performed(how, Some(in_doubt(trouble))),
        }
    }
}

/// tmux names a pane after the leader of the group in front: a shell that runs one command
/// line, or whatever else has started Codex. Where that name is not Codex's, only the processes
/// say who reads the terminal.
fn is_wrapped(capture: &Capture) -> bool {
    !capture.in_mode && !named_codex(&capture.command)
}

/// What a tmux call that failed leaves open once something has been typed.
fn in_doubt(trouble: &Trouble) -> Doubt {
    match trouble {
        Trouble::Silent(_) => Doubt::TimedOut {
            program: "tmux".to_owned(),
        },
        // The key was not pressed; what was typed before it stands where it is.
        Trouble::Refused(_) | Trouble::NotStarted(_) => Doubt::NoProof,
    }
}
