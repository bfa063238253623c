//! Calls of Codex's background server that begin, steer or stop a turn, and how they fail: the
//! server hangs, the connection breaks before or behind the call, or nothing is answered in time.

use super::approvals::Reply;
use super::codex::Put;
use super::disk::Bug;
use super::hands::{TMUX, failed, performed, put, timed_out};
use super::names;
use super::story::{Keys, S, Server};
use super::world::World;
use events::command::{Instruction, InterruptTurn, InterruptWay, StartTurn, SteerTurn};
use events::outcome::{Doubt, Failure, How, Screen};
use events::{CommandId, Report, SessionId, Text, TurnId};

/// How long the server may take to say what a session does.
const LOOK: u64 = 1_500;
/// How long it may take over what it is told to do.
const ACT: u64 = 10_000;
const SERVER: &str = "Codex's background server";

impl World {
    /// The session, where the connection of the command still holds and the server answers;
    /// and what its next answer meets.
    fn by_server(
        &mut self,
        generation: u64,
        session: &SessionId,
    ) -> Result<(S, Option<Server>), (u64, Report)> {
        let (after, no_link, _) = Self::no_link();
        let found = self.find(session);
        let s = found.filter(|_| self.link == Some(generation) && self.server.runs);
        let Some(s) = s else {
            return Err((after, no_link));
        };
        match self.server.replies.pop_front() {
            Some(Server::Hangs) => Err((LOOK, no_link)),
            fate => Ok((s, fate)),
        }
    }

    /// The same, for words: what waits for an answer takes none.
    fn takes_words(
        &mut self,
        generation: u64,
        c: &Instruction,
    ) -> Result<(S, Option<Server>), (u64, Report)> {
        let (s, fate) = self.by_server(generation, &c.session)?;
        if self.sessions[s].asks_modally() || self.up_in(s).is_some() {
            return Err((5, failed(Failure::PromptUp)));
        }
        Ok((s, fate))
    }

    /// A call that changes something, and what is known of it afterwards.
    fn called(&mut self, fate: Option<Server>, how: How, act: impl FnOnce(&mut Self)) -> Reply {
        let broke_off = Doubt::BrokeOff {
            program: SERVER.into(),
            code: 0,
            message: Text::default(),
        };
        let acts = !matches!(fate, Some(Server::NotTakenUnsaid | Server::Ignores));
        if acts {
            act(self);
        }
        match fate {
            Some(Server::NotTakenUnsaid | Server::TakenUnsaid) => {
                self.link_lost(2000);
                (10, performed(how, Some(broke_off)), acts)
            }
            Some(Server::ActsUnsaid | Server::Ignores) => {
                (ACT, performed(how, Some(timed_out(SERVER))), acts)
            }
            _ => (10, performed(how, None), acts),
        }
    }

    pub(super) fn start_by_server(&mut self, id: CommandId, c: &StartTurn) -> Reply {
        let (s, fate) = match self.takes_words(c.generation, &c.instruction) {
            Ok(found) => found,
            Err((after, report)) => return (after, report, false),
        };
        if self.sessions[s].turn.is_some() {
            return (5, failed(Failure::TurnRuns), false);
        }
        let turn = names::turn(s, self.sessions[s].turns);
        let how = How::TurnStarted { turn: Some(turn) };
        let put = named(id, &c.instruction);
        self.called(fate, how, |world| world.start_turn(s, put))
    }

    pub(super) fn steer_by_server(&mut self, id: CommandId, c: &SteerTurn) -> Reply {
        let (s, fate) = match self.takes_words(c.generation, &c.instruction) {
            Ok(found) => found,
            Err((after, report)) => return (after, report, false),
        };
        if self.sessions[s].turn.as_ref() != Some(&c.turn) {
            return (5, failed(Failure::NoTurn), false);
        }
        let put = named(id, &c.instruction);
        self.called(fate, How::TurnSteered, |world| {
            world.sessions[s].steered.push_back(put);
        })
    }

    /// The owner stops a turn from the phone.
    pub(super) fn stop(&mut self, id: CommandId, c: &InterruptTurn) -> Reply {
        match c.way {
            InterruptWay::AppServer { generation } => self.stop_by_server(id, c, generation),
            InterruptWay::Keys { .. } => self.stop_by_key(c),
        }
    }

    fn stop_by_server(&mut self, id: CommandId, c: &InterruptTurn, generation: u64) -> Reply {
        let (s, fate) = match self.by_server(generation, &c.session) {
            Ok(found) => found,
            Err((after, report)) => return (after, report, false),
        };
        let any = self.planted == Some(Bug::StopsAnyTurn);
        let meant = |turn: &TurnId| any || c.turn.as_ref().is_none_or(|named| named == turn);
        let running = self.sessions[s].turn.clone().filter(meant);
        let Some(turn) = running else {
            return (5, failed(Failure::NoTurn), false);
        };
        self.called(fate, How::InterruptAsked, |world| {
            world.stopped.insert(id, turn);
            world.interrupted(s);
        })
    }

    /// Escape, where the pane shows something that it ends.
    fn stop_by_key(&mut self, c: &InterruptTurn) -> Reply {
        let (s, screen) = match self.look(&c.session) {
            Ok(found) => found,
            Err(report) => return (30, report, false),
        };
        let pane = names::pane(self.sessions[s].pane);
        match screen {
            Screen::Working | Screen::Approval { .. } | Screen::Question { .. } => {}
            Screen::Composer { .. } => return (30, failed(Failure::NoTurn), false),
            screen => return (30, failed(Failure::NotReady { pane, screen }), false),
        }
        let keys = self.keys.pop_front();
        keys.inspect(|keys| self.marks.hit(super::marks::keys(*keys)));
        let pressed = !matches!(keys, Some(Keys::Dropped | Keys::TimedOutNothing));
        if pressed {
            self.interrupted(s);
        }
        let hung = matches!(keys, Some(Keys::TimedOutNothing | Keys::TimedOutTyped));
        let (after, doubt) = if hung {
            (TMUX, Some(timed_out("tmux")))
        } else {
            (60, None)
        };
        (after, performed(How::EscapePressed(pane), doubt), pressed)
    }

    /// The turn ends, and what waited to steer it is submitted at once.
    pub(super) fn interrupted(&mut self, s: S) {
        let now = self.now;
        let session = &mut self.sessions[s];
        session.interrupt(now);
        if let Some(put) = session.steered.pop_front() {
            self.start_turn(s, put);
        }
    }
}

/// Words with the name that the command gives them.
fn named(id: CommandId, instruction: &Instruction) -> Put {
    Put {
        client: Some(id.to_string()),
        ..put(instruction)
    }
}
