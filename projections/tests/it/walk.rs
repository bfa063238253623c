//! Long walks of everything that can happen, in any order. The world checks
//! after each step that no invariant is broken and that replay agrees; here, that
//! no command is begun twice and that all ends well once the faults stop.

use crate::support::{World, pane, settings};
use events::event::QuestionKind;
use events::outcome::{Doubt, Evidence, Failure, How, Screen};
use events::{Command, CommandId, Outcome, SessionId};
use proptest::prelude::*;
use std::collections::BTreeSet;

struct Walk {
    world: World,
    sessions: Vec<SessionId>,
    begun: BTreeSet<CommandId>,
    running: Vec<(CommandId, Command)>,
    sending: Vec<(CommandId, String)>,
    turns: u32,
}

const WORDS: [&str; 14] = [
    "list",
    "help",
    "go on",
    "2",
    "1.2",
    "@api go",
    "@web go",
    "@old go",
    "status api",
    "new api: x",
    "new y",
    "stop",
    "red",
    "9",
];

impl Walk {
    fn new() -> Self {
        let mut world = World::with(settings());
        let sessions = vec![world.session(1, "/srv/api"), world.session(2, "/srv/web")];
        Self {
            world,
            sessions,
            begun: BTreeSet::new(),
            running: Vec::new(),
            sending: Vec::new(),
            turns: 0,
        }
    }

    fn step(&mut self, what: u8, which: u8) {
        let session = self.sessions[usize::from(which) % self.sessions.len()].clone();
        let word = WORDS[usize::from(which) % WORDS.len()];
        self.turns += u32::from(what == 2);
        let turn = format!("t{}", self.turns);
        match what {
            0 | 1 => drop(self.world.says(word)),
            2 => self.world.turn(&session, &turn),
            3 => drop(self.world.ends(&session, &turn, "done")),
            4 => drop(self.world.notify_end(&session, &turn, "done")),
            5 => self
                .world
                .asks(&session, &turn, QuestionKind::Modal, &["red", "blue"]),
            6 => self
                .world
                .asks(&session, &turn, QuestionKind::Async, &["red", "blue"]),
            7 => drop(self.world.user(&session, word)),
            8 => drop(self.world.pass(u64::from(which) * 1000)),
            9 | 10 => self.begin(),
            11 | 12 => self.report(which),
            13 => self.row(which),
            14 => drop(self.world.boot(settings())),
            _ => drop(self.world.model(&session, "on it")),
        }
    }

    fn begin(&mut self) {
        if let Some((id, text)) = self.world.next_send() {
            assert!(self.begun.insert(id), "{id} was begun twice");
            self.sending.push((id, text));
        }
        if let Some((id, command)) = self.world.next_work() {
            assert!(self.begun.insert(id), "{id} was begun twice");
            self.running.push((id, command));
        }
    }

    fn report(&mut self, which: u8) {
        let doubt = Doubt::TimedOut {
            program: "x".into(),
        };
        if let Some((id, _)) = self.sending.get(usize::from(which) % 3).cloned() {
            match which % 4 {
                0 => self.world.settled(
                    id,
                    Outcome::Failed(Failure::Target {
                        code: -1728,
                        message: "x".into(),
                    }),
                ),
                1 => self.world.settled(id, Outcome::Unknown(doubt.clone())),
                _ => self.world.performed(id, How::Accepted),
            };
        }
        let Some((id, command)) = self.running.pop() else {
            return;
        };
        let screen = [
            Screen::Working,
            Screen::Shell,
            Screen::Composer { draft: true },
        ][usize::from(which) % 3]
            .clone();
        match (which % 5, command) {
            (0, _) => self.world.settled(
                id,
                Outcome::Failed(Failure::NotReady {
                    pane: pane(),
                    screen,
                }),
            ),
            (1, _) => self.world.settled(id, Outcome::Unknown(doubt)),
            (_, Command::StartSession(_)) => {
                let evidence = Evidence::Running {
                    session: self.sessions[0].clone(),
                    pane: pane(),
                    cwd: "/".into(),
                };
                self.world.settled(id, Outcome::Done(evidence))
            }
            (2, _) => self.world.performed(id, How::Queued),
            (3, _) => self.world.performed(id, How::Steered(pane())),
            (_, _) => self.world.performed(id, How::Typed(pane())),
        };
    }

    fn row(&mut self, which: u8) {
        let Some((_, text)) = self.sending.pop() else {
            return;
        };
        let mut row = self.world.self_row(&text, which.is_multiple_of(2));
        row.sent = true;
        row.error = i64::from(which.is_multiple_of(7));
        self.world.take(row);
    }

    /// No more faults: what is owed is done, and time passes.
    fn calm(&mut self) {
        for _ in 0..400 {
            self.world.send_all();
            if let Some((id, _)) = self.world.next_work() {
                self.world
                    .settled(id, Outcome::Failed(Failure::NoPane { why: "x".into() }));
            }
            match self.world.machine.next_deadline() {
                Some((at, _)) => {
                    let wait = at.0.saturating_sub(self.world.now.tick.0);
                    self.world.pass(wait);
                }
                None if self.world.machine.owed().is_empty() => break,
                None => {}
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, max_shrink_iters: 2000, ..ProptestConfig::default() })]
    #[test]
    fn everything_comes_to_an_end(steps in proptest::collection::vec((0u8..16, 0u8..60), 1..80)) {
        let mut walk = Walk::new();
        for (what, which) in steps {
            walk.step(what, which);
        }
        // What was begun and never reported was interrupted: a restart says so.
        walk.world.boot(settings());
        walk.calm();
        let state = walk.world.machine.state();
        prop_assert!(state.ledger.open.is_empty(), "{:#?}", state.ledger.open);
        prop_assert!(state.outbox.open.is_empty(), "{:#?}", state.outbox.open);
        prop_assert!(state.dispatches.lanes.is_empty(), "{:#?}", state.dispatches);
        prop_assert!(state.dispatches.starting.is_empty());
        prop_assert!(state.deadlines.is_empty(), "{:#?}", state.deadlines);
    }
}
