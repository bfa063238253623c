//! `doctor` on a Mac: what it says of the app, its signature, the job's definition
//! and the job, asked of the same stand-ins that set-up talks to.

use crate::world::{LABEL, World, said, wish};
use assert_cmd::Command;
use control_plane::mac::setup;
use serde_json::Value;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;

const NAMES: [&str; 5] = ["launcher", "signature", "plist", "launchd", "duplicates"];

/// The checks of this Mac, by name, with verdict, evidence and next step.
fn doctor(world: &World) -> Vec<(String, String, String)> {
    let path = format!("{}:/usr/bin:/bin", world.path("bin").display());
    let mut command = Command::cargo_bin("codex-imessage-control-plane").expect("built");
    let command = command
        .args(["doctor", "--json"])
        .env_clear()
        .env("HOME", world.path("home"))
        .env("CODEX_IMESSAGE_STATE_DIR", world.path("state"))
        .env("PATH", path);
    let output = command.output().expect("it runs");
    let talk = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(
        output.status.code(),
        Some(1),
        "no agent answers here: {talk}"
    );
    let report: Value = serde_json::from_slice(&output.stdout).expect(&talk);
    assert!(
        !report.to_string().contains("SECRET"),
        "what print prints stays here"
    );
    let text = |check: &Value, key: &str| check[key].as_str().unwrap_or_default().to_owned();
    let checks = report["checks"].as_array().expect("checks").iter();
    let of = |name: &&str| {
        let check = checks
            .clone()
            .find(|check| check["name"] == **name)
            .expect("a check");
        (
            text(check, "verdict"),
            text(check, "evidence"),
            text(check, "next"),
        )
    };
    NAMES.iter().map(of).collect()
}

fn verdicts(checks: &[(String, String, String)]) -> Vec<&str> {
    checks
        .iter()
        .map(|(verdict, ..)| verdict.as_str())
        .collect()
}

fn installed() -> World {
    let world = World::new();
    setup::launchd(&world.place(), &wish()).expect("installed");
    said();
    world
}

#[test]
fn what_set_up_left_is_well() {
    let world = installed();
    let before = world.lasting();
    let checks = doctor(&world);
    assert_eq!(verdicts(&checks), ["ok"; 5], "{checks:#?}");
    assert!(checks[0].1.contains("opt/codex-imessage-control-plane"));
    assert!(checks[3].1.contains("state running, runs 3"), "{checks:#?}");
    assert_eq!(world.lasting(), before, "looking changes nothing");
}

#[test]
fn before_set_up_every_part_is_missing_and_the_step_is_named() {
    let world = World::new();
    let checks = doctor(&world);
    assert_eq!(
        verdicts(&checks),
        ["fail", "unknown", "fail", "fail", "ok"],
        "{checks:#?}"
    );
    assert!(checks[3].1.contains(&format!("job {LABEL} is not loaded")));
    assert!(checks[0].2.contains("setup-launchd") && checks[2].2.contains("setup-launchd"));
}

#[test]
fn without_a_login_session_that_is_what_is_said() {
    let world = installed();
    world.write("no-session", "125");
    let checks = doctor(&world);
    assert_eq!(checks[3].0, "fail");
    assert!(checks[3].1.contains("nobody is logged in"), "{checks:#?}");
}

#[test]
fn a_changed_app_fails_by_its_signature_only() {
    let world = installed();
    let launcher = world.place().installed_launcher();
    world.program(
        launcher
            .strip_prefix(world.root())
            .expect("in it")
            .to_str()
            .expect("UTF-8"),
        "another",
    );
    let checks = doctor(&world);
    assert_eq!(
        verdicts(&checks),
        ["ok", "fail", "ok", "ok", "ok"],
        "{checks:#?}"
    );
    assert!(checks[1].1.contains("signature is invalid"), "{checks:#?}");
    fs::remove_file(launcher).expect("removed");
    let checks = doctor(&world);
    assert_eq!(
        verdicts(&checks),
        ["fail", "fail", "fail", "ok", "ok"],
        "{checks:#?}"
    );
}

#[test]
fn a_definition_of_before_is_named_by_what_differs() {
    let world = installed();
    let plist = world.place().plist();
    let text = fs::read_to_string(&plist).expect("plist");
    let launcher = world.place().installed_launcher().display().to_string();
    for (from, to, verdict, evidence) in [
        (
            launcher.as_str(),
            "/old/launcher",
            "fail",
            "starts /old/launcher, which does not exist",
        ),
        (
            "<integer>63</integer>",
            "<integer>18</integer>",
            "warn",
            "set-up writes: Umask",
        ),
        (
            ".codex</string>",
            ".other</string>",
            "warn",
            "EnvironmentVariables",
        ),
        ("Umask", "Other", "fail", "not written by this version"),
        (
            "/bin:/usr/sbin",
            "/bin:/opt/mine:/usr/sbin",
            "ok",
            "is correct",
        ),
    ] {
        assert!(text.contains(from), "{from}");
        fs::write(&plist, text.replace(from, to)).expect("written");
        let checks = doctor(&world);
        assert_eq!(checks[2].0, verdict, "{from}: {checks:#?}");
        assert!(checks[2].1.contains(evidence), "{from}: {checks:#?}");
    }
}

#[test]
fn a_program_that_was_moved_away_is_found_in_what_the_launcher_reads() {
    let world = installed();
    fs::remove_file(world.path("opt/codex-imessage-control-plane")).expect("moved");
    let checks = doctor(&world);
    assert_eq!(
        verdicts(&checks),
        ["fail", "ok", "ok", "ok", "ok"],
        "{checks:#?}"
    );
    assert!(checks[0].1.contains("no longer exists"), "{checks:#?}");
    fs::remove_file(world.place().target()).expect("removed");
    assert_eq!(doctor(&world)[0].0, "fail");
}

#[test]
fn how_the_job_ended_is_shown_and_leads_to_the_step() {
    let world = installed();
    fs::remove_file(world.path("agent.json")).expect("ended");
    let checks = doctor(&world);
    assert_eq!(checks[3].0, "fail");
    assert!(
        checks[3].1.contains("last exit code 78: EX_CONFIG"),
        "{checks:#?}"
    );
    assert!(checks[3].2.contains("a path in the plist"), "{checks:#?}");
    world.write("reason", "OS_REASON_CODESIGNING");
    let checks = doctor(&world);
    assert!(
        checks[3]
            .1
            .contains("last exit reason OS_REASON_CODESIGNING"),
        "{checks:#?}"
    );
    assert!(checks[3].2.contains("load it again"), "{checks:#?}");
    // Loaded and never begun: macOS holds it back.
    for (name, text) in [
        ("reason", "none"),
        ("ended", "(never exited)"),
        ("started", "0"),
    ] {
        world.write(name, text);
    }
    let checks = doctor(&world);
    assert!(checks[3].2.contains("Login Items"), "{checks:#?}");
}

#[test]
fn a_definition_that_others_may_write_is_found_and_written_again() {
    let world = installed();
    let plist = world.place().plist();
    fs::set_permissions(&plist, fs::Permissions::from_mode(0o666)).expect("opened");
    let checks = doctor(&world);
    assert_eq!(checks[2].0, "fail", "{checks:#?}");
    assert!(checks[2].1.contains("launchd refuses it"), "{checks:#?}");
    setup::launchd(&world.place(), &wish()).expect("installed again");
    assert!(said().contains("Writing "));
    let checks = doctor(&world);
    assert_eq!(checks[2].0, "ok", "{checks:#?}");
}

#[test]
fn a_job_under_another_name_and_a_second_service_are_found() {
    let world = World::new();
    let mut place = world.place();
    place.label = "org.example.mine".to_owned();
    setup::launchd(&place, &wish()).expect("installed");
    said();
    world.write("jobs/homebrew.mxcl.codex-imessage-control-plane", "");
    let checks = doctor(&world);
    assert_eq!(
        verdicts(&checks),
        ["ok", "ok", "ok", "ok", "fail"],
        "{checks:#?}"
    );
    assert!(
        checks[3].1.contains("org.example.mine: state running"),
        "{checks:#?}"
    );
    assert!(checks[4].1.contains("homebrew.mxcl.") && checks[4].2.contains("brew services stop"));
}
