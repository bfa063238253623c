//! Samples of what turns did.

use super::ids::{session, turn};
use crate::event::{Commit, Event, FailedCommand, FileWork, TestRun, TurnWork, TurnWorked};

pub(super) fn events() -> Vec<Event> {
    let full = TurnWork {
        files: vec![FileWork {
            path: "src/main.rs".into(),
            added: 12,
            removed: 3,
        }],
        more_files: 2,
        ran: 5,
        failed: vec![FailedCommand {
            command: "cargo test".into(),
            exit: 101,
        }],
        tests: Some(TestRun {
            passed: 11,
            failed: 1,
        }),
        commits: vec![Commit {
            hash: "1a2b3c4".into(),
            subject: "Fix the parser".into(),
        }],
        links: vec!["https://github.com/owner/api/pull/7".into()],
        millis: 252_000,
        tokens: 31_000,
    };
    let worked = |turn, work| {
        Event::TurnWorked(TurnWorked {
            session: session(),
            offset: 4_096,
            turn,
            work,
        })
    };
    vec![
        worked(Some(turn()), full),
        worked(None, TurnWork::default()),
    ]
}
