//! `demo` as a newcomer runs it: the whole loop, with the stand-in and, where
//! there is one, the real Codex. Each run has a temporary directory of its own,
//! in which nothing may be left. A test that needs tmux or Codex says so and
//! passes where it is missing; with `CI=true` it fails.

#![expect(
    clippy::disallowed_methods,
    clippy::print_stderr,
    clippy::unwrap_used,
    reason = "tests drive real processes and may panic"
)]

#[path = "../shared/executable.rs"]
mod executable;

use std::env;
use std::fs;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

/// Nothing is installed here.
const MISSING: &str = "/nonexistent/codex";

/// A directory for temporary ones. Its name is short, as a socket's must be.
struct Desk(tempfile::TempDir);

impl Desk {
    fn new() -> Self {
        Self(tempfile::Builder::new().prefix("d").tempdir().unwrap())
    }

    fn demo(&self, codex: &Path, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_codex-imessage-control-plane"));
        command
            .arg("demo")
            .args(arguments)
            .env("TMPDIR", self.0.path())
            .env("CODEX_IMESSAGE_CODEX_BIN", codex)
            // The demo must not look at what belongs to the owner.
            .env("CODEX_HOME", "/nonexistent/home")
            .env("CODEX_IMESSAGE_STATE_DIR", "/nonexistent/state")
            .env("CODEX_IMESSAGE_MAX_LEN", "nonsense")
            .env("http_proxy", "http://127.0.0.1:9");
        command
    }

    /// No file and no process is left.
    fn assert_tidy(&self) {
        let left: Vec<_> = fs::read_dir(self.0.path()).unwrap().collect();
        assert!(left.is_empty(), "{left:?}");
        let here = self.0.path().to_string_lossy().into_owned();
        let processes = fs::read_dir("/proc").into_iter().flatten();
        let command = |entry: fs::DirEntry| fs::read(entry.path().join("cmdline")).ok();
        let commands = processes.filter_map(|entry| command(entry.ok()?));
        let left: Vec<_> = commands
            .map(|command| String::from_utf8_lossy(&command).replace('\0', " "))
            .filter(|command| command.contains(&here))
            .collect();
        assert!(left.is_empty(), "{left:?}");
    }
}

/// The file of a program; `None`, and the reason is printed, where it is missing.
fn program(name: &str) -> Option<PathBuf> {
    let named = env::var_os(format!("CODEX_IMESSAGE_{}_BIN", name.to_uppercase()));
    let path = env::var_os("PATH").unwrap_or_default();
    let found = named.map(PathBuf::from).or_else(|| {
        env::split_paths(&path)
            .map(|dir| dir.join(name))
            .find(|file| file.is_file())
    });
    if found.is_none() {
        assert_ne!(env::var("CI").as_deref(), Ok("true"), "{name} is missing");
        eprintln!("skipped: {name} is missing");
    }
    found
}

/// Plays the script, and checks that each step happened.
fn plays(mut demo: Command, desk: &Desk, steps: &[&str]) -> String {
    let output = demo.output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    let talk = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(0), "{said}\n{talk}");
    let mut rest = said.as_str();
    for step in steps {
        let Some((_, after)) = rest.split_once(step) else {
            panic!("{step:?} is missing in {said}\n{talk}");
        };
        rest = after;
    }
    assert!(!said.contains("not confirmed"), "{said}");
    assert!(talk.is_empty(), "{talk}");
    desk.assert_tidy();
    said
}

/// What happens whatever carries the instructions.
const ALWAYS: [&str; 17] = [
    " is done. [Codex] @",
    "  ┃ echo: hello from the desk",
    "you: list",
    "┃ [Codex] sessions",
    "you: status @",
    "· status\n",
    "say something",
    " is done. [Codex] @",
    "  ┃ echo: say something",
    "you: 👍 in two lines",
    " is done. [Codex] @",
    "  ┃ echo: and once more\n  ┃ 👍 in two lines",
    "you: yes",
    "approved, it runs",
    "wants to run: rm -rf build. Yes or no?",
    "you: no",
    "┃ run rm -rf build",
];

/// A day away: after the look, whatever carries the instructions.
const AWAY: [&str; 16] = [
    "you: mute @",
    "· muted\n",
    "tidy up",
    "the turn ended, and no text came",
    "you: list",
    "· muted until ",
    "┃ 1 text waits.",
    "you: unmute @",
    "  ┃ echo: tidy up",
    "wants to run: echo released. Yes or no?",
    "here after 1 s, there is a reminder",
    "┃ Still waiting: ",
    "┃ Nobody has answered for ",
    "you: yes",
    "approved, it runs",
    "  ┃ done: ",
];

fn plays_in_tmux(codex: &Path, which: &str) {
    let desk = Desk::new();
    let mut steps = vec![which];
    steps.extend(ALWAYS);
    steps.extend([
        "· needs input\n  ┃ Which database?",
        "you: 2",
        " is done. [Codex] @",
        "  ┃ done: postgres",
        "you: new docs: write the docs",
        "┃ echo: write the docs",
        "you: screen @docs",
        "docs · screen\n",
        "write the docs\n",
    ]);
    steps.extend(AWAY);
    steps.push("12 steps, all as they should be");
    let said = plays(desk.demo(codex, &["--script"]), &desk, &steps);
    assert!(said.contains("docs · started"), "{said}");
}

#[test]
fn the_script_plays_with_the_stand_in() {
    if program("tmux").is_some() {
        plays_in_tmux(Path::new(MISSING), "the built-in stand-in");
    }
}

#[test]
fn the_script_plays_with_the_real_codex() {
    if let (Some(_), Some(codex)) = (program("tmux"), program("codex")) {
        plays_in_tmux(&codex, "codex-cli 0.");
    }
}

#[test]
fn without_tmux_it_plays_what_needs_none_and_says_what_is_missing() {
    let desk = Desk::new();
    let mut demo = desk.demo(Path::new(MISSING), &["--script"]);
    demo.env("CODEX_IMESSAGE_TMUX_BIN", MISSING);
    let mut steps = vec!["tmux is not installed", "brew install tmux", "stand-in"];
    steps.extend(ALWAYS);
    steps.extend([
        "you: new docs: write the docs",
        "not started\n",
        "cannot start tmux",
        "you: last @",
        "· last messages\n",
        "┃ You, ",
        "┃ Codex, ",
    ]);
    steps.extend(AWAY);
    steps.push("11 steps, all as they should be");
    plays(demo, &desk, &steps);
}

#[test]
fn the_picture_shows_the_conversation_and_not_the_day_away() {
    let desk = Desk::new();
    let file = desk.0.path().join("picture.svg");
    let mut demo = desk.demo(Path::new(MISSING), &["--script", "--picture"]);
    demo.arg(&file).env("CODEX_IMESSAGE_TMUX_BIN", MISSING);
    let output = demo.output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    let picture = fs::read_to_string(&file).unwrap();
    assert!(picture.contains("new docs: write the docs"), "{picture}");
    for away in ["last @", "mute", "tidy up", "Still waiting", "released"] {
        assert!(!picture.contains(away), "{away}: {picture}");
    }
    fs::remove_file(file).unwrap();
    desk.assert_tidy();
}

#[test]
fn a_step_that_fails_is_named_and_its_files_are_kept() {
    if program("tmux").is_none() {
        return;
    }
    let desk = Desk::new();
    let broken = desk.0.path().join("codex");
    executable::write(
        &broken,
        "#!/bin/sh\n[ \"$1\" = --version ] && echo codex-cli 9.9.9 || exec sleep 60\n",
    );
    let mut demo = desk.demo(&broken, &["--script"]);
    let mut demo = demo
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    wait_for_line(&mut demo, "at the desk:");
    let kept = stopped_at(demo, "a turn at the desk ends");
    assert!(kept.join("screens.txt").exists());
    fs::remove_dir_all(kept).unwrap();
    fs::remove_file(broken).unwrap();
    desk.assert_tidy();
}

#[test]
fn a_scene_of_the_day_away_that_fails_is_named_and_its_files_are_kept() {
    let desk = Desk::new();
    let mut demo = desk.demo(Path::new(MISSING), &["--script"]);
    let demo = demo.env("CODEX_IMESSAGE_TMUX_BIN", MISSING);
    let demo = demo.stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut demo = demo.spawn().unwrap();
    wait_for_line(&mut demo, "there is a reminder");
    let kept = stopped_at(demo, "nobody answers an approval");
    fs::remove_dir_all(kept).unwrap();
    desk.assert_tidy();
}

/// Stops the script, which says at which step; gives where its files are kept.
fn stopped_at(demo: Child, step: &str) -> PathBuf {
    interrupt(&demo);
    let output = demo.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    let talk = String::from_utf8_lossy(&output.stderr);
    let why = talk.lines().next().unwrap_or_default();
    assert!(
        why.contains(step) && why.contains("the demo was stopped"),
        "{talk}"
    );
    let kept = talk.split("is kept in ").nth(1).unwrap();
    let kept = PathBuf::from(kept.split(':').next().unwrap());
    assert!(kept.join("diagnosis.txt").exists() && kept.join("state/log").exists());
    kept
}

#[test]
fn a_person_types_and_ends_it() {
    if let Some(tmux) = program("tmux") {
        types_and_ends(&tmux);
    }
}

#[test]
fn a_person_types_and_ends_it_without_tmux() {
    types_and_ends(Path::new(MISSING));
}

fn types_and_ends(tmux: &Path) {
    for quits in [true, false] {
        let desk = Desk::new();
        let mut demo = desk.demo(Path::new(MISSING), &[]);
        demo.env("CODEX_IMESSAGE_TMUX_BIN", tmux);
        let mut demo = { demo.stdin(Stdio::piped()).stdout(Stdio::piped()) }
            .spawn()
            .unwrap();
        wait_for_line(&mut demo, "echo: hello from the desk");
        let mut keyboard = demo.stdin.take().unwrap();
        keyboard.write_all(b"LIST\n").unwrap();
        wait_for_line(&mut demo, "[Codex] sessions");
        // Ctrl-C ends it as cleanly as the word does.
        if quits {
            keyboard.write_all(b"quit\n").unwrap();
        } else {
            interrupt(&demo);
        }
        assert_eq!(demo.wait().unwrap().code(), Some(0));
        desk.assert_tidy();
    }
}

fn interrupt(demo: &Child) {
    let pid = rustix::process::Pid::from_child(demo);
    rustix::process::kill_process(pid, rustix::process::Signal::INT).unwrap();
}

/// Reads standard output up to a line that holds `words`, byte by byte, so that
/// what follows is left for the next reader.
fn wait_for_line(demo: &mut Child, words: &str) {
    let out = demo.stdout.as_mut().unwrap();
    let mut read = BufReader::with_capacity(1, out);
    let mut said = String::new();
    while read.read_line(&mut said).unwrap() > 0 {
        if said.lines().last().unwrap().contains(words) {
            return;
        }
    }
    let mut talk = String::new();
    if let Some(err) = &mut demo.stderr {
        err.read_to_string(&mut talk).unwrap();
    }
    panic!("{words:?} is missing in {said}\n{talk}");
}
