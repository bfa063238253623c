//! The real Codex waits for a model that says nothing: one text says so.

use crate::desk::{Desk, NO_APP_SERVER, count};

#[test]
fn a_turn_without_a_sign_of_life_is_told_once() {
    let settings = [NO_APP_SERVER, ("CODEX_IMESSAGE_STALL_S", "3")];
    let Some(mut desk) = Desk::with(|_| {}, &settings) else {
        return;
    };
    let pane = desk.embedded();
    pane.prompt("quiet: 12");
    desk.phone
        .wait_for("no sign of life", "waits for the model");
    desk.phone.wait_for("done", "");
    drop(pane);
    let log = desk.stop();
    assert_eq!(desk.phone.calls("no sign of life"), 1);
    assert!(count(&log, "LifeSeen") >= 1);
}
