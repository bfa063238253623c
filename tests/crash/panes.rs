//! tmux and Codex killed at the worst moment: no words twice, none in a shell, the
//! owner is told, and the other sessions go on.

use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;

use crate::log::Log;
use crate::running::Running;
use crate::tools::{content, tmux_is_there, wait_for};
use crate::truth::{check, delivered, spoken};
use crate::world::World;

/// What became of the instruction that came with this row.
fn end(log: &Log, row: &str) -> Option<Value> {
    let mut ends = log
        .all("InstructionEnded")
        .filter(|end| end["inbound"] == row);
    ends.next().map(|end| end["end"].clone())
}

/// Says it to a session, and waits until that session has it.
fn reaches(world: &World, session: &str, text: &str) {
    world.say(&format!("@{session} {text}"));
    wait_for(&format!("{text:?} in its session"), || {
        spoken(world).iter().any(|said| said == text).then_some(())
    });
}

/// The owner was told that an instruction did not, or perhaps did not, arrive.
fn owner_knows(world: &World) -> bool {
    let told = delivered(world).into_iter();
    let mut heads = told.filter_map(|text| Some(text.lines().next()?.to_owned()));
    heads.any(|head| head.ends_with("· not delivered") || head.ends_with("· not confirmed"))
}

/// Kills tmux' server with kill -9 when the program asks it for this, before or after
/// it is done, and from then on leaves it alone.
fn deadly_tmux(world: &World, order: &str, after: bool) {
    let server = world.tmux(&["display-message", "-p", "#{pid}"]);
    let server = String::from_utf8(server.stdout).unwrap();
    let kill = format!(
        "touch '{}'; kill -9 {}",
        world.path("struck").display(),
        server.trim()
    );
    let tmux = if after {
        format!("tmux \"$@\"; code=$?; {kill}; exit $code")
    } else {
        format!("{kill}; exec tmux \"$@\"")
    };
    world.script(
        "tmux",
        &format!(
            "case \"$*\" in *{order}*) [ -e '{}' ] || {{ {tmux}; }} ;; esac\nexec tmux \"$@\"",
            world.path("struck").display(),
        ),
    );
}

#[test]
fn tmux_killed_in_the_middle_of_a_paste_costs_one_instruction_at_most() {
    if !tmux_is_there() {
        return;
    }
    // Where it is in doubt, the program looks for the words for half a minute.
    std::thread::scope(|scope| {
        for order in ["paste-buffer", "Enter"] {
            scope.spawn(move || killed_at(order, false));
            scope.spawn(move || killed_at(order, true));
        }
    });
}

fn killed_at(order: &str, after: bool) {
    let world = World::new();
    let session = world.pane("begin");
    let other = world.headless("elsewhere");
    deadly_tmux(&world, order, after);
    let tmux = world.program("tmux");
    let settings = [("CODEX_IMESSAGE_TMUX_BIN", tmux.to_str().unwrap())];
    let running = Running::up(&world, &settings);
    let row = world.say(&format!("@{session} into the pane"));
    wait_for("the blow", || world.path("struck").exists().then_some(()));
    reaches(&world, &other, "elsewhere too");
    // Another server under the same name is as good as the first.
    let new = world.pane("anew");
    reaches(&world, &new, "and here");
    let end = wait_for("the end", || end(&Log::of(&world), &row)).to_string();
    if end.contains("Delivered") {
        assert!(
            spoken(&world).contains(&"into the pane".to_owned()),
            "{order}"
        );
    } else {
        wait_for("a word to the owner", || owner_knows(&world).then_some(()));
    }
    running.stop();
    check(&world, &[]);
}

#[test]
fn codex_killed_in_the_middle_of_a_turn_leaves_no_keys_in_the_shell() {
    if !tmux_is_there() {
        return;
    }
    let world = World::new();
    let (typed, pid) = (world.path("typed"), world.path("pid"));
    // What is typed at the shell that Codex leaves behind is kept.
    world.script(
        "desk",
        &format!(
            "sh -c 'echo $$ > {pid}; exec {codex} demo-codex -- begin'
stty -echo
exec cat > {typed}",
            pid = pid.display(),
            codex = world.program("codex").display(),
            typed = typed.display(),
        ),
    );
    let session = world.pane_of("desk", "begin");
    let other = world.headless("elsewhere");
    let running = Running::up(&world, &[]);
    reaches(&world, &session, "quiet: 300");
    running.wait_for("TurnStarted", 1);
    let codex = content(&pid).trim().parse().unwrap();
    kill_process(Pid::from_raw(codex).unwrap(), Signal::KILL).unwrap();
    wait_for("the shell", || typed.exists().then_some(()));
    let row = world.say(&format!("@{session} after the end"));
    reaches(&world, &other, "elsewhere too");
    let end = wait_for("the end", || end(&Log::of(&world), &row));
    wait_for("a word to the owner", || owner_knows(&world).then_some(()));
    running.stop();
    check(&world, &[]);
    assert!(!end.to_string().contains("Delivered"), "{end}");
    assert_eq!(content(&typed), "");
    assert!(!spoken(&world).contains(&"after the end".to_owned()));
}
