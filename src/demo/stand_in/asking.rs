//! An approval of the stand-in. Where it has a screen, a modal asks and keys answer;
//! without one its own background server asks. It never runs what was approved.

use super::keys::Key;
use super::turn::{Approval, Decision};
use crate::demo::app_server::{Done, Server};
use serde_json::json;
use std::io;
use std::path::Path;
use tokio::runtime::Runtime;

/// The background server of a session without a screen.
pub(super) struct Served {
    // Dropped in this order: the server's tasks run on the other.
    server: Server,
    tasks: Runtime,
    asked: u64,
}

impl Served {
    pub(super) fn start(home: &Path) -> io::Result<Self> {
        let tasks = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()?;
        let entered = tasks.enter();
        // Whoever is killed leaves nothing outside of this home.
        let place = tempfile::Builder::new().prefix("as").tempdir_in(home)?;
        let server = Server::start_in(home, place)?;
        drop(entered);
        Ok(Self {
            server,
            tasks,
            asked: 0,
        })
    }

    /// The thread is loaded only while it asks: what else is said to it comes by `queue`.
    pub(super) fn ask(&mut self, thread: &str, turn: &str, cwd: &str, approval: &Approval) {
        let _entered = self.tasks.enter();
        self.server.thread(thread, false);
        self.server.work(thread, Some(turn));
        let params = json!({
            "kind": "command", "turnId": turn, "itemId": approval.call, "startedAtMs": 0,
            "command": approval.command, "cwd": cwd, "reason": approval.reason,
            "availableDecisions": ["accept", "cancel"],
        });
        let method = "item/commandExecution/requestApproval";
        self.asked = self.server.ask(thread, method, params);
    }

    /// What was said to it, once something was.
    pub(super) fn decided(&self, thread: &str) -> Option<Decision> {
        let done = self.server.done();
        let decided = done.iter().find_map(|done| match done {
            Done::Answered(id, said) if *id == self.asked => {
                Some(match said["decision"].as_str() {
                    Some("accept") => Decision::Allowed,
                    Some("decline") => Decision::Refused,
                    _ => Decision::Stopped,
                })
            }
            Done::Answered(..) | Done::Called(..) => None,
        })?;
        let _entered = self.tasks.enter();
        self.server.work(thread, None);
        self.server.unload(thread);
        Some(decided)
    }
}

/// What a key says to the modal.
pub(super) fn chosen(key: &Key) -> Option<Decision> {
    match key {
        Key::Enter => Some(Decision::Allowed),
        Key::Escape | Key::Interrupt => Some(Decision::Stopped),
        Key::Text(text) => match text.as_str() {
            "1" | "y" => Some(Decision::Allowed),
            "2" | "n" => Some(Decision::Stopped),
            _ => None,
        },
        Key::Backspace => None,
    }
}

/// The modal, in the words of Codex.
pub(super) fn modal(approval: &Approval) -> Vec<String> {
    let lines = [
        "  Would you like to run the following command?",
        "",
        &format!("  Reason: {}", approval.reason),
        "",
        &format!("  $ {}", approval.command),
        "",
        "› 1. Yes, proceed (y)",
        "  2. No, and tell Codex what to do differently (esc)",
        "",
        "  Press enter to confirm or esc to cancel",
    ];
    lines.map(str::to_owned).into()
}
