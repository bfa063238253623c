//! Installing, installing again, and installing over what is broken.

use crate::world::{LABEL, World, healthy, said, wish};
use control_plane::config::{Environment, Program, Programs};
use control_plane::error::Answer;
use control_plane::mac::plist::Job;
use control_plane::mac::{BUNDLE, app, setup};
use std::fs;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};

const PLIST: &str = "home/Library/LaunchAgents/com.codex.imessage-control-plane.plist";
const APP: &str = "home/Applications/Codex iMessage.app";

/// What is done to an installed app.
type Breaks = fn(&World);

fn installed() -> World {
    let world = World::new();
    let answer = setup::launchd(&world.place(), &wish()).expect("installed");
    assert_eq!(answer, Answer::Yes, "{}", said());
    world
}

fn changing(calls: &[String]) -> Vec<&String> {
    let words = ["bootout", "bootstrap", "--force", "-k", "tccutil"];
    let changes = |call: &&String| words.iter().any(|word| call.contains(word));
    calls.iter().filter(changes).collect()
}

#[test]
fn the_order_is_enable_bootstrap_kickstart_and_the_agent_answers() {
    let world = installed();
    let calls = world.calls();
    let verbs = calls
        .iter()
        .filter_map(|call| call.strip_prefix("launchctl "));
    let verbs: Vec<_> = verbs
        .filter_map(|call| call.split(' ').next())
        .filter(|verb| *verb != "print")
        .collect();
    assert_eq!(verbs, ["enable", "bootstrap", "kickstart"]);
    assert!(
        calls.contains(&format!("launchctl enable gui/501/{LABEL}")),
        "{calls:?}"
    );
    assert!(
        calls.contains(&format!("launchctl bootstrap gui/501 {PLIST}")),
        "{calls:?}"
    );
    let said = said();
    assert!(
        said.contains("The agent is running: process 1001"),
        "{said}"
    );
    assert!(
        said.contains("Full Disk Access confirmed: chat.db is now readable."),
        "{said}"
    );
}

#[test]
fn the_plist_read_back_says_what_launchd_needs() {
    let world = installed();
    let root = world.root().display();
    let plist = plist::Value::from_file(world.path(PLIST)).expect("a plist");
    let plist = plist.as_dictionary().expect("a dictionary");
    let text = |key: &str| {
        plist
            .get(key)
            .and_then(|value| value.as_string())
            .unwrap_or_default()
    };
    let number = |key: &str| plist.get(key).and_then(plist::Value::as_unsigned_integer);
    let list = |key: &str| {
        let array = plist
            .get(key)
            .and_then(|value| value.as_array())
            .expect("an array");
        array
            .iter()
            .filter_map(|value| value.as_string())
            .collect::<Vec<_>>()
    };
    assert_eq!(text("Label"), LABEL);
    assert_eq!(
        list("ProgramArguments"),
        [format!(
            "{root}/{APP}/Contents/MacOS/codex-imessage-launcher"
        )]
    );
    assert_eq!(
        plist.get("RunAtLoad").and_then(plist::Value::as_boolean),
        Some(true)
    );
    assert_eq!(
        plist.get("KeepAlive").and_then(plist::Value::as_boolean),
        Some(true)
    );
    assert_eq!(number("ThrottleInterval"), Some(10));
    assert_eq!(number("ExitTimeOut"), Some(20));
    assert_eq!(number("Umask"), Some(0o077));
    assert_eq!(text("ProcessType"), "Interactive");
    assert_eq!(list("AssociatedBundleIdentifiers"), [BUNDLE]);
    assert_ne!(BUNDLE, LABEL);
    let variables = plist["EnvironmentVariables"]
        .as_dictionary()
        .expect("variables");
    let names: Vec<_> = variables.keys().map(String::as_str).collect();
    assert_eq!(
        names,
        [
            "CODEX_HOME",
            "CODEX_IMESSAGE_LAUNCHD_LABEL",
            "CODEX_IMESSAGE_STATE_DIR",
            "LANG",
            "PATH"
        ]
    );
    for key in ["SessionCreate", "LimitLoadToSessionType", "Disabled"] {
        assert!(!plist.contains_key(key), "{key}");
    }
    assert_eq!(
        world.path(PLIST).metadata().expect("plist").mode() & 0o777,
        0o644
    );
    assert!(
        !world.read(PLIST).contains("5555"),
        "launchctl print shows it to everybody"
    );
}

#[test]
fn the_agent_finds_codex_and_what_is_beside_it() {
    let world = World::new();
    let mut place = world.place();
    world.program("opt/codex", "codex");
    let codex = (
        Program::Codex,
        world.path("opt/codex").display().to_string(),
    );
    let launchctl = world.path("bin/launchctl").display().to_string();
    let named = vec![codex, (Program::Launchctl, launchctl)];
    place.programs = Programs::new(&Environment::default(), named);
    let job = world.path("job.plist");
    Job::of(&place)
        .expect("a job")
        .write(&job)
        .expect("written");
    let text = world.read("job.plist");
    let dir = world.path("opt").display().to_string();
    assert!(text.contains(&format!(":/sbin:{dir}")), "{text}");
}

#[test]
fn what_launchd_opens_before_it_starts_anything_is_there() {
    let world = installed();
    let plist = plist::Value::from_file(world.path(PLIST)).expect("a plist");
    let plist = plist.as_dictionary().expect("a dictionary");
    for key in ["WorkingDirectory", "StandardOutPath", "StandardErrorPath"] {
        let path = plist.get(key).and_then(|value| value.as_string());
        let path = std::path::Path::new(path.expect("a path"));
        let is_file = key != "WorkingDirectory";
        let dir = if is_file {
            path.parent().expect("above")
        } else {
            path
        };
        assert!(dir.is_absolute() && dir.is_dir(), "{key}");
        assert_eq!(dir.metadata().expect("dir").mode() & 0o077, 0, "{key}");
    }
}

#[test]
fn the_recipient_is_kept_where_the_agent_reads_it_and_nothing_else_is_touched() {
    let world = World::new();
    fs::create_dir(world.path("state")).expect("state");
    world.write("state/config.toml", "# mine\nmax_len = 900 # short\n");
    setup::launchd(&world.place(), &wish()).expect("installed");
    assert_eq!(
        world.read("state/config.toml"),
        "# mine\nmax_len = 900 # short\nto = \"+15555550123\"\n"
    );
    let file = world.path("state/config.toml").metadata().expect("file");
    assert_eq!(file.mode() & 0o777, 0o600);
    world.write("state/config.toml", "not = = toml");
    let report = setup::launchd(&world.place(), &wish())
        .expect_err("broken")
        .report();
    assert!(
        report.contains("was not changed") && !report.contains("5555"),
        "{report}"
    );
    assert_eq!(world.read("state/config.toml"), "not = = toml");
}

#[test]
fn installing_again_changes_nothing() {
    let world = installed();
    world.calls();
    let before = world.lasting();
    setup::launchd(&world.place(), &wish()).expect("again");
    let calls = world.calls();
    assert!(changing(&calls).is_empty(), "{calls:?}");
    assert_eq!(world.lasting(), before);
}

#[test]
fn a_healthy_app_outlives_a_new_version_and_the_agent_is_started_again() {
    let world = installed();
    let launcher = world
        .path(APP)
        .join("Contents/MacOS/codex-imessage-launcher");
    let before = (
        launcher.metadata().expect("launcher").ino(),
        fs::read(&launcher).expect("read"),
    );
    world.program("opt/codex-imessage-launcher", "the launcher, built anew");
    let old = world
        .read("agent.json")
        .replace(env!("CARGO_PKG_VERSION"), "0.0.1");
    world.write("agent.json", &old);
    world.calls();
    setup::launchd(&world.place(), &wish()).expect("upgraded");
    let after = (
        launcher.metadata().expect("launcher").ino(),
        fs::read(&launcher).expect("read"),
    );
    assert_eq!(before, after, "macOS knows the app by its bytes");
    let calls = world.calls();
    let changes: Vec<_> = changing(&calls)
        .into_iter()
        .map(|call| call.split(' ').nth(1))
        .collect();
    assert_eq!(changes, [Some("bootout"), Some("bootstrap")], "{calls:?}");
    assert!(world.read("agent.json").contains(env!("CARGO_PKG_VERSION")));
}

#[test]
fn a_program_at_another_place_is_told_to_the_launcher_and_the_app_stays() {
    let world = installed();
    world.calls();
    world.program("opt/new", "the agent, elsewhere");
    let mut place = world.place();
    place.agent = world.path("opt/new");
    setup::launchd(&place, &wish()).expect("moved");
    let calls = world.calls();
    assert!(
        !calls.iter().any(|call| call.contains("--force")),
        "{calls:?}"
    );
    assert_eq!(
        fs::read_to_string(place.target()).expect("target"),
        format!("{}\n", place.agent.display())
    );
}

#[test]
fn an_app_that_is_not_as_it_was_signed_is_made_again_while_nothing_runs() {
    let breakings: [(&str, Breaks); 5] = [
        ("signature", |world| {
            let file = format!("{APP}/Contents/MacOS/codex-imessage-launcher");
            world.program(&file, "somebody else's");
        }),
        ("Info.plist", |world| {
            fs::remove_file(world.path(&format!("{APP}/Contents/Info.plist"))).expect("gone");
        }),
        ("missing", |world| {
            let file = format!("{APP}/Contents/MacOS/codex-imessage-launcher");
            fs::remove_file(world.path(&file)).expect("gone");
        }),
        ("other users can write", |world| {
            let file = world.path(&format!("{APP}/Contents/MacOS/codex-imessage-launcher"));
            fs::set_permissions(file, fs::Permissions::from_mode(0o777)).expect("mode");
        }),
        ("another version", |world| {
            let file = format!("{APP}/Contents/Info.plist");
            let text = world
                .read(&file)
                .replace("<integer>1</integer>", "<integer>0</integer>");
            world.write(&file, &text);
        }),
    ];
    for (word, breaks) in breakings {
        let world = installed();
        let wanted = world.lasting();
        breaks(&world);
        assert_ne!(world.lasting(), wanted, "{word}");
        world.calls();
        said();
        setup::launchd(&world.place(), &wish()).expect("made again");
        let said = said();
        assert!(
            said.contains(word) && said.contains("grant its permissions again"),
            "{word}: {said}"
        );
        assert_eq!(world.lasting(), wanted, "{word}");
        let calls = world.calls();
        let at = |what: &str| {
            calls
                .iter()
                .position(|call| call.contains(what))
                .unwrap_or_else(|| panic!("{what}"))
        };
        assert!(at("bootout") < at("tccutil reset") && at("tccutil reset") < at("--force"));
        assert!(at("--force") < at("bootstrap"));
    }
}

#[test]
fn what_cannot_be_signed_leaves_the_old_app_and_says_what_helps() {
    let world = installed();
    let file = format!("{APP}/Contents/MacOS/codex-imessage-launcher");
    world.program(&file, "somebody else's");
    world.script("sign", &["1"]);
    let report = setup::launchd(&world.place(), &wish())
        .expect_err("unsigned")
        .report();
    assert!(
        report.contains("cannot sign the launcher app") && report.contains("xcode-select"),
        "{report}"
    );
    assert_eq!(world.read(&file), "somebody else's");
    setup::launchd(&world.place(), &wish()).expect("the next time it can");
    assert_eq!(world.read(&file), "the launcher");
    assert!(app::leftovers(&world.place()).is_empty());
}

#[test]
fn an_agent_that_does_not_stay_up_is_told_with_its_last_words() {
    let world = World::new();
    fs::remove_file(world.path("agent.template")).expect("it never answers");
    fs::create_dir_all(world.path("home/Library/Logs/codex-imessage-control-plane")).expect("logs");
    world.write(
        "home/Library/Logs/codex-imessage-control-plane/launchd.log",
        "error: the log is damaged\n",
    );
    let report = setup::launchd(&world.place(), &wish())
        .expect_err("dead")
        .report();
    for word in [
        "does not keep running",
        "78: EX_CONFIG",
        "spawn scheduled",
        "the log is damaged",
    ] {
        assert!(report.contains(word), "{word} in {report}");
    }
    assert!(!report.contains("SECRET"), "{report}");
}

#[test]
fn another_copy_of_the_program_is_named_and_nothing_is_changed() {
    let world = World::new();
    world.write(
        "agent.json",
        &serde_json::to_string(&healthy()).expect("json"),
    );
    let report = setup::launchd(&world.place(), &wish())
        .expect_err("two")
        .report();
    assert!(report.contains("runs outside launchd"), "{report}");
    fs::remove_file(world.path("agent.json")).expect("ended");
    world.write("jobs/sh.brew.codex-imessage-control-plane", "");
    let report = setup::launchd(&world.place(), &wish())
        .expect_err("two")
        .report();
    assert!(report.contains("brew services stop"), "{report}");
    assert!(!world.place().app().exists() && !world.path(PLIST).exists());
}

#[test]
fn another_label_moves_the_agent_and_does_not_make_two() {
    let world = installed();
    let mut place = world.place();
    place.label = "com.example.mine".to_owned();
    setup::launchd(&place, &wish()).expect("moved");
    let jobs: Vec<_> = world
        .path("jobs")
        .read_dir()
        .expect("jobs")
        .flatten()
        .collect();
    assert_eq!(jobs.len(), 1, "{jobs:?}");
    assert!(!world.path(PLIST).exists() && place.plist().exists());
}

#[test]
fn a_job_is_not_called_as_the_app_is() {
    let world = World::new();
    let mut place = world.place();
    BUNDLE.clone_into(&mut place.label);
    let error = setup::launchd(&place, &wish()).expect_err("refused");
    assert!(error.report().contains("nothing was changed"));
    assert!(world.calls().is_empty() && !place.app().exists());
}

#[test]
fn root_and_other_systems_are_refused() {
    let world = World::new();
    let mut place = world.place();
    place.uid = 0;
    let report = setup::launchd(&place, &wish()).expect_err("root").report();
    assert!(report.contains("not as root"), "{report}");
    fs::remove_file(world.path("bin/launchctl")).expect("gone");
    let report = setup::launchd(&world.place(), &wish())
        .expect_err("no Mac")
        .report();
    assert!(report.contains("works on a Mac only"), "{report}");
    assert!(!world.path("state").exists());
}
