//! A week of an owner with six sessions and two hundred turns, with nights and meetings,
//! played by the machine under several settings. What comes of it stands in docs/week.md:
//! `UPDATE=1 cargo test -p projections --test it week` writes it again.

mod plan;
mod table;

use crate::prompts::{LINK, by_server, command, raised};
use crate::support::{World, pane, settings, turn_id};
use events::event::{DeskSeen, LifeSeen, Topic};
use events::input::RolloutFact;
use events::outcome::{Evidence, How};
use events::prompt::{AppServerLinkChanged, LinkState, PromptEnd, PromptResolved};
use events::{Command, Input, Outcome, SessionId, Settings, Span, TurnId, Wall};
use plan::{DAY, MINUTE, Place, SESSIONS, TURNS, Turn, next, place, week};
use std::collections::{BTreeSet, VecDeque};

/// How long it takes the owner to turn to a session when a text names it, at the desk.
const TURN_TO: i64 = 20_000;
/// Who is in a meeting takes so many times as long to answer.
const IN_A_MEETING: i64 = 3;

/// What the owner makes a habit of.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Habit {
    #[default]
    None,
    /// They write `mute 1h` when a meeting begins.
    Mutes,
    /// They write `here` when they sit down, and `away` when they leave.
    SaysWhere,
}

/// What a session does, or waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    /// Its next turn may begin.
    Idle,
    /// It works until then; what is left of the turn after that.
    Works { until: i64, left: i64 },
    /// It asks, and is answered then as far as is known now.
    Asks { since: i64, until: i64, left: i64 },
    /// Its turn ended, and the owner turns to it then.
    Ended { until: i64 },
}

struct Session {
    id: SessionId,
    plan: VecDeque<Turn>,
    stage: Stage,
    turn: Option<Turn>,
    nth: u32,
    /// How many texts were about what it waits for now.
    texts: u32,
    /// The text that brings the owner to it.
    brought: Option<usize>,
    /// A text that the owner has not noticed.
    missed: Option<usize>,
    /// When it last showed a sign of life.
    life: i64,
    /// The number of what it asks.
    request: u32,
}

/// What came of a week.
#[derive(Debug, Default)]
struct Count {
    texts: u32,
    at_night: u32,
    reminders: u32,
    stalls: u32,
    /// Requests made while the owner was awake, and how long they waited.
    prompts: u32,
    waited: i64,
    turns: u32,
    /// Texts about a session that waited, and those of them that brought its owner.
    news: usize,
    useful: BTreeSet<usize>,
}

struct Week {
    world: World,
    began: i64,
    sessions: Vec<Session>,
    count: Count,
    requests: u32,
    habit: Habit,
    was: Place,
}

impl Week {
    fn new(settings: Settings, habit: Habit) -> Self {
        let mut world = World::with(settings);
        world.feed(Input::AppServer(AppServerLinkChanged {
            generation: LINK,
            socket: "/tmp/codex/control.sock".into(),
            state: LinkState::Up {
                server: "codex/0.171.0".into(),
            },
        }));
        // 1970-01-01 was a Thursday: this is midnight before a Monday.
        let begin = world.now.wall.0;
        let monday = (begin / DAY / 7 + 1) * 7 * DAY + 4 * DAY;
        world.pass(u64::try_from(monday - begin).unwrap());
        let plans = week().into_iter().enumerate();
        let sessions = plans.map(|(nth, plan)| {
            let number = u16::try_from(nth).unwrap() + 1;
            Session {
                id: world.session(number, &format!("/srv/project-{nth}")),
                plan,
                stage: Stage::Idle,
                turn: None,
                nth: 0,
                texts: 0,
                brought: None,
                missed: None,
                life: 0,
                request: 0,
            }
        });
        let sessions = sessions.collect();
        Self {
            world,
            began: monday,
            sessions,
            count: Count::default(),
            requests: 0,
            habit,
            was: Place::Asleep,
        }
    }

    fn now(&self) -> i64 {
        self.world.now.wall.0 - self.began
    }

    /// When something happens next: at a session, with the owner, or because the machine waits for it.
    fn next(&self) -> Option<i64> {
        let now = self.now();
        let sessions = self.sessions.iter();
        let sessions = sessions.filter_map(|session| match session.stage {
            Stage::Idle => session.plan.front().map(|turn| turn.from.unwrap_or(now)),
            Stage::Works { until, .. } | Stage::Asks { until, .. } | Stage::Ended { until } => {
                Some(until)
            }
        });
        let moves = next(now, |place| place != self.was);
        let due = self.world.machine.next_deadline().map(|(at, _)| {
            let wait = at.0.saturating_sub(self.world.now.tick.0);
            now + i64::try_from(wait).unwrap_or(i64::MAX / 4)
        });
        let next = sessions.min()?.min(moves);
        Some(next.min(due.unwrap_or(next)).max(now))
    }

    fn play(mut self) -> Self {
        while let Some(next) = self.next() {
            self.world.pass(u64::try_from(next - self.now()).unwrap());
            self.moves();
            for nth in 0..SESSIONS {
                self.step(nth);
            }
            self.looks();
            self.texts();
        }
        // What still waits for the morning comes.
        self.world.pass(u64::try_from(DAY).unwrap());
        self.looks();
        self.texts();
        assert_eq!(self.count.turns as usize, TURNS);
        assert!(self.world.machine.state().outbox.open.is_empty());
        self
    }

    /// The owner goes somewhere else.
    fn moves(&mut self) {
        let place = place(self.now());
        if place == self.was {
            return;
        }
        self.was = place;
        match (self.habit, place) {
            (Habit::Mutes, Place::Meeting) => self.writes("mute 1h"),
            (Habit::SaysWhere, Place::Desk) => self.writes("here"),
            (Habit::SaysWhere, Place::Meeting | Place::Away) => self.writes("away"),
            _ => {}
        }
    }

    /// The owner writes from the phone.
    fn writes(&mut self, text: &str) {
        let row = self.world.row(text);
        self.world.comes(row);
        self.world.pass(3_000);
    }

    fn step(&mut self, nth: usize) {
        let now = self.now();
        let session = &self.sessions[nth];
        let due = session.plan.front();
        match session.stage {
            Stage::Idle if due.is_some_and(|turn| turn.from.is_none_or(|at| at <= now)) => {
                self.begins(nth);
            }
            Stage::Works { until, left: 0 } if until <= now => self.ends(nth),
            Stage::Works { until, left } if until <= now => self.asks(nth, left),
            Stage::Asks { since, until, left } if until <= now => {
                if place(since) != Place::Asleep {
                    self.count.prompts += 1;
                    self.count.waited += now - since;
                }
                let by_text = self.acted(nth);
                self.answers(nth, by_text);
                let until = self.now() + left;
                self.sessions[nth].life = until;
                self.sessions[nth].stage = Stage::Works { until, left: 0 };
            }
            Stage::Ended { until } if until <= now => {
                self.acted(nth);
                self.sessions[nth].stage = Stage::Idle;
            }
            _ => {}
        }
    }

    /// The owner turned to the session. Whether a text brought them.
    fn acted(&mut self, nth: usize) -> bool {
        let now = self.now();
        let session = &mut self.sessions[nth];
        let brought = session.brought.take();
        session.texts = 0;
        session.missed = None;
        session.life = now;
        self.count.useful.extend(brought);
        brought.is_some()
    }

    fn at_phone(&self) -> bool {
        matches!(place(self.now()), Place::Away | Place::Meeting)
    }

    /// The owner says yes: from the phone only to what a text told.
    fn answers(&mut self, nth: usize, by_text: bool) {
        let (id, request) = (self.sessions[nth].id.clone(), self.sessions[nth].request);
        let how = if by_text && self.at_phone() {
            let name = self.world.reference(&id);
            self.writes(&format!("@{name} yes"));
            let (command, work) = self.world.next_work().unwrap();
            let Command::AnswerPrompt(answer) = work else {
                panic!("{}", work.name())
            };
            let prompt = answer.prompt;
            let done = Outcome::Done(Evidence::Resolved { prompt });
            self.world.settled(command, done);
            PromptEnd::ByUs
        } else {
            PromptEnd::Elsewhere
        };
        self.world.feed(Input::PromptResolved(PromptResolved {
            session: id,
            source: by_server(request),
            how,
        }));
    }

    fn turn_id(&self, nth: usize) -> TurnId {
        turn_id(&format!("s{nth}-t{}", self.sessions[nth].nth))
    }

    fn begins(&mut self, nth: usize) {
        let turn = self.sessions[nth].plan.pop_front().unwrap();
        self.sessions[nth].nth += 1;
        let (id, name) = (self.sessions[nth].id.clone(), self.turn_id(nth));
        let words = format!("go on with {}", name.as_str());
        if self.at_phone() {
            let reference = self.world.reference(&id);
            self.writes(&format!("@{reference} {words}"));
            let (command, work) = self.world.next_work().unwrap();
            assert!(
                matches!(work, Command::TypeInstruction(_)),
                "{}",
                work.name()
            );
            self.world.performed(command, How::Typed(pane()));
        }
        let started = RolloutFact::TurnStarted {
            goal: false,
            turn: name,
            plan_mode: false,
        };
        self.world.grow(&id, started);
        self.world.user(&id, &words);
        let now = self.now();
        let first = turn.asks.unwrap_or(turn.works);
        let session = &mut self.sessions[nth];
        session.stage = Stage::Works {
            until: now + first + turn.hangs,
            left: turn.works - first,
        };
        // It works, and then it is silent.
        session.life = now + first;
        session.turn = Some(turn);
    }

    /// When the owner turns to it without a text.
    fn unasked(now: i64, turn: &Turn) -> i64 {
        match place(now) {
            Place::Desk => now + turn.at_desk,
            _ => next(now, |place| place == Place::Desk) + 2 * MINUTE,
        }
    }

    fn asks(&mut self, nth: usize, left: i64) {
        let now = self.now();
        let turn = self.sessions[nth].turn.clone().unwrap();
        self.requests += 1;
        let mut prompt = raised(&self.sessions[nth].id, self.requests, command("cargo test"));
        prompt.turn = Some(self.turn_id(nth));
        let session = &mut self.sessions[nth];
        session.stage = Stage::Asks {
            since: now,
            until: Self::unasked(now, &turn),
            left,
        };
        session.request = self.requests;
        self.world.feed(Input::Prompt(Box::new(prompt)));
    }

    fn ends(&mut self, nth: usize) {
        let now = self.now();
        let turn = self.sessions[nth].turn.clone().unwrap();
        let (id, name) = (self.sessions[nth].id.clone(), self.turn_id(nth));
        self.world.grow(
            &id,
            RolloutFact::TurnCompleted {
                turn: name,
                last: Some("Done.".into()),
                error: None,
            },
        );
        self.count.turns += 1;
        self.sessions[nth].stage = Stage::Ended {
            until: Self::unasked(now, &turn),
        };
    }

    /// The world's part: who is at the Mac, and which rollouts were written.
    fn looks(&mut self) {
        let (now, state) = (self.now(), self.world.machine.state());
        if projections::holding::wants_look(state).is_some() {
            let there = place(now) == Place::Desk;
            let idle = Some(Span::seconds(if there { 5 } else { 3_600 }));
            let seen = DeskSeen {
                idle,
                locked: Some(!there),
                terminal: None,
            };
            self.world.feed(Input::Desk(seen));
        }
        let looking = self.world.machine.state().watch.looking.clone();
        for id in looking {
            let session = self.sessions.iter().find(|session| session.id == id);
            let last = Wall(self.began + session.unwrap().life.min(now));
            self.world.feed(Input::Life(LifeSeen {
                session: id,
                last: Some(last),
                tool: false,
            }));
        }
    }

    /// What is sent now, and whom it brings to the Mac or to the phone.
    fn texts(&mut self) {
        while let Some((id, text)) = self.world.next_send() {
            let entry = &self.world.machine.state().ledger.open[&id];
            let Command::SendMessage(send) = &entry.command else {
                unreachable!()
            };
            let about = self.world.machine.state().outbox.about(send.notice);
            let about = about.map(|(session, topic)| (session.cloned(), topic.clone()));
            self.world.performed(id, How::Accepted);
            let row = self.world.own_row(&text);
            self.world.comes(row);
            let (session, topic) = about.unwrap();
            self.sent(session.as_ref(), &topic, &text);
        }
        self.world.notices();
    }

    fn sent(&mut self, about: Option<&SessionId>, topic: &Topic, text: &str) {
        let now = self.now();
        self.count.texts += 1;
        self.count.at_night += u32::from(place(now) == Place::Asleep);
        self.count.stalls += u32::from(text.contains("no sign of life"));
        if matches!(topic, Topic::Health | Topic::Receipt(_) | Topic::Answer(_)) {
            return;
        }
        let (nth, mut noticed) = (self.count.news, None);
        let mut tells = false;
        for session in &mut self.sessions {
            let mine = about.is_none_or(|id| *id == session.id);
            let (Stage::Asks { until, .. } | Stage::Ended { until }) = &mut session.stage else {
                continue;
            };
            let Some(turn) = session.turn.as_ref().filter(|_| mine) else {
                continue;
            };
            tells = true;
            session.texts += 1;
            let first = session.texts == 1;
            self.count.reminders += u32::from(!first);
            let then = match place(now) {
                Place::Desk => now + TURN_TO,
                Place::Away | Place::Meeting if turn.misses && first => {
                    session.missed = Some(nth);
                    continue;
                }
                Place::Away => now + turn.by_phone,
                Place::Meeting => now + IN_A_MEETING * turn.by_phone,
                Place::Asleep => next(now, |place| place != Place::Asleep) + 10 * MINUTE,
            };
            noticed = noticed.max(Some(then));
            if then < *until {
                *until = then;
                session.brought = Some(nth);
            }
        }
        self.count.news += usize::from(tells);
        if let Some(then) = noticed {
            self.notices_the_others(then + MINUTE);
        }
    }

    /// Who looks at the phone sees there also what they missed.
    fn notices_the_others(&mut self, then: i64) {
        for session in &mut self.sessions {
            let (Stage::Asks { until, .. } | Stage::Ended { until }) = &mut session.stage else {
                continue;
            };
            if let Some(nth) = session.missed.take_if(|_| then < *until) {
                *until = then;
                session.brought = Some(nth);
            }
        }
    }
}

/// What comes of the week with these settings.
fn played(settings: Settings, habit: Habit) -> Week {
    Week::new(settings, habit).play()
}

/// The defaults, on a Mac that can tell whether somebody is there.
fn defaults() -> Settings {
    Settings {
        desk: true,
        digest: Settings::default().digest,
        ..settings()
    }
}

/// The week is a log like any other: `replay --what-if` decides all of it again.
#[test]
fn the_week_is_decided_again_as_it_was() {
    let week = played(defaults(), Habit::None);
    crate::what_if::assert_decided_again(week.world.log());
}
