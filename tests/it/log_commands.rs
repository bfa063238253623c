//! The commands that read the log, on a log that the program itself wrote.

use assert_cmd::Command;
use control_plane::clock;
use control_plane::demo::messages::{Messages, Row};
use serde_json::Value;
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Output, Stdio};

const MARKER: &str = "zebrafinch";
const OWNER: &str = "+15555550123";

fn run(home: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::cargo_bin("codex-imessage-control-plane").expect("built");
    command
        .env_clear()
        .env("HOME", home)
        .env("CODEX_HOME", home.join("codex"))
        .env("CODEX_IMESSAGE_TO", OWNER)
        .env("CODEX_IMESSAGE_CHAT_DB", home.join("chat.db"))
        .env("CODEX_IMESSAGE_OSASCRIPT_BIN", home.join("nothing"))
        .env("CODEX_IMESSAGE_TMUX_BIN", home.join("nothing"))
        .env("CODEX_IMESSAGE_CODEX_BIN", home.join("nothing"));
    command
        .args(arguments)
        .current_dir(home)
        .output()
        .expect("it runs")
}

fn says(home: &Path, arguments: &[&str]) -> String {
    let output = run(home, arguments);
    assert_ne!(output.status.code(), Some(2), "{arguments:?}: {output:?}");
    String::from_utf8(output.stdout).expect("text")
}

/// A home whose log has some messages in it.
fn lived() -> tempfile::TempDir {
    let home = tempfile::tempdir().expect("a home");
    let mut messages = Messages::create(&home.path().join("chat.db")).expect("a chat.db");
    says(home.path(), &["once"]);
    for text in ["list", "help", &format!("@nobody run the {MARKER} tests")] {
        messages
            .insert(&Row::from(OWNER, text, clock::wall()))
            .expect("a row");
    }
    // Words may wait a moment for further ones before they are acted on.
    for _ in 0..30 {
        says(home.path(), &["once"]);
        if says(home.path(), &["explain"]).contains("no session fits it") {
            return home;
        }
    }
    panic!("the last message was never acted on");
}

fn digest(said: &str) -> String {
    let line = said.lines().find(|line| line.starts_with("digest: "));
    line.expect("a digest").to_owned()
}

#[test]
fn a_log_answers_in_one_command() {
    let home = lived();
    let home = home.path();
    let story = says(home, &["explain"]);
    for step in [
        "no session fits it",
        "You wrote row",
        "It is yours",
        "not acted on",
    ] {
        let told = story.contains(step);
        assert_eq!(told, step != "not acted on", "{step}: {story}");
    }
    assert_eq!(story, says(home, &["explain", MARKER]), "a phrase finds it");
    assert!(!story.contains(MARKER), "{story}");
    let today = says(home, &["explain", "today"]);
    assert!(today.contains("explain event:"), "{today}");
    let shown = run(home, &["explain", "--with-text"]);
    assert_eq!(
        shown.status.code(),
        Some(2),
        "words are for a terminal only"
    );

    let then = says(home, &["replay", "--at", "now"]);
    assert!(then.contains("No sessions yet"), "{then}");
    let whole = says(home, &["replay", "--verify"]);
    assert!(
        whole.contains("verified: ") && whole.contains("all ok"),
        "{whole}"
    );
    let told = says(home, &["replay"]);
    assert!(
        told.contains("The program started") && !told.contains(MARKER),
        "{told}"
    );
    let same = run(home, &["replay", "--what-if"]);
    assert_eq!(same.status.code(), Some(0), "{same:?}");
    let other = run(home, &["replay", "--what-if", "--set", "max_len=60"]);
    assert_eq!(other.status.code(), Some(1), "{other:?}");
    let other = String::from_utf8(other.stdout).expect("text");
    assert!(other.contains("then") && other.contains("now"), "{other}");

    let tail = says(home, &["log", "tail", "-n", "3", "--json"]);
    assert_eq!(tail.lines().count(), 3, "{tail}");
    let newest: Value = serde_json::from_str(tail.lines().last().expect("a line")).expect("JSON");
    assert_eq!(newest["kind"], "RuntimeStopped");
    let stats: Value =
        serde_json::from_str(&says(home, &["log", "stats", "--json"])).expect("JSON");
    assert_eq!(stats["entries"], newest["seq"]);
    assert_eq!(
        format!("digest: {}", stats["digest"].as_str().expect("text")),
        digest(&whole)
    );
}

#[test]
fn a_report_holds_no_words_and_gives_the_same_decisions_anywhere() {
    let home = lived();
    says(home.path(), &["report"]);
    let file = home.path().join("codex-imessage-report.jsonl");
    let text = std::fs::read_to_string(&file).expect("a report");
    for word in [MARKER, "5555550123"] {
        assert!(!text.contains(word), "{word}");
        // Frames hold their words in hexadecimal.
        let digits = word.bytes().map(|byte| format!("{byte:02x}"));
        let hex = digits.collect::<Vec<_>>().concat();
        assert!(!text.contains(&hex), "{word} in a frame");
    }
    let head: Value = serde_json::from_str(text.lines().next().expect("a head")).expect("JSON");
    assert_eq!(head["report"], 1);
    assert!(
        head["settings"].is_array() && head["doctor"].is_object(),
        "{head}"
    );
    let again = run(home.path(), &["report"]);
    assert_eq!(again.status.code(), Some(2), "nothing is overwritten");

    let own = says(home.path(), &["replay", "--check"]);
    let other = tempfile::tempdir().expect("another machine");
    let moved = other.path().join("report.jsonl");
    std::fs::copy(&file, &moved).expect("a copy");
    let path = moved.to_str().expect("a path");
    let said = says(other.path(), &["replay", path]);
    assert!(said.contains("all ok"), "{said}");
    let from = format!(
        "digest where the log comes from: {}",
        &digest(&own)["digest: ".len()..]
    );
    assert!(said.contains(&from), "{said}");
    let decided = run(other.path(), &["replay", path, "--what-if"]);
    assert_eq!(decided.status.code(), Some(0), "{decided:?}");

    // A report that was touched says so.
    let line = text.lines().nth(2).expect("an entry");
    let touched = text.replace(line, "");
    std::fs::write(&moved, touched.replace("\n\n", "\n")).expect("written");
    assert_eq!(run(other.path(), &["replay", path]).status.code(), Some(2));
}

#[test]
fn old_history_is_packed_and_every_command_still_reads_it() {
    let home = lived();
    let home = home.path();
    let state = home.join("codex/imessage-control-plane");
    let asked: [&[&str]; 5] = [
        &["replay", "--verify"],
        &["replay"],
        &["explain", MARKER],
        &["log", "export"],
        &["log", "tail", "-n", "1000", "--json"],
    ];
    let before = asked.map(|arguments| says(home, arguments));
    let kept = run(home, &["log", "compact", "--keep", "90d"]);
    assert_eq!(kept.status.code(), Some(1), "nothing is that old: {kept:?}");
    let packed = run(home, &["log", "compact", "--keep", "0s"]);
    assert_eq!(packed.status.code(), Some(0), "{packed:?}");
    assert_eq!(asked.map(|arguments| says(home, arguments)), before);
    let verified = says(home, &["log", "verify"]);
    let history = verified
        .lines()
        .find(|line| line.starts_with("packed history: "));
    assert!(history.expect("a line").ends_with("whole"), "{verified}");
    let same = run(home, &["replay", "--what-if"]);
    assert_eq!(same.status.code(), Some(0), "{same:?}");
    says(home, &["once"]);
    let on = says(home, &["log", "export"]);
    assert!(on.starts_with(&before[3]) && on.len() > before[3].len());

    // The file that was packed is an export as well.
    let mut files = std::fs::read_dir(state.join("history")).expect("history");
    let file = files.next().expect("a file").expect("readable").path();
    let other = tempfile::tempdir().expect("another machine");
    says(
        other.path(),
        &["log", "import", file.to_str().expect("a path")],
    );
    let imported = says(other.path(), &["log", "export"]);
    assert!(!imported.is_empty() && before[3].starts_with(&imported));
    // So is what `log export` prints once it is packed.
    let path = other.path().join("export.zst");
    std::fs::write(&path, zstd::encode_all(on.as_bytes(), 3).expect("packed")).expect("written");
    let replayed = says(
        other.path(),
        &["replay", "--check", path.to_str().expect("a path")],
    );
    assert_eq!(
        digest(&replayed),
        digest(&says(home, &["replay", "--check"]))
    );

    std::fs::remove_file(file).expect("removed");
    let missing = run(home, &["replay", "--check"]);
    assert_eq!(missing.status.code(), Some(2));
    let said = String::from_utf8(missing.stderr).expect("text");
    assert!(said.contains("history"), "{said}");
}

#[test]
fn with_damaged_or_lost_old_history_doctor_says_what_helps() {
    let home = lived();
    let home = home.path();
    says(home, &["log", "compact", "--keep", "0s"]);
    says(home, &["once"]);
    let history = home.join("codex/imessage-control-plane/history");
    let mut files = std::fs::read_dir(&history).expect("history");
    let file = files.next().expect("a file").expect("readable").path();
    let whole = std::fs::read(&file).expect("readable");
    let mut flipped = whole.clone();
    flipped[whole.len() / 2] ^= 1;
    let log = || -> Value {
        let report = says(home, &["doctor", "--json"]);
        let report: Value = serde_json::from_str(&report).expect("JSON");
        let checks = report["checks"].as_array().expect("checks").clone();
        let log = checks.into_iter().find(|check| check["name"] == "log");
        log.expect("the log is checked")
    };
    assert_eq!(log()["verdict"], "ok", "{}", log());
    let damage = || std::fs::write(&file, &flipped).expect("written");
    let lose = || std::fs::remove_file(&file).expect("removed");
    let lose_all = || std::fs::remove_dir_all(&history).expect("removed");
    for (harm, works) in [
        (&damage as &dyn Fn(), true),
        (&lose, false),
        (&lose_all, false),
    ] {
        harm();
        let read = run(home, &["replay", "--check"]);
        assert_eq!(read.status.code(), Some(2), "{read:?}");
        let said = String::from_utf8(read.stderr).expect("text");
        assert!(said.contains("history"), "{said}");
        let verified = run(home, &["log", "verify"]);
        assert_ne!(verified.status.code(), Some(0), "{verified:?}");
        let check = log();
        assert_eq!(check["verdict"], "fail", "{check}");
        let evidence = check["evidence"].as_str().expect("text");
        assert!(evidence.contains("old history"), "{check}");
        let next = check["next"].as_str().expect("text");
        assert!(next.contains("bring the files of `history`"), "{check}");
        assert_eq!(next.contains("works on"), works, "{check}");
        let worked = run(home, &["once"]);
        assert_eq!(worked.status.code() == Some(0), works, "{worked:?}");
        std::fs::create_dir_all(&history).expect("a directory");
        std::fs::write(&file, &whole).expect("written");
        assert_eq!(log()["verdict"], "ok", "what came back counts: {}", log());
    }
}

/// Whether these bytes stand in a file below a directory, packed or not.
fn stands_in(dir: &Path, words: &[u8]) -> bool {
    std::fs::read_dir(dir).expect("a directory").any(|entry| {
        let path = entry.expect("readable").path();
        if path.is_dir() {
            return stands_in(&path, words);
        }
        let bytes = std::fs::read(&path).unwrap_or_default();
        let bytes = zstd::decode_all(bytes.as_slice()).unwrap_or(bytes);
        bytes.windows(words.len()).any(|at| at == words)
    })
}

#[test]
fn words_are_forgotten_and_what_happened_stays() {
    let home = lived();
    let home = home.path();
    let state = home.join("codex/imessage-control-plane");
    let holds = || stands_in(&state, MARKER.as_bytes());
    says(home, &["log", "compact", "--keep", "0s"]);
    let young = run(home, &["log", "compact", "--forget-text", "7d"]);
    assert_eq!(
        young.status.code(),
        Some(1),
        "nothing is that old: {young:?}"
    );
    assert!(holds());
    let story = says(home, &["explain"]);

    let forgot = run(home, &["log", "compact", "--forget-text", "0s"]);
    assert_eq!(forgot.status.code(), Some(0), "{forgot:?}");
    assert!(!holds(), "a file still holds the words");
    assert_eq!(says(home, &["explain"]), story, "the story is the same");
    for check in [&["log", "verify"][..], &["replay", "--verify"]] {
        let checked = run(home, check);
        assert_eq!(checked.status.code(), Some(0), "{checked:?}");
    }
    let again = run(home, &["replay", "--what-if"]);
    assert_eq!(again.status.code(), Some(0), "{again:?}");
    let again = run(home, &["log", "compact", "--forget-text", "0s"]);
    assert_eq!(again.status.code(), Some(1), "nothing is left: {again:?}");
    // The message is still known: its row is not taken again.
    let before = says(home, &["log", "export"]);
    says(home, &["once"]);
    let after = says(home, &["log", "export"]);
    let came = after.strip_prefix(before.as_str()).expect("it goes on");
    assert!(!came.contains("Inbound"), "{came}");
}

#[test]
fn a_flipped_byte_anywhere_in_an_export_is_detected() {
    let home = tempfile::tempdir().expect("a home");
    Messages::create(&home.path().join("chat.db")).expect("a chat.db");
    says(home.path(), &["once"]);
    let export = says(home.path(), &["log", "export"]).into_bytes();
    let path = home.path().join("export.jsonl");
    for at in 0..export.len() {
        let mut flipped = export.clone();
        flipped[at] ^= 1 << (at % 8);
        std::fs::write(&path, &flipped).expect("written");
        let mut entries = 0;
        let read = control_plane::runtime::each_entry_of(&path, &mut |_| {
            entries += 1;
            true
        });
        assert!(read.is_err(), "byte {at} of {}, {entries}", export.len());
    }
}

#[test]
fn a_log_that_is_followed_shows_each_event_as_it_comes() {
    let home = lived();
    let binary = assert_cmd::cargo::cargo_bin("codex-imessage-control-plane");
    let mut tail = following(&binary, home.path());
    let mut lines = BufReader::new(tail.stdout.take().expect("a pipe")).lines();
    let mut next = || -> Value {
        let line = lines.next().expect("a line").expect("readable");
        serde_json::from_str(&line).expect("JSON")
    };
    let shown = next()["seq"].as_u64().expect("a position");
    says(home.path(), &["once"]);
    assert_eq!(next()["seq"], shown + 1);
    // It goes on where the log was made shorter meanwhile.
    says(home.path(), &["log", "compact", "--keep", "0s"]);
    says(home.path(), &["once"]);
    let export = says(home.path(), &["log", "export"]);
    let last = export.lines().count() as u64;
    for seq in shown + 2..=last {
        assert_eq!(next()["seq"], seq);
    }
    tail.kill().expect("killed");
    tail.wait().expect("gone");
}

#[expect(
    clippy::disallowed_methods,
    reason = "the test reads what a process of its own prints as it comes"
)]
fn following(binary: &Path, home: &Path) -> std::process::Child {
    std::process::Command::new(binary)
        .env_clear()
        .env("HOME", home)
        .env("CODEX_HOME", home.join("codex"))
        .env("CODEX_IMESSAGE_TO", OWNER)
        .args(["log", "tail", "-f", "-n", "1", "--json"])
        .stdout(Stdio::piped())
        .spawn()
        .expect("it runs")
}
