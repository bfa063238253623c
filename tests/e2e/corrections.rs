//! Messages that the owner edits or unsends, through the whole program.

use crate::desk::{Desk, NO_APP_SERVER};

#[test]
fn an_edit_counts_until_the_words_went_in_and_is_too_late_afterwards() {
    // Words wait for a link that may follow them: time to change them.
    let slow = [NO_APP_SERVER, ("CODEX_IMESSAGE_GATHER_S", "4")];
    let Some(desk) = Desk::with(|_| {}, &slow) else {
        return;
    };
    let pane = desk.embedded();
    let (thread, notice) = desk.prompted(&pane, "by hand");
    let reference = notice.reference().to_owned();
    // In time: the newest words, once; or none at all.
    let changed = desk.phone.say(&format!("{reference} delete the tests"));
    desk.runtime().wait_for_event("InboundDeferred", 1);
    desk.phone
        .edit(&changed, &format!("{reference} run the tests"));
    desk.phone.wait_for("done", "echo: run the tests");
    let unsent = desk.phone.say(&format!("{reference} delete the folder"));
    desk.runtime().wait_for_event("InboundDeferred", 2);
    desk.phone.unsend(&unsent);
    desk.runtime().wait_for_event("InboundChanged", 2);
    // Too late: what went in stays, and the owner hears it.
    desk.phone
        .edit(&changed, &format!("{reference} run no tests"));
    let late = desk.phone.wait_for("too late", "edit came too late");
    assert!(late.text.contains(&reference), "{}", late.text);
    let last = desk.phone.say(&format!("{reference} and format it"));
    desk.phone.wait_for("done", "echo: and format it");
    desk.phone.unsend(&last);
    desk.phone
        .wait_for("too late", "unsent the message too late");
    desk.assert_told(&thread, &["by hand", "run the tests", "and format it"]);
}

#[test]
fn words_that_wait_behind_a_turn_are_changed_and_taken_back() {
    let Some(desk) = Desk::with(|_| {}, &[NO_APP_SERVER]) else {
        return;
    };
    let pane = desk.embedded();
    let (thread, notice) = desk.prompted(&pane, "by hand");
    let reference = notice.reference().to_owned();
    let held = desk.phone.osascript().with_file_name("held");
    desk.phone.say(&format!(
        "{reference} try: while [ ! -e '{0}' ]; do sleep 0.2; done",
        held.display()
    ));
    pane.wait_for("a turn that runs", |screen| screen.contains("Working"));
    desk.phone.say(&format!("{reference} second"));
    let third = desk.phone.say(&format!("{reference} third"));
    let fourth = desk.phone.say(&format!("{reference} fourth"));
    desk.runtime().wait_for_event("RoutingDecided", 4);
    desk.phone.edit(&third, &format!("{reference} changed"));
    desk.phone.unsend(&fourth);
    desk.phone.wait_for_text("Nothing of it went in.");
    std::fs::write(held, "").unwrap();
    desk.phone.wait_for("done", "echo: changed");
    let told = serde_json::to_string(&desk.lab.rollout(&thread)).unwrap();
    for (words, there) in [("second", true), ("third", false), ("fourth", false)] {
        assert_eq!(told.contains(&format!("\"{words}\"")), there, "{words}");
    }
}
