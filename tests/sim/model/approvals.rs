//! Commands that sessions want to run, and who decides about them: the owner at the
//! desk, or this program by Codex's background server or by a key. What the owner meant
//! by each message is known here, from what stood on the phone when it was written.

use super::codex::Put;
use super::disk::Bug;
use super::hands::{TMUX, failed, performed, timed_out};
use super::names;
use super::story::{self, Keys, Kind, S, Shows, Turn, Verdict};
use super::world::{Happening, World};
use events::outcome::{Doubt, Evidence, Failure, How};
use events::prompt::{
    AnswerPrompt, AnswerWay, CommandPrompt, Meaning, PromptAnswer, PromptBody, PromptChoice,
    PromptRaised, PromptSource,
};
use events::{CallId, CommandId, Outcome, Report, Text, TurnId};
use std::collections::VecDeque;

/// A command that a session wanted to run.
#[derive(Clone, Debug)]
pub(crate) struct Approval {
    /// Its place among all.
    pub(crate) nth: usize,
    /// The session.
    pub(crate) s: S,
    /// The turn.
    pub(crate) turn: TurnId,
    /// The call.
    pub(crate) call: CallId,
    /// The command, unlike all others.
    pub(crate) command: String,
    /// When it was asked.
    pub(crate) at: u64,
    /// The server that asked.
    pub(crate) life: u32,
    /// How many commands the turn wants to run behind it.
    left: u8,
    /// What was decided, and by whom; what ends with its turn or server has nothing here.
    pub(crate) end: Option<(Verdict, By)>,
    /// The connection by which it was answered.
    pub(crate) over: Option<u64>,
}

/// What an executor says, after how long, and whether what it did reached somebody.
pub(super) type Reply = (u64, Report, bool);

/// Who decided.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum By {
    /// The owner at the desk.
    Desk,
    /// This command of ours.
    Phone(CommandId),
}

/// Codex's background server.
#[derive(Clone, Debug)]
pub(crate) struct Background {
    /// It runs.
    pub(crate) runs: bool,
    /// Which one: each is another process.
    pub(crate) life: u32,
    /// Changes with every break of the connection.
    pub(crate) epoch: u32,
    /// When it can be connected to again.
    pub(crate) from: u64,
    /// Until when it tells nothing.
    pub(crate) quiet_until: u64,
    /// What the next calls meet.
    pub(super) replies: VecDeque<story::Server>,
}

impl Background {
    pub(super) const fn new(runs: bool) -> Self {
        Self {
            runs,
            life: 0,
            epoch: 0,
            from: 0,
            quiet_until: 0,
            replies: VecDeque::new(),
        }
    }
}

impl Approval {
    /// As a source shows it.
    pub(super) fn raised(&self, world: &World, source: PromptSource) -> PromptRaised {
        let by_server = matches!(source, PromptSource::AppServer { .. });
        let session = &world.sessions[self.s];
        let meanings = if by_server {
            vec![Meaning::Accept, Meaning::Decline, Meaning::Cancel]
        } else {
            vec![Meaning::Accept, Meaning::Cancel]
        };
        let choice = |meaning| PromptChoice {
            meaning,
            label: Text::default(),
        };
        PromptRaised {
            session: session.id.clone(),
            turn: by_server.then(|| self.turn.clone()),
            call: by_server.then(|| self.call.clone()),
            approval: None,
            source,
            body: PromptBody::Command(CommandPrompt {
                command: Text::from(self.command.as_str()),
                cwd: by_server.then(|| session.cwd()),
                reason: None,
                network: None,
                permissions: Vec::new(),
            }),
            choices: meanings.into_iter().map(choice).collect(),
            whole: true,
        }
    }

    pub(super) fn by_server(&self, generation: u64) -> PromptSource {
        PromptSource::AppServer {
            generation,
            request: self.nth.to_string(),
        }
    }
}

impl World {
    /// Whether it waits for a decision now.
    pub(crate) fn is_up(&self, approval: &Approval) -> bool {
        let session = &self.sessions[approval.s];
        let holder = match session.kind {
            Kind::Shared if self.server.life > 0 || self.server.runs => {
                self.server.runs && self.server.life == approval.life
            }
            Kind::Shared | Kind::Embedded | Kind::Internal => session.live,
        };
        approval.end.is_none() && holder && session.turn.as_ref() == Some(&approval.turn)
    }

    /// What waits in a session.
    pub(crate) fn up_in(&self, s: S) -> Option<&Approval> {
        let mut newest = self.approvals.iter().rev();
        newest.find(|approval| approval.s == s && self.is_up(approval))
    }

    pub(super) fn wants_to_run(&mut self, s: S, turn: usize, left: u8, long: bool) {
        let session = &self.sessions[s];
        let Some(name) = session.turn.clone().filter(|_| session.turns == turn) else {
            return;
        };
        let dead = session.kind == Kind::Shared && self.server.life > 0 && !self.server.runs;
        if dead {
            return;
        }
        let nth = self.approvals.len();
        let mut command = format!("touch zebra-{nth:04}");
        if long {
            self.marks.hit("command longer than a text");
            command.push_str(&" && echo all of it".repeat(40));
        }
        let earlier = self.approvals.iter();
        if earlier.rev().any(|a| a.s == s && a.turn == name) {
            self.marks.hit("second prompt in the turn");
        }
        self.approvals.push(Approval {
            nth,
            s,
            turn: name,
            call: names::item(nth),
            command,
            at: self.now,
            life: self.server.life,
            left: left.saturating_sub(1),
            end: None,
            over: None,
        });
    }

    pub(super) fn decides_at_desk(&mut self, s: S, verdict: Verdict) {
        let shown = self.sessions[s].live;
        if let Some(nth) = self.up_in(s).filter(|_| shown).map(|a| a.nth) {
            self.marks.hit("decided at the desk");
            self.decide(nth, verdict, By::Desk);
        }
    }

    /// It is decided, and the turn goes its way.
    fn decide(&mut self, nth: usize, verdict: Verdict, by: By) {
        let now = self.now;
        let approval = &mut self.approvals[nth];
        approval.end = Some((verdict, by));
        let (s, left) = (approval.s, approval.left);
        let session = &mut self.sessions[s];
        if verdict == Verdict::Cancel {
            session.interrupt(now);
            if let Some(put) = session.steered.pop_front() {
                self.start_turn(s, put);
            }
            return;
        }
        let turn = session.turns;
        if left > 0 {
            self.plan(now + 300, Happening::WantsToRun(s, turn, left, false));
        } else {
            self.plan(now + 600, Happening::TurnEnds(s, turn, Turn::Says(12)));
        }
    }

    pub(super) fn server_does(&mut self, does: story::Server) {
        use story::Server;
        let now = self.now;
        if !self.server.runs {
            return;
        }
        self.marks.hit(match does {
            Server::Dies(_) => "server killed",
            Server::DiesForGood => "server killed for good",
            Server::LinkLost(_) => "connection lost",
            Server::Late(_) => "news of the server late",
            Server::Hangs => "server hangs",
            Server::TakenUnsaid => "answer taken unsaid",
            Server::NotTakenUnsaid => "answer lost",
            Server::ActsUnsaid => "server acts and does not say so",
            Server::Ignores => "server ignores",
        });
        match does {
            Server::Dies(ms) => {
                self.server_ends();
                self.plan(now + ms, Happening::ServerBack);
            }
            Server::DiesForGood => self.server_ends(),
            Server::LinkLost(ms) => self.link_lost(ms),
            Server::Late(ms) => self.server.quiet_until = now + ms,
            Server::Hangs
            | Server::TakenUnsaid
            | Server::NotTakenUnsaid
            | Server::ActsUnsaid
            | Server::Ignores => {
                self.server.replies.push_back(does);
            }
        }
    }

    pub(super) fn link_lost(&mut self, ms: u64) {
        self.server.epoch += 1;
        self.server.from = self.server.from.max(self.now + ms);
    }

    fn server_ends(&mut self) {
        self.link_lost(0);
        self.server.runs = false;
        self.server.life += 1;
    }

    /// The next `codex` starts a server. What waited was not done, and its turn was interrupted.
    pub(super) fn server_back(&mut self) {
        let now = self.now;
        self.server.runs = true;
        self.link_lost(0);
        let waited: Vec<_> = self.approvals.iter().filter(|a| a.end.is_none()).collect();
        let lost: Vec<_> = waited.iter().map(|a| (a.s, a.turn.clone())).collect();
        for (s, turn) in lost {
            let session = &mut self.sessions[s];
            if session.kind == Kind::Shared && session.turn.as_ref() == Some(&turn) {
                session.interrupt(now);
            }
        }
    }

    /// A prompt is answered, by whichever way the program chose.
    pub(super) fn answer(&mut self, id: CommandId, c: &AnswerPrompt) -> (u64, Report, bool) {
        let verdict = match &c.answer {
            PromptAnswer::Choose { meaning, .. } => match meaning {
                Meaning::Accept => Verdict::Yes,
                Meaning::Decline => Verdict::No,
                _ => Verdict::Cancel,
            },
            PromptAnswer::Questions(_) | PromptAnswer::Fields(_) => Verdict::Cancel,
        };
        match &c.way {
            AnswerWay::AppServer {
                generation,
                request,
            } => self.reply(id, c, *generation, request, verdict),
            AnswerWay::Keys { .. } => self.press(id, c, verdict),
        }
    }

    pub(super) fn no_link() -> (u64, Report, bool) {
        let why = "it is not there".into();
        (2, failed(Failure::NoLink { why }), false)
    }

    fn gone() -> (u64, Report, bool) {
        let why = "it is not asked any more".into();
        (5, failed(Failure::PromptGone { why }), false)
    }

    fn reply(
        &mut self,
        id: CommandId,
        c: &AnswerPrompt,
        generation: u64,
        request: &str,
        verdict: Verdict,
    ) -> (u64, Report, bool) {
        if self.link != Some(generation) || !self.server.runs {
            return Self::no_link();
        }
        let fate = self.server.replies.pop_front();
        if fate == Some(story::Server::Hangs) {
            let (_, report, _) = Self::no_link();
            return (1500, report, false);
        }
        let meant = request
            .parse()
            .ok()
            .and_then(|nth: usize| self.approvals.get(nth));
        let mut found = meant.filter(|a| {
            let shown = a.raised(self, a.by_server(generation)).digest();
            self.is_up(a) && self.sessions[a.s].id == c.session && shown == c.digest
        });
        if self.planted == Some(Bug::AnswersByOrder) {
            found = self.approvals.iter().find(|a| self.is_up(a));
        }
        let Some((nth, s)) = found.map(|a| (a.nth, a.s)) else {
            return Self::gone();
        };
        let how = How::Replied { words: false };
        let broke_off = Doubt::BrokeOff {
            program: "Codex's background server".into(),
            code: 0,
            message: Text::default(),
        };
        if fate == Some(story::Server::NotTakenUnsaid) {
            self.link_lost(2000);
            return (10, performed(how, Some(broke_off)), false);
        }
        self.decide(nth, verdict, By::Phone(id));
        self.approvals[nth].over = Some(generation);
        if fate == Some(story::Server::TakenUnsaid) {
            self.link_lost(2000);
            return (10, performed(how, Some(broke_off)), true);
        }
        let words = c.words.is_some();
        if let Some(words) = &c.words {
            let put = Put {
                text: words.reveal().clone(),
                by: Some(c.inbound.clone()),
                client: Some(id.to_string()),
            };
            self.speak(s, put);
        }
        (40, performed(How::Replied { words }, None), true)
    }

    /// Words go into the turn that runs, or begin one.
    fn speak(&mut self, s: S, put: Put) {
        if self.sessions[s].turn.is_some() {
            self.sessions[s].steered.push_back(put);
        } else {
            self.start_turn(s, put);
        }
    }

    /// The key of a choice, if the very prompt is up that it is for.
    fn press(&mut self, id: CommandId, c: &AnswerPrompt, verdict: Verdict) -> (u64, Report, bool) {
        let (s, _) = match self.look(&c.session) {
            Ok(found) => found,
            Err(report) => return (30, report, false),
        };
        let session = &self.sessions[s];
        let pane = names::pane(session.pane);
        if !session.live || session.shows != Shows::Composer {
            return Self::gone();
        }
        let source = PromptSource::Screen { pane: pane.clone() };
        let unread = self.planted == Some(Bug::KeysUnread);
        let by_order = self.planted == Some(Bug::AnswersByOrder);
        let up = if by_order {
            self.approvals.iter().find(|a| self.is_up(a))
        } else {
            self.up_in(s)
        };
        let same = |a: &&Approval| a.raised(self, source.clone()).digest() == c.digest;
        let up = up.filter(|a| unread || by_order || same(a)).map(|a| a.nth);
        let Some(nth) = up else {
            return Self::gone();
        };
        let how = || How::Answered(pane.clone());
        match self.keys.pop_front() {
            Some(Keys::Dropped) => {
                return (2500, performed(how(), Some(Doubt::NoProof)), false);
            }
            Some(Keys::TimedOutNothing) => {
                return (TMUX, performed(how(), Some(timed_out("tmux"))), false);
            }
            Some(Keys::TimedOutTyped) => {
                self.decide(nth, verdict, By::Phone(id));
                return (TMUX, performed(how(), Some(timed_out("tmux"))), true);
            }
            Some(Keys::EnterLost | Keys::ModalPops | Keys::Quits) | None => {}
        }
        self.decide(nth, verdict, By::Phone(id));
        let prompt = c.prompt;
        let done = Outcome::Done(Evidence::Resolved { prompt });
        (60, Report::Settled(done), true)
    }
}
