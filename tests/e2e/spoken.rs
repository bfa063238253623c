//! Voice messages, into the real Codex.

use crate::desk::{Desk, NO_APP_SERVER, count};

#[test]
fn what_is_spoken_goes_in_and_what_matters_is_confirmed_first() {
    let Some(mut desk) = Desk::with(|_| {}, &[NO_APP_SERVER]) else {
        return;
    };
    let pane = desk.embedded();
    let (thread, notice) = desk.prompted(&pane, "by hand");
    desk.phone.speak(Some("What is in this folder?"));
    desk.phone.wait_for("done", "echo: What is in this folder?");
    let receipt = desk
        .phone
        .wait_for_text("Heard: \"What is in this folder?\"");
    assert_eq!(receipt.kind(), "received", "{}", receipt.text);
    // A turn runs; what would stop it waits for a word in writing.
    let reference = notice.reference();
    desk.phone.say(&format!("{reference} try: sleep 60"));
    pane.wait_for("a turn that runs", |screen| screen.contains("Working"));
    desk.phone.speak(Some(&format!("Stop {reference}.")));
    let question = desk.phone.wait_for("confirm", "Write \"yes\"");
    assert!(
        question
            .text
            .contains(&format!("Heard: \"Stop {reference}.\""))
    );
    desk.phone.reply(&question, "Yes");
    desk.phone.wait_for_text("interrupted");
    drop(pane);
    let log = desk.stop();
    assert_eq!(count(&log, "InboundSpoken"), 2);
    assert_eq!(count(&log, "SpokenAnswered"), 1);
    let stops = log
        .iter()
        .filter(|e| e["event"].to_string().contains("\"InterruptTurn\""));
    assert_eq!(stops.count(), 1);
    let told = serde_json::to_string(&desk.lab.rollout(&thread)).unwrap();
    assert!(!told.contains("Audio Message"));
}
