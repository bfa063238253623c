//! A machine with a world around it that tests tell in a line: rows that come,
//! rollouts that grow, commands that are carried out. Every batch is folded a
//! second time, and every State is checked, so that no test can pass over a
//! broken invariant.

use events::event::{
    ChatDbPlaced, Choice, Origin, Placing, Question, QuestionKind, SessionMeta, ThreadKind,
};
use events::input::{Body, Chat, MessageRow, Notify, Rollout, RolloutFact, Started};
use events::outcome::{Evidence, How, Performed};
use events::{
    CallId, Command, CommandId, Envelope, Event, Guid, Input, InputKey, Lane, Now, Outcome, Pane,
    Report, SessionId, Settings, Span, Text, Tick, TurnId, Wall, samples,
};
use projections::{Machine, check};

pub(crate) const OWNER: &str = "+15555550123";
pub(crate) const MAC: &str = "mac@example.com";
const BEGIN: i64 = 1_795_000_000_000;

pub(crate) fn settings() -> Settings {
    Settings {
        owner: vec![OWNER.into(), "owner@example.com".into()],
        default_cwd: "/srv/default".into(),
        // A test that is about this sets it back.
        digest: Span(0),
        ..Settings::default()
    }
}

pub(crate) struct World {
    pub(crate) machine: Machine,
    pub(crate) now: Now,
    pub(crate) rowid: i64,
    offset: u64,
    keys: u32,
    second: Machine,
    notices: Vec<String>,
    log: Vec<Envelope>,
}

impl World {
    pub(crate) fn new() -> Self {
        Self::with(settings())
    }

    /// A started machine that reads chat.db from row 100 on.
    pub(crate) fn with(settings: Settings) -> Self {
        let mut world = Self {
            machine: Machine::default(),
            now: Now {
                wall: Wall(BEGIN),
                tick: Tick(0),
            },
            rowid: 100,
            offset: 0,
            keys: 0,
            second: Machine::default(),
            notices: Vec::new(),
            log: Vec::new(),
        };
        world.boot(settings);
        world.feed(Input::ChatDb(ChatDbPlaced {
            identity: "1:2:3".into(),
            rowid: 100,
            why: Placing::FirstStart,
        }));
        world
    }

    pub(crate) fn boot(&mut self, settings: Settings) -> Vec<Event> {
        self.feed(Input::Started(Started {
            version: "0.1.0".into(),
            pid: 1,
            settings,
        }))
    }

    /// Gives the machine an input, and what it proposed back to it.
    pub(crate) fn feed(&mut self, input: Input) -> Vec<Event> {
        let batch = self.machine.propose(input, self.now);
        self.keep(batch.envelopes())
    }

    /// Takes over a batch as if it had been read from the log.
    pub(crate) fn keep(&mut self, batch: &[Envelope]) -> Vec<Event> {
        self.machine.commit(batch);
        self.second.commit(batch);
        self.log.extend_from_slice(batch);
        assert_eq!(self.machine.state(), self.second.state());
        let wrong = check::violations(self.machine.state());
        assert!(wrong.is_empty(), "{wrong:?} after {batch:#?}");
        for envelope in batch {
            if let Event::NoticeQueued(notice) = &envelope.event {
                let parts: Vec<_> = notice.parts.iter().map(|p| p.reveal().clone()).collect();
                self.notices.push(parts.join("\n---\n"));
            }
        }
        batch.iter().map(|e| e.event.clone()).collect()
    }

    /// All that happened so far.
    pub(crate) fn log(&self) -> &[Envelope] {
        &self.log
    }

    /// Texts for the owner since this was asked last.
    pub(crate) fn notices(&mut self) -> Vec<String> {
        std::mem::take(&mut self.notices)
    }

    /// The one text for the owner since this was asked last.
    pub(crate) fn notice(&mut self) -> String {
        let mut all = self.notices();
        assert_eq!(all.len(), 1, "{all:#?}");
        all.remove(0)
    }

    /// Time passes; what became due is told.
    pub(crate) fn pass(&mut self, millis: u64) -> Vec<Event> {
        self.now.wall.0 += i64::try_from(millis).unwrap();
        self.now.tick.0 += millis;
        self.feed(Input::Elapsed)
    }

    // The owner's phone.

    /// A row as the owner's phone makes it in a chat with this Mac's own Apple ID.
    pub(crate) fn row(&mut self, text: &str) -> MessageRow {
        self.rowid += 1;
        let guid = Guid::parse(&format!("ROW-{}", self.rowid)).unwrap();
        MessageRow {
            body: Body::Text(text.into()),
            date: Some(self.now.wall),
            service: "iMessage".into(),
            handle: Some(OWNER.into()),
            destination: Some(MAC.into()),
            chat: Some(Chat {
                style: Some(45),
                identifier: OWNER.into(),
                participants: vec![OWNER.into()],
            }),
            ..MessageRow::bare(self.rowid, guid)
        }
    }

    /// A row of the chat that the owner has with themself.
    pub(crate) fn self_row(&mut self, text: &str, from_me: bool) -> MessageRow {
        let row = self.row(text);
        MessageRow {
            from_me,
            destination: Some(OWNER.into()),
            ..row
        }
    }

    /// A row comes, and nothing follows that could belong to it.
    pub(crate) fn take(&mut self, row: MessageRow) -> Vec<Event> {
        let mut events = self.comes(row);
        if self.machine.state().inbox.waiting.is_some() {
            let now = self.now;
            self.now.tick = now.tick.max(self.machine.state().tick);
            events.extend(self.pass(3_000));
            self.now = now;
        }
        events
    }

    /// A row comes.
    pub(crate) fn comes(&mut self, row: MessageRow) -> Vec<Event> {
        self.feed(Input::Message(Box::new(row)))
    }

    /// The owner writes, and seconds pass so that no two messages are twins.
    pub(crate) fn says(&mut self, text: &str) -> Vec<Event> {
        let row = self.row(text);
        let events = self.take(row);
        self.pass(10_000);
        events
    }

    pub(crate) fn replies(&mut self, to: &Guid, text: &str) -> Vec<Event> {
        let mut row = self.row(text);
        row.reply_to = Some(to.clone());
        self.take(row)
    }

    // Messages.

    /// The text that is to be sent now; its command has begun.
    pub(crate) fn next_send(&mut self) -> Option<(CommandId, String)> {
        let owed = self.machine.owed();
        let found = owed.into_iter().find_map(|(id, command)| match command {
            Command::SendMessage(send) => Some((id, send.text.reveal().clone())),
            _ => None,
        });
        let (id, text) = found?;
        let batch = self.machine.start([id], self.now);
        self.keep(batch.envelopes());
        Some((id, text))
    }

    pub(crate) fn report(&mut self, id: CommandId, report: Report) -> Vec<Event> {
        self.feed(Input::Report(id, report))
    }

    pub(crate) fn performed(&mut self, id: CommandId, how: How) -> Vec<Event> {
        self.report(id, Report::Performed(Performed { how, doubt: None }))
    }

    pub(crate) fn settled(&mut self, id: CommandId, outcome: Outcome) -> Vec<Event> {
        self.report(id, Report::Settled(outcome))
    }

    /// Our own row for a text, sent and in the chat with the owner.
    pub(crate) fn own_row(&mut self, text: &str) -> MessageRow {
        let row = self.row(text);
        MessageRow {
            from_me: true,
            sent: true,
            ..row
        }
    }

    /// Everything that waits is sent and proven; the rows' names and their texts.
    pub(crate) fn send_all(&mut self) -> Vec<(Guid, String)> {
        let mut out = Vec::new();
        while let Some((id, text)) = self.next_send() {
            self.performed(id, How::Accepted);
            let row = self.own_row(&text);
            out.push((row.guid.clone(), text));
            self.take(row);
        }
        out
    }

    // Sessions.

    pub(crate) fn grow(&mut self, session: &SessionId, fact: RolloutFact) -> Vec<Event> {
        self.offset += 100;
        self.feed(Input::Rollout(Rollout {
            path: String::new(),
            session: session.clone(),
            offset: self.offset,
            at: self.now.wall,
            fact,
        }))
    }

    /// A session appears in a directory.
    pub(crate) fn session(&mut self, nth: u16, cwd: &str) -> SessionId {
        self.thread(nth, cwd, ThreadKind::Owner)
    }

    pub(crate) fn thread(&mut self, nth: u16, cwd: &str, kind: ThreadKind) -> SessionId {
        let id = uuid7(u64::try_from(self.now.wall.0).unwrap(), u64::from(nth));
        let meta = SessionMeta {
            kind,
            created: self.now.wall,
            ..samples::session_meta(cwd, &format!("/sessions/{id}.jsonl"))
        };
        self.grow(&id, RolloutFact::Meta(meta));
        id
    }

    pub(crate) fn reference(&self, id: &SessionId) -> String {
        let session = self.machine.state().sessions.get(id).unwrap();
        session.reference.to_string()
    }

    pub(crate) fn turn(&mut self, session: &SessionId, turn: &str) {
        self.grow(
            session,
            RolloutFact::TurnStarted {
                goal: false,
                turn: turn_id(turn),
                plan_mode: false,
            },
        );
    }

    pub(crate) fn user(&mut self, session: &SessionId, text: &str) -> Vec<Event> {
        self.grow(
            session,
            RolloutFact::UserMessage {
                text: text.into(),
                client: None,
            },
        )
    }

    pub(crate) fn model(&mut self, session: &SessionId, text: &str) -> Vec<Event> {
        self.grow(
            session,
            RolloutFact::AssistantMessage {
                turn: None,
                text: text.into(),
            },
        )
    }

    pub(crate) fn ends(&mut self, session: &SessionId, turn: &str, last: &str) -> Vec<Event> {
        self.grow(
            session,
            RolloutFact::TurnCompleted {
                turn: turn_id(turn),
                last: Some(last.into()),
                error: None,
            },
        )
    }

    /// A whole turn that says something in the end; the texts of it are taken.
    pub(crate) fn finished(&mut self, session: &SessionId, turn: &str) {
        self.turn(session, turn);
        self.ends(session, turn, "I am done.");
        self.send_all();
        self.notices();
    }

    /// The model asks one question.
    pub(crate) fn asks(
        &mut self,
        session: &SessionId,
        call: &str,
        kind: QuestionKind,
        options: &[&str],
    ) {
        self.asks_all(session, call, kind, &[("Which one?", options)]);
    }

    pub(crate) fn asks_all(
        &mut self,
        session: &SessionId,
        call: &str,
        kind: QuestionKind,
        questions: &[(&str, &[&str])],
    ) -> Vec<Event> {
        let choice = |label: &&str| Choice {
            label: Text::from(*label),
            detail: "".into(),
        };
        let question = |(text, options): &(&str, &[&str])| Question {
            id: "q".into(),
            text: Text::from(*text),
            options: options.iter().map(choice).collect(),
        };
        self.grow(
            session,
            RolloutFact::Asked {
                call: CallId::parse(call).unwrap(),
                turn: None,
                kind,
                questions: questions.iter().map(question).collect(),
            },
        )
    }

    pub(crate) fn notify(&mut self, raw: &str) -> Vec<Event> {
        self.keys += 1;
        let key = InputKey::parse(&format!("key-{}", self.keys)).unwrap();
        self.feed(Input::Notify(Notify {
            key,
            raw: raw.into(),
            origin: Origin::default(),
            at: self.now.wall,
        }))
    }

    pub(crate) fn notify_end(&mut self, session: &SessionId, turn: &str, last: &str) -> Vec<Event> {
        self.notify(&format!(
            r#"{{"type":"agent-turn-complete","thread-id":"{session}","turn-id":"{turn}","last-assistant-message":"{last}"}}"#
        ))
    }

    /// The command for a session that begins now.
    pub(crate) fn next_work(&mut self) -> Option<(CommandId, Command)> {
        let owed = self.machine.owed();
        let found = owed.into_iter().find(|(_, command)| {
            matches!(
                command.lane(),
                Lane::Session(_) | Lane::Start | Lane::Look(_)
            )
        });
        if let Some((id, _)) = &found {
            self.start(*id);
        }
        found
    }

    /// The look at a session that was asked for shows this.
    pub(crate) fn looked(&mut self, text: &str) {
        let owed = self.machine.owed();
        let mut owed = owed.into_iter();
        let look = owed.find(|(_, command)| matches!(command, Command::Look(_)));
        let (id, _) = look.unwrap();
        self.start(id);
        let (text, left_out) = (text.into(), 0);
        self.settled(id, Outcome::Done(Evidence::Looked { text, left_out }));
    }

    /// What the owner gets who asks for the status of a session.
    pub(crate) fn status(&mut self, name: &str) -> String {
        self.says(&format!("status {name}"));
        self.looked("12:00 a turn began");
        self.notice()
    }

    /// A command begins.
    pub(crate) fn start(&mut self, id: CommandId) {
        let batch = self.machine.start([id], self.now);
        self.keep(batch.envelopes());
    }

    /// The same, as its name and what it carries.
    pub(crate) fn next_words(&mut self) -> Option<(CommandId, &'static str, String)> {
        let (id, command) = self.next_work()?;
        let text = projections::ledger::text_of(&command).unwrap_or_default();
        Some((id, command.name(), text.to_owned()))
    }
}

/// What kinds of events there are, in order.
pub(crate) fn kinds(events: &[Event]) -> Vec<String> {
    let kinds = events.iter().map(projections::view::event_lines);
    kinds.map(|(kind, _)| kind).collect()
}

/// Does something as at another time of the wall clock.
pub(crate) fn at<T>(world: &mut World, later: i64, act: impl FnOnce(&mut World) -> T) -> T {
    let now = world.now.wall;
    world.now.wall.0 += later;
    let out = act(world);
    world.now.wall = now;
    out
}

/// A `UUIDv7` of this millisecond.
pub(crate) fn uuid7(millis: u64, nth: u64) -> SessionId {
    let (high, low) = (millis >> 16, millis & 0xffff);
    let random = nth.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let text = format!(
        "{high:08x}-{low:04x}-7{:03x}-8{:03x}-{:012x}",
        random & 0xfff,
        (random >> 12) & 0xfff,
        random >> 16
    );
    SessionId::parse(&text).unwrap()
}

pub(crate) fn turn_id(turn: &str) -> TurnId {
    TurnId::parse(turn).unwrap()
}

pub(crate) fn pane() -> Pane {
    Pane {
        socket: "/tmp/tmux-1/default".into(),
        id: "%7".into(),
    }
}
