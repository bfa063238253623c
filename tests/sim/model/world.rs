//! Everything outside of the program, and the order in which it happens. The
//! world moves by itself; it never looks at State except as its owner reads
//! what is on the phone.

use super::approvals::{Approval, Background};
use super::codex::{Put, Session};
use super::copies::in_process;
use super::disk::Bug;
use super::files::{Files, Said};
use super::marks::{self, Marks};
use super::messages::Messages;
use super::names;
use super::story::{Beat, Copying, Fate, Hook, Keys, Kind, Queue, S, Seat, Starts, Story, Turn};
use events::command::FetchFiles;
use events::event::{Origin, QuestionKind};
use events::input::Notify;
use events::{Command, CommandId, Guid, Input, InputKey, Report, Text, TurnId, Wall};
use projections::State;
use std::collections::{BTreeMap, VecDeque};

/// When the simulated day begins.
const DAWN: i64 = 1_790_000_000_000;

/// The world.
#[derive(Clone, Debug)]
pub(crate) struct World {
    /// Milliseconds since dawn.
    pub(crate) now: u64,
    /// How far the wall clock was moved.
    pub(crate) skew: i64,
    /// Messages.
    pub(crate) messages: Messages,
    /// Codex.
    pub(crate) sessions: Vec<Session>,
    /// What was handed over and not acknowledged.
    pub(crate) inbox: VecDeque<(InputKey, Input)>,
    /// Names of everything ever handed over.
    pub(crate) handed_over: Vec<InputKey>,
    /// Lines of the queue file.
    pub(crate) lines: Vec<&'static str>,
    /// What the program did, in order.
    pub(crate) effects: Vec<Effect>,
    /// Which of equal texts a row is cannot be told: a clock was moved, or one was sent late.
    pub(crate) blurred: bool,
    /// Until when there is no space on the disk.
    pub(crate) full_until: u64,
    /// What it met.
    pub(crate) marks: Marks,
    /// What sessions wanted to run.
    pub(crate) approvals: Vec<Approval>,
    /// Codex's background server.
    pub(crate) server: Background,
    /// The connection to it that the program has.
    pub(crate) link: Option<u64>,
    /// What each message of the owner was to decide, and how.
    pub(crate) means: BTreeMap<Guid, Vec<(usize, bool)>>,
    /// What the Mac sees of its owner.
    pub(crate) seat: Seat,
    /// Turns that commands stopped over the server.
    pub(crate) stopped: BTreeMap<CommandId, TurnId>,
    /// Copies of files, and what they meet.
    pub(crate) files: Files,
    /// A planted bug that sits in what executors do.
    pub(crate) planted: Option<Bug>,
    pub(super) keys: VecDeque<Keys>,
    pub(super) queue: Queue,
    pub(super) starts: Option<Starts>,
    pub(super) hook: Hook,
    /// Which process of the program runs.
    pub(super) life: u32,
    /// The first session that began under the server of tmux that runs now.
    pub(super) server_from: S,
    pub(super) next: BTreeMap<(u64, u64), Happening>,
    pub(super) order: u64,
}

/// Something the program did to the world.
#[derive(Clone, Debug)]
pub(crate) struct Effect {
    /// The command.
    pub(crate) id: CommandId,
    /// What it was.
    pub(crate) command: Command,
    /// A text reached the owner, or words reached the session.
    pub(crate) reached: bool,
}

/// What is going to happen.
#[derive(Clone, Debug)]
pub(super) enum Happening {
    Beat(Beat),
    Effect(u32, CommandId, Box<Command>),
    Report(u32, CommandId, Box<Report>),
    /// Files of a message are looked for, until then.
    Fetch(u32, CommandId, Box<FetchFiles>, u64, Option<Copying>),
    OurRow(CommandId, Said, Fate, Wall),
    OurFileNamed(Guid, Text),
    FilesNamed(Guid),
    RowFails(Guid),
    RowTurns(Guid),
    RowWhole(Guid, String),
    RowAgain(Guid),
    TurnEnds(S, usize, Turn),
    Asks(S, usize, QuestionKind, u16),
    QueueLook(S),
    /// The turn wants to run the first of so many commands; they fit into a text or not.
    WantsToRun(S, usize, u8, bool),
    ServerBack,
    HandOver(InputKey, Box<Input>),
}

/// What the program sees of what happened.
#[derive(Debug)]
pub(super) enum Seen {
    Nothing,
    Reported(CommandId, Report),
    Killed {
        children_live: bool,
    },
    Restart,
    Upgrade(u8),
    /// The Mac woke up; a clock that counts time awake missed so much.
    Slept(u64),
    Witness(bool),
}

impl World {
    /// The world at dawn, with its story ahead.
    pub(crate) fn new(story: &Story, planted: Option<Bug>) -> Self {
        let mut world = Self {
            now: 0,
            skew: 0,
            messages: Messages::at_dawn(story.self_chat, Wall(DAWN - 86_400_000)),
            sessions: Vec::new(),
            inbox: VecDeque::new(),
            handed_over: Vec::new(),
            lines: Vec::new(),
            effects: Vec::new(),
            blurred: false,
            full_until: 0,
            marks: Marks::default(),
            approvals: Vec::new(),
            server: Background::new(story.server),
            link: None,
            means: BTreeMap::new(),
            seat: Seat::Gone,
            stopped: BTreeMap::new(),
            files: Files::default(),
            planted,
            keys: VecDeque::new(),
            queue: Queue::Works,
            starts: None,
            hook: Hook::Once,
            life: 0,
            server_from: 0,
            next: BTreeMap::new(),
            order: 0,
        };
        let mut at = 100;
        for beat in &story.beats {
            if let Beat::Wait(ms) = beat {
                at += ms;
            } else {
                world.plan(at, Happening::Beat(*beat));
            }
        }
        world.plan(at, Happening::Beat(Beat::Wait(0)));
        world
    }

    /// The wall clock.
    pub(crate) const fn wall(&self) -> Wall {
        Wall(DAWN + self.now.cast_signed() + self.skew)
    }

    /// When the next thing happens.
    pub(crate) fn next_at(&self) -> Option<u64> {
        let records = self.sessions.iter().flat_map(|s| s.records.iter());
        let record = records.map(|r| r.at).filter(|at| *at > self.now).min();
        let planned = self.next.keys().next().map(|(at, _)| *at);
        [record, planned].into_iter().flatten().min()
    }

    /// Something is due that has not happened yet.
    pub(crate) fn is_behind(&self) -> bool {
        let due = self.next.keys().next();
        due.is_some_and(|(at, _)| *at <= self.now)
    }

    /// The story has no further beats.
    pub(crate) fn story_is_over(&self) -> bool {
        !self.next.values().any(|h| matches!(h, Happening::Beat(_)))
    }

    /// No further faults: what was promised to go wrong goes well.
    pub(crate) fn calm_down(&mut self) {
        self.messages.fates.clear();
        self.messages.unreadable = false;
        self.full_until = 0;
        self.keys.clear();
        self.starts = None;
        self.server.replies.clear();
        self.files.copying.clear();
        if self.queue != Queue::Missing {
            self.queue = Queue::Works;
        }
        for session in &mut self.sessions {
            session.lag = 0;
        }
    }

    pub(super) fn plan(&mut self, at: u64, what: Happening) {
        self.order += 1;
        self.next.insert((at.max(self.now), self.order), what);
    }

    /// The program hands a command to its executor.
    pub(crate) fn carry_out(&mut self, id: CommandId, command: Command) {
        let effect = Happening::Effect(self.life, id, Box::new(command));
        self.plan(self.now + 20, effect);
    }

    /// The program dies, and its reports with it.
    pub(crate) fn died(&mut self, children_live: bool) {
        self.blurred |= children_live;
        self.cuts_off();
        self.life += 1;
        self.link = None;
        self.next.retain(|_, h| match h {
            Happening::Report(..) => false,
            Happening::Effect(_, _, command) => children_live && !in_process(command),
            _ => true,
        });
    }

    /// The next thing happens, if it is time.
    pub(super) fn happen(&mut self, state: &State) -> Option<Seen> {
        let key = *self.next.keys().next()?;
        if key.0 > self.now {
            return None;
        }
        let what = self.next.remove(&key)?;
        Some(match what {
            Happening::Beat(beat) => self.beat(beat, state),
            Happening::Effect(life, id, command) => {
                if let Command::FetchFiles(fetch) = &*command {
                    self.fetch(life, id, fetch);
                    return Some(Seen::Nothing);
                }
                let (after, report) = self.effect(id, &command);
                let report = Happening::Report(life, id, Box::new(report));
                self.plan(self.now + after, report);
                Seen::Nothing
            }
            Happening::Report(life, id, report) if life == self.life => Seen::Reported(id, *report),
            Happening::Report(..) => Seen::Nothing,
            other => {
                self.course(other);
                Seen::Nothing
            }
        })
    }

    /// What takes its course without anybody doing anything.
    fn course(&mut self, what: Happening) {
        let now = self.now;
        match what {
            Happening::OurRow(id, said, fate, written) => {
                let row = self.messages.our_row(&said, id, fate, written);
                match (fate, said) {
                    (Fate::Sms, _) => self.plan(now + 1500, Happening::RowTurns(row)),
                    (Fate::Error22After(ms), _) => {
                        self.plan(now + ms, Happening::RowFails(row));
                    }
                    (Fate::TextLate(ms), Said::Words(text)) => {
                        let text = text.reveal().clone();
                        self.plan(now + ms, Happening::RowWhole(row, text));
                    }
                    (Fate::TextLate(ms), Said::File(name)) => {
                        self.plan(now + ms, Happening::OurFileNamed(row, name));
                    }
                    _ => {}
                }
            }
            Happening::RowTurns(row) => {
                if self.messages.turn_to_sms(&row) {
                    self.marks.hit("row turns to SMS");
                }
            }
            Happening::Fetch(life, id, fetch, until, copying) => {
                self.look_for(life, id, fetch, until, copying);
            }
            Happening::OurFileNamed(row, name) => {
                if let Some(row) = self.messages.named_mut(&row) {
                    row.row.files = vec![name];
                }
            }
            Happening::FilesNamed(row) => self.messages.name_files(&row),
            Happening::RowFails(row) => self.messages.fail(&row),
            Happening::RowWhole(row, text) => self.messages.complete(&row, &text),
            Happening::RowAgain(row) => self.messages.put_again(&row),
            Happening::TurnEnds(s, turn, does) => self.turn_ends(s, turn, does),
            Happening::Asks(s, turn, kind, options) => {
                let session = &mut self.sessions[s];
                if session.turn.is_some() && session.turns == turn {
                    session.ask(kind, options, now);
                }
            }
            Happening::QueueLook(s) => self.queue_look(s),
            Happening::WantsToRun(s, turn, left, long) => self.wants_to_run(s, turn, left, long),
            Happening::ServerBack => self.server_back(),
            Happening::HandOver(key, input) => self.inbox.push_back((key, *input)),
            Happening::Beat(_) | Happening::Effect(..) | Happening::Report(..) => {}
        }
    }

    /// Words reach an idle session.
    pub(super) fn start_turn(&mut self, s: S, put: Put) {
        let now = self.now;
        let session = &mut self.sessions[s];
        let does = session.start_turn(put, now);
        let turn = session.turns;
        match does {
            Turn::Works(ms) => self.plan(now + ms, Happening::TurnEnds(s, turn, does)),
            Turn::Asks(n) => {
                self.plan(now + 400, Happening::Asks(s, turn, QuestionKind::Modal, n));
            }
            Turn::AsksAside(n) => {
                self.plan(now + 400, Happening::Asks(s, turn, QuestionKind::Async, n));
                self.plan(now + 900, Happening::TurnEnds(s, turn, does));
            }
            Turn::Runs(n) => self.plan(now + 400, Happening::WantsToRun(s, turn, n, false)),
            Turn::RunsLong => self.plan(now + 400, Happening::WantsToRun(s, turn, 1, true)),
            Turn::Hangs => {}
            Turn::Says(_) | Turn::Fails | Turn::OutOfLimit | Turn::Forgets => {
                self.plan(now + 900, Happening::TurnEnds(s, turn, does));
            }
        }
    }

    /// The running step is over: what was typed meanwhile goes in first.
    fn turn_ends(&mut self, s: S, turn: usize, does: Turn) {
        let now = self.now;
        let session = &mut self.sessions[s];
        if session.turn.is_none() || session.turns != turn || session.asks_modally() {
            return;
        }
        if !session.steered.is_empty() {
            while let Some(put) = session.steered.pop_front() {
                session.hear(put, now, true);
            }
            return self.plan(now + 900, Happening::TurnEnds(s, turn, Turn::Says(12)));
        }
        let said = if let Turn::Says(chars) = does {
            chars
        } else {
            12
        };
        let kind = session.kind;
        let fails = match does {
            Turn::Fails => Some("stream disconnected"),
            Turn::OutOfLimit => Some("You've hit your usage limit."),
            _ => None,
        };
        if does == Turn::OutOfLimit {
            self.marks.hit("out of limit");
        }
        let ended = session.end_turn(said, fails, now);
        if let Some((turn, said)) = ended
            && fails.is_none()
        {
            self.hook(s, turn.as_str(), &said);
        }
        let look = if kind == Kind::Shared { 200 } else { 9000 };
        self.plan(now + look, Happening::QueueLook(s));
    }

    /// Codex looks into its queue.
    fn queue_look(&mut self, s: S) {
        let session = &mut self.sessions[s];
        let free = session.live && session.turn.is_none() && !session.paused;
        if free && let Some(put) = session.queue.pop_front() {
            self.start_turn(s, put);
        }
    }

    /// Codex runs the notify program.
    fn hook(&mut self, s: S, turn: &str, said: &str) {
        let hand_over = |world: &mut Self, at: u64| {
            let key = names::key(world.order);
            world.handed_over.push(key.clone());
            let raw = serde_json::json!({
                "type": "agent-turn-complete",
                "thread-id": world.sessions[s].id.as_str(),
                "turn-id": turn,
                "last-assistant-message": said,
            });
            let embedded = world.sessions[s].kind != Kind::Shared;
            let parent = if embedded {
                "codex"
            } else {
                "codex app-server"
            };
            let origin = Origin {
                cwd: world.sessions[s].cwd(),
                pane: Some(names::pane(world.sessions[s].pane)),
                parent: parent.into(),
            };
            let notify = Notify {
                key: key.clone(),
                raw: Text::from(raw.to_string()),
                origin,
                at: world.wall(),
            };
            let input = Input::Notify(notify);
            world.plan(
                at,
                Happening::HandOver(key.clone(), Box::new(input.clone())),
            );
            (key, input)
        };
        let now = self.now;
        marks::hook(self.hook).inspect(|mark| self.marks.hit(mark));
        match self.hook {
            Hook::Never => {}
            Hook::Once => drop(hand_over(self, now + 60)),
            Hook::Early => drop(hand_over(self, now)),
            Hook::Late(ms) => drop(hand_over(self, now + ms)),
            Hook::Twice => {
                let (key, input) = hand_over(self, now + 60);
                self.plan(now + 400, Happening::HandOver(key, Box::new(input)));
            }
            Hook::Storm => (0..60).for_each(|nth| drop(hand_over(self, now + 900 - 10 * nth))),
            Hook::Burst => (0..6).for_each(|nth| drop(hand_over(self, now + 10 * nth))),
        }
    }
}
