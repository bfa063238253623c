//! While a turn runs the Mac is kept awake, by a `caffeinate` that is gone when nothing is
//! owed and when we die.

use std::fs;

use rustix::process::{Pid, test_kill_process};

use crate::desk::Desk;
use crate::lab::wait_for;

/// Waits as the real one does: for a process, and at most for a time.
const CAFFEINATE: &str = r#"
echo "$$ $*" >> 'LEASES'
while [ $# -gt 0 ]; do
    case $1 in -w) pid=$2; shift ;; -t) time=$2; shift ;; esac
    shift
done
end=$(($(date +%s) + time))
while kill -0 "$pid" 2>/dev/null && [ "$(date +%s)" -lt "$end" ]; do sleep 0.1; done
"#;

/// A desk whose Mac is fed by this.
fn desk(power: &str, keep: &str) -> Option<Desk> {
    let mut desk = Desk::unattended(|_| {})?;
    let (caffeinate, pmset) = (desk.lab.place("caffeinate"), desk.lab.place("pmset"));
    let leases = desk.lab.place("leases").display().to_string();
    let asked = desk.lab.place("asked").display().to_string();
    let waits = CAFFEINATE.replace("LEASES", &leases);
    desk.lab.script(&caffeinate, &format!("#!/bin/sh\n{waits}"));
    let says = format!("#!/bin/sh\necho asked >> '{asked}'\necho \"Now drawing from '{power}'\"\n");
    desk.lab.script(&pmset, &says);
    desk.start(&[
        ("CODEX_IMESSAGE_KEEP_AWAKE", keep),
        (
            "CODEX_IMESSAGE_CAFFEINATE_BIN",
            &caffeinate.display().to_string(),
        ),
        ("CODEX_IMESSAGE_PMSET_BIN", &pmset.display().to_string()),
    ]);
    Some(desk)
}

/// The leases that were taken: the process, and what it was asked.
fn leases(desk: &Desk) -> Vec<(i32, String)> {
    let file = fs::read_to_string(desk.lab.place("leases")).unwrap_or_default();
    let split = |line: &str| {
        let (pid, args) = line.split_once(' ').unwrap();
        (pid.parse().unwrap(), args.to_owned())
    };
    file.lines().map(split).collect()
}

fn runs(pid: i32) -> bool {
    test_kill_process(Pid::from_raw(pid).unwrap()).is_ok()
}

fn wait_for_a_lease(desk: &Desk) -> (i32, String) {
    let first = || leases(desk).first().cloned();
    wait_for(|| "no lease was taken".into(), first)
}

fn wait_for_the_end(desk: &Desk) {
    let gone = || leases(desk).iter().all(|(pid, _)| !runs(*pid));
    wait_for(|| "a lease goes on".into(), || gone().then_some(()));
}

#[test]
fn a_turn_that_runs_keeps_the_mac_awake_and_its_end_lets_it_sleep() {
    let Some(mut desk) = desk("AC Power", "power") else {
        return;
    };
    let pane = desk.embedded();
    pane.prompt("slow: 8");
    let (pid, args) = wait_for_a_lease(&desk);
    assert!(args.starts_with("-i -t 120 -w "), "{args}");
    assert!(runs(pid));
    desk.phone.wait_for("done", "");
    wait_for_the_end(&desk);
    drop(pane);
    desk.stop();
}

#[test]
fn a_program_that_is_killed_leaves_no_lease_behind() {
    let Some(mut desk) = desk("Battery Power", "always") else {
        return;
    };
    let pane = desk.embedded();
    pane.prompt("slow: 60");
    let (pid, _) = wait_for_a_lease(&desk);
    assert!(runs(pid));
    drop(pane);
    desk.runtime.take().unwrap().kill();
    wait_for_the_end(&desk);
    assert!(!desk.lab.place("asked").exists());
}

#[test]
fn on_its_battery_the_mac_may_sleep() {
    let Some(mut desk) = desk("Battery Power", "power") else {
        return;
    };
    let pane = desk.embedded();
    desk.prompted(&pane, "on the train");
    assert!(desk.lab.place("asked").exists());
    assert_eq!(leases(&desk), []);
    drop(pane);
    desk.stop();
}
