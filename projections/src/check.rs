//! What must hold of every State. A violation is a fault of this program or of
//! its disk, in a sentence for a bug report.

use crate::ledger::Stage;
use crate::state::State;
use events::Command;
use events::event::Deadline;
use std::collections::BTreeSet;

/// All that does not hold.
pub fn violations(state: &State) -> Vec<String> {
    let mut found: Vec<String> = state
        .anomalies
        .iter()
        .map(|a| format!("event {}: {}", a.seq, a.what))
        .collect();
    one_begun_per_lane(state, &mut found);
    proof_is_awaited(state, &mut found);
    notices_and_commands_agree(state, &mut found);
    refs_agree(state, &mut found);
    found
}

fn one_begun_per_lane(state: &State, found: &mut Vec<String>) {
    let mut lanes = BTreeSet::new();
    let begun = state
        .ledger
        .open
        .iter()
        .filter(|(_, entry)| entry.stage == Stage::Started);
    for (id, entry) in begun {
        if !lanes.insert(entry.command.lane()) {
            found.push(format!(
                "command {id} was begun while another of its lane ran"
            ));
        }
    }
}

fn proof_is_awaited(state: &State, found: &mut Vec<String>) {
    let performed = state
        .ledger
        .open
        .iter()
        .filter(|(_, entry)| matches!(entry.stage, Stage::Performed(_)));
    for (id, _) in performed {
        if !state.deadlines.contains(&Deadline::Proof(*id)) {
            found.push(format!("command {id} waits for its proof without end"));
        }
    }
}

fn notices_and_commands_agree(state: &State, found: &mut Vec<String>) {
    for (seq, notice) in &state.outbox.open {
        let Some(id) = notice.sending else { continue };
        let mine = state
            .ledger
            .open
            .get(&id)
            .is_some_and(|e| matches!(&e.command, Command::SendMessage(s) if s.notice == *seq));
        if !mine {
            found.push(format!(
                "notice {seq} is being sent by command {id}, which is not open"
            ));
        }
    }
}

fn refs_agree(state: &State, found: &mut Vec<String>) {
    for (reference, id) in &state.sessions.by_ref {
        let known = state
            .sessions
            .get(id)
            .is_some_and(|session| session.reference == *reference);
        if !known {
            found.push(format!("ref @{reference} names no session"));
        }
    }
    if state.sessions.by_ref.len() != state.sessions.by_id.len() {
        found.push("sessions and refs are not one to one".into());
    }
}
