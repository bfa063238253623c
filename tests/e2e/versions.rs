//! What works with the Codex at hand, whichever version it is: `scripts/codex-versions`
//! runs this with each and makes a table of the lines that begin with `found:`.

use std::ffi::OsStr;

use serde_json::Value;

use crate::desk::Desk;

/// A turn is told, and an answer from the phone arrives or is refused with a reason.
#[test]
fn what_works_with_this_codex() {
    let Some(mut desk) = Desk::new() else { return };
    let native = desk.lab.programs.native.clone();
    let command = [native.as_os_str(), OsStr::new("--"), OsStr::new("by hand")];
    let _pane = desk.lab.pane(&command);
    let notice = desk.phone.wait_for("done", "echo: by hand");
    found("the end of a turn", "told");

    desk.phone.reply(&notice, "from the phone");
    desk.runtime().wait_for_event("InstructionEnded", 1);
    let log = desk.stop();
    let end = contents(&log, "InstructionEnded")[0]["end"].clone();
    let records = desk.lab.rollout(&desk.lab.only_thread());
    let answered = |record: &Value| record.to_string().contains("echo: from the phone");
    let delivered = end == "Delivered";
    assert_eq!(delivered, records.iter().any(answered));
    let way = if delivered {
        way(&log)
    } else {
        "refused, and said so"
    };
    found("words from the phone", way);
    let unknown = contents(&log, "ShapeUnknown");
    let lost = unknown
        .iter()
        .filter(|shape| shape["effect"] == "Deaf")
        .count();
    assert_eq!(lost, 0, "{unknown:#?}");
    let kinds: Vec<_> = unknown
        .iter()
        .filter_map(|shape| shape["kind"].as_str())
        .collect();
    let kinds = if kinds.is_empty() {
        "none".to_owned()
    } else {
        kinds.join(", ")
    };
    found("records that are not known", &kinds);
}

/// By which way the words went in.
fn way(log: &[Value]) -> &'static str {
    let performed = contents(log, "CommandPerformed");
    let how = |event: &Value| event["performed"]["how"].to_string();
    let hows: Vec<_> = performed.iter().map(how).collect();
    let any = |name: &str| hows.iter().any(|how| how.contains(name));
    if any("Typed") || any("Steered") {
        "typed into the pane"
    } else if any("Queued") {
        "through Codex's queue"
    } else if any("Resumed") {
        "by a resumed session"
    } else {
        "through the background server"
    }
}

fn contents(log: &[Value], kind: &str) -> Vec<Value> {
    let own = log.iter().filter(|entry| entry["kind"] == kind);
    own.map(|entry| entry["event"].clone()).collect()
}

fn found(what: &str, how: &str) {
    eprintln!("found: {what}: {how}");
}
