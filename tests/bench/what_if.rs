//! What it costs to ask what would have been: facts of a log decided again. The log is one that the
//! machine made itself, so that every decision in it can be made again. The floor is `replay --check`,
//! which reads and folds the same entries and decides nothing.

use crate::table::{Row, median};
use crate::world::{OWNER, World};
use control_plane::clock::Stopwatch;
use events::event::{ChatDbPlaced, Placing};
use events::input::{Body, Chat, MessageRow, Rollout, RolloutFact, Started};
use events::outcome::{How, Performed};
use events::{
    Command, Envelope, Guid, Input, Now, Report, SessionId, Settings, Tick, TurnId, Wall, samples,
};
use projections::Machine;

const EVENTS: usize = 100_000;
const SESSIONS: u64 = 6;
const ROUNDS: usize = 5;

pub(crate) fn run() -> Vec<Row> {
    let world = World::new();
    let log = Life::lived();
    let events = log.len();
    world.import(&log);
    let took = |args: &[&str]| {
        let watch = Stopwatch::start();
        let ended = world.ours(args).status().expect("it runs");
        let took = watch.elapsed();
        assert!(ended.success(), "{args:?}: {ended}");
        took
    };
    let (mut again, mut floor) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        floor.push(took(&["replay", "--check"]));
        again.push(took(&["replay", "--what-if"]));
    }
    let (again, floor) = (median(again), median(floor));
    vec![
        Row::new(&format!("what-if over {events} events"), again, floor)
            .note("floor: replay --check; nothing differs".into()),
    ]
}

/// A machine with sessions whose turns end, and an owner who asks about them.
struct Life {
    machine: Machine,
    now: Now,
    rows: i64,
    log: Vec<Envelope>,
}

impl Life {
    fn lived() -> Vec<Envelope> {
        let mut life = Self {
            machine: Machine::default(),
            now: Now {
                wall: Wall(1_795_000_000_000),
                tick: Tick(0),
            },
            rows: 100,
            log: Vec::new(),
        };
        let settings = Settings {
            owner: vec![OWNER.into()],
            // Nothing is merged or held: each turn is a text.
            max_per_hour: 100_000,
            ..Settings::default()
        };
        life.feed(Input::Started(Started {
            version: "1".into(),
            pid: 1,
            settings,
        }));
        life.feed(Input::ChatDb(ChatDbPlaced {
            identity: "1:2:3".into(),
            rowid: 100,
            why: Placing::FirstStart,
        }));
        let mut nth = 0;
        while life.log.len() < EVENTS {
            life.turn(nth);
            nth += 1;
        }
        life.log
    }

    fn feed(&mut self, input: Input) {
        let batch = self.machine.propose(input, self.now);
        self.keep(batch.envelopes());
    }

    fn keep(&mut self, batch: &[Envelope]) {
        self.machine.commit(batch);
        self.log.extend_from_slice(batch);
    }

    /// A turn is asked for, answers and ends; then the owner asks what there is.
    fn turn(&mut self, nth: u64) {
        let number = nth % SESSIONS;
        let session = SessionId::parse(&format!("01a203af-139d-7ea3-bbb9-{number:012x}"));
        let session = session.expect("an id");
        if nth < SESSIONS {
            let meta = samples::session_meta("/srv/api", &format!("rollout-{number}.jsonl"));
            self.grows(&session, RolloutFact::Meta(meta));
        }
        let turn = TurnId::parse(&format!("01a203af-6fff-7ea3-bbb9-{nth:012x}")).expect("an id");
        let said = "The tests pass now; two files changed and the third needed a new helper.";
        let facts = [
            RolloutFact::TurnStarted {
                turn: turn.clone(),
                plan_mode: false,
                goal: false,
            },
            RolloutFact::UserMessage {
                text: "Make the tests pass.".into(),
                client: None,
            },
            RolloutFact::AssistantMessage {
                turn: Some(turn.clone()),
                text: said.into(),
            },
            RolloutFact::TurnCompleted {
                turn,
                last: Some(said.into()),
                error: None,
            },
        ];
        for fact in facts {
            self.grows(&session, fact);
        }
        self.sends();
        let row = self.row("list");
        self.feed(Input::Message(Box::new(row)));
        self.sends();
    }

    fn grows(&mut self, session: &SessionId, fact: RolloutFact) {
        self.passes(5_000);
        self.feed(Input::Rollout(Rollout {
            path: String::new(),
            session: session.clone(),
            offset: self.now.tick.0,
            at: self.now.wall,
            fact,
        }));
    }

    fn passes(&mut self, millis: u64) {
        self.now.tick.0 += millis;
        self.now.wall.0 += i64::try_from(millis).expect("small");
        self.feed(Input::Elapsed);
    }

    /// Everything that is owed is sent, and Messages has its row.
    fn sends(&mut self) {
        loop {
            let owed = self.machine.owed();
            let send = owed.into_iter().find_map(|(id, command)| {
                if let Command::SendMessage(send) = command {
                    return Some((id, send.text));
                }
                None
            });
            let Some((id, text)) = send else { return };
            let batch = self.machine.start([id], self.now);
            self.keep(batch.envelopes());
            let performed = Performed {
                how: How::Accepted,
                doubt: None,
            };
            self.feed(Input::Report(id, Report::Performed(performed)));
            self.passes(1_000);
            let row = MessageRow {
                from_me: true,
                sent: true,
                delivered: true,
                ..self.row(text.reveal())
            };
            self.feed(Input::Message(Box::new(row)));
        }
    }

    fn row(&mut self, text: &str) -> MessageRow {
        self.rows += 1;
        let guid = Guid::parse(&format!("ROW-{}", self.rows)).expect("a guid");
        MessageRow {
            body: Body::Text(text.into()),
            date: Some(self.now.wall),
            service: "iMessage".into(),
            handle: Some(OWNER.into()),
            destination: Some("mac@example.com".into()),
            chat: Some(Chat {
                style: Some(45),
                identifier: OWNER.into(),
                participants: vec![OWNER.into()],
            }),
            ..MessageRow::bare(self.rows, guid)
        }
    }
}
