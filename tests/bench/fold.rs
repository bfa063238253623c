//! How fast a log becomes State: a million events of ordinary turns, in memory.

use crate::table::Row;
use control_plane::clock::Stopwatch;
use events::command::SendMessage;
use events::event::{
    AssistantReplied, CommandPerformed, CommandRequested, CommandSettled, CommandStarted, Ending,
    NoticeQueued, OutgoingSeen, RuntimeStarted, SessionSeen, Topic, TurnCompleted, TurnStarted,
    UserSpoke,
};
use events::outcome::{Evidence, How, Performed};
use events::{
    Command, CommandId, Digest, Envelope, Event, Guid, Outcome, Seq, SessionId, SessionRef,
    Settings, Text, Tick, TurnId, Wall,
};
use projections::Machine;

const EVENTS: u64 = 1_000_000;
const SESSIONS: u64 = 100;

/// Folds a million events and, as its floor, only looks at each of them.
pub(crate) fn run() -> Vec<Row> {
    let log = log(EVENTS);
    let watch = Stopwatch::start();
    let touched: u64 = log
        .iter()
        .map(|entry| std::hint::black_box(entry.seq.0))
        .sum();
    let floor = watch.elapsed();
    assert_eq!(touched, EVENTS * (EVENTS + 1) / 2);
    let mut machine = Machine::default();
    let watch = Stopwatch::start();
    machine.commit(&log);
    let fold = watch.elapsed();
    let anomalies = machine.state().anomalies.len();
    assert_eq!(
        anomalies,
        0,
        "the story does not fit the reducers: {:?}",
        machine.state().anomalies
    );
    #[expect(clippy::cast_precision_loss, reason = "a rate for people")]
    let rate = EVENTS as f64 / fold.as_secs_f64();
    vec![
        Row::new("fold of 1,000,000 events", fold, floor)
            .note(format!("{rate:.0} events a second; at least 1,000,000")),
    ]
}

/// So many events of ordinary turns.
pub(crate) fn log(events: u64) -> Vec<Envelope> {
    let mut log = Log(Vec::new());
    log.push(Event::RuntimeStarted(RuntimeStarted {
        version: "1".into(),
        pid: 1,
        settings: (&Settings::default()).into(),
    }));
    let mut nth = 0;
    while (log.0.len() as u64) < events {
        turn(&mut log, nth);
        nth += 1;
    }
    log.0.truncate(usize::try_from(events).expect("fits"));
    log.0
}

struct Log(Vec<Envelope>);

impl Log {
    fn push(&mut self, event: Event) -> Seq {
        let at = self.0.len() as u64 + 1;
        let envelope = Envelope {
            seq: Seq(at),
            wall: Wall(0),
            tick: Tick(at),
            cause: None,
            event,
        };
        self.0.push(envelope);
        Seq(at)
    }
}

fn id(kind: &str, nth: u64) -> String {
    format!("01a203af-{kind}-7ea3-bbb9-{nth:012x}")
}

fn turn(log: &mut Log, nth: u64) {
    let number = nth % SESSIONS;
    let session = SessionId::parse(&id("139d", number)).expect("an id");
    let turn = TurnId::parse(&id("6fff", nth)).expect("an id");
    let offset = nth * 1000;
    if nth < SESSIONS {
        let reference = SessionRef::parse(&format!("r{number}")).expect("a ref");
        let meta = events::samples::session_meta("/srv/api", "rollout.jsonl");
        log.push(Event::SessionSeen(SessionSeen {
            session: session.clone(),
            reference,
            meta,
            offset,
        }));
    }
    let text =
        Text::from("The tests pass now; two files changed and the third needed a new helper.");
    log.push(Event::TurnStarted(TurnStarted {
        session: session.clone(),
        offset,
        turn: turn.clone(),
        plan_mode: false,
    }));
    let digest = Digest([u8::try_from(number).expect("small"); 16]);
    log.push(Event::UserSpoke(UserSpoke {
        client: None,
        session: session.clone(),
        offset,
        digest,
        chars: 20,
    }));
    for _ in 0..3 {
        let (turn, text) = (Some(turn.clone()), text.clone());
        log.push(Event::AssistantReplied(AssistantReplied {
            session: session.clone(),
            offset,
            turn,
            text,
        }));
    }
    let ending = Ending::Finished {
        last: Some(text.clone()),
    };
    log.push(Event::TurnCompleted(TurnCompleted {
        session: session.clone(),
        offset: Some(offset),
        turn: Some(turn.clone()),
        ending,
    }));
    let queued = NoticeQueued {
        session: Some(session),
        topic: Topic::TurnEnd(Some(turn)),
        to: "+15555550123".into(),
        parts: vec![text.clone()],
        replaces: Vec::new(),
    };
    let notice = log.push(Event::NoticeQueued(queued));
    send(log, notice, text, nth);
}

fn send(log: &mut Log, notice: Seq, text: Text, nth: u64) {
    let id_ = CommandId {
        cause: notice,
        nth: 0,
    };
    let command = Command::SendMessage(SendMessage {
        notice,
        part: 0,
        to: "+15555550123".into(),
        text,
    });
    log.push(Event::CommandRequested(CommandRequested {
        id: id_,
        attempt: 1,
        command,
    }));
    log.push(Event::CommandStarted(CommandStarted {
        id: id_,
        baseline: Some(1),
    }));
    let performed = Performed {
        how: How::Accepted,
        doubt: None,
    };
    log.push(Event::CommandPerformed(CommandPerformed {
        id: id_,
        performed,
    }));
    let guid = Guid::parse(&id("aaaa", nth)).expect("a guid");
    let rowid = i64::try_from(nth).expect("small");
    let service = "iMessage".to_owned();
    let seen = OutgoingSeen {
        rowid,
        guid: guid.clone(),
        command: id_,
        service: service.clone(),
        error: 0,
        sent: true,
        delivered: false,
        date: None,
    };
    log.push(Event::OutgoingSeen(seen));
    let outcome = Outcome::Done(Evidence::Row {
        rowid,
        guid,
        service,
    });
    log.push(Event::CommandSettled(CommandSettled { id: id_, outcome }));
}
