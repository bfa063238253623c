//! Looks at a session: real git, real tmux, and both at their worst.

use super::rig::{ID, Rig, run, session};
use control_plane::clock::Stopwatch;
use events::command::{Look, Sight};
use events::outcome::{Doubt, Evidence, Failure};
use events::{Command, Guid, Outcome, Report};
use std::path::Path;
use std::time::Duration;

fn look(cwd: &Path, rollout: &Path, sight: Sight) -> Command {
    Command::Look(Look {
        inbound: Guid::parse("guid").expect("guid"),
        session: session(ID),
        cwd: cwd.display().to_string(),
        rollout: rollout.display().to_string(),
        sight,
        again: false,
    })
}

async fn diff(rig: &Rig, path: Option<&str>) -> Report {
    let path = path.map(Into::into);
    let cwd = rig.path("repo/app");
    rig.execute(look(&cwd, Path::new(""), Sight::Diff { path }))
        .await
}

async fn screen(rig: &Rig) -> Report {
    let sight = Sight::Screen { hints: Vec::new() };
    rig.execute(look(Path::new("/"), Path::new(""), sight))
        .await
}

fn shown(report: Report) -> String {
    match report {
        Report::Settled(Outcome::Done(Evidence::Looked { text, .. })) => text.reveal().clone(),
        other @ (Report::Performed(_) | Report::Settled(_)) => panic!("{other:?}"),
    }
}

fn refused(report: Report) -> String {
    match report {
        Report::Settled(Outcome::Failed(Failure::Unsupported { what })) => what,
        Report::Settled(Outcome::Failed(Failure::NoPane { why })) => why,
        other @ (Report::Performed(_) | Report::Settled(_)) => panic!("{other:?}"),
    }
}

async fn git(rig: &Rig, args: &[&str]) {
    let mut all: Vec<std::ffi::OsString> = vec!["-C".into(), rig.path("repo").into()];
    for setting in [
        "user.name=A",
        "user.email=a@example.com",
        "commit.gpgsign=false",
    ] {
        all.extend(["-c".into(), setting.into()]);
    }
    all.extend(args.iter().map(Into::into));
    let ended = run("git", all).await;
    assert!(matches!(
        ended,
        control_plane::effects::child::Ended::Exited { code: 0, .. }
    ));
}

fn write(rig: &Rig, file: &str, text: impl AsRef<[u8]>) {
    std::fs::write(rig.path("repo").join(file), text).expect("file");
}

/// A repository whose directory `app` is the session's.
async fn repository() -> Rig {
    let rig = Rig::new();
    std::fs::create_dir_all(rig.path("repo/app")).expect("directory");
    git(&rig, &["init", "-q"]).await;
    write(&rig, "app/a.rs", "one\ntwo\nthree\n");
    write(&rig, "app/gone.txt", "old\n");
    write(&rig, "outside.txt", "secret\n");
    write(&rig, "app/logo.png", [0_u8, 159, 146, 150, 0]);
    git(&rig, &["add", "."]).await;
    git(&rig, &["commit", "-qm", "first"]).await;
    rig
}

#[tokio::test]
async fn what_is_changed_comes_with_counts_and_only_from_the_directory() {
    let rig = repository().await;
    assert_eq!(
        shown(diff(&rig, None).await),
        "Nothing is changed since the last commit."
    );
    write(&rig, "app/a.rs", "one\n2\nthree\nfour\n");
    write(&rig, "outside.txt", "more secret\n");
    write(&rig, "app/logo.png", [0_u8, 1, 2]);
    write(&rig, "app/new file.txt", "hello\n");
    std::fs::remove_file(rig.path("repo/app/gone.txt")).expect("file");
    let text = shown(diff(&rig, None).await);
    assert!(
        text.starts_with("3 files changed, +2 −2\na.rs +2 −1\n"),
        "{text}"
    );
    for part in [
        "gone.txt +0 −1",
        "logo.png (binary)",
        "1 file not in git yet:\nnew file.txt",
        "▸ a.rs\n@@",
        "-two\n+2",
        "▸ gone.txt\n(deleted)",
        "▸ logo.png\n(binary)",
    ] {
        assert!(text.contains(part), "{part} is not in {text}");
    }
    assert!(!text.contains("secret"), "{text}");
    let text = shown(diff(&rig, Some("a.rs")).await);
    assert!(
        text.starts_with("1 file changed, +2 −1\n\n▸ a.rs"),
        "{text}"
    );
    assert!(!text.contains("gone"), "{text}");
    let text = shown(diff(&rig, Some("new file.txt")).await);
    assert!(text.contains("+hello"), "{text}");
    let text = shown(diff(&rig, Some("./gone.txt")).await);
    assert!(text.contains("-old"), "{text}");
    for out in ["../outside.txt", "/etc/passwd", "..", "a/../../outside.txt"] {
        let why = refused(diff(&rig, Some(out)).await);
        assert!(why.contains("is not in the session's folder"), "{why}");
    }
    assert!(refused(diff(&rig, Some("nothing.rs")).await).contains("There is no nothing.rs"));
}

#[tokio::test]
async fn links_lead_nowhere() {
    let rig = repository().await;
    let link = |to: &Path, name: &str| {
        std::os::unix::fs::symlink(to, rig.path("repo/app").join(name)).expect("link");
    };
    link(&rig.path("repo/outside.txt"), "peek");
    link(&rig.path("repo"), "up");
    for path in ["peek", "up/outside.txt", "up"] {
        let report = diff(&rig, Some(path)).await;
        let said = format!("{report:?}");
        let text = match report {
            Report::Settled(Outcome::Done(Evidence::Looked { text, .. })) => text.reveal().clone(),
            Report::Performed(_) | Report::Settled(_) => said,
        };
        assert!(!text.contains("secret"), "{path}: {text}");
    }
}

#[tokio::test]
async fn no_program_of_the_repository_is_run() {
    let rig = repository().await;
    let touch = |name: &str| format!("touch '{}'; cat", rig.path(name).display());
    for (key, name) in [
        ("core.fsmonitor", "monitor"),
        ("core.pager", "pager"),
        ("diff.external", "external"),
        ("diff.mine.command", "driver"),
        ("diff.mine.textconv", "textconv"),
        ("filter.mine.clean", "clean"),
        ("filter.mine.process", "process"),
        ("filter.mine.required", "true"),
    ] {
        let value = if name == "true" {
            name.to_owned()
        } else {
            touch(name)
        };
        git(&rig, &["config", key, &value]).await;
    }
    let hooks = rig.path("repo/.git/hooks");
    for hook in ["post-index-change", "pre-commit", "fsmonitor-watchman"] {
        let body = format!("#!/bin/sh\n{}\n", touch("hook"));
        crate::executable::write(&hooks.join(hook), body);
    }
    write(&rig, "app/.gitattributes", "*.rs diff=mine filter=mine\n");
    write(&rig, "app/a.rs", "one\ntwo\nthree\nfour\n");
    let text = shown(diff(&rig, None).await);
    assert!(text.contains("+four"), "{text}");
    for name in [
        "monitor", "pager", "external", "driver", "textconv", "clean", "process", "hook",
    ] {
        assert!(!rig.path(name).exists(), "{name} was run");
    }
}

#[tokio::test]
async fn hostile_names_and_huge_changes_are_shown_within_bounds() {
    let rig = repository().await;
    let names = [
        "a\nb.txt",
        "-rf",
        ":(top)outside.txt",
        "tab\tname",
        "\u{202e}txt.exe",
        "\"quoted\"",
        "*.rs",
    ];
    for name in names {
        write(&rig, &format!("app/{name}"), "x\n");
    }
    let text = shown(diff(&rig, None).await);
    assert!(text.starts_with("7 files not in git yet:"), "{text}");
    assert!(shown(diff(&rig, Some("-rf")).await).contains("+x"));
    assert!(shown(diff(&rig, Some(":(top)outside.txt")).await).contains("+x"));
    let text = shown(diff(&rig, Some("*.rs")).await);
    assert!(text.contains("+x") && !text.contains("a.rs"), "{text}");
    let huge: Vec<String> = (0..200_000).map(|n| format!("line {n}\n")).collect();
    let huge = huge.concat();
    write(&rig, "app/a.rs", huge);
    let report = diff(&rig, Some("a.rs")).await;
    let Report::Settled(Outcome::Done(Evidence::Looked { text, left_out })) = report else {
        panic!("{report:?}");
    };
    assert!(text.reveal().starts_with("1 file changed, +200000 −3"));
    assert!(text.reveal().chars().count() <= 24_000 && left_out > 1_000);
}

#[tokio::test]
async fn where_there_is_no_repository_no_commit_or_no_folder_that_is_said() {
    let rig = Rig::new();
    assert!(refused(diff(&rig, None).await).contains("is not there any more"));
    std::fs::create_dir_all(rig.path("repo/app")).expect("directory");
    assert!(refused(diff(&rig, None).await).contains("not in a git repository"));
    git(&rig, &["init", "-q"]).await;
    write(&rig, "app/a.rs", "one\n");
    let text = shown(diff(&rig, None).await);
    assert_eq!(text, "1 file not in git yet:\na.rs");
    git(&rig, &["add", "."]).await;
    let text = shown(diff(&rig, None).await);
    assert!(text.starts_with("1 file changed, +1 −0"), "{text}");
}

#[tokio::test]
async fn a_git_or_tmux_that_hangs_is_given_up_in_time() {
    let mut rig = repository().await;
    rig.script(
        "hangs",
        "#!/bin/sh\ntrap '' TERM\nwhile :; do sleep 1; done\n",
    );
    rig.config.git = rig.path("hangs");
    rig.config.tmux = rig.path("hangs");
    std::fs::write(&rig.socket, "").expect("a file where a socket should be");
    rig.config.tmux_socket = Some(rig.socket.clone());
    for sight in [
        Sight::Diff { path: None },
        Sight::Screen { hints: Vec::new() },
    ] {
        let begun = Stopwatch::start();
        let cwd = rig.path("repo/app");
        let report = rig.execute(look(&cwd, Path::new(""), sight)).await;
        assert!(
            begun.elapsed() < Duration::from_secs(8),
            "{:?}",
            begun.elapsed()
        );
        match report {
            Report::Settled(Outcome::Unknown(Doubt::TimedOut { .. })) => {}
            report @ (Report::Performed(_) | Report::Settled(_)) => {
                assert!(refused(report).contains("in time"));
            }
        }
    }
}

#[tokio::test]
async fn a_pane_is_shown_only_while_it_holds_the_session() {
    let Some(rig) = Rig::with_tmux() else { return };
    let why = refused(screen(&rig).await);
    assert!(why.contains("0 tmux panes"), "{why}");
    let codex = rig.codex(&["--lock", &rig.lock(ID)]).await;
    let text = shown(screen(&rig).await);
    assert!(!text.is_empty() && !text.ends_with('\n'), "{text:?}");
    rig.tmux(&["kill-pane", "-t", &codex.pane.id]).await;
    refused(screen(&rig).await);
    let other = "01a203b7-0000-7302-b877-7a46264702ea";
    rig.codex(&["--lock", &rig.lock(other)]).await;
    let why = refused(screen(&rig).await);
    assert!(why.contains("holds another thread"), "{why}");
}
