//! Full Disk Access and Automation: what the owner is told, word for word, and
//! that it is the agent who is asked.

use crate::world::{World, denied, healthy, patience, said, wish};
use control_plane::error::Answer;
use control_plane::mac::permissions::{self, Granted};
use control_plane::mac::setup;
use std::time::Duration;

fn installed(world: &World) {
    let mut wish = wish();
    wish.skip_permissions = true;
    setup::launchd(&world.place(), &wish).expect("installed");
    assert!(said().contains("--skip-permissions"));
}

#[test]
fn what_to_grant_is_said_and_the_grant_is_noticed() {
    let world = World::new();
    world.agent(&denied());
    installed(&world);
    world.calls();
    // The switch is turned while System Settings is being opened.
    let granted = serde_json::to_string(&healthy()).expect("json");
    let open = format!(
        "#!/usr/bin/env bash\necho \"open $*\" >>{root}/calls\necho '{granted}' >{root}/agent.json\n",
        root = world.root().display()
    );
    world.program("bin/open", &open);
    assert_eq!(
        permissions::run(&world.place(), patience(5000)).expect("asked"),
        Answer::Yes
    );
    let said = said();
    let app = world.place().app().display().to_string();
    let words = [
        "Permission to grant: Full Disk Access (System Settings > Privacy & Security > Full Disk Access).",
        &format!("Grant Full Disk Access to this app: {app}"),
        "Full Disk Access confirmed: chat.db is now readable.",
    ];
    let mut lines = said.lines();
    for word in words {
        assert!(lines.any(|line| line == word), "{word} in {said}");
    }
    let calls = world.calls();
    assert!(calls[0].ends_with("?Privacy_AllFiles"), "{calls:?}");
    assert!(
        calls[1].contains("-R ") && calls[1].ends_with("Codex iMessage.app"),
        "{calls:?}"
    );
}

#[test]
fn waiting_shows_progress_starts_the_agent_again_and_ends() {
    let world = World::new();
    world.agent(&denied());
    installed(&world);
    world.calls();
    let mut patience = patience(250);
    patience.open = false;
    assert_eq!(
        permissions::run(&world.place(), patience).expect("asked"),
        Answer::No
    );
    let said = said();
    assert!(
        said.contains("Still waiting (0 s of 0 s): Operation not permitted (directory, error 1)"),
        "{said}"
    );
    assert!(said.contains("Full Disk Access is still missing"), "{said}");
    assert!(
        !said.contains("confirmed") && !said.contains("earlier copy"),
        "{said}"
    );
    let calls = world.calls();
    assert!(
        calls
            .iter()
            .any(|call| call.starts_with("launchctl kickstart -k")),
        "{calls:?}"
    );
    assert!(
        !calls.iter().any(|call| call.starts_with("open")),
        "--no-open: {calls:?}"
    );
}

#[test]
fn a_grant_for_another_copy_is_found_out_and_repaired_on_request() {
    let world = World::new();
    world.agent(&denied());
    installed(&world);
    let bundle = control_plane::mac::BUNDLE;
    world.write(
        "tcc.log",
        &format!("tccd: Failed to match existing code requirement for subject {bundle}\n"),
    );
    let granted = permissions::full_disk_access(&world.place(), patience(60)).expect("asked");
    assert_eq!(granted, Granted::Stale);
    assert!(said().contains("--repair-tcc"));
    assert!(
        !world.calls().iter().any(|call| call.starts_with("tccutil")),
        "only on request"
    );
    world.agent(&healthy());
    let mut wish = wish();
    wish.repair = true;
    assert_eq!(
        setup::launchd(&world.place(), &wish).expect("repaired"),
        Answer::Yes
    );
    let calls = world.calls();
    for service in ["SystemPolicyAllFiles", "AppleEvents"] {
        assert!(
            calls.contains(&format!("tccutil reset {service} {bundle}")),
            "{calls:?}"
        );
    }
    let at = |what: &str| calls.iter().position(|call| call.contains(what));
    assert!(
        at("bootout") < at("tccutil") && at("tccutil") < at("bootstrap"),
        "{calls:?}"
    );
}

#[test]
fn a_reset_that_fails_is_said_and_does_not_end_the_set_up() {
    let world = World::new();
    installed(&world);
    world.script("tccutil", &["1", "-"]);
    let mut wish = wish();
    wish.repair = true;
    assert_eq!(
        setup::launchd(&world.place(), &wish).expect("repaired"),
        Answer::Yes
    );
    assert!(said().contains("warning: tccutil reset SystemPolicyAllFiles"));
}

#[test]
fn without_an_agent_the_shell_is_not_asked_instead() {
    let world = World::new();
    let report = permissions::run(&world.place(), patience(50))
        .expect_err("nobody")
        .report();
    assert!(report.contains("run setup-launchd"), "{report}");
}

#[test]
fn system_settings_that_do_not_open_are_no_failure() {
    let world = World::new();
    world.agent(&denied());
    installed(&world);
    world.always("open", "1");
    let mut patience = patience(40);
    patience.poll = Duration::from_millis(10);
    assert_eq!(
        permissions::run(&world.place(), patience).expect("asked"),
        Answer::No
    );
    assert!(said().contains("open it yourself"));
}
