//! An old session, opened in a tmux window of its own.
//!
//! Codex gives a thread back with the permissions that it had, and two Codex must not write
//! one thread. So before a window is opened the record is read for full access, and nobody
//! may have the thread open. It counts as open when the new pane's own Codex holds it: a
//! title proves nothing here, since a Codex that only shows a thread names it too.

use super::panes::{self, is_held};
use super::start::{PAUSE, Window};
use super::{EffectsConfig, kept_access, settled};
use crate::clock::Stopwatch;
use crate::ingress::cut::whole_words;
use events::command::OpenSession;
use events::outcome::{Doubt, Evidence, Failure, Screen};
use events::{Outcome, Pane, Report};
use std::path::Path;
use std::time::Duration;
use tokio::time::sleep;

/// How long a Codex that may have been started before a crash is looked for.
const LOOKED_FOR: Duration = Duration::from_secs(10);

/// Opens the session, or only looks for it.
pub(super) async fn open(config: &EffectsConfig, command: &OpenSession) -> Report {
    if command.again {
        return look(config, command).await;
    }
    match begin(config, command).await {
        Ok(report) | Err(report) => report,
    }
}

async fn begin(config: &EffectsConfig, command: &OpenSession) -> Result<Report, Report> {
    let id = command.session.as_str();
    // The id stands alone on the command line, where a dash would make it an option.
    if id.starts_with('-') {
        return Err(no("Codex cannot be given the session's id."));
    }
    if !Path::new(&command.rollout).is_file() {
        return Err(no("Codex's record of it is not there any more."));
    }
    if let Some(failure) = kept_access::refused_by(&command.rollout)
        .await
        .filter(|_| !config.full_access)
    {
        return Err(settled(failure));
    }
    nobody_has(config, command).await?;
    let window = Window::open(config, &command.label, &command.cwd, &["resume", id]).await?;
    wait(config, command, &window).await
}

/// Refuses where the session is open, or where that is not known.
async fn nobody_has(config: &EffectsConfig, command: &OpenSession) -> Result<(), Report> {
    if let Ok(pane) = panes::pane_of(config, &command.session, &command.hints).await {
        let place = place(config, &pane).await;
        return Err(no(format!(
            "it is open already, in {place}. What you write for it goes in there."
        )));
    }
    match is_held(config, &command.session).await {
        Ok(false) => Ok(()),
        Ok(true) => Err(no("another Codex has it open already.")),
        Err(why) => Err(no(format!(
            "it is not known whether another Codex has it open: {why}."
        ))),
    }
}

/// Waits until the Codex in the window holds the session.
async fn wait(
    config: &EffectsConfig,
    command: &OpenSession,
    window: &Window,
) -> Result<Report, Report> {
    let watch = Stopwatch::start();
    loop {
        let over = watch.elapsed() > config.start_budget;
        let screen = window.screen().await?;
        let held = window.thread(config).await;
        if held.is_some_and(|(thread, _)| thread == command.session)
            && (over || screen.is_some_and(|screen| screen != Screen::Unknown))
        {
            return Ok(opened(config, command, window.pane.clone()).await);
        }
        if over {
            return Err(late(config, command, window).await);
        }
        sleep(PAUSE).await;
    }
}

/// The window does not hold it in time. If another Codex has it now, the window only shows it.
async fn late(config: &EffectsConfig, command: &OpenSession, window: &Window) -> Report {
    if window.thread(config).await.is_none() && is_held(config, &command.session).await == Ok(true)
    {
        return match window.close().await {
            Ok(()) => no("another Codex has opened it meanwhile."),
            Err(report) => report,
        };
    }
    let program = "codex".to_owned();
    Report::Settled(Outcome::Unknown(Doubt::TimedOut { program }))
}

/// Looks for a session that may have been opened before this program was stopped.
async fn look(config: &EffectsConfig, command: &OpenSession) -> Report {
    let watch = Stopwatch::start();
    loop {
        if let Some(pane) = panes::holder(config, &command.session).await {
            return opened(config, command, pane).await;
        }
        if watch.elapsed() > LOOKED_FOR {
            return Report::Settled(Outcome::Unknown(Doubt::NoProof));
        }
        sleep(PAUSE).await;
    }
}

async fn opened(config: &EffectsConfig, command: &OpenSession, pane: Pane) -> Report {
    let window = place(config, &pane).await;
    let session = command.session.clone();
    Report::Settled(Outcome::Done(Evidence::Opened {
        session,
        pane,
        window,
    }))
}

/// Where a pane is, for people.
async fn place(config: &EffectsConfig, pane: &Pane) -> String {
    let tmux = panes::tmux::Tmux::at(config, &pane.socket);
    let format = "#{session_name}:#{window_index} #{window_name}";
    let ask = ["display-message", "-p", "-t", &pane.id, format];
    let said = tmux.run(&[&ask], &[]).await.unwrap_or_default();
    let said = said.trim();
    if said.is_empty() {
        return pane.id.clone();
    }
    let said: String = said.chars().filter(|c| !c.is_control()).collect();
    whole_words(&said, 80).to_owned()
}

fn no(what: impl Into<String>) -> Report {
    settled(Failure::Unsupported { what: what.into() })
}
