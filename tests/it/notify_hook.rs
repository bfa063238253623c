//! `setup-notify-hook` as a person runs it, and what Codex then runs: the notifier
//! that was there before gets the very payload, once, and never holds anybody up.

use crate::{executable, waiting};
use assert_cmd::Command;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

const MAIN: &str = "codex-imessage-control-plane";

struct Home(tempfile::TempDir);

impl Home {
    fn new(config: &str) -> Self {
        let home = Self(tempfile::tempdir().expect("a home"));
        fs::create_dir(home.codex()).expect("Codex's directory");
        fs::write(home.config(), config).expect("its configuration");
        home
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    fn codex(&self) -> PathBuf {
        self.path().join("codex")
    }

    fn config(&self) -> PathBuf {
        self.codex().join("config.toml")
    }

    /// Runs it; says its exit code, its data and its talk.
    fn run(&self, arguments: &[&str]) -> (Option<i32>, String, String) {
        let mut command = Command::cargo_bin(MAIN).expect("built");
        command
            .env_clear()
            .env("HOME", self.path())
            .env("PATH", "/usr/bin:/bin")
            .env("CODEX_HOME", self.codex());
        let output = command.args(arguments).output().expect("it runs");
        let words = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        (
            output.status.code(),
            words(&output.stdout),
            words(&output.stderr),
        )
    }

    /// A notifier: what it does with its last argument, `$last`.
    fn notifier(&self, does: &str) -> PathBuf {
        let path = self.path().join("ring");
        let script = format!(
            "#!/bin/sh\nfor last; do :; done\ncd '{}'\n{does}\n",
            self.path().display()
        );
        executable::write(&path, script);
        path
    }

    /// What the notifier wrote, once it has.
    fn wait_for(&self, name: &str) -> String {
        let file = self.path().join(name);
        waiting::watch(self.path());
        waiting::wait_for(name, || fs::read_to_string(&file).ok())
    }
}

const PAYLOAD: &str = "{\"type\":\"agent-turn-complete\",\"thread-id\":\"01a203cb-6906-7a82-8fcb-429f6aaaaaaa\",\
    \"turn-id\":\"1\",\"cwd\":\"/\",\"input-messages\":[\"it's \\\"quoted\\\" $HOME `x`\"],\"last-assistant-message\":\"ünï\\n\"}";

#[test]
fn a_person_sets_up_and_sees_what_was_done() {
    let home = Home::new("model = \"x\"\n");
    let (code, said, talk) = home.run(&[
        "setup-notify-hook",
        "--dry-run",
        "--recipient",
        "+15555550123",
    ]);
    assert_eq!(code, Some(0), "{talk}");
    assert!(
        said.starts_with("would change ") && !said.contains("5555"),
        "{said}"
    );
    assert_eq!(
        fs::read_to_string(home.config()).expect("kept"),
        "model = \"x\"\n"
    );
    assert_eq!(
        fs::read_dir(home.codex())
            .expect("Codex's directory")
            .count(),
        1
    );

    let (code, said, talk) = home.run(&[
        "setup-notify-hook",
        "--pane-titles",
        "--recipient",
        "+1 (555) 555-0123",
    ]);
    assert_eq!(code, Some(0), "{talk}");
    assert!(
        said.contains("restart running Codex sessions") && said.contains(".before-imessage"),
        "{said}"
    );
    let text = fs::read_to_string(home.config()).expect("written");
    assert!(
        text.starts_with("model = \"x\"\nnotify = [\"/") && text.contains("\"thread-id\"]"),
        "{text}"
    );
    let ours = home.codex().join("imessage-control-plane/config.toml");
    assert_eq!(
        fs::read_to_string(&ours).expect("ours"),
        "to = \"+15555550123\"\n"
    );
    assert_eq!(
        ours.metadata().expect("ours").permissions().mode() & 0o777,
        0o600
    );

    let (code, said, _) = home.run(&["setup-notify-hook"]);
    assert_eq!(code, Some(0));
    assert!(said.contains("no changes"), "{said}");
    assert_eq!(fs::read_to_string(home.config()).expect("kept"), text);
}

#[test]
fn what_cannot_be_done_is_said_with_what_to_do() {
    let home = Home::new("a = 1\n[tui\n");
    let (code, said, talk) = home.run(&["setup-notify-hook"]);
    assert_eq!((code, said.as_str()), (Some(2), ""));
    assert!(
        talk.contains("line 2, column 5") && talk.contains("hint: fix that line"),
        "{talk}"
    );
    let (code, _, talk) = home.run(&["setup-notify-hook", "--recipient", "nobody"]);
    assert_eq!(code, Some(2));
    assert!(
        talk.contains("--recipient") && !talk.contains("nobody"),
        "{talk}"
    );
}

#[test]
fn the_notifier_that_was_there_gets_the_payload() {
    let home = Home::new("");
    let ring = home.notifier("printf '%s' \"$1|$last\" >got.tmp; mv got.tmp got");
    let config = format!("notify = [{:?}, \"--loud\"]\n", ring.display().to_string());
    fs::write(home.config(), config).expect("its configuration");
    let (code, said, _) = home.run(&["setup-notify-hook", "--no-pane-titles"]);
    assert_eq!(code, Some(0));
    assert!(said.contains("runs after ours"), "{said}");
    let (code, _, talk) = home.run(&["notify", PAYLOAD]);
    assert_eq!((code, talk.as_str()), (Some(0), ""));
    assert_eq!(home.wait_for("got"), format!("--loud|{PAYLOAD}"));
    let (_, log, _) = home.run(&["log", "export"]);
    assert_eq!(log.matches("NotifyReceived").count(), 1, "{log}");
    let (_, report, _) = home.run(&["doctor"]);
    let chained = format!("; then the previous notifier {}", ring.display());
    assert!(report.contains(&chained), "{report}");
}

#[test]
fn what_an_older_program_needed_is_taken_and_said_to_be_unused() {
    let home = Home::new("");
    let unused = "--python-bin has no effect";
    let python = ["--python-bin", "/usr/bin/python3"];
    let (code, _, talk) = home.run(&[&["setup-notify-hook"], &python[..]].concat());
    assert_eq!(code, Some(0), "{talk}");
    assert!(talk.contains(unused), "{talk}");
    for command in ["setup", "setup-launchd"] {
        let (code, _, talk) =
            home.run(&[&[command, "--recipient", "+15555550123"], &python[..]].concat());
        assert_eq!(code, Some(2), "this is no Mac");
        assert!(
            talk.contains(unused) && talk.contains("on a Mac only"),
            "{talk}"
        );
    }
    let (_, _, talk) = home.run(&[&["setup-permissions"], &python[..]].concat());
    assert!(talk.contains(unused), "{talk}");
}

#[test]
fn what_is_said_to_change_is_what_changes_now() {
    let home = Home::new("");
    home.run(&["setup-notify-hook"]);
    let (_, said, _) = home.run(&["setup-notify-hook", "--pane-titles"]);
    assert!(said.contains("- added thread-id"), "{said}");
    assert!(!said.contains("- added notify"), "{said}");
}

#[test]
fn set_up_without_a_recipient_says_how_to_give_one() {
    let home = Home::new("model = \"x\"\n");
    for command in ["setup", "setup-launchd"] {
        let (code, _, talk) = home.run(&[command]);
        assert_eq!(code, Some(2));
        assert!(
            talk.contains("nothing was changed") && talk.contains("--recipient"),
            "{talk}"
        );
    }
    assert_eq!(
        fs::read_to_string(home.config()).expect("kept"),
        "model = \"x\"\n"
    );
}

#[test]
fn a_notifier_that_fails_is_only_spoken_of() {
    let home = Home::new("notify = [\"/nowhere/ring\"]\n");
    home.run(&["setup-notify-hook"]);
    let (code, _, talk) = home.run(&["notify", PAYLOAD]);
    assert_eq!(code, Some(0));
    assert!(
        talk.contains("/nowhere/ring, could not be started") && !talk.contains("agent-turn"),
        "{talk}"
    );
    let (code, _, talk) = home.run(&["notify", "--dry-run", PAYLOAD]);
    assert_eq!(
        (code, talk.as_str()),
        (Some(0), ""),
        "a rehearsal runs nothing"
    );
}

#[test]
fn a_notifier_that_calls_us_back_is_not_heard_twice() {
    let home = Home::new("");
    let main = assert_cmd::cargo::cargo_bin(MAIN);
    let back = format!(
        "'{}' notify \"$last\" 2>>said.tmp; echo x >>calls; mv said.tmp said",
        main.display()
    );
    let ring = home.notifier(&back);
    fs::write(
        home.config(),
        format!("notify = [{:?}]\n", ring.display().to_string()),
    )
    .expect("its configuration");
    home.run(&["setup-notify-hook"]);
    home.run(&["notify", PAYLOAD]);
    assert!(home.wait_for("said").contains("not recorded twice"));
    assert_eq!(home.wait_for("calls"), "x\n");
    let (_, log, _) = home.run(&["log", "export"]);
    assert_eq!(log.matches("NotifyReceived").count(), 1, "{log}");
}
