//! Somebody is at the Mac, as its list of devices says: a text waits for them, and goes in
//! the end. A list that hangs holds nothing up.

use crate::desk::{Desk, count};

/// A desk whose Mac says this of its keyboard; a text waits two seconds for whoever is there.
fn desk(ioreg: &str) -> Option<Desk> {
    let mut desk = Desk::unattended(|_| {})?;
    let script = desk.lab.place("ioreg");
    desk.lab.script(&script, &format!("#!/bin/sh\n{ioreg}\n"));
    let script = script.display().to_string();
    desk.start(&[
        ("CODEX_IMESSAGE_GRACE_S", "2"),
        ("CODEX_IMESSAGE_IOREG_BIN", &script),
    ]);
    Some(desk)
}

#[test]
fn a_text_waits_for_whoever_is_at_the_mac_and_then_goes() {
    let busy = "echo '  \"HIDIdleTime\" = 1500000000'";
    let Some(mut desk) = desk(busy) else { return };
    let pane = desk.embedded();
    desk.prompted(&pane, "seen here");
    drop(pane);
    let log = desk.stop();
    assert!(count(&log, "DeskSeen") >= 1);
    let rules: Vec<_> = log
        .iter()
        .filter(|entry| entry["kind"] == "NoticeDeferred")
        .map(ToString::to_string)
        .collect();
    assert!(rules.iter().any(|r| r.contains("AtDesk")), "{rules:#?}");
    assert_eq!(desk.phone.calls("echo: seen here"), 1);
}

#[test]
fn a_list_of_devices_that_hangs_holds_nothing_up() {
    let Some(mut desk) = desk("exec sleep 600") else {
        return;
    };
    let pane = desk.embedded();
    desk.prompted(&pane, "not seen");
    drop(pane);
    desk.stop();
    assert_eq!(desk.phone.calls("echo: not seen"), 1);
}
