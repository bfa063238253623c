//! Sessions started in windows of their own.

use super::rig::{ID, Rig};
use events::command::StartSession;
use events::outcome::{Evidence, Failure};
use events::{Command, Guid, Outcome, Report};
use std::path::Path;

/// A Codex that keeps its arguments, and holds a rollout as the real one does.
const CODEX: &str = "#!/bin/bash
cd \"$(dirname \"$0\")\"
printf '%s\\0' \"$PWD_AT_START\" \"$@\" > args
exec 9>> \"$CODEX_HOME/rollout-2026-11-22T14-55-01-ID.jsonl\"
sleep 100
";

fn start(text: &str, cwd: &Path) -> Command {
    Command::StartSession(StartSession {
        inbound: Guid::parse("guid").expect("guid"),
        label: "API #(touch never) %d".to_owned(),
        cwd: cwd.display().to_string(),
        text: text.into(),
    })
}

#[tokio::test]
async fn a_session_is_known_by_what_its_own_codex_holds() {
    let Some(rig) = Rig::with_tmux() else { return };
    rig.script("codex", &CODEX.replace("ID", ID));
    let cwd = rig.path("a #(touch never) %d");
    std::fs::create_dir(&cwd).expect("cwd");
    for text in ["fix it;", "#{pane_id} $(touch never) `touch never`\n\\;"] {
        let report = rig.execute(start(text, &cwd)).await;
        let Report::Settled(Outcome::Done(Evidence::Running { session, pane, .. })) = report else {
            panic!("{report:?}");
        };
        assert_eq!(session.as_str(), ID);
        let args = std::fs::read_to_string(rig.path("args")).expect("args");
        let title = r#"tui.terminal_title=["activity","run-state","thread-id"]"#;
        let inside = cwd.display();
        assert_eq!(args, format!("\0-c\0{title}\0-C\0{inside}\0--\0 {text} \0"));
        let format = "#{session_name} #{window_name} #{pane_current_path}";
        let shown = rig
            .tmux(&["display-message", "-p", "-t", &pane.id, format])
            .await;
        assert!(
            shown.starts_with("agent agent-API---touch-never---d-20"),
            "{shown}"
        );
        let path = rig
            .tmux(&[
                "display-message",
                "-p",
                "-t",
                &pane.id,
                "#{pane_start_path}",
            ])
            .await;
        assert_eq!(path.trim_end(), inside.to_string());
    }
    assert_eq!(
        rig.tmux(&["list-windows", "-t", "agent"])
            .await
            .lines()
            .count(),
        2
    );
    assert!(!cwd.join("never").exists() && !Path::new("never").exists());
}

#[tokio::test]
async fn a_codex_that_ends_at_once_has_failed() {
    let Some(rig) = Rig::with_tmux() else { return };
    rig.script("codex", "#!/bin/bash\n");
    let report = rig.execute(start("x", &rig.path("home"))).await;
    assert!(matches!(
        report,
        Report::Settled(Outcome::Failed(Failure::NotStarted { .. }))
    ));
}

#[tokio::test]
async fn no_server_is_started_unless_that_is_allowed() {
    let mut rig = Rig::new();
    rig.config.start_tmux_server = false;
    rig.script("codex", &CODEX.replace("ID", ID));
    let report = rig.execute(start("x", &rig.path("home"))).await;
    let Report::Settled(Outcome::Failed(Failure::NotStarted { message, .. })) = report else {
        panic!("{report:?}");
    };
    assert!(message.contains("tmux new -d"));
    assert!(!rig.path("args").exists());
}

#[tokio::test]
async fn where_codex_gives_full_access_nothing_is_started_unless_that_is_allowed() {
    let Some(mut rig) = Rig::with_tmux() else {
        return;
    };
    rig.script("codex", &CODEX.replace("ID", ID));
    let home = rig.config.codex_home.clone();
    std::fs::write(
        home.join("config.toml"),
        "sandbox_mode = 'danger-full-access'",
    )
    .expect("config");
    let report = rig.execute(start("x", &rig.path("home"))).await;
    let Report::Settled(Outcome::Failed(Failure::Unsupported { what })) = report else {
        panic!("{report:?}");
    };
    assert!(what.contains("CODEX_IMESSAGE_START_SESSIONS_WITH_FULL_ACCESS"));
    assert!(!rig.path("args").exists());
    rig.config.full_access = true;
    let report = rig.execute(start("x", &rig.path("home"))).await;
    assert!(
        matches!(report, Report::Settled(Outcome::Done(_))),
        "{report:?}"
    );
}
