//! The owner says when texts come, and real sessions go on meanwhile.

use crate::desk::{Desk, count};

#[test]
fn a_muted_session_is_told_when_the_owner_wants_it_also_after_a_restart() {
    let Some(mut desk) = Desk::new() else { return };
    let pane = desk.embedded();
    let (thread, first) = desk.prompted(&pane, "by hand");
    desk.phone.say(&format!("mute {}", first.reference()));
    desk.phone.wait_for("muted", "unmute");
    pane.prompt("while muted");
    desk.lab.wait_for_answer(&thread, "echo: while muted");
    desk.runtime().wait_for_event("NoticeDeferred", 1);
    drop(pane);
    desk.runtime.take().unwrap().kill();
    desk.start(&[]);
    desk.phone.say("list");
    let list = desk.phone.wait_for("sessions", "1 text waits.");
    assert!(list.text.contains("muted"), "{}", list.text);
    assert_eq!(desk.phone.calls("echo: while muted"), 0);
    desk.phone.say("unmute");
    desk.phone.wait_for("done", "echo: while muted");
    let log = desk.stop();
    assert_eq!(count(&log, "HoldChanged"), 2);
    assert_eq!(desk.phone.calls("echo: while muted"), 1);
}
