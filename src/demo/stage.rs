//! What plays in the demo: the scripted model, a tmux server of its own with
//! Codex in it (without tmux the stand-in, which needs no screen), and the real control plane in a thread of this process. All of
//! it ends with the stage, also when something failed half way; no process and
//! no file may be left behind unless the place is kept.

use super::model::Model;
use super::phone::Event;
use super::place::{Place, find};
use crate::clock::Stopwatch;
use crate::config::{Environment, Program};
use crate::effects::child::{Child, Ended};
use crate::error::{CommandError, Outcome};
use crate::runtime;
use crate::ui;
use std::ffi::OsString;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::Sender;
use std::thread::JoinHandle;
use std::time::Duration;
use tokio::runtime::Runtime;
use tokio::sync::oneshot;

/// What is typed at the desk before the phone is used.
pub(super) const FIRST_PROMPT: &str = "hello from the desk";
/// The oldest Codex that the demo can drive.
const OLDEST: (u32, u32) = (0, 104);
/// How long the control plane may take to open its log.
const OPENING: Duration = Duration::from_secs(10);
/// How long any program that is asked something may take.
const BUDGET: Duration = Duration::from_secs(20);
/// How long a process that was asked to end may take to do so.
const LAST_WORDS: Duration = Duration::from_secs(3);
/// How long a demo without tmux may last.
const LONGEST: Duration = Duration::from_secs(24 * 3600);

/// All that plays, in its place.
pub(super) struct Stage {
    place: Place,
    tasks: Runtime,
    model: Option<Model>,
    /// The stand-in without a screen.
    headless: Option<tokio::task::JoinHandle<()>>,
    control_plane: Option<(oneshot::Sender<()>, JoinHandle<Outcome>)>,
    /// Which Codex plays, as one phrase.
    pub(super) codex: String,
}

impl Stage {
    /// Starts all of it; `events` hears of signals and of an early end.
    pub(super) fn open(
        place: Place,
        environment: &Environment,
        events: &Sender<Event>,
    ) -> Result<Self, CommandError> {
        let failed = |what: &str| {
            let what = what.to_owned();
            move |error: io::Error| CommandError::failure(what).because(error)
        };
        let tasks = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .map_err(failed("cannot start the async runtime"))?;
        let mut stage = Self {
            place,
            tasks,
            model: None,
            headless: None,
            control_plane: None,
            codex: String::new(),
        };
        stage
            .signals(events)
            .map_err(failed("signals cannot be listened for"))?;
        stage
            .write_diagnosis()
            .map_err(failed("the file for diagnosis cannot be made"))?;
        stage
            .ask("mkfifo".into(), &[&stage.place.alive().to_string_lossy()])
            .map_err(failed("a named pipe cannot be made"))?;
        stage
            .choose_codex(environment)
            .map_err(failed("Codex cannot be prepared"))?;
        stage
            .start_control_plane(events)
            .map_err(failed("the control plane cannot be started"))?;
        stage
            .start_codex()
            .map_err(failed("Codex cannot be started"))?;
        Ok(stage)
    }

    /// Where it plays.
    pub(super) fn place(&self) -> &Place {
        &self.place
    }

    /// What the control plane says for diagnosis is no message on the phone.
    fn write_diagnosis(&self) -> io::Result<()> {
        let file = fs::File::create(self.place.root().join("diagnosis.txt"))?;
        let lines = tracing_subscriber::fmt()
            .with_writer(Arc::new(file))
            .with_ansi(false)
            .with_env_filter("warn,control_plane=debug");
        // Somebody who embeds this program may listen already.
        let _ = lines.try_init();
        Ok(())
    }

    fn signals(&self, events: &Sender<Event>) -> io::Result<()> {
        use tokio::signal::unix::{SignalKind, signal};
        let _entered = self.tasks.enter();
        for kind in [
            SignalKind::interrupt(),
            SignalKind::terminate(),
            SignalKind::hangup(),
        ] {
            let (mut signal, events) = (signal(kind)?, events.clone());
            tokio::spawn(async move {
                signal.recv().await;
                // A demo that is over needs no stopping.
                let _ = events.send(Event::Stop);
            });
        }
        Ok(())
    }

    /// The real Codex with the scripted model, else the stand-in, which needs none.
    fn choose_codex(&mut self, environment: &Environment) -> io::Result<()> {
        let model = self.tasks.block_on(Model::start())?;
        self.place.configure_codex(model.base_url())?;
        self.model = Some(model);
        if self.place.tmux.is_none() {
            "the built-in stand-in without a screen".clone_into(&mut self.codex);
            return self.place.stand_in();
        }
        let Some(real) = find(environment, Program::Codex) else {
            "the built-in stand-in, since no codex was found".clone_into(&mut self.codex);
            return self.place.stand_in();
        };
        self.place.real_codex(&real)?;
        let said = self.ask(self.place.program("codex"), &["--version"]);
        let said = said.unwrap_or_default();
        if version(&said).is_some_and(|version| version >= OLDEST) {
            self.codex = format!("{} with a scripted model", said.trim());
            return Ok(());
        }
        self.codex = format!(
            "the built-in stand-in, since {} is no codex of version 0.104 or later",
            real.display()
        );
        self.place.stand_in()
    }

    fn start_control_plane(&mut self, events: &Sender<Event>) -> io::Result<()> {
        let config = self
            .place
            .config()
            .map_err(|e| io::Error::other(e.report()))?;
        let (stop, stopped) = oneshot::channel();
        let events = events.clone();
        let thread = std::thread::Builder::new()
            .name("control plane".to_owned())
            .spawn(move || {
                let outcome = runtime::run_until(&config, stopped);
                // A demo that is over does not wonder.
                let _ = events.send(Event::Ended);
                outcome
            })?;
        self.control_plane = Some((stop, thread));
        // What Codex does from now on is news: the log has begun.
        let (socket, waiting) = (self.place.control_socket()?, Stopwatch::start());
        while !socket.exists() && waiting.elapsed() < OPENING {
            std::thread::sleep(Duration::from_millis(5));
        }
        Ok(())
    }

    /// The session at the desk: embedded in its pane, with its first prompt.
    fn start_codex(&mut self) -> io::Result<()> {
        if self.place.tmux.is_none() {
            self.start_headless();
            return Ok(());
        }
        let (codex, work) = (self.place.program("codex"), self.place.work());
        let new = ["new-session", "-d", "-s", "agent", "-n", "desk"];
        let size = ["-x", "120", "-y", "40", "-c"];
        let mut words: Vec<OsString> = new.iter().chain(&size).map(Into::into).collect();
        words.extend([work.into(), "--".into(), codex.into()]);
        let own = ["-c", "features.daemon_auto_start=false", "--", FIRST_PROMPT];
        words.extend(own.map(Into::into));
        self.tmux(words).map(drop)
    }

    /// The same where there is no pane: it runs until its task is dropped.
    fn start_headless(&mut self) {
        let words = ["--headless", "--", FIRST_PROMPT];
        let mut child = self.child(self.place.program("codex"), words.map(Into::into).into());
        child.cwd = Some(self.place.work());
        child.budget = LONGEST;
        self.headless = Some(self.tasks.spawn(async move {
            if let Err(why) = succeeded(child.run().await) {
                tracing::warn!(%why, "the stand-in ended");
            }
        }));
    }

    /// Runs one command on the demo's own tmux server.
    fn tmux(&self, words: Vec<OsString>) -> io::Result<String> {
        let server = [
            "-u".into(),
            "-S".into(),
            self.place.tmux_socket().into_os_string(),
            "-f".into(),
            "/dev/null".into(),
        ];
        let tmux = self.place.tmux.clone().ok_or(io::ErrorKind::NotFound)?;
        self.run(tmux, server.into_iter().chain(words).collect())
    }

    fn ask(&self, program: PathBuf, args: &[&str]) -> io::Result<String> {
        self.run(program, args.iter().map(Into::into).collect())
    }

    fn run(&self, program: PathBuf, args: Vec<OsString>) -> io::Result<String> {
        let name = program.display().to_string();
        let ended = self.tasks.block_on(self.child(program, args).run());
        succeeded(ended).map_err(|why| io::Error::other(format!("{name} {why}")))
    }

    fn child(&self, program: PathBuf, args: Vec<OsString>) -> Child {
        Child {
            program,
            args,
            stdin: Vec::new(),
            cwd: Some(self.place.root().to_owned()),
            environment: Vec::new(),
            budget: BUDGET,
        }
    }

    /// Ends everything but leaves the files, with what the panes showed; gives where they are.
    pub(super) fn keep(mut self) -> PathBuf {
        self.place.keep();
        let root = self.place.root().to_owned();
        // Without panes there is nothing to show.
        let _ = self.keep_screens(&root);
        root
    }

    fn keep_screens(&self, root: &Path) -> io::Result<()> {
        let words = |words: &[&str]| words.iter().map(Into::into).collect::<Vec<OsString>>();
        let panes = self.tmux(words(&[
            "list-panes",
            "-a",
            "-F",
            "#{pane_id} #{pane_title}",
        ]))?;
        let mut shown = String::new();
        for pane in panes.lines() {
            let id = pane.split(' ').next().unwrap_or_default();
            let screen = self.tmux(words(&["capture-pane", "-p", "-t", id]))?;
            shown.extend(["== ", pane, "\n", &screen, "\n"]);
        }
        fs::write(root.join("screens.txt"), shown)
    }

    /// Codex starts a daemon where the person at the desk made it.
    fn stop_daemon(&self) {
        let daemon = self.place.codex_home().join("app-server-daemon");
        if !daemon.exists() {
            return;
        }
        // A daemon that is gone already is just as well.
        let _ = self.ask(
            self.place.program("codex"),
            &["app-server", "daemon", "stop"],
        );
        // Its companion outlives `daemon stop`.
        let updater = fs::read(daemon.join("daemon-updater.pid")).unwrap_or_default();
        let updater: serde_json::Value = serde_json::from_slice(&updater).unwrap_or_default();
        let pid = updater["pid"].as_i64().and_then(|pid| pid.try_into().ok());
        if let Some(pid) = pid.and_then(rustix::process::Pid::from_raw) {
            let _gone = rustix::process::kill_process(pid, rustix::process::Signal::TERM);
        }
    }
}

impl Drop for Stage {
    fn drop(&mut self) {
        self.stop_daemon();
        // A server whose last pane ended is gone already, and so may the stand-in be.
        let _gone = self.tmux(vec!["kill-server".into()]);
        if let Some(headless) = self.headless.take() {
            headless.abort();
            let _aborted = self.tasks.block_on(headless);
        }
        if let Some((stop, thread)) = self.control_plane.take() {
            drop(stop);
            // How it ended has been heard of, where anybody wanted to know.
            let _ended = thread.join();
        }
        self.model = None;
        match self.place.wait_for_the_last(LAST_WORDS) {
            Ok(true) => {}
            Ok(false) => ui::talk("a program that the demo started does not end"),
            Err(error) => ui::talk(&format!("whether all has ended is not known: {error}")),
        }
    }
}

/// What a program printed, or why it did not succeed.
fn succeeded(ended: Ended) -> Result<String, String> {
    Err(match ended {
        Ended::Exited { code: 0, out, .. } => {
            return Ok(String::from_utf8_lossy(&out).into_owned());
        }
        Ended::Exited { code, err, .. } => {
            let said = String::from_utf8_lossy(&err);
            format!("exited with {code}: {}", said.trim())
        }
        Ended::Signalled { signal } => format!("was ended by signal {signal}"),
        Ended::TimedOut => "did not end in time".to_owned(),
        Ended::NotStarted(error) => format!("could not be started: {error}"),
    })
}

/// The version in `codex-cli 0.169.0`.
fn version(said: &str) -> Option<(u32, u32)> {
    let number = said.split_whitespace().find(|word| word.contains('.'))?;
    let mut parts = number.split(['.', '-']);
    Some((parts.next()?.parse().ok()?, parts.next()?.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::version;

    #[test]
    fn versions_are_compared_as_numbers() {
        assert_eq!(version("codex-cli 0.169.0\n"), Some((0, 169)));
        assert_eq!(version("codex-cli 1.2-alpha.3"), Some((1, 2)));
        assert!(version("codex-cli 0.99.0").unwrap() < super::OLDEST);
        assert_eq!(version("command not found"), None);
        assert_eq!(version("v1.x"), None);
    }
}
