//! Killed before or after any program that it starts: run again, set-up and its
//! undoing end exactly where they end undisturbed.

use crate::world::{World, said, wish};
use control_plane::clock::Stopwatch;
use control_plane::error::Answer;
use control_plane::mac::{setup, uninstall};
use std::os::unix::process::ExitStatusExt as _;
use std::process::{Child, Command, Stdio};

const ROOT: &str = "MAC_TEST_WORLD";
const DOING: &str = "MAC_TEST_DOING";

fn act(world: &World, doing: &str) -> Answer {
    let place = world.place();
    let ended = match doing {
        "install" => setup::launchd(&place, &wish()),
        _ => uninstall::run(
            &place,
            uninstall::Wish {
                purge: true,
                dry_run: false,
            },
        ),
    };
    ended.unwrap_or_else(|error| panic!("{}\n{}", error.report(), said()))
}

/// Not a test by itself: the process that the stand-ins kill.
#[test]
#[ignore = "started by the tests of this file"]
#[expect(clippy::disallowed_methods, reason = "a test is told where to work")]
fn worker() {
    let world = World::at(std::env::var_os(ROOT).expect("a world").as_ref());
    act(&world, &std::env::var(DOING).expect("something to do"));
}

#[expect(clippy::disallowed_methods, reason = "a test drives a real process")]
fn worker_in(world: &World, doing: &str) -> Child {
    Command::new(std::env::current_exe().expect("this test"))
        .args(["--ignored", "--exact", "killed::worker"])
        .env(ROOT, world.root())
        .env(DOING, doing)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("it runs")
}

/// Does it in a process that is killed at the `at`-th program; says whether it came that far.
fn killed(world: &World, doing: &str, at: usize, when: &str) -> bool {
    world.write("count", "0");
    world.write("kill/at", &at.to_string());
    world.write("kill/when", when);
    let status = worker_in(world, doing).wait().expect("it ends");
    world.write("kill/at", "0");
    assert!(status.signal() == Some(9) || status.success(), "{status:?}");
    status.signal() == Some(9)
}

/// Kills at every step of `doing` in a fresh world and compares what comes of the second run.
fn every_step(prepare: fn(&World), doing: &str) {
    let undisturbed = World::new();
    prepare(&undisturbed);
    act(&undisturbed, doing);
    let wanted = undisturbed.lasting();
    for when in ["before", "after"] {
        let mut steps = 0;
        for at in 1.. {
            let world = World::new();
            prepare(&world);
            if !killed(&world, doing, at, when) {
                break;
            }
            steps = at;
            assert_eq!(act(&world, doing), Answer::Yes, "killed {when} {at}");
            assert_eq!(world.lasting(), wanted, "killed {when} {at}: {}", said());
        }
        assert!(steps >= 8, "{doing} was killed at {steps} steps only");
    }
}

/// Kills at moments spread over the whole of `doing`: between two writes of a file as well
/// as while a program runs.
fn any_moment(prepare: fn(&World), doing: &str) {
    const MOMENTS: u32 = 16;
    let undisturbed = World::new();
    prepare(&undisturbed);
    let begun = Stopwatch::start();
    let ended = worker_in(&undisturbed, doing).wait().expect("it ends");
    let whole = begun.elapsed();
    assert!(ended.success());
    let wanted = undisturbed.lasting();
    for moment in 0..MOMENTS {
        let world = World::new();
        prepare(&world);
        let mut worker = worker_in(&world, doing);
        std::thread::sleep(whole * moment / MOMENTS);
        worker.kill().expect("killed, or ended already");
        worker.wait().expect("it ends");
        assert_eq!(act(&world, doing), Answer::Yes, "killed at {moment}");
        assert_eq!(world.lasting(), wanted, "killed at {moment}: {}", said());
    }
}

fn installed(world: &World) {
    assert_eq!(act(world, "install"), Answer::Yes);
}

#[test]
fn at_any_moment_of_an_installation() {
    any_moment(|_| {}, "install");
}

#[test]
fn at_any_moment_of_an_uninstallation() {
    any_moment(installed, "uninstall");
}

#[test]
fn a_first_installation() {
    every_step(|_| {}, "install");
}

#[test]
fn an_installation_over_a_broken_one() {
    every_step(
        |world| {
            act(world, "install");
            let app = "home/Applications/Codex iMessage.app/Contents/MacOS/codex-imessage-launcher";
            world.program(app, "somebody else's");
            let plist = "home/Library/LaunchAgents/com.codex.imessage-control-plane.plist";
            world.write(
                plist,
                &world.read(plist).replace("Interactive", "Background"),
            );
            world.program("opt/codex-imessage-control-plane", "a new agent");
        },
        "install",
    );
}

#[test]
fn an_uninstallation() {
    every_step(installed, "uninstall");
}
