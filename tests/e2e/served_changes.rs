//! Name, model and compaction of a session in the real background server.

use crate::desk::{Desk, count};
use crate::lab::Agent;

#[test]
fn a_served_session_is_renamed_compacted_and_given_another_model() {
    let Some(mut desk) = Desk::new() else { return };
    let codex = desk.lab.programs.codex.clone();
    let pane = desk.codex(&codex, Agent::Daemon);
    let (thread, notice) = desk.prompted(&pane, "by hand");
    desk.runtime().wait_for_event("AppServerLinkChanged", 1);
    let reference = notice.reference().to_owned();
    desk.phone.say(&format!("rename {reference} login fix"));
    desk.phone.wait_for("renamed", "in Codex too");
    // Codex itself has it: it stands where Codex keeps its names.
    let names = std::fs::read_to_string(desk.lab.codex_home().join("session_index.jsonl")).unwrap();
    let newest = names.lines().rfind(|line| line.contains(&thread)).unwrap();
    assert!(newest.contains("\"login fix\""), "{names}");
    desk.phone.say(&format!("/model {reference} no-such-model"));
    let refused = desk
        .phone
        .wait_for("not changed", "does not list that model");
    let model = refused.body().split("It lists: ").nth(1).unwrap();
    let model = model.split([',', '.', ' ']).next().unwrap().to_owned();
    assert!(!model.is_empty(), "{}", refused.text);
    desk.phone.say(&format!("{reference} /effort high"));
    desk.phone.wait_for("effort", "effort high");
    desk.phone.say(&format!("/compact {reference}"));
    desk.phone.wait_for("compacting", "Compaction began.");
    desk.lab.wait_for_record(&thread, "a compaction", |record| {
        record["type"] == "compacted" || record["payload"]["type"] == "context_compacted"
    });
    drop(pane);
    let log = desk.stop();
    assert_eq!(count(&log, "SessionLabelled"), 1);
    let asked = log
        .iter()
        .filter(|e| e["event"].to_string().contains("\"Manage\""));
    assert_eq!(asked.count(), 4);
    let told = serde_json::to_string(&desk.lab.rollout(&thread)).unwrap();
    assert!(!told.contains("no-such-model") && !told.contains("/compact"));
}
