//! What executors do to the world, and what they say about it. They report as
//! the real ones do: certain only where nothing can have happened.

use super::codex::{Put, Session};
use super::files::Said;
use super::marks;
use super::names;
use super::story::{Fate, Keys, Kind, Proof, Queue, S, Shows, Starts};
use super::world::{Effect, Happening, World};
use events::command::{Instruction, OpenSession, StartSession, TypeInstruction};
use events::outcome::{Doubt, Evidence, Failure, How, Performed, Screen};
use events::{Command, CommandId, Outcome, Report, SessionId, Text, Wall};

/// How long osascript may take.
const OSASCRIPT: u64 = 30_000;
/// How long tmux and Codex may take.
pub(super) const TMUX: u64 = 10_000;

pub(super) fn performed(how: How, doubt: Option<Doubt>) -> Report {
    Report::Performed(Performed { how, doubt })
}

pub(super) const fn failed(failure: Failure) -> Report {
    Report::Settled(Outcome::Failed(failure))
}

pub(super) fn timed_out(program: &str) -> Doubt {
    Doubt::TimedOut {
        program: program.into(),
    }
}

impl World {
    /// A command is carried out, as far as the world lets it.
    pub(super) fn effect(&mut self, id: CommandId, command: &Command) -> (u64, Report) {
        let effects = self.effects.len();
        self.effects.push(Effect {
            id,
            command: command.clone(),
            reached: false,
        });
        let (after, report, reached) = match command {
            Command::SendMessage(send) => self.osascript(id, &Said::Words(send.text.clone())),
            Command::TypeInstruction(typed) => self.type_in(typed),
            Command::PressEnter(typed) => self.press_enter(typed),
            Command::ChooseOptions(c) => self.choose(&c.session),
            Command::AnswerWithNotes(c) => self.choose(&c.choose.session),
            Command::QueueInstruction(i) => self.queue(i),
            Command::ResumeSession(i) => self.resume(i),
            Command::StartSession(start) => self.start(start),
            Command::OpenSession(open) => self.reopen(open),
            Command::Manage(_) => (1, Report::Settled(Outcome::Done(Evidence::Managed)), true),
            Command::CopyOut(copy) => self.copy_out(id, copy),
            Command::SendFile(send) => self.send_file(id, send),
            Command::RemoveFiles(remove) => self.remove_files(remove),
            Command::GivePictures(give) => self.give_pictures(id, give),
            Command::Look(look) => {
                let text = Text::from(format!("{} shows this", look.session));
                let seen = Evidence::Looked { text, left_out: 0 };
                (1, Report::Settled(Outcome::Done(seen)), true)
            }
            Command::AnswerPrompt(answer) => self.answer(id, answer),
            Command::StartTurn(c) => self.start_by_server(id, c),
            Command::SteerTurn(c) => self.steer_by_server(id, c),
            Command::InterruptTurn(c) => self.stop(id, c),
            // It takes more than one moment.
            Command::FetchFiles(_) => {
                let why = "it is begun elsewhere".into();
                (1, failed(Failure::NoLink { why }), false)
            }
        };
        if let Some(effect) = self.effects.get_mut(effects) {
            effect.reached = reached;
        }
        (after, report)
    }

    pub(super) fn osascript(&mut self, id: CommandId, said: &Said) -> (u64, Report, bool) {
        let fate = self.messages.fates.pop_front();
        fate.inspect(|fate| self.marks.hit(marks::fate(*fate)));
        let fate = fate.unwrap_or(Fate::RowAfter(80));
        let row = |world: &mut Self, after: u64| {
            // A row is dated when Messages takes the text, however late it is seen.
            let taken = if fate == Fate::TimeoutSentLater {
                after
            } else {
                0
            };
            let written = Wall(world.wall().0 + taken.cast_signed());
            let row = Happening::OurRow(id, said.clone(), fate, written);
            world.plan(world.now + after, row);
        };
        let accepted = || performed(How::Accepted, None);
        let hung = || performed(How::Accepted, Some(timed_out("osascript")));
        match fate {
            Fate::RowAfter(ms) => row(self, ms),
            Fate::Sms | Fate::Error22After(_) | Fate::Ghost | Fate::TextLate(_) => row(self, 80),
            Fate::TimeoutSent => row(self, 400),
            Fate::TimeoutSentLater => {
                self.blurred = true;
                row(self, OSASCRIPT + 3000);
            }
            Fate::BreaksOff { sent: true } => row(self, 100),
            _ => {}
        }
        match fate {
            Fate::RowAfter(_) | Fate::Sms | Fate::NoRow | Fate::TextLate(_) => {
                (150, accepted(), true)
            }
            Fate::NothingSent | Fate::Error22After(_) | Fate::Ghost => (150, accepted(), false),
            Fate::TimeoutSent | Fate::TimeoutSentLater => (OSASCRIPT, hung(), true),
            Fate::TimeoutNothing => (OSASCRIPT, hung(), false),
            Fate::Target => {
                let (code, message) = (-1728, "not found".into());
                (200, failed(Failure::Target { code, message }), false)
            }
            Fate::NotPermitted => (200, failed(Failure::NotPermitted { code: -1743 }), false),
            Fate::BreaksOff { sent } => {
                let doubt = Doubt::BrokeOff {
                    program: "osascript".into(),
                    code: -609,
                    message: Text::default(),
                };
                (200, performed(How::Accepted, Some(doubt)), sent)
            }
        }
    }

    pub(super) fn find(&self, id: &SessionId) -> Option<S> {
        self.sessions.iter().position(|s| s.id == *id)
    }

    /// What the session's pane shows, or why it is not to be used.
    pub(super) fn look(&mut self, id: &SessionId) -> Result<(S, Screen), Report> {
        let no_pane = |why: &str| failed(Failure::NoPane { why: why.into() });
        let s = self.find(id).ok_or_else(|| no_pane("nobody holds it."))?;
        let session = &self.sessions[s];
        match session.proof {
            Proof::Gone => {
                self.marks.hit("pane gone");
                return Err(no_pane("its pane is gone."));
            }
            Proof::Unproven => {
                self.marks.hit("pane not proven");
                return Err(no_pane("no pane is proven to hold it."));
            }
            Proof::Proven => {}
        }
        let screen = match session.shows {
            _ if !session.live => Screen::Shell,
            Shows::CopyMode => Screen::CopyMode,
            Shows::Approval => Screen::Approval {
                what: Text::from("rm -r build"),
            },
            Shows::Draft => Screen::Composer { draft: true },
            Shows::Composer if self.up_in(s).is_some() => Screen::Approval {
                what: Text::from("touch"),
            },
            Shows::Composer => match &session.asks {
                Some((_, _, options)) if session.asks_modally() => Screen::Question {
                    text: Text::from("Which way?"),
                    options: *options,
                    notes: false,
                },
                _ if session.unsubmitted.is_some() => Screen::Composer { draft: true },
                _ if session.turn.is_some() => Screen::Working,
                _ => Screen::Composer { draft: false },
            },
        };
        let covered = match session.shows {
            _ if !session.live => Some("Codex has quit"),
            Shows::CopyMode => Some("copy mode"),
            Shows::Approval => Some("approval in the way"),
            Shows::Draft => Some("draft in the way"),
            Shows::Composer => None,
        };
        covered.inspect(|mark| self.marks.hit(mark));
        Ok((s, screen))
    }

    fn type_in(&mut self, typed: &TypeInstruction) -> (u64, Report, bool) {
        let others = |s: &&Session| s.live && s.id != typed.instruction.session;
        let mut others = self.sessions.iter().filter(others);
        if others.any(|s| typed.hints.contains(&names::pane(s.pane))) {
            self.marks.hit("pane id reused");
        }
        let found = self.look(&typed.instruction.session);
        let (s, screen) = match found {
            Ok(found) => found,
            Err(report) => return (30, report, false),
        };
        let pane = names::pane(self.sessions[s].pane);
        let steers = typed.steer && screen == Screen::Working;
        if screen != (Screen::Composer { draft: false }) && !steers {
            return (30, failed(Failure::NotReady { pane, screen }), false);
        }
        let put = put(&typed.instruction);
        let how = if steers {
            How::Steered(pane)
        } else {
            How::Typed(pane)
        };
        let keys = self.keys.pop_front();
        keys.inspect(|keys| self.marks.hit(marks::keys(*keys)));
        let session = &mut self.sessions[s];
        match keys {
            Some(Keys::EnterLost) if !steers => session.unsubmitted = Some(put),
            Some(Keys::ModalPops) if !steers => {
                session.shows = Shows::Approval;
                return (60, performed(how, None), true);
            }
            Some(Keys::Dropped) => return (60, performed(how, None), false),
            Some(Keys::Quits) => {
                let now = self.now;
                session.interrupt(now);
                session.live = false;
                return (60, performed(how, None), true);
            }
            Some(Keys::TimedOutNothing) => {
                return (TMUX, performed(how, Some(timed_out("tmux"))), false);
            }
            _ if steers => session.steered.push_back(put),
            _ => self.start_turn(s, put),
        }
        if keys == Some(Keys::TimedOutTyped) {
            return (TMUX, performed(how, Some(timed_out("tmux"))), true);
        }
        (60, performed(how, None), true)
    }

    /// Enter, where our own text still stands; never a paste.
    fn press_enter(&mut self, typed: &TypeInstruction) -> (u64, Report, bool) {
        let Some(s) = self.find(&typed.instruction.session) else {
            let why = "nobody holds it.".into();
            return (30, failed(Failure::NoPane { why }), false);
        };
        let mine = put(&typed.instruction);
        let session = &mut self.sessions[s];
        let pane = names::pane(session.pane);
        if session.unsubmitted.as_ref() != Some(&mine) || session.shows != Shows::Composer {
            let screen = Screen::Composer { draft: false };
            return (30, failed(Failure::NotReady { pane, screen }), false);
        }
        session.unsubmitted = None;
        self.start_turn(s, mine);
        (60, performed(How::Pressed(pane), None), false)
    }

    fn choose(&mut self, id: &SessionId) -> (u64, Report, bool) {
        let (s, screen) = match self.look(id) {
            Ok(found) => found,
            Err(report) => return (30, report, false),
        };
        let pane = names::pane(self.sessions[s].pane);
        if !matches!(screen, Screen::Question { .. }) {
            return (30, failed(Failure::NotReady { pane, screen }), false);
        }
        self.answered(s);
        (60, performed(How::Chosen(pane), None), true)
    }

    fn queue(&mut self, instruction: &Instruction) -> (u64, Report, bool) {
        let Some(s) = self.find(&instruction.session) else {
            return (90, refused("codex queue"), false);
        };
        let behaviour = self.queue;
        marks::queue(behaviour).inspect(|mark| self.marks.hit(mark));
        match behaviour {
            Queue::Missing => {
                let what = "this Codex has no queue.".into();
                return (90, failed(Failure::Unsupported { what }), false);
            }
            Queue::RefusesNext => {
                self.queue = Queue::Works;
                return (90, refused("codex queue"), false);
            }
            Queue::TimesOutNext => self.queue = Queue::Works,
            Queue::Works => {}
        }
        let session = &mut self.sessions[s];
        session.queue.push_back(put(instruction));
        let look = if session.kind == Kind::Shared {
            100
        } else {
            9000
        };
        self.plan(self.now + look, Happening::QueueLook(s));
        if behaviour == Queue::TimesOutNext {
            let doubt = Some(timed_out("codex queue"));
            return (TMUX, performed(How::Queued, doubt), true);
        }
        (90, performed(How::Queued, None), true)
    }

    fn resume(&mut self, instruction: &Instruction) -> (u64, Report, bool) {
        let found = self.find(&instruction.session);
        let Some(s) = found.filter(|s| !self.sessions[*s].live) else {
            return (300, refused("codex exec resume"), false);
        };
        self.start_turn(s, put(instruction));
        (1500, performed(How::Resumed, None), true)
    }

    fn reopen(&mut self, open: &OpenSession) -> (u64, Report, bool) {
        let s = self.sessions.iter().position(|s| s.id == open.session);
        let Some((s, session)) = s.and_then(|s| Some((s, self.sessions.get_mut(s)?))) else {
            return (1, Report::Settled(Outcome::Unknown(Doubt::NoProof)), false);
        };
        let what = match (open.again, session.live) {
            // A look at what was begun before changes nothing.
            (true, false) => {
                return (
                    TMUX,
                    Report::Settled(Outcome::Unknown(Doubt::NoProof)),
                    false,
                );
            }
            (false, true) => {
                let what = "it is open already".into();
                return (100, failed(Failure::Unsupported { what }), false);
            }
            (true, true) => false,
            (false, false) => true,
        };
        (session.live, session.proof, session.shows) = (true, Proof::Proven, Shows::Composer);
        let opened = Evidence::Opened {
            session: open.session.clone(),
            pane: names::pane(self.sessions[s].pane),
            window: "agent:1".into(),
        };
        (700, Report::Settled(Outcome::Done(opened)), what)
    }

    fn start(&mut self, start: &StartSession) -> (u64, Report, bool) {
        let starts = self.starts.take();
        let mark = starts.map(|starts| match starts {
            Starts::Fails => "tmux does not start",
            Starts::NotSeen => "start not seen",
        });
        mark.inspect(|mark| self.marks.hit(mark));
        if starts == Some(Starts::Fails) {
            let (program, message) = ("tmux".into(), "no such file".into());
            return (100, failed(Failure::NotStarted { program, message }), false);
        }
        let s = self.opens(Kind::Embedded);
        let (id, cwd) = (self.sessions[s].id.clone(), self.sessions[s].cwd());
        let put = Put {
            text: start.text.reveal().clone(),
            by: Some(start.inbound.clone()),
            client: None,
        };
        self.start_turn(s, put);
        if starts == Some(Starts::NotSeen) {
            let doubt = Doubt::TimedOut {
                program: "codex".into(),
            };
            return (TMUX, Report::Settled(Outcome::Unknown(doubt)), true);
        }
        let running = Evidence::Running {
            session: id,
            pane: names::pane(self.sessions[s].pane),
            cwd,
        };
        (700, Report::Settled(Outcome::Done(running)), true)
    }
}

pub(super) fn put(instruction: &Instruction) -> Put {
    Put {
        text: instruction.text.reveal().clone(),
        by: Some(instruction.inbound.clone()),
        client: None,
    }
}

fn refused(program: &str) -> Report {
    failed(Failure::Refused {
        program: program.into(),
        code: 1,
        message: Text::default(),
    })
}
