//! Rules of the house that the compiler cannot hold. Each failure names the file
//! and the line; each rule says what to do instead.

use crate::tree::{self, File};

/// Where shipped code is.
const SHIPPED: &[&str] = &["src/", "events/src/", "projections/src/"];

/// Files that may be longer, with the reason.
const LONG: &[(&str, &str)] = &[];

/// Every line of `files` that holds one of `words`, outside the places in `allowed`.
fn found(files: &[File], words: &[&str], allowed: &[&str]) -> Vec<String> {
    let mut found = Vec::new();
    for file in files.iter().filter(|file| !file.is_below(allowed)) {
        for (line, text) in file.code() {
            if words.iter().any(|word| text.contains(word)) {
                found.push(format!("{}:{line}: {}", file.path, text.trim()));
            }
        }
    }
    found
}

fn none(found: &[String], rule: &str) {
    assert!(found.is_empty(), "{rule}\n{}", found.join("\n"));
}

fn below(directories: &[&str]) -> Vec<File> {
    let files = tree::rust().into_iter();
    files.filter(|file| file.is_below(directories)).collect()
}

#[test]
fn files_are_short_enough_to_read() {
    let mut lengths: Vec<(usize, String)> = tree::rust()
        .into_iter()
        .map(|file| (file.text.lines().count(), file.path))
        .collect();
    lengths.sort();
    let (median, _) = &lengths[lengths.len() / 2];
    println!("{} files, median {median} lines", lengths.len());
    let excused = |path: &String| LONG.iter().any(|(long, _)| long == path);
    let too_long = lengths
        .iter()
        .filter(|(lines, path)| *lines > 500 && !excused(path));
    let too_long: Vec<_> = too_long
        .map(|(lines, path)| format!("{path}: {lines} lines"))
        .collect();
    none(
        &too_long,
        "a file has at most 500 lines: split it by what it is about",
    );
}

#[test]
fn every_module_says_why_it_exists() {
    let silent: Vec<_> = tree::rust()
        .into_iter()
        .filter(|file| file.text.lines().count() > 1 && !file.text.trim_start().starts_with("//!"))
        .map(|file| file.path)
        .collect();
    none(&silent, "a module begins with //! and says why it exists");
}

#[test]
fn there_is_one_clock() {
    let readings = found(
        &below(SHIPPED),
        &["SystemTime::now", "Instant::now"],
        &["src/clock.rs"],
    );
    none(&readings, "time is an argument; it is read in src/clock.rs");
    let clock = below(&["src/clock.rs"]);
    for reading in ["SystemTime::now(", "Instant::now("] {
        assert_eq!(
            found(&clock, &[reading], &[]).len(),
            1,
            "{reading} stands once in src/clock.rs"
        );
    }
}

#[test]
fn children_are_started_in_one_place() {
    let starts = found(
        &below(SHIPPED),
        &["process::Command", "fork("],
        // On a Mac a hand-over asks `ps` once, before any runtime that could start children.
        // The launcher is a program of its own, and the agent it starts has no deadline.
        &[
            "src/effects/child.rs",
            "src/hand_over/origin.rs",
            "src/mac/launcher.rs",
        ],
    );
    none(
        &starts,
        "children have a deadline and a process group: src/effects/child.rs starts them",
    );
}

#[test]
fn the_environment_is_read_at_the_edge() {
    let readings = ["env::var", "env::args", "env::set_var", "env::remove_var"];
    let tests = "src/store/tests/crash.rs";
    let edge = [
        "src/config/",
        "src/cli/",
        "src/hand_over",
        "src/main.rs",
        "src/bin/",
        tests,
    ];
    let elsewhere = found(&below(SHIPPED), &readings, &edge);
    none(&elsewhere, "what depends on the environment takes a Config");
}

#[test]
fn imports_go_one_way() {
    let ours = ["control_plane::", "projections::"];
    none(
        &found(&below(&["events/"]), &ours, &[]),
        "events imports nothing of ours",
    );
    none(
        &found(&below(&["projections/"]), &ours[..1], &[]),
        "projections imports only events",
    );
    let hands = below(&[
        "src/store/",
        "src/app_server/",
        "src/ingress/",
        "src/effects/",
    ]);
    let minds = [
        "projections::",
        "crate::driver",
        "crate::runtime",
        "crate::cli",
    ];
    none(
        &found(&hands, &minds, &[]),
        "store, ingress and effects know events, never what they mean",
    );
    for (manifest, others) in [
        ("events/Cargo.toml", &["projections", "control"][..]),
        ("projections/Cargo.toml", &["control"][..]),
    ] {
        let text = std::fs::read_to_string(tree::root().join(manifest)).expect("a manifest");
        let dependency = |line: &&str| others.iter().any(|other| line.starts_with(other));
        assert_eq!(text.lines().find(dependency), None, "{manifest}");
    }
}

#[test]
fn nothing_is_left_open() {
    let marks = [
        concat!("TO", "DO"),
        concat!("FIX", "ME"),
        concat!("XX", "X:"),
    ];
    let written = tree::files()
        .into_iter()
        .filter(|file| !file.is_below(&["tests/fixtures", "events/fixtures"]));
    let mut open = Vec::new();
    for file in written {
        for (index, line) in file.text.lines().enumerate() {
            if marks.iter().any(|mark| line.contains(mark)) {
                open.push(format!("{}:{}: {}", file.path, index + 1, line.trim()));
            }
        }
    }
    none(&open, "what is not done is an issue, not a remark");
}

#[test]
fn no_machine_and_no_person_is_in_the_tree() {
    let machines = [
        concat!("/wo", "rk/"),
        concat!("/ro", "ot/"),
        concat!("/ho", "me/"),
    ];
    let mut told = Vec::new();
    for file in tree::files() {
        for (index, line) in file.text.lines().enumerate() {
            let machine = machines.iter().any(|path| mentions(line, path));
            if machine || telephone_numbers(line).any(|number| !number.starts_with("+1555555")) {
                told.push(format!("{}:{}", file.path, index + 1));
            }
        }
    }
    none(
        &told,
        "a path of somebody's machine or a telephone number; use /Users/me and +15555550123",
    );
}

/// The path begins with `start` and goes on with a name.
fn mentions(line: &str, start: &str) -> bool {
    line.match_indices(start).any(|(at, _)| {
        let before = line[..at].chars().next_back();
        let after = line[at + start.len()..].chars().next();
        let begins = before
            .is_none_or(|c| !c.is_alphanumeric() && !matches!(c, '/' | '.' | '-' | '_' | '~'));
        begins && after.is_some_and(|c| c.is_alphanumeric() || c == '.')
    })
}

/// Plus signs with the ten to fifteen digits of a telephone number.
fn telephone_numbers(line: &str) -> impl Iterator<Item = &str> {
    line.match_indices('+').filter_map(|(at, _)| {
        let digits = line[at + 1..]
            .bytes()
            .take_while(u8::is_ascii_digit)
            .count();
        (10..=15).contains(&digits).then(|| &line[at..=at + digits])
    })
}

#[test]
fn the_rules_see_what_they_look_for() {
    let number = format!("+{}", 4_412_345_678_901_u64);
    assert_eq!(
        telephone_numbers(&format!("call {number}!")).collect::<Vec<_>>(),
        [number.as_str()]
    );
    assert_eq!(
        telephone_numbers("1e+10 +0200 +1234567890123456").count(),
        0
    );
    let home = concat!("/ho", "me/");
    assert!(mentions(&format!("cd {home}me"), home));
    assert!(!mentions(
        &format!("https://example.com{home}me ~{home}x"),
        home
    ));
    let file = File {
        path: "src/x.rs".into(),
        text: "// Instant::now\nlet t = Instant::now();\n".into(),
    };
    assert_eq!(
        found(&[file], &["Instant::now"], &[]),
        ["src/x.rs:2: let t = Instant::now();"]
    );
}
