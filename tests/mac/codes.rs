//! Every exit code of launchctl that is known, in the verbs that give it: what
//! set-up makes of it, and what the owner is told.

use crate::world::{World, said, wish};
use control_plane::error::{Answer, CommandError};
use control_plane::mac::launchctl::{Meaning, Verb, meaning};
use control_plane::mac::{service, setup};
use std::time::Duration;

fn install(world: &World) -> Result<Answer, CommandError> {
    setup::launchd(&world.place(), &wish())
}

/// Set-up comes through although launchctl gave these answers first.
fn comes_through(scripts: &[(&str, &[&str])]) -> Vec<String> {
    let world = World::new();
    for (key, codes) in scripts {
        world.script(key, codes);
    }
    assert_eq!(
        install(&world).expect("installed"),
        Answer::Yes,
        "{}",
        said()
    );
    assert!(world.path("agent.json").exists(), "the agent runs");
    world.calls()
}

/// The same over an installed agent that has to be stopped first.
fn comes_through_again(scripts: &[(&str, &[&str])]) -> Vec<String> {
    let world = World::new();
    install(&world).expect("installed");
    world.write(
        "home/Library/LaunchAgents/com.codex.imessage-control-plane.plist",
        "old",
    );
    world.calls();
    for (key, codes) in scripts {
        world.script(key, codes);
    }
    assert_eq!(
        install(&world).expect("installed again"),
        Answer::Yes,
        "{}",
        said()
    );
    assert!(world.path("agent.json").exists(), "the agent runs");
    world.calls()
}

/// Set-up gives up with these words.
fn gives_up(key: &str, code: &str, words: &[&str]) -> World {
    let world = World::new();
    world.always(key, code);
    let mut place = world.place();
    place.pace.launchd = Duration::from_millis(150);
    let report = setup::launchd(&place, &wish())
        .expect_err("refused")
        .report();
    for word in words {
        assert!(report.contains(word), "{word} in {report}");
    }
    assert!(
        !report.contains("SECRET") && !report.contains("5555"),
        "{report}"
    );
    world
}

fn times(calls: &[String], what: &str) -> usize {
    let command = format!("launchctl {what}");
    calls
        .iter()
        .filter(|call| call.starts_with(&command))
        .count()
}

#[test]
fn code_3_of_bootout_is_stopped_already() {
    let world = World::new();
    service::stop(&world.place()).expect("there was nothing to stop");
    assert_eq!(times(&world.calls(), "bootout"), 1);
    assert_eq!(meaning(Verb::Bootout, 3), Meaning::NotLoaded);
    assert_eq!(meaning(Verb::Kickstart, 3), Meaning::NotLoaded);
}

#[test]
fn code_5_of_bootstrap_is_tried_again_until_the_old_job_is_gone() {
    let calls = comes_through(&[("bootstrap", &["5", "5", "5"])]);
    assert_eq!(times(&calls, "bootstrap"), 4);
}

#[test]
fn code_5_that_does_not_end_is_told_with_what_to_check() {
    gives_up(
        "bootstrap",
        "5",
        &[
            "launchctl returned 5",
            "wrong owner or mode",
            "not running now",
        ],
    );
}

#[test]
fn code_5_of_bootout_is_asked_again() {
    let calls = comes_through_again(&[("bootout", &["5", "5"])]);
    assert_eq!(times(&calls, "bootout"), 3);
}

#[test]
fn code_5_of_kickstart_is_asked_again() {
    let calls = comes_through(&[("kickstart", &["5", "5"])]);
    assert_eq!(times(&calls, "kickstart"), 3);
}

#[test]
fn codes_17_37_and_130_of_bootstrap_are_loaded_if_print_says_so() {
    for code in ["17", "37", "130"] {
        // The first look says that it is not loaded, the ones after the answer that it is.
        let world = World::new();
        install(&world).expect("installed");
        world.calls();
        world.script("print", &["-", "-", "-", "113"]);
        world.script("bootstrap", &[code]);
        assert_eq!(install(&world).expect("loaded"), Answer::Yes);
        assert_eq!(times(&world.calls(), "bootstrap"), 1, "{code}");
    }
}

#[test]
fn code_37_of_bootstrap_while_the_old_job_goes_is_tried_again_and_nothing_is_forced() {
    let calls = comes_through(&[("bootstrap", &["37", "37"])]);
    assert_eq!(times(&calls, "bootstrap"), 3);
    assert_eq!(times(&calls, "kickstart -k"), 0);
}

#[test]
fn code_37_of_kickstart_is_running_already() {
    assert_eq!(
        times(&comes_through(&[("kickstart", &["37"])]), "kickstart"),
        1
    );
}

#[test]
fn code_36_of_bootout_is_waited_for() {
    let calls = comes_through_again(&[]);
    assert_eq!(times(&calls, "bootout"), 1);
    let after = calls.iter().skip_while(|call| !call.contains("bootout"));
    let prints: Vec<_> = after
        .take_while(|call| !call.contains("bootstrap"))
        .collect();
    assert!(
        prints.iter().filter(|call| call.contains("print")).count() >= 3,
        "{prints:?}"
    );
    assert_eq!(meaning(Verb::Bootout, 36), Meaning::Stopping);
}

#[test]
fn a_job_that_does_not_go_is_told_and_nothing_is_written() {
    let world = World::new();
    install(&world).expect("installed");
    world.write("slow", "1000000");
    let plist = "home/Library/LaunchAgents/com.codex.imessage-control-plane.plist";
    world.write(plist, "old");
    let mut place = world.place();
    place.pace.launchd = Duration::from_millis(150);
    let report = setup::launchd(&place, &wish()).expect_err("stuck").report();
    assert!(
        report.contains("cannot stop the agent") && report.contains("still stopping"),
        "{report}"
    );
    assert_eq!(world.read(plist), "old");
}

#[test]
fn code_78_says_that_the_paths_cannot_be_used() {
    gives_up(
        "kickstart",
        "78",
        &["launchctl returned 78", "program or its paths"],
    );
}

#[test]
fn codes_112_and_125_are_nobody_logged_in_and_change_nothing() {
    for code in ["112", "125"] {
        let world = World::new();
        world.write("no-session", code);
        let report = install(&world).expect_err("no session").report();
        assert!(
            report.contains("nobody is logged in at the screen"),
            "{report}"
        );
        assert!(!world.path("state").exists() && !world.place().app().exists());
    }
}

#[test]
fn code_113_is_not_loaded_and_the_only_one_that_is() {
    let world = World::new();
    assert!(!service::loaded(&world.place()).expect("asked"));
    for code in 1..256 {
        assert_eq!(
            meaning(Verb::Print, code) == Meaning::NotLoaded,
            code == 113,
            "{code}"
        );
    }
    gives_up(
        "kickstart",
        "113",
        &["launchctl returned 113", "has not loaded the job"],
    );
}

#[test]
fn code_119_enables_and_tries_once_more() {
    let calls = comes_through(&[("bootstrap", &["119"])]);
    assert_eq!(
        (times(&calls, "bootstrap"), times(&calls, "enable")),
        (2, 2)
    );
    let world = gives_up("bootstrap", "119", &["launchctl returned 119", "disabled"]);
    assert_eq!(times(&world.calls(), "bootstrap"), 2);
}

#[test]
fn a_job_that_was_disabled_by_hand_is_enabled_before_it_is_loaded() {
    let world = World::new();
    world.write("disabled/com.codex.imessage-control-plane", "");
    install(&world).expect("installed");
    assert_eq!(times(&world.calls(), "bootstrap"), 1);
}

#[test]
fn code_134_says_that_the_session_is_of_another_kind() {
    gives_up(
        "bootstrap",
        "134",
        &["launchctl returned 134", "kind of session"],
    );
}

#[test]
fn code_161_says_where_to_switch_it_on() {
    gives_up(
        "bootstrap",
        "161",
        &["launchctl returned 161", "Login Items & Extensions"],
    );
}

#[test]
fn any_other_code_is_told_as_it_is() {
    gives_up(
        "bootstrap",
        "99",
        &["launchctl returned 99", "unknown code"],
    );
    let world = World::new();
    world.always("print", "1");
    let report = install(&world).expect_err("unknown").report();
    assert!(
        report.contains("cannot query launchd") && report.contains("returned 1:"),
        "{report}"
    );
}
