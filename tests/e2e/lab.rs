//! A world of one test: a home, a tmux server, the scripted model, the real
//! Codex. Nothing outside the temporary directory is read or written, except
//! that Codex' daemon puts its socket into `/tmp/codex-daemon-UID/`. Dropping
//! the lab stops the daemon and kills whatever still runs in its panes.

use crate::executable;
use crate::waiting::{self, within};
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::mpsc;
use std::thread::{self, JoinHandle};
use std::time::Duration;

use control_plane::demo::codex_home::{CodexHome, OFFLINE};
use control_plane::demo::model::Model;
use serde_json::Value;
use tempfile::TempDir;
use tokio::sync::oneshot;

use crate::codex::user_texts;
use crate::pane::Pane;
use crate::programs::Programs;

/// How the agent runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Agent {
    /// In the pane's own process.
    Embedded,
    /// In the daemon Codex starts by default.
    Daemon,
}

pub(crate) struct Lab {
    pub(crate) programs: Programs,
    pub(crate) tmux_socket: PathBuf,
    model: Option<(oneshot::Sender<()>, JoinHandle<()>)>,
    root: TempDir,
}

impl Lab {
    /// A lab whose Codex calls a program that only takes notes.
    /// None if a program is missing; the reason has been printed.
    pub(crate) fn new() -> Option<Self> {
        Self::with(|_| {})
    }

    /// A lab with another configuration of Codex.
    pub(crate) fn with(change: impl FnOnce(&mut CodexHome)) -> Option<Self> {
        let programs = Programs::find()?;
        let root = tempfile::Builder::new().prefix("lab").tempdir().unwrap();
        waiting::watch(root.path());
        let (base_url, model) = run_model();
        let lab = Self {
            programs,
            tmux_socket: root.path().join("tmux"),
            model: Some(model),
            root,
        };
        fs::create_dir_all(lab.work()).unwrap();
        let mut home = CodexHome {
            notify: vec![lab.notify_program().to_string_lossy().into_owned()],
            trusted: vec![lab.work()],
            ..CodexHome::new(lab.codex_home(), base_url)
        };
        change(&mut home);
        home.write().unwrap();
        lab.tmux(&[
            "new-session",
            "-d",
            "-x",
            "120",
            "-y",
            "40",
            "-s",
            "lab",
            "cat",
        ]);
        Some(lab)
    }

    pub(crate) fn codex_home(&self) -> PathBuf {
        self.root.path().join("home/.codex")
    }

    /// The directory sessions work in.
    pub(crate) fn work(&self) -> PathBuf {
        self.root.path().join("work")
    }

    /// A place of the lab's own, for something else.
    pub(crate) fn place(&self, name: &str) -> PathBuf {
        self.root.path().join(name)
    }

    /// Starts Codex in a window of its own.
    pub(crate) fn codex_pane(&self, program: &Path, agent: Agent, args: &[&str]) -> Pane<'_> {
        let mut command = vec![program.as_os_str()];
        if agent == Agent::Embedded {
            command.push(OsStr::new("--no-daemon"));
        }
        command.extend(args.iter().map(OsStr::new));
        self.pane(&command)
    }

    /// Starts a program in a window of its own, in the directory of work.
    pub(crate) fn pane(&self, command: &[&OsStr]) -> Pane<'_> {
        let work = self.work();
        let mut args = [
            "new-window",
            "-d",
            "-P",
            "-F",
            "#{pane_id}",
            "-t",
            "lab:",
            "-c",
        ]
        .map(OsStr::new)
        .to_vec();
        args.extend([work.as_os_str(), OsStr::new("--")]);
        args.extend(command);
        Pane::new(self, self.tmux(&args).trim().to_owned())
    }

    /// Runs tmux on the lab's own server; returns what it said.
    pub(crate) fn tmux<S: AsRef<OsStr>>(&self, args: &[S]) -> String {
        let output = self.tmux_command().args(args).output().unwrap();
        let complaint = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "tmux: {complaint}");
        String::from_utf8(output.stdout).unwrap()
    }

    /// A command for the lab's own tmux server.
    pub(crate) fn tmux_command(&self) -> Command {
        let mut tmux = self.command(&self.programs.tmux);
        tmux.arg("-S")
            .arg(&self.tmux_socket)
            .args(["-f", "/dev/null"]);
        tmux
    }

    /// Runs Codex outside tmux, in a directory that belongs to no session.
    pub(crate) fn codex(&self, args: &[&str]) -> Output {
        self.codex_command(args).output().unwrap()
    }

    fn codex_command(&self, args: &[&str]) -> Command {
        let mut codex = self.command(&self.programs.native);
        codex.args(args).current_dir(self.root.path());
        codex
    }

    /// A program in the lab's home, cut off from the network.
    pub(crate) fn command(&self, program: &Path) -> Command {
        let mut command = Command::new(program);
        command
            .env("HOME", self.root.path().join("home"))
            .env("CODEX_HOME", self.codex_home())
            .env("SHELL", "/bin/sh")
            .env_remove("TMUX")
            .env_remove("TMUX_PANE")
            .envs(OFFLINE);
        command
    }

    /// Waits for a record of a thread's rollout, and returns all up to it.
    pub(crate) fn wait_for_record(
        &self,
        thread: &str,
        what: &str,
        wanted: impl Fn(&Value) -> bool,
    ) -> Vec<Value> {
        wait_for(
            || format!("{what} in {:#?}", kinds(&self.rollout(thread))),
            || {
                let mut records = self.rollout(thread);
                let at = records.iter().position(&wanted)?;
                records.truncate(at + 1);
                Some(records)
            },
        )
    }

    /// Waits until a turn ends with this answer.
    pub(crate) fn wait_for_answer(&self, thread: &str, answer: &str) -> Vec<Value> {
        self.wait_for_record(thread, answer, |record| {
            record["payload"]["type"] == "task_complete"
                && record["payload"]["last_agent_message"] == answer
        })
    }

    /// Waits for the notify program to have been called for a thread.
    pub(crate) fn wait_for_notify(&self, thread: &str) -> Value {
        let file = self.root.path().join("notified");
        wait_for(
            || format!("a notify for {thread}"),
            || {
                let text = fs::read_to_string(&file).ok()?;
                let lines = text
                    .split_inclusive('\n')
                    .filter(|line| line.ends_with('\n'));
                let mut payloads = lines.filter_map(|line| serde_json::from_str(line).ok());
                payloads.find(|payload: &Value| payload["thread-id"] == thread)
            },
        )
    }

    /// The thread that was begun with these words.
    pub(crate) fn thread_of(&self, prompt: &str) -> String {
        let begun = |path: &PathBuf| {
            let records = records(path);
            let texts = user_texts(&records);
            texts.first().is_some_and(|text| text.trim() == prompt)
        };
        let sessions = self.codex_home().join("sessions");
        let path = wait_for(
            || {
                let words = |path: PathBuf| {
                    format!("{}: {:?}", path.display(), user_texts(&records(&path)))
                };
                let there: Vec<_> = rollouts(&sessions).into_iter().map(words).collect();
                format!("a thread that begins with {prompt:?}; there are {there:#?}")
            },
            || {
                let mut found = rollouts(&sessions).into_iter().filter(begun);
                let path = found.next()?;
                assert_eq!(found.next(), None, "{prompt:?} begins two threads");
                Some(path)
            },
        );
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        name[name.len() - 36..].to_owned()
    }

    /// The one thread that there is, whichever version of Codex made it.
    pub(crate) fn only_thread(&self) -> String {
        let found = rollouts(&self.codex_home().join("sessions"));
        assert_eq!(found.len(), 1, "{found:?}");
        let name = found[0].file_stem().unwrap().to_string_lossy().into_owned();
        name[name.len() - 36..].to_owned()
    }

    /// How many threads have been begun.
    pub(crate) fn rollouts_count(&self) -> usize {
        rollouts(&self.codex_home().join("sessions")).len()
    }

    /// The complete records of a thread's rollout; none before its first prompt.
    pub(crate) fn rollout(&self, thread: &str) -> Vec<Value> {
        let name = format!("-{thread}");
        let found = rollouts(&self.codex_home().join("sessions"));
        let own = |path: &PathBuf| path.to_string_lossy().contains(&name);
        let mut files: Vec<_> = found.into_iter().filter(own).collect();
        // After a rewind a thread goes on in a further file.
        files.sort();
        files.iter().flat_map(|file| records(file)).collect()
    }

    /// The daemon's companion outlives `daemon stop`.
    fn stop_updater(&self) {
        let file = self
            .codex_home()
            .join("app-server-daemon/daemon-updater.pid");
        let Ok(text) = fs::read(file) else { return };
        let updater: Value = serde_json::from_slice(&text).unwrap_or_default();
        let pid = updater["pid"]
            .as_i64()
            .and_then(|pid| i32::try_from(pid).ok());
        if let Some(pid) = pid.and_then(rustix::process::Pid::from_raw) {
            // Gone already is just as well.
            let _gone = rustix::process::kill_process(pid, rustix::process::Signal::TERM);
        }
    }

    /// Made by the lab: it appends each payload as a line.
    fn notify_program(&self) -> PathBuf {
        let program = self.root.path().join("note");
        let file = self.root.path().join("notified");
        let script = format!("#!/bin/sh\nprintf '%s\\n' \"$1\" >> '{}'\n", file.display());
        self.script(&program, &script);
        program
    }

    /// Writes a program.
    pub(crate) fn script(&self, path: &Path, text: &str) {
        assert!(path.starts_with(self.root.path()));
        executable::write(path, text);
    }
}

impl Lab {
    /// What every pane shows, for whoever reads why a test failed.
    fn print_screens(&self) {
        let list = ["list-panes", "-a", "-F", "#{pane_id}"];
        let panes = self.tmux_command().args(list).output();
        let panes = panes.map(|output| output.stdout).unwrap_or_default();
        for pane in String::from_utf8_lossy(&panes).lines() {
            let capture = ["capture-pane", "-p", "-t", pane];
            let screen = self.tmux_command().args(capture).output();
            let screen = screen.map(|output| output.stdout).unwrap_or_default();
            eprintln!("pane {pane}:\n{}", String::from_utf8_lossy(&screen));
        }
    }
}

impl Drop for Lab {
    fn drop(&mut self) {
        // A test that has failed already must not fail again in here.
        if thread::panicking() {
            self.print_screens();
        }
        let _gone = self
            .codex_command(&["app-server", "daemon", "stop"])
            .output();
        self.stop_updater();
        let _gone = self.tmux_command().arg("kill-server").output();
        if let Some((stop, model)) = self.model.take() {
            drop(stop);
            let _failed = model.join();
        }
        // What was told to end may still write for a moment.
        within(Duration::from_secs(5), || {
            let _busy = fs::remove_dir_all(self.root.path());
            (!self.root.path().exists()).then_some(())
        });
    }
}

fn run_model() -> (String, (oneshot::Sender<()>, JoinHandle<()>)) {
    let (stop, stopped) = oneshot::channel::<()>();
    let (tell, told) = mpsc::channel();
    let thread = thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread();
        let runtime = { runtime }.enable_all().build().unwrap();
        runtime.block_on(async {
            let model = Model::start().await.unwrap();
            tell.send(model.base_url()).unwrap();
            let _dropped = stopped.await;
        });
    });
    (told.recv().unwrap(), (stop, thread))
}

/// Asks again and again until there is something; panics with what was missed.
pub(crate) fn wait_for<T>(what: impl Fn() -> String, ask: impl Fn() -> Option<T>) -> T {
    waiting::patiently(ask).unwrap_or_else(|| panic!("waited in vain for {}", what()))
}

/// The kinds of records, for messages and comparisons.
pub(crate) fn kinds(records: &[Value]) -> Vec<String> {
    let kind = |record: &Value| {
        let payload = &record["payload"];
        let parts = [&record["type"], &payload["type"], &payload["item"]["type"]];
        let words: Vec<_> = parts.iter().filter_map(|part| part.as_str()).collect();
        words.join("/")
    };
    records.iter().map(kind).collect()
}

/// The complete records of a file.
fn records(file: &Path) -> Vec<Value> {
    let text = fs::read_to_string(file).unwrap();
    let lines = text.split_inclusive('\n');
    lines
        .filter(|line| line.ends_with('\n'))
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

/// Every rollout in a folder and those below it.
fn rollouts(dir: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(dir).into_iter().flatten();
    let paths = entries.filter_map(|entry| Some(entry.ok()?.path()));
    let below = |path: PathBuf| {
        if path.is_dir() {
            rollouts(&path)
        } else {
            vec![path]
        }
    };
    paths.flat_map(below).collect()
}
