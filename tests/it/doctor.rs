//! `doctor` beside an agent that runs, is stopped, hangs, and with a log that is
//! damaged: it always answers, in time, and says what to do.

use crate::executable;
use crate::waiting;
use assert_cmd::Command;
use control_plane::clock;
use control_plane::demo::messages::{Messages, Row};
use control_plane::ingress::client::{address, ask_health};
use control_plane::ingress::health::{Health, PROTOCOL};
use serde_json::Value;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::net::UnixListener;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Stdio};
use std::time::Duration;

const OWNER: &str = "+15555550123";
const MAIN: &str = "codex-imessage-control-plane";

/// A home with Messages and Codex in it, as far as `doctor` looks at them.
struct Home(tempfile::TempDir);

impl Home {
    fn new() -> Self {
        let home = Self(
            tempfile::Builder::new()
                .prefix("dr")
                .tempdir()
                .expect("a home"),
        );
        Messages::create(&home.path("chat.db")).expect("a chat.db");
        home.script("osascript", "exit 0");
        home.script("codex-bin", "echo codex-cli 0.169.0");
        home.script("tmux", "exit 1");
        let hook = "notify = [\"codex-imessage-control-plane\", \"notify\"]\n";
        fs::create_dir_all(home.path("codex")).expect("a folder");
        fs::write(home.path("codex/config.toml"), hook).expect("settings of Codex");
        home
    }

    fn path(&self, below: &str) -> PathBuf {
        self.0.path().join(below)
    }

    fn state(&self) -> PathBuf {
        self.path("codex/imessage-control-plane")
    }

    fn script(&self, name: &str, does: &str) {
        executable::write(&self.path(name), format!("#!/bin/sh\n{does}\n"));
    }

    fn variables(&self) -> Vec<(&'static str, PathBuf)> {
        vec![
            ("HOME", self.path("")),
            ("CODEX_HOME", self.path("codex")),
            ("CODEX_IMESSAGE_TO", OWNER.into()),
            ("CODEX_IMESSAGE_CHAT_DB", self.path("chat.db")),
            ("CODEX_IMESSAGE_OSASCRIPT_BIN", self.path("osascript")),
            ("CODEX_IMESSAGE_CODEX_BIN", self.path("codex-bin")),
            ("CODEX_IMESSAGE_TMUX_BIN", self.path("tmux")),
            ("CODEX_IMESSAGE_LAUNCHCTL_BIN", self.path("launchctl")),
            ("TMUX_TMPDIR", self.path("")),
        ]
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::cargo_bin(MAIN).expect("built");
        command.env_clear().envs(self.variables()).args(arguments);
        command
    }

    /// The report, and the exit code.
    fn doctor(&self, more: &[&str]) -> (Value, i32) {
        let output = self
            .command(&["doctor", "--json"])
            .args(more)
            .output()
            .expect("it runs");
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        let talk = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(
            !(said.clone() + &talk).contains("5555550123"),
            "{said}{talk}"
        );
        let report = serde_json::from_str(&said).unwrap_or_else(|_| panic!("{said}{talk}"));
        (report, output.status.code().expect("an exit code"))
    }

    /// An agent that runs until this is dropped.
    fn agent(&self) -> Agent {
        let agent = self.start(&assert_cmd::cargo::cargo_bin(MAIN), &[]);
        self.until(|health| health.chat_db.at.is_some());
        agent
    }

    fn start(&self, program: &Path, more: &[(&str, &str)]) -> Agent {
        Agent(self.run(program, more).spawn().expect("it starts"))
    }

    /// As the launcher does; with what the launcher holds.
    fn launched(&self, program: &Path, more: &[(&str, &str)]) -> (Agent, Option<ChildStdin>) {
        let mut command = self.run(program, more);
        let mut child = command
            .arg("--launched")
            .stdin(Stdio::piped())
            .spawn()
            .expect("it starts");
        let held = child.stdin.take();
        (Agent(child), held)
    }

    #[expect(clippy::disallowed_methods, reason = "the agent runs beside the test")]
    fn run(&self, program: &Path, more: &[(&str, &str)]) -> std::process::Command {
        let mut command = std::process::Command::new(program);
        command
            .env_clear()
            .envs(self.variables())
            .envs(more.iter().copied())
            .arg("run")
            .stderr(Stdio::null());
        command
    }

    /// Asks the agent until it says so.
    fn until(&self, says: impl Fn(&Health) -> bool) -> Health {
        waiting::wait_for("the agent to say so", || {
            let answer = ask_health(&self.state(), Duration::from_secs(5));
            answer.ok().filter(|health| says(health))
        })
    }
}

struct Agent(Child);

impl Drop for Agent {
    fn drop(&mut self) {
        let pid = rustix::process::Pid::from_child(&self.0);
        // A test that has failed may have ended it.
        let _ = rustix::process::kill_process(pid, rustix::process::Signal::TERM);
        let _ = self.0.wait();
    }
}

fn check<'a>(report: &'a Value, name: &str) -> &'a Value {
    let checks = report["checks"].as_array().expect("checks");
    let found = checks.iter().find(|check| check["name"] == name);
    found.unwrap_or_else(|| panic!("no check {name} in {report:#}"))
}

fn verdict<'a>(report: &'a Value, name: &str) -> &'a str {
    check(report, name)["verdict"].as_str().expect("a verdict")
}

fn evidence<'a>(report: &'a Value, name: &str) -> &'a str {
    check(report, name)["evidence"].as_str().expect("evidence")
}

#[test]
fn beside_a_running_agent_all_is_well_and_what_is_not_is_named() {
    let home = Home::new();
    let agent = home.agent();
    let (report, code) = home.doctor(&[]);
    let wrong: Vec<_> = report["checks"]
        .as_array()
        .expect("checks")
        .iter()
        .filter(|check| !["ok", "unknown"].contains(&check["verdict"].as_str().unwrap_or("")))
        .collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert_eq!((report["health"].as_str(), code), (Some("healthy"), 0));
    assert_eq!(report["agent"]["pid"], agent.0.id());
    assert_eq!(report["agent"]["protocol"], PROTOCOL);
    assert!(evidence(&report, "chat_db").contains("the agent reads chat.db"));
    assert!(evidence(&report, "launchd").contains("not a Mac"));

    // What the owner wrote by SMS is not acted on, and is not silent either.
    let mut messages = Messages::open(&home.path("chat.db")).expect("chat.db");
    let mut sms = Row::from(OWNER, "go on", clock::wall());
    sms.service = "SMS".into();
    messages.insert(&sms).expect("a row");
    let health = home.until(|health| !health.ignored.is_empty());
    assert_eq!(health.ignored["NotIMessage"].count, 1);
    let (report, code) = home.doctor(&[]);
    assert_eq!((verdict(&report, "ignored"), code), ("warn", 1));
    assert!(evidence(&report, "ignored").contains("NotIMessage 1 (last just now"));
    let story = home.command(&["explain"]).output().expect("it runs");
    let story = String::from_utf8_lossy(&story.stdout).into_owned();
    assert!(story.contains("not acted on: by SMS"), "{story}");
    let nobody = home.command(&["explain", "NO-SUCH-ROW"]).output();
    assert_eq!(nobody.expect("it runs").status.code(), Some(1));

    // The agent loses chat.db: it goes on, and says at which step it fails.
    fs::remove_file(home.path("chat.db")).expect("gone");
    home.until(|health| !health.chat_db.ok && health.failed_sources.contains_key("ChatDb"));
    let (report, code) = home.doctor(&[]);
    assert_eq!((verdict(&report, "chat_db"), code), ("fail", 1));
    assert!(evidence(&report, "chat_db").contains("step header, errno 2"));
    assert_eq!(verdict(&report, "sources"), "fail");
    assert_eq!(verdict(&report, "agent"), "ok");
    Messages::create(&home.path("chat.db")).expect("a chat.db");
    home.until(|health| health.chat_db.ok && health.failed_sources.is_empty());
}

#[test]
fn a_stopped_agent_is_told_and_the_log_it_left_is_read() {
    let home = Home::new();
    let (report, code) = home.doctor(&[]);
    assert_eq!((verdict(&report, "agent"), code), ("fail", 1));
    assert_eq!(report["agent"], Value::Null);
    assert!(evidence(&report, "chat_db").contains("this terminal"));
    assert!(!home.state().exists(), "looking leaves nothing behind");

    drop(home.agent());
    let (report, _) = home.doctor(&[]);
    assert_eq!(verdict(&report, "log"), "ok");
    assert!(evidence(&report, "agent").contains("not running"));
    assert!(!evidence(&report, "agent").contains("cleanly"));
    let talk = home.command(&["doctor"]).output().expect("it runs");
    let talk = String::from_utf8_lossy(&talk.stdout).into_owned();
    assert!(
        talk.contains("FAIL    agent") && talk.contains("next: start it"),
        "{talk}"
    );
}

#[test]
fn an_agent_that_hangs_is_not_waited_for() {
    let home = Home::new();
    fs::create_dir_all(home.state()).expect("a folder");
    let _hangs = UnixListener::bind(address(&home.state()).expect("an address")).expect("bound");
    let watch = clock::Stopwatch::start();
    let (report, code) = home.doctor(&["--fix"]);
    assert!(watch.elapsed() < Duration::from_secs(60));
    assert_eq!((verdict(&report, "agent"), code), ("fail", 1));
    assert!(evidence(&report, "agent").contains("did not answer in time"));
}

#[test]
fn a_damaged_log_is_told_and_kept() {
    let home = Home::new();
    drop(home.agent());
    let db = home.state().join("log/db");
    let mut bytes = fs::read(&db).expect("the log");
    let half = bytes.len() / 2;
    bytes.truncate(half.min(600));
    bytes.iter_mut().skip(100).for_each(|byte| *byte = !*byte);
    fs::write(&db, &bytes).expect("damaged");
    let (report, code) = home.doctor(&["--fix"]);
    assert_eq!((verdict(&report, "log"), code), ("warn", 1), "{report:#}");
    assert!(evidence(&report, "log").contains("one of its two copies is damaged"));
    for segment in fs::read_dir(home.state().join("journal")).expect("the journal") {
        fs::write(segment.expect("a segment").path(), &bytes).expect("damaged");
    }
    let (report, code) = home.doctor(&["--fix"]);
    assert_eq!((verdict(&report, "log"), code), ("fail", 1), "{report:#}");
    assert!(evidence(&report, "log").contains("the log is damaged"));
    assert!(
        check(&report, "log")["next"]
            .as_str()
            .expect("next")
            .contains("copy the state")
    );
    assert_eq!(
        fs::read(&db).expect("the log"),
        bytes,
        "nothing was changed"
    );
}

#[test]
fn what_is_open_to_others_is_found_and_closed_on_request() {
    let home = Home::new();
    drop(home.agent());
    let settings = home.state().join("config.toml");
    fs::write(&settings, "poll = 1\n").expect("settings");
    let (report, code) = home.doctor(&[]);
    assert_eq!((verdict(&report, "settings"), code), ("fail", 1));
    fs::write(&settings, "max_len = 1000\n").expect("settings");
    let mode = |path: &Path| {
        fs::metadata(path)
            .expect("it is there")
            .permissions()
            .mode()
            & 0o777
    };
    fs::set_permissions(home.state(), fs::Permissions::from_mode(0o755)).expect("opened");
    fs::set_permissions(&settings, fs::Permissions::from_mode(0o666)).expect("opened");
    let (report, _) = home.doctor(&[]);
    assert_eq!(verdict(&report, "permissions"), "fail");
    assert_eq!(verdict(&report, "settings"), "fail");
    assert_eq!(mode(&settings), 0o666);
    let (report, _) = home.doctor(&["--fix"]);
    assert_eq!(verdict(&report, "permissions"), "ok");
    assert_eq!(verdict(&report, "settings"), "ok");
    assert_eq!((mode(&home.state()), mode(&settings)), (0o700, 0o600));
}

#[test]
fn the_page_lists_every_check_and_every_field() {
    let home = Home::new();
    let (report, _) = home.doctor(&[]);
    let page = fs::read_to_string(crate::tree::root().join("docs/doctor.md")).expect("the page");
    let rows = page.lines().filter_map(|line| line.strip_prefix("| `"));
    let listed: Vec<_> = rows
        .filter_map(|row| row.split_once('`'))
        .map(|(name, _)| name)
        .collect();
    let has = |name: &str| assert!(listed.contains(&name), "{name} is not on the page");
    let mut made = Vec::new();
    for check in report["checks"].as_array().expect("checks") {
        made.push(check["name"].as_str().expect("a name"));
        check
            .as_object()
            .expect("a check")
            .keys()
            .for_each(|key| has(key));
    }
    for name in &made {
        has(name);
    }
    report
        .as_object()
        .expect("a report")
        .keys()
        .for_each(|key| has(key));
    let health = serde_json::to_value(Health::default()).expect("health");
    health
        .as_object()
        .expect("health")
        .keys()
        .for_each(|key| has(key));
    assert_eq!(
        report["schema"], 1,
        "a change of meaning is another version of the page"
    );
    let mut once = made.clone();
    once.sort_unstable();
    once.dedup();
    assert_eq!(once.len(), made.len(), "a name stands for one check");
}

#[test]
fn what_only_looks_like_a_launchd_job_is_none() {
    let home = Home::new();
    let program = assert_cmd::cargo::cargo_bin(MAIN);
    let label = "com.codex.imessage-control-plane";
    let in_terminal = home.start(&program, &[("XPC_SERVICE_NAME", label)]);
    assert_eq!(
        home.until(|_| true).job,
        None,
        "nobody would start it again"
    );
    drop(in_terminal);
    // The app was opened in the Finder: the launcher started it, but launchd does not keep it.
    let (_agent, _held) = home.launched(&program, &[]);
    assert_eq!(home.until(|_| true).job, None);
    assert!(!home.state().join("agent.log").exists());
}

#[test]
fn as_a_launchd_job_it_writes_its_own_log_and_makes_room_for_a_new_program() {
    let home = Home::new();
    let program = home.path("program");
    let built = fs::read(assert_cmd::cargo::cargo_bin(MAIN));
    executable::write(&program, built.expect("it is built"));
    let label = "com.example.agent";
    let (mut agent, held) = home.launched(
        &program,
        &[
            ("CODEX_IMESSAGE_LAUNCHD_LABEL", label),
            // Whatever the launcher's child is told here, nothing rests on it.
            ("XPC_SERVICE_NAME", "0"),
        ],
    );
    let health = home.until(|health| health.chat_db.at.is_some());
    assert_eq!(health.job.as_deref(), Some(label));
    assert_eq!(Path::new(&health.binary), program);
    // Put there as an installer does: written aside, then moved over.
    executable::write(&program, "#!/bin/sh\n");
    let ended = agent.0.wait().expect("it ends");
    drop(held);
    assert_eq!(ended.code(), Some(0), "in good order");
    let log = fs::read_to_string(home.state().join("agent.log")).expect("its log");
    assert!(
        log.contains("started (log locked)") && log.contains("was upgraded"),
        "{log}"
    );
    assert!(!log.contains("5555550123"));
    let (report, _) = home.doctor(&[]);
    assert_eq!(verdict(&report, "permissions"), "ok");
    assert!(!evidence(&report, "agent").contains("cleanly"));
}
