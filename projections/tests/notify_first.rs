//! Notify tells of a turn's end before the rollout is read: the same turn must
//! not be told twice, and the rollout's late records must not undo its end.

#![allow(clippy::unwrap_used, reason = "a helper that fails fails its test")]

use events::event::{Choice, Closing, Origin, Question, QuestionKind};
use events::input::{Notify, Rollout, RolloutFact, Started};
use events::{
    CallId, Event, Input, InputKey, Now, SessionId, Settings, Tick, TurnId, Wall, samples,
};
use projections::Machine;

const THREAD: &str = "01a203af-139d-7ea3-bbb9-1bdb88401c7e";
const TURN: &str = "01a203af-139d-7ea3-bbb9-1bdb88401c7f";

struct Told {
    machine: Machine,
    events: Vec<Event>,
    offset: u64,
}

impl Told {
    fn new() -> Self {
        let settings = Settings {
            owner: vec!["+15555550123".into()],
            ..Settings::default()
        };
        let started = Started {
            version: "0.1.0".into(),
            pid: 7,
            settings,
        };
        let mut told = Self {
            machine: Machine::default(),
            events: Vec::new(),
            offset: 0,
        };
        told.take(Input::Started(started));
        let meta = samples::session_meta("/srv/api", "/sessions/rollout.jsonl");
        told.rollout(RolloutFact::Meta(meta));
        told
    }

    fn take(&mut self, input: Input) {
        let now = Now {
            wall: Wall(5),
            tick: Tick(3),
        };
        let batch = self.machine.propose(input, now);
        let events = batch.envelopes().iter().map(|entry| entry.event.clone());
        self.events.extend(events);
        self.machine.commit(batch.envelopes());
    }

    fn rollout(&mut self, fact: RolloutFact) {
        self.offset += 100;
        self.take(Input::Rollout(Rollout {
            path: String::new(),
            session: session(),
            offset: self.offset,
            at: Wall(5),
            fact,
        }));
    }

    fn notify(&mut self) {
        let raw = format!(
            r#"{{"type":"agent-turn-complete","thread-id":"{THREAD}","turn-id":"{TURN}","last-assistant-message":"done"}}"#
        );
        self.take(Input::Notify(Notify {
            key: InputKey::parse("k1").unwrap(),
            raw: raw.into(),
            origin: Origin::default(),
            at: Wall(5),
        }));
    }

    fn notices(&self) -> usize {
        let queued = |event: &&Event| matches!(event, Event::NoticeQueued(_));
        self.events.iter().filter(queued).count()
    }
}

fn session() -> SessionId {
    SessionId::parse(THREAD).unwrap()
}

fn turn() -> TurnId {
    TurnId::parse(TURN).unwrap()
}

fn ended() -> RolloutFact {
    RolloutFact::TurnCompleted {
        turn: turn(),
        last: Some("done".into()),
        error: None,
    }
}

#[test]
fn the_late_records_of_a_told_turn_leave_the_session_at_rest() {
    let mut told = Told::new();
    told.notify();
    assert_eq!(told.notices(), 1);
    told.rollout(RolloutFact::TurnStarted {
        goal: false,
        turn: turn(),
        plan_mode: false,
    });
    told.rollout(RolloutFact::UserMessage {
        text: "go".into(),
        client: None,
    });
    told.rollout(ended());
    let known = told.machine.state().sessions.get(&session()).unwrap();
    assert!(known.turn.is_none() && known.finished);
    assert_eq!(
        known.offset, told.offset,
        "the rollout was read up to there"
    );
    assert_eq!(known.ended.len(), 1);
    assert_eq!(told.notices(), 1, "one turn, one notice");
}

#[test]
fn a_told_end_says_nothing_of_how_a_question_was_closed() {
    let mut told = Told::new();
    told.rollout(RolloutFact::TurnStarted {
        goal: false,
        turn: turn(),
        plan_mode: false,
    });
    let call = CallId::parse("call_1").unwrap();
    told.rollout(RolloutFact::Asked {
        call: call.clone(),
        turn: Some(turn()),
        kind: QuestionKind::Modal,
        questions: vec![Question {
            id: "q".into(),
            text: "Which?".into(),
            options: vec![Choice {
                label: "this".into(),
                detail: "".into(),
            }],
        }],
    });
    told.notify();
    told.rollout(RolloutFact::CallClosed {
        call,
        how: Closing::Answered,
    });
    told.rollout(ended());
    let closed = told.events.iter().filter_map(|event| {
        if let Event::QuestionClosed(closed) = event {
            Some(closed.how)
        } else {
            None
        }
    });
    assert_eq!(closed.collect::<Vec<_>>(), [Closing::Answered]);
    assert_eq!(told.notices(), 2, "the question and the end");
}
