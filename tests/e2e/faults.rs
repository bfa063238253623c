//! What goes wrong outside, and what may not go wrong because of it.

use std::fs;
use std::process::Child;

use serde_json::{Value, json};

use crate::codex::user_texts;
use crate::desk::{Desk, count};
use crate::lab::wait_for;
use crate::runtime::{assert_succeeded, exported, notify};

#[test]
fn replies_reach_panes_while_osascript_hangs() {
    let Some(desk) = Desk::new() else { return };
    let pane = desk.embedded();
    let (thread, notice) = desk.prompted(&pane, "hello");
    desk.phone.behave("hang");
    let before = desk.runtime().events("CommandStarted");
    for text in ["one", "two", "three"] {
        desk.phone.say(&format!("{} {text}", notice.reference()));
        desk.lab.wait_for_answer(&thread, &format!("echo: {text}"));
    }
    desk.assert_told(&thread, &["hello", "one", "two", "three"]);
    // Three texts went in, and one send hangs: nobody waited for it.
    let started = desk.runtime().events("CommandStarted") - before;
    assert!((4..=5).contains(&started), "{started}");
}

#[test]
fn a_failed_and_an_interrupted_turn_are_told() {
    let Some(mut desk) = Desk::new() else { return };
    let pane = desk.embedded();
    let (_, notice) = desk.prompted(&pane, "hello");
    desk.phone.reply(&notice, "fail");
    let failed = desk.phone.wait_for("failed", notice.reference());
    // The whole error stands in the sentence, and is not said twice.
    let error = failed.text.split_once("work failed: ").unwrap().1;
    let error = error.split_once(". [Codex] @").unwrap().0;
    assert!(!error.is_empty(), "{:?}", failed.text);
    assert_eq!(failed.text.lines().count(), 1, "{:?}", failed.text);
    pane.prompt("quiet: 60");
    pane.wait_for("work", |screen| screen.contains("esc to interrupt"));
    pane.key("Escape");
    desk.phone.wait_for("interrupted", notice.reference());
    desk.stop();
    for (kind, times) in [
        (" failed: ", 1),
        (" was interrupted. ", 1),
        (" is done. ", 1),
    ] {
        assert_eq!(desk.phone.calls(kind), times, "{kind}");
    }
}

const END: &str = "InstructionEnded";

#[test]
fn killed_at_any_moment_nothing_is_done_twice_or_lost_unsaid() {
    let Some(mut desk) = Desk::new() else { return };
    let (thread, reference) = {
        let (thread, notice) = desk.prompted(&desk.embedded(), "hello");
        (thread, notice.reference().to_owned())
    };
    let moments = [
        "InboundReceived",
        "CommandStarted",
        "CommandPerformed",
        "UserSpoke",
        "InstructionEnded",
        "NoticeQueued",
        "OutgoingSeen",
    ];
    let mut sent = vec!["hello".to_owned()];
    for (nth, moment) in moments.into_iter().enumerate() {
        let text = format!("message {nth}");
        let (seen, ends) = (desk.runtime().events(moment), desk.runtime().events(END));
        desk.phone.say(&format!("{reference} {text}"));
        // A proof that comes before the executor's report leaves nothing to perform.
        wait_for(
            || format!("{moment} or an end"),
            || {
                let reached = desk.runtime().events(moment) > seen;
                (reached || desk.runtime().events(END) > ends).then_some(())
            },
        );
        desk.runtime.take().unwrap().kill();
        let missed = format!("missed {nth}");
        desk.phone.say(&format!("{reference} {missed}"));
        desk.start(&[]);
        desk.lab
            .wait_for_answer(&thread, &format!("echo: {missed}"));
        sent.extend([text, missed]);
    }
    // Each text has an end that the owner hears of, or hears that one may be missing.
    let phone = &desk.phone;
    let unsaid = || phone.mentions("(perhaps sent)");
    let ended = || phone.calls("· received") + phone.calls("· not confirmed") + unsaid();
    let answered = || phone.calls(" is done") + phone.calls("· not confirmed") + unsaid();
    wait_for(
        || format!("an end of every text: {} and {}", ended(), answered()),
        || (ended() >= sent.len() - 1 && answered() >= sent.len()).then_some(()),
    );
    let log = desk.stop();
    for kind in ["InboundReceived", "InstructionEnded"] {
        assert_eq!(count(&log, kind), sent.len() - 1, "{kind}");
    }
    let rollout = desk.lab.rollout(&thread);
    let told = user_texts(&rollout);
    let mut order = sent.iter();
    assert!(
        told.iter().all(|text| order.any(|next| next == text)),
        "{told:?}"
    );
    let unconfirmed = desk.phone.calls("· not confirmed");
    assert_eq!(told.len() + unconfirmed, sent.len(), "{told:?}");
    for text in &sent {
        assert!(desk.phone.calls(&format!("echo: {text}")) <= 1, "{text}");
    }
}

fn payload(nth: usize) -> String {
    let thread = format!("01a203cb-6906-7a82-8fcb-{nth:012}");
    let turn = format!("01a203cb-6907-7a82-8fcb-{nth:012}");
    json!({
        "type": "agent-turn-complete", "thread-id": thread, "turn-id": turn, "cwd": "/",
        "input-messages": ["x"], "last-assistant-message": format!("answer {nth}"),
    })
    .to_string()
}

fn finish(children: Vec<Child>) {
    for child in children {
        assert_succeeded(&child.wait_with_output().unwrap());
    }
}

#[test]
fn a_hundred_notifies_at_once_are_all_kept() {
    let Some(mut desk) = Desk::unattended(|_| {}) else {
        return;
    };
    let all = |from: usize| (from..from + 100).map(payload);
    finish(all(0).map(|one| notify(&desk.lab, &one)).collect());
    desk.start(&[]);
    finish(all(100).map(|one| notify(&desk.lab, &one)).collect());
    let odd = [
        "",
        "{",
        "[]",
        "null",
        &format!("{{\"thread-id\":\"{}\"}}", "x".repeat(70_000)),
    ];
    finish(odd.map(|one| notify(&desk.lab, one)).into());
    let inbox = desk
        .lab
        .codex_home()
        .join("imessage-control-plane/inbox/new");
    let left = || fs::read_dir(&inbox).map_or(0, Iterator::count);
    wait_for(
        || format!("an empty inbox, not {}", left()),
        || (left() == 0).then_some(()),
    );
    desk.runtime.take().unwrap().stop();
    let log = exported(&desk.lab, &desk.phone);
    let received = log.iter().filter(|entry| entry["kind"] == "NotifyReceived");
    let mut threads: Vec<&Value> = received
        .map(|entry| &entry["event"]["told"]["Ok"]["session"])
        .filter(|thread| thread.as_str().is_some_and(|id| id.starts_with("01a203cb")))
        .collect();
    assert_eq!(threads.len(), 200);
    threads.sort_by_key(|thread| thread.as_str());
    threads.dedup();
    assert_eq!(threads.len(), 200);
}
