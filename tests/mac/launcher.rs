//! The launcher itself: what it starts, and that the two live and die together.

#![expect(
    clippy::disallowed_methods,
    reason = "these tests drive real processes"
)]

use crate::executable;
use control_plane::mac::LAUNCHER;
use rustix::process::{Pid, Signal, kill_process};
use std::fs;
use std::io::{BufRead as _, BufReader, Read as _};
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

/// What is done to a home before the launcher starts.
type Spoil = fn(&Home);

/// A home with the app in it, and an agent that is this script.
struct Home(tempfile::TempDir);

impl Home {
    fn new(agent: &str) -> Self {
        let home = Self(tempfile::tempdir().expect("home"));
        let program = home.path("agent.sh");
        executable::write(&program, format!("#!/bin/sh\n{agent}\n"));
        home.write(
            "Library/Application Support/codex-imessage-control-plane/agent",
            &format!("{}\n", program.display()),
            0o600,
        );
        let launcher = home.launcher();
        fs::create_dir_all(launcher.parent().expect("above")).expect("app");
        let built = fs::read(env!("CARGO_BIN_EXE_codex-imessage-launcher"));
        executable::write(&launcher, built.expect("it is built"));
        home
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn write(&self, name: &str, text: &str, mode: u32) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().expect("above")).expect("directory");
        fs::write(&path, text).expect("written");
        fs::set_permissions(&path, fs::Permissions::from_mode(mode)).expect("mode");
    }

    fn launcher(&self) -> PathBuf {
        self.path("Applications/Codex iMessage.app/Contents/MacOS")
            .join(LAUNCHER)
    }

    fn start(&self) -> Child {
        let mut command = Command::new(self.launcher());
        command
            .args(["ignored", "arguments"])
            .env("HOME", "/nonexistent");
        let command = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command.spawn().expect("it starts")
    }
}

fn pid(child: &Child) -> Pid {
    Pid::from_child(child)
}

/// Reads lines of the agent until one is `line`.
fn wait_for(out: &mut impl std::io::BufRead, line: &str) {
    let found = out.lines().map_while(Result::ok).any(|found| found == line);
    assert!(found, "{line} never came");
}

#[test]
fn it_starts_what_the_file_names_and_ends_as_that_ends() {
    let home = Home::new("echo \"$@\"; exit 7");
    let output = home.start().wait_with_output().expect("it ends");
    assert_eq!(String::from_utf8_lossy(&output.stdout), "run --launched\n");
    assert_eq!(output.status.code(), Some(7));
    let home = Home::new("kill -KILL $$");
    let output = home.start().wait_with_output().expect("it ends");
    assert_eq!(output.status.code(), Some(128 + 9));
}

#[test]
fn signals_are_passed_on() {
    for (signal, name) in [
        (Signal::TERM, "TERM"),
        (Signal::INT, "INT"),
        (Signal::HUP, "HUP"),
        (Signal::USR1, "USR1"),
        (Signal::USR2, "USR2"),
    ] {
        let home = Home::new(&format!(
            "trap 'exit 5' {name}; echo ready; while read x; do :; done; exit 6"
        ));
        let mut child = home.start();
        let mut out = BufReader::new(child.stdout.take().expect("out"));
        wait_for(&mut out, "ready");
        kill_process(pid(&child), signal).expect("sent");
        assert_eq!(child.wait().expect("it ends").code(), Some(5), "{name}");
    }
}

#[test]
fn the_agent_sees_the_end_of_a_killed_launcher() {
    let home = Home::new("echo ready; while read x; do :; done; echo alone");
    let mut child = home.start();
    let mut out = BufReader::new(child.stdout.take().expect("out"));
    wait_for(&mut out, "ready");
    kill_process(pid(&child), Signal::KILL).expect("killed");
    wait_for(&mut out, "alone");
    child.wait().expect("collected");
}

#[test]
fn what_others_may_write_is_not_started() {
    let cases: [(&str, Spoil); 4] = [
        ("other users can write", |home| {
            let agent = home.path("agent.sh");
            fs::set_permissions(agent, fs::Permissions::from_mode(0o777)).expect("mode");
        }),
        ("other users can write", |home| {
            let file = home.path("Library/Application Support/codex-imessage-control-plane/agent");
            fs::set_permissions(file, fs::Permissions::from_mode(0o620)).expect("mode");
        }),
        ("No such file", |home| {
            fs::remove_file(home.path("agent.sh")).expect("gone");
        }),
        ("does not contain a path", |home| {
            home.write(
                "Library/Application Support/codex-imessage-control-plane/agent",
                "sh\n",
                0o600,
            );
        }),
    ];
    for (word, spoil) in cases {
        let home = Home::new("echo started");
        spoil(&home);
        let mut child = home.start();
        let mut said = String::new();
        let mut err = BufReader::new(child.stderr.take().expect("err"));
        err.read_line(&mut said).expect("it says why");
        assert!(
            said.contains("the launcher did not start the agent") && said.contains(word),
            "{said}"
        );
        child
            .kill()
            .expect("it waits, so that launchd does not turn in circles");
        child.wait().expect("collected");
        let mut out = String::new();
        child
            .stdout
            .take()
            .expect("out")
            .read_to_string(&mut out)
            .expect("read");
        assert_eq!(out, "");
    }
}

#[test]
fn the_real_agent_stops_when_its_launcher_is_gone() {
    let home = tempfile::tempdir().expect("home");
    let mut agent = Command::new(env!("CARGO_BIN_EXE_codex-imessage-control-plane"))
        .args(["run", "--launched"])
        .env_clear()
        .env("HOME", home.path())
        .env("CODEX_IMESSAGE_TO", "+15555550123")
        .stdin(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("it starts");
    let mut err = BufReader::new(agent.stderr.take().expect("err"));
    let mut line = String::new();
    while !line.contains("started (log locked)") {
        line.clear();
        assert_ne!(
            err.read_line(&mut line).expect("it says"),
            0,
            "it ended early"
        );
    }
    drop(agent.stdin.take());
    assert!(agent.wait().expect("it ends").success());
}
