//! Keys go to one pane, or to none.

use super::rig::{ID, OTHER, Rig, StandIn, session, typing};
use events::command::{ChooseOptions, Chosen};
use events::outcome::{Doubt, Failure, How, Performed};
use events::{CallId, Command, Guid, Outcome, Report};
use rustix::process::{Signal, kill_process};

fn lost(report: &Report) -> &str {
    let Report::Settled(Outcome::Failed(Failure::NoPane { why })) = report else {
        panic!("{report:?}");
    };
    why
}

fn delivered(report: &Report) {
    let Report::Performed(Performed { how, doubt: None }) = report else {
        panic!("{report:?}");
    };
    assert!(matches!(how, How::Typed(_) | How::Chosen(_)), "{how:?}");
}

/// The session's pane and, in the same window, one in which an approval is up.
async fn beside_an_approval(rig: &Rig) -> (StandIn, StandIn) {
    let codex = rig.codex(&["--lock", &rig.lock(ID)]).await;
    let other = rig.lock(OTHER);
    let next = rig.codex(&["--lock", &other, "--screen", "approval"]).await;
    rig.tmux(&["join-pane", "-d", "-s", &next.pane.id, "-t", &codex.pane.id])
        .await;
    // Both have drawn themselves anew once they have a half each.
    rig.tmux(&[
        "resize-window",
        "-t",
        &codex.pane.id,
        "-x",
        "100",
        "-y",
        "80",
    ])
    .await;
    (codex, next)
}

fn second_option(question: &str) -> Command {
    Command::ChooseOptions(ChooseOptions {
        inbound: Guid::parse("guid").expect("guid"),
        session: session(ID),
        call: CallId::parse("call").expect("call"),
        cwd: "/".to_owned(),
        hints: Vec::new(),
        choices: vec![Chosen {
            question: question.into(),
            digest: None,
            options: 2,
            option: 2,
        }],
    })
}

/// Nothing has reached either pane, by any of the three ways to press a key.
async fn nothing_goes_in(rig: &Rig, panes: [&StandIn; 2], why: &str) {
    for report in [
        rig.type_in("continue").await,
        rig.execute(Command::PressEnter(typing("continue"))).await,
    ] {
        assert!(lost(&report).contains(why), "{report:?}");
    }
    for pane in panes {
        assert_eq!(pane.log().lines().count(), 1, "{why}: {}", pane.log());
    }
    assert_eq!(rig.tmux(&["list-buffers"]).await, "");
}

#[tokio::test]
async fn no_key_where_tmux_copies_swallows_or_mixes_keys() {
    let Some(rig) = Rig::with_tmux() else { return };
    let (codex, next) = beside_an_approval(&rig).await;
    let (id, other) = (codex.pane.id.as_str(), next.pane.id.as_str());
    rig.tmux(&["set-option", "-g", "lock-command", "sleep 60"])
        .await;
    let on = "synchronize-panes";
    for (set, unset, why) in [
        (
            vec!["set", "-w", "-t", id, on, "on"],
            vec!["set", "-w", "-u", "-t", id, on],
            on,
        ),
        (
            vec!["set", "-g", on, "on"],
            vec!["set", "-g", on, "off"],
            on,
        ),
        (
            vec![
                "set", "-p", "-t", id, on, "on", ";", "set", "-p", "-t", other, on, "on",
            ],
            vec![
                "set", "-p", "-u", "-t", id, on, ";", "set", "-p", "-u", "-t", other, on,
            ],
            on,
        ),
        (
            vec!["select-pane", "-d", "-t", id],
            vec!["select-pane", "-e", "-t", id],
            "input is off",
        ),
        (
            vec!["pipe-pane", "-t", id, "cat >/dev/null"],
            vec!["pipe-pane", "-t", id],
            "pipe-pane",
        ),
        (
            vec!["pipe-pane", "-I", "-t", id, "sleep 60"],
            vec!["pipe-pane", "-t", id],
            "pipe-pane",
        ),
    ] {
        rig.tmux(&set).await;
        nothing_goes_in(&rig, [&codex, &next], why).await;
        rig.tmux(&unset).await;
    }
    delivered(&rig.type_in("continue").await);
    assert_eq!(codex.submitted().await, "continue");
    assert_eq!(next.log().lines().count(), 1);
}

#[tokio::test]
async fn what_copies_no_keys_is_not_in_the_way() {
    let Some(rig) = Rig::with_tmux() else { return };
    let (codex, next) = beside_an_approval(&rig).await;
    let (id, other) = (codex.pane.id.as_str(), next.pane.id.as_str());
    // Only the other pane is synchronised, the window is shown by two sessions, and in
    // a third by a link.
    rig.tmux(&["set", "-p", "-t", other, "synchronize-panes", "on"])
        .await;
    rig.tmux(&["new-session", "-d", "-t", id, "-s", "grouped"])
        .await;
    rig.tmux(&[
        "new-session",
        "-d",
        "-s",
        "third",
        ";",
        "link-window",
        "-d",
        "-s",
        id,
        "-t",
        "third:7",
    ])
    .await;
    delivered(&rig.type_in("go on").await);
    assert_eq!(codex.submitted().await, "go on");
    assert_eq!(next.log().lines().count(), 1);
    // Alone in its window, a synchronised pane has nobody to share with.
    codex.forget();
    rig.tmux(&["break-pane", "-d", "-s", other]).await;
    rig.tmux(&["set", "-w", "-t", id, "synchronize-panes", "on"])
        .await;
    delivered(&rig.type_in("and on").await);
    assert_eq!(codex.submitted().await, "and on");
    assert_eq!(next.log().lines().count(), 1);
}

#[tokio::test]
async fn no_digit_where_keys_are_copied() {
    let Some(rig) = Rig::with_tmux() else { return };
    let lock = rig.lock(ID);
    let codex = rig
        .codex(&["--lock", &lock, "--question", "Which?:a,b"])
        .await;
    let other = rig.lock(OTHER);
    let next = rig
        .codex(&["--lock", &other, "--question", "Delete it?:yes,no"])
        .await;
    rig.tmux(&["join-pane", "-d", "-s", &next.pane.id, "-t", &codex.pane.id])
        .await;
    rig.tmux(&["set", "-w", "-t", &codex.pane.id, "synchronize-panes", "on"])
        .await;
    let report = rig.execute(second_option("Which?")).await;
    assert!(lost(&report).contains("synchronize-panes"), "{report:?}");
    assert!(codex.keys().is_empty() && next.keys().is_empty());
    rig.tmux(&["set", "-w", "-u", "-t", &codex.pane.id, "synchronize-panes"])
        .await;
    delivered(&rig.execute(second_option("Which?")).await);
    codex.until("\"2\"").await;
    assert!(next.keys().is_empty());
}

/// Panes begin to share their keys right after the look, before the paste, and between
/// the paste and Enter: tmux itself compares, so nothing is copied.
#[tokio::test]
async fn keys_that_begin_to_be_copied_after_a_look_are_not_pressed() {
    for (before, pasted) in [("paste-buffer", false), ("Enter", true)] {
        let Some(mut rig) = Rig::with_tmux() else {
            return;
        };
        let (codex, next) = beside_an_approval(&rig).await;
        rig.script(
            "tmux-wrapper",
            &format!(
                "#!/bin/sh\ncase \"$*\" in *{before}*) \
                 tmux -S \"$3\" set -g synchronize-panes on;; esac\nexec tmux \"$@\"\n"
            ),
        );
        rig.config.tmux = rig.path("tmux-wrapper");
        let report = rig.type_in("continue").await;
        if pasted {
            assert!(
                matches!(&report, Report::Performed(Performed { doubt: Some(_), .. })),
                "{report:?}"
            );
        } else {
            assert!(lost(&report).contains("synchronize-panes"), "{report:?}");
        }
        assert_eq!(codex.log().contains("pasted"), pasted);
        assert!(codex.keys().is_empty());
        assert_eq!(next.log().lines().count(), 1, "{}", next.log());
    }
}

/// Newer versions of tmux refuse keys where the client they count for is read-only.
#[tokio::test]
async fn where_tmux_refuses_keys_nothing_is_pasted() {
    let Some(mut rig) = Rig::with_tmux() else {
        return;
    };
    let codex = rig.codex(&["--lock", &rig.lock(ID)]).await;
    rig.script(
        "tmux-wrapper",
        "#!/bin/sh\ncase \"$*\" in *send-keys*) echo 'client is read-only' >&2; exit 1;; esac\n\
         exec tmux \"$@\"\n",
    );
    rig.config.tmux = rig.path("tmux-wrapper");
    let report = rig.type_in("continue").await;
    assert!(lost(&report).contains("read-only"), "{report:?}");
    assert_eq!(codex.log().lines().count(), 1);
}

/// A client in a terminal of its own, by the tool that makes one.
#[tokio::test]
async fn what_a_client_shows_is_not_in_the_way_and_a_lock_is() {
    let Some(rig) = Rig::with_tmux() else { return };
    let codex = rig.codex(&["--lock", &rig.lock(ID)]).await;
    let id = codex.pane.id.as_str();
    rig.tmux(&["set", "-g", "lock-command", "sleep 60"]).await;
    // The client's terminal is a pane of the same server, so nothing else is needed.
    let attach = format!(
        "TMUX= TERM=screen exec tmux -S '{}' attach -t {id}",
        codex.pane.socket
    );
    rig.pane(&["sh", "-c", &attach]).await;
    let client = loop {
        let clients = rig.tmux(&["list-clients", "-F", "#{client_name}"]).await;
        if let Some(client) = clients.lines().next() {
            break client.to_owned();
        }
    };
    for overlay in [
        &["display-panes", "-b", "-d", "0", "-t", &client][..],
        &["command-prompt", "-b", "-t", &client],
        &["confirm-before", "-b", "-t", &client, "kill-server"],
        &["switch-client", "-c", &client, "-T", "copy-mode"],
    ] {
        rig.tmux(overlay).await;
        delivered(&rig.type_in("go on").await);
        assert_eq!(codex.submitted().await, "go on");
        codex.forget();
    }
    rig.tmux(&["lock-client", "-t", &client]).await;
    let report = rig.type_in("go on").await;
    assert!(lost(&report).contains("locked"), "{report:?}");
    assert!(!codex.log().contains("pasted"));
}

/// What a pane keeps when its Codex has died, or another program has its place.
#[tokio::test]
async fn no_key_into_a_pane_whose_codex_died_or_was_replaced() {
    let Some(rig) = Rig::with_tmux() else { return };
    let codex = rig.codex(&["--lock", &rig.lock(ID)]).await;
    let id = codex.pane.id.as_str();
    rig.tmux(&["set-option", "-p", "-t", id, "remain-on-exit", "on"])
        .await;
    kill_process(codex.pid().await, Signal::KILL).expect("it runs");
    while rig
        .tmux(&["display-message", "-p", "-t", id, "#{pane_dead}"])
        .await
        .trim()
        != "1"
    {
        tokio::task::yield_now().await;
    }
    let keys = codex.log().lines().count();
    let dead = rig.type_in("continue").await;
    assert!(!lost(&dead).is_empty());
    // Another program in the same pane, which reads whatever is typed.
    let typed = rig.path("typed");
    let reads = format!("exec cat > '{}'", typed.display());
    rig.tmux(&["respawn-pane", "-k", "-t", id, &reads]).await;
    let replaced = rig.type_in("continue").await;
    assert!(!lost(&replaced).is_empty());
    assert_eq!(codex.log().lines().count(), keys);
    let read = std::fs::read(&typed).unwrap_or_default();
    assert!(read.is_empty(), "{read:?}");
}

/// A stopped Codex shows its composer as ever, and shows no paste. tmux wakes what it has
/// started itself, so this one was started by a shell.
#[tokio::test]
async fn a_text_for_a_stopped_codex_gets_no_enter() {
    let Some(rig) = Rig::with_tmux() else { return };
    let options = ["--lock", &rig.lock(ID)];
    let codex = rig.codex_by("RUN; true", "codex", &options).await;
    let pid = codex.pid().await;
    kill_process(pid, Signal::STOP).expect("it runs");
    let report = rig.type_in("continue").await;
    let Report::Performed(Performed {
        doubt: Some(Doubt::NoProof),
        ..
    }) = report
    else {
        panic!("{report:?}");
    };
    kill_process(pid, Signal::CONT).expect("it runs");
    codex.until("\"pasted\"").await;
    assert_eq!(codex.keys(), Vec::<String>::new());
}
