//! A log that an older version of this program wrote means today what it meant then.
//!
//! `tests/fixtures/log/vN` is what the program left behind when it was killed while a
//! demo ran; `src/store/tests/older.rs` opens it.

use crate::meaning::{meaning, owed};
use control_plane::runtime::each_entry_of;
use control_plane::store::look;
use events::event::{InstructionEnd, Rule};
use events::{Envelope, Event, Seq};
use projections::{Machine, State, check};
use std::ops::ControlFlow;
use std::path::Path;

fn written_by(version: &str) -> Vec<Envelope> {
    let state = Path::new("tests/fixtures/log").join(version);
    let mut entries = Vec::new();
    look(&state, |entry, _| {
        entries.push(entry);
        ControlFlow::Continue(())
    })
    .expect("it is whole");
    entries
}

fn folded(entries: &[Envelope]) -> State {
    let mut machine = Machine::default();
    machine.commit(entries);
    machine.state().clone()
}

fn rules(entries: &[Envelope]) -> Vec<Rule> {
    let rule = |entry: &Envelope| {
        let Event::RoutingDecided(decided) = &entry.event else {
            return None;
        };
        Some(decided.rule)
    };
    entries.iter().filter_map(rule).collect()
}

#[test]
fn the_log_of_version_1_means_what_it_meant() {
    let entries = written_by("v1");
    assert_eq!(
        rules(&entries),
        [
            Rule::NewSession,
            Rule::Control,
            Rule::Ambiguous,
            Rule::Ambiguous,
            Rule::Named,
            Rule::OnlyAsking,
            Rule::NoMatch,
            Rule::Named,
        ]
    );
    let state = folded(&entries);
    assert_eq!(check::violations(&state), Vec::<String>::new());
    assert_eq!(state.last, Seq(125));
    let owners = state.sessions.owners();
    let names: Vec<_> = owners.iter().map(|(_, session)| session.name()).collect();
    assert_eq!(names, ["api", "api-server"]);
    let ended = &state.dispatches.ended;
    let ends: Vec<_> = ended.iter().map(|ended| ended.end).collect();
    assert_eq!(ends, [InstructionEnd::Delivered; 3]);
    assert_eq!(state.ledger.settled, [15, 0, 0, 0]);
    assert_eq!(state.outbox.closed.len(), 12);
    assert!(state.running, "it was killed");
}

/// Each release adds a log of its own (docs/releasing.md); none is ever changed.
#[test]
fn the_log_of_every_release_means_what_it_meant_and_owes_nothing() {
    let mut logs = 0;
    for entry in std::fs::read_dir("tests/fixtures/log").expect("fixtures") {
        let path = entry.expect("readable").path();
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let Some(version) = name.strip_suffix(".jsonl.zst") else {
            continue;
        };
        let mut log = Vec::new();
        each_entry_of(&path, &mut |entry| {
            log.push(entry);
            true
        })
        .unwrap_or_else(|error| panic!("the log of {version}: {error:?}"));
        assert_eq!(owed(&Machine::from(folded(&log))), Vec::<String>::new());
        let meant = path.with_file_name(format!("{version}.txt"));
        let meant = std::fs::read_to_string(meant).expect("what it meant");
        assert_eq!(meaning(&log), meant, "the log of version {version}");
        logs += 1;
    }
    assert!(logs > 0);
}
