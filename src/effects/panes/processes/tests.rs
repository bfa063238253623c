//! The process table, read from systems as they are and as they might be.

use super::*;

fn config() -> EffectsConfig {
    EffectsConfig {
        osascript: PathBuf::new(),
        tmux: PathBuf::new(),
        codex: PathBuf::new(),
        codex_home: PathBuf::new(),
        tmux_socket: None,
        tmux_tmpdir: PathBuf::new(),
        new_session_name: String::new(),
        window_prefix: String::new(),
        start_tmux_server: false,
        full_access: false,
        osascript_budget: BUDGET,
        start_budget: BUDGET,
        environment: Vec::new(),
    }
}

/// A process of the table: its parent and its command line. All are in front.
fn table(processes: &[(u32, u32, &str)]) -> Table {
    let line = |(pid, parent, args): &(u32, u32, &str)| {
        from_ps_line(&format!("{pid} {parent} 7 7 {args}")).unwrap()
    };
    Table(processes.iter().map(line).collect())
}

#[test]
fn codex_is_found_however_it_was_installed() {
    for (args, expected) in [
        ("codex", true),
        ("/opt/homebrew/bin/codex --no-daemon -- exec", true),
        ("codex-aarch64-apple-darwin resume", true),
        ("node /usr/local/bin/codex", true),
        ("/usr/bin/node --no-warnings /x/codex.js -m y", true),
        ("bash ./codex", true),
        ("codex exec resume x -", false),
        (
            "node /usr/local/bin/codex app-server --listen unix://",
            false,
        ),
        ("codex-imessage-control-plane run", false),
        ("vim codex", false),
        ("node server.js codex", false),
        ("-zsh", false),
        ("", false),
    ] {
        let found = table(&[(1, 0, args)]).codex_in_front(1);
        assert_eq!(!found.is_empty(), expected, "{args}");
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
fn a_codex_in_the_background_is_not_in_front() {
    let stopped = Table([from_ps_line("1 0 7 9 codex").unwrap()].into());
    assert_eq!(stopped.codex_in_front(1), Vec::<u32>::new());
}

#[test]
fn a_circle_of_parents_comes_to_an_end() {
    let circle = table(&[(1, 2, "sh"), (2, 1, "sh")]);
    assert_eq!(circle.codex_in_front(1), Vec::<u32>::new());
}

#[test]
fn a_name_in_proc_may_hold_anything() {
    let process = from_stat("12 (a) b (c) S 3 4 5 34816 6 0").unwrap();
    assert_eq!((process.parent, process.group, process.front), (3, 4, 6));
    assert!(from_stat("12 (cut").is_none());
}

#[tokio::test]
async fn ps_and_lsof_say_what_proc_says() {
    let own = std::process::id();
    let ps = from_ps(&config()).await.unwrap();
    let file = tempfile::NamedTempFile::new().unwrap();
    let only_read = tempfile::NamedTempFile::new().unwrap().into_temp_path();
    let _reader = std::fs::File::open(&only_read).unwrap();
    let only_read = only_read.canonicalize().unwrap();
    let lsof = from_lsof(&config(), &[own]).await.unwrap();
    let path = file.path().canonicalize().unwrap();
    assert!(lsof[&own].contains(&path) && !lsof[&own].contains(&only_read));
    if cfg!(target_os = "linux") {
        let proc = from_proc().unwrap();
        assert_eq!(ps.0[&own].parent, proc.0[&own].parent);
        assert_eq!(ps.0[&own].group, proc.0[&own].group);
        assert_eq!(ps.0[&own].front, proc.0[&own].front);
        assert!(links(own).contains(&path) && !links(own).contains(&only_read));
    } else {
        assert!(ps.0[&own].parent > 0);
    }
}
