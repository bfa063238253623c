//! The program at work in a world: started, watched by its trace, killed.

use std::fs::File;
use std::os::unix::net::UnixStream;
use std::path::PathBuf;
use std::process::Child;

use control_plane::ingress::client;
use rustix::process::{Pid, Signal, WaitOptions, kill_process, waitpid};

use crate::tools::{content, patiently, wait_for};
use crate::world::World;

/// `run` as a process; killed when dropped.
pub(crate) struct Running {
    child: Child,
    trace: PathBuf,
}

impl Running {
    /// Starts it and does not wait.
    pub(crate) fn start(world: &World, settings: &[(&str, &str)]) -> Self {
        let trace = world.path("trace");
        let file = || {
            File::options()
                .create(true)
                .append(true)
                .open(&trace)
                .unwrap()
        };
        let mut command = world.command(world.ours());
        // The full trace names every event by its kind; a flood is not printed.
        let quiet = settings.contains(&("CODEX_IMESSAGE_TRACE", "off"));
        let full = (!quiet).then_some("--trace=full");
        command
            .arg("run")
            .args(full)
            .env("CODEX_IMESSAGE_LOG", "debug")
            .envs(settings.iter().copied());
        let child = command.stdout(file()).stderr(file()).spawn().unwrap();
        Self { child, trace }
    }

    /// Starts it and waits until it reads chat.db.
    pub(crate) fn up(world: &World, settings: &[(&str, &str)]) -> Self {
        let placed = events_in(&world.path("trace"), "RuntimeStarted");
        let running = Self::start(world, settings);
        running.answers(world);
        running.wait_for("RuntimeStarted", placed + 1);
        if placed == 0 {
            running.wait_for("ChatDbPlaced", 1);
        }
        running
    }

    /// Waits until it takes hand-overs.
    pub(crate) fn answers(&self, world: &World) {
        let socket = client::address(&world.state()).unwrap();
        wait_for(&format!("process {} to answer", self.pid()), || {
            UnixStream::connect(&socket).ok()
        });
    }

    /// How often its trace, and that of those before it, shows such an event.
    pub(crate) fn events(&self, kind: &str) -> usize {
        events_in(&self.trace, kind)
    }

    /// Waits until there are so many of these.
    pub(crate) fn wait_for(&self, kind: &str, count: usize) {
        wait_for(&format!("{count} times {kind}"), || {
            (self.events(kind) >= count).then_some(())
        });
    }

    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Whether it still runs.
    pub(crate) fn lives(&mut self) -> bool {
        self.child.try_wait().unwrap().is_none()
    }

    /// Does `work` while it stands still.
    pub(crate) fn meanwhile<T>(&self, work: impl FnOnce() -> T) -> T {
        let pid = Pid::from_child(&self.child);
        kill_process(pid, Signal::STOP).unwrap();
        let (_, status) = waitpid(Some(pid), WaitOptions::UNTRACED).unwrap().unwrap();
        assert!(status.stopped(), "it ended: {status:?}");
        let done = work();
        kill_process(pid, Signal::CONT).unwrap();
        done
    }

    /// kill -9.
    pub(crate) fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Ends it in good order.
    pub(crate) fn stop(mut self) {
        kill_process(Pid::from_child(&self.child), Signal::TERM).unwrap();
        let ended = patiently(|| self.child.try_wait().unwrap());
        assert!(ended.is_some_and(|status| status.success()), "{ended:?}");
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ended = self.child.kill();
        let _ended = self.child.wait();
    }
}

fn events_in(trace: &std::path::Path, kind: &str) -> usize {
    let trace = content(trace);
    let heads = trace.lines().filter(|line| line.starts_with("event "));
    heads
        .filter(|line| line.split_whitespace().nth(2) == Some(kind))
        .count()
}
