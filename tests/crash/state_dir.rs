//! The state directory in other hands: of a second program, and as a copy elsewhere.

use std::fs;
use std::path::Path;

use crate::log::{Log, assert_replays};
use crate::messages::attention;
use crate::running::Running;
use crate::tools::wait_for;
use crate::truth::{check, delivered, spoken};
use crate::world::World;

#[test]
fn a_second_program_is_told_who_works_and_changes_nothing() {
    let world = World::new();
    let mut running = Running::up(&world, &[]);
    for command in ["run", "once"] {
        let second = world.ask(&[command]);
        let said = String::from_utf8_lossy(&second.stderr);
        assert_eq!(second.status.code(), Some(2), "{said}");
        assert!(said.contains(&running.pid().to_string()), "{said}");
    }
    assert!(running.lives());
    attention(&world, "still there");
    wait_for("the text", || (delivered(&world).len() == 1).then_some(()));
    running.stop();
    let log = check(&world, &[]);
    assert_eq!(log.count("RuntimeStarted"), 1);
}

#[test]
fn a_state_directory_copied_to_another_machine_goes_on_and_repeats_nothing() {
    let old = World::new();
    let session = old.headless("begin");
    let running = Running::up(&old, &[]);
    old.say(&format!("@{session} go on"));
    attention(&old, "of the old one");
    wait_for("the end of all", || {
        let texts = delivered(&old);
        let all = ["begin", "received", "go on", "of the old one"];
        all.iter()
            .all(|part| texts.iter().any(|text| text.contains(part)))
            .then_some(())
    });
    // Not in good order: that is the harder copy to use.
    running.kill();
    let before = Log::of(&old);
    let new = World::new();
    copy(&old.state(), &new.state());
    drop(old);

    let elsewhere = new.headless("elsewhere");
    let running = Running::up(&new, &[]);
    new.say(&format!("@{elsewhere} and on"));
    attention(&new, "of the new one");
    wait_for("the instruction", || {
        (spoken(&new).len() == 2).then_some(())
    });
    wait_for("the text", || {
        let texts = delivered(&new);
        texts
            .iter()
            .any(|text| text.contains("of the new one"))
            .then_some(())
    });
    running.stop();
    assert_eq!(spoken(&new), ["elsewhere", "and on"]);
    let repeated = delivered(&new).into_iter().filter(|text| {
        ["echo: begin", "echo: go on", "of the old one"]
            .iter()
            .any(|old| text.contains(old))
    });
    assert_eq!(repeated.collect::<Vec<_>>(), [""; 0]);
    let log = check(&new, &[]);
    assert!(log.starts_with(&before));
    assert_replays(&new);
}

/// Plain files and directories; a socket is nothing that could be copied.
fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let kind = entry.file_type().unwrap();
        if kind.is_dir() {
            copy(&entry.path(), &to.join(entry.file_name()));
        } else if kind.is_file() {
            fs::copy(entry.path(), to.join(entry.file_name())).unwrap();
        }
    }
}
