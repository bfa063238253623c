//! A new session: Codex in a tmux window of its own.
//!
//! Codex is started embedded in the pane, not as a client of its daemon, so that
//! the pane's process holds the thread and says itself which one it is; the
//! newest rollout is never taken for it. It gets Codex's own approvals and
//! sandbox, and where these are none it is not started. The instruction is an argument of Codex: no shell reads it, and no
//! tmux format is made of anything the owner wrote. A text that tmux would not
//! take as an argument is typed into the session once it is ready.

use super::codex::{framed, no_directory};
use super::panes::tmux::{Tmux, Trouble};
use super::panes::{self, Held, Table, open_files};
use super::screen::recognise;
use super::{EffectsConfig, full_access, settled};
use crate::clock::Stopwatch;
use events::command::{Instruction, StartSession, TypeInstruction};
use events::outcome::{Doubt, Evidence, Failure, Screen};
use events::{CommandId, Outcome, Pane, Report, SessionId, Span};
use std::path::{Path, PathBuf};
use std::time::Duration;
use tokio::time::sleep;

/// tmux takes no longer command from its client.
const ARGUMENT: usize = 12 * 1024;
/// A Codex that has just drawn its composer may drop a key, though never a paste.
const KEY_MAY_BE_LOST: Duration = Duration::from_secs(2);
/// Any setting on the command line keeps Codex in the pane, whatever its version,
/// also where a daemon runs; this one has the pane's title name the thread too.
const EMBEDDED: &str = r#"tui.terminal_title=["activity","run-state","thread-id"]"#;
pub(super) const PAUSE: Duration = Duration::from_millis(100);

/// A window in which Codex was started.
pub(super) struct Window {
    tmux: Tmux,
    pub(super) pane: Pane,
    root: u32,
}

/// Starts the session and waits until it shows its thread.
pub(super) async fn start(config: &EffectsConfig, id: CommandId, command: &StartSession) -> Report {
    match begin(config, id, command).await {
        Ok(report) | Err(report) => report,
    }
}

async fn begin(
    config: &EffectsConfig,
    id: CommandId,
    command: &StartSession,
) -> Result<Report, Report> {
    let framed = framed(command.text.reveal())?;
    let text = framed.bytes_to_paste.reveal();
    let argument = Some(text.as_str()).filter(|text| text.len() <= ARGUMENT);
    let prompt: Vec<&str> = argument.iter().flat_map(|text| ["--", text]).collect();
    let window = Window::open(config, &command.label, &command.cwd, &prompt).await?;
    if argument.is_none() {
        window.type_in(config, id, command).await?;
    }
    Ok(window.wait(config, &command.cwd).await)
}

/// How the window is made: in the tmux session, or with it.
async fn place(tmux: &Tmux, config: &EffectsConfig, session: &str) -> Result<Vec<String>, Report> {
    let words = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect();
    let target = format!("={session}");
    let there = tmux.run(&[&["has-session", "-t", &target]], &[]).await;
    if there.is_ok() {
        return Ok(words(&["new-window", "-t", &format!("{target}:")]));
    }
    let running = tmux.run(&[&["list-sessions"]], &[]).await.is_ok();
    if !running && !config.start_tmux_server {
        let message = "no tmux server runs, and this program is set not to start one, because \
                       what macOS granted to it would pass on to Codex; open a terminal and run \
                       `tmux new -d`, then ask again";
        return Err(settled(Failure::NotStarted {
            program: "tmux".to_owned(),
            message: message.to_owned(),
        }));
    }
    Ok(words(&[
        "new-session",
        "-s",
        session,
        "-x",
        "160",
        "-y",
        "50",
    ]))
}

fn not_opened(trouble: Trouble) -> Report {
    match trouble {
        Trouble::Refused(message) | Trouble::NotStarted(message) => settled(Failure::NotStarted {
            program: "tmux".to_owned(),
            message,
        }),
        Trouble::Silent(_) => Report::Settled(Outcome::Unknown(Doubt::TimedOut {
            program: "tmux".to_owned(),
        })),
    }
}

fn socket(config: &EffectsConfig) -> PathBuf {
    let default = || config.tmux_directory().join("default");
    config.tmux_socket.clone().unwrap_or_else(default)
}

/// What Codex needs to find its home and, installed by npm, its interpreter.
fn variables(config: &EffectsConfig) -> Vec<String> {
    let path = config.environment.iter().filter(|(name, _)| name == "PATH");
    let mut variables: Vec<String> = path
        .map(|(_, value)| format!("PATH={}", value.display()))
        .collect();
    variables.push(format!("CODEX_HOME={}", config.codex_home.display()));
    variables
}

/// `agent-<label>`; the time follows when there is a window to ask for it.
fn window_name(config: &EffectsConfig, label: &str) -> String {
    format!("{}-{}", plain(&config.window_prefix), plain(label))
}

/// Letters, digits, `-` and `_`: a name that is neither a format nor a target.
fn plain(name: &str) -> String {
    let plain = |c: char| {
        if c.is_alphanumeric() || c == '_' {
            c
        } else {
            '-'
        }
    };
    name.chars().take(40).map(plain).collect()
}

/// tmux expands formats in a directory, and `#(…)` would run a command.
fn format_literal(text: &str) -> String {
    text.replace('#', "##")
}

impl Window {
    /// Opens a window in which Codex gets these arguments, besides its directory.
    pub(super) async fn open(
        config: &EffectsConfig,
        label: &str,
        directory: &str,
        args: &[&str],
    ) -> Result<Self, Report> {
        let cwd = Path::new(directory);
        if !cwd.is_dir() {
            return Err(no_directory("codex", cwd));
        }
        if let Some(failure) =
            full_access::refused_by(&config.codex_home).filter(|_| !config.full_access)
        {
            return Err(settled(failure));
        }
        let socket = socket(config).display().to_string();
        let tmux = Tmux::at(config, &socket);
        let session = plain(&config.new_session_name);
        let place = place(&tmux, config, &session).await?;
        let name = window_name(config, label);
        let literal = format_literal(directory);
        let codex = config.codex.display().to_string();
        let variables = variables(config);
        let mut words: Vec<&str> = place.iter().map(String::as_str).collect();
        words.extend(["-d", "-P", "-F", "#{pane_id} #{pane_pid}"]);
        words.extend(["-n", &name, "-c", &literal]);
        words.extend(variables.iter().flat_map(|variable| ["-e", variable]));
        words.push("--");
        words.extend([&codex, "-c", EMBEDDED, "-C", directory]);
        words.extend(args);
        let out = tmux.run(&[&words], &[]).await.map_err(not_opened)?;
        let (id, root) = out.trim().split_once(' ').unwrap_or_default();
        let root = root.parse().map_err(|_| {
            let doubt = Doubt::NoWitness;
            Report::Settled(Outcome::Unknown(doubt))
        })?;
        let id = id.to_owned();
        let window = Self {
            tmux,
            pane: Pane { socket, id },
            root,
        };
        window.add_time(&name).await;
        Ok(window)
    }

    /// Makes the window's name unique by the time, which tmux tells in the
    /// owner's zone. Without it the window only has a shorter name.
    async fn add_time(&self, name: &str) {
        let pane = self.pane.id.as_str();
        let ask = ["display-message", "-p", "-t", pane, "%Y%m%d%H%M%S"];
        if let Ok(time) = self.tmux.run(&[&ask], &[]).await {
            let name = format!("{name}-{}", plain(time.trim()));
            let rename = ["rename-window", "-t", pane, &name];
            let _shorter = self.tmux.run(&[&rename], &[]).await;
        }
    }

    /// Types the first prompt into a session that was started without one.
    async fn type_in(
        &self,
        config: &EffectsConfig,
        id: CommandId,
        command: &StartSession,
    ) -> Result<(), Report> {
        let watch = Stopwatch::start();
        let empty = Screen::Composer { draft: false };
        let session = loop {
            let thread = self.thread(config).await;
            match (thread, self.screen().await?) {
                (Some((session, _)), Some(screen)) if screen == empty => break session,
                _ if watch.elapsed() > config.start_budget => {
                    return Err(self.give_up(Screen::Unknown).await);
                }
                _ => sleep(PAUSE).await,
            }
        };
        let instruction = Instruction {
            inbound: command.inbound.clone(),
            session,
            cwd: command.cwd.clone(),
            text: command.text.clone(),
            budget: Span(0),
        };
        let typed = TypeInstruction {
            instruction,
            hints: vec![self.pane.clone()],
            steer: false,
        };
        if let report @ Report::Settled(_) = panes::type_in(config, id, &typed).await {
            return Err(report);
        }
        let watch = Stopwatch::start();
        while watch.elapsed() < KEY_MAY_BE_LOST {
            if self.thread(config).await.is_some_and(|(_, begun)| begun) {
                return Ok(());
            }
            sleep(PAUSE).await;
        }
        // Pressed only where the text still stands; whether it went in is seen from the rollout.
        let _pressed = panes::press_enter(config, &typed).await;
        Ok(())
    }

    /// What the pane shows, `None` where tmux is slow. What only the owner at the
    /// desk can answer ends the start.
    pub(super) async fn screen(&self) -> Result<Option<Screen>, Report> {
        match self.tmux.look(&self.pane.id).await {
            Ok(look) => {
                let screen = recognise(&look.capture).screen;
                if matches!(screen, Screen::Trust | Screen::Update | Screen::Login) {
                    return Err(self.give_up(screen).await);
                }
                Ok(Some(screen))
            }
            Err(Trouble::Refused(_)) => Err(ended()),
            Err(Trouble::Silent(_) | Trouble::NotStarted(_)) => Ok(None),
        }
    }

    /// Waits for the rollout that the pane's own Codex begins.
    async fn wait(&self, config: &EffectsConfig, cwd: &str) -> Report {
        let watch = Stopwatch::start();
        loop {
            let over = watch.elapsed() > config.start_budget;
            if let Err(report) = self.screen().await {
                return report;
            }
            if let Some((session, recorded)) = self.thread(config).await
                && (recorded || over)
            {
                let (pane, cwd) = (self.pane.clone(), cwd.to_owned());
                return Report::Settled(Outcome::Done(Evidence::Running { session, pane, cwd }));
            }
            if over {
                let program = "codex".to_owned();
                return Report::Settled(Outcome::Unknown(Doubt::TimedOut { program }));
            }
            sleep(PAUSE).await;
        }
    }

    /// The one thread of the Codex in this pane, and whether its rollout was begun.
    pub(super) async fn thread(&self, config: &EffectsConfig) -> Option<(SessionId, bool)> {
        let table = Table::read(config).await.ok()?;
        let files = open_files(config, &table.codex_in_front(self.root))
            .await
            .ok()?;
        let held = Held::among(&config.codex_home, files.values().flatten());
        let mut visible = held.visible();
        let (id, recorded) = visible.next()?;
        let only = visible.next().is_none();
        only.then(|| SessionId::parse(id).map(|id| (id, recorded)))?
    }

    /// Closes the window, in which nothing was begun. `Err`: it is not known whether it is closed.
    pub(super) async fn close(&self) -> Result<(), Report> {
        let pane = &self.pane.id;
        match self.tmux.run(&[&["kill-pane", "-t", pane]], &[]).await {
            Ok(_) | Err(Trouble::Refused(_)) => Ok(()),
            Err(Trouble::Silent(_) | Trouble::NotStarted(_)) => {
                Err(Report::Settled(Outcome::Unknown(Doubt::NoProof)))
            }
        }
    }

    /// Codex asks for something that only the owner at the desk can answer, and
    /// has not begun. The window is closed, so that nothing starts behind the
    /// owner's back once it has been reported as failed.
    async fn give_up(&self, screen: Screen) -> Report {
        let pane = self.pane.clone();
        match self.close().await {
            Ok(()) => settled(Failure::NotReady { pane, screen }),
            Err(report) => report,
        }
    }
}

fn ended() -> Report {
    settled(Failure::NotStarted {
        program: "codex".to_owned(),
        message: "it ended at once; run it in that directory to see why".to_owned(),
    })
}
