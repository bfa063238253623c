//! Instructions typed into panes: exact, once, and only where they belong.

use super::rig::{ID, OTHER, Rig, TITLE, session, typing};
use events::outcome::{Doubt, Failure, How, Performed, Screen};
use events::{Command, Outcome, Report};
use std::time::Duration;
use tokio::time::Instant;

fn failure(report: Report) -> Failure {
    match report {
        Report::Settled(Outcome::Failed(failure)) => failure,
        other @ (Report::Settled(_) | Report::Performed(_)) => panic!("{other:?}"),
    }
}

fn why(report: Report) -> String {
    let failure = failure(report);
    let Failure::NoPane { why } = failure else {
        panic!("{failure:?}");
    };
    why
}

fn screen(report: Report) -> Screen {
    let failure = failure(report);
    let Failure::NotReady { screen, .. } = failure else {
        panic!("{failure:?}");
    };
    screen
}

fn how(report: Report) -> How {
    match report {
        Report::Performed(Performed { how, doubt: None }) => how,
        other @ (Report::Settled(_) | Report::Performed(_)) => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn texts_arrive_exactly_as_they_were_written() {
    let Some(rig) = Rig::with_tmux() else { return };
    let codex = rig.codex(&["--lock", &rig.lock(ID)]).await;
    let long = "Bitte prüfe das 🙂 noch einmal, Zeile für Zeile. ".repeat(29);
    for text in [
        "hello",
        "/quit",
        "!touch /tmp/never",
        "@file and $skill",
        "first line\nsecond; #{pane_id} #(touch never)\n\n-t %0 Enter",
        "ends with a semicolon;",
        "日本語とemoji 👩‍👩‍👧 and ‘quotes’",
        long.trim(),
    ] {
        assert_eq!(
            how(rig.type_in(text).await),
            How::Typed(codex.pane.clone()),
            "{text}"
        );
        assert_eq!(codex.submitted().await.replace('\u{200b}', ""), text);
        assert_eq!(
            codex.keys().iter().filter(|key| *key != "\r").count(),
            0,
            "{text}"
        );
        codex.forget();
    }
    assert_eq!(rig.tmux(&["list-buffers"]).await, "");
}

#[tokio::test]
async fn no_byte_of_a_text_acts_as_a_key() {
    let Some(rig) = Rig::with_tmux() else { return };
    let codex = rig.codex(&["--lock", &rig.lock(ID)]).await;
    let text = "a\u{1b}[201~\u{3}b\r\nc\u{1b}[200~";
    how(rig.type_in(text).await);
    assert_eq!(codex.submitted().await, "a[201~b\nc[200~");
    assert_eq!(codex.keys(), ["\r"]);
}

#[tokio::test]
async fn a_running_turn_is_steered_only_when_that_is_meant() {
    let Some(rig) = Rig::with_tmux() else { return };
    let codex = rig.codex(&["--lock", &rig.lock(ID), "--working"]).await;
    let mut command = typing("go on");
    command.steer = false;
    let report = rig.execute(Command::TypeInstruction(command)).await;
    assert_eq!(screen(report), Screen::Working);
    assert_eq!(
        how(rig.type_in("go on").await),
        How::Steered(codex.pane.clone())
    );
    assert_eq!(codex.submitted().await, "go on");
}

#[tokio::test]
async fn a_turn_that_just_ended_is_not_in_the_way() {
    let Some(rig) = Rig::with_tmux() else { return };
    let codex = rig.codex(&["--lock", &rig.lock(ID), "--soon", "0.3"]).await;
    let mut command = typing("go on");
    command.steer = false;
    let report = rig.execute(Command::TypeInstruction(command)).await;
    assert_eq!(how(report), How::Typed(codex.pane.clone()));
    assert_eq!(codex.submitted().await, "go on");
}

#[tokio::test]
async fn a_draft_is_kept_and_nothing_joins_it() {
    let Some(rig) = Rig::with_tmux() else { return };
    let codex = rig
        .codex(&["--lock", &rig.lock(ID), "--draft", "rm -rf"])
        .await;
    assert_eq!(
        screen(rig.type_in("build").await),
        Screen::Composer { draft: true }
    );
    assert!(!codex.log().contains("pasted"));
}

#[tokio::test]
async fn copy_mode_an_approval_and_a_shell_get_nothing() {
    let Some(rig) = Rig::with_tmux() else { return };
    let codex = rig.codex(&["--lock", &rig.lock(ID)]).await;
    rig.tmux(&["copy-mode", "-t", &codex.pane.id]).await;
    assert_eq!(screen(rig.type_in("yes").await), Screen::CopyMode);
    let report = rig.execute(Command::PressEnter(typing("yes"))).await;
    assert_eq!(screen(report), Screen::CopyMode);
    rig.tmux(&["kill-pane", "-t", &codex.pane.id]).await;

    let codex = rig
        .codex(&["--lock", &rig.lock(ID), "--screen", "approval"])
        .await;
    for text in ["why? explain first, please", "2", "/quit", "a\nb\u{1b}"] {
        assert!(matches!(
            screen(rig.type_in(text).await),
            Screen::Approval { .. }
        ));
        let report = rig.execute(Command::PressEnter(typing(text))).await;
        assert!(matches!(screen(report), Screen::Approval { .. }));
    }
    assert_eq!(codex.log().lines().count(), 1, "only that it is ready");
}

#[tokio::test]
async fn a_session_without_a_proven_pane_gets_nothing() {
    let Some(rig) = Rig::with_tmux() else { return };
    assert!(why(rig.type_in("x").await).starts_with("0 tmux panes"));
    let lock = rig.lock(OTHER);
    let other = rig
        .codex(&["--lock", &lock, "--title", "Ready | name"])
        .await;
    assert!(why(rig.type_in("x").await).contains("holds another thread"));
    // A hint does not outweigh what the pane holds.
    let mut command = typing("x");
    command.hints.push(other.pane.clone());
    let report = rig.execute(Command::TypeInstruction(command)).await;
    assert!(why(report).contains("holds another thread"));
    // Nor does its title.
    rig.tmux(&["select-pane", "-t", &other.pane.id, "-T", TITLE])
        .await;
    assert!(why(rig.type_in("x").await).contains("holds another one"));
    assert_eq!(other.log().lines().count(), 1);
    // A pane in which something else has the lock open is no session's.
    let lock = rig.lock(ID);
    let command = format!("exec tail -f {lock} --retry");
    rig.pane(&["bash", "-c", &command]).await;
    assert!(why(rig.type_in("x").await).contains("holds another one"));
}

#[tokio::test]
async fn a_title_proves_one_pane_and_not_two() {
    let Some(rig) = Rig::with_tmux() else { return };
    let codex = rig.codex(&["--title", TITLE]).await;
    assert_eq!(
        how(rig.type_in("one").await),
        How::Typed(codex.pane.clone())
    );
    assert_eq!(codex.submitted().await, "one");
    rig.codex(&["--title", TITLE]).await;
    assert!(why(rig.type_in("two").await).contains("one of several"));
}

#[tokio::test]
async fn a_hint_counts_where_codex_locks_nothing() {
    let Some(rig) = Rig::with_tmux() else { return };
    let codex = rig.codex(&[]).await;
    let mut command = typing("hinted");
    assert!(why(rig.type_in("x").await).contains("nothing says for which thread"));
    command.hints.push(codex.pane.clone());
    let report = rig.execute(Command::TypeInstruction(command.clone())).await;
    assert_eq!(how(report), How::Typed(codex.pane.clone()));
    // With a lock left behind, this Codex is a client of the daemon, which may show any thread.
    std::fs::write(rig.lock(ID), "").expect("lock");
    let report = rig.execute(Command::TypeInstruction(command)).await;
    assert!(why(report).contains("does not hold it now"));
}

#[tokio::test]
async fn what_was_pasted_and_not_seen_is_in_doubt_and_gets_no_enter() {
    let Some(rig) = Rig::with_tmux() else { return };
    let codex = rig.codex(&["--lock", &rig.lock(ID), "--deaf"]).await;
    let report = rig.type_in("are you there").await;
    let Report::Performed(performed) = report else {
        panic!("{report:?}");
    };
    assert_eq!(performed.doubt, Some(Doubt::NoProof));
    let log = codex.log();
    assert_eq!(log.matches("pasted").count(), 1);
    assert_eq!(codex.keys(), Vec::<String>::new());
}

#[tokio::test]
async fn enter_is_pressed_again_only_on_our_own_text() {
    let Some(rig) = Rig::with_tmux() else { return };
    let codex = rig
        .codex(&["--lock", &rig.lock(ID), "--draft", "run the tests"])
        .await;
    let report = rig
        .execute(Command::PressEnter(typing("run the test")))
        .await;
    assert_eq!(screen(report), Screen::Composer { draft: true });
    let report = rig
        .execute(Command::PressEnter(typing("run the tests")))
        .await;
    assert_eq!(how(report), How::Pressed(codex.pane.clone()));
    assert_eq!(codex.submitted().await, "run the tests");
    // Submitted already: there is nothing to press Enter on.
    let report = rig
        .execute(Command::PressEnter(typing("run the tests")))
        .await;
    assert_eq!(screen(report), Screen::Composer { draft: false });
}

#[tokio::test]
async fn a_text_too_large_is_refused_with_its_size() {
    let rig = Rig::new();
    let text = "x".repeat(120_000);
    let report = rig.type_in(&text).await;
    assert!(matches!(
        failure(report),
        Failure::TooLarge { bytes: 120_000, .. }
    ));
}

/// A measurement, not a check: run it alone, on a machine that does nothing else.
#[tokio::test]
#[ignore = "measures"]
async fn from_the_command_to_the_paste_and_to_enter() {
    let Some(rig) = Rig::with_tmux() else { return };
    let codex = rig.codex(&["--lock", &rig.lock(ID)]).await;
    let (mut pastes, mut whole) = (Vec::new(), Vec::new());
    for _ in 0..30 {
        let began = Instant::now();
        let seen = async {
            codex.until("\"pasted\"").await;
            began.elapsed()
        };
        let (report, after) = tokio::join!(rig.type_in("measured"), seen);
        how(report);
        pastes.push(after);
        whole.push(began.elapsed());
        codex.submitted().await;
        codex.forget();
    }
    pastes.sort();
    whole.sort();
    println!(
        "to the paste: median {:?}, worst {:?}",
        pastes[15], pastes[29]
    );
    println!(
        "to the report: median {:?}, worst {:?}",
        whole[15], whole[29]
    );
    assert!(pastes[15] < Duration::from_millis(35));
}

const LOST: &str = "01a203cb-6906-7a82-8fcb-429f6ccccccc";

/// A Codex under a name that nobody knows is known by the thread that it holds, and one on
/// a server that nobody named is found by the server's own socket.
#[tokio::test]
async fn codex_is_found_under_any_name_and_on_any_server() {
    let Some(mut rig) = Rig::with_tmux() else {
        return;
    };
    let codex = rig
        .codex_by("exec RUN", "agent7", &["--lock", &rig.lock(ID)])
        .await;
    assert_eq!(
        how(rig.type_in("go on").await),
        How::Typed(codex.pane.clone())
    );
    assert_eq!(codex.submitted().await, "go on");
    rig.tmux(&["kill-pane", "-t", &codex.pane.id]).await;

    let codex = rig.codex(&["--lock", &rig.lock(LOST)]).await;
    rig.config.tmux_tmpdir = rig.path("elsewhere");
    let mut command = typing("found");
    command.instruction.session = session(LOST);
    // This rig's own `ps` hides all servers.
    let report = rig.execute(Command::TypeInstruction(command.clone())).await;
    assert!(why(report).contains("elsewhere"));
    rig.config.environment.clear();
    let report = rig.execute(Command::TypeInstruction(command)).await;
    assert_eq!(how(report), How::Typed(codex.pane.clone()));
    assert_eq!(codex.submitted().await, "found");
}

#[tokio::test]
async fn what_started_codex_does_not_matter_and_what_reads_beside_it_does() {
    let Some(rig) = Rig::with_tmux() else { return };
    for command in [
        "exec nice -n 1 RUN",
        "exec env A=b RUN",
        "exec timeout --foreground 600 RUN",
        "exec script -q -c RUN /dev/null",
        "RUN; true",
    ] {
        let lock = rig.lock(ID);
        let codex = rig.codex_by(command, "codex", &["--lock", &lock]).await;
        assert_eq!(
            how(rig.type_in("go on").await),
            How::Typed(codex.pane.clone()),
            "{command}"
        );
        assert_eq!(codex.submitted().await, "go on");
        rig.tmux(&["kill-pane", "-t", &codex.pane.id]).await;
    }
    let pager = "RUN </dev/tty & exec less /etc/passwd";
    let codex = rig
        .codex_by(pager, "codex", &["--lock", &rig.lock(ID)])
        .await;
    assert!(why(rig.type_in("go on").await).contains("in none of them"));
    assert_eq!(codex.log().lines().count(), 1);
}
