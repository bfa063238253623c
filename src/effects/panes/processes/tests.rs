//! The process table, read from systems as they are and as they might be.

use super::*;

pub(in super::super) use crate::effects::config::blank as config;

/// A process: its number, its parent's, its group, its terminal, its program as `ps` shows
/// it, its command line. Group 7 is in front of every terminal.
type Row<'a> = (u32, u32, u32, &'a str, &'a str, &'a str);

fn rows(rows: &[Row<'_>]) -> Table {
    use std::fmt::Write as _;
    let mut tree = String::new();
    let mut lines = String::new();
    for (pid, parent, group, terminal, program, line) in rows {
        writeln!(
            tree,
            "{pid:>6} {parent:>5} {group:>5}     7 {terminal:<8} {program}"
        )
        .unwrap();
        writeln!(lines, "{pid:>6} {line}").unwrap();
    }
    Table::of(&tree, &lines, "my-codex".to_owned())
}

/// Processes with their parents and command lines, all in front of one terminal.
fn table(processes: &[(u32, u32, &str)]) -> Table {
    let row = |(pid, parent, line): &(u32, u32, &'static str)| {
        let program = line.split(' ').next().unwrap_or_default();
        (*pid, *parent, 7, "ttys001", base(program), *line)
    };
    let all: Vec<(u32, u32, &'static str)> = processes
        .iter()
        .map(|(pid, parent, line)| {
            (
                *pid,
                *parent,
                &*Box::leak((*line).to_owned().into_boxed_str()),
            )
        })
        .collect();
    rows(&all.iter().map(row).collect::<Vec<_>>())
}

#[test]
fn codex_is_found_however_it_was_installed() {
    for (args, expected) in [
        ("codex", true),
        ("/opt/homebrew/bin/codex --no-daemon -- exec", true),
        ("codex-aarch64-apple-darwin resume", true),
        ("/nix/store/x/bin/codex-unwrapped", true),
        ("/nix/store/x/bin/.codex-wrapped resume", true),
        ("codex-0.171.0", true),
        ("/Users/me/my-codex", true),
        ("node /usr/local/bin/codex", true),
        ("/usr/bin/node --no-warnings /x/codex.js -m y", true),
        ("bun /x/codex", true),
        ("bash ./codex", true),
        ("codex exec resume x -", false),
        (
            "node /usr/local/bin/codex app-server --listen unix://",
            false,
        ),
        ("codex-imessage-control-plane run", false),
        ("codex-linux-sandbox x", false),
        ("codexmonitor", false),
        ("vim codex", false),
        ("less codex.log", false),
        ("man codex", false),
        ("tail -f codex", false),
        ("cat /x/codex", false),
        ("node server.js codex", false),
        ("node /srv/server.js /x/codex", false),
        // What follows `-c` may have ended: the shell itself may read now.
        ("sh -c codex && read x", false),
        ("-zsh", false),
        ("", false),
    ] {
        let found = table(&[(1, 0, args)]).codex_in_front(1);
        assert_eq!(!found.is_empty(), expected, "{args}");
    }
}

#[test]
fn what_started_codex_and_waits_for_it_does_not_matter() {
    for wrapper in [
        "caffeinate -i codex",
        "mise x -- codex",
        "op run -- codex",
        "direnv exec . codex",
        "npx @openai/codex",
        "nice -n 5 codex",
        "env A=b codex",
        "time codex",
        "sh -c codex",
    ] {
        let below = table(&[(1, 0, "-zsh"), (2, 1, wrapper), (3, 2, "codex")]);
        assert_eq!(below.codex_in_front(1), [3], "{wrapper}");
    }
}

#[test]
fn where_something_else_reads_the_terminal_codex_does_not() {
    // The editor that Codex has started, at once or by a shell.
    let editor = table(&[(1, 0, "codex"), (2, 1, "sh -c vim"), (3, 2, "vim x.md")]);
    assert_eq!(editor.codex_in_front(1), Vec::<u32>::new());
    let beside = table(&[(1, 0, "sh -c x"), (2, 1, "codex"), (3, 1, "less log")]);
    assert_eq!(beside.codex_in_front(1), Vec::<u32>::new());
    let above = table(&[(1, 0, "-zsh"), (2, 1, "less log"), (3, 2, "codex")]);
    assert_eq!(above.codex_in_front(1), Vec::<u32>::new());
    // Stopped, or started with `&`: another group is in front.
    let row = |group| (2, 1, group, "ttys001", "codex", "codex");
    let shell = (1, 0, 3, "ttys001", "-zsh", "-zsh");
    assert_eq!(rows(&[shell, row(8)]).codex_in_front(1), Vec::<u32>::new());
    assert_eq!(rows(&[shell, row(7)]).codex_in_front(1), [2]);
}

#[test]
fn a_terminal_within_the_terminal_counts_where_keys_are_passed_on() {
    let within = |program: &'static str, line: &'static str, group: u32| {
        rows(&[
            (1, 0, 3, "ttys001", "-zsh", "-zsh"),
            (2, 1, group, "ttys001", program, line),
            (3, 2, 7, "ttys002", "/opt/homebrew/bin/codex", "codex"),
        ])
        .codex_in_front(1)
    };
    assert_eq!(
        within("/usr/bin/script", "script -q /dev/null codex", 7),
        [3]
    );
    assert_eq!(within("/usr/bin/sudo", "sudo -u me codex", 7), [3]);
    assert_eq!(
        within("/usr/bin/script", "script -q /dev/null codex", 8),
        Vec::<u32>::new()
    );
    for editor in [
        "/opt/homebrew/bin/nvim",
        "/usr/bin/emacs",
        "/usr/bin/screen",
    ] {
        assert_eq!(within(editor, editor, 7), Vec::<u32>::new(), "{editor}");
    }
}

/// As macOS shows it: whole paths, and blanks that separate nothing.
#[test]
fn blanks_in_paths_do_not_hide_codex() {
    let folder = tempfile::Builder::new()
        .prefix("Application Support ")
        .tempdir()
        .unwrap();
    let script = folder.path().join("codex");
    std::fs::write(&script, "").unwrap();
    let script = script.display();
    let native = format!("{script}-aarch64-apple-darwin");
    for (program, line, expected) in [
        ("/Users/me/.fnm/node", format!("node {script}"), true),
        (
            "/usr/local/bin/node",
            format!("/usr/local/bin/node --no-warnings {script} resume"),
            true,
        ),
        (
            "/usr/local/bin/node",
            format!("node {script} exec x"),
            false,
        ),
        (
            "/usr/local/bin/node",
            "node /no such folder/codex".to_owned(),
            false,
        ),
        (native.as_str(), format!("{native} --no-daemon"), true),
        (native.as_str(), format!("{native} app-server"), false),
        // On Linux the program is a short name.
        ("codex", format!("{script} --no-daemon"), true),
        ("codex", format!("{script} exec x"), false),
    ] {
        let found = rows(&[(1, 0, 7, "ttys001", program, &line)]).codex_in_front(1);
        assert_eq!(!found.is_empty(), expected, "{line}");
    }
}

#[test]
fn the_wrapper_and_the_program_in_it_are_one_codex() {
    let npm = table(&[
        (1, 0, "-zsh"),
        (2, 1, "node /bin/codex"),
        (3, 2, "/vendor/codex"),
    ]);
    assert_eq!(npm.codex_in_front(1), [2, 3]);
}

#[test]
fn a_codex_run_by_another_is_not_the_panes() {
    let nested = table(&[
        (1, 0, "codex"),
        (2, 1, "bash -lc x"),
        (3, 2, "codex"),
        (4, 1, "codex"),
    ]);
    assert_eq!(nested.codex_in_front(1), [1]);
    let exec = table(&[(1, 0, "codex exec x"), (2, 1, "codex")]);
    assert_eq!(exec.codex_in_front(1), Vec::<u32>::new());
    assert_eq!(exec.all_codex(), [1, 2]);
}

#[test]
fn a_circle_of_parents_comes_to_an_end() {
    let circle = table(&[(1, 2, "sh"), (2, 1, "sh")]);
    assert_eq!(circle.codex_in_front(1), Vec::<u32>::new());
}

#[test]
fn a_tmux_server_with_codex_is_known_on_both_systems() {
    let all = rows(&[
        (1, 0, 1, "??", "/opt/homebrew/bin/tmux", "tmux new"),
        (2, 0, 1, "?", "tmux: server", "tmux -S /x new"),
        (3, 0, 1, "?", "tmux: server", "tmux -L without"),
        (4, 1, 7, "ttys001", "-zsh", "-zsh"),
        (5, 4, 7, "ttys001", "codex", "codex"),
        (6, 2, 7, "pts/2", "codex", "codex"),
        (7, 3, 7, "pts/3", "vim", "vim tmux"),
    ]);
    assert_eq!(all.servers_of_codex(), [1, 2]);
}

#[tokio::test]
async fn ps_says_what_runs_here() {
    let table = Table::read(&config()).await.unwrap();
    let own = &table.all[&std::process::id()];
    assert!(own.parent > 0 && own.group > 0, "{own:?}");
    let test = std::env::current_exe().unwrap();
    assert!(own.line.contains(base(&test.to_string_lossy())), "{own:?}");
}
