//! Nothing is left but what was asked to stay, and the checklist tells the truth.

use crate::world::{World, said, wish};
use control_plane::error::Answer;
use control_plane::mac::uninstall::{self, Wish};
use control_plane::mac::{BUNDLE, setup};
use control_plane::store::SledLog;
use std::fs;

const GONE: Wish = Wish {
    purge: false,
    dry_run: false,
};
const ALL_GONE: Wish = Wish {
    purge: true,
    dry_run: false,
};

fn installed() -> World {
    let world = World::new();
    setup::launchd(&world.place(), &wish()).expect("installed");
    world.calls();
    said();
    world
}

#[test]
fn everything_goes_in_the_order_in_which_it_can() {
    let world = installed();
    // What a set-up leaves that was killed while it wrote.
    world.write(
        "home/Library/LaunchAgents/com.codex.imessage-control-plane.plist.tmp",
        "half",
    );
    fs::create_dir(world.path("home/Applications/.codex-imessage-new.app")).expect("made");
    // Copies of files that have not been deleted yet.
    for copies in ["state/files/7.0", "Messages/Attachments/ours/8.0"] {
        fs::create_dir_all(world.path(copies)).expect("made");
    }
    world.write("state/files/7.0/1.png", "picture");
    world.write("Messages/Attachments/ours/8.0/report.pdf", "report");
    world.write("Messages/Attachments/theirs.pdf", "theirs");
    assert_eq!(
        uninstall::run(&world.place(), GONE).expect("gone"),
        Answer::Yes,
        "{}",
        said()
    );
    let calls = world.calls();
    let at = |what: &str| {
        let found = calls.iter().position(|call| call.contains(what));
        found.unwrap_or_else(|| panic!("{what} in {calls:?}"))
    };
    assert!(at("bootout") < at("lsregister -f"));
    assert!(at("lsregister -f") < at("tccutil reset SystemPolicyAllFiles"));
    assert!(at(&format!("tccutil reset AppleEvents {BUNDLE}")) < at("lsregister -u"));
    assert!(
        !calls.iter().any(|call| call.contains("disable")),
        "the flag would outlive it"
    );
    let left: Vec<_> = world
        .lasting()
        .into_keys()
        .filter(|path| path.contains("odex"))
        .collect();
    assert_eq!(
        left,
        [
            "home/.codex",
            "home/Library/Logs/codex-imessage-control-plane"
        ]
    );
    assert!(world.path("state/config.toml").exists(), "the state stays");
    assert!(!world.path("state/files").exists(), "copies do not");
    assert!(!world.path("Messages/Attachments/ours").exists());
    assert!(world.path("Messages/Attachments/theirs.pdf").exists());
    let (list, clean) = uninstall::checklist(&world.place(), false);
    assert!(
        clean && !list.contains("LEFT") && list.contains("kept  state in"),
        "{list}"
    );
}

#[test]
fn the_notifier_that_was_there_before_is_put_back() {
    let world = installed();
    let before = "# mine\nnotify = [\"/opt/other\", \"--loud\"]\n\n[tui]\n";
    world.write("home/.codex/config.toml", before);
    let place = world.place();
    let hook = control_plane::mac::hook::Place {
        codex_home: place.codex_home.clone(),
        state_dir: place.state_dir.clone(),
    };
    let ours = "/opt/codex-imessage-control-plane";
    let titles = control_plane::mac::hook::Titles::Show;
    let plan = control_plane::mac::hook::set_up(&hook, ours, titles).expect("planned");
    plan.carry_out("").expect("set up");
    assert!(world.read("home/.codex/config.toml").contains(ours));
    let backup = world.path("home/.codex/config.toml.before-imessage");
    assert!(backup.exists());
    let dry = Wish {
        purge: true,
        dry_run: true,
    };
    assert_eq!(uninstall::run(&place, dry).expect("told"), Answer::Yes);
    assert!(world.read("home/.codex/config.toml").contains(ours));
    assert_eq!(
        uninstall::run(&place, ALL_GONE).expect("gone"),
        Answer::Yes,
        "{}",
        said()
    );
    assert_eq!(world.read("home/.codex/config.toml"), before);
    assert!(!backup.exists());
    said();
}

#[test]
fn a_copy_of_the_configuration_goes_when_it_says_nothing_more() {
    for (later, stays) in [("", false), ("\n# added later\n", true)] {
        let world = installed();
        let (config, place) = ("home/.codex/config.toml", world.place());
        world.write(config, "model = \"x\"\n");
        let hook = control_plane::mac::hook::Place {
            codex_home: place.codex_home.clone(),
            state_dir: place.state_dir.clone(),
        };
        let (ours, titles) = (
            "/opt/codex-imessage-control-plane",
            control_plane::mac::hook::Titles::Keep,
        );
        let plan = control_plane::mac::hook::set_up(&hook, ours, titles).expect("planned");
        plan.carry_out("").expect("set up");
        world.write(config, &format!("{}{later}", world.read(config)));
        uninstall::run(&place, GONE).expect("gone");
        assert_eq!(world.read(config), format!("model = \"x\"\n{later}"));
        assert_eq!(hook.backup().exists(), stays);
        let (list, clean) = uninstall::checklist(&place, false);
        assert!(clean, "{list}");
        assert_eq!(
            list.contains("kept  backup of config.toml"),
            stays,
            "{list}"
        );
        uninstall::run(&place, ALL_GONE).expect("gone");
        assert!(!hook.backup().exists());
    }
    said();
}

#[test]
fn a_configuration_that_cannot_be_read_holds_nothing_else_up() {
    let world = installed();
    let (config, place) = ("home/.codex/config.toml", world.place());
    let broken = "notify = [\"/opt/codex-imessage-control-plane\", \"notify\"]\n[tui\n";
    world.write(config, broken);
    let error = uninstall::run(&place, ALL_GONE).expect_err("it is left");
    let report = error.report();
    assert!(report.contains("line 2, column 5"), "{report}");
    let told = said();
    assert!(told.contains("keeping the state directory"), "{told}");
    assert!(!place.app().exists() && !place.plist().exists() && !place.support().exists());
    assert!(place.state_dir.exists());
    assert_eq!(world.read(config), broken);
    assert!(
        uninstall::checklist(&place, true)
            .0
            .contains("LEFT  Codex's")
    );
    // One that never was ours stays as it is.
    world.write(config, "[tui\n");
    let answer = uninstall::run(&place, ALL_GONE).expect("the rest goes");
    assert_eq!(
        (answer, world.read(config).as_str()),
        (Answer::Yes, "[tui\n")
    );
    assert!(said().contains("contains nothing of this program"));
    assert!(!place.state_dir.exists());
}

#[test]
fn purge_takes_the_state_too_and_a_second_time_is_no_failure() {
    let world = installed();
    assert_eq!(
        uninstall::run(&world.place(), ALL_GONE).expect("gone"),
        Answer::Yes
    );
    assert!(!world.path("state").exists() && !world.place().logs().exists());
    assert_eq!(
        uninstall::run(&world.place(), ALL_GONE).expect("gone"),
        Answer::Yes
    );
}

#[test]
fn a_dry_run_says_it_all_and_does_nothing() {
    let world = installed();
    let before = world.lasting();
    let wish = Wish {
        purge: true,
        dry_run: true,
    };
    assert_eq!(
        uninstall::run(&world.place(), wish).expect("told"),
        Answer::Yes
    );
    assert_eq!(world.lasting(), before);
    let (calls, said) = (world.calls(), said());
    assert!(
        calls.iter().all(|call| call.starts_with("launchctl print")),
        "{calls:?}"
    );
    for word in [
        "would stop the agent",
        ".plist",
        "reset the app",
        "Codex iMessage.app",
        "/state ",
    ] {
        assert!(said.contains(word), "{word} in {said}");
    }
}

#[test]
fn a_log_that_is_in_use_is_kept() {
    let world = installed();
    let held = SledLog::open(&world.path("state")).expect("held");
    let report = uninstall::run(&world.place(), ALL_GONE)
        .expect_err("in use")
        .report();
    assert!(
        report.contains("in use") && report.contains("kept"),
        "{report}"
    );
    assert!(world.path("state/log").exists());
    drop(held);
    assert_eq!(
        uninstall::run(&world.place(), ALL_GONE).expect("gone"),
        Answer::Yes
    );
}

#[test]
fn a_state_directory_that_holds_more_is_never_removed() {
    let world = installed();
    let mut place = world.place();
    place.state_dir = world.path("home");
    let report = uninstall::run(&place, ALL_GONE).expect_err("home").report();
    assert!(report.contains("contains other files"), "{report}");
    assert!(world.path("home/.codex").exists());
}

#[test]
fn an_agent_that_cannot_be_stopped_keeps_everything_else() {
    let world = installed();
    world.write("slow", "1000000");
    let before = world.lasting().len();
    let mut place = world.place();
    place.pace.launchd = std::time::Duration::from_millis(100);
    let report = uninstall::run(&place, ALL_GONE)
        .expect_err("stuck")
        .report();
    assert!(report.contains("cannot stop the agent"), "{report}");
    // What is on its way out is marked by the stand-in; nothing of ours went.
    assert_eq!(world.lasting().len(), before + 1);
}

#[test]
fn without_a_login_session_the_files_still_go() {
    let world = installed();
    world.write("no-session", "125");
    fs::remove_file(world.path("agent.json")).expect("logged out");
    assert_eq!(
        uninstall::run(&world.place(), GONE).expect("gone"),
        Answer::Yes,
        "{}",
        said()
    );
    assert!(!world.place().app().exists() && !world.place().plist().exists());
}

#[test]
fn a_job_under_another_name_is_found_by_what_it_starts() {
    let world = World::new();
    let mut place = world.place();
    place.label = "com.example.mine".to_owned();
    setup::launchd(&place, &wish()).expect("installed");
    let other = world.place().agents().join("com.example.other.plist");
    fs::write(&other, "not ours").expect("written");
    assert_eq!(
        uninstall::run(&world.place(), GONE).expect("gone"),
        Answer::Yes,
        "{}",
        said()
    );
    assert!(!place.plist().exists() && !world.path("jobs/com.example.mine").exists());
    assert!(other.exists());
}

#[test]
fn the_checklist_says_what_is_left() {
    let world = installed();
    world.write(
        "home/.codex/config.toml",
        "notify = [\"/opt/codex-imessage-control-plane\", \"notify\"]\n",
    );
    let (list, clean) = uninstall::checklist(&world.place(), true);
    assert!(!clean);
    assert_eq!(list.matches("LEFT").count(), 8, "{list}");
}
