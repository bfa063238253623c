//! A log that an older version of this program wrote still opens and means the same.
//!
//! `tests/fixtures/log/vN` is what the program left behind when it was killed while a
//! demo ran: both copies and the mark. A fixture is never changed; a release whose log
//! is another gets one of its own.

use super::recovery::copied;
use super::{SledLog, append, read, said};
use crate::store::{Checked, verify};
use events::event::{InstructionEnd, Rule};
use events::{Envelope, Event, Seq};
use projections::{Machine, State, check};
use std::fs;
use std::path::Path;

fn fixture(version: &str) -> tempfile::TempDir {
    copied(&Path::new("tests/fixtures/log").join(version))
}

fn folded(entries: &[Envelope]) -> State {
    let mut machine = Machine::default();
    machine.commit(entries);
    machine.state().clone()
}

#[test]
fn the_log_of_version_1_opens_and_goes_on() {
    for lost in [None, Some("log"), Some("journal")] {
        let state = fixture("v1");
        let found = verify(state.path()).unwrap();
        assert!(found.is_whole(), "{found:?}");
        let size = |copy: &Checked| (copy.entries, copy.files, copy.bytes);
        assert_eq!(size(&found.sled), (125, 2, 67_459));
        assert_eq!(size(&found.journal), (125, 1, 23_117));
        if let Some(copy) = lost {
            fs::remove_dir_all(state.path().join(copy)).unwrap();
        }
        let mut log = SledLog::open(state.path()).unwrap();
        assert_eq!(read(&log, 1).unwrap().len(), 125, "without {lost:?}");
        append(&mut log, vec![said("it goes on".into())]);
        drop(log);
        let verified = verify(state.path()).unwrap();
        assert!(verified.is_whole(), "{verified:?}");
        assert_eq!(verified.sled.entries, 126);
    }
}

#[test]
fn the_log_of_version_1_means_what_it_meant() {
    let state = fixture("v1");
    let entries = read(&SledLog::open(state.path()).unwrap(), 1).unwrap();
    let rules = entries.iter().filter_map(|entry| {
        let Event::RoutingDecided(decided) = &entry.event else {
            return None;
        };
        Some(decided.rule)
    });
    let rules: Vec<_> = rules.collect();
    let state = folded(&entries);
    assert_eq!(check::violations(&state), Vec::<String>::new());
    assert_eq!(state.last, Seq(125));
    assert_eq!(
        rules,
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
    let names: Vec<_> = state
        .sessions
        .owners()
        .iter()
        .map(|(_, s)| s.name())
        .collect();
    assert_eq!(names, ["api", "api-server"]);
    let ends: Vec<_> = state
        .dispatches
        .ended
        .iter()
        .map(|ended| ended.end)
        .collect();
    assert_eq!(ends, [InstructionEnd::Delivered; 3]);
    assert_eq!(state.ledger.settled, [15, 0, 0, 0]);
    assert_eq!(state.outbox.closed.len(), 12);
    assert!(state.running, "it was killed");
}
