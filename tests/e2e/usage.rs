//! The account's usage limit is used up: the real Codex's turn fails, the owner hears until
//! when, and the session goes on after the reset as they asked.

use crate::desk::{Desk, NO_APP_SERVER, count};

#[test]
fn a_session_that_ran_into_the_limit_continues_after_the_reset() {
    let Some(mut desk) = Desk::with(|_| {}, &[NO_APP_SERVER]) else {
        return;
    };
    let pane = desk.embedded();
    pane.prompt("limit: 5");
    let told = desk.phone.wait_for("usage limit", "The limit resets at");
    desk.phone.reply(&told, "resume at reset");
    desk.phone.wait_for("noted", "Continue.");
    desk.phone.wait_for("done", "echo: Continue.");
    drop(pane);
    let log = desk.stop();
    assert_eq!(count(&log, "RateLimitsChanged"), 1);
    assert_eq!(count(&log, "PromiseMade"), 1);
    assert_eq!(count(&log, "PromiseEnded"), 1);
    let thread = desk.lab.only_thread();
    desk.assert_told(&thread, &["limit: 5", "Continue."]);
    // The limit is told with the turn that it ended, and by no text of its own.
    assert_eq!(desk.phone.calls("is used up"), 0);
}
