//! The disk of the state directory is full, while the program runs and when it starts:
//! what it accepted is kept, who hands over is told, and with room again all goes on.

use std::fs::{self, File};
use std::io::Write as _;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use crate::load::{Given, by_process, mark};
use crate::log::assert_replays;
use crate::messages::attention;
use crate::running::Running;
use crate::tools::{content, wait_for};
use crate::truth::{check, delivered, missing};
use crate::world::World;

/// A file system of a few megabytes in the place of a world's state directory.
struct Disk(PathBuf);

impl Disk {
    /// `None` where nobody may mount one.
    fn of(world: &World) -> Option<Self> {
        let state = world.state();
        fs::create_dir_all(&state).unwrap();
        let mounted = Command::new("mount")
            .args(["-t", "tmpfs", "-o", "size=48m", "tmpfs"])
            .arg(&state)
            .stderr(Stdio::null())
            .status();
        let mounted = mounted.is_ok_and(|status| status.success());
        if !mounted {
            eprintln!("skipped: a small file system can only be mounted by root on Linux");
        }
        mounted.then_some(Self(state))
    }

    /// Leaves no room at all.
    fn fill(&self) {
        let ballast = self.0.join("ballast");
        let mut ballast = File::options()
            .append(true)
            .create(true)
            .open(ballast)
            .unwrap();
        for size in [1 << 20, 4096, 1] {
            while ballast.write_all(&vec![0; size]).is_ok() {}
        }
    }

    fn make_room(&self) {
        fs::remove_file(self.0.join("ballast")).unwrap();
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        let gone = Command::new("umount").arg("-l").arg(&self.0).status();
        assert!(gone.unwrap().success());
    }
}

fn arrives(world: &World, need: &str) {
    attention(world, need);
    wait_for(&format!("{need:?} on the phone"), || {
        let texts = delivered(world);
        texts.iter().any(|text| text.contains(need)).then_some(())
    });
}

#[test]
fn on_a_full_disk_nothing_accepted_is_lost_and_with_room_all_goes_on() {
    let world = World::new();
    let Some(disk) = Disk::of(&world) else {
        return;
    };
    let mut given = Given::default();
    let hand_over = |given: &mut Given| {
        let mark = mark(7, given.handed.len() as u64);
        given.handed.push(by_process(&world, mark, None));
    };
    let mut running = Running::up(&world, &[]);
    arrives(&world, "while there is room");
    let reserved = || disk.0.join("reserve").exists();
    assert!(reserved());
    // The reserve is there for this. Files have room in their last pages, so it may take some texts.
    let mut texts = 0;
    while running.meanwhile(|| reserved().then(|| disk.fill()).is_some()) {
        texts += 1;
        assert!(texts < 20, "the reserve is never given up");
        arrives(&world, &format!("text {texts} when it is full"));
    }
    wait_for("the owner to be told of the disk", || {
        let texts = delivered(&world);
        let of_it = |text: &String| text.contains("free some space");
        texts.iter().any(of_it).then_some(())
    });
    // There is no second one: the program ends, and says why.
    wait_for("the end", || {
        disk.fill();
        hand_over(&mut given);
        (!running.lives()).then_some(())
    });
    let said = || content(&world.path("trace"));
    assert!(said().contains("the disk is full"), "{}", said());

    let mut running = Running::start(&world, &[]);
    wait_for("its patience", || {
        said().contains("waiting for room").then_some(())
    });
    // Nobody has room for it, and whoever hands over is told so.
    disk.fill();
    hand_over(&mut given);
    assert!(given.handed.iter().any(|handed| !handed.acknowledged));
    assert!(running.lives());
    disk.make_room();
    running.answers(&world);
    running.wait_for("RuntimeStarted", 2);
    arrives(&world, "with room again");
    wait_for("all that was accepted", || {
        (missing(&world, &[&given]).is_empty() && world.waiting() == 0).then_some(())
    });
    running.stop();
    let log = check(&world, &[&given]);
    let mut failed = log.all("SourceFailed");
    assert!(failed.any(|event| event["source"] == "Disk"));
    assert_replays(&world);
}
