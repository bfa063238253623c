//! What a log means, in lines that no later version writes otherwise: the fingerprint of State
//! belongs to one version of the reducers, this belongs to the log.

use events::{Digest, Envelope, upcast};
use projections::{Machine, check};
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// The lines, and their fingerprint as the last one.
pub(crate) fn meaning(log: &[Envelope]) -> String {
    let mut machine = Machine::default();
    machine.commit(log);
    let state = machine.state();
    let mut out = format!("entries: {}\n", state.last);
    let mut kinds: BTreeMap<&str, usize> = BTreeMap::new();
    for entry in log {
        *kinds.entry(upcast::kind(&entry.event).name).or_default() += 1;
    }
    for (kind, count) in kinds {
        let _ = writeln!(out, "{kind}: {count}");
    }
    for (id, session) in &state.sessions.by_id {
        let what = projections::routing::state_of(session);
        let _ = writeln!(
            out,
            "session {id}: @{}, {:?}, {what}, {} turns ended",
            session.reference,
            session.name(),
            session.ended.len()
        );
    }
    let _ = writeln!(out, "commands settled: {:?}", state.ledger.settled);
    for closed in state.outbox.closed.iter() {
        let _ = writeln!(out, "text {}: {:?}", closed.notice, closed.end);
    }
    for ended in state.dispatches.ended.iter() {
        let _ = writeln!(out, "instruction {}: {:?}", ended.inbound, ended.end);
    }
    for past in state.prompts.closed.iter() {
        let _ = writeln!(out, "prompt {}: {:?}", past.prompt, past.how);
    }
    let _ = writeln!(out, "newest row: {:?}", state.newest_row());
    for what in owed(&machine) {
        let _ = writeln!(out, "owed: {what}");
    }
    for wrong in check::violations(state) {
        let _ = writeln!(out, "violated: {wrong}");
    }
    let digest = Digest::of(&out);
    let _ = writeln!(out, "digest: {digest:?}");
    out
}

/// What is still to be done, to be proven or to be answered.
pub(crate) fn owed(machine: &Machine) -> Vec<String> {
    let state = machine.state();
    let commands = state.ledger.open.keys().map(|id| format!("command {id}"));
    let texts = state.outbox.open.keys().map(|seq| format!("text {seq}"));
    let lanes = state.dispatches.lanes.keys();
    let lanes = lanes.map(|id| format!("an instruction for {id}"));
    commands.chain(texts).chain(lanes).collect()
}
