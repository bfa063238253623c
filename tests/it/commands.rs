//! The programs as a person or a shell runs them: exit codes, and which words go
//! where. Each has a home of its own and nothing else in its environment.

use assert_cmd::Command;
use std::path::Path;
use std::process::Output;

const MAIN: &str = "codex-imessage-control-plane";
const HELPER: &str = "codex-imessage-notify";

struct Home(tempfile::TempDir);

impl Home {
    fn new() -> Self {
        Self(tempfile::tempdir().expect("a temporary directory"))
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    fn run(&self, program: &str, arguments: &[&str], variables: &[(&str, &str)]) -> Output {
        let mut command = Command::cargo_bin(program).expect("built");
        command
            .env_clear()
            .env("HOME", self.path())
            .envs(variables.iter().copied());
        command.args(arguments).output().expect("it runs")
    }
}

fn words(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[test]
fn run_without_a_recipient_says_what_to_set() {
    let home = Home::new();
    for command in ["run", "once"] {
        for set in [
            &[][..],
            &[("CODEX_IMESSAGE_TO", "")],
            &[("CODEX_IMESSAGE_TO", " , ")],
        ] {
            let output = home.run(MAIN, &[command, "--dry-run"], set);
            let said = words(&output.stderr);
            assert_eq!(output.status.code(), Some(2), "{said}");
            assert!(
                said.contains("no recipient") && said.contains("CODEX_IMESSAGE_TO="),
                "{said}"
            );
            assert!(output.stdout.is_empty());
        }
    }
    assert_eq!(
        home.path().read_dir().expect("home").count(),
        0,
        "nothing was written"
    );
}

#[test]
fn a_setting_that_makes_no_sense_stops_before_anything_starts() {
    let home = Home::new();
    let set = [
        ("CODEX_IMESSAGE_TO", "+15555550123"),
        ("CODEX_IMESSAGE_REDACT", "perhaps"),
    ];
    let output = home.run(MAIN, &["run"], &set);
    let said = words(&output.stderr);
    assert_eq!(output.status.code(), Some(2));
    assert!(
        said.contains("CODEX_IMESSAGE_REDACT (environment): \"perhaps\""),
        "{said}"
    );
    assert!(!said.contains("5555"), "{said}");
    let output = home.run(MAIN, &["run", "--poll", "-1"], &set[..1]);
    let said = words(&output.stderr);
    assert_eq!(output.status.code(), Some(2));
    assert!(
        said.contains("CODEX_IMESSAGE_INBOUND_POLL_S (option): \"-1\""),
        "{said}"
    );
}

#[test]
fn help_and_version_are_data_and_mistakes_are_talk() {
    let home = Home::new();
    for program in [MAIN, HELPER] {
        for arguments in [&["--help"][..], &["--version"]] {
            let output = home.run(program, arguments, &[]);
            assert_eq!(output.status.code(), Some(0));
            assert!(words(&output.stdout).contains(program) || arguments == ["--help"]);
            assert!(output.stderr.is_empty());
        }
        for arguments in [&[][..], &["no-such-command"], &["--no-such-option"]] {
            let output = home.run(program, arguments, &[]);
            assert_eq!(output.status.code(), Some(2), "{program} {arguments:?}");
            assert!(output.stdout.is_empty());
            assert!(
                words(&output.stderr).contains("Usage"),
                "{program} {arguments:?}"
            );
        }
    }
    let output = home.run(MAIN, &["notify", "--help"], &[]);
    assert_eq!(output.status.code(), Some(0));
    assert!(words(&output.stdout).contains("CODEX_NOTIFY_PAYLOAD"));
}

#[test]
fn completions_and_manual_come_for_every_command() {
    let home = Home::new();
    for shell in ["bash", "zsh", "fish"] {
        let output = home.run(MAIN, &["completions", shell], &[]);
        assert_eq!(output.status.code(), Some(0));
        assert!(words(&output.stdout).contains("replay"), "{shell}");
    }
    let page = words(&home.run(MAIN, &["man"], &[]).stdout);
    assert!(page.contains(".TH") && page.contains("replay"), "{page}");
    assert!(
        !page.contains("demo-osascript"),
        "what is hidden stays hidden"
    );
    let page = words(&home.run(MAIN, &["man", "run"], &[]).stdout);
    assert!(
        page.contains(".TH codex-imessage-control-plane-run") && page.contains("poll"),
        "{page}"
    );
    assert_eq!(
        home.run(MAIN, &["man", "dance"], &[]).status.code(),
        Some(2)
    );
}

#[test]
fn the_whole_manual_is_written_into_a_directory() {
    let home = Home::new();
    let into = tempfile::tempdir().expect("a directory");
    let write = |path: &Path| {
        let path = path.display().to_string();
        home.run(MAIN, &["man", "--into", &path], &[]).status.code()
    };
    assert_eq!(write(into.path()), Some(0));
    for page in [
        "codex-imessage-control-plane.1",
        "codex-imessage-control-plane-log-export.1",
        "codex-imessage-notify-route.1",
    ] {
        assert!(into.path().join(page).is_file(), "{page}");
    }
    let hidden = "codex-imessage-control-plane-demo-osascript.1";
    assert!(
        !into.path().join(hidden).exists(),
        "what is hidden stays hidden"
    );
    assert_eq!(write(&into.path().join("missing")), Some(2));
}

#[test]
fn the_helper_refuses_a_recipient_that_is_none() {
    let home = Home::new();
    let output = home.run(HELPER, &["attention", "--to", "somebody", "--dry-run"], &[]);
    assert_eq!(output.status.code(), Some(2));
    let said = words(&output.stderr);
    assert!(
        said.contains("--to is neither") && !said.contains("somebody"),
        "{said}"
    );
}

#[test]
fn the_helper_says_that_nobody_but_the_owner_is_told() {
    let home = Home::new();
    let owner = [("CODEX_IMESSAGE_TO", "+15555550123, owner@example.org")];
    let said = |to: &str| {
        let asked = ["attention", "--need", "look", "--to", to];
        let output = home.run(HELPER, &asked, &owner);
        assert_eq!(output.status.code(), Some(0));
        words(&output.stderr)
    };
    for mine in ["+1 (555) 555-0123", "Owner@Example.org"] {
        assert!(!said(mine).contains("--to"), "{mine}");
    }
    let stranger = said("somebody@example.org");
    assert!(
        stranger.contains("--to must be one of your own addresses")
            && !stranger.contains("somebody"),
        "{stranger}"
    );
}

/// A home with a log of two hand-overs.
fn with_a_log() -> (Home, std::path::PathBuf) {
    let home = Home::new();
    let state = home.path().join("state");
    for nth in 1..3 {
        let thread = "01a203b7-f8a9-7302-b877-7a46264702ea";
        let payload = format!(
            "{{\"type\":\"agent-turn-complete\",\"thread-id\":\"{thread}\",\"turn-id\":\"{nth}\"}}"
        );
        let output = run_in(&home, &state, &["notify", &payload]);
        assert_eq!(output.status.code(), Some(0));
        assert_eq!(words(&output.stderr), "");
    }
    (home, state)
}

fn run_in(home: &Home, state: &Path, arguments: &[&str]) -> Output {
    let state = state.to_str().expect("a path that is text");
    home.run(MAIN, arguments, &[("CODEX_IMESSAGE_STATE_DIR", state)])
}

#[test]
fn an_export_imported_elsewhere_is_the_same_export() {
    let (home, state) = with_a_log();
    let export = run_in(&home, &state, &["log", "export"]).stdout;
    assert_eq!(words(&export).lines().count(), 2);
    let file = home.path().join("export.jsonl");
    std::fs::write(&file, &export).expect("written");
    let import = ["log", "import", file.to_str().expect("text")];
    let other = home.path().join("other");
    let output = run_in(&home, &other, &import);
    assert_eq!(output.status.code(), Some(0), "{}", words(&output.stderr));
    assert_eq!(run_in(&home, &other, &["log", "export"]).stdout, export);
    assert_eq!(
        run_in(&home, &other, &["log", "verify"]).status.code(),
        Some(0)
    );

    let output = run_in(&home, &other, &import);
    assert_eq!(output.status.code(), Some(2));
    let said = words(&output.stderr);
    assert!(
        said.contains("there is a log already, up to entry 2"),
        "{said}"
    );

    let second = words(&export).lines().nth(1).expect("a line").to_owned();
    std::fs::write(&file, second).expect("written");
    let third = home.path().join("third");
    let output = run_in(&home, &third, &import);
    assert_eq!(output.status.code(), Some(2));
    let said = words(&output.stderr);
    assert!(
        said.contains("line 1") && said.contains("entry 1 is missing"),
        "{said}"
    );
    assert!(run_in(&home, &third, &["log", "export"]).stdout.is_empty());
}

#[test]
fn damage_is_found_by_verify_and_made_good_by_the_next_start() {
    let (home, state) = with_a_log();
    let before = run_in(&home, &state, &["log", "export"]).stdout;
    let segment = state.join("journal/00000000000000000001.frames");
    let mut bytes = std::fs::read(&segment).expect("a journal");
    bytes[40] ^= 1;
    std::fs::write(&segment, bytes).expect("written");
    let output = run_in(&home, &state, &["log", "verify"]);
    assert_eq!(output.status.code(), Some(1));
    let said = words(&output.stdout);
    assert!(
        said.contains("sled: 2 entries") && said.contains("at byte 0 of"),
        "{said}"
    );
    assert_eq!(
        run_in(&home, &state, &["log", "export"]).status.code(),
        Some(2)
    );

    let output = run_in(&home, &state, &["notify", "{}"]);
    assert_eq!(output.status.code(), Some(0));
    assert_eq!(
        run_in(&home, &state, &["log", "verify"]).status.code(),
        Some(0)
    );
    let after = run_in(&home, &state, &["log", "export"]).stdout;
    assert!(after.starts_with(&before));
    let told = words(&after)
        .lines()
        .filter(|line| line.contains("LogRecovered"))
        .count();
    assert_eq!(told, 1);
    assert!(state.join("damaged/1/what-happened.txt").exists());
}
